"""The processes of a measurement: a store of its own, a receiver, workers. All on 127.0.0.1, all ended with the rig."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gateway.pos.deliveries import DeliveryBook
from gateway.store import EmbeddedServer, SessionStore, open_store
from infra.deliveries.plan import PlannedOrder
from infra.processes import end_process

Process = asyncio.subprocess.Process


@dataclass(slots=True)
class Accepted:
    """What the receiver accepted: (webhook-id, order, sequence, Unix time), and how many requests came."""

    requests: int
    entries: list[tuple[str, str, int, float]]


@dataclass(slots=True)
class Rig:
    """One measurement's processes."""

    store: SessionStore
    store_url: str
    pos_url: str
    receiver: Process
    workers: list[Process] = field(default_factory=list)

    async def start_worker(self, *, concurrency: int = 8, divisor: float = 100.0) -> Process:
        """Another worker; it delivers as soon as it is up."""
        words = ("infra.deliveries.worker", self.store_url, self.pos_url, str(concurrency), str(divisor))
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", *words)
        self.workers.append(worker)
        return worker

    async def submit(self, orders: Iterable[PlannedOrder]) -> dict[str, float]:
        """Submit orders as calls do, and what came after them; the time of each message, by its id."""
        at: dict[str, float] = {}
        for order in orders:
            first, *rest = order.messages
            at[first.id] = time.time()
            await self.store.submit(
                order.restaurant_id,
                f"CA-{order.order_id}",
                None,
                order_id=order.order_id,
                version=1,
                order="{}",
                delivery=first,
                events=[],
                now=datetime.now(UTC),
            )
            for message in rest:
                at[message.id] = time.time()
                await self.store.enqueue(order.restaurant_id, message, datetime.now(UTC))
        return at

    async def left(self) -> int:
        """Orders that still have something to deliver."""
        found = await self.store.connection.command("KEYS", "*:queue:*")
        assert isinstance(found, list)
        return sum(not str(name).endswith(":tries") for name in found)

    async def drained(self, patience_s: float) -> bool:
        """Wait until nothing is left; False when that takes too long."""
        try:
            async with asyncio.timeout(patience_s):
                while await self.left():  # noqa: ASYNC110 - what is waited for happens in other processes
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return True

    async def redeliver(self) -> set[str]:
        """Send again what was given up: at a receiver that fails one time in five, one message of 400,000."""
        book = DeliveryBook(self.store)
        letters = [letter async for letter in book.dead()]
        return {letter.id for letter in letters if await book.redeliver(letter)}

    async def accepted(self) -> Accepted:
        """End the receiver; what it accepted."""
        written, _ = await self.receiver.communicate(b"")  # without input Python 3.11 leaves its end open
        head, *lines = written.decode().splitlines()
        return Accepted(json.loads(head)["requests"], [tuple(json.loads(line)) for line in lines])


@asynccontextmanager
async def rig(*, fail_share: float = 0.0, delay_ms: float = 0.0, seed: int = 1) -> AsyncIterator[Rig]:
    """A fresh store and a receiver; workers are started by the measurement."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="deliveries-"))
        server = EmbeddedServer(Path(folder))
        await asyncio.to_thread(server.start)
        stack.callback(server.close)
        store = await stack.enter_async_context(await open_store(server.url))
        words = ("infra.deliveries.receiver", "0", str(fail_share), str(delay_ms), str(seed))
        pipe = asyncio.subprocess.PIPE
        receiver = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *words, stdin=pipe, stdout=pipe, limit=1 << 24
        )
        assert receiver.stdout is not None
        port = int((await receiver.stdout.readline()).split()[1])
        made = Rig(store, server.url, f"http://127.0.0.1:{port}/orders", receiver)
        try:
            yield made
        finally:
            await asyncio.gather(*(end_process(process, 5) for process in (*made.workers, receiver)))
