"""The holder of the state: moves by the table, tells who asked to be told."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.call.state_machine import StateMachine
from gateway.call.states import TABLE, TRANSITIONS, State

TRIGGERS = sorted({transition.trigger for transition in TRANSITIONS} | {"call.key_pressed", "unheard.of"})


def test_it_begins_disconnected_and_moves_by_the_table() -> None:
    machine = StateMachine()
    states = [machine.current_state]
    assert machine.transition("call.leg_started")
    states.append(machine.current_state)
    assert states == [State.DISCONNECTED, State.CONNECTING]


def test_observers_are_told_of_moves_and_of_refusals() -> None:
    machine = StateMachine()
    moves: list[tuple[State, State]] = []
    refusals: list[tuple[State, str]] = []
    machine.on_state_change(lambda source, target: moves.append((source, target)))
    machine.on_transition_error(lambda state, trigger: refusals.append((state, trigger)))
    assert not machine.transition("vad.silence")
    machine.transition("call.leg_started")
    assert moves == [(State.DISCONNECTED, State.CONNECTING)]
    assert refusals == [(State.DISCONNECTED, "vad.silence")]


def test_it_can_be_asked_without_moving() -> None:
    machine = StateMachine()
    assert machine.can_transition(State.READY, "call.ended")
    assert not machine.can_transition(State.READY, "call.retry_started")
    assert machine.current_state is State.DISCONNECTED


@given(st.lists(st.sampled_from(TRIGGERS), max_size=60))
def test_the_table_is_the_whole_truth(triggers: list[str]) -> None:
    machine = StateMachine()
    for trigger in triggers:
        before = machine.current_state
        assert machine.transition(trigger) is ((before, trigger) in TABLE)
        assert machine.current_state is TABLE.get((before, trigger), before)
