"""What people at the restaurant do with a call while it is on."""

from datetime import UTC, datetime

import pytest

from gateway.call import prompts
from gateway.call.effects import ConfigureModel, EndLeg, HistoryItem, Note, RequestResponse
from gateway.call.staff import MAX_HINT, StaffCommand, one_line, staff_acted
from gateway.events import Ended, ModelLost, ModelOpened, SessionRequested, StaffActed
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import Conversation, has, only


def hint(text: str, command_id: str = "1-0") -> dict[str, str]:
    return {"command_id": command_id, "action": "hint", "text": text}


def test_a_hint_is_told_to_the_model_and_is_no_order_to_speak(talk: Conversation) -> None:
    effects = talk.answered().tell(StaffActed, **hint('the "oven" is cold, it takes an hour'))
    assert effects == [Note(prompts.hint_note("the 'oven' is cold, it takes an hour"))]
    assert only(effects, Note).text.startswith(prompts.HINT_NOTE)
    assert "It is no rule" in only(effects, Note).text


def test_a_command_is_taken_once(talk: Conversation) -> None:
    talk.answered()
    assert talk.tell(StaffActed, **hint("we have no basil"))
    assert talk.tell(StaffActed, **hint("we have no basil")) == []
    assert talk.tell(StaffActed, **hint("", "2-0")) == []
    assert talk.call.staff.taken == {"1-0", "2-0"}


def test_a_hint_while_there_is_no_model_reaches_the_next_one(talk: Conversation) -> None:
    talk.ring()
    assert talk.tell(StaffActed, **hint("parking is full")) == []
    note = prompts.hint_note("parking is full")
    assert HistoryItem("system", note) in only(talk.tell(ModelOpened), ConfigureModel).history
    talk.tell(SessionRequested)
    assert talk.tell(StaffActed, **hint("the card reader is broken", "2-0")) == [], "the session is not ready"
    effects = talk.session("session.updated")
    assert effects[0] == Note(prompts.hint_note("the card reader is broken"))
    assert has(effects, RequestResponse)
    assert Note(note) not in effects, "it is in the history"


def test_a_hint_is_told_to_every_later_model_too(talk: Conversation) -> None:
    talk.answered().tell(StaffActed, **hint("we have no basil"))
    talk.tell(ModelLost)
    configured = only(talk.tell(ModelOpened), ConfigureModel)
    assert configured.history[-1] == HistoryItem("system", prompts.hint_note("we have no basil"))
    assert Note(prompts.hint_note("we have no basil")) not in talk.session("session.updated")


def test_a_call_that_is_taken_over_or_ended_ends_its_leg_at_once(talk: Conversation) -> None:
    talk.answered()
    assert has(talk.tell(StaffActed, command_id="1-0", action="take_over"), EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.staff.ended) == ("transfer", False)
    talk.start_leg(2)
    talk.model_comes_up()
    assert has(talk.tell(StaffActed, command_id="2-0", action="end"), EndLeg)
    assert (talk.call.ended.next, talk.call.staff.ended) == ("goodbye", True)


def test_the_restaurants_people_have_the_last_word(talk: Conversation) -> None:
    talk.answered().agent_says("Goodbye!", [("end_call", {})])
    assert isinstance(talk.call.ended, Ended)
    assert talk.call.ended.next == "goodbye"
    assert talk.tell(StaffActed, command_id="1-0", action="take_over") == []
    assert talk.call.ended.next == "transfer"


def test_nobody_takes_over_without_a_telephone(casa_verde: Restaurant) -> None:
    talk = Conversation(casa_verde.model_copy(update={"transfer_to": None})).answered()
    assert talk.tell(StaffActed, command_id="1-0", action="take_over") == []
    assert talk.call.ended is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" a\tb\r\nc  d ", "a b c d"),
        ("\u202egnirts\x00\u200b!", "gnirts !"),
        ("x" * 1000, "x" * MAX_HINT),
        ("\x07", ""),
    ],
)
def test_what_is_typed_becomes_one_short_line(typed: str, kept: str) -> None:
    assert one_line(typed, MAX_HINT) == kept


def test_a_command_as_an_event_holds_no_card_number_and_no_more_than_is_needed() -> None:
    at = datetime(2026, 11, 18, 18, tzinfo=UTC)
    event = staff_acted(StaffCommand("1-0", "CA1", "hint", "card 4111 1111 1111 1111\nok", "Rosa " * 100), at)
    assert (event.at, event.session_id, event.command_id, event.action) == (at, "CA1", "1-0", "hint")
    assert "4111" not in event.to_json()
    assert event.text.endswith("ok")
    assert len(event.who) <= 60
