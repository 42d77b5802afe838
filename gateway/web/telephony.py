"""Twilio's webhooks: what to do with a call, at its beginning and whenever a stream or a dialled leg has ended.

Rules kept here: nothing is looked at before the signature is checked; every answer to a caller's webhook is TwiML that
does something sensible, also when we are full, without a store, or broken; every refusal is logged with its reason and
without numbers; an answer is given once per (call, leg) and repeated when Twilio asks again.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.call.machine import Call
from gateway.call.next_step import Apologise, Goodbye, NextStep, Reconnect, TextOnly, Transfer, next_step
from gateway.call.staff import staff_acted
from gateway.call.states import State
from gateway.events import AnyEvent, CallStarted, Dialled, Disclosed, HungUp, milliseconds
from gateway.logs import bind_call, get_logger
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import Restaurant
from gateway.orders.timing import takes_calls
from gateway.security import StreamToken, caller_key, e164, last_two, mint_stream_token
from gateway.settings import Settings
from gateway.sound_log import sound_log
from gateway.store import LogEntry, SessionStore, StoreError, StoreUnavailableError
from gateway.text_session import TextSessions, UnknownCallError
from gateway.web.admission import Admission, declined
from gateway.web.fallback import Fallback
from gateway.web.phrases import LOCALES, PHRASES, closed_text
from gateway.web.readiness import Readiness
from gateway.web.text_turns import TextTurns
from gateway.web.webhook_guard import BODY_LIMIT, Webhook, WebhookGuard, WebhookRefused
from gateway.web.whisper import screen
from twiml.answer import answer
from twiml.closed import closed
from twiml.document import CONTENT_TYPE, Stream
from twiml.goodbye import goodbye
from twiml.message import message
from twiml.resume import resume
from twiml.transfer import transfer, transfer_or_apology

log = get_logger(__name__)

TURN_PATIENCE_S = 10.0
"""As `STORE_PATIENCE_S`, for a turn in which an order may have to be stored."""
STORE_PATIENCE_S = 2.0
"""A caller hears nothing while the store is asked; Twilio itself gives up after 15 s in all."""
STORE_PAUSE_S = 0.2
"""Seconds between two questions to a store that is away, where it is asked again."""
TOKEN_LIFE = timedelta(minutes=5)
"""From the answer to the handshake: the disclosure is said in between. A used token is remembered for longer."""
REPEATED_WITHIN_S = 60
"""Twilio repeats a webhook within 15 s in all; the same CallSid later than this is answered anew, with a next leg."""
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Values of `CallStatus` after which a call does not come back (Twilio, "Call resource")."""

