"""What comes after a stream has ended, from the folded call and the time alone."""

from datetime import timedelta

import pytest

from gateway.call.next_step import Apologise, Goodbye, NextStep, Reconnect, TextOnly, Transfer, next_step
from gateway.events import (
    ConnectionFailed,
    Dialled,
    Ended,
    HungUp,
    KeyPressed,
    LegStarted,
    StaffActed,
    TransferAccepted,
    TransferAnswered,
)
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import Conversation


def step(talk: Conversation, asked: int | None = None, *, dialled: bool = False) -> NextStep:
    return next_step(talk.folded(), talk.now, talk.call.leg if asked is None else asked, dialled=dialled)


def dial(talk: Conversation, status: str, *, accepted: bool = False, bridged: bool | None = None) -> NextStep:
    """The staff's telephone was rung, with this outcome."""
    leg = talk.call.leg + 1
    if status in ("completed", "answered"):
        talk.tell(TransferAnswered, leg=leg)
    if accepted:
        talk.tell(TransferAccepted, leg=leg)
    talk.tell(Dialled, leg=leg, status=status, bridged=bridged)
    return step(talk, dialled=True)


def test_a_lost_leg_is_followed_by_the_next(talk: Conversation) -> None:
    talk.answered().end_leg("lost")
    assert step(talk) == Reconnect(2)
    assert step(talk) == Reconnect(2)


def test_a_killed_process_leaves_a_leg_without_an_end_and_is_followed_too(talk: Conversation) -> None:
    talk.answered()
    assert step(talk) == Reconnect(2)


def test_a_stream_that_never_began_is_followed_by_one_with_a_higher_leg(talk: Conversation) -> None:
    assert step(talk, asked=1) == Reconnect(2)
    assert step(talk, asked=3) == Reconnect(4)
    assert step(talk, asked=4) == TextOnly(5), "one step down"
    assert step(talk, asked=6) == TextOnly(7)
    assert step(talk, asked=7) == Apologise("+15550100090"), "nothing begins here"


def test_after_three_reconnects_within_a_minute_it_goes_on_without_a_stream(talk: Conversation) -> None:
    talk.answered()
    for leg in (2, 3, 4):
        talk.end_leg("lost")
        assert step(talk) == Reconnect(leg)
        talk.start_leg(leg)
    talk.end_leg("lost")
    assert step(talk) == TextOnly(5)
    talk.now += timedelta(minutes=1)
    assert step(talk) == Reconnect(5)


def test_after_three_lost_legs_without_a_stream_there_is_a_person_left(talk: Conversation) -> None:
    talk.answered().end_leg("lost")
    for leg in (2, 3, 4, 5):
        without_stream(talk, leg)
        if leg < 5:
            assert step(talk) == TextOnly(leg + 1), "a process died in the middle of a turn"
    talk.end_leg("lost")
    assert step(talk) == Apologise("+15550100090")
    talk.now += timedelta(minutes=1)
    assert step(talk) == TextOnly(6)


def test_the_voice_model_takes_over_again(talk: Conversation) -> None:
    talk.answered().end_leg("lost")
    without_stream(talk, 2)
    talk.tell(Ended, reason="the voice model is back", next="reconnect")
    assert step(talk) == Reconnect(3)
    talk.start_leg(3)
    assert (talk.call.returns, talk.call.textual) == (1, False)


def test_without_a_stream_the_caller_comes_back_from_the_staff_to_the_turns(talk: Conversation) -> None:
    talk.answered().end_leg("lost")
    without_stream(talk, 2)
    talk.tell(KeyPressed, digit="0")
    assert step(talk) == Transfer("+15550100090", "the caller pressed 0")
    assert step(talk, dialled="no-answer") == TextOnly(3)


def without_stream(talk: Conversation, leg: int) -> None:
    talk.tell(LegStarted, leg=leg, stream_sid="", kind="gather")
    talk.model_comes_up()


def test_a_finished_conversation_ends(talk: Conversation) -> None:
    talk.answered().agent_says("Goodbye!", [("end_call", {})])
    assert step(talk) == Goodbye()


def test_a_caller_who_is_gone_needs_nothing(talk: Conversation) -> None:
    talk.answered().end_leg("stopped")
    talk.tell(HungUp)
    assert step(talk) == Goodbye()


