"""Text messages about orders, from the outbox to Twilio: once each, in sequence, to nobody who wants none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from gateway.call.effects import TextOrder
from gateway.call.machine import Call
from gateway.local.twilio_api import ApiFault, TwilioApi
from gateway.order_texts import SMS, OrderTexts
from gateway.orders.contact_settings import SmsSettings
from gateway.orders.order import Fulfilment, Line, Order, OrderState
from gateway.orders.restaurant import Restaurant
from gateway.pos.alarm import Alarm
from gateway.pos.attempt import Attempt
from gateway.pos.outbox import Head
from gateway.pos.webhook import Dead
from gateway.pos.worker import Worker, delivery_client
from gateway.security import caller_key
from gateway.settings import Settings
from gateway.sms_carrier import USEFUL_FOR, SmsCarrier, sms_carrier
from gateway.store import Delivery, EmbeddedServer, SessionStore, keys, keys_without_expiry, open_store
from gateway.store.texts import TextStore
from gateway.twilio.rest import TwilioAccount, TwilioRest
from tests.orders.osteria import HOUSE, ordered

ACCOUNT, TOKEN, SECRET = "AC" + "1" * 32, "token-of-the-tests", "a-secret-of-the-tests-that-is-long-enough"
ANA, SENDER = "+15557654321", "+15550100000"
KEY = caller_key(SECRET, ANA) or ""
OSTERIA = HOUSE.model_copy(update={"sms": SmsSettings.model_validate({"from": SENDER})})


def order(**fields: object) -> Order:
    beer = Line(id="L1", item_id="beer", variation_id="pint")
    return ordered(beer, id="order-CA1", state=OrderState.SUBMITTED, **fields)


def call(restaurant: Restaurant = OSTERIA) -> Call:
    return Call("CA1", restaurant)


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    async with TwilioApi(ACCOUNT, TOKEN) as api:
        yield api


@pytest.fixture
async def carrier(api: TwilioApi, store: SessionStore) -> AsyncIterator[SmsCarrier]:
    async with TwilioRest(TwilioAccount(ACCOUNT, (TOKEN,), api.url), timeout_s=1, pauses_s=()) as twilio:
        yield SmsCarrier(twilio, store, SECRET)


@asynccontextmanager
async def working(store: SessionStore, carriers: dict[str, SmsCarrier]) -> AsyncIterator[Worker]:
    alarms: list[Alarm] = []

    async def on_alarm(alarm: Alarm) -> None:
        alarms.append(alarm)

    async with delivery_client(allow_private=True) as client:
        worker = Worker(
            store,
            client,
            {},
            name="w",
            delay_divisor=1000,
            poll_s=0.02,
            block_s=0.05,
            carriers=carriers,
            on_alarm=on_alarm,
        )
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await task
    assert alarms == [], "no POS is late with a text message"


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in the store
            await asyncio.sleep(0.01)


async def test_an_order_has_one_confirmation_and_its_end_follows_in_the_same_thread(
    api: TwilioApi, store: SessionStore, carrier: SmsCarrier
) -> None:
    texts, now = OrderTexts(store), datetime.now(UTC)
    for _ in range(2):
        queued = await texts.confirm(call(), TextOrder(order(), "es"), ANA, now)
        assert queued is not None
        assert queued.order_id == "order-CA1"
    await texts.tell(OSTERIA, "order-CA1", "ready", None, now)
    await texts.tell(OSTERIA, "order-CA1", "ready", None, now)
    await texts.tell(OSTERIA, "order-of-somebody-without-texts", "ready", None, now)
    assert await keys_without_expiry(store.connection) == []
    with capture_logs() as logs:
        async with working(store, {SMS: carrier}):
            await api.wait_for(messages=2)
    first, second = (message.form for message in api.messages)
    assert first["Body"].startswith("Osteria: su pedido ER-CA1 está hecho.")
    assert second["Body"] == "Osteria: su pedido ER-CA1 está listo."
    assert [(form["To"], form["From"]) for form in (first, second)] == [(ANA, SENDER)] * 2
    assert "555" not in repr(logs)


async def test_the_number_is_kept_until_the_order_is_over_and_not_for_good(store: SessionStore) -> None:
    now = datetime.now(UTC)
    scheduled = Fulfilment(kind="pickup", at=now + timedelta(days=2))
    await OrderTexts(store).confirm(call(), TextOrder(order(fulfilment=scheduled), "en"), ANA, now)
    left = await store.connection.command("TTL", keys.thread_key("osteria", "order-CA1"))
    assert isinstance(left, int)
    assert timedelta(days=2) < timedelta(seconds=left) <= timedelta(days=2.5)


async def test_nothing_is_queued_without_a_number_or_a_sender(store: SessionStore) -> None:
    texts, owed, now = OrderTexts(store), TextOrder(order(), "en"), datetime.now(UTC)
    assert await texts.confirm(call(), owed, "anonymous", now) is None
    assert await texts.confirm(call(), owed, None, now) is None
    assert await texts.confirm(call(HOUSE), owed, ANA, now) is None
    assert await store.connection.keys() == []


async def test_a_store_that_is_away_disturbs_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = EmbeddedServer(tmp_path_factory.mktemp("gone"))
    server.start()
    async with await open_store(server.url) as store:
        server.close()
        texts, now = OrderTexts(store), datetime.now(UTC)
        with capture_logs() as logs:
            assert await texts.confirm(call(), TextOrder(order(), "en"), ANA, now) is None
            await texts.tell(OSTERIA, "order-CA1", "ready", None, now)
    assert [entry["event"] for entry in logs if entry["event"].startswith("text.")] == ["text.not_queued"] * 2


# --- the carrier ---


def head(text: str = "hello", *, payload: str | None = None, age: timedelta = timedelta()) -> Head:
    payload = payload or f'{{"to": "{ANA}", "sender": "{SENDER}", "text": "{text}"}}'
    submitted = int((datetime.now(UTC) - age).timestamp() * 1000)
    return Head("1-1", Delivery("order-CA1_sms-placed_1", "order-CA1:sms", SMS, payload), "osteria", 0, submitted)


async def test_a_message_that_may_have_gone_out_is_looked_for_before_it_is_sent_again(
    api: TwilioApi, carrier: SmsCarrier
) -> None:
    api.faults = [ApiFault("half", keeps=True)]
    assert await carrier(head()) == Attempt("timeout")
    assert await carrier(head()) == Attempt(201)
    assert len(api.messages) == 1


async def test_a_message_that_did_not_go_out_is_sent_again(api: TwilioApi, carrier: SmsCarrier) -> None:
    api.faults = [ApiFault("status", status=500)]
    assert await carrier(head()) == Attempt("timeout")
    assert await carrier(head()) == Attempt(201)
    assert len(api.messages) == 1


async def test_what_twilio_asks_for_is_what_the_outbox_does(
    api: TwilioApi, store: SessionStore, carrier: SmsCarrier
) -> None:
    api.faults = [ApiFault("status", status=429, headers={"retry-after": "7"})]
    assert await carrier(head()) == Attempt(429, 7)
    wrong = TwilioAccount(ACCOUNT, ("old",), api.url)
    async with TwilioRest(wrong, pauses_s=()) as twilio:
        assert await SmsCarrier(twilio, store, SECRET)(head()) == Attempt(401)
    async with TwilioRest(replace(wrong, url="http://127.0.0.1:1"), pauses_s=()) as twilio:
        assert await SmsCarrier(twilio, store, SECRET)(head()) == Attempt("connect")
    assert await carrier(head("x" * 1601)) == Dead("Twilio refused it: 400, error 21617")


async def test_who_wants_no_texts_gets_none(api: TwilioApi, store: SessionStore, carrier: SmsCarrier) -> None:
    texts = TextStore(store.connection)
    await texts.unsubscribe("osteria", KEY)
    assert await carrier(head()) == Dead("the number wants no texts")
    assert api.requests == 0
    await texts.subscribe("osteria", KEY)
    api.unsubscribed.add(ANA)
    assert await carrier(head()) == Dead("Twilio refused it: 400, error 21610")
    assert await texts.is_unsubscribed("osteria", KEY)


async def test_what_cannot_be_read_or_comes_too_late_is_not_sent(api: TwilioApi, carrier: SmsCarrier) -> None:
    assert await carrier(head(payload="{}")) == Dead("the text message cannot be read")
    assert await carrier(head(age=USEFUL_FOR + timedelta(minutes=1))) == Dead("too late to be of use")
    assert api.requests == 0


async def test_a_worker_without_an_account_keeps_the_message_for_one_that_has(
    api: TwilioApi, store: SessionStore, carrier: SmsCarrier
) -> None:
    await OrderTexts(store).confirm(call(), TextOrder(order(), "en"), ANA, datetime.now(UTC))

    async def tried() -> bool:
        return worker.counts.retried > 0

    async with working(store, {}) as worker:
        await until(tried)
    async with working(store, {SMS: carrier}):
        await api.wait_for(messages=1)


async def test_a_carrier_needs_an_account_and_a_sender(api: TwilioApi, store: SessionStore) -> None:
    named = Settings.model_validate(
        {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "twilio_api_url": api.url}
    )
    async with sms_carrier(Settings(), SECRET, store, [OSTERIA]) as none:
        assert none is None
    async with sms_carrier(named, SECRET, store, [HOUSE]) as none:
        assert none is None
    async with sms_carrier(named, SECRET, store, [HOUSE, OSTERIA]) as made:
        assert made is not None
        assert await made(head()) == Attempt(201)
