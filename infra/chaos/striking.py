"""Breaks things: one fault for one call, at its moment.

Rules: a fault of one call strikes nobody else; faults of everybody come one at a time; that of the POS, which no caller
notices, goes beside them, and calls whose fault it is share an outage that is on. Whatever was broken is whole again
before a run is judged.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from gateway.local.phone_line import CallOver
from gateway.local.pos import Fault
from infra.chaos.faults import REFUSALS, Kind, Times
from infra.chaos.model import Strike
from infra.chaos.processes import owner_of
from infra.chaos.rig import WORKERS, Rig
from infra.chaos.ringing import Ringing

_CODES = {
    Kind.RATE_LIMIT: Strike("response", code="rate_limit_exceeded"),
    Kind.SERVER_ERROR: Strike("response", code="server_error"),
    Kind.SESSION_EXPIRED: Strike("error", code="session_expired", close=1000),
    Kind.QUOTA: Strike("response", code="insufficient_quota"),
    Kind.BAD_KEY: Strike("error", code="invalid_api_key", close=3000),
    Kind.MODEL_DROP: Strike("drop"),
    Kind.MODEL_STALL: Strike("stall"),
    Kind.REFUSED_401: Strike("refuse", code="401"),
    Kind.REFUSED_429: Strike("refuse", code="429"),
    Kind.REFUSED_503: Strike("refuse", code="503"),
}
SPOKEN_S = 12.0
"""A fault of the model waits so long for the call's first words on the model's side."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """A fault that struck everybody: what, and from when to when (the loop's clock)."""

    kind: Kind
    begin: float
    end: float


@dataclass(slots=True)
class Striker:
    """Breaks things in a rig.

    Attributes:
        history: the faults of everybody so far.
    """

    rig: Rig
    times: Times
    history: list[Everybody] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _outage_ends: float = 0.0

    async def strike(self, ringing: Ringing) -> None:
        """Wait for the moment of a call's fault and break what is to be broken."""
        await ringing.due.wait()
        kind = ringing.planned.fault
        if kind in (Kind.NONE, Kind.DUPLICATES):
            self._told(ringing, "all webhooks" if kind is Kind.DUPLICATES else "")
        elif kind in (Kind.LINE_DROP, Kind.HALF_OPEN, Kind.LINE_LOST):
            await self._line(ringing, kind)
        elif kind is Kind.POS_DOWN:
            await self._pos(ringing)
        elif kind in _CODES and kind not in REFUSALS:
            await self._model(ringing, _CODES[kind])
        else:
            async with self._turn:
                await self._everybody(ringing, kind)
                await asyncio.sleep(self.times.apart)

    def _told(self, ringing: Ringing, what: str) -> None:
        ringing.struck_at, ringing.struck = asyncio.get_running_loop().time(), what

    async def _line(self, ringing: Ringing, kind: Kind) -> None:
        line = ringing.line
        if line is None:
            return
        if kind is not Kind.LINE_LOST:  # a stream is there once the disclosure has been said
            with suppress(TimeoutError, CallOver):
                await line.wait_connected(1, SPOKEN_S)
            if line.stream is None:
                return
        self._told(ringing, "its stream" if kind is not Kind.LINE_LOST else "its line")
        match kind:
            case Kind.LINE_DROP:
                line.drop_socket()
            case Kind.HALF_OPEN:
                line.freeze_socket()
            case _:
                ringing.lose_line()

    async def _model(self, ringing: Ringing, strike: Strike) -> None:
        """The model's side knows a call by what was said in it, so the fault waits for the first words."""
        loop = asyncio.get_running_loop()
        until = loop.time() + SPOKEN_S
        aimed = Strike(strike.how, ringing.words, strike.code, strike.close)
        while loop.time() < until and ringing.line is not None:
            at = loop.time()
            if ringing.customer.begun and await self.rig.strike(aimed):
                ringing.struck_at, ringing.struck = at, "its connection"
                return
            await asyncio.sleep(0.2)

    async def _pos(self, ringing: Ringing) -> None:
        loop = asyncio.get_running_loop()
        self._told(ringing, "the POS")
        if loop.time() < self._outage_ends:
            return
        begin, self._outage_ends = loop.time(), loop.time() + self.times.pos_down
        fault = Fault("status", times=1_000_000, status=503)
        self.rig.pos.faults.append(fault)
        try:
            await asyncio.sleep(self.times.pos_down)
        finally:
            self.rig.pos.faults.clear()
            self.history.append(Everybody(Kind.POS_DOWN, begin, loop.time()))

    async def _everybody(self, ringing: Ringing, kind: Kind) -> None:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        self._told(ringing, "everybody")
        try:
            match kind:
                case Kind.KILL:
                    await self._end_worker(ringing, signal.SIGKILL, 15.0)
                case Kind.WORKER_RESTART:
                    await self._end_worker(ringing, signal.SIGTERM, self.times.restart)
                case Kind.DEPLOY:
                    await roll(self.rig, self.times.restart)
                case Kind.STORE_RESTART:
                    await self.rig.restart_store()
                case Kind.STORE_AWAY:
                    await self.rig.freeze_store(self.times.store_away)
                case _:
                    strike = _CODES[kind]
                    await self.rig.strike(Strike(strike.how, ringing.words, strike.code))
                    try:
                        await asyncio.sleep(self.times.refused)
                    finally:
                        await self.rig.strike(Strike("heal"))
        finally:
            self.history.append(Everybody(kind, begin, loop.time()))

    async def _end_worker(self, ringing: Ringing, how: signal.Signals, limit_s: float) -> None:
        """End the worker that serves the call, or any other if none does now, and wait for the one that follows."""
        pid = serving(self.rig, ringing) or self.rig.workers[0]
        ringing.struck = f"worker {pid}"
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        await self.rig.replaced(pid, limit_s)


def serving(rig: Rig, ringing: Ringing) -> int | None:
    """The worker that holds a call's stream; None while it has none."""
    stream = None if ringing.line is None else ringing.line.stream
    port = None if stream is None else stream.local_port
    return None if port is None else owner_of(port, rig.port, rig.workers)


async def roll(rig: Rig, limit_s: float, told: Callable[[str], None] = lambda _: None) -> None:
    """Replace all workers, one after the other: the supervisor's rolling restart, or else SIGTERM to each in turn."""
    before = rig.workers
    if rig.rolls:
        told("SIGHUP to the supervisor")
        rig.gateway.send_signal(signal.SIGHUP)
        for pid in before:
            await rig.replaced(pid, limit_s)
        return
    for pid in before[:WORKERS]:
        told(f"SIGTERM to worker {pid}")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        await rig.replaced(pid, limit_s)
