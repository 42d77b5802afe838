"""A number's fallback: what Twilio is to do when our other addresses do not answer. It asks nobody.

Rules: the document depends on the restaurant alone; `gateway fallback` prints it, to be kept where our own failure does
not reach (a TwiML Bin, any web server), and it is served here too, for a failure of one answer.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.logs import get_logger
from gateway.orders.restaurant import LOCALES, Restaurant
from gateway.web.phrases import PHRASES, locale_of
from gateway.web.webhook_guard import BODY_LIMIT, Webhook, WebhookGuard, WebhookRefused
from twiml.document import CONTENT_TYPE
from twiml.fallback import fallback
from twiml.message import message

log = get_logger(__name__)


def fallback_document(restaurant: Restaurant) -> str:
    """The restaurant's telephone rings; one that has none asks to be rung later."""
    phrases, language = PHRASES[restaurant.languages[0]], locale_of(restaurant)
    apology = phrases.apology if restaurant.transfer_to is None else phrases.after_person
    return fallback(restaurant.transfer_to, phrases.transfer, apology, language)


class Fallback:
    """Answers `/twiml/fallback`, by POST or GET.

    Args:
        guard: checks that Twilio asks.
        called: the restaurant whose number was dialled.
    """

    def __init__(self, guard: WebhookGuard, called: Callable[[Webhook], Restaurant | None]) -> None:
        self._guard = guard
        self._called = called

    def route(self) -> Route:
        """The route, with a limit for the body."""
        return Route("/twiml/fallback", self.answer, methods=["GET", "POST"], max_body_size=BODY_LIMIT)

    async def answer(self, request: Request) -> Response:
        """The document of the number that was dialled; by GET its name stands in the address."""
        try:
            hook = await self._guard.receive(request)
            if request.method != "POST":
                hook = Webhook(hook.path, hook.query, tuple(request.query_params.multi_items()))
            restaurant = self._called(hook)
        except WebhookRefused as refused:
            log.warning("webhook.refused", path=request.url.path, reason=refused.reason)
            return PlainTextResponse(refused.reason.replace("_", " "), refused.status)
        log.error("call.fallback", restaurant=restaurant and restaurant.id)
        if restaurant is None:
            return Response(message(PHRASES["en"].not_in_service, LOCALES["en"]), media_type=CONTENT_TYPE)
        return Response(fallback_document(restaurant), media_type=CONTENT_TYPE)
