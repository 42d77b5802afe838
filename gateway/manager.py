"""The calls of this process: their sessions, as tasks that it owns, and what they share.

One call must not hurt another: whatever a session raises ends here, is logged with its traceback and counted, and the
call goes on in a new leg (`/twiml/next`). The warm pool of model connections and the measurement of loop lag live here.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from gateway.call.log_reader import log_damaged
from gateway.call.machine import Call
from gateway.events import milliseconds
from gateway.orders.offer import Offer
from gateway.orders.restaurant import Restaurant
from gateway.session import FLUSH_PATIENCE, LEASE, SessionParts, VoiceSession
from gateway.sound_log import sound_log
from gateway.store import LeaseLostError, StaleLegError, StoreError
from gateway.tool_sets import ToolSets
from gateway.twilio.stream import CLOSE_PATIENCE, PhoneLine

LAG_INTERVAL = 0.25
COLLECT_EVERY = 25
"""Legs that end between two collections of garbage. A session and its sockets know each other, so they go only then;
the collector's own thresholds, high because frames make no garbage (`app`), would let hundreds of them wait."""
MOVE_WITHIN = 10.0
"""Seconds within which a leg that is to move finds a quiet moment; then it moves in any case."""
MOVE_APART = 0.1
"""Seconds between one leg that is told to move and the next."""
COMMAND_INTERVAL = 1.0
"""Seconds after which, at the latest, calls do what a person at the restaurant wants."""
LAST_PATIENCE = 10.0
"""Seconds for legs that were told to end; each is bounded by itself, and most by less."""
OFFER_INTERVAL = 2.0
"""Seconds after which, at the latest, calls know that something has run out."""
ADAPT_EVERY = 4
"""Lag measurements per adaptation of the pacing lead (once a second)."""

log = structlog.get_logger(__name__)


