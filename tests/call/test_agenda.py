"""What the parts of a call share."""

from datetime import UTC, datetime

from gateway.call.agenda import Agenda
from gateway.call.effects import ClearPlayout, CloseModel
from gateway.events import HungUp

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def test_effects_are_taken_once_and_in_order() -> None:
    agenda = Agenda("CA1")
    agenda.do(ClearPlayout())
    agenda.do(CloseModel())
    assert agenda.take_effects() == [ClearPlayout(), CloseModel()]
    assert agenda.take_effects() == []


def test_events_of_the_core_carry_the_call_and_the_time() -> None:
    agenda = Agenda("CA1")
    agenda.tell(HungUp(**agenda.stamp(NOW)))
    event = agenda.events.popleft()
    assert (event.session_id, event.at) == ("CA1", NOW)
