"""Twilio's webhooks: what to do with a call, at its beginning and whenever a stream or a dialled leg has ended.

Rules kept here: an answer is given once per (call, leg) and repeated when Twilio asks again; what comes late, twice or
out of order changes nothing. What holds for every webhook is in `door.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.call.machine import Call
from gateway.call.next_step import Goodbye, next_step
from gateway.events import CallStarted, Disclosed, HungUp, milliseconds
from gateway.houses import Houses
from gateway.logs import get_logger
from gateway.metrics import MetricsCollector
from gateway.order_texts import OrderTexts
from gateway.orders.restaurant import Restaurant
from gateway.orders.timing import takes_calls
from gateway.pos.call_payload import deliveries
from gateway.security import caller_key, e164, last_two
from gateway.settings import Settings
from gateway.store import Delivery, SessionStore, StoreError, StoreUnavailableError
from gateway.store.texts import TextStore
from gateway.submission import Submission
from gateway.text_session import TextSessions, UnknownCallError
from gateway.web.admission import Admission, declined
from gateway.web.call_book import CallBook
from gateway.web.documents import Documents
from gateway.web.door import REPEATED_WITHIN_S, STORE_PATIENCE_S, Door
from gateway.web.fallback import Fallback
from gateway.web.phrases import closed_text, locale_of
from gateway.web.readiness import Readiness
from gateway.web.text_turns import TextTurns
from gateway.web.webhook_guard import BODY_LIMIT, Webhook
from twiml.closed import closed
from twiml.goodbye import goodbye

log = get_logger(__name__)

TURN_PATIENCE_S = 10.0
"""As `STORE_PATIENCE_S`, for a turn in which an order may have to be stored."""
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Values of `CallStatus` after which a call does not come back (Twilio, "Call resource")."""


