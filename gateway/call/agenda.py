"""What one event leads to: effects for the session, events of the core's own that are taken next, deadlines.

The parts of a call share one agenda and nothing else of each other's data. Nothing is carried out here.
"""

from collections import deque
from datetime import datetime

from gateway.call.effects import Effect
from gateway.call.timers import Timers
from gateway.events import AnyEvent, Stamp, stamp_of


class Agenda:
    """The to-do list of one call.

    Attributes:
        timers: the deadlines.
        events: what is to be taken next.
        happened: what was taken since `begin`, in order.
    """

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.timers = Timers()
        self.events: deque[AnyEvent] = deque()
        self.happened: list[AnyEvent] = []
        self._effects: list[Effect] = []

    def begin(self) -> None:
        """An event is told from outside: what happened before is known."""
        self.happened.clear()

    def do(self, effect: Effect) -> None:
        """Have an effect carried out, after those before it."""
        self._effects.append(effect)

    def tell(self, event: AnyEvent) -> None:
        """Have the call take an event of its own, so that the table sees it like any other."""
        self.events.append(event)

    def next_event(self) -> AnyEvent:
        """Take the next event; there must be one."""
        event = self.events.popleft()
        self.happened.append(event)
        return event

    def stamp(self, at: datetime) -> Stamp:
        """Call and time, for an event of the core's own."""
        return stamp_of(self.call_id, at)

    def take_effects(self) -> list[Effect]:
        """What is to be done now, in order."""
        effects, self._effects = self._effects, []
        return effects
