"""How far ahead of the caller's ear the gateway sends: enough to cover its own and the network's unsteadiness, no more.

Speech that lies in Twilio's buffer cannot be taken back without `clear`, so the lead is short when things are calm.
"""

from typing import Final

LONGEST_LEAD_MS: Final = 800
_SHRINK: Final = 0.1  # of the surplus, each time it is adapted: grow at once, give back slowly
_MEAN_GAIN: Final = 1 / 8  # the smoothing of round trips and of their deviation in RFC 6298, section 2
_DEVIATION_GAIN: Final = 1 / 4
_MARGIN: Final = 2  # times what was measured


class Lead:
    """The pacing lead of one stream.

    Args:
        base_ms: The lead when all is calm, and the least.

    Attributes:
        ms: The lead now.
        round_trip_ms: Smoothed time by which marks come back later than the stream clock expects; 0 before the first.
        deviation_ms: Smoothed deviation of single marks from that.
    """

    __slots__ = ("_base", "_measured", "deviation_ms", "ms", "round_trip_ms")

    def __init__(self, base_ms: int) -> None:
        assert 0 < base_ms <= LONGEST_LEAD_MS, "the base lead lies below the longest"
        self._base = self.ms = float(base_ms)
        self._measured = False
        self.round_trip_ms = 0.0
        self.deviation_ms = 0.0

    def measure(self, late_ms: float) -> None:
        """Takes in by how much a mark came later than expected; an early one counts as punctual."""
        late_ms = max(0.0, late_ms)
        if not self._measured:
            self._measured = True
            self.round_trip_ms = late_ms
            return
        error = late_ms - self.round_trip_ms
        self.round_trip_ms += _MEAN_GAIN * error
        self.deviation_ms += _DEVIATION_GAIN * (abs(error) - self.deviation_ms)

    def adapt(self, loop_lag_ms: float) -> None:
        """Fits the lead to what was measured; to be called about once a second.

        Our own lateness eats the lead, and so does a network whose delay varies. A delay that does not vary does not:
        it moves the whole stream. Hence the deviation of the round trip counts, not its length.

        Args:
            loop_lag_ms: By how much timers fired late at worst since the last call.
        """
        wanted = min(self._base + _MARGIN * (loop_lag_ms + self.deviation_ms), float(LONGEST_LEAD_MS))
        self.ms = wanted if wanted > self.ms else self.ms + (wanted - self.ms) * _SHRINK
