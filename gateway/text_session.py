"""The shell of text-only turns: folds the log, lets the turn be decided, stores what it did. It holds no opinion.

Nothing is kept between turns, so any process may take any of them; leg, turn and fence come with the request. A turn
is written as a whole, under a name of its own, before anybody hears of it: one that is asked for twice, even at once in
two processes, changes nothing twice and is answered from the log. A leg is claimed once, which raises the fence, so
that an older leg's writes are refused.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from gateway.brain.brain import Brain
from gateway.brain.text_turn import Input, TextAnswer, TextTurn
from gateway.call.commands import event_of
from gateway.call.log_reader import log_damaged
from gateway.call.machine import Call
from gateway.events import AlertRaised, ErrorEvent, OrderEvent, milliseconds
from gateway.houses import Houses
from gateway.metrics import MetricsCollector
from gateway.order_texts import OrderTexts
from gateway.orders.restaurant import Restaurant
from gateway.pos.call_payload import deliveries
from gateway.sound_log import sound_log
from gateway.store import Hold, LeaseLostError, LogEntry, SessionStore, StaleLegError, StoreError
from gateway.submission import Submission
from gateway.tool_sets import ToolSets

TURN_PATIENCE = 2.0
"""Seconds that a turn which another process has begun may take there before it is taken for lost with its process."""
LOOK_AGAIN = 0.1
STORE_PATIENCE = 1.5
"""Seconds for which the store is asked for a call: the caller hears nothing meanwhile."""
SUBMIT_PATIENCE = 2.0
"""Seconds that a submit may take in a turn: nobody can speak to the caller meanwhile."""


class UnknownCallError(Exception):
    """There is no log of such a call."""


class CallMovedOnError(Exception):
    """The turn belongs to a leg that is over or was never there: what comes next is read from the log."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """What Twilio asks with: our own words from the URL, and what its `<Gather>` has got.

    Attributes:
        restaurant: Whose call it is.
        call_id: The call.
        leg: The leg.
        turn: The number of the turn; 0 begins the leg.
        fence: Under which the leg was claimed; 0 for turn 0.
        given: What the caller said or pressed.
        caller_number: E.164; goes into the order's message, and into one that the caller leaves to be rung back.
    """

    restaurant: Restaurant
    call_id: str
    leg: int
    turn: int
    fence: int
    given: Input
    caller_number: str | None


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """The answer, and the fence under which the next turn is to be asked for."""

    answer: TextAnswer
    fence: int


class TextSessions:
    """Takes the turns of calls that go on without a media stream.

    Args:
        store: where calls live.
        metrics: counts errors, alarms and orders.
        tools: of the restaurants.
        houses: the restaurants with the menus that their calls began with.
        held_order_s: how long an open order is kept for the same number's next call, seconds.
        voice_ready: whether the voice model can be had again.
        voice_away: whether it is known that it cannot be had.
        now: the clock, aware UTC.
    """

    def __init__(
        self,
        store: SessionStore,
        metrics: MetricsCollector,
        tools: ToolSets,
        houses: Houses,
        *,
        held_order_s: int,
        voice_ready: Callable[[], bool],
        voice_away: Callable[[], bool] = lambda: False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._tools = tools
        self._houses = houses
        self._texts = OrderTexts(store)
        self._held_order_s = held_order_s
        self._voice_ready = voice_ready
        self._voice_away = voice_away
        self._now = now
        self._brain = Brain()

    @property
    def needed(self) -> bool:
        """Whether a call that comes now is better begun with text-only turns: its caller would wait for nothing."""
        return self._voice_away()

    async def take(self, asked: TurnRequest) -> TurnTaken:
        """Take a turn, or answer as it was answered before.

        Raises:
            CallMovedOnError: another leg has the call.
            UnknownCallError: it was never begun.
            StoreError: the store is away.
            TimeoutError: it does not answer.
        """
        try:
            return await (self._begin(asked) if asked.turn == 0 else self._take(asked))
        except (LeaseLostError, StaleLegError) as error:
            raise CallMovedOnError(asked.call_id) from error

    async def _begin(self, asked: TurnRequest) -> TurnTaken:
        async with asyncio.timeout(STORE_PATIENCE):
            claim, offer = await asyncio.gather(
                self._store.claim_turns(asked.restaurant.id, asked.call_id, asked.leg),
                self._store.offers.read(asked.restaurant.id),
            )
        turn = await self._folded(asked, claim.log)
        if not (turn.call.textual and turn.call.leg == claim.leg):
            now = self._now()
            written = sound_log(claim.log, asked.call_id, self._metrics)
            damaged = log_damaged(written, turn.call.damage, asked.call_id, milliseconds(now))
            turn.begin(claim.leg, offer, now, damaged)
            if await self._finish(asked, turn, claim.fence):
                return TurnTaken(turn.answer, claim.fence)
        return TurnTaken(await self._told(asked, claim.leg), claim.fence)

    async def _take(self, asked: TurnRequest) -> TurnTaken:
        async with asyncio.timeout(STORE_PATIENCE):
            log, offer, commands = await asyncio.gather(
                self._store.read_log(asked.restaurant.id, asked.call_id),
                self._store.offers.read(asked.restaurant.id),
                self._store.commands.waiting(asked.restaurant.id, asked.call_id),
            )
        turn = await self._folded(asked, log)
        if self._is_next(asked, turn):
            now = self._now()
            news = [event_of(command, now) for command in commands]
            turn.gathered(asked.turn, asked.given, offer, now, voice_ready=self._voice_ready(), news=news)
            if await self._finish(asked, turn, asked.fence):
                with suppress(StoreError):  # they stand in the log: taken twice, they are known by their ids
                    for command in commands:
                        await self._store.commands.taken(asked.restaurant.id, command.id)
                return TurnTaken(turn.answer, asked.fence)
        return TurnTaken(await self._told(asked, asked.leg), asked.fence)

    def _is_next(self, asked: TurnRequest, turn: TextTurn) -> bool:
        """Whether this is the turn that the call waits for: it is answered once, and not ahead of its time."""
        call = turn.call
        here = call.textual and call.leg == asked.leg and call.turn + 1 == asked.turn
        return here and turn.rests and not turn.answer.over

    # --- what was done before ---

    async def _told(self, asked: TurnRequest, leg: int) -> TextAnswer:
        """The answer as the log has it. One that another process is still at is waited for."""
        clock = asyncio.get_running_loop().time
        until = clock() + TURN_PATIENCE
        while True:
            turn = await self._folded(asked, await self._store.read_log(asked.restaurant.id, asked.call_id))
            if not turn.call.textual or turn.call.leg != leg:
                raise CallMovedOnError(asked.call_id)
            if turn.rests:
                return turn.answer
            if clock() >= until:
                raise CallMovedOnError(asked.call_id)  # its process is gone: the next leg goes on where it was
            await asyncio.sleep(LOOK_AGAIN)

    async def _folded(self, asked: TurnRequest, log: Sequence[LogEntry]) -> TextTurn:
        if not log:
            raise UnknownCallError(asked.call_id)
        events = sound_log(log, asked.call_id, self._metrics).events
        restaurant = await self._houses.as_begun(asked.restaurant, events)
        tools = await self._tools.of(restaurant)
        turn = TextTurn(Call(asked.call_id, restaurant, tools=tools), self._brain, asked.caller_number)
        turn.fold(events)
        return turn

    # --- what is done now ---

    async def _finish(self, asked: TurnRequest, turn: TextTurn, fence: int) -> bool:
        """Write the turn, and store its order where it has one; False when another process has written it."""
        name = f"{fence}-t{turn.call.turn}"
        written = 0
        while True:
            entries = [(f"{name}.{written + n}", event.to_json()) for n, event in enumerate(turn.events)]
            led_to = zip(entries, turn.happened, strict=True)
            told = [one for (event_id, _), happened in led_to for one in deliveries(event_id, happened, turn.call)]
            async with asyncio.timeout(STORE_PATIENCE):
                if entries and not await self._store.append_turn(
                    asked.restaurant.id, asked.call_id, fence, entries, self._hold(turn), told
                ):
                    return False
                await self._drop_held(asked, turn)
            written += len(entries)
            turn.hold = None
            self._report(asked, turn)
            await self._text(asked, turn)
            if (order := turn.submit) is None:
                return True
            number = asked.caller_number
            submission = Submission(self._store, turn.call, fence, number, patience_s=SUBMIT_PATIENCE)
            event, logged, _ = await submission.submit(order, f"{name}.submit", self._now())
            if logged:
                self._metrics.observe(event, asked.call_id)
            turn.stored(event, logged=logged, at=self._now())

    async def _text(self, asked: TurnRequest, turn: TextTurn) -> None:
        """Have the order confirmed by a text message, where that is due; the outbox takes it once."""
        owed, turn.text = turn.text, None
        if owed is not None:
            await self._texts.confirm(turn.call, owed, asked.caller_number, self._now())

    def _hold(self, turn: TextTurn) -> Hold | None:
        key = turn.call.caller_key
        if key is None or turn.hold is None or turn.hold.order is None:
            return None
        order = turn.hold.order
        return Hold(key, order.id, order.model_dump_json(), self._held_order_s)

    async def _drop_held(self, asked: TurnRequest, turn: TextTurn) -> None:
        key = turn.call.caller_key
        if key is not None and turn.hold is not None and turn.hold.order is None:
            try:
                await self._store.drop_held(asked.restaurant.id, key)
            except StoreError as error:
                structlog.get_logger(__name__).warning("held_order_not_dropped", reason=type(error).__name__)

    def _report(self, asked: TurnRequest, turn: TextTurn) -> None:
        """What was written is told to logs and metrics, once."""
        log = structlog.get_logger(__name__).bind(call_id=asked.call_id, leg=turn.call.leg, turn=turn.call.turn)
        for event in turn.events:
            if isinstance(event, AlertRaised):
                log.error("alert_raised", kind=event.kind)
            if isinstance(event, AlertRaised | ErrorEvent | OrderEvent):
                self._metrics.observe(event, asked.call_id)
        for error in turn.errors:
            self._metrics.record_error(error)
            log.warning("call_error", code=error.error.code, detail=error.error.message)
        turn.events.clear()
        turn.happened.clear()
        turn.errors.clear()
