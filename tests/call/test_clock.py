"""Clocks that are set in mid-call: no deadline waits for an hour, none fires because of it."""

from datetime import timedelta

import pytest

from gateway.call import prompts
from gateway.call.clock import CLOCK_STEP
from gateway.call.effects import EndLeg, Note
from gateway.call.states import State
from gateway.events import KeyPressed, TimedOut
from tests.call.conversation import Conversation, has

HOUR = timedelta(hours=1)


def later(
    talk: Conversation, by: timedelta, kind: type[TimedOut | KeyPressed] = TimedOut, **fields: object
) -> list[object]:
    """An event that comes after such a time, by its own clock."""
    talk.now += by - timedelta(milliseconds=500)
    return list(talk.tell(kind, **fields))


@pytest.mark.parametrize("step", [-HOUR, HOUR, timedelta(days=-400)])
def test_after_a_step_the_call_waits_no_longer_than_before(talk: Conversation, step: timedelta) -> None:
    talk.answered()
    talk.now += step
    talk.caller_says("a coke")
    talk.agent_says("One Coke.")
    assert talk.patience() == 10
    assert talk.state() is State.READY


def test_a_goodbye_ends_in_time_though_the_clock_was_set_back(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    assert talk.patience() <= 12
    talk.now -= HOUR
    talk.tell(TimedOut)
    assert talk.patience() <= 12
    effects = talk.wait()
    while not has(effects, EndLeg):
        effects = talk.wait()
    assert talk.call.ended is not None


def test_one_that_is_set_forward_makes_one_deadline_fire_and_not_all(talk: Conversation) -> None:
    talk.answered()
    notes = [effect for effect in later(talk, HOUR) if isinstance(effect, Note)]
    assert notes == [Note(prompts.STILL_THERE_NOTE)], "the silence is asked about, the call is not over"
    assert talk.state() in (State.READY, State.IDLE)
    assert talk.call.deadline is not None
    talk.agent_says("Are you there?")
    assert [effect for effect in later(talk, HOUR, KeyPressed, digit="5") if isinstance(effect, EndLeg)] == []
    assert talk.call.ended is None


def test_a_call_is_not_too_long_because_of_a_clock(talk: Conversation) -> None:
    talk.answered()
    later(talk, 3 * HOUR)
    for _ in range(20):
        talk.caller_says("a coke")
        talk.agent_says("One Coke.")
    assert prompts.LONG_CALL_NOTE not in str(talk.log)
    assert talk.call.ended is None
    later(talk, -3 * HOUR)
    began = talk.now
    talk.caller_says("a coke")
    while talk.call.ended is None and (talk.now - began) < 2 * HOUR:
        talk.now += timedelta(seconds=5)
        talk.caller_says("a coke")
        talk.agent_says("One Coke.")
        talk.tell(TimedOut)
    assert talk.now - began < timedelta(minutes=17)


def test_small_differences_and_new_legs_are_no_steps(talk: Conversation) -> None:
    talk.answered()
    deadline = talk.call.deadline
    later(talk, -CLOCK_STEP)
    assert talk.call.deadline == deadline
    talk.now += timedelta(minutes=5)
    talk.start_leg(2)
    assert talk.patience_of("patience") == 20
    twin = talk.folded()
    assert (twin.deadline, twin.state) == (talk.call.deadline, talk.call.state)
