"""The table of states against the specification's diagram."""

import re

import pytest

from gateway.call.states import (
    LIVE,
    PATIENCE,
    SPECIFIED,
    TABLE,
    TALKING,
    TRANSITIONS,
    State,
    Transition,
    can_transition,
    mermaid,
)
from gateway.events import CallEvent, VoiceEvent

# "State Machine Diagram" of the specification, arrow for arrow.
DIAGRAM = """
    Disconnected --> Connecting : startConnection()
    Connecting --> Connected : WebSocket opened
    Connecting --> Disconnected : Connection failed
    Connected --> SessionSetup : Send session.update
    SessionSetup --> Ready : session.updated received
    SessionSetup --> Error : session.error received
    Ready --> Listening : Start audio capture
    Ready --> Idle : No audio input
    Idle --> Listening : Audio input detected
    Listening --> Processing : VAD detects speech end
    Listening --> Idle : Silence timeout
    Processing --> Transcribing : Audio committed to OpenAI
    Transcribing --> OrderProcessing : Transcription complete
    Transcribing --> Listening : Transcription failed
    OrderProcessing --> ResponseGeneration : Order intent parsed
    OrderProcessing --> Clarification : Need more information
    OrderProcessing --> Listening : Order parsing failed
    ResponseGeneration --> AudioPlayback : TTS audio received
    Clarification --> AudioPlayback : Clarification audio ready
    AudioPlayback --> Ready : Audio playback complete
    AudioPlayback --> Interrupted : User interruption detected
    Interrupted --> Listening : Resume audio capture
    Error --> Recovering : Retry logic triggered
    Recovering --> Ready : Recovery successful
    Recovering --> Disconnected : Recovery failed
    Ready --> Disconnected : Timeout or user disconnect
    Error --> Disconnected : Critical error
"""
ARROWS = re.findall(r"(\w+) --> (\w+) : (.+)", DIAGRAM)
BY_NAME = {state.diagram_name: state for state in State}


def event_types() -> set[str]:
    schemas = (VoiceEvent, CallEvent)
    return {
        name
        for union in schemas
        for family in union.__args__[0].__args__
        for name in family.model_fields["type"].annotation.__args__
    }


def test_there_are_the_sixteen_states_of_the_specification() -> None:
    assert len(State) == 16
    assert {name for arrow in ARROWS for name in arrow[:2]} == set(BY_NAME)


def test_all_arrows_of_the_specification_are_there_in_its_words_and_order() -> None:
    assert len(ARROWS) == 27
    assert [(t.source.diagram_name, t.target.diagram_name, t.label) for t in SPECIFIED] == ARROWS


@pytest.mark.parametrize("transition", SPECIFIED, ids=lambda t: f"{t.source}-{t.target}")
def test_a_specified_arrow_is_walked_by_its_trigger(transition: Transition) -> None:
    assert transition in SPECIFIED
    assert TABLE[transition.source, transition.trigger] is transition.target


def test_no_two_rows_say_different_things() -> None:
    assert len(TABLE) == len(TRANSITIONS)


def test_every_trigger_is_an_event() -> None:
    assert {transition.trigger for transition in TRANSITIONS} <= event_types()


def test_can_transition_says_what_the_table_says() -> None:
    for state in State:
        for trigger in event_types():
            assert can_transition(state, trigger) is ((state, trigger) in TABLE)


def test_every_live_state_has_a_patience() -> None:
    assert set(PATIENCE) == set(State) - {State.DISCONNECTED} == set(LIVE)
    assert all(0 < seconds <= 130 for seconds in PATIENCE.values())


def test_a_phone_that_is_lost_and_a_call_that_is_ended_lead_to_disconnected_from_everywhere() -> None:
    for state in LIVE:
        assert TABLE[state, "call.leg_ended"] is State.DISCONNECTED
        assert TABLE[state, "call.ended"] is State.DISCONNECTED


def test_a_model_that_is_lost_leads_to_error_wherever_there_was_one() -> None:
    for state in TALKING:
        assert TABLE[state, "call.model_lost"] is State.ERROR


def test_every_state_can_be_reached() -> None:
    reached = {State.DISCONNECTED}
    while new := {t.target for t in TRANSITIONS if t.source in reached} - reached:
        reached |= new
    assert reached == set(State)


def test_the_diagram_is_printed_from_the_table() -> None:
    first, start, blank, *lines = mermaid().splitlines()
    assert (first, start, blank) == ("stateDiagram-v2", "    [*] --> Disconnected", "")
    printed = [re.fullmatch(r"    (\w+) --> (\w+) : (.+)", line) for line in lines]
    arrows = [match.groups() for match in printed if match is not None]
    assert arrows[:27] == ARROWS
    assert len(arrows) == len(lines) == len(set(arrows))
    assert {(BY_NAME[a], BY_NAME[b], label) for a, b, label in arrows} == {
        (t.source, t.target, t.label) for t in TRANSITIONS
    }
