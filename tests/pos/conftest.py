"""What the tests of delivery share: a receiver, a worker and orders to deliver."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.local.pos import PosReceiver
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.worker import Worker, delivery_client
from gateway.store import Delivery, SessionStore, open_store

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()

Submit = Callable[..., Awaitable[str]]
StartWorker = Callable[..., AbstractAsyncContextManager[Worker]]


@pytest.fixture
async def store(any_store_url: str) -> AsyncIterator[SessionStore]:
    """An empty store of each kind."""
    async with await open_store(any_store_url) as store:
        await store.connection.command("FLUSHALL")
        yield store


@pytest.fixture
async def pos() -> AsyncIterator[PosReceiver]:
    async with PosReceiver(SECRET) as receiver:
        yield receiver


@pytest.fixture
def submit(store: SessionStore) -> Submit:
    """Submits an order and gives the delivery's id. By default a new order each time."""
    numbers = count(1)

    async def submit(order_id: str | None = None, restaurant: str = "casa-verde", now: datetime | None = None) -> str:
        order_id = order_id or f"order{next(numbers)}"
        payload = f'{{"type":"order.confirmed","timestamp":"2026-11-22T00:00:00Z","data":{{"order":"{order_id}"}}}}'
        delivery = Delivery(f"{order_id}_1", order_id, "order.confirmed", payload)
        await store.submit(
            restaurant,
            "CA1",
            None,
            order_id=order_id,
            version=1,
            order="{}",
            delivery=delivery,
            events=[],
            now=now or datetime.now(UTC),
        )
        return delivery.id

    return submit


@pytest.fixture
def start_worker(store: SessionStore, pos: PosReceiver) -> StartWorker:
    """Runs a worker for the length of a block; retries come a thousand times sooner than in life."""
    numbers = count(1)

    @asynccontextmanager
    async def start(**options: Any) -> AsyncIterator[Worker]:
        settings: dict[str, Any] = {"delay_divisor": 1000, "timeout_s": 1.0, "stuck_after_s": 1.5}
        settings |= {"poll_s": 0.02, "block_s": 0.05} | options
        endpoint = settings.pop("endpoint", None) or PosEndpoint(url=pos.url, secrets=(SecretStr(SECRET),))
        allow_private = settings.pop("allow_private", True)
        houses = settings.pop("houses", ("casa-verde",))
        async with delivery_client(allow_private=allow_private) as client:
            name = f"worker{next(numbers)}"
            worker = Worker(store, client, dict.fromkeys(houses, endpoint), name=name, **settings)
            task = asyncio.create_task(worker.run())
            try:
                yield worker
            finally:
                worker.stop()
                await task

    return start
