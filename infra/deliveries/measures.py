"""The measurements, each on a rig of its own, and the limits that they are held to."""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from infra.bench.proc import snapshot
from infra.deliveries.plan import planned
from infra.deliveries.rig import Accepted, Rig, rig

KILLS: Final = 10
FAIL_SHARE: Final = 0.2
CONCURRENCY: Final = 8
SLOW_MS: Final = 100.0
PACE_S: Final = 0.02
"""Seconds between two orders where the way to the first attempt is measured: a busy evening of many restaurants."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it is, what was measured, what it is held to, and whether it holds."""

    name: str
    figure: str
    limit: str
    holds: bool


async def exactly_once(count: int, seed: int, tell: Told, kills: int = KILLS) -> list[Line]:
    """A receiver that fails one request in five, and a worker that is killed several times on the way."""
    async with rig(fail_share=FAIL_SHARE, seed=seed) as the:
        orders = list(planned(count, seed))
        wanted = {message.id for order in orders for message in order.messages}
        await the.submit(orders)
        tell(f"{count} orders submitted, {len(wanted)} messages")
        total = await the.left()
        worker = await the.start_worker()
        for kill in range(1, kills + 1):
            await _until_left(the, total * (1 - kill / (kills + 1)))
            worker.kill()
            await worker.wait()
            tell(f"worker killed, {kill} of {kills}; {await the.left()} orders left")
            worker = await the.start_worker()
        drained = await the.drained(600)
        again = await the.redeliver()
        drained = drained and await the.drained(60)
        got = await the.accepted()
    if again:
        tell(f"{len(again)} failed eight times, and were sent again as by `gateway pos deliveries redeliver`")
    ids = [entry[0] for entry in got.entries]
    lost, strange, twice = len(wanted - set(ids)), len(set(ids) - wanted), len(ids) - len(set(ids))
    return [
        Line("messages accepted, by id", f"{len(set(ids))}", f"{len(wanted)}", not lost and not strange and drained),
        Line("lost", str(lost), "0", lost == 0),
        Line("messages of an order out of order", str(disordered(got, again)), "0", disordered(got, again) == 0),
        Line(
            "repeated with the same id, by kills",
            str(twice),
            f"at most {CONCURRENCY * kills}",
            twice <= CONCURRENCY * kills,
        ),
    ]


async def throughput(count: int, seed: int, tell: Told) -> list[Line]:
    """A receiver that answers at once, one worker: deliveries a second, and what a second of its core does."""
    async with rig(seed=seed) as the:
        orders = list(planned(count, seed))
        await the.submit(orders)
        worker = await the.start_worker()
        await _until_left(the, await the.left() - 1)
        began, cpu = time.monotonic(), snapshot(worker.pid).own.cpu
        share = await the.left() / len(orders)
        await the.drained(300)
        seconds, used = time.monotonic() - began, snapshot(worker.pid).own.cpu - cpu
        done = share * sum(len(order.messages) for order in orders)
        tell(f"{done:.0f} messages in {seconds:.1f} s")
    a_second, a_core = done / seconds, done / used if used else 0.0
    return [
        Line("deliveries a second, one worker", f"{a_second:.0f}", "300 or more", a_second >= 300),
        Line("deliveries a second of its CPU", f"{a_core:.0f}", "300 or more", a_core >= 300),
    ]


async def scaling(count: int, seed: int, tell: Told) -> list[Line]:
    """A receiver that takes 100 ms, eight deliveries at a time a worker: two workers against one."""
    rates = []
    for workers in (1, 2):
        async with rig(delay_ms=SLOW_MS, seed=seed) as the:
            await the.submit(planned(count * workers, seed))
            for _ in range(workers):
                await the.start_worker(concurrency=CONCURRENCY)
            await the.drained(300)
            got = await the.accepted()
        times = sorted(entry[3] for entry in got.entries)
        tenth = len(times) // 10  # starting and the last few do not count
        rates.append((len(times) - 2 * tenth) / (times[-tenth] - times[tenth]))
        tell(f"{workers} worker(s): {rates[-1]:.0f} a second")
    gain = rates[1] / rates[0]
    return [Line("two workers against one, 100 ms a delivery", f"{gain:.2f}", "1.7 or more", gain >= 1.7)]


async def first_attempt(count: int, seed: int, tell: Told) -> list[Line]:
    """From the confirm to the first attempt, with an idle worker."""
    async with rig(seed=seed) as the:
        await the.start_worker()
        await the.submit(planned(20, seed + 1))  # the worker is up
        await the.drained(30)
        at: dict[str, float] = {}
        for order in planned(count, seed):
            at |= await the.submit([order])
            await asyncio.sleep(PACE_S)
        await the.drained(60)
        got = await the.accepted()
    waits = sorted(entry[3] - at[entry[0]] for entry in got.entries if entry[2] == 1 and entry[0] in at)
    p99 = 1000 * waits[int(0.99 * (len(waits) - 1))]
    tell(f"{len(waits)} orders, median {1000 * waits[len(waits) // 2]:.0f} ms")
    return [Line("from confirm to first attempt, p99", f"{p99:.0f} ms", "under 250 ms", p99 < 250)]


async def _until_left(the: Rig, few: float) -> None:
    while await the.left() > few:  # noqa: ASYNC110 - what is waited for happens in other processes
        await asyncio.sleep(0.05)


def disordered(got: Accepted, again: Collection[str] = ()) -> int:
    """Messages that were first accepted after a later one of the same order; not those that were sent `again`."""
    latest: dict[str, int] = {}
    seen: set[str] = set()
    wrong = 0
    for message_id, order, sequence, _ in got.entries:
        if message_id not in seen and message_id not in again:
            seen.add(message_id)
            wrong += sequence < latest.get(order, 0)
            latest[order] = max(sequence, latest.get(order, 0))
    return wrong
