"""A circuit breaker without a clock: after failures in a row of time it opens, so that an outage is not hammered.

Closed, everything is let through. `limit` failures within `window_s` open it: nothing is let through for a time, which
doubles with every opening after the first, up to `longest_s`, and is spread so that many processes do not come back
together. Then it is half open: one attempt is let through, and its outcome closes it or opens it again. Times are
monotonic seconds, passed in.
"""

from collections import deque

TRY_PATIENCE_S = 30.0
"""How long the one attempt of a half-open breaker may take until another is let through in its place."""


class Breaker:
    """One breaker, closed.

    Args:
        limit: so many failures within the window open it.
        window_s: how long a failure counts.
        open_s: how long it is open the first time, before spreading.
        longest_s: the most that doubling leads to, before spreading.
        in_a_row: failures count only if no success comes between them.
    """

    def __init__(
        self,
        *,
        limit: int,
        window_s: float = 60.0,
        open_s: float = 15.0,
        longest_s: float = 300.0,
        in_a_row: bool = False,
    ) -> None:
        self._limit = limit
        self._in_a_row = in_a_row
        self._window = window_s
        self._open = open_s
        self._longest = longest_s
        self._failures: deque[float] = deque()
        self._until: float | None = None  # None: closed
        self._trying_until = float("-inf")
        self._openings = 0  # in a row

    def is_open(self, now: float) -> bool:
        """Whether nothing is let through, at least until a time is over."""
        return self._until is not None and now < self._until

    def allows(self, now: float) -> bool:
        """Whether an attempt may be made. A half-open breaker allows one; tell it the outcome."""
        if self._until is None:
            return True
        if now < self._until or now < self._trying_until:
            return False
        self._trying_until = now + TRY_PATIENCE_S
        return True

    def failed(self, now: float, spread: float) -> bool:
        """An attempt failed. `spread` in [0, 1) lengthens an opening by up to a half.

        Returns:
            Whether it opened because of that.
        """
        if self.is_open(now):
            return False  # an attempt of before, or one that nobody asked for
        if self._until is None:
            self._failures.append(now)
            while self._failures[0] <= now - self._window:
                self._failures.popleft()
            if len(self._failures) < self._limit:
                return False
        self._failures.clear()
        self._until = now + min(self._open * 2**self._openings, self._longest) * (1 + spread / 2)
        self._trying_until = float("-inf")
        self._openings += 1
        return True

    def opens_in(self, now: float) -> float:
        """Seconds until an attempt may be let through; 0 when one may be now."""
        if self._until is None:
            return 0.0
        return max(self._until, self._trying_until, now) - now

    def worked(self, now: float) -> None:
        """An attempt succeeded; a half-open breaker closes. An open one stays open for its time."""
        if self._in_a_row:
            self._failures.clear()
        if self._until is not None and now >= self._until:
            self._until = None
            self._openings = 0
