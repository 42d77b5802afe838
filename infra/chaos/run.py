"""A run: callers ring as planned, things break as planned, and then everything is judged."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra.chaos import leaks, report
from infra.chaos.customer import Customer
from infra.chaos.faults import REFUSALS, Kind, Times
from infra.chaos.judge import Verdict, judge, strangers
from infra.chaos.limits import LINE_P95_S, Leaks, Rule, rolling_rules, rules
from infra.chaos.orders import NAMES, WANTED
from infra.chaos.plan import Planned
from infra.chaos.processes import RigError
from infra.chaos.rig import Rig
from infra.chaos.ringing import Ringing
from infra.chaos.silence import Lag
from infra.chaos.striking import Striker, roll

LAG_S: Final = 0.05
"""The harness wakes up so often to see how late it is; what is under this is no lag."""
ROLL_AFTER_S: Final = 2.0
"""From the last call's start to the rolling restart: all of them are talking by then."""
THINKS_S: Final = 2.0
"""Callers of the rolling restart take their time, so that they are still on when the last worker is replaced."""

Tell = Callable[[str, float], None]
"""Is told what happens and which share of the run is over, 0 to 1."""


@dataclass(slots=True)
class Found:
    """What a run found.

    Attributes:
        verdicts: of every caller.
        rules: the lines that must hold.
        stories: of those callers who fared badly.
        notes: what a reader must know to believe it.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Watch:
    """How late the harness itself is."""

    lags: list[Lag] = field(default_factory=list)
    worst: float = 0.0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_S
            await asyncio.sleep(LAG_S)
            late = loop.time() - due
            self.worst = max(self.worst, late)
            if late > LAG_S:
                self.lags.append(Lag(loop.time(), late))


async def struck_calls(rig: Rig, plan: Sequence[Planned], times: Times, tell: Tell) -> Found:
    """The calls of a plan, each with its fault."""
    callers = [Ringing(each, Customer(each.wanted, each.name)) for each in plan]
    striker = Striker(rig, times)
    begun = _pressure()
    over = 0

    async def one(ringing: Ringing) -> None:
        nonlocal over
        await asyncio.sleep(ringing.planned.starts)
        striking = asyncio.create_task(striker.strike(ringing))
        try:
            await ringing.ring(rig.url)
        except Exception as error:  # noqa: BLE001 - one caller's failure is told with the others, not raised
            ringing.trouble = f"{type(error).__name__}: {error}"
        finally:
            if ringing.struck_at is None:  # the call was over before: nothing to break any more
                striking.cancel()
            with suppress(asyncio.CancelledError):
                await striking
            over += 1
            tell(f"{over} of {len(callers)} calls", over / len(callers))

    watch = await _together(one, callers)
    found = await _judged(rig, callers, striker, watch)
    found.notes.append(_load(begun))
    return found


async def rolling_restart(rig: Rig, calls: int, tell: Tell) -> Found:
    """A rolling restart under calls that are on."""
    callers = [_calm(number) for number in range(calls)]
    striker = Striker(rig, Times())
    begun, at_once = _pressure(), 0.2
    how: list[str] = []

    async def one(ringing: Ringing) -> None:
        await asyncio.sleep(ringing.planned.starts)
        try:
            await ringing.ring(rig.url)
        except Exception as error:  # noqa: BLE001 - as above
            ringing.trouble = f"{type(error).__name__}: {error}"

    async def restart() -> None:
        await asyncio.sleep(calls * at_once + ROLL_AFTER_S)
        tell("rolling restart", 0.5)
        await roll(rig, striker.times.restart, how.append)

    restarting = asyncio.create_task(restart())
    try:
        watch = await _together(one, callers)
        await restarting
    finally:
        restarting.cancel()
    tell("rolling restart", 1.0)
    found = await _judged(rig, callers, striker, watch)
    found.rules = rolling_rules(found.verdicts, calls)
    found.notes += [f"Rolling restart: {', then '.join(how)}.", _load(begun)]
    return found


def _calm(number: int) -> Ringing:
    """A caller of the rolling restart. Nothing goes wrong in its call but that."""
    wanted, name = WANTED[number % len(WANTED)], NAMES[number % len(NAMES)]
    planned = Planned(1000 + number, number * 0.2, wanted, name, f"+1555{8_000_000 + number:07}", Kind.NONE, 1e6, 1e6)
    return Ringing(planned, Customer(wanted, name), thinks=THINKS_S)


async def _together(one: Callable[[Ringing], asyncio.Future[None]] | object, callers: Sequence[Ringing]) -> _Watch:
    """All callers at once, while it is watched how late we are."""
    assert callable(one)
    watch = _Watch()
    watching = asyncio.create_task(watch.run())
    try:
        await asyncio.gather(*(one(ringing) for ringing in callers))
    finally:
        watching.cancel()
    return watch


async def _judged(rig: Rig, callers: Sequence[Ringing], striker: Striker, watch: _Watch) -> Found:
    """Wait for what is still on its way, and judge."""
    with suppress(RigError):
        await rig.until_ready(())
    stored = await leaks.stored_orders(rig)
    missing = await leaks.delivered(rig, sum(state != "cancelled" for state in stored.values()))
    left = await leaks.look(rig, missing)
    received = list(rig.pos.orders)
    closed = [(fault.begin, fault.end) for fault in striker.history if fault.kind in REFUSALS]
    found = Found([judge(each, watch.lags, stored, received, closed) for each in callers])
    mine = {f"order-{rung.record.call_sid}" for each in callers for rung in each.calls}
    others = [ref for ref in strangers(callers, received) if ref not in mine]
    found.rules = rules(found.verdicts, left, others if striker.history else [])
    for each, verdict in zip(callers, found.verdicts, strict=True):
        slow = max(verdict.lost, default=0.0) > LINE_P95_S
        if verdict.wrong or slow:
            found.stories.append(report.story(each, verdict, striker.history))
    late = sum(lag.seconds for lag in watch.lags)
    found.notes.append(f"The harness was late by {watch.worst * 1000:.0f} ms at most, {late:.1f} s in all.")
    found.notes += _leak_notes(left)
    missed = sum(verdict.fault is not Kind.NONE and not verdict.struck for verdict in found.verdicts)
    if missed:
        found.notes.append(f"{missed} faults came too late: their calls were over.")
    return found


def _leak_notes(left: Leaks) -> list[str]:
    return [] if left == Leaks() else [f"Left: {left}"]


def _pressure() -> tuple[float, float]:
    """Now, and for how many seconds since boot somebody on this machine has waited for a core (Linux, PSI)."""
    try:
        some = Path("/proc/pressure/cpu").read_text().splitlines()[0]
    except OSError:
        return time.monotonic(), 0.0
    return time.monotonic(), int(some.rpartition("total=")[2]) / 1e6


def _load(begun: tuple[float, float]) -> str:
    at, waited = _pressure()
    share = (waited - begun[1]) / max(at - begun[0], 0.001)
    return f"In {share:.0%} of the time some process of this machine waited for a core."
