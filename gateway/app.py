"""The application: long-lived things are built once, in the lifespan, and passed to what needs them.

Served by one process: telephony webhooks, the media socket, health. With the embedded store the delivery worker runs
inside; with a Redis of the user's own `gateway worker` runs beside it.
"""

import asyncio
import gc
import os
import random
import secrets
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from gateway.alarm_actions import alarm_actions
from gateway.houses import Houses
from gateway.manager import VoiceSessionManager
from gateway.metrics import MetricsCollector
from gateway.order_texts import SMS
from gateway.orders.restaurant import PosEndpoint, Restaurant
from gateway.orders.restaurant_files import load_restaurants
from gateway.pos.alarms import Alarms
from gateway.pos.worker import Carrier, Worker, delivery_client
from gateway.realtime.config import ModelConfig
from gateway.realtime.dialler import Dialler
from gateway.realtime.pool import ModelPool
from gateway.realtime.routes import Routes
from gateway.session import SessionParts
from gateway.settings import Settings
from gateway.sms_carrier import sms_carrier
from gateway.store import EventLog, SessionStore, StoreError, default_data_dir, open_store
from gateway.text_session import TextSessions
from gateway.web.health import Health
from gateway.web.media import MediaEndpoint
from gateway.web.pos_api import PosApi
from gateway.web.readiness import Readiness
from gateway.web.telephony import Telephony
from gateway.web.texting import Texting
from gateway.web.whisper import StaffLeg

GC_THRESHOLD = 10_000
"""Allocations between collections of the young generation: frames make no cycles, so collecting often buys nothing."""
DAY = 86_400

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Running:
    """What the server's signal handling needs of a running application."""

    manager: VoiceSessionManager
    readiness: Readiness
    store: SessionStore


def create_app(settings: Settings, restaurants: Sequence[Restaurant] | None = None) -> Starlette:
    """The application for `settings`. Routes are known from the start, their parts when the lifespan has begun.

    Args:
        settings: checked (`load_settings`).
        restaurants: instead of those of `RESTAURANTS_DIR`, for tests.

    Raises:
        RestaurantErrors: at start, with every mistake in the restaurants' files.
    """
    served = tuple(restaurants) if restaurants is not None else restaurants_of(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            running = await _start(stack, app, settings, served)
            app.state.running = running
            gc.collect()
            gc.freeze()
            gc.set_threshold(GC_THRESHOLD, 10, 10)
            yield

    return Starlette(lifespan=lifespan)


async def _start(
    stack: AsyncExitStack, app: Starlette, settings: Settings, restaurants: Sequence[Restaurant]
) -> Running:
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    store = await open_store(redis_url, settings.data_dir, retention_s=settings.transcript_days * DAY)
    await stack.enter_async_context(store)
    secret = gateway_secret(settings)
    metrics = MetricsCollector()
    managers: list[VoiceSessionManager] = []  # the one that is made below: log and manager know each other

    def lease_lost(call_id: str, error: StoreError) -> None:
        for manager in managers:
            manager.lease_lost(call_id, error)

    def log_restored(call_id: str) -> None:
        for manager in managers:
            manager.log_restored(call_id)

    event_log = await stack.enter_async_context(
        EventLog(store, on_lost=lease_lost, on_away=metrics.store_away, on_restored=log_restored)
    )
    routes = Routes(model_diallers(settings), random.random, on_opened=metrics.record_breaker_opened)
    houses = Houses(restaurants, store)
    with suppress(StoreError):  # a store that is away at the start is no reason not to start
        await houses.keep_files()
    parts = SessionParts(
        store=store,
        log=event_log,
        pool=ModelPool(routes, settings.pool_size),
        metrics=metrics,
        model=model_config(settings),
        held_order_s=settings.held_order_minutes * 60,
        owner=owner,
        houses=houses,
    )
    readiness = Readiness(settings.max_calls, lambda: len(manager.sessions), settings.max_loop_lag_ms)
    manager = VoiceSessionManager(
        parts, server_creates_responses=settings.server_creates_responses, on_lag=readiness.loop_was_late
    )
    managers.append(manager)
    turns = TextSessions(
        store,
        metrics,
        manager.tools,
        houses,
        held_order_s=settings.held_order_minutes * 60,
        voice_ready=lambda: parts.pool.ready,
        voice_away=lambda: parts.pool.away,
    )
    telephony = Telephony(settings, secret, restaurants, store, readiness, metrics, turns, houses)
    media = MediaEndpoint(manager, {r.id: r for r in restaurants}, settings, telephony.guard, secret, readiness)
    staff_leg = StaffLeg(settings, telephony.guard, restaurants, store, houses, metrics)
    texting = Texting(telephony.guard, secret, restaurants, store, metrics)
    pos_api = PosApi(restaurants, store, houses, metrics)
    health = Health(settings, store, readiness, metrics)
    app.router.routes.extend(
        [
            *telephony.routes(),
            *staff_leg.routes(),
            *texting.routes(),
            *pos_api.routes(),
            *health.routes(),
            WebSocketRoute("/media", media),
        ]
    )
    await stack.enter_async_context(_background(manager.run(), "manager"))
    if redis_url is None:
        await stack.enter_async_context(_deliveries(store, restaurants, settings, owner, metrics))
    log.info("gateway_started", restaurants=len(restaurants), store="embedded" if redis_url is None else "redis")
    return Running(manager, readiness, store)


@asynccontextmanager
async def _background(work: "asyncio._CoroutineLike[None]", name: str) -> AsyncIterator[None]:
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell_failure)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _deliveries(
    store: SessionStore,
    restaurants: Sequence[Restaurant],
    settings: Settings,
    owner: str,
    metrics: MetricsCollector,
) -> AsyncIterator[None]:
    """The delivery worker inside this process."""
    async with (
        delivery_client(allow_private=settings.pos_allow_private) as client,
        carriers_of(settings, store, restaurants) as carriers,
        alarms_of(settings, store, restaurants, metrics) as alarms,
    ):
        endpoints, speed = pos_endpoints(restaurants), settings.pos_retry_speed
        worker = Worker(
            store,
            client,
            endpoints,
            name=owner,
            delay_divisor=speed,
            on_alarm=alarms.ring,
            carriers=carriers,
            on_outcome=metrics.record_delivery,
        )
        task = asyncio.create_task(worker.run(), name="delivery worker")
        task.add_done_callback(_tell_failure)
        try:
            yield
        finally:
            worker.stop()
            await asyncio.gather(task, return_exceptions=True)


