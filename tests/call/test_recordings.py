"""Recorded calls of whole conversations (`tests/calls`): folded at every point, each is the call as it went on."""

import re
from pathlib import Path

import pytest

from gateway.call.log_reader import read_log
from gateway.call.machine import Call
from gateway.call.next_step import next_step
from gateway.call.states import State
from gateway.events import read_event
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import tools_of
from tests.call.same import differences

CALLS = sorted((Path(__file__).parents[1] / "calls").glob("*.jsonl"))
EVERY = 4
"""From every so many-th point on, the call is gone on with by another process to its end."""


@pytest.fixture(params=CALLS, ids=lambda path: path.stem)
def recording(request: pytest.FixtureRequest) -> list[str]:
    path: Path = request.param
    return path.read_text(encoding="utf-8").splitlines()


def test_there_are_recordings_of_every_kind() -> None:
    assert {path.stem for path in CALLS} >= {"corrections", "line_dropped", "model_lost", "sold_out", "prank"}


def test_a_recording_is_sound_and_leads_to_nobody(recording: list[str]) -> None:
    assert read_log(("", line) for line in recording).problems == ()
    assert all(number.startswith("+1555") for number in re.findall(r"\+\d{7,}", "".join(recording)))


def test_folded_at_every_point_it_is_the_call_that_goes_on(recording: list[str], casa_verde: Restaurant) -> None:
    tools = tools_of(casa_verde)
    events = [read_event(line) for line in recording]
    call_id = events[0].session_id
    live = Call(call_id, casa_verde, tools=tools)
    effects = []
    for cut, event in enumerate(events):
        folded = Call.fold(call_id, casa_verde, map(read_event, recording[:cut]), tools=tools)
        assert differences(live, folded) == [], f"before event {cut + 1}"
        assert (folded.state, folded.deadline, folded.ended) == (live.state, live.deadline, live.ended)
        assert next_step(folded, event.at, folded.leg) == next_step(live, event.at, live.leg)
        effects.append(live.handle(event))
    assert live.state is State.DISCONNECTED
    for cut in range(0, len(events), EVERY):
        other = Call.fold(call_id, casa_verde, map(read_event, recording[:cut]), tools=tools)
        assert [other.handle(event) for event in events[cut:]] == effects[cut:], f"gone on with from event {cut + 1}"
        assert differences(live, other) == []
