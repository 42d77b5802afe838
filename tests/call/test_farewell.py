"""How a conversation ends: after the last words, or without them, and once."""

from gateway.call.effects import (
    CloseModel,
    EndLeg,
    Note,
    RequestResponse,
)
from gateway.events import (
    Ended,
    KeyPressed,
)
from tests.call.conversation import NOON, Conversation, has


def test_nobody_is_asked_while_the_farewell_is_under_way(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    assert not has(talk.wait_for(EndLeg), Note)
    assert (talk.now - NOON).total_seconds() < 30


def test_end_call_without_words_lets_the_model_say_its_farewell(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    talk.calls(response, "end_call", {})
    assert talk.end_response(response) == [RequestResponse()]
    talk.agent_speaks("Goodbye!")
    assert has(talk.heard(), EndLeg)


def test_end_call_after_the_farewell_was_heard_ends_at_once(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    talk.begin_speech(response, "Goodbye!")
    talk.heard()
    talk.calls(response, "end_call", {})
    assert has(talk.end_response(response, spoke=True), EndLeg)


def test_a_farewell_played_before_its_response_is_over_ends_with_it(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    response = talk.begin_response()
    talk.begin_speech(response, "Goodbye!")
    assert talk.heard() == []
    assert has(talk.end_response(response, spoke=True), EndLeg)


def test_a_farewell_that_never_comes_ends_the_call_all_the_same(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    began = talk.now
    while not has(talk.wait(), EndLeg):
        pass
    assert (talk.now - began).total_seconds() <= 12


def test_a_caller_who_speaks_into_the_goodbye_is_listened_to(talk: Conversation) -> None:
    talk.answered().agent_speaks("Goodbye!", [("end_call", {})])
    assert not has(talk.interrupts(("item_2", 100, 900)), EndLeg)
    talk.caller_says("wait, a coke too")
    assert not has(talk.agent_says("Sure."), EndLeg)
    assert talk.call.ended is None


def test_a_transfer_waits_for_its_announcement(talk: Conversation) -> None:
    talk.answered()
    effects = talk.agent_speaks("One moment.", [("transfer_to_staff", {"reason": "asked"})])
    assert not has(effects, EndLeg)
    assert has(talk.heard(), EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("transfer", "asked")


def test_an_interrupted_announcement_does_not_delay_a_transfer(talk: Conversation) -> None:
    talk.answered().agent_speaks("One moment.", [("transfer_to_staff", {})])
    assert has(talk.interrupts(("item_2", 100, 900)), EndLeg)


def test_a_transfer_interrupted_while_it_is_being_said_happens_when_that_is_over(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    item = talk.begin_speech(response, "One moment.")
    talk.calls(response, "transfer_to_staff", {})
    assert not has(talk.interrupts((item, 100, 900)), EndLeg)
    assert has(talk.end_response(response, status="cancelled", spoke=True), EndLeg)


def test_what_follows_a_leg_is_decided_once(talk: Conversation) -> None:
    talk.answered().agent_speaks("Goodbye!", [("end_call", {})])
    talk.tell(KeyPressed, digit="0")
    assert talk.heard() == []
    assert talk.tell(Ended, reason="late", next="goodbye") == []
    assert talk.tell(KeyPressed, digit="0") == []
    talk.end_leg("closed")
    assert talk.call.ended is not None
    assert talk.call.ended.next == "transfer"


def test_a_decision_from_outside_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    assert talk.tell(Ended, reason="staff takes over", next="transfer") == [EndLeg("staff takes over"), CloseModel()]


def test_a_decision_between_two_legs_stands(talk: Conversation) -> None:
    talk.answered()
    talk.end_leg()
    assert talk.tell(Ended, reason="staff takes over", next="transfer") == []
    assert talk.call.ended is not None
    assert talk.call.ended.next == "transfer"