class VoiceSessionManager:
    """Creates, finds and destroys sessions (specification, "VoiceSessionManager")."""

    def __init__(
        self,
        parts: SessionParts,
        *,
        server_creates_responses: bool = False,
        on_lag: Callable[[float], None] | None = None,
    ) -> None:
        """A manager without sessions.

        Args:
            parts: what the process shares.
            server_creates_responses: setting; see `Call`.
            on_lag: told once a second how late the event loop was at worst, ms.
        """
        self._parts = parts
        self._on_lag = on_lag
        self._server_creates = server_creates_responses
        self._sessions: dict[str, VoiceSession] = {}
        self.tools = ToolSets()
        self._ended = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._hurry = asyncio.Event()
        self.loop_lag_ms = 0.0

    # --- sessions ---

    @property
    def sessions(self) -> tuple[VoiceSession, ...]:
        """The sessions of this process."""
        return tuple(self._sessions.values())

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
        """
        if self._parts.log.holds(call_id):
            await self._written(call_id)  # what the older leg has not written when the fence rises is lost
        claim, offer = await asyncio.gather(
            self._parts.store.claim_leg(restaurant.id, call_id, leg, nonce, self._parts.owner, LEASE),
            self._offer_of(restaurant.id),
        )
        written = sound_log(claim.log, call_id, self._parts.metrics)
        house = await self._parts.houses.as_begun(restaurant, written.events)
        tools = await self.tools.of(house)
        call = Call.fold(
            call_id,
            house,
            written.events,
            server_creates_responses=self._server_creates,
            tools=tools,
        )
        if (old := self._sessions.get(call_id)) is not None:
            if old.fence > claim.fence:
                raise StaleLegError(call_id)  # claimed before, answered after
            old.lose_lease()
        session = VoiceSession(
            self._parts,
            call,
            line,
            leg=claim.leg,
            stream_sid=stream_sid,
            fence=claim.fence,
            caller_number=caller_number,
            offer=offer,
            written=[(entry.event_id, entry.event) for entry in claim.log],
            damaged=log_damaged(written, call.damage, call_id, milliseconds(datetime.now(UTC))),
        )
        self._sessions[call_id] = session
        self._idle.clear()
        return session

    async def _written(self, call_id: str) -> None:
        try:
            async with asyncio.timeout(FLUSH_PATIENCE):
                await self._parts.log.flushed(call_id)
        except (StoreError, TimeoutError) as error:
            log.warning("leg_log_incomplete", call_id=call_id, reason=type(error).__name__)

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
        except Exception:  # one call must not hurt another; logged with its traceback and counted
            log.exception("session_failed", call_id=session.id)
            self._parts.metrics.session_failed()
        finally:
            if self._sessions.get(session.id) is session:
                del self._sessions[session.id]
                self._parts.log.close(session.id)
            if not self._sessions:
                self._idle.set()
            self._parts.metrics.session_ended(len(self._sessions))
            self._ended += 1
            if self._ended % COLLECT_EVERY == 0:
                gc.collect()  # what was there at start is frozen, so only live calls are looked at: 1 to 5 ms

    def lease_lost(self, call_id: str, error: StoreError) -> None:
        """The log takes no more of a call's events. With another leg at work the session ends; else it goes on."""
        session = self._sessions.get(call_id)
        if session is not None and isinstance(error, LeaseLostError):
            session.lose_lease()

    def log_restored(self, call_id: str) -> None:
        """The store had forgotten a call, and has its log again."""
        if (session := self._sessions.get(call_id)) is not None:
            session.log_restored()

    # --- what runs beside the calls ---

    async def run(self) -> None:
        """Keep the pool warm, measure loop lag, see what has run out and what staff want done, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._parts.pool.run(), name="model pool")
            tasks.create_task(self._measure_lag(), name="loop lag")
            tasks.create_task(self._watch(self._tell_offer, OFFER_INTERVAL), name="offers")
            tasks.create_task(self._watch(self._tell_commands, COMMAND_INTERVAL), name="commands of staff")

    async def _watch(self, look: Callable[[str], Awaitable[None]], interval: float) -> None:
        """Look again and again, once for each restaurant that has calls here. One that fails hurts no other."""
        while True:
            await asyncio.sleep(interval)
            served = tuple({session.restaurant_id for session in self.sessions})
            outcomes = await asyncio.gather(*map(look, served), return_exceptions=True)
            for house, outcome in zip(served, outcomes, strict=True):
                # while the store does not answer, the event log raises the alarm
                if isinstance(outcome, Exception) and not isinstance(outcome, StoreError):
                    log.error("watch_failed", restaurant=house, exc_info=outcome)

    async def _offer_of(self, restaurant_id: str) -> Offer | None:
        """What can be had there; None while the store does not answer, which the event log raises the alarm for."""
        try:
            return await self._parts.store.offers.read(restaurant_id)
        except StoreError:
            return None

    async def _tell_offer(self, restaurant_id: str) -> None:
        """Tell a restaurant's calls what can be had."""
        if (offer := await self._offer_of(restaurant_id)) is None:
            return
        for session in self.sessions:
            if session.restaurant_id == restaurant_id:
                session.offer_is(offer)

    async def _tell_commands(self, restaurant_id: str) -> None:
        """Tell a restaurant's calls what its people want done, and what its kitchen says."""
        for command in await self._parts.store.commands.waiting(restaurant_id):
            if (session := self._sessions.get(command.call_id)) is not None:
                session.obey(command)

    async def _measure_lag(self) -> None:
        """How late the loop wakes a sleeper: the load that matters to audio. The lead follows the worst of a second."""
        while True:
            worst = 0.0
            for _ in range(ADAPT_EVERY):
                due = time.monotonic() + LAG_INTERVAL
                await asyncio.sleep(LAG_INTERVAL)
                worst = max(worst, (time.monotonic() - due) * 1000)
            self.loop_lag_ms = worst
            self._parts.metrics.loop_lag(worst)
            if self._on_lag is not None:
                self._on_lag(worst)
            for session in self.sessions:
                session.adapt(worst)

    async def drain(self, seconds: float) -> None:
        """Let calls go on until none is left or the time is over, then move the rest to other processes.

        Nobody may begin a session any more. Each leg is moved at its next quiet moment, one a little after the other,
        since each move costs another process the setting up of a call. `hurry` moves all of them at once.
        """
        await self._until_idle(seconds)
        for session in self.sessions:
            session.move(0 if self._hurry.is_set() else MOVE_WITHIN)
            await self._until_idle(MOVE_APART)
        await self._until_idle(MOVE_WITHIN)
        for session in self.sessions:  # told to hurry meanwhile, or something holds it up
            session.move(0)
        self._hurry.clear()
        await self._until_idle(FLUSH_PATIENCE + CLOSE_PATIENCE)
        for session in self.sessions:
            await session.disconnect()
        await self._until_idle(LAST_PATIENCE)

    def hurry(self) -> None:
        """Have a drain come to its end: what is on is moved at once."""
        self._hurry.set()

    async def _until_idle(self, seconds: float) -> None:
        """Wait until there is no session, for so many seconds at most, and no longer than nobody hurries."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._idle, self._hurry)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
