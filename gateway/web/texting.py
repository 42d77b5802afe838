"""Twilio's webhook for text messages that customers write: stop, start, help, and everything else.

Rules kept here: nothing is read before the signature is checked; a stop holds for every restaurant that writes from the
number, or the service, that was answered; the number is kept as its keyed hash alone, and the words are not kept.
"""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.logs import get_logger
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import Restaurant
from gateway.orders.wording.text_replies import ReplyKind, read_reply, reply_answer
from gateway.security import caller_key, e164
from gateway.store import SessionStore, StoreError
from gateway.store.texts import TextStore
from gateway.web.door import STORE_PATIENCE_S, turn_away
from gateway.web.webhook_guard import BODY_LIMIT, Webhook, WebhookGuard, WebhookRefused
from twiml.document import CONTENT_TYPE
from twiml.reply import reply

log = get_logger(__name__)


class Texting:
    """The route for text messages. Built once, in the application's lifespan."""

    def __init__(
        self,
        guard: WebhookGuard,
        secret: str,
        restaurants: Sequence[Restaurant],
        store: SessionStore,
        metrics: MetricsCollector,
    ) -> None:
        self._guard = guard
        self._secret = secret
        self._restaurants = tuple(restaurants)
        self._texts = TextStore(store.connection)
        self._metrics = metrics

    def routes(self) -> list[Route]:
        """The route, with a limit for the body."""
        return [Route("/twilio/sms", self.receive, methods=["POST"], max_body_size=BODY_LIMIT)]

    async def receive(self, request: Request) -> Response:
        """A customer has written. A store that is away is told as such: then Twilio asks the fallback, or gives up."""
        try:
            document = await self._answer(await self._guard.receive(request))
        except WebhookRefused as refused:
            return turn_away(request, refused, self._metrics)
        except (StoreError, TimeoutError) as error:
            log.error("store.away", error=str(error))
            return PlainTextResponse("the store does not answer", 503)
        return Response(document, media_type=CONTENT_TYPE)

    async def _answer(self, hook: Webhook) -> str:
        houses, key = self._written_to(hook), caller_key(self._secret, hook.field("From"))
        meant = read_reply(hook.field("Body") or "")
        self._metrics.count_webhook(hook.path, meant.kind)
        log.info("text.received", kind=meant.kind, restaurants=[house.id for house in houses])
        if not houses:
            return reply(None)
        if key is not None:
            async with asyncio.timeout(STORE_PATIENCE_S):
                await self._note(meant.kind, key, houses)
        house, answered = houses[0], hook.field("OptOutType") is not None
        return reply(reply_answer(meant, house.name, house.numbers[0], house.languages[0], answered=answered))

    async def _note(self, kind: ReplyKind, key: str, houses: Sequence[Restaurant]) -> None:
        for house in houses:
            if kind == "stop":
                await self._texts.unsubscribe(house.id, key)
            elif kind == "start":
                await self._texts.subscribe(house.id, key)

    def _written_to(self, hook: Webhook) -> list[Restaurant]:
        """The restaurants that send from the number that was written to, or from its messaging service."""
        senders = {e164(hook.field("To")), hook.field("MessagingServiceSid")}
        sending = [house for house in self._restaurants if house.sms is not None and house.sms.sender in senders]
        return sending or [house for house in self._restaurants if e164(hook.field("To")) in house.numbers]