_Handler = Callable[[Webhook], Awaitable[str]]


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
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.guard = WebhookGuard(settings)
        self._settings = settings
        self._secret = secret
        self._store = store
        self._admission = Admission(store)
        self._readiness = readiness
        self._metrics = metrics
        self._turns = TextTurns(settings.public_url, turns)
        self._now = now
        self._by_number = {number: restaurant for restaurant in restaurants for number in restaurant.numbers}
        self._stand_in = restaurants[0] if settings.development else None

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
        return [*posted, Fallback(self.guard, self._called).route()]

    async def voice(self, request: Request) -> Response:
        """A customer has dialled: disclosure and media stream, or whatever is possible instead."""
        return await self._answer_caller(request, self._voice)

    async def next(self, request: Request) -> Response:
        """A stream or a dialled leg has ended: what comes next is read from the call's log."""
        return await self._answer_caller(request, self._next)

    async def gather(self, request: Request) -> Response:
        """The caller has answered a text-only turn, or such turns begin."""
        return await self._answer_caller(request, self._gather)

    async def status(self, request: Request) -> Response:
        """Call progress: a call that is over leaves the list of live ones. May come twice and out of order."""
        return await self._take_note(request, self._status)

    async def stream(self, request: Request) -> Response:
        """Stream status: only for the log; what happens next is asked at `/twiml/next`."""
        return await self._take_note(request, self._stream)

    # --- what the webhooks do ---

    async def _voice(self, hook: Webhook) -> str:
        restaurant = self._called(hook)
        if restaurant is None:
            return self._refuse(hook, "unknown_number", None)
        now = self._now()
        if not takes_calls(restaurant, now):
            self._metrics.count_webhook(hook.path, "closed")
            log.info("call.closed", restaurant=restaurant.id)
            return closed(closed_text(restaurant, now), _locale(restaurant))
        not_ready = self._readiness.refusal()
        if not_ready is not None:
            return self._refuse(hook, not_ready, restaurant)
        key, number = f"voice:{hook.call_id}", hook.field("From")
        async with asyncio.timeout(STORE_PATIENCE_S):
            if (given := await self._store.answered_before(restaurant.id, key)) is not None:
                self._metrics.count_webhook(hook.path, "repeated")
                return given
            caller = caller_key(self._secret, number)
            place = await self._admission.ask(restaurant, hook.call_id, caller, now)
            if place == "house_full":
                return self._refuse(hook, place, restaurant)
            if place != "admitted":
                log.warning("call.declined", restaurant=restaurant.id, reason=place)
                self._metrics.count_webhook(hook.path, place)
                return declined(restaurant, place)
            held = None if caller is None else await self._store.held_order(restaurant.id, caller)
            lately = () if caller is None else await self._store.placed_lately(restaurant.id, caller, now)
            facts: dict[str, object] = {"session_id": hook.call_id, "timestamp": milliseconds(now)}
            started = CallStarted.model_validate(
                facts
                | {
                    "restaurant_id": restaurant.id,
                    "caller_key": caller,
                    "caller_last_two": last_two(number),
                    "held_order": None if held is None else held.order,
                    "recent_orders": [{"cents": order.cents, "at": milliseconds(order.at)} for order in lately],
                    "menu_digest": restaurant.menu.digest,
                }
            )
            disclosed = Disclosed.model_validate(facts | {"text": restaurant.disclosure})
            events = [("call.started", started.to_json()), ("call.disclosed", disclosed.to_json())]
            new = await self._store.begin_call(restaurant.id, hook.call_id, events, now)
            leg = 1 if new else await self._next_leg(hook.call_id, restaurant)
            if leg is None:
                return await self._is_over(hook, restaurant, caller)
            if self._turns.needed:
                document = self._turns.answer(restaurant, leg)
            else:
                stream, next_url = self._stream_of(hook, leg, restaurant), self._next_url(leg + 1)
                document = answer(restaurant.disclosure, _locale(restaurant), stream, next_url)
            document = await self._store.once(restaurant.id, key, document, REPEATED_WITHIN_S)
        self._metrics.count_webhook(hook.path, "answered" if new else "repeated")
        log.info("call.answered", restaurant=restaurant.id, repeated=not new, held_order=held is not None)
        return document

    async def _next(self, hook: Webhook) -> str:
        restaurant = self._called(hook)
        if restaurant is None:
            return self._refuse(hook, "unknown_number", None)
        leg, after = hook.leg, "dial" if hook.field("DialCallStatus") else "stream"
        over = hook.field("CallStatus") in OVER
        async with asyncio.timeout(STORE_PATIENCE_S):
            entries = await self._log_of(hook.call_id, restaurant)
            if not entries:
                return self._refuse(hook, "unknown_call", restaurant)
            call = Call.fold(hook.call_id, restaurant, self._events(hook.call_id, entries))
            await self._note_dial(call, hook, leg)
            await self._obey_staff(call)
            step = Goodbye() if over else next_step(call, self._now(), leg - 1, dialled=after == "dial")
            document = self._document(step, hook, leg, restaurant)
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
        restaurant = self._called(hook)
        if restaurant is None:
            return self._refuse(hook, "unknown_number", None)
        async with asyncio.timeout(TURN_PATIENCE_S):
            try:
                document = await self._turns.document(hook, restaurant)
            except UnknownCallError:
                return self._refuse(hook, "unknown_call", restaurant)
            caller = caller_key(self._secret, hook.field("From"))
            await self._store.admission.stay(restaurant.id, hook.call_id, caller, self._now())
        self._metrics.count_webhook(hook.path, "turn")
        return document

    async def _status(self, hook: Webhook) -> str:
        status, restaurant = hook.field("CallStatus"), self._called(hook)
        log.info("call.status", status=status, sequence=hook.field("SequenceNumber"))
        if restaurant is not None and status in OVER:
            # Whatever its SequenceNumber: a call that is over does not come back, and its end is one event by its id.
            hung_up = HungUp(session_id=hook.call_id, timestamp=milliseconds(self._now()), status=status or "")
            async with asyncio.timeout(STORE_PATIENCE_S):
                entries = await self._store.read_log(restaurant.id, hook.call_id)
                if not entries:  # never begun: closed, full, or its voice webhook is still to come
                    key = f"voice:{hook.call_id}"
                    await self._store.once(restaurant.id, key, goodbye("", _locale(restaurant)), REPEATED_WITHIN_S)
                    return ""
                await self._store.append(restaurant.id, hook.call_id, None, [("call.hung_up", hung_up.to_json())])
                await self._store.end_call(restaurant.id, hook.call_id)
                call = Call.fold(hook.call_id, restaurant, [*self._events(hook.call_id, entries), hung_up])
                await self._admission.over(call, call.caller_key, self._now())
        return ""

    async def _stream(self, hook: Webhook) -> str:
        event, error = hook.field("StreamEvent"), hook.field("StreamError")
        level = log.warning if error is not None else log.info
        level("stream.status", status=event, stream=hook.field("StreamSid"), error=error)
        return ""

    # --- the same around all of them ---

    async def _answer_caller(self, request: Request, handle: _Handler) -> Response:
        """Run a handler that answers a caller: whatever happens, there is TwiML at the end.

        Only a request that is not Twilio's gets a bare refusal: nobody waits behind it.
        """
        hook = None
        try:
            hook = await self.guard.receive(request)
            bind_call(hook.call_id)
            document = await self._once_per_token(hook, handle)
        except WebhookRefused as refused:
            if refused.hook is None:
                return self._turn_away(request, refused)
            document = self._refuse(refused.hook, refused.reason, self._restaurant_of(refused.hook))
        except (StoreError, TimeoutError) as error:
            assert hook is not None  # the guard does not ask the store
            log.error("store.away", error=str(error))
            document = self._refuse(hook, "store_away", self._restaurant_of(hook))
        except Exception:  # a fault of ours must not become silence on somebody's telephone
            if hook is None:
                raise
            log.exception("webhook.crashed", path=hook.path)
            document = self._refuse(hook, "crashed", self._restaurant_of(hook))
        return Response(document, media_type=CONTENT_TYPE)

    async def _once_per_token(self, hook: Webhook, handle: _Handler) -> str:
        """Run a handler, unless Twilio has sent this very request before: then the first answer is given again."""
        restaurant = None if hook.token is None else self._called(hook)
        if restaurant is None:
            return await handle(hook)
        key = f"token:{hook.call_id}:{hook.path}:{hook.token}"
        async with asyncio.timeout(STORE_PATIENCE_S):
            if (given := await self._store.answered_before(restaurant.id, key)) is not None:
                self._metrics.count_webhook(hook.path, "repeated")
                return given
        document = await handle(hook)
        async with asyncio.timeout(STORE_PATIENCE_S):
            return await self._store.once(restaurant.id, key, document, REPEATED_WITHIN_S)

    async def _take_note(self, request: Request, handle: _Handler) -> Response:
        """Run a handler of a callback: Twilio ignores the body. 503 makes it try again where it is told to."""
        try:
            hook = await self.guard.receive(request)
            bind_call(hook.call_id)
            await handle(hook)
        except WebhookRefused as refused:
            return self._turn_away(request, refused)
        except (StoreError, TimeoutError) as error:
            log.error("store.away", error=str(error))
            return PlainTextResponse("try again", 503)
        self._metrics.count_webhook(hook.path, "noted")
        return Response(status_code=204)

    def _turn_away(self, request: Request, refused: WebhookRefused) -> Response:
        """Answer a request that is not served with a bare status."""
        log.warning("webhook.refused", path=request.url.path, reason=refused.reason, form_field=refused.field)
        self._metrics.count_webhook(request.url.path, refused.reason)
        return PlainTextResponse(refused.reason.replace("_", " "), refused.status)

    def _refuse(self, hook: Webhook, reason: str, restaurant: Restaurant | None) -> str:
        """What a caller gets who cannot be served: the restaurant's telephone, else an apology. Asks nobody."""
        log.warning("call.refused", path=hook.path, reason=reason, restaurant=restaurant and restaurant.id)
        self._metrics.count_webhook(hook.path, reason)
        if restaurant is None:
            return message(PHRASES["en"].not_in_service, LOCALES["en"])
        phrases, now = PHRASES[restaurant.languages[0]], self._now()
        dialled = any(name == "DialCallStatus" for name, _ in hook.form)
        person = restaurant.person_at(now)
        if person is None and not restaurant.is_open(now):  # nobody is there: it would ring in an empty house
            return closed(closed_text(restaurant, now), _locale(restaurant))
        if person is None or dialled:  # it has rung there already
            return message(phrases.apology, _locale(restaurant))
        return transfer_or_apology(person, phrases.transfer, phrases.after_person, _locale(restaurant))

    def _document(self, step: NextStep, hook: Webhook, leg: int, at: Restaurant) -> str:
        phrases, locale = PHRASES[at.languages[0]], _locale(at)
        match step:
            case Reconnect(leg=new_leg):
                return resume(self._stream_of(hook, new_leg, at), self._next_url(new_leg + 1))
            case TextOnly(leg=new_leg):
                return self._turns.begin(new_leg)
            case Transfer(number=number):
                # The same leg is still to come; Twilio's DialCallStatus tells this request from the first.
                whispered = screen(self._settings, at, hook.call_id, leg)
                return transfer(number, phrases.transfer, locale, self._next_url(leg), whispered)
            case Goodbye(said=said):
                return goodbye("" if said else phrases.goodbye, locale)
            case Apologise(number=number):
                if number is None:
                    return message(phrases.apology, locale)
                return transfer_or_apology(number, phrases.transfer, phrases.after_person, locale)
            case _:
                assert_never(step)

    # --- parts ---

    async def _log_of(self, call_id: str, restaurant: Restaurant) -> list[LogEntry]:
        """A call's log. A store that is away for a moment is asked again: who hears nothing meanwhile has an order."""
        while True:
            try:
                return await self._store.read_log(restaurant.id, call_id)
            except StoreUnavailableError:
                await asyncio.sleep(STORE_PAUSE_S)

    async def _next_leg(self, call_id: str, restaurant: Restaurant) -> int | None:
        """The leg that follows those in the log of a call that was begun before; None when the call is over."""
        entries = await self._store.read_log(restaurant.id, call_id)
        call = Call.fold(call_id, restaurant, self._events(call_id, entries))
        said_goodbye = call.ended is not None and call.ended.next == "goodbye"
        return None if call.hung_up or said_goodbye else call.leg + 1

    async def _is_over(self, hook: Webhook, restaurant: Restaurant, caller: str | None) -> str:
        """The beginning of a call that has ended already: a webhook that came late."""
        await self._store.admission.leave(restaurant.id, hook.call_id, caller)
        self._metrics.count_webhook(hook.path, "over")
        log.info("call.over_already", restaurant=restaurant.id)
        return goodbye("", _locale(restaurant))

    def _called(self, hook: Webhook) -> Restaurant | None:
        """The restaurant whose number was dialled."""
        return self._by_number.get(e164(hook.field("To")) or "", self._stand_in)

    def _restaurant_of(self, hook: Webhook) -> Restaurant | None:
        """As `_called`, for the ways out: a form that names several numbers names none."""
        try:
            return self._called(hook)
        except WebhookRefused:
            return self._stand_in

    def _stream_of(self, hook: Webhook, leg: int, restaurant: Restaurant) -> Stream:
        token = StreamToken(hook.call_id, leg, restaurant.id, self._now() + TOKEN_LIFE, secrets.token_urlsafe(12))
        callback = f"{self._settings.public_url}/twilio/stream"
        caller = e164(hook.field("From"))
        return Stream(self._settings.media_url, callback, mint_stream_token(self._secret, token), caller)

    def _next_url(self, leg: int) -> str:
        return f"{self._settings.public_url}/twiml/next?leg={leg}"

    async def _note_dial(self, call: Call, hook: Webhook, leg: int) -> None:
        """What became of the staff's telephone, if it was rung. The fixed id makes a webhook that comes twice one."""
        status, bridged = hook.field("DialCallStatus"), hook.field("DialBridged")
        if status is not None:
            facts = {"session_id": call.call_id, "timestamp": milliseconds(self._now()), "leg": leg, "status": status}
            event = Dialled.model_validate(facts | {"bridged": None if bridged is None else bridged == "true"})
            await self._store.append(call.restaurant.id, call.call_id, None, [(f"call.dialled-{leg}", event.to_json())])
            call.handle(event)

    async def _obey_staff(self, call: Call) -> None:
        """Take what the restaurant's people want done with a call that has no leg which could take it."""
        if call.state is not State.DISCONNECTED:
            return
        for command in await self._store.commands.waiting(call.restaurant.id, call.call_id):
            event = staff_acted(command, self._now())
            entry = (f"call.staff_acted-{command.id}", event.to_json())
            await self._store.append(call.restaurant.id, call.call_id, None, [entry])
            await self._store.commands.taken(call.restaurant.id, command.id)
            call.handle(event)

    def _events(self, call_id: str, entries: Sequence[LogEntry]) -> Sequence[AnyEvent]:
        """What of the log is sound; the next leg tells the call what is not."""
        return sound_log(entries, call_id, self._metrics).events


def _locale(restaurant: Restaurant) -> str:
    return LOCALES[restaurant.languages[0]]
