"""The POS simulator with a gateway's own API on a real socket: what it is told, and what it tells."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from gateway.houses import Houses
from gateway.local.pos import Received, Seen
from gateway.local.pos_simulator import PosSimulator, Told
from gateway.local.pos_wishes import WishError
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import PosEndpoint
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.pos.examples import examples
from gateway.pos.webhook import headers
from gateway.store import Delivery, SessionStore
from gateway.store.pos_status import PosStatusStore
from gateway.web.pos_api import PosApi

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
ORDER = examples()["order.confirmed"]["data"]["order_ref"]


@dataclass
class Heard:
    seen: list[Seen] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    async def until_told(self, count: int) -> list[tuple[str, str]]:
        async with asyncio.timeout(10):
            while len(self.told) < count:  # noqa: ASYNC110 - a callback writes it
                await asyncio.sleep(0.01)
        return [(told.status, told.answer) for told in self.told]


@asynccontextmanager
async def gateway_api(store: SessionStore) -> AsyncIterator[str]:
    """The gateway's inbound API, with an order that was placed."""
    endpoint = PosEndpoint(url="https://pos.example", secrets=(SecretStr(SECRET),))
    houses = [house.model_copy(update={"pos": endpoint}) for house in load_restaurants(SHIPPED, {})]
    api = PosApi(houses, store, Houses(houses, store), MetricsCollector())
    delivery = Delivery("d1", ORDER, "order.confirmed", "{}")
    placed: dict[str, Any] = {"order_id": ORDER, "version": 7, "order": "{}", "delivery": delivery}
    await store.submit("casa-verde", "CA1", None, **placed, events=[], now=datetime.now(UTC))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=api.routes()), log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def simulator(gateway: str = "http://127.0.0.1:1") -> AsyncIterator[tuple[PosSimulator, Heard]]:
    heard = Heard()
    made = PosSimulator(SECRET, gateway=gateway, pause_s=0, on_seen=heard.seen.append, on_told=heard.told.append)
    async with made.running():
        yield made, heard


async def deliver(pos: PosSimulator, message_id: str = "m1", **changed: object) -> int:
    body = json.dumps(examples()["order.confirmed"] | changed).encode()
    async with httpx2.AsyncClient(trust_env=False) as client:
        signed = headers([SECRET], message_id, datetime.now(UTC), body)
        return (await client.post(pos.pos.url, content=body, headers=signed)).status_code


async def test_the_gateway_is_told_how_far_an_order_is(store: SessionStore) -> None:
    async with gateway_api(store) as url, simulator(url) as (pos, heard):
        with pytest.raises(WishError, match="no order has come yet"):
            pos.take("say accepted")
        assert await deliver(pos) == 204
        assert pos.take("say accepted preparing twice") == f"telling {url} accepted, preparing, twice"
        # what comes a second time with the same id is answered as at the first time
        assert await heard.until_told(4) == [
            ("accepted", "200 taken"),
            ("accepted", "200 taken"),
            ("preparing", "200 taken"),
            ("preparing", "200 taken"),
        ]
        pos.take("say preparing ready reordered")
        told = await heard.until_told(6)
        assert told[4] == ("ready", "200 taken")
        assert told[5][1].startswith("409 status_backwards: The order is ready")
        placed = await PosStatusStore(store.connection, 60).read("casa-verde", ORDER)
        assert placed is not None
        assert placed.status == "ready"


async def test_every_order_by_itself_but_not_a_test(store: SessionStore) -> None:
    async with gateway_api(store) as url, simulator() as (pos, heard):
        assert pos.take(f"gateway {url}") == f"the gateway is at {url}"
        assert pos.take("auto rejected") == "every order is told rejected"
        await deliver(pos, "m0", test=True)
        await deliver(pos)
        await deliver(pos)  # a repetition is no news
        assert await heard.until_told(1) == [("rejected", "200 taken")]
        assert pos.take("auto off") == "orders are told nothing by themselves"
        await deliver(pos, "m2")
        pos.take("say rejected")
        assert await heard.until_told(2) == [("rejected", "200 taken"), ("rejected", "200 known already")]


async def test_a_gateway_that_is_not_there_is_a_line() -> None:
    async with simulator() as (pos, heard):
        await deliver(pos)
        pos.take("say ready")
        [(_, answer)] = await heard.until_told(1)
        assert answer == "http://127.0.0.1:1 cannot be reached (ConnectError)"


async def test_a_script_tells_it_by_http_and_a_web_page_does_not() -> None:
    async with simulator() as (pos, heard), httpx2.AsyncClient(trust_env=False) as client:
        url = pos.pos.url.replace("/orders", "/control")
        assert (await client.post(url, content="fail 503 2")).text == "2 requests: answered with 503\n"
        assert (await client.post(url, content="gone kept")).text == "one request: answered with 410, and kept\n"
        wrong = await client.post(url, content="explode")
        assert (wrong.status_code, wrong.text[:7]) == (400, "nothing")
        assert (await client.post(url, content=b"\xff")).status_code == 400
        assert (await client.post(url, content="ok", headers={"origin": "https://evil.example"})).status_code == 403
        assert [await deliver(pos) for _ in range(4)] == [503, 503, 410, 204]
        state = (await client.get(url)).text
        assert "messages kept: 1; repeated: 1; without a valid signature: 0\nnext: 204" in state
        await client.post(url, content="hang always")
        assert "next: every request: not answered\nthen: 204" in (await client.get(url)).text
        assert (await client.post(url, content="ok")).text == "messages are answered with 204\n"
        assert "gateway URL" in (await client.post(url, content="help")).text
    assert [(seen.news, isinstance(seen.message, Received)) for seen in heard.seen] == [(True, True)] * 3 + [
        (False, True)
    ]


async def test_what_is_no_message_is_refused_though_it_is_signed() -> None:
    async with simulator() as (pos, heard), httpx2.AsyncClient(trust_env=False) as client:
        for body in (b'{"type": 1, "data": {}}', b"[]"):
            signed = headers([SECRET], "m1", datetime.now(UTC), body)
            assert (await client.post(pos.pos.url, content=body, headers=signed)).status_code == 400
        assert (await client.post(pos.pos.url, content=b"{}")).status_code == 401
    assert [seen.message for seen in heard.seen] == [None] * 3
