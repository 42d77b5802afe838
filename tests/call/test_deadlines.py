"""States that last too long. That silence alone ends any call is in `test_machine_properties.py`."""

import pytest

from gateway.call.effects import (
    EndLeg,
    OpenModel,
)
from gateway.call.states import PATIENCE, State
from gateway.events import (
    ModelLost,
    ModelOpened,
    SessionRequested,
    TimedOut,
)
from tests.call.conversation import NOON, Conversation, has


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


def without_watchdog(talk: Conversation) -> Conversation:
    """The patience of the states is the last line: it holds without the watchdog over dead air."""
    talk.call._parts.agenda.timers.stop("dead_air")
    return talk


def test_connecting_has_a_patience_of_its_own(talk: Conversation) -> None:
    talk.ring()
    assert has(without_watchdog(talk).wait(), EndLeg)
    assert (talk.now - NOON).total_seconds() > 20


def test_recovering_has_a_patience_of_its_own(talk: Conversation) -> None:
    talk.answered().tell(ModelLost)
    assert has(without_watchdog(talk).wait(), EndLeg)


def test_a_patience_that_runs_out_while_a_retry_is_due_leaves_it_to_the_retry(talk: Conversation) -> None:
    talk.answered()
    for _ in range(4):
        talk.end_response(talk.begin_response(), status="failed", code="MODEL_OVERLOADED")
    timers = talk.call._parts.agenda.timers
    timers.start("retry", talk.now, 30)
    assert without_watchdog(talk).wait() == []
    assert timers.running("retry")


def test_an_answer_that_the_watchdog_waits_for_is_left_to_it(talk: Conversation) -> None:
    talk.answered()
    talk.voice("speech_start")
    talk.voice("speech_end")
    assert talk.state() is State.PROCESSING
    timers = talk.call._parts.agenda.timers
    timers.start("patience", talk.now, 0.5)
    assert talk.wait() == []
