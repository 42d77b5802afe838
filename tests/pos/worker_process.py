"""A worker in a process of its own, to be killed: python -m tests.pos.worker_process STORE_URL POS_URL."""

import asyncio
import base64
import sys

from pydantic import SecretStr

from gateway.orders.restaurant import PosEndpoint
from gateway.pos.worker import Worker, delivery_client
from gateway.store import open_store

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()


async def main(store_url: str, pos_url: str) -> None:
    endpoints = {"casa-verde": PosEndpoint(url=pos_url, secrets=(SecretStr(SECRET),))}
    async with await open_store(store_url) as store, delivery_client(allow_private=True) as client:
        await Worker(store, client, endpoints, name="doomed").run()


asyncio.run(main(*sys.argv[1:]))
