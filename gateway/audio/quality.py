"""How well a call sounds: level, clipping, loss, jitter, underruns.

Counted as frames pass, in a handful of float operations each.
"""

from dataclasses import dataclass
from math import log10
from typing import Final

from gateway.audio import g711

SILENCE_DBFS: Final = -96.0
"""Level reported when nothing was heard; 16 bits go no lower."""

_JITTER_GAIN: Final = 1 / 16  # RFC 3550 section 6.4.1: noise reduction with a reasonable rate of convergence
_HEARD_RMS: Final = 104  # -50 dBFS; what is below is the pause between words, not the level of a voice


@dataclass(frozen=True, slots=True)
class AudioQualityMetrics:
    """One call's audio quality so far (the specification's AudioQualityMetrics, as a telephone can measure it).

    Attributes:
        frames: Inbound frames counted.
        received_ms: Sound received.
        missing_ms: Sound that should have come in between and did not.
        loss: Share of it, 0.0 to 1.0 (the specification's audioDropoutRate, target below 0.01).
        jitter_ms: Inter-arrival jitter as in RFC 3550.
        level_dbfs: Mean power of the frames above -50 dBFS; 0 dBFS is a full-scale square wave; -96 if there were none.
        clipping: Share of samples at the largest value mu-law has, 0.0 to 1.0.
        underruns: How often the caller heard a hole because our sound came too late.
    """

    frames: int
    received_ms: int
    missing_ms: int
    loss: float
    jitter_ms: float
    level_dbfs: float
    clipping: float
    underruns: int


class AudioQuality:
    """Counts one call's audio quality."""

    __slots__ = ("_clipped", "_frames", "_heard", "_heard_power", "_jitter", "_missing_ms", "_samples", "_transit")

    def __init__(self) -> None:
        self._frames = 0
        self._samples = 0
        self._clipped = 0
        self._missing_ms = 0
        self._heard = 0
        self._heard_power = 0.0
        self._jitter = 0.0
        self._transit: float | None = None

    def received(self, mulaw: bytes, timestamp_ms: int, now: float, rms: int) -> None:
        """Counts an inbound frame.

        Args:
            mulaw: The frame, mu-law 8 kHz, any length.
            timestamp_ms: Twilio's `media.timestamp` of it.
            now: Monotonic seconds at its arrival.
            rms: Its level, 0 to 32768, which the voice detector has measured already (`VoiceDetector.level`).
        """
        self._frames += 1
        self._samples += len(mulaw)
        for code in g711.CLIPPED:
            self._clipped += mulaw.count(code)
        if rms > _HEARD_RMS:
            self._heard += 1
            self._heard_power += rms * rms
        transit = now * 1_000 - timestamp_ms
        if self._transit is not None:
            self._jitter += (abs(transit - self._transit) - self._jitter) * _JITTER_GAIN
        self._transit = transit

    def missing(self, ms: int) -> None:
        """Counts sound that did not come."""
        self._missing_ms += ms

    def new_stream(self) -> None:
        """Begins a new stream of the same call: timestamps start again, which is no jitter."""
        self._transit = None

    def snapshot(self, underruns: int = 0) -> AudioQualityMetrics:
        """Gives the figures so far, with the playout's count of underruns."""
        received_ms = self._samples // g711.BYTES_PER_MS
        expected_ms = received_ms + self._missing_ms
        return AudioQualityMetrics(
            frames=self._frames,
            received_ms=received_ms,
            missing_ms=self._missing_ms,
            loss=self._missing_ms / expected_ms if expected_ms else 0.0,
            jitter_ms=self._jitter,
            level_dbfs=10 * log10(self._heard_power / self._heard / 32_768**2) if self._heard else SILENCE_DBFS,
            clipping=self._clipped / self._samples if self._samples else 0.0,
            underruns=underruns,
        )
