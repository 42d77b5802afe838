"""Holes in the caller's sound, found by Twilio's media timestamps (Media Streams, `media.timestamp`).

A lost frame would otherwise shorten a pause, and the model's turn detection counts samples, not time. Rules: a hole is
filled once and never with more than 10 s; a frame that is late or comes twice is dropped, its place is taken; whatever
the timestamps do, the caller is heard again within half a second.
"""

from typing import Final

from gateway.audio import g711

STALE: Final = -1
"""Answer of `place` for a frame that is to be dropped."""

LONGEST_FILL_MS: Final = 10_000
_TOLERANCE: Final = 10 * g711.BYTES_PER_MS  # timestamps are whole milliseconds and may jitter; half a frame is no hole
_PATIENCE: Final = 25  # stale frames in a row, 0.5 s, after which the clock at the other end must have been set back


class GapFinder:
    """Says where each inbound frame belongs. One per stream: timestamps begin anew with every stream.

    Attributes:
        missing_ms: Milliseconds of sound that never came, also those beyond what was filled.
        stale: Frames dropped because they were late or came twice.
        resets: How often the timestamps went back for good.
    """

    __slots__ = ("_expected", "_missing", "_stale_run", "resets", "stale")

    def __init__(self) -> None:
        self._expected: int | None = None  # samples since the stream's start
        self._missing = 0
        self._stale_run = 0
        self.stale = 0
        self.resets = 0

    @property
    def missing_ms(self) -> int:  # noqa: D102 - documented with the class
        return self._missing // g711.BYTES_PER_MS

    def place(self, timestamp_ms: int, length: int) -> int:
        """Finds the place of a frame.

        Args:
            timestamp_ms: Twilio's `media.timestamp`, milliseconds since the stream's start, of the frame's beginning.
            length: Bytes (samples) of mu-law in the frame.

        Returns:
            Samples of silence to put before it, mostly 0, at most 10 s worth; or `STALE`: drop the frame.
        """
        start = timestamp_ms * g711.BYTES_PER_MS
        gap = 0 if self._expected is None else start - self._expected
        if gap <= -_TOLERANCE:
            self._stale_run += 1
            if self._stale_run < _PATIENCE:
                self.stale += 1
                return STALE
            self.resets += 1
        self._stale_run = 0
        if self._expected is None or abs(gap) >= _TOLERANCE:
            self._expected = start + length
        else:
            self._expected += length  # our own count, so that small deviations of one sign add up to a hole
        if gap < _TOLERANCE:
            return 0
        self._missing += gap
        return min(gap, LONGEST_FILL_MS * g711.BYTES_PER_MS)
