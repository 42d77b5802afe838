"""The calls of this process: their sessions, as tasks that it owns, and what they share.

One call must not hurt another: whatever a session raises ends here, is logged with its traceback and counted, and the
call goes on in a new leg (`/twiml/next`). The warm pool of model connections and the measurement of loop lag live here.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from gateway.call.machine import Call
from gateway.events import read_event
from gateway.orders.restaurant import Restaurant
from gateway.session import LEASE, SessionParts, VoiceSession
from gateway.store import StoreError
from gateway.twilio.stream import PhoneLine

LAG_INTERVAL = 0.25
ADAPT_EVERY = 4
"""Lag measurements per adaptation of the pacing lead (once a second)."""

log = structlog.get_logger(__name__)


class VoiceSessionManager:
    """Creates, finds and destroys sessions (specification, "VoiceSessionManager")."""

    def __init__(
        self,
        parts: SessionParts,
        *,
        max_calls: int,
        server_creates_responses: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._parts = parts
        self._max_calls = max_calls
        self._server_creates = server_creates_responses
        self._clock = clock
        self._sessions: dict[str, VoiceSession] = {}
        self.loop_lag_ms = 0.0
        self.draining = False

    # --- sessions ---

    @property
    def sessions(self) -> tuple[VoiceSession, ...]:
        """The sessions of this process."""
        return tuple(self._sessions.values())

    @property
    def full(self) -> bool:
        """Whether no further call is to be taken."""
        return self.draining or len(self._sessions) >= self._max_calls

    async def create_session(
        self,
        restaurant: Restaurant,
        line: PhoneLine,
        *,
        call_id: str,
        leg: int,
        nonce: str,
        stream_sid: str,
        caller_number: str | None = None,
    ) -> VoiceSession:
        """Take a leg over: claim its lease, fold the call's log.

        Raises:
            StaleLegError: a newer leg runs.
            StoreUnavailableError: the store is away.
            InvalidEventError: the log holds what this version does not know.
        """
        claim = await self._parts.store.claim_leg(restaurant.id, call_id, leg, nonce, self._parts.owner, LEASE)
        call = Call(call_id, restaurant, server_creates_responses=self._server_creates)
        for entry in claim.log:
            call.handle(read_event(entry.event))
        if (old := self._sessions.get(call_id)) is not None:
            old.lose_lease()
        session = VoiceSession(
            self._parts,
            call,
            line,
            leg=claim.leg,
            stream_sid=stream_sid,
            fence=claim.fence,
            caller_number=caller_number,
        )
        self._sessions[call_id] = session
        return session

    def get_session(self, session_id: str) -> VoiceSession | None:
        """The session of a call, if this process serves it."""
        return self._sessions.get(session_id)

    async def destroy_session(self, session_id: str) -> None:
        """End a session's leg; Twilio then asks `/twiml/next`."""
        if (session := self._sessions.get(session_id)) is not None:
            await session.disconnect()

    async def serve(self, session: VoiceSession) -> None:
        """Run a session to its end. The one place around a session where any exception stops."""
        self._parts.metrics.session_started(len(self._sessions))
        try:
            await session.run()
        except Exception:  # noqa: BLE001 - one call must not hurt another; logged with its traceback and counted
            log.exception("session_failed", call_id=session.id)
            self._parts.metrics.session_failed()
        finally:
            if self._sessions.get(session.id) is session:
                del self._sessions[session.id]
                self._parts.log.close(session.id)
            self._parts.metrics.session_ended(len(self._sessions))

    def lease_lost(self, call_id: str, _error: StoreError) -> None:
        """The log refused a call's events: another leg has it."""
        if (session := self._sessions.get(call_id)) is not None:
            session.lose_lease()

    # --- what runs beside the calls ---

    async def run(self) -> None:
        """Keep the pool warm and measure loop lag until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._parts.pool.run(), name="model pool")
            tasks.create_task(self._measure_lag(), name="loop lag")

    async def _measure_lag(self) -> None:
        """How late the loop wakes a sleeper: the load that matters to audio. The lead follows the worst of a second."""
        while True:
            worst = 0.0
            for _ in range(ADAPT_EVERY):
                due = time.monotonic() + LAG_INTERVAL
                await asyncio.sleep(LAG_INTERVAL)
                worst = max(worst, (time.monotonic() - due) * 1000)
            self.loop_lag_ms = worst
            for session in self.sessions:
                session.adapt(worst)

    async def drain(self, seconds: float) -> None:
        """Take no new calls and let those that are on go on until none is left or the time is over; then end them."""
        self.draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._sessions:
                    await asyncio.sleep(0.1)
        for session in self.sessions:
            await session.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                while self._sessions:
                    await asyncio.sleep(0.05)