def _tell_failure(task: asyncio.Task[None]) -> None:
    """What runs beside the calls must not end unseen: calls go on without it, and nobody would know."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("background_task_failed", task=task.get_name(), exc_info=error)


def pos_endpoints(restaurants: Sequence[Restaurant]) -> dict[str, PosEndpoint]:
    """The POS endpoint of each restaurant that has one, by restaurant id."""
    return {restaurant.id: restaurant.pos for restaurant in restaurants if restaurant.pos is not None}


@asynccontextmanager
async def carriers_of(
    settings: Settings, store: SessionStore, restaurants: Sequence[Restaurant]
) -> AsyncIterator[Mapping[str, Carrier]]:
    """What brings deliveries to where no POS is, by their type, for the length of a block."""
    async with sms_carrier(settings, gateway_secret(settings), store, restaurants) as carrier:
        yield {} if carrier is None else {SMS: carrier}


@asynccontextmanager
async def alarms_of(
    settings: Settings, store: SessionStore, restaurants: Sequence[Restaurant], metrics: MetricsCollector | None = None
) -> AsyncIterator[Alarms]:
    """What tells everybody of an order that its POS does not take, for the length of a block."""
    async with alarm_actions(settings, store, restaurants) as tell_people:
        yield Alarms(store, restaurants, metrics, () if tell_people is None else (tell_people,))


def restaurants_of(settings: Settings) -> tuple[Restaurant, ...]:
    """The restaurants of `RESTAURANTS_DIR`, or the examples that ship in the package.

    Raises:
        RestaurantErrors: with every mistake in their files.
    """
    if settings.restaurants_dir is not None:
        return load_restaurants(settings.restaurants_dir, os.environ)
    with as_file(files("gateway") / "restaurants") as folder:
        return load_restaurants(folder, os.environ)


def model_diallers(settings: Settings) -> tuple[Dialler, ...]:
    """The endpoints of the settings, the preferred one first."""
    keys = [key.get_secret_value() for key in settings.openai_api_key]
    first = Dialler(settings.openai_realtime_url, settings.openai_realtime_model, keys)
    if settings.openai_realtime_fallback_url is None:
        return (first,)
    second_keys = [key.get_secret_value() for key in settings.fallback_keys]
    model = settings.openai_realtime_fallback_model or settings.openai_realtime_model
    return (first, Dialler(settings.openai_realtime_fallback_url, model, second_keys, name="second"))


def model_config(settings: Settings) -> ModelConfig:
    """The model's session as the settings ask for it."""
    return ModelConfig(
        model=settings.openai_realtime_model,
        voice=settings.openai_voice,
        audio=settings.openai_realtime_audio,
        transcription_model=settings.openai_transcription_model,
        noise_reduction=settings.openai_noise_reduction,
        turn_detection=settings.openai_turn_detection,
        vad_threshold=settings.vad_threshold,
        vad_silence_ms=settings.vad_silence_ms,
        vad_prefix_ms=settings.vad_prefix_ms,
        server_creates_responses=settings.server_creates_responses,
    )


def gateway_secret(settings: Settings) -> str:
    """The key of tokens and number hashes: `GATEWAY_SECRET`; in development a random one kept in the data folder."""
    if settings.gateway_secret is not None:
        return settings.gateway_secret.get_secret_value()
    folder = settings.data_dir or default_data_dir()
    folder.mkdir(parents=True, exist_ok=True)
    return _kept_secret(folder / "development-secret")


def _kept_secret(file: Path) -> str:
    """The secret in `file`, made by whichever process comes first."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secret := secrets.token_urlsafe(32))
    return secret
