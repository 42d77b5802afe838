"""Named deadlines."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.call.timers import Timers

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_earliest_deadline_is_the_next() -> None:
    timers = Timers()
    assert timers.next is None
    timers.start("late", NOW, 9)
    timers.start("early", NOW, 2)
    assert timers.next == after(2)
    timers.start("early", NOW, 20)
    assert timers.next == after(9)


def test_a_stopped_deadline_is_forgotten() -> None:
    timers = Timers()
    timers.start("a", NOW, 2)
    assert timers.running("a")
    timers.stop("a")
    timers.stop("a")
    assert not timers.running("a")
    timers.start("a", NOW, 1)
    timers.clear()
    assert timers.next is None


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 20)), st.integers(0, 20))
def test_what_is_due_is_taken_once_and_in_order(deadlines: dict[str, int], passed: int) -> None:
    timers = Timers()
    for name, seconds in deadlines.items():
        timers.start(name, NOW, seconds)
    due = timers.take_due(after(passed))
    assert set(due) == {name for name, seconds in deadlines.items() if seconds <= passed}
    assert [deadlines[name] for name in due] == sorted(deadlines[name] for name in due)
    assert timers.take_due(after(passed)) == []
    assert timers.next == min((after(s) for s in deadlines.values() if s > passed), default=None)
