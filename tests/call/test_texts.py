"""Text messages about the order: the caller's own words agree, and a placed order is confirmed once."""

import pytest

from gateway.call.effects import AnswerTool, ConfigureModel, KeepConsent, Note, TextOrder
from gateway.call.texts import NOT_HEARD_NOTE, SAID_NO_NOTE
from gateway.events import CallStarted, OrderEvent, TextAgreed, TextQueued
from gateway.orders.contact_settings import SmsSettings
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import Conversation, answer, has, only, outcome

SMS = SmsSettings.model_validate({"from": "+15550100000"})


@pytest.fixture
def house(casa_verde: Restaurant) -> Restaurant:
    return casa_verde.model_copy(update={"sms": SMS})


@pytest.fixture
def ordering(house: Restaurant) -> Conversation:
    return Conversation(house).answered().order_taken()


def kept(talk: Conversation, effect: KeepConsent) -> list[object]:
    """The session writes the answer down."""
    said = {"tool_call_id": effect.tool_call_id, "item_id": effect.item_id, "words": effect.words}
    return list(talk.tell(TextAgreed, **said, language=effect.language, agreed=effect.agreed))


def agrees(talk: Conversation, words: str = "yes please", **arguments: object) -> list[object]:
    talk.caller_says(words)
    return kept(talk, only(talk.tool("text_order", agreed=True, **arguments), KeepConsent))


def placed(talk: Conversation) -> list[object]:
    talk.reads_back()
    talk.caller_says("yes")
    talk.tool("confirm_order")
    return list(talk.tell(OrderEvent, **outcome("complete")))


def test_the_callers_words_are_kept_and_the_placed_order_is_texted_once(ordering: Conversation) -> None:
    item_id, _ = ordering.turn()
    ordering.words(item_id, "sure, text me")
    effects = ordering.tool("text_order", agreed=True, language="es")
    consent = only(effects, KeepConsent)
    assert (consent.words, consent.item_id, consent.language, consent.agreed) == ("sure, text me", item_id, "es", True)
    assert answer(effects)["ok"] is True
    assert not has(kept(ordering, consent), TextOrder)
    assert ordering.call.texts.owed is None, "nothing is placed yet"
    text = only(placed(ordering), TextOrder)
    assert (text.order.id, text.language) == ("order-CA1", "es")
    assert not has(ordering.tell(OrderEvent, **outcome("complete")), TextOrder)
    assert ordering.call.texts.owed == text
    ordering.tell(TextQueued, order_id="order-CA1")
    assert ordering.call.texts.owed is None


def test_the_caller_may_agree_once_the_order_is_placed(ordering: Conversation) -> None:
    placed(ordering)
    assert has(agrees(ordering), TextOrder)


def test_words_that_are_still_on_their_way_are_waited_for(ordering: Conversation) -> None:
    item_id, _ = ordering.turn()
    effects = ordering.tool("text_order", agreed=True)
    assert has(effects, AnswerTool)
    assert not has(effects, KeepConsent)
    assert not has(ordering.words("item_other", "something else"), KeepConsent)
    assert only(ordering.words(item_id, "yes"), KeepConsent).words == "yes"


def test_a_no_in_the_callers_words_overrules_the_model(ordering: Conversation) -> None:
    ordering.caller_says("no")
    effects = ordering.tool("text_order", agreed=True)
    assert only(effects, KeepConsent).agreed is False
    assert Note(SAID_NO_NOTE) in effects
    kept(ordering, only(effects, KeepConsent))
    assert not has(placed(ordering), TextOrder)


def test_a_no_is_kept_and_takes_an_earlier_yes_back(ordering: Conversation) -> None:
    agrees(ordering)
    ordering.caller_says("no, don't text me")
    effects = ordering.tool("text_order", agreed=False)
    assert Note(SAID_NO_NOTE) not in effects
    kept(ordering, only(effects, KeepConsent))
    assert not has(placed(ordering), TextOrder)


def test_nothing_is_sent_on_words_that_nobody_understood(ordering: Conversation) -> None:
    item_id, _ = ordering.turn()
    ordering.tool("text_order", agreed=True)
    effects = ordering.words(item_id, "", "transcription.error")
    assert Note(NOT_HEARD_NOTE) in effects
    assert not has(effects, KeepConsent)


def test_nothing_is_sent_where_the_caller_has_said_nothing(house: Restaurant) -> None:
    effects = Conversation(house).answered().tool("text_order", agreed=True)
    assert Note(NOT_HEARD_NOTE) in effects
    assert not has(effects, KeepConsent)


def test_what_the_log_does_not_show_is_asked_for_again_in_the_next_leg(ordering: Conversation) -> None:
    ordering.caller_says("yes")
    consent = only(ordering.tool("text_order", agreed=True), KeepConsent)
    ordering.end_leg()
    assert only(ordering.start_leg(2), KeepConsent) == consent
    kept(ordering, consent)
    ordering.model_comes_up()
    placed(ordering)
    ordering.end_leg()
    again = ordering.in_another_process()
    effects = again.start_leg(3)
    assert has(effects, TextOrder)
    assert not has(effects, KeepConsent)
    again.tell(TextQueued, order_id="order-CA1")
    again.end_leg()
    assert not has(again.start_leg(4), TextOrder)


@pytest.mark.parametrize(
    ("sms", "caller", "unsubscribed", "why"),
    [
        (None, "k1", False, "No text messages are sent here."),
        (SMS, None, False, "number is withheld"),
        (SMS, "k1", True, "asked to get no text messages"),
    ],
)
def test_nothing_is_offered_where_no_text_can_be_sent(
    casa_verde: Restaurant, sms: SmsSettings | None, caller: str | None, unsubscribed: bool, why: str
) -> None:
    talk = Conversation(casa_verde.model_copy(update={"sms": sms}))
    started = {"restaurant_id": "casa-verde", "caller_key": caller, "unsubscribed": unsubscribed}
    talk.tell(CallStarted, **started, menu_digest=casa_verde.menu.digest)
    talk.start_leg(1)
    configured = only(talk.model_comes_up(), ConfigureModel)
    assert "text message" not in configured.instructions
    talk.agent_says("Hi")
    talk.caller_says("text me the order")
    assert why in answer(talk.tool("text_order", agreed=True))["error"]


def test_the_model_may_offer_a_text_where_one_can_be_sent(house: Restaurant) -> None:
    talk = Conversation(house)
    talk.ring()
    configured = only(talk.model_comes_up(), ConfigureModel)
    assert "text_order" in configured.instructions
    assert "text_order" in [tool["name"] for tool in configured.tools]


def test_an_answer_that_says_neither_is_refused(ordering: Conversation) -> None:
    assert "agreed" in answer(ordering.tool("text_order"))["error"]
