"""What customers write back, over real requests signed by Twilio's library."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from twilio.twiml.messaging_response import MessagingResponse  # type: ignore[import-untyped]  # no types

from gateway.events import CallStarted, OrderData, OrderEvent, TextAgreed, read_event
from gateway.orders.contact_settings import SmsSettings
from gateway.orders.order import Order, OrderState
from gateway.orders.restaurant import Restaurant
from gateway.security import caller_key
from gateway.store import SessionStore, keys, keys_without_expiry, open_store
from gateway.store.texts import TextStore
from tests.web.conftest import CALL, MONDAY_NOON, SECRET, Web, verbs
from twiml.reply import reply

SENDER, SERVICE, ANA = "+15550100000", "MG" + "2" * 32, "+15550109999"
KEY = caller_key(SECRET, ANA) or ""


def texting(restaurant: Restaurant, sender: str) -> Restaurant:
    return restaurant.model_copy(update={"sms": SmsSettings.model_validate({"from": sender})})


@pytest.fixture
async def web(
    store: SessionStore, restaurants: tuple[Restaurant, ...], web_of: Callable[..., Web]
) -> AsyncIterator[Web]:
    casa, bowl, burger = restaurants
    web = web_of(store, served=(texting(casa, SENDER), texting(bowl, SERVICE), burger))
    yield web
    await web.client.aclose()


async def writes(web: Web, text: str, **fields: str) -> list[str]:
    """A customer writes; the texts that are answered."""
    form = {"MessageSid": "SM1", "From": ANA, "To": SENDER, "Body": text} | fields
    answer = await web.post("/twilio/sms", form)
    assert {verb.tag for verb in verbs(answer)} <= {"Message"}
    return [verb.text or "" for verb in verbs(answer)]


async def stopped(web: Web) -> list[str]:
    texts = TextStore(web.store.connection)
    return [house for house in ("casa-verde", "golden-bowl") if await texts.is_unsubscribed(house, KEY)]


async def test_a_stop_and_a_start_hold_for_whoever_sends_from_the_number(web: Web) -> None:
    with capture_logs() as logs:
        assert await writes(web, "STOP") == []
        assert await stopped(web) == ["casa-verde"]
        assert await writes(web, "alta") == [
            "Casa Verde: volverá a recibir mensajes sobre sus pedidos. Responda ALTO para no recibirlos."
        ]
        assert await stopped(web) == []
        await writes(web, "Alto.", To="+15550199999", MessagingServiceSid=SERVICE)
    assert await stopped(web) == ["golden-bowl"]
    assert await keys_without_expiry(web.store.connection) == []
    assert "555" not in repr(logs)


async def test_help_and_everything_else_is_answered_unless_twilio_has(web: Web) -> None:
    assert "For questions call +15550100000" in (await writes(web, "HELP"))[0]
    assert "nobody reads texts here" in (await writes(web, "is it ready?"))[0]
    assert await writes(web, "HELP", OptOutType="HELP") == []
    assert await writes(web, "hello", From="anonymous") != []


async def test_a_number_that_sends_no_texts_is_answered_all_the_same(web: Web) -> None:
    assert await writes(web, "hello", To="+15550188888") == [], "nobody's number"
    number = (await web.houses.now("hilltop-burger")).numbers[0]
    assert number in (await writes(web, "hello", To=number))[0]


async def test_what_is_not_twilios_is_turned_away(web: Web) -> None:
    form = {"From": ANA, "To": SENDER, "Body": "STOP"}
    assert (await web.post("/twilio/sms", form, token=None)).status_code == 403
    assert (await web.post("/twilio/sms", form, token="another")).status_code == 403
    assert await stopped(web) == []


async def test_a_store_that_is_away_is_told(web_of: Callable[..., Web], tmp_path: Path) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        web = web_of(away)
        form = {"From": ANA, "To": SENDER, "Body": "STOP"}
        assert (await web.post("/twilio/sms", form)).status_code == 503
        await web.client.aclose()


def test_an_answer_is_what_twilios_library_writes() -> None:
    response = MessagingResponse()
    assert reply(None) == str(response).replace("<Response />", "<Response></Response>")
    response.message("Ana & Co.")
    assert reply("Ana & Co.") == str(response)


# --- the call's side ---


async def test_a_call_knows_that_its_number_wants_no_texts(web: Web) -> None:
    await TextStore(web.store.connection).unsubscribe("casa-verde", KEY)
    await web.post("/twiml/voice")
    started = read_event((await web.store.read_log("casa-verde", CALL))[0].event)
    assert isinstance(started, CallStarted)
    assert started.unsubscribed


async def test_a_text_that_a_call_still_owes_at_its_end_is_sent_once(web: Web) -> None:
    await web.post("/twiml/voice")
    at = {"session_id": CALL, "timestamp": MONDAY_NOON.timestamp() * 1000}
    agreed = {"tool_call_id": "t1", "agreed": True, "item_id": "i1", "words": "yes"}
    order = Order(id=f"order-{CALL}", restaurant_id="casa-verde", menu_digest="d", state=OrderState.SUBMITTED)
    placed = {"type": "order.error", "order_id": order.id, "data": OrderData(intent="confirm")}
    events = [
        TextAgreed.model_validate(at | agreed),
        OrderEvent.model_validate(at | placed | {"reason": "placed_before", "placed": order.model_dump_json()}),
    ]
    entries = [(f"e{number}", event.to_json()) for number, event in enumerate(events)]
    await web.store.append("casa-verde", CALL, None, entries)
    for _ in range(2):
        assert (await web.post("/twilio/status", CallStatus="completed")).status_code == 204
    log = [read_event(entry.event).type for entry in await web.store.read_log("casa-verde", CALL)]
    assert log.count("call.text_queued") == 1
    queue = keys.queue_key(keys.partition("casa-verde"), f"order-{CALL}:sms")
    assert await web.store.connection.command("XLEN", queue) == 1
