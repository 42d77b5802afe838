"""Whether this process takes new calls: not while it drains, is full or late. The store is asked elsewhere.

Late means that the event loop wakes sleepers late: audio of the calls that are on suffers first. The bound must be
crossed for some seconds, because one pause (a large menu, a collection) is no overload; and the loop must be well below
it for some seconds before calls are taken again, so that one call more or less does not switch it to and fro.
"""

from collections.abc import Callable
from typing import Final, Literal

NotReady = Literal["draining", "full", "overloaded"]

LATE_S: Final = 3
"""So many seconds in a row above the bound: overloaded."""
CALM_S: Final = 5
"""So many seconds in a row below half of the bound: no longer."""


class Readiness:
    """One per process. The server's signal handler sets `draining`; whoever measures the loop tells `loop_was_late`.

    Args:
        max_calls: calls at a time (`MAX_CALLS`).
        live_calls: how many there are now, asked each time.
        max_lag_ms: the bound (`MAX_LOOP_LAG_MS`).
    """

    def __init__(self, max_calls: int, live_calls: Callable[[], int], max_lag_ms: float = 80) -> None:
        self.draining = False
        self._max_calls = max_calls
        self._live_calls = live_calls
        self._max_lag_ms = max_lag_ms
        self._overloaded = False
        self._seconds = 0

    def loop_was_late(self, worst_ms: float) -> None:
        """The worst lag of the last second; to be told once a second."""
        turning = worst_ms < self._max_lag_ms / 2 if self._overloaded else worst_ms > self._max_lag_ms
        self._seconds = self._seconds + 1 if turning else 0
        if self._seconds >= (CALM_S if self._overloaded else LATE_S):
            self._overloaded, self._seconds = not self._overloaded, 0

    def refusal(self) -> NotReady | None:
        """Why a new call is not taken; None when it is."""
        if self.draining:
            return "draining"
        if self._live_calls() >= self._max_calls:
            return "full"
        return "overloaded" if self._overloaded else None