class Telephony:
    """The routes for Twilio. Built once, in the application's lifespan.

    Args:
        settings: gives the public URL, the secret and the auth tokens.
        secret: key of tokens and number hashes: `GATEWAY_SECRET`, or development's own.
        restaurants: all that are served; in development the first one answers unknown numbers.
        store: where calls begin.
        readiness: whether new calls are taken.
        metrics: counts answers and refusals.
        turns: takes the turns of calls that have no media stream.
        houses: the restaurants with the menus that hold.
        now: the clock, aware UTC.
    """

    def __init__(
        self,
        settings: Settings,
        secret: str,
        restaurants: Sequence[Restaurant],
        store: SessionStore,
        readiness: Readiness,
        metrics: MetricsCollector,
        turns: TextSessions,
        houses: Houses,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._door = Door(settings, restaurants, store, metrics, now)
        self.guard = self._door.guard
        self._secret = secret
        self._store = store
        self._admission = Admission(store)
        self._readiness = readiness
        self._metrics = metrics
        self._turns = TextTurns(settings.public_url, turns)
        self._documents = Documents(settings, secret, self._turns, now)
        self._book = CallBook(store, houses, metrics, now)
        self._houses = houses
        self._texts = OrderTexts(store)
        self._now = now

    def routes(self) -> list[Route]:
        """The routes, each with a limit for the body."""
        handlers: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/twiml/voice": self.voice,
            "/twiml/next": self.next,
            "/twiml/gather": self.gather,
            "/twilio/status": self.status,
            "/twilio/stream": self.stream,
        }
        posted = [
            Route(path, handler, methods=["POST"], max_body_size=BODY_LIMIT) for path, handler in handlers.items()
        ]
        return [*posted, Fallback(self.guard, self._door.called).route()]

    async def voice(self, request: Request) -> Response:
        """A customer has dialled: disclosure and media stream, or whatever is possible instead."""
        return await self._door.answer_caller(request, self._voice)

    async def next(self, request: Request) -> Response:
        """A stream or a dialled leg has ended: what comes next is read from the call's log."""
        return await self._door.answer_caller(request, self._next)

    async def gather(self, request: Request) -> Response:
        """The caller has answered a text-only turn, or such turns begin."""
        return await self._door.answer_caller(request, self._gather)

    async def status(self, request: Request) -> Response:
        """Call progress: a call that is over leaves the list of live ones. May come twice and out of order."""
        return await self._door.take_note(request, self._status)

    async def stream(self, request: Request) -> Response:
        """Stream status: only for the log; what happens next is asked at `/twiml/next`."""
        return await self._door.take_note(request, self._stream)

    # --- what the webhooks do ---

    async def _voice(self, hook: Webhook) -> str:
        restaurant = self._door.called(hook)
        if restaurant is None:
            return self._door.refuse(hook, "unknown_number", None)
        now = self._now()
        if not takes_calls(restaurant, now):
            self._metrics.count_webhook(hook.path, "closed")
            log.info("call.closed", restaurant=restaurant.id)
            return closed(closed_text(restaurant, now), locale_of(restaurant))
        not_ready = self._readiness.refusal()
        if not_ready is not None:
            return self._door.refuse(hook, not_ready, restaurant)
        key, number = f"voice:{hook.call_id}", hook.field("From")
        async with asyncio.timeout(STORE_PATIENCE_S):
            if (given := await self._store.answered_before(restaurant.id, key)) is not None:
                self._metrics.count_webhook(hook.path, "repeated")
                return given
            caller = caller_key(self._secret, number)
            place = await self._admission.ask(restaurant, hook.call_id, caller, now)
            if place == "house_full":
                return self._door.refuse(hook, place, restaurant)
            if place != "admitted":
                log.warning("call.declined", restaurant=restaurant.id, reason=place)
                self._metrics.count_webhook(hook.path, place)
                return declined(restaurant, place)
            held = None if caller is None else await self._store.held_order(restaurant.id, caller)
            lately = () if caller is None else await self._store.placed_lately(restaurant.id, caller, now)
            unsubscribed = await self._wants_no_texts(restaurant, caller)
            house = await self._houses.now(restaurant.id)
            facts: dict[str, object] = {"session_id": hook.call_id, "timestamp": milliseconds(now)}
            started = CallStarted.model_validate(
                facts
                | {
                    "restaurant_id": restaurant.id,
                    "caller_key": caller,
                    "caller_last_two": last_two(number),
                    "held_order": None if held is None else held.order,
                    "recent_orders": [{"cents": order.cents, "at": milliseconds(order.at)} for order in lately],
                    "unsubscribed": unsubscribed,
                    "menu_digest": house.menu.digest,
                }
            )
            disclosed = Disclosed.model_validate(facts | {"text": restaurant.disclosure})
            events = [("call.started", started.to_json()), ("call.disclosed", disclosed.to_json())]
            told = self._told(house, hook.call_id, started)
            new = await self._store.begin_call(restaurant.id, hook.call_id, events, now, told)
            leg = 1 if new else await self._book.next_leg(hook.call_id, restaurant)
            if leg is None:
                return await self._is_over(hook, restaurant, caller)
            document = self._documents.beginning(hook, leg, restaurant)
            document = await self._store.once(restaurant.id, key, document, REPEATED_WITHIN_S)
        self._metrics.count_webhook(hook.path, "answered" if new else "repeated")
        log.info("call.answered", restaurant=restaurant.id, repeated=not new, held_order=held is not None)
        return document

    async def _next(self, hook: Webhook) -> str:
        restaurant = self._door.called(hook)
        if restaurant is None:
            return self._door.refuse(hook, "unknown_number", None)
        leg, after = hook.leg, "dial" if hook.dialled else "stream"
        if hook.command is not None:
            after = f"staff-{hook.command}"
        over = hook.field("CallStatus") in OVER
        async with asyncio.timeout(STORE_PATIENCE_S):
            entries = await self._book.log_of(hook.call_id, restaurant)
            if not entries:
                return self._door.refuse(hook, "unknown_call", restaurant)
            call = await self._book.fold(hook.call_id, restaurant, entries)
            await self._book.note_dial(call, hook, leg)
            await self._book.obey(call)
            step = Goodbye() if over else next_step(call, self._now(), leg - 1, dialled=after == "dial")
            document = self._documents.following(step, hook, leg, restaurant)
            document = await self._store.once(restaurant.id, f"next:{hook.call_id}:{leg}:{after}", document)
            if isinstance(step, Goodbye):
                await self._store.end_call(restaurant.id, hook.call_id)
                await self._admission.over(call, call.caller_key, self._now())
            else:
                await self._store.admission.stay(restaurant.id, hook.call_id, call.caller_key, self._now())
        self._metrics.count_webhook(hook.path, type(step).__name__.lower())
        log.info("call.next", restaurant=restaurant.id, leg=leg, after=after, step=type(step).__name__)
        return document

    async def _gather(self, hook: Webhook) -> str:
        restaurant = self._door.called(hook)
        if restaurant is None:
            return self._door.refuse(hook, "unknown_number", None)
        async with asyncio.timeout(TURN_PATIENCE_S):
            try:
                document = await self._turns.document(hook, restaurant)
            except UnknownCallError:
                return self._door.refuse(hook, "unknown_call", restaurant)
        with suppress(StoreError, TimeoutError):  # the turn is written: its answer is not withheld for book-keeping
            async with asyncio.timeout(STORE_PATIENCE_S):
                caller = caller_key(self._secret, hook.field("From"))
                await self._store.admission.stay(restaurant.id, hook.call_id, caller, self._now())
        self._metrics.count_webhook(hook.path, "turn")
        return document

    async def _status(self, hook: Webhook) -> str:
        status, restaurant = hook.field("CallStatus"), self._door.called(hook)
        log.info("call.status", status=status, sequence=hook.field("SequenceNumber"))
        if restaurant is not None and status in OVER:
            # Whatever its SequenceNumber: a call that is over does not come back, and its end is one event by its id.
            hung_up = HungUp(session_id=hook.call_id, timestamp=milliseconds(self._now()), status=status or "")
            async with asyncio.timeout(STORE_PATIENCE_S):
                entries = await self._store.read_log(restaurant.id, hook.call_id)
                if not entries:  # never begun: closed, full, or its voice webhook is still to come
                    key = f"voice:{hook.call_id}"
                    await self._store.once(restaurant.id, key, goodbye("", locale_of(restaurant)), REPEATED_WITHIN_S)
                    return ""
                call = await self._book.fold(hook.call_id, restaurant, entries)
                await self._book.note(call, "call.hung_up", hung_up)
                await self._store.end_call(restaurant.id, hook.call_id)
                await self._admission.over(call, call.caller_key, self._now())
            await self._place_owed(call, hook)
            async with asyncio.timeout(STORE_PATIENCE_S):
                await self._confirm_by_text(call, hook)
        return ""

    async def _stream(self, hook: Webhook) -> str:
        event, error = hook.field("StreamEvent"), hook.field("StreamError")
        level = log.warning if error is not None else log.info
        level("stream.status", status=event, stream=hook.field("StreamSid"), error=error)
        return ""

    async def _wants_no_texts(self, restaurant: Restaurant, caller: str | None) -> bool:
        if restaurant.sms is None or caller is None:
            return False
        return await TextStore(self._store.connection).is_unsubscribed(restaurant.id, caller)

    async def _place_owed(self, call: Call, hook: Webhook) -> None:
        """Place the order that the caller has agreed to, where no leg could: its process died, and they hung up.

        Raises:
            StoreUnavailableError: the store does not say that it has the order.
        """
        owed = call.desk.resubmit()
        if owed is None:
            return
        event_id = f"over-order-{owed.order.id}"
        submission = Submission(self._store, call, None, e164(hook.field("From")), patience_s=STORE_PATIENCE_S)
        event, logged, _ = await submission.submit(owed.order, event_id, self._now())
        if event.type == "order.error" and event.reason is None:
            raise StoreUnavailableError("the order of a call that is over is not stored")
        log.warning("call.order_settled_at_its_end", outcome=event.type, reason=event.reason)
        if logged:
            call.handle(event)
        else:
            await self._book.note(call, event_id, event)

    async def _confirm_by_text(self, call: Call, hook: Webhook) -> None:
        """The text that a call still owes at its end: the process that was to send it has died, or its store was away.

        Nobody waits for more of it: the event is for the log alone.
        """
        owed = call.texts.owed
        if owed is None:
            return
        queued = await self._texts.confirm(call, owed, hook.field("From"), self._now())
        if queued is not None:
            entry = (f"call.text_queued-{queued.order_id}", queued.to_json())
            await self._store.append(call.restaurant.id, call.call_id, None, [entry])

    def _told(self, house: Restaurant, call_id: str, started: CallStarted) -> tuple[Delivery, ...]:
        """What the POS is told of a call that begins."""
        if house.pos is None or not house.pos.wants("call.started"):
            return ()
        call = Call.fold(call_id, house, [started])
        return deliveries("call.started", call.happened, call)

    async def _is_over(self, hook: Webhook, restaurant: Restaurant, caller: str | None) -> str:
        """The beginning of a call that has ended already: a webhook that came late."""
        await self._store.admission.leave(restaurant.id, hook.call_id, caller)
        self._metrics.count_webhook(hook.path, "over")
        log.info("call.over_already", restaurant=restaurant.id)
        return goodbye("", locale_of(restaurant))