def test_a_caller_who_asked_for_a_person_is_transferred(talk: Conversation) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    assert step(talk) == Transfer("+15550100090", "the caller pressed 0")


def test_a_transfer_to_nobody_is_an_apology(casa_verde: Restaurant) -> None:
    talk = Conversation(casa_verde.model_copy(update={"transfer_to": None})).answered()
    talk.tell(Ended, reason="staff takes over", next="transfer")
    assert step(talk) == Apologise(None)


def test_a_model_that_is_not_to_be_had_is_done_without(talk: Conversation) -> None:
    talk.ring()
    talk.tell(ConnectionFailed)
    assert step(talk) == TextOnly(2)


def test_what_does_not_work_without_a_stream_either_is_apologised_for(talk: Conversation) -> None:
    talk.ring()
    talk.end_leg("lost")
    talk.tell(LegStarted, leg=2, stream_sid="", kind="gather")
    talk.tell(ConnectionFailed)
    assert step(talk) == Apologise("+15550100090")


def test_a_leg_that_is_moved_on_purpose_is_followed(talk: Conversation) -> None:
    talk.answered().tell(Ended, reason="deploy", next="reconnect")
    assert step(talk) == Reconnect(2)


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", "from the future"])
def test_when_nobody_answers_the_caller_comes_back_to_the_agent(talk: Conversation, status: str) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    assert dial(talk, status) == Reconnect(2)


@pytest.mark.parametrize("status", ["completed", "answered"])
@pytest.mark.parametrize("bridged", [True, None])
def test_when_somebody_has_taken_the_call_it_is_done(talk: Conversation, status: str, bridged: bool | None) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    assert dial(talk, status, accepted=True, bridged=bridged) == Goodbye()


def test_a_machine_that_answers_takes_no_call(talk: Conversation) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    assert dial(talk, "completed", bridged=True) == Reconnect(2), "nobody pressed the key"
    assert talk.call.staff_line.refused(2)
    assert not talk.call.staff_line.refused(1)


def test_a_person_who_pressed_the_key_and_was_not_joined_took_no_call(talk: Conversation) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    assert dial(talk, "completed", accepted=True, bridged=False) == Reconnect(2)
    assert dial(talk, "failed", accepted=True) == Reconnect(2)


def test_a_key_pressed_for_an_earlier_attempt_does_not_count_for_the_next(talk: Conversation) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    dial(talk, "completed", accepted=True, bridged=False)
    talk.start_leg(2)
    talk.tell(KeyPressed, digit="0")
    assert dial(talk, "completed") == Reconnect(3)


def test_a_caller_who_hung_up_while_it_rang_needs_nothing(talk: Conversation) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    talk.tell(HungUp)
    assert dial(talk, "canceled") == Goodbye()


def test_after_two_attempts_that_led_to_nobody_the_ladder_does_not_ring_there_either(talk: Conversation) -> None:
    talk.answered()
    for leg in (2, 3):
        talk.tell(KeyPressed, digit="0")
        assert dial(talk, "busy") == Reconnect(leg)
        talk.start_leg(leg)
    talk.tell(Ended, reason="nothing works", next="apologise")
    assert step(talk) == Apologise(None)
    talk.now += timedelta(minutes=5)
    assert step(talk) == Apologise("+15550100090")


def test_a_closed_restaurant_is_not_rung_when_nothing_works(casa_verde: Restaurant) -> None:
    talk = Conversation(casa_verde)
    talk.now += timedelta(hours=10)  # 23:00
    talk.ring()
    talk.tell(Ended, reason="nothing works", next="apologise")
    assert step(talk) == Apologise(None)


def test_a_colleague_ends_or_takes_a_call_that_has_no_leg(talk: Conversation) -> None:
    talk.answered().end_leg("lost")
    talk.tell(StaffActed, command_id="1-0", action="take_over")
    assert step(talk) == Transfer("+15550100090", "a colleague wants to take the call")
    talk.tell(StaffActed, command_id="2-0", action="end")
    assert step(talk) == Goodbye(said=False)


def test_a_colleague_ends_a_call_while_the_telephone_rings(talk: Conversation) -> None:
    talk.answered().tell(KeyPressed, digit="0")
    talk.tell(StaffActed, command_id="1-0", action="end")
    assert dial(talk, "no-answer") == Goodbye(said=False)
