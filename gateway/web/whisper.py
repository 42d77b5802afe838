"""The leg to the restaurant's staff: what the person hears who answers, and the key that takes the call.

Rules: the caller is joined with whoever pressed 1 and with nobody else, so that no answering machine keeps them; that
the key was pressed stands in the caller's log before the two are joined; a person who is there is not sent away because
the store is; a key for a call that has gone on meanwhile joins nobody. Twilio's retries get the same answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.call.machine import Call
from gateway.events import AnyEvent, CallStarted, TransferAccepted, TransferAnswered, milliseconds
from gateway.houses import Houses
from gateway.logs import bind_call, get_logger
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import LOCALES, Restaurant
from gateway.settings import Settings
from gateway.sound_log import sound_log
from gateway.store import SessionStore, StoreError
from gateway.web.call_book import CallBook
from gateway.web.door import turn_away
from gateway.web.phrases import PHRASES, locale_of, whisper_text
from gateway.web.webhook_guard import BODY_LIMIT, CALL_SID, Webhook, WebhookGuard, WebhookRefused
from twiml.document import CONTENT_TYPE, Screen
from twiml.goodbye import goodbye
from twiml.whisper import accepted, whisper

log = get_logger(__name__)

STORE_PATIENCE_S = 2.0
"""Seconds; a person listens to nothing meanwhile."""
TAKES_THE_CALL = "1"


@dataclass(frozen=True, slots=True)
class Staffed:
    """Whose telephone was answered: the caller's call, and the leg that follows when nobody takes it."""

    restaurant: Restaurant
    call_id: str
    leg: int

    @property
    def query(self) -> str:
        """As it stands in our own addresses, which Twilio signs: the dialled leg has a CallSid of its own."""
        return f"restaurant={self.restaurant.id}&call={self.call_id}&leg={self.leg}"


def screen(settings: Settings, restaurant: Restaurant, call_id: str, leg: int) -> Screen:
    """The addresses for the staff's leg of a call. Arguments as of `Staffed`."""
    query = Staffed(restaurant, call_id, leg).query
    return Screen(f"{settings.public_url}/twiml/whisper?{query}", f"{settings.public_url}/twilio/status")


