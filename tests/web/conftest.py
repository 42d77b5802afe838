"""A small gateway without media: the real webhooks over ASGI, a real store, and requests signed by Twilio's library."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the package has no types

from gateway.houses import Houses
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.settings import Settings
from gateway.store import SessionStore
from gateway.text_session import TextSessions
from gateway.tool_sets import ToolSets
from gateway.web.health import Health
from gateway.web.readiness import Readiness
from gateway.web.telephony import Telephony
from gateway.web.texting import Texting
from gateway.web.whisper import StaffLeg

TOKEN, SECRET, PUBLIC = "auth-token", "0123456789abcdefghijklmnopqrstuv", "https://voice.example.com"
CALL = "CA" + "0" * 32
MONDAY_NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
Form = Sequence[tuple[str, str]] | dict[str, str]


class Web:
    """The gateway's web side under test, and Twilio's hand."""

    def __init__(self, store: SessionStore, restaurants: Sequence[Restaurant], settings: Settings) -> None:
        self.now, self.live = MONDAY_NOON, 0
        self.store, self.settings = store, settings
        self.metrics = MetricsCollector()
        self.readiness = Readiness(settings.max_calls, lambda: self.live, settings.max_loop_lag_ms)
        self.voice_ready = self.voice_away = False
        self.houses = Houses(restaurants, store)
        turns = TextSessions(
            store,
            self.metrics,
            ToolSets(),
            self.houses,
            held_order_s=900,
            voice_ready=lambda: self.voice_ready,
            voice_away=lambda: self.voice_away,
            now=lambda: self.now,
        )
        self.telephony = Telephony(
            settings, SECRET, restaurants, store, self.readiness, self.metrics, turns, self.houses, now=lambda: self.now
        )
        staff_leg = StaffLeg(
            settings, self.telephony.guard, restaurants, store, self.houses, self.metrics, now=lambda: self.now
        )
        health = Health(settings, store, self.readiness, self.metrics)
        texting = Texting(self.telephony.guard, SECRET, restaurants, store, self.metrics)
        routes = [*self.telephony.routes(), *staff_leg.routes(), *texting.routes(), *health.routes()]
        app = Starlette(routes=routes)
        self.app = app
        transport = httpx2.ASGITransport(app=app, client=("127.0.0.1", 1))
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://internal:8000")

    async def post(
        self,
        path: str,
        form: Form | None = None,
        *,
        token: str | None = TOKEN,
        call: str = CALL,
        idempotency: str | None = None,
        **fields: str,
    ) -> httpx2.Response:
        """A webhook as Twilio sends it; unsigned when `token` is None. Fields of the form may be given by name.

        `idempotency` is the token that all attempts of one request share.
        """
        if form is None:
            form = {"CallSid": call, "From": "+15550109999", "To": "+15550100000", "CallStatus": "in-progress"} | fields
        pairs = list(form.items()) if isinstance(form, dict) else list(form)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if idempotency is not None:
            headers["I-Twilio-Idempotency-Token"] = idempotency
        if token is not None:
            headers["X-Twilio-Signature"] = RequestValidator(token).compute_signature(PUBLIC + path, FormData(pairs))
        return await self.client.post(path, content=str(httpx2.QueryParams(pairs)), headers=headers)

    async def get(self, path: str, *, token: str | None = TOKEN) -> httpx2.Response:
        """A webhook by GET; unsigned when `token` is None."""
        signature = RequestValidator(token or "").compute_signature(PUBLIC + path, {})
        return await self.client.get(path, headers={} if token is None else {"X-Twilio-Signature": signature})


def verbs(response: httpx2.Response) -> list[ElementTree.Element]:
    """The verbs of a TwiML answer."""
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    return list(ElementTree.fromstring(response.text))  # noqa: S314 - our own document


def names(response: httpx2.Response) -> list[str]:
    return [verb.tag for verb in verbs(response)]


SETTINGS = Settings.model_validate(
    {"gateway_env": "production", "public_url": PUBLIC, "twilio_auth_token": TOKEN, "max_calls": 2}
)


@pytest.fixture(scope="session")
def restaurants() -> tuple[Restaurant, ...]:
    return load_restaurants(SHIPPED, {})


@pytest.fixture
def web_of(restaurants: tuple[Restaurant, ...]) -> Callable[..., Web]:
    """Build a web side with settings of one's own."""

    def build(store: SessionStore, settings: Settings = SETTINGS, served: Sequence[Restaurant] = restaurants) -> Web:
        return Web(store, served, settings)

    return build


@pytest.fixture
async def web(store: SessionStore, restaurants: tuple[Restaurant, ...]) -> AsyncIterator[Web]:
    web = Web(store, restaurants, SETTINGS)
    yield web
    await web.client.aclose()
