"""The receivers of "Connect your POS", run as an integrator runs them, against deliveries as the worker makes them."""

import asyncio
import base64
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from gateway.orders.restaurant import PosEndpoint
from gateway.pos.attempt import attempt_delivery
from gateway.pos.examples import examples
from gateway.pos.worker import delivery_client
from gateway.store import Delivery

RECEIVERS = Path(__file__).parents[2] / "infra" / "docs" / "receivers"
OLD, NEW, OTHER = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"o", b"n", b"x"))
BODY = json.dumps(examples()["order.confirmed"], ensure_ascii=False).replace('"Ana"', '"Añà"')
ORDER = examples()["order.confirmed"]["data"]["order_ref"]
NODE = shutil.which("node")


class Running:
    """A receiver that runs: what it is sent, and what it says that it took."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}/orders"

    async def gets(
        self, message_id: str, *, secrets: Sequence[str] = (OLD,), age_s: float = 0, body: str = BODY
    ) -> object:
        """Deliver once; what came of it."""
        endpoint = PosEndpoint(url=self.url, secrets=tuple(SecretStr(secret) for secret in secrets))
        delivery = Delivery(message_id, "order", "order.confirmed", body)
        async with delivery_client(allow_private=True) as client:
            attempt = await attempt_delivery(client, endpoint, delivery, datetime.now(UTC) - timedelta(seconds=age_s))
        return attempt.outcome

    async def took(self) -> str:
        """The next thing that it took."""
        assert self.process.stdout is not None
        async with asyncio.timeout(10):
            return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def receiver(name: str, secrets: str) -> AsyncIterator[Running]:
    if name.endswith(".mjs") and NODE is None:
        pytest.skip("node is not installed, so the receiver for Node cannot be run")
    program = NODE if name.endswith(".mjs") else sys.executable
    assert program is not None
    environment = {"PATH": os.environ["PATH"], "POS_SECRETS": secrets, "PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        program, str(RECEIVERS / name), env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            said = (await process.stdout.readline()).decode()
        yield Running(process, int(said.removeprefix("listening on ")))
    finally:
        with suppress(ProcessLookupError):  # the test has ended it
            process.kill()
        await process.wait()


@pytest.fixture(params=["receiver.py", "receiver.mjs"])
def name(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


async def test_what_is_signed_is_taken_once_and_nothing_else(name: str) -> None:
    async with receiver(name, OLD) as pos:
        assert await pos.gets("m0", secrets=(OTHER,)) == 401, "a wrong signature"
        assert await pos.gets("m0", age_s=400) == 401, "an old timestamp"
        assert await pos.gets("m0", age_s=-400) == 401, "a timestamp from the future"
        assert await pos.gets("m0", body=" " * (1 << 20) + BODY) in (413, "protocol", "connect"), "a huge body"
        assert await pos.gets("m1") == 204
        assert await pos.took() == f"took order.confirmed {ORDER}"
        assert await pos.gets("m1") == 204, "a duplicate is answered like the first"
        assert await pos.gets("m2") == 204
        assert await pos.took() == f"took order.confirmed {ORDER}"
        await refuses_what_is_hardly_a_message(pos.url)
        pos.process.kill()
        assert pos.process.stdout is not None
        assert await pos.process.stdout.read() == b"", "nothing was taken twice, or without a signature"


async def refuses_what_is_hardly_a_message(url: str) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.post(url, content=b"{}")).status_code == 401
        now = str(int(datetime.now(UTC).timestamp()))
        odd = {"webhook-id": "m3", "webhook-timestamp": now, "webhook-signature": "v1,é no-comma v1,"}
        answer = await client.post(url, content=b"{}", headers=[(k, v.encode()) for k, v in odd.items()])
        assert answer.status_code == 401
        late = await client.post(url, content=b"{}", headers={"webhook-id": "m3", "webhook-timestamp": "soon"})
        assert late.status_code == 401
        assert (await client.get(url)).status_code in (405, 501)


async def test_no_message_is_lost_while_the_secret_is_changed(name: str) -> None:
    both = (NEW, OLD)
    async with receiver(name, OLD) as pos:
        assert await pos.gets("m1", secrets=both) == 204, "the gateway knows the new one first"
    async with receiver(name, f"{NEW} {OLD}") as pos:
        assert await pos.gets("m1", secrets=(OLD,)) == 204
        assert await pos.gets("m2", secrets=both) == 204
        assert await pos.gets("m3", secrets=(NEW,)) == 204
    async with receiver(name, NEW) as pos:
        assert await pos.gets("m1", secrets=both) == 204, "the gateway still has the old one"
        assert await pos.gets("m2", secrets=(NEW,)) == 204
        assert await pos.gets("m3", secrets=(OLD,)) == 401