class StaffLeg:
    """The routes for the dialled leg. Built once; arguments as of `Telephony`."""

    def __init__(
        self,
        settings: Settings,
        guard: WebhookGuard,
        restaurants: Sequence[Restaurant],
        store: SessionStore,
        houses: Houses,
        metrics: MetricsCollector,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._guard = guard
        self._restaurants = {restaurant.id: restaurant for restaurant in restaurants}
        self._store = store
        self._houses = houses
        self._book = CallBook(store, houses, metrics, now)
        self._metrics = metrics
        self._now = now

    def routes(self) -> list[Route]:
        """The routes, each with a limit for the body."""
        handlers = {"/twiml/whisper": self.whisper, "/twiml/accept": self.accept}
        return [Route(path, handler, methods=["POST"], max_body_size=BODY_LIMIT) for path, handler in handlers.items()]

    async def whisper(self, request: Request) -> Response:
        """Somebody, or some machine, has answered the restaurant's telephone."""
        return await self._answer(request, self._whisper)

    async def accept(self, request: Request) -> Response:
        """A key was pressed there."""
        return await self._answer(request, self._accept)

    async def _answer(self, request: Request, handle: Callable[[Webhook, Staffed], Awaitable[str]]) -> Response:
        """Run a handler. What cannot be answered hangs up on the person, and the caller is back with the agent."""
        try:
            hook = await self._guard.receive(request)
            staffed = self._staffed(hook)
            bind_call(staffed.call_id)
            document = await handle(hook, staffed)
        except WebhookRefused as refused:
            turned_away = turn_away(request, refused, self._metrics)
            if refused.hook is None:
                return turned_away
            document = goodbye("", LOCALES["en"])
        except Exception:  # a fault of ours: the caller must not wait for it
            log.exception("webhook.crashed", path=request.url.path)
            self._metrics.count_webhook(request.url.path, "crashed")
            document = goodbye("", LOCALES["en"])
        return Response(document, media_type=CONTENT_TYPE)

    async def _whisper(self, hook: Webhook, staffed: Staffed) -> str:
        language = staffed.restaurant.languages[0]
        text = PHRASES[language].whisper_briefly.format(name=staffed.restaurant.name)
        try:
            async with asyncio.timeout(STORE_PATIENCE_S):
                call, last_two = await self._call(staffed)
                if not _waits(call, staffed.leg):
                    return self._gone(hook, staffed)
                text = whisper_text(call, last_two)
                await self._note(call, staffed.leg, TransferAnswered(**self._facts(staffed)))
        except (StoreError, TimeoutError) as error:
            log.error("store.away", error=str(error))
        self._metrics.count_webhook(hook.path, "whispered")
        url = f"{self._settings.public_url}/twiml/accept?{staffed.query}"
        return whisper(text, LOCALES[language], url)

    async def _accept(self, hook: Webhook, staffed: Staffed) -> str:
        if hook.field("Digits") != TAKES_THE_CALL:
            self._metrics.count_webhook(hook.path, "refused")
            log.info("transfer.refused", leg=staffed.leg)
            return goodbye("", locale_of(staffed.restaurant))
        try:
            async with asyncio.timeout(STORE_PATIENCE_S):
                call, _ = await self._call(staffed)
                if not call.staff_line.accepted(staffed.leg):
                    if not _waits(call, staffed.leg):
                        return self._gone(hook, staffed)
                    await self._note(call, staffed.leg, TransferAccepted(**self._facts(staffed)))
        except (StoreError, TimeoutError) as error:
            log.error("store.away", error=str(error))
        self._metrics.count_webhook(hook.path, "accepted")
        log.info("transfer.accepted", leg=staffed.leg)
        return accepted()

    def _gone(self, hook: Webhook, staffed: Staffed) -> str:
        self._metrics.count_webhook(hook.path, "late")
        log.info("transfer.late", path=hook.path, leg=staffed.leg)
        language = staffed.restaurant.languages[0]
        return goodbye(PHRASES[language].caller_gone, LOCALES[language])

    # --- parts ---

    def _staffed(self, hook: Webhook) -> Staffed:
        """What our own address says."""
        restaurant, call_id = self._restaurants.get(hook.query.get("restaurant", "")), hook.query.get("call", "")
        if restaurant is None:
            raise WebhookRefused("unknown_restaurant", 400, hook)
        if not CALL_SID.fullmatch(call_id):
            raise WebhookRefused("bad_call_sid", 400, hook)
        return Staffed(restaurant, call_id, hook.leg)

    async def _call(self, staffed: Staffed) -> tuple[Call, str | None]:
        """The caller's call, and the last digits of their number."""
        entries = await self._store.read_log(staffed.restaurant.id, staffed.call_id)
        events = sound_log(entries, staffed.call_id, self._metrics).events
        started = next((event for event in events if isinstance(event, CallStarted)), None)
        call = Call.fold(staffed.call_id, await self._houses.as_begun(staffed.restaurant, events), events)
        return call, None if started is None else started.caller_last_two

    async def _note(self, call: Call, leg: int, event: AnyEvent) -> None:
        """Into the caller's log; the fixed id makes a webhook that comes twice one event."""
        await self._book.note(call, f"{event.type}-{leg}", event)

    def _facts(self, staffed: Staffed) -> dict[str, Any]:
        return {"session_id": staffed.call_id, "timestamp": milliseconds(self._now()), "leg": staffed.leg}


def _waits(call: Call, leg: int) -> bool:
    """Whether the caller still waits for the person who is rung before the leg `leg`."""
    return call.order is not None and not call.hung_up and not call.staff_line.over(leg)
