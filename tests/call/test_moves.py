"""A leg that goes on in another process: when it leaves, and what the next one says."""

from datetime import timedelta

import pytest

from gateway.call import prompts
from gateway.call.connection import ARRIVED, ARRIVED_LEAST, ARRIVED_PATIENCE
from gateway.call.effects import ConfigureModel, EndLeg, Note, RequestResponse
from gateway.call.moves import HEARD, MOVED, QUIET
from gateway.call.next_step import Goodbye, Reconnect, next_step
from gateway.call.states import State
from gateway.events import CallerBegan, KeyPressed, ModelLost, MoveAsked, TimedOut
from tests.call.conversation import Conversation, has, only

WITHIN = 10.0


@pytest.fixture
def greeted(talk: Conversation) -> Conversation:
    return talk.answered()


def asked_to_move(talk: Conversation, within_s: float = WITHIN) -> Conversation:
    talk.tell(MoveAsked, within_s=within_s)
    return talk


def moved(talk: Conversation) -> bool:
    """Whether the leg has ended for a move, so that Twilio connects the next one."""
    ended = talk.call.ended
    if ended is None or ended.reason != MOVED:
        return False
    return next_step(talk.folded(), talk.now, 1) == Reconnect(2)


def notes_of_the_next_leg(talk: Conversation) -> tuple[list[str], bool]:
    """What the next leg's model is told, in another process, and whether it is to speak."""
    talk.end_leg("closed")
    other = talk.in_another_process()
    other.start_leg(2)
    effects = other.model_comes_up()
    assert only(effects, ConfigureModel).history
    return [effect.text for effect in effects if isinstance(effect, Note)], has(effects, RequestResponse)


def test_a_quiet_leg_moves_after_a_moment_and_the_next_one_says_nothing(greeted: Conversation) -> None:
    asked_to_move(greeted)
    assert greeted.patience() == QUIET
    assert has(greeted.wait(), EndLeg)
    assert moved(greeted)
    assert notes_of_the_next_leg(greeted) == ([prompts.MOVED_NOTE], False)
    assert greeted.call.legs_lost == [], "it was no loss"


def test_while_somebody_speaks_it_stays(greeted: Conversation) -> None:
    asked_to_move(greeted)
    item, _ = greeted.turn()
    assert greeted.call.ended is None
    greeted.words(item, "a large pepperoni")
    response = greeted.begin_response()
    greeted.begin_speech(response, "Sure. Anything else?")
    greeted.end_response(response, spoke=True)
    assert greeted.state() is State.AUDIO_PLAYBACK
    assert greeted.patience() > QUIET
    greeted.heard()
    assert greeted.patience() == QUIET
    greeted.voice("speech_start")
    greeted.voice("silence")
    assert greeted.state() is State.IDLE
    assert greeted.patience() == QUIET, "from the new silence on"
    greeted.wait()
    assert moved(greeted)


