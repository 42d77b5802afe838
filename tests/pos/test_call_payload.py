"""Which events of a call the POS is told of, and in which words."""

from typing import Any

import pytest

from gateway.events import (
    AlertRaised,
    CallStarted,
    Dialled,
    Ended,
    HungUp,
    MessageLeft,
    OrderRefused,
    StaffActed,
    TimedOut,
    TransferAccepted,
)
from gateway.orders.pos_events import POS_EVENTS
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.call_message import MESSAGES
from gateway.pos.call_payload import deliveries, message_about
from gateway.store.records import Delivery
from tests.call.conversation import Conversation
from tests.stage import casa_verde


@pytest.fixture
def talk() -> Conversation:
    return Conversation(casa_verde()).answered()


def told(talk: Conversation, kind: type, /, **fields: Any) -> tuple[str, dict[str, Any]]:
    """The type and the data of the message about an event."""
    talk.tell(kind, **fields)
    message = message_about(talk.log[-1], talk.call)
    assert message is not None
    written = message.model_dump(mode="json")
    assert MESSAGES[written["type"]].model_validate(written) == message
    assert written["data"]["restaurant"] == {
        "ref": "casa-verde", "name": "Casa Verde", "kitchen_name": None, "pos_ids": {},
    }  # fmt: skip
    assert written["data"]["call"]["ref"] == talk.call.call_id
    return written["type"], written["data"]


def test_a_call_begins_and_ends(talk: Conversation) -> None:
    kind, data = told(talk, CallStarted, restaurant_id="casa-verde", caller_key="k", caller_last_two="34")
    assert (kind, data["caller"], data["held_order"]) == ("call.started", {"ref": "k", "number_ends_in": "34"}, False)
    kind, data = told(talk, HungUp, status="completed")
    assert (kind, data["order_ref"], data["order_state"]) == ("call.ended", None, "none")


def test_the_end_names_the_order_that_was_placed(talk: Conversation) -> None:
    talk.order_taken()
    assert told(talk, HungUp)[1]["order_state"] == "draft"
    talk.reads_back()
    talk.caller_says("yes")
    talk.tool("confirm_order")
    data = told(talk, HungUp)[1]
    assert (data["order_ref"], data["order_state"]) == ("order-CA1", "confirmed")


def test_what_staff_must_know(talk: Conversation) -> None:
    talk.order_taken()
    kind, data = told(talk, Ended, reason="the caller asked for a person", next="transfer")
    assert (kind, data["order_summary"]) == ("handoff.requested", "one large Pepperoni")
    kind, data = told(talk, MessageLeft, tool_call_id="c", text="Ring me", number="+15550100134", order="one Coke")
    assert (kind, data["text"], data["number"]) == ("message.left", "Ring me", "+15550100134")
    assert data["order_summary"] == "one Coke"
    kind, data = told(talk, AlertRaised, kind="emergency", reason="danger")
    assert (kind, data["kind"], data["reason"]) == ("alert.raised", "emergency", "danger")


def test_what_the_menu_does_not_have(talk: Conversation) -> None:
    refused = {"tool": "set_line", "code": "MENU_ITEM_NOT_FOUND", "reason": "the menu has no item sushi"}
    kind, data = told(talk, OrderRefused, **refused)
    assert (kind, data["tool"], data["reason"]) == ("menu.unmatched", "set_line", "the menu has no item sushi")


def test_most_events_concern_nobody(talk: Conversation) -> None:
    for kind, fields in ((TimedOut, {}), (Ended, {"reason": "done"}), (OrderRefused, {"tool": "t", "code": None})):
        talk.tell(kind, **fields)
        assert message_about(talk.log[-1], talk.call) is None


def test_who_has_taken_the_call(talk: Conversation) -> None:
    talk.order_taken()
    talk.tell(Ended, reason="the caller asked for a person", next="transfer")
    kind, data = told(talk, TransferAccepted, leg=2)
    assert (kind, data["reason"]) == ("call.transferred", "the caller asked for a person")
    assert data["order_summary"] == "one large Pepperoni"
    other = Conversation(casa_verde()).answered()
    assert told(other, TransferAccepted, leg=2)[1]["reason"] == ""


def test_a_person_is_rung_also_where_nothing_else_works(talk: Conversation) -> None:
    assert told(talk, Ended, reason="model: gone", next="apologise")[0] == "handoff.requested"


@pytest.mark.parametrize("following", ["transfer", "apologise"])
def test_where_nobody_can_be_rung_nothing_is_said_of_it(following: str) -> None:
    talk = Conversation(casa_verde().model_copy(update={"transfer_to": None})).answered()
    talk.tell(Ended, reason="model: gone", next=following)
    assert message_about(talk.log[-1], talk.call) is None


def test_after_two_telephones_that_nobody_took_none_is_rung(talk: Conversation) -> None:
    for leg in (2, 3):
        talk.tell(Dialled, leg=leg, status="no-answer")
    talk.tell(Ended, reason="model: gone", next="apologise")
    assert message_about(talk.log[-1], talk.call) is None


# --- what is sent of it --------------------------------------------------------------------------------------------

SECRET = "whsec_" + "A" * 32


def calling(*events: str) -> Conversation:
    """A call of a restaurant whose POS asks for these messages besides orders."""
    endpoint = {"url": "https://pos.example", "secrets": [SECRET], "events": ["order.confirmed", *events]}
    return Conversation(casa_verde().model_copy(update={"pos": PosEndpoint.model_validate(endpoint)})).answered()


def sent(talk: Conversation, event_id: str = "1-7") -> tuple[Delivery, ...]:
    """What is sent because of the last event."""
    return deliveries(event_id, talk.call.happened, talk.call)


def test_an_event_is_sent_with_an_id_of_its_own_in_the_queue_of_the_call() -> None:
    talk = calling(*POS_EVENTS[1:])
    talk.tell(HungUp)
    (ended,) = sent(talk, "call.hung_up")
    assert (ended.id, ended.queue, ended.type) == ("CA1_call-ended_call-hung_up", "CA1", "call.ended")
    assert MESSAGES["call.ended"].model_validate_json(ended.payload) == message_about(talk.log[-1], talk.call)
    assert sent(talk, "call.hung_up") == (ended,)


def test_what_the_core_finds_out_is_sent_too_by_the_event_that_led_to_it() -> None:
    talk = calling("menu.unmatched", "handoff.requested")
    response = talk.begin_response()
    talk.calls(response, "set_line", {"item_id": "sushi", "quantity": 1})
    (unmatched,) = sent(talk)
    assert (unmatched.id, unmatched.type) == ("CA1_menu-unmatched_1-7-1", "menu.unmatched")
    assert "sushi" in unmatched.payload
    talk.calls(response, "get_order", {})
    assert sent(talk) == ()


def test_what_colleagues_decide_between_two_legs_is_sent() -> None:
    talk = calling("handoff.requested")
    talk.end_leg()
    talk.tell(StaffActed, command_id="1-0", action="take_over")
    (handoff,) = sent(talk)
    assert handoff.type == "handoff.requested"
    talk.tell(StaffActed, command_id="2-0", action="end")
    assert sent(talk) == ()


def test_nothing_is_sent_that_nobody_asked_for() -> None:
    for talk in (calling("message.left"), Conversation(casa_verde()).answered()):
        talk.tell(HungUp)
        assert sent(talk) == ()


def test_every_message_has_a_name_by_which_it_is_asked_for() -> None:
    assert set(POS_EVENTS) == MESSAGES.keys()
