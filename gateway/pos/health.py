"""Which endpoints fail: they rest for a while, and what waits for them is tried at once when they are back. Pure.

While an endpoint rests its messages wait without using up their attempts; one of them at a time tries whether it is
back. Times are monotonic seconds, passed in.
"""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.breaker import Breaker

FAILURES_IN_A_ROW: Final = 10
"""So many within a minute, and an endpoint rests."""
BACK_AFTER: Final = 3
"""After so many failures in a row a receipt says that the endpoint is back."""
BACK_AGAIN_S: Final = 60.0
"""Not more often than that: one that fails now and then is not met by everything again and again."""
REST_S: Final = 5.0
LONGEST_REST_S: Final = 30.0
PROBE_S: Final = 1.0
"""So long the others wait while one message tries."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not tried: the endpoint rests for so many seconds."""

    after_s: float


class EndpointHealth:
    """What one worker knows of the endpoints.

    Args:
        divisor: all times are divided by this (tests, demonstrations).
    """

    def __init__(self, divisor: float = 1.0) -> None:
        self._divisor = divisor
        self._breakers: dict[str, Breaker] = {}
        self._failed: dict[str, int] = {}
        self._back_at: dict[str, float] = {}

    def rests(self, name: str, now: float) -> float:
        """Seconds that an endpoint is not to be tried; 0: now is the time, and the outcome must be told to `note`."""
        breaker = self._breaker(name)
        if breaker.allows(now):
            return 0.0
        return breaker.opens_in(now) if breaker.is_open(now) else PROBE_S / self._divisor

    def note(
        self, name: str, *, alive: bool, now: float, spread: float, received: bool = True
    ) -> Literal["rests", "is_back"] | None:
        """An attempt is over; returns what is news.

        Args:
            name: of the endpoint.
            alive: it answered, whatever it said.
            now: monotonic seconds.
            spread: a random number, 0 <= spread < 1, by which workers do not come back together.
            received: it has taken the message, and not merely refused it.
        """
        breaker, failed = self._breaker(name), self._failed.get(name, 0)
        if not alive:
            self._failed[name] = failed + 1
            return "rests" if breaker.failed(now, spread) else None
        breaker.worked(now)
        if not received:
            return None
        self._failed.pop(name, None)
        before = self._back_at.get(name)
        if failed < BACK_AFTER or (before is not None and now - before < BACK_AGAIN_S / self._divisor):
            return None
        self._back_at[name] = now
        return "is_back"

    def _breaker(self, name: str) -> Breaker:
        if (known := self._breakers.get(name)) is not None:
            return known
        times = {"open_s": REST_S / self._divisor, "longest_s": LONGEST_REST_S / self._divisor}
        self._breakers[name] = made = Breaker(limit=FAILURES_IN_A_ROW, in_a_row=True, **times)
        return made
