"""Whether this process takes new calls: not while it drains, not when it is full. The store is asked elsewhere."""

from collections.abc import Callable
from typing import Literal

NotReady = Literal["draining", "full"]


class Readiness:
    """One per process; the server's signal handler sets `draining`.

    Args:
        max_calls: calls at a time (`MAX_CALLS`).
        live_calls: how many there are now, asked each time.
    """

    def __init__(self, max_calls: int, live_calls: Callable[[], int]) -> None:
        self.draining = False
        self._max_calls = max_calls
        self._live_calls = live_calls

    def refusal(self) -> NotReady | None:
        """Why a new call is not taken; None when it is."""
        if self.draining:
            return "draining"
        return "full" if self._live_calls() >= self._max_calls else None
