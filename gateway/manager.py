"""The calls of this process: their sessions, as tasks that it owns, and what they share.

One call must not hurt another: whatever a session raises ends here, is logged with its traceback and counted, and the
call goes on in a new leg (`/twiml/next`). The warm pool of model connections and the measurement of loop lag live here.
"""

import asyncio
import gc
import time
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from gateway.call.log_reader import log_damaged, read_log
from gateway.call.machine import Call
from gateway.events import milliseconds
from gateway.orders.offer import Offer
from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools
from gateway.session import FLUSH_PATIENCE, LEASE, SessionParts, VoiceSession
from gateway.store import LeaseLostError, StaleLegError, StoreError
from gateway.twilio.stream import PhoneLine

LAG_INTERVAL = 0.25
COLLECT_EVERY = 25
"""Legs that end between two collections of garbage. A session and its sockets know each other, so they go only then;
the collector's own thresholds, high because frames make no garbage (`app`), would let hundreds of them wait."""
LAST_PATIENCE = 10.0
"""Seconds for legs that were told to end; each is bounded by itself."""
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
        max_calls: int,
        server_creates_responses: bool = False,
    ) -> None:
        self._parts = parts
        self._max_calls = max_calls
        self._server_creates = server_creates_responses
        self._sessions: dict[str, VoiceSession] = {}
        self._tools: dict[str, tuple[Restaurant, asyncio.Future[OrderTools]]] = {}
        self._ended = 0
        self._idle = asyncio.Event()
        self._idle.set()
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
        """
        if call_id in self._sessions:
            await self._written(call_id)  # what the older leg has not written when the fence rises is lost
        claim, offer, tools = await asyncio.gather(
            self._parts.store.claim_leg(restaurant.id, call_id, leg, nonce, self._parts.owner, LEASE),
            self._offer_of(restaurant.id),
            self._tools_of(restaurant),
        )
        written = read_log(((entry.event_id, entry.event) for entry in claim.log), call_id)
        for problem in written.problems:
            log.warning("log.problem", call_id=call_id, kind=problem.kind, entry=problem.entry, detail=problem.detail)
            self._parts.metrics.record_log_problem(problem.kind)
        call = Call.fold(
            call_id,
            restaurant,
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
            damaged=log_damaged(written, call.damage, call_id, milliseconds(datetime.now(UTC))),
        )
        self._sessions[call_id] = session
        self._idle.clear()
        return session

    async def _tools_of(self, restaurant: Restaurant) -> OrderTools:
        """The tools of a restaurant keep no state: one set serves all of its calls, until it has another menu.

        They are built in a thread: for a large menu that takes longer than other calls can go without their audio.
        """
        kept = self._tools.get(restaurant.id)
        if kept is None or kept[0] is not restaurant:
            building = asyncio.ensure_future(asyncio.to_thread(OrderTools, restaurant.menu, restaurant))
            kept = self._tools[restaurant.id] = (restaurant, building)
        return await asyncio.shield(kept[1])

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

    # --- what runs beside the calls ---

    async def run(self) -> None:
        """Keep the pool warm, measure loop lag and see what has run out, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._parts.pool.run(), name="model pool")
            tasks.create_task(self._measure_lag(), name="loop lag")
            tasks.create_task(self._watch_offers(), name="offers")

    async def _watch_offers(self) -> None:
        """Ask once for each restaurant that has calls here what can be had, and tell its calls."""
        while True:
            await asyncio.sleep(OFFER_INTERVAL)
            served = tuple({session.restaurant_id for session in self.sessions})
            offers = dict(zip(served, await asyncio.gather(*map(self._offer_of, served)), strict=True))
            for session in self.sessions:
                if (offer := offers.get(session.restaurant_id)) is not None:
                    session.offer_is(offer)

    async def _offer_of(self, restaurant_id: str) -> Offer | None:
        """What can be had there; None while the store does not answer, which the event log raises the alarm for."""
        try:
            return await self._parts.store.offers.read(restaurant_id)
        except StoreError:
            return None

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
                await self._idle.wait()
        for session in self.sessions:
            await session.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_PATIENCE):
                await self._idle.wait()
