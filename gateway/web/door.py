"""The way in for Twilio's webhooks: whatever comes, and whatever fails behind it, a caller gets an answer.

Rules kept here: nothing is looked at before the signature is checked; every answer to a caller's webhook is TwiML that
does something sensible, also when we are full, without a store, or broken; every refusal is logged with its reason and
without numbers; a request that Twilio sends again gets its first answer.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gateway.logs import bind_call, get_logger
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import LOCALES, Restaurant
from gateway.security import e164
from gateway.settings import Settings
from gateway.store import SessionStore, StoreError
from gateway.web.phrases import PHRASES, closed_text, locale_of
from gateway.web.webhook_guard import Webhook, WebhookGuard, WebhookRefused
from twiml.closed import closed
from twiml.document import CONTENT_TYPE
from twiml.hold import hold
from twiml.message import message
from twiml.transfer import transfer_or_apology

log = get_logger(__name__)

STORE_PATIENCE_S = 2.0
"""A caller hears nothing while the store is asked; Twilio itself gives up after 15 s in all."""
FIRST_PATIENCE_S = 1.5
"""The same for the first question of a request: a caller whose stream has just failed has waited already."""
AWAY_PATIENCE_S = 0.5
"""The same for a store that was away just now."""
AWAY_FOR_S = 10.0
"""So long that is believed."""
MOST_HOLDS = 6
"""So often a caller whose call is on is asked to hold while the store is away, about three seconds each; longer than a
store takes to restart. Then the restaurant's telephone rings."""
REPEATED_WITHIN_S = 60
"""Twilio repeats a webhook within 15 s in all; the same CallSid later than this is answered anew, with a next leg."""

Handler = Callable[[Webhook], Awaitable[str]]


