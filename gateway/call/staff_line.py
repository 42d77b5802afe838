"""The staff's telephone as one call knows it: whether it may be rung now, who took the call, and how often nobody did.

Rules: nobody is rung while the restaurant is closed, unless it says so, nor a third time within `FAILURES_WINDOW` of
two attempts that led to nobody: then a message is taken. That somebody took the call is known from the key that they
pressed, never from the telephone company's outcome alone, which a machine that answers has, too.
"""

from datetime import datetime
from typing import assert_never

from gateway.events import Dialled, TransferAccepted, TransferAnswered
from gateway.orders.restaurant import Restaurant

FAILURES = 2
FAILURES_WINDOW = 300.0
"""Seconds."""
TAKEN = frozenset({"completed", "answered"})
"""Twilio's `DialCallStatus` values after which somebody, or some machine, had answered."""


class StaffLine:
    """The attempts of one call to reach a person."""

    def __init__(self, restaurant: Restaurant) -> None:
        self._restaurant = restaurant
        self._answered: set[int] = set()
        self._accepted: set[int] = set()
        self._outcomes: dict[int, Dialled] = {}
        self._failures: list[datetime] = []

    # --- what happened ---

    def take(self, event: TransferAnswered | TransferAccepted | Dialled) -> None:
        """Take one event in; each may come twice."""
        match event:
            case TransferAnswered():
                self._answered.add(event.leg)
            case TransferAccepted():
                self._accepted.add(event.leg)
            case Dialled():
                if event.leg not in self._outcomes:
                    self._outcomes[event.leg] = event
                    if not self.spoke(event.leg):
                        self._failures.append(event.at)
            case _:
                assert_never(event)

    def accepted(self, leg: int) -> bool:
        """Whether a person pressed the key, of those who were rung before the leg `leg`."""
        return leg in self._accepted

    def over(self, leg: int) -> bool:
        """Whether the telephone that was rung before the leg `leg` rings or speaks no more."""
        return leg in self._outcomes

    def spoke(self, leg: int) -> bool:
        """Whether the caller and a person spoke with each other before the leg `leg`."""
        outcome = self._outcomes.get(leg)
        return outcome is not None and outcome.status in TAKEN and outcome.bridged is not False and self.accepted(leg)

    def refused(self, leg: int) -> bool:
        """Whether somebody answered, and nobody took the call."""
        return leg in self._answered and not self.accepted(leg)

    # --- what may be done ---

    def number(self, now: datetime) -> str | None:
        """The number to ring, E.164; None: a message is to be taken instead."""
        return None if self._tried_enough(now) else self._restaurant.person_at(now)

    def why_nobody(self, now: datetime) -> str | None:
        """Why nobody can be reached by telephone now, in words for the model; None when somebody can."""
        if self.number(now) is not None:
            return None
        if self._restaurant.transfer_to is None:
            return "Nobody can be reached by telephone."
        if self._tried_enough(now):
            return "The restaurant's telephone was rung already, and nobody took the call."
        return "The restaurant is closed, so nobody is there to answer the telephone."

    def _tried_enough(self, now: datetime) -> bool:
        lately = sum((now - at).total_seconds() < FAILURES_WINDOW for at in self._failures)
        return lately >= FAILURES
