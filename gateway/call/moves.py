"""A leg that is to go on in another process: the moment at which the caller notices least.

Rules: a leg moves once it has been quiet for `QUIET` seconds (nobody speaks, and the agent owes nothing), or when its
time is over, and then the next leg is told that it may owe an answer. A call that is about to end, ends.
"""

from datetime import datetime
from typing import Final

from gateway.call.agenda import Agenda
from gateway.call.connection import ARRIVED
from gateway.call.dead_air import DeadAir
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.state_machine import StateMachine
from gateway.call.states import State
from gateway.events import MoveAsked

QUIET: Final = 0.6
"""Seconds: a caller who was asked something has mostly begun to speak by then."""
HEARD: Final = 1.5
"""Seconds from the beginning of a voice: by then the model's side has noticed the caller, or it was noise."""
MOVED: Final = "moved to another process"


class Moves:
    """The planned moves of one call."""

    def __init__(
        self, agenda: Agenda, machine: StateMachine, floor: Floor, farewell: Farewell, dead_air: DeadAir
    ) -> None:
        self._agenda = agenda
        self._machine = machine
        self._floor = floor
        self._farewell = farewell
        self._dead_air = dead_air
        self._asked = False
        self._owes = False
        self._gone = False

    @property
    def under_way(self) -> bool:
        """Whether the leg is to move, or has left."""
        return self._asked or self._gone

    def leg_started(self) -> bool:
        """A new leg, as far as this one is concerned; returns whether the agent owed the caller something."""
        self._asked = self._gone = False
        self._agenda.timers.stop(ARRIVED)
        owes, self._owes = self._owes, False
        return owes

    def ask(self, event: MoveAsked) -> None:
        """The leg is to move, within the seconds that the event gives it."""
        self._asked = True
        if event.within_s > 0:
            self._agenda.timers.start("move", event.at, event.within_s)
        else:
            self._agenda.timers.stop("move")
            self.overdue(event.at)

    def caller_began(self, at: datetime) -> None:
        """A voice has begun: a leg that is about to move waits for it; one that has left owes an answer."""
        if self._asked:
            self._agenda.timers.start("quiet", at, HEARD)
        elif self._gone:
            self._owes = True

    def look(self, at: datetime) -> None:
        """Something has happened: is it quiet now?"""
        if self._agenda.timers.running(ARRIVED) and not self._is_quiet:
            self._agenda.timers.stop(ARRIVED)
        if not self._asked:
            return
        if not self._is_quiet:
            self._agenda.timers.stop("quiet")
        elif not self._agenda.timers.running("quiet"):
            self._agenda.timers.start("quiet", at, QUIET)

    def quiet(self, at: datetime) -> None:
        """It has been quiet for long enough."""
        self._go(at, owes=False)

    def overdue(self, at: datetime) -> None:
        """The leg moves in any case."""
        if self._farewell.closing:
            self._farewell.overdue(at)
        else:
            self._go(at, owes=not self._is_quiet)

    @property
    def _is_quiet(self) -> bool:
        """Whether nobody speaks and nothing is being made or waited for."""
        waits = self._dead_air.owes or self._farewell.closing or self._agenda.timers.running("words")
        voices = self._floor.playing or self._floor.speaking
        return self._machine.current_state in (State.READY, State.IDLE) and not (voices or waits)

    def _go(self, at: datetime, *, owes: bool) -> None:
        self._asked, self._gone, self._owes = False, True, owes
        self._farewell.finish(at, MOVED, "reconnect")