def test_nothing_it_owes_is_left_behind(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    response = ordering.begin_response()
    asked_to_move(ordering)
    ordering.calls(response, "confirm_order", {})
    ordering.end_response(response)
    assert ordering.state() is State.READY
    assert ordering.patience_of("quiet") is None, "the submit has no outcome yet"


def test_a_voice_that_begins_is_waited_for(greeted: Conversation) -> None:
    asked_to_move(greeted)
    greeted.tell(CallerBegan)
    assert greeted.patience() == HEARD
    greeted.voice("speech_start")
    assert greeted.patience_of("quiet") is None
    greeted.voice("silence")
    assert greeted.patience() == QUIET


def test_a_voice_that_began_as_the_leg_left_is_owed_an_answer(greeted: Conversation) -> None:
    assert not greeted.call.moves
    asked_to_move(greeted)
    assert greeted.call.moves
    assert has(greeted.wait(), EndLeg)
    assert greeted.call.moves
    greeted.tell(CallerBegan)
    assert moved(greeted)
    assert notes_of_the_next_leg(greeted) == ([prompts.RECOVERED_NOTE], True)


def arrived(talk: Conversation, gap_s: float = 0.0) -> Conversation:
    """The next leg, in another process, whose model has just come up."""
    asked_to_move(talk)
    talk.wait()
    talk.end_leg("closed")
    talk.now += timedelta(seconds=gap_s)
    other = talk.in_another_process()
    other.start_leg(2)
    other.model_comes_up()
    return other


def test_a_caller_who_spoke_between_two_streams_is_asked_again(greeted: Conversation) -> None:
    other = arrived(greeted, gap_s=-1.5)  # what is told above takes half a second each
    assert greeted.call.ended is not None
    assert other.call.deadline == greeted.call.ended.at + timedelta(seconds=ARRIVED_PATIENCE)
    effects = other.wait()
    assert only(effects, Note).text == prompts.RECOVERED_NOTE
    assert has(effects, RequestResponse)


def test_after_a_move_that_took_long_a_caller_is_still_listened_to_for_a_while(greeted: Conversation) -> None:
    assert arrived(greeted, gap_s=9.0).patience() == ARRIVED_LEAST


def test_an_exchange_of_the_model_is_no_move(greeted: Conversation) -> None:
    other = arrived(greeted)
    other.voice("speech_start")
    other.voice("silence")
    other.tell(ModelLost, code="SESSION_EXPIRED", planned=True)
    other.model_comes_up()
    assert other.patience_of(ARRIVED) is None


def test_a_caller_who_speaks_behind_a_move_is_just_answered(greeted: Conversation) -> None:
    other = arrived(greeted)
    other.voice("speech_start")
    assert other.patience_of(ARRIVED) is None


def test_a_voice_in_a_leg_that_stays_is_nothing_new(greeted: Conversation) -> None:
    assert greeted.tell(CallerBegan) == []
    assert not greeted.call.moves


def test_an_answer_that_does_not_come_is_no_quiet_moment(greeted: Conversation) -> None:
    greeted.caller_says("a large pepperoni")
    assert greeted.state() is not State.AUDIO_PLAYBACK
    asked_to_move(greeted, within_s=30)
    while greeted.call.ended is None:
        greeted.wait()
    assert greeted.call.ended.reason == "model: dead air", "the watchdog is there first"


def test_at_the_end_of_its_time_it_moves_in_any_case_and_the_next_one_answers(greeted: Conversation) -> None:
    greeted.turn()
    greeted.begin_response()
    asked_to_move(greeted, within_s=3)
    assert greeted.patience_of("move") == 3
    while greeted.call.ended is None:
        greeted.wait()
    assert moved(greeted)
    assert notes_of_the_next_leg(greeted) == ([prompts.RECOVERED_NOTE], True)


def test_it_can_be_told_to_move_at_once(greeted: Conversation) -> None:
    asked_to_move(greeted)
    asked_to_move(greeted, within_s=0)
    assert moved(greeted)
    assert notes_of_the_next_leg(greeted) == ([prompts.MOVED_NOTE], False), "it was quiet all the same"


def test_a_loss_after_a_move_is_told_as_a_loss(greeted: Conversation) -> None:
    asked_to_move(greeted, within_s=0)
    greeted.end_leg("closed")
    greeted.start_leg(2)
    greeted.model_comes_up()
    greeted.tell(ModelLost)
    assert only(greeted.model_comes_up(), Note).text == prompts.RECOVERED_NOTE
    greeted.end_leg("lost")
    greeted.start_leg(3)
    assert only(greeted.model_comes_up(), Note).text.startswith(prompts.RESUMED_NOTE)


def test_a_leg_that_moves_before_the_greeting_leaves_it_to_the_next(talk: Conversation) -> None:
    talk.ring()
    asked_to_move(talk, within_s=0)
    assert moved(talk)
    talk.end_leg("closed")
    talk.start_leg(2)
    effects = talk.model_comes_up()
    assert only(effects, Note).text.startswith(prompts.GREETING_NOTE)
    assert has(effects, RequestResponse)


def test_a_call_that_is_about_to_end_ends(greeted: Conversation) -> None:
    greeted.agent_speaks("Goodbye.", [("end_call", {"reason": "done"})])
    asked_to_move(greeted, within_s=2)
    greeted.wait()
    assert next_step(greeted.folded(), greeted.now, 1) == Goodbye()


def test_a_next_leg_is_not_moved_because_the_last_one_was_to_be(greeted: Conversation) -> None:
    asked_to_move(greeted)
    greeted.end_leg("lost")
    greeted.start_leg(2)
    greeted.model_comes_up()
    greeted.agent_says("I'm back.")
    assert greeted.patience() > WITHIN - 1
    assert greeted.call.ended is None


def test_a_leg_that_has_ended_does_not_move(greeted: Conversation) -> None:
    greeted.tell(KeyPressed, digit="0")
    greeted.end_leg("stopped")
    assert greeted.tell(MoveAsked, within_s=0) == []
    assert not moved(greeted)


def test_deadlines_that_come_together_end_a_leg_once(greeted: Conversation) -> None:
    response = greeted.begin_response()
    greeted.calls(response, "end_call", {})
    greeted.end_response(response)
    greeted.begin_response()
    asked_to_move(greeted)
    greeted.now += timedelta(seconds=25)  # a machine that stood still: all that was due is due at once
    greeted.tell(TimedOut)
    assert greeted.call.ended is not None
    assert greeted.folded().ended == greeted.call.ended