class Door:
    """What is the same around all webhooks.

    Args:
        settings: gives the public URL and the auth tokens.
        restaurants: all that are served; in development the first one answers unknown numbers.
        store: where answers are kept.
        metrics: counts answers and refusals.
        now: the clock, aware UTC.
    """

    def __init__(
        self,
        settings: Settings,
        restaurants: Sequence[Restaurant],
        store: SessionStore,
        metrics: MetricsCollector,
        now: Callable[[], datetime],
    ) -> None:
        self.guard = WebhookGuard(settings)
        self._public_url = settings.public_url
        self._store = store
        self._metrics = metrics
        self._now = now
        self._by_number = {number: restaurant for restaurant in restaurants for number in restaurant.numbers}
        self._stand_in = restaurants[0] if settings.development else None
        self._away_at: float | None = None

    async def answer_caller(self, request: Request, handle: Handler) -> Response:
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
                return turn_away(request, refused, self._metrics)
            document = self.refuse(refused.hook, refused.reason, self._restaurant_of(refused.hook))
        except (StoreError, TimeoutError) as error:
            assert hook is not None  # the guard does not ask the store
            log.error("store.away", error=str(error))
            self._away_at = time.monotonic()
            document = self._hold(hook) or self.refuse(hook, "store_away", self._restaurant_of(hook))
        except Exception:  # a fault of ours must not become silence on somebody's telephone
            if hook is None:
                raise
            log.exception("webhook.crashed", path=hook.path)
            document = self.refuse(hook, "crashed", self._restaurant_of(hook))
        return Response(document, media_type=CONTENT_TYPE)

    async def _once_per_token(self, hook: Webhook, handle: Handler) -> str:
        """Run a handler, unless Twilio has sent this very request before: then the first answer is given again."""
        restaurant = None if hook.token is None else self.called(hook)
        if restaurant is None:
            return await handle(hook)
        key = f"token:{hook.call_id}:{hook.path}:{hook.token}"
        async with asyncio.timeout(self._patience):
            if (given := await self._store.answered_before(restaurant.id, key)) is not None:
                self._metrics.count_webhook(hook.path, "repeated")
                return given
        document = await handle(hook)
        try:
            async with asyncio.timeout(STORE_PATIENCE_S):
                return await self._store.once(restaurant.id, key, document, REPEATED_WITHIN_S)
        except (StoreError, TimeoutError):  # it stands for something that is done; asked again, it is answered again
            return document

    @property
    def _patience(self) -> float:
        """Seconds for the first question to the store."""
        away = self._away_at is not None and time.monotonic() - self._away_at < AWAY_FOR_S
        return AWAY_PATIENCE_S if away else FIRST_PATIENCE_S

    def _hold(self, hook: Webhook) -> str | None:
        """What follows in a call that is on is in the store, and that may be back in a moment; None: do not wait."""
        restaurant, again = self._restaurant_of(hook), _asked_again(hook)
        if restaurant is None or again is None:
            return None
        log.warning("call.held", path=hook.path, restaurant=restaurant.id)
        self._metrics.count_webhook(hook.path, "held")
        words = PHRASES[restaurant.languages[0]].hold
        return hold(words, locale_of(restaurant), f"{self._public_url}{again}")

    async def take_note(self, request: Request, handle: Handler) -> Response:
        """Run a handler of a callback: Twilio ignores the body. 503 makes it try again where it is told to."""
        try:
            hook = await self.guard.receive(request)
            bind_call(hook.call_id)
            await handle(hook)
        except WebhookRefused as refused:
            return turn_away(request, refused, self._metrics)
        except (StoreError, TimeoutError) as error:
            log.error("store.away", error=str(error))
            return PlainTextResponse("try again", 503)
        self._metrics.count_webhook(hook.path, "noted")
        return Response(status_code=204)

    def refuse(self, hook: Webhook, reason: str, restaurant: Restaurant | None) -> str:
        """What a caller gets who cannot be served: the restaurant's telephone, else an apology. Asks nobody."""
        log.warning("call.refused", path=hook.path, reason=reason, restaurant=restaurant and restaurant.id)
        self._metrics.count_webhook(hook.path, reason)
        if restaurant is None:
            return message(PHRASES["en"].not_in_service, LOCALES["en"])
        phrases, now = PHRASES[restaurant.languages[0]], self._now()
        dialled = "dial" in hook.query or any(name == "DialCallStatus" for name, _ in hook.form)
        person = restaurant.person_at(now)
        if person is None and not restaurant.is_open(now):  # nobody is there: it would ring in an empty house
            return closed(closed_text(restaurant, now), locale_of(restaurant))
        if person is None or dialled:  # it has rung there already
            return message(phrases.apology, locale_of(restaurant))
        return transfer_or_apology(person, phrases.transfer, phrases.after_person, locale_of(restaurant))

    def called(self, hook: Webhook) -> Restaurant | None:
        """The restaurant whose number was dialled."""
        return self._by_number.get(e164(hook.field("To")) or "", self._stand_in)

    def _restaurant_of(self, hook: Webhook) -> Restaurant | None:
        """As `called`, for the ways out: a form that names several numbers names none."""
        try:
            return self.called(hook)
        except WebhookRefused:
            return self._stand_in


def _asked_again(hook: Webhook) -> str | None:
    """The address at which a call that is on asks once more what comes next; None when it has asked often enough."""
    try:
        if hook.path == "/twiml/gather":
            return f"/twiml/next?leg={hook.turn.leg + 1}&held=1"
        if hook.path != "/twiml/next" or hook.held >= MOST_HOLDS:
            return None
        again: dict[str, int | str] = {"leg": hook.leg, "held": hook.held + 1}
        if (dialled := hook.dialled) is not None:
            again |= {"dial": dialled.status}
            again |= {} if dialled.bridged is None else {"bridged": str(dialled.bridged).lower()}
        return f"/twiml/next?{urlencode(again)}"
    except WebhookRefused:
        return None


def turn_away(request: Request, refused: WebhookRefused, metrics: MetricsCollector) -> Response:
    """Tell logs and metrics of a request that is not served; the answer for one behind which nobody waits."""
    log.warning("webhook.refused", path=request.url.path, reason=refused.reason, form_field=refused.field)
    metrics.count_webhook(request.url.path, refused.reason)
    return PlainTextResponse(refused.reason.replace("_", " "), refused.status)
