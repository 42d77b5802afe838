"""Which endpoints fail: they rest for a while, and what waits for them is tried at once when they are back. Pure.

While an endpoint rests its messages wait without using up their attempts; one of them at a time tries whether it is
back. One that takes its time gets a share of a worker and no more, so that the others do not wait for it. Times are
monotonic seconds, passed in.
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
SLOW_S: Final = 2.0
"""An endpoint that takes so long for an answer, or longer, is slow until it answers sooner."""
SLOW_SHARE: Final = 4
"""One in so many of a worker's slots are a slow endpoint's, and at least one."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not tried: for so many seconds the endpoint rests, or is busy with what it has."""

    after_s: float
    reason: str


class EndpointHealth:
    """What one worker knows of the endpoints.

    Args:
        divisor: all times are divided by this (tests, demonstrations).
        slots: how many attempts the worker makes at a time.
    """

    def __init__(self, divisor: float = 1.0, slots: int = 8) -> None:
        self._divisor = divisor
        self._slow_share = max(1, slots // SLOW_SHARE)
        self._took_s: dict[str, float] = {}
        self._in_hand: dict[str, int] = {}
        self._breakers: dict[str, Breaker] = {}
        self._failed: dict[str, int] = {}
        self._back_at: dict[str, float] = {}

    def begin(self, name: str, now: float) -> Postponed | None:
        """Ask to try an endpoint; None: now is the time, and `end` is to be told when it is over."""
        took_s, in_hand = self._took_s.get(name, 0.0), self._in_hand.get(name, 0)
        if took_s >= SLOW_S and in_hand >= self._slow_share:
            return Postponed(took_s, "the endpoint is slow and busy")
        breaker = self._breaker(name)
        if not breaker.allows(now):
            rest = breaker.opens_in(now) if breaker.is_open(now) else PROBE_S / self._divisor
            return Postponed(rest, "the endpoint fails and rests")
        self._in_hand[name] = in_hand + 1
        return None

    def end(self, name: str, took_s: float) -> None:
        """What `begin` allowed is over, whatever came of it, after so many seconds."""
        self._in_hand[name] -= 1
        self._took_s[name] = took_s

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
