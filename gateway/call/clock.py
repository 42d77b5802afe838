"""A clock that was set, or a process that slept, is no reason to wait for an hour or to give up at once.

Rules: deadlines go by the events' times; when these jump, back or past a deadline, by more than `CLOCK_STEP`, all
deadlines are moved along, so that of the time that did not pass none counts. A leg that begins ends what waited before.
"""

from datetime import datetime, timedelta

from gateway.call.agenda import Agenda
from gateway.call.call_length import CallLength
from gateway.events import AnyEvent, LegStarted, TimedOut

CLOCK_STEP = timedelta(seconds=30)
"""More than a busy process is late, and more than the clocks of two machines differ."""


class ClockWatch:
    """The watch over the times of one call's events."""

    def __init__(self, agenda: Agenda, length: CallLength) -> None:
        self._agenda = agenda
        self._length = length
        self._last: datetime | None = None

    def told(self, event: AnyEvent) -> None:
        """An event from outside, before anything follows from it."""
        last, self._last = self._last, event.at
        if last is None or isinstance(event, LegStarted):
            return
        due = self._agenda.timers.next
        if event.at < last - CLOCK_STEP:
            self._shift(event.at - last)
        elif due is not None and event.at > due + CLOCK_STEP:
            # Whoever waited for the deadline has waited long enough; anybody else came before it.
            self._shift(event.at - (due if isinstance(event, TimedOut) else last))

    def _shift(self, step: timedelta) -> None:
        self._agenda.timers.shift(step)
        self._length.clock_stepped(step)
