"""Which events of a call the POS is told of, and in which words."""

from typing import Any

import pytest

from gateway.events import AlertRaised, CallStarted, Ended, HungUp, MessageLeft, OrderRefused, TimedOut
from gateway.pos.call_message import MESSAGES
from gateway.pos.call_payload import message_about
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
