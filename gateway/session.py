"""The shell of one call: it feeds the core from both sockets and carries its effects out. It holds no opinion.

One inbox, one consumer: `post` takes an event in, `Call.handle` says what follows. Audio runs beside it, straight from
line to link. Slow effects (opening the model, submitting the order) are tasks of this session that end in an event.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never

import structlog

from gateway import errors
from gateway.audio.playout import Cut
from gateway.call.commands import Command, event_of, was_taken
from gateway.call.effects import (
    AnswerTool,
    BreakOff,
    CancelResponse,
    CheckModel,
    ClearPlayout,
    CloseModel,
    ConfigureModel,
    DeleteItem,
    Effect,
    EndLeg,
    HoldOrder,
    KeepConsent,
    KeepMessage,
    Note,
    OpenModel,
    PlayClip,
    RaiseAlert,
    ReportError,
    RequestResponse,
    SubmitOrder,
    TextOrder,
    TruncateItem,
)
from gateway.call.floor import CLIP_ITEM
from gateway.call.machine import Call
from gateway.call.offers import offer_changed
from gateway.call.redaction import Redaction
from gateway.call.states import State
from gateway.events import (
    AlertRaised,
    AnyEvent,
    CallerBegan,
    CallerPaused,
    ErrorEvent,
    Heard,
    Interrupted,
    KeyPressed,
    LegEnded,
    LegStarted,
    ListeningStarted,
    ListeningStopped,
    LogDamaged,
    MessageLeft,
    MoveAsked,
    PlaybackFinished,
    PlaybackStalled,
    PlaybackStarted,
    SessionRequested,
    Stamp,
    TextAgreed,
    TimedOut,
    TranscriptionEvent,
    stamp_of,
)
from gateway.houses import Houses
from gateway.leg_orders import LegOrders
from gateway.metrics import MetricsCollector
from gateway.model_opening import ModelOpening
from gateway.order_texts import OrderTexts
from gateway.orders.offer import Offer
from gateway.pos.call_payload import deliveries
from gateway.realtime.config import ModelConfig
from gateway.realtime.link import ModelLink
from gateway.realtime.pool import ModelPool
from gateway.speech.clips import Clip, Language, load_clip
from gateway.store import (
    Entry,
    EventLog,
    LeaseLostError,
    SessionStore,
    StoreError,
)
from gateway.submission import SUBMIT_PATIENCE, Submission
from gateway.twilio.stream import PhoneLine, StreamEnd

FIRST_FRAME_PATIENCE = 10.0
"""Seconds within which a frame of the caller must have come; Twilio sends them also in silence."""
FLUSH_PATIENCE = 2.0
"""Seconds that the end of a leg waits for the log; a caller hears silence meanwhile."""
AWAY_PATIENCE = 0.5
"""The same when the store is known to be away: `/twiml/next` waits for it, too."""
FINISH_PATIENCE = 5.0
"""Seconds that slow effects have after the end of a leg; a submit, which ends by itself, has its own patience."""
LEASE = 60.0
CLOCK_DRIFT = timedelta(seconds=1)
"""When it is more after a wait, the wall clock was set: the core is told, and moves its deadlines."""

Handler = Callable[[AnyEvent], None]


@dataclass(frozen=True, slots=True)
class SessionParts:
    """The long-lived things that all sessions of a process share."""

    store: SessionStore
    log: EventLog
    pool: ModelPool
    metrics: MetricsCollector
    model: ModelConfig
    held_order_s: int
    owner: str
    houses: Houses


class VoiceSession:
    """One leg of one call (specification, "Module Boundaries and Interfaces")."""

    def __init__(
        self,
        parts: SessionParts,
        call: Call,
        line: PhoneLine,
        *,
        leg: int,
        stream_sid: str,
        fence: int,
        caller_number: str | None,
        offer: Offer | None = None,
        written: Sequence[Entry] = (),
        damaged: LogDamaged | None = None,
    ) -> None:
        """A session that does not run yet.

        Args:
            parts: what the process shares.
            call: folded from the log.
            line: the caller's end, past `start`.
            leg: the number of this leg.
            stream_sid: Twilio's name of the media stream.
            fence: under which the leg's lease is held.
            caller_number: E.164; goes into the order's message, and into one that the caller leaves to be rung back.
            offer: what can be had now; None: not known, so it is what the log says.
            written: the log that the call was folded from.
            damaged: what of the log is lost that the call does not know of; None: nothing.
        """
        self._parts = parts
        self._call = call
        self._line = line
        self._leg = leg
        self._stream_sid = stream_sid
        self._fence = fence
        self._caller_number = caller_number
        self._offer = offer
        self._found = written
        self._damaged = damaged
        self._log = structlog.get_logger(__name__).bind(call_id=call.call_id, leg=leg)
        self._link = ModelLink(call.call_id, parts.model, line, self.post, self._overflowed)
        self._opening = ModelOpening(call, parts.pool, parts.metrics, self._link, self.post, self.spawn)
        submission = Submission(parts.store, call, fence, caller_number)
        self._orders = LegOrders(parts.store, parts.log, call, submission, fence, parts.held_order_s, self)
        self._texts = OrderTexts(parts.store)
        self._redaction = Redaction()
        self._inbox: deque[tuple[AnyEvent, bool]] = deque()
        self._handling = False
        self._written = 0
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: datetime | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False
        self._lease_lost = False
        self._obeyed: set[str] = set()
        call.machine.on_state_change(self._state_changed)
        call.machine.on_transition_error(self._transition_refused)

    # --- the specification's interface ---

    @property
    def id(self) -> str:
        """The session's id: Twilio's CallSid."""
        return self._call.call_id

    @property
    def state(self) -> State:
        """Where the call is."""
        return self._call.state

    @property
    def restaurant_id(self) -> str:
        """Whose call it is."""
        return self._call.restaurant.id

    @property
    def fence(self) -> int:
        """Under which the leg holds the call: higher is newer."""
        return self._fence

    @property
    def call(self) -> Call:
        """The core."""
        return self._call

    async def connect(self) -> None:
        """Start the leg: from here on the model is opened and the caller is heard."""
        await self.start_listening()
        if self._offer is not None and self._offer != self._call.desk.offer:
            self.post(offer_changed(self._offer, self.id, datetime.now(UTC)))
        if self._damaged is not None:
            self.post(self._damaged)
        self.post(LegStarted(**self._now(), leg=self._leg, stream_sid=self._stream_sid))

    async def disconnect(self) -> None:
        """End the leg; Twilio then asks `/twiml/next`, and the call may go on in another process."""
        self._line.close()

    def move(self, within_s: float) -> None:
        """Have the leg go on in another process, at its next quiet moment or after `within_s` seconds (0: now)."""
        if self._call.state is not State.DISCONNECTED:
            self.post(MoveAsked(**self._now(), within_s=within_s))

    async def start_listening(self) -> None:
        """Let the caller's audio through to the model."""
        self._link.start_capture()
        self.post(ListeningStarted(**self._now()))

    async def stop_listening(self) -> None:
        """Send the model silence in place of the caller's audio."""
        self._link.stop_capture()
        self.post(ListeningStopped(**self._now()))

    def on(self, event: str, handler: Handler) -> None:
        """Call `handler` for every event of the type `event` ("*": of any type)."""
        self._handlers[event].append(handler)

    def off(self, event: str, handler: Handler) -> None:
        """Cease to call `handler` for `event`."""
        if handler in self._handlers[event]:
            self._handlers[event].remove(handler)

    # --- the life of a leg ---

    async def run(self) -> None:
        """Serve the leg to its end. Everything that was begun is ended, and the log is written, when this returns.

        Raises:
            Exception: a mistake of ours, wherever in the leg it happened; the leg was ended because of it.
        """
        self._parts.log.open(self.restaurant_id, self.id, self._fence, self._found)
        self._found = ()
        writer = self._watch(asyncio.create_task(self._line.write(), name="line writer"))
        guard = self._watch(asyncio.create_task(self._keep_lease(), name="lease"))
        first_frame = asyncio.get_running_loop().call_later(FIRST_FRAME_PATIENCE, self._check_first_frame)
        ended: StreamEnd = "lost"
        try:
            await self.connect()
            ended = await self._line.read(self)
        finally:
            first_frame.cancel()
            guard.cancel()
            self._opening.cancel()
            self.post(LegEnded(**self._now(), leg=self._leg, reason=ended))
            self._line.close()
            await self._finish(writer, guard)

    def _watch(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        """A task without which the leg cannot go on: what it raises is raised by `run`."""

        def done(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                self._line.abandon(error)

        task.add_done_callback(done)
        return task

    async def _finish(self, writer: asyncio.Task[None], guard: asyncio.Task[None]) -> None:
        """Let slow effects end in bounded time, write the log, give the lease back."""
        if self._tasks:
            patience = SUBMIT_PATIENCE if self._orders.submitting else FINISH_PATIENCE
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                task.cancel()
        await self._link.close()
        await asyncio.wait({writer}, timeout=1.0)
        writer.cancel()
        await asyncio.gather(writer, guard, *self._tasks, return_exceptions=True)
        self._over = True
        self._stop_timer()
        self._opening.stop()
        self._parts.metrics.record_audio_quality(self._line.quality())
        self._log.info("leg_ended", ignored=self._ignored(), **self._summary())
        if not self._lease_lost:
            await self._hand_back()

    async def _hand_back(self) -> None:
        try:
            async with asyncio.timeout(FINISH_PATIENCE):
                await self._parts.log.flushed(self.id)
                await self._parts.store.release_lease(self.restaurant_id, self.id, self._fence, self._parts.owner)
        except (StoreError, TimeoutError) as error:
            self._log.warning("leg_log_incomplete", reason=type(error).__name__)

    def adapt(self, loop_lag_ms: float) -> None:
        """Fit the pacing lead to the process's loop lag and the line's round trip."""
        self._line.adapt(loop_lag_ms)

    def offer_is(self, offer: Offer) -> None:
        """What can be had now; the call is told when it is news."""
        if self._call.leg == self._leg and offer != self._call.desk.offer:
            self.post(offer_changed(offer, self.id, datetime.now(UTC)))

    def obey(self, command: Command) -> None:
        """Do what a person at the restaurant wants, or take in what the kitchen says, once; it may come again."""
        if self._call.leg != self._leg or self._over or self._lease_lost or command.id in self._obeyed:
            return
        self._obeyed.add(command.id)
        if not was_taken(command, self._call):
            self.post(event_of(command, datetime.now(UTC)))
        self.spawn(self._put_away(command))

    async def _put_away(self, command: Command) -> None:
        """Take a command out of the store once the log has it, so that no other leg takes it and none forgets it."""
        try:
            await self._parts.log.flushed(self.id)
            await self._parts.store.commands.taken(self.restaurant_id, command.id)
        except StoreError as error:
            self._obeyed.discard(command.id)
            self._log.warning("command_not_put_away", reason=type(error).__name__)

    def lose_lease(self) -> None:
        """A newer leg has the call: this one is a zombie, takes nothing more in, says nothing more and closes."""
        if self._lease_lost:
            return
        self._lease_lost = True
        self._log.info("lease_lost")
        self._line.interrupt()
        self._line.clear()
        self._line.close()

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            try:
                await self._parts.store.renew_lease(self.restaurant_id, self.id, self._fence, self._parts.owner, LEASE)
                now, caller = datetime.now(UTC), self._call.caller_key
                await self._parts.store.admission.stay(self.restaurant_id, self.id, caller, now)
            except LeaseLostError:
                self.lose_lease()
                return
            except StoreError as error:
                self._log.warning("lease_not_renewed", reason=type(error).__name__)

    # --- events in ---

    def post(self, event: AnyEvent) -> None:
        """Take one event in: into the log, through the core, out as effects. Posts from within are taken in order.

        Called by sockets, timers and tasks. A mistake of ours ends the leg: `run` raises it.
        """
        self.take(event, logged=False)

    def take(self, event: AnyEvent, *, logged: bool) -> None:
        """As `post`; `logged`: the log has it already."""
        if self._over or self._lease_lost:
            return
        self._inbox.append((event, logged))
        if self._handling:
            return
        self._handling = True
        try:
            while self._inbox:
                self._take(*self._inbox.popleft())
        except Exception as error:  # noqa: BLE001 - raised again by `run`, not in some socket's callback
            self._line.abandon(error)
        finally:
            self._handling = False

    def _take(self, event: AnyEvent, logged: bool) -> None:
        event = self._redaction.clean(event)
        if isinstance(event, TranscriptionEvent) and event.type == "transcription.partial":
            self._tell(event)
            return
        event_id = self._stored_id() if logged else self._event_id()
        if not logged:
            self._parts.log.append(self.id, [(event_id, event.to_json())])
        if isinstance(event, ErrorEvent):
            self._log.warning("call_error", code=event.error.code, detail=event.error.message)
        self._opening.observe(event)
        effects = self._call.handle(event)
        if told := deliveries(event_id, self._call.happened, self._call):
            self._parts.log.append(self.id, [], deliveries=told)  # nothing was awaited: it goes with the event
        self._tell(event)
        for effect in effects:
            self._carry_out(effect)
        self._set_timer()

    def _event_id(self) -> str:
        self._written += 1
        return f"{self._fence}-{self._written}"

    def _stored_id(self) -> str:
        """For an event that the store has put into the log itself."""
        return f"{self._fence}-{self._written}-stored"

    def _tell(self, event: AnyEvent) -> None:
        self._parts.metrics.observe(event, self.id)
        for name in (event.type, "*"):
            for handler in tuple(self._handlers.get(name, ())):
                handler(event)

    def _now(self) -> Stamp:
        return stamp_of(self.id, datetime.now(UTC))

    # --- the line's listener ---

    def hear(self, mulaw: bytes) -> None:
        """The caller's sound, mu-law 8 kHz."""
        self._link.hear(mulaw)

    def key_pressed(self, digit: str) -> None:
        """The caller pressed a key."""
        self.post(KeyPressed(**self._now(), digit=digit))

    def playback_started(self, item_id: str) -> None:
        """The agent becomes audible."""
        self.post(PlaybackStarted(**self._now(), item_id=item_id))

    def playback_finished(self) -> None:
        """All that was said has been played."""
        self.post(PlaybackFinished(**self._now()))

    def playback_stalled(self) -> None:
        """The model stopped in the middle of its speech."""
        self.post(PlaybackStalled(**self._now()))

    def caller_began(self) -> None:
        """A voice has begun on the line: a leg that is about to move must know."""
        if self._call.moves:
            self.post(CallerBegan(**self._now()))

    def caller_paused(self, spoke_ms: int, paused_ms: int) -> None:
        """The caller has spoken and fallen silent, as far as the line can tell."""
        self.post(CallerPaused(**self._now(), spoke_ms=spoke_ms, paused_ms=paused_ms))

    def barge_in(self, cuts: tuple[Cut, ...]) -> None:
        """The caller has taken the turn."""
        heard = tuple(
            Heard(item_id=c.item_id, content_index=c.content_index, heard_ms=c.heard_ms, produced_ms=c.produced_ms)
            for c in cuts
            if not c.item_id.startswith(CLIP_ITEM)
        )
        self.post(Interrupted(**self._now(), cut=heard))

    def _overflowed(self) -> None:
        self.post(errors.AUDIO_BUFFER_OVERFLOW.event(self.id, datetime.now(UTC), "more than 120 s wait to be played"))

    def _check_first_frame(self) -> None:
        if not self._line.frames:
            self.post(errors.MIC_ACCESS_DENIED.event(self.id, datetime.now(UTC), "not one frame of the caller came"))

    # --- effects out ---

    def _carry_out(self, effect: Effect) -> None:  # noqa: C901 - one arm per effect, closed by assert_never
        match effect:
            case OpenModel():
                self._opening.begin(effect)
            case ConfigureModel():
                self._link.apply(effect)
                self.post(SessionRequested(**self._now()))
            case (
                RequestResponse()
                | CheckModel()
                | Note()
                | AnswerTool()
                | CancelResponse()
                | TruncateItem()
                | DeleteItem()
            ):
                self._link.apply(effect)
            case ClearPlayout():
                self._line.clear()
            case BreakOff():
                self.barge_in(self._line.interrupt())
            case PlayClip(name):
                item = f"{CLIP_ITEM}{name}.{self._written}"
                self._line.speak(item, 0, load_clip(Clip(name), self._language()), filler=True)
                self._line.end_item(item, 0)
            case HoldOrder(order):
                self._orders.hold(order)
            case SubmitOrder(order):
                self.spawn(self._orders.submit(order))
            case KeepMessage(tool_call_id, text, name, number_back, order):
                number = self._caller_number if number_back else None
                left = MessageLeft(
                    **self._now(), tool_call_id=tool_call_id, text=text, name=name, number=number, order=order
                )
                self.post(left)
            case KeepConsent(tool_call_id, item_id, words, language, agreed):
                said: Mapping[str, str] = {"item_id": item_id, "words": words, "language": language}
                consent = self._now() | {"tool_call_id": tool_call_id, "agreed": agreed, **said}
                self.post(TextAgreed.model_validate(consent))
            case TextOrder():
                self.spawn(self._text(effect))
            case RaiseAlert(kind, reason):
                self._log.error("alert_raised", kind=kind)
                self.post(AlertRaised(**self._now(), kind=kind, reason=reason))
            case ReportError(error):
                self._parts.metrics.record_error(error)
                self._log.warning("call_error", code=error.error.code, detail=error.error.message)
            case CloseModel():
                self._opening.close()
            case EndLeg(reason):
                self._log.info("leg_ending", reason=reason)
                self.spawn(self._end_leg())
            case _:
                assert_never(effect)

    async def _text(self, owed: TextOrder) -> None:
        """Have the order confirmed by a text message; what fails is asked for again by the next leg, or at the end."""
        queued = await self._texts.confirm(self._call, owed, self._caller_number, datetime.now(UTC))
        if queued is not None:
            self.post(queued)

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """A slow effect as a task of this leg; it is waited for at its end, in bounded time."""
        task = self._watch(asyncio.create_task(work, name=f"effect of {self.id}"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _end_leg(self) -> None:
        """Close the line once the log says why: Twilio asks `/twiml/next` at once, and any process may answer."""
        patience = AWAY_PATIENCE if self._parts.log.away else FLUSH_PATIENCE
        holding = asyncio.get_running_loop().call_later(AWAY_PATIENCE, self._carry_out, PlayClip("hold"))
        try:
            async with asyncio.timeout(patience):
                await self._parts.log.flushed(self.id)
                if self._line.caller_begins:
                    self.caller_began()
                    await self._parts.log.flushed(self.id)
        except (StoreError, TimeoutError) as error:
            self._log.warning("leg_ends_unwritten", reason=type(error).__name__)
        finally:
            holding.cancel()
        self._line.close()

    def log_restored(self) -> None:
        """The store had forgotten this call, and has its log again: what else it knew of it is brought back, too."""
        self._orders.log_restored()

    # --- time, logs ---

    def _set_timer(self) -> None:
        due = self._call.deadline
        if due == self._timer_at:
            return
        self._stop_timer()
        self._timer_at = due
        if due is not None:
            wait = max(0.0, (due - datetime.now(UTC)).total_seconds())
            self._timer = asyncio.get_running_loop().call_later(wait, self._time_passed)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timer_at = None

    def _time_passed(self) -> None:
        due, self._timer, self._timer_at = self._timer_at, None, None
        now = datetime.now(UTC)
        if due is not None and now < due < now + CLOCK_DRIFT:  # the loop's clock and the wall clock differ by a little
            self._set_timer()
            return
        self.post(TimedOut(**self._now()))

    def _state_changed(self, source: State, target: State) -> None:
        self._log.info("state", source=source.value, target=target.value)

    def _transition_refused(self, state: State, trigger: str) -> None:
        self._log.debug("event_ignored", state=state.value, trigger=trigger)

    def _language(self) -> Language:
        return self._call.restaurant.languages[0]

    def _ignored(self) -> Mapping[str, int]:
        return {**self._line.ignored, **self._link.ignored()}

    def _summary(self) -> dict[str, object]:
        quality = self._line.quality()
        return {
            "frames": self._line.frames,
            "loss": round(quality.loss, 4),
            "jitter_ms": round(quality.jitter_ms, 1),
            "underruns": quality.underruns,
            "order_state": self._call.order.state.value if self._call.order else None,
        }
