"""Prepared phrases that hold the line while the model has nothing to say: one at a time, and not too many of them."""

from datetime import datetime

from gateway.call.agenda import Agenda
from gateway.call.effects import ClipName, PlayClip
from gateway.call.floor import Floor

HOLD_EVERY = 3.5
"""Seconds from the beginning of one such phrase to the next: with the phrase itself, no silence lasts 4 s."""


class Holding:
    """The line of one call, held."""

    def __init__(self, agenda: Agenda, floor: Floor) -> None:
        self._agenda = agenda
        self._floor = floor
        self.last: datetime | None = None
        """When the last phrase began, in this leg."""

    def leg_started(self) -> None:
        """A new leg: nothing was said in it."""
        self.last = None

    def bridge(self, at: datetime, clip: ClipName = "hold") -> None:
        """Say that there is something to wait for, unless the agent is heard or that was said just now."""
        said = self.last is not None and (at - self.last).total_seconds() < HOLD_EVERY
        if said or self._floor.talking:
            return
        self.last = at
        if not self._floor.playing:  # else a phrase is being said already
            self._agenda.do(PlayClip(clip))
