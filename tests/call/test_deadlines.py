"""States that last too long. That silence alone ends any call is in `test_machine_properties.py`."""

import pytest

from gateway.call.effects import (
    EndLeg,
    OpenModel,
)
from gateway.call.states import PATIENCE, State
from gateway.events import (
    ModelOpened,
    SessionRequested,
    TimedOut,
)
from tests.call.conversation import NOON, Conversation


def test_after_an_interruption_by_noise_the_call_does_not_wait_for_long(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza.")
    talk.interrupts(("item_9", 100, 200))
    assert talk.state() is State.LISTENING
    assert talk.patience() == 10
    talk.voice("speech_start")
    assert talk.patience() == 30


@pytest.mark.parametrize("state", [State.CONNECTED, State.SESSION_SETUP])
def test_a_session_that_is_not_answered_is_taken_for_lost(talk: Conversation, state: State) -> None:
    talk.ring()
    talk.tell(ModelOpened)
    if state is State.SESSION_SETUP:
        talk.tell(SessionRequested)
    assert talk.state() is state
    began = talk.now
    talk.wait_for(OpenModel)
    assert (talk.now - began).total_seconds() == PATIENCE[state]


def test_connecting_does_not_last_for_ever(talk: Conversation) -> None:
    talk.ring()
    talk.wait_for(EndLeg)
    assert (talk.now - NOON).total_seconds() < 22


def test_playback_whose_marks_never_come_ends(talk: Conversation) -> None:
    talk.answered().agent_speaks("Hello")
    talk.wait()
    assert (talk.call.state, talk.call.playing) == (State.READY, False)


def test_time_that_is_not_up_changes_nothing(talk: Conversation) -> None:
    talk.answered()
    deadline = talk.call.deadline
    assert talk.tell(TimedOut) == []
    assert talk.call.deadline == deadline
