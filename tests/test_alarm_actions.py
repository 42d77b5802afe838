"""The fallback actions: a store is rung, or written to, about an order that its POS does not take."""

from collections.abc import AsyncIterator
from xml.etree import ElementTree

import pytest
from structlog.testing import capture_logs

from gateway.alarm_actions import AlarmActions, alarm_actions
from gateway.local.twilio_api import ApiFault, TwilioApi
from gateway.orders.contact_settings import AlarmSettings, SmsSettings
from gateway.orders.restaurant import Restaurant
from gateway.pos.alarm import Alarm, AlarmNotToldError
from gateway.settings import Settings
from gateway.store import EmbeddedServer, SessionStore, keys_without_expiry, open_store
from gateway.twilio.rest import TwilioAccount, TwilioRest
from tests.orders.osteria import HOUSE, OSTERIA
from tests.pos.adapters.orders import everything, message_of

ACCOUNT, TOKEN = "AC" + "1" * 32, "token-of-the-tests"
STORE_PHONE, MANAGER = "+15550107777", "+15550108888"
PAYLOAD = message_of(everything(), OSTERIA).model_dump_json()
ALARM = Alarm(HOUSE.id, "order-1", "order-1_1", "no connection", 61.0, PAYLOAD)
BOTH = AlarmSettings(call=STORE_PHONE, sms=MANAGER)


def house(alarm: AlarmSettings | None = BOTH, sms: SmsSettings | None = None) -> Restaurant:
    return HOUSE.model_copy(update={"alarm": alarm, "sms": sms})


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    async with TwilioApi(ACCOUNT, TOKEN) as api:
        yield api


@pytest.fixture
async def twilio(api: TwilioApi) -> AsyncIterator[TwilioRest]:
    async with TwilioRest(TwilioAccount(ACCOUNT, (TOKEN,), api.url), timeout_s=2, pauses_s=(0.01,)) as twilio:
        yield twilio


async def test_the_store_hears_the_order_and_gets_it_in_writing_once(
    api: TwilioApi, twilio: TwilioRest, store: SessionStore
) -> None:
    actions = AlarmActions(twilio, store, [house()])
    with capture_logs() as logs:
        for _ in range(2):
            await actions(ALARM)
    (call,), (message,) = api.calls, api.messages
    assert (call.form["To"], call.form["From"]) == (STORE_PHONE, HOUSE.numbers[0])
    document = ElementTree.fromstring(call.form["Twiml"])  # noqa: S314 - our own document
    said = [element.text or "" for element in document.iter("Say")]
    assert len(said) == 3
    assert "Allergy: peanuts. For Ana Lopez" in said[0]
    assert (message.form["To"], message.form["From"]) == (MANAGER, HOUSE.numbers[0])
    assert "ALLERGY: PEANUTS." in message.form["Body"]
    assert await keys_without_expiry(store.connection) == []
    assert [(entry["event"], entry["way"]) for entry in logs] == [
        ("alarm_action.done", "call"),
        ("alarm_action.done", "sms"),
    ]
    assert "555" not in repr(logs)


async def test_a_call_that_fails_keeps_the_text_message_not_back_and_is_made_at_the_next_alarm(
    api: TwilioApi, twilio: TwilioRest, store: SessionStore
) -> None:
    sender = SmsSettings.model_validate({"from": "MG" + "2" * 32})
    actions = AlarmActions(twilio, store, [house(sms=sender)])
    api.faults = [ApiFault("status", times=2)]
    with capture_logs() as logs, pytest.raises(AlarmNotToldError):
        await actions(ALARM)
    assert (len(api.calls), len(api.messages)) == (0, 1)
    assert api.messages[0].form["MessagingServiceSid"] == sender.sender
    assert logs[0]["event"] == "alarm_action.failed"
    await actions(ALARM)
    assert (len(api.calls), len(api.messages)) == (1, 1)


async def test_a_refusal_is_told_with_its_code(api: TwilioApi, twilio: TwilioRest, store: SessionStore) -> None:
    api.unsubscribed.add(MANAGER)
    with capture_logs() as logs:
        await AlarmActions(twilio, store, [house(AlarmSettings(sms=MANAGER))])(ALARM)
    assert [(entry["event"], entry["code"]) for entry in logs] == [("alarm_action.failed", 21610)]
    assert MANAGER not in repr(logs)


async def test_an_account_that_is_refused_and_a_message_that_may_be_lost_are_tried_at_the_next_alarm(
    api: TwilioApi, twilio: TwilioRest, store: SessionStore
) -> None:
    actions = AlarmActions(twilio, store, [house(AlarmSettings(sms=MANAGER))])
    for fault in (ApiFault("status", status=401), ApiFault("status", status=403), ApiFault("status", status=503)):
        api.faults = [fault]
        with pytest.raises(AlarmNotToldError):
            await actions(ALARM)
    await actions(ALARM)
    assert len(api.messages) == 1


async def test_nothing_is_done_for_a_restaurant_without_actions(
    api: TwilioApi, twilio: TwilioRest, store: SessionStore
) -> None:
    await AlarmActions(twilio, store, [house(None)])(ALARM)
    await AlarmActions(twilio, store, [])(ALARM)
    assert api.requests == 0


async def test_a_store_that_is_away_keeps_no_alarm_back(
    api: TwilioApi, twilio: TwilioRest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = EmbeddedServer(tmp_path_factory.mktemp("gone"))
    server.start()
    async with await open_store(server.url) as store:
        server.close()
        await AlarmActions(twilio, store, [house(AlarmSettings(sms=MANAGER))])(ALARM)
    assert len(api.messages) == 1


async def test_actions_need_an_account_and_somebody_to_tell(api: TwilioApi, store: SessionStore) -> None:
    named = Settings.model_validate(
        {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "twilio_api_url": api.url}
    )
    async with alarm_actions(named, store, [house(None)]) as actions:
        assert actions is None
    async with alarm_actions(Settings(), store, [house()]) as actions:
        assert actions is None
    async with alarm_actions(named, store, [house(None), house()]) as actions:
        assert actions is not None
        await actions(ALARM)
    assert (len(api.calls), len(api.messages)) == (1, 1)
