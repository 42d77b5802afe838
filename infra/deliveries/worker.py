"""The delivery worker in a process of its own, to be measured and killed.

python -m infra.deliveries.worker STORE_URL POS_URL CONCURRENCY DELAY_DIVISOR
"""

import asyncio
import os
import secrets
import signal
import sys

import uvloop
from pydantic import SecretStr

from gateway.logs import configure_logs
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.worker import Worker, delivery_client
from gateway.settings import Settings
from gateway.store import open_store
from infra.deliveries.plan import RESTAURANTS
from infra.deliveries.receiver import SECRET


async def main(store_url: str, pos_url: str, concurrency: int, divisor: float) -> None:
    """Deliver until SIGTERM."""
    endpoint = PosEndpoint(url=pos_url, secrets=(SecretStr(SECRET),))
    async with await open_store(store_url) as store, delivery_client(allow_private=True) as client:
        name = f"{os.getpid()}:{secrets.token_hex(4)}"
        endpoints = dict.fromkeys(RESTAURANTS, endpoint)
        worker = Worker(
            store,
            client,
            endpoints,
            name=name,
            concurrency=concurrency,
            delay_divisor=divisor,
            timeout_s=2.0,
            stuck_after_s=3.0,
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        await worker.run()


if __name__ == "__main__":
    configure_logs(Settings(log_level="error"))
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
