"""What recognisers get: audio of any rate, at theirs, levelled and filled (see `upper_band`)."""

import numpy as np
import soxr  # type: ignore[import-untyped]  # has no type information

from gateway.local.upper_band import RATE, UpperBand

__all__ = ["RATE", "Intake"]


class Intake:
    """The audio of one utterance on its way into a recogniser.

    Args:
        sample_rate: Of what comes in, in Hz.
    """

    def __init__(self, sample_rate: int) -> None:
        self._resampler = None if sample_rate == RATE else soxr.ResampleStream(sample_rate, RATE, 1, dtype="float32")
        self._upper = UpperBand()

    def push(self, pcm: bytes) -> bytes:
        """PCM16 little-endian mono in, the same at 16 kHz out, a few milliseconds later."""
        return self._upper.push(self._resample(pcm, last=False))

    def flush(self) -> bytes:
        """What was held back. Nothing can be pushed afterwards."""
        return self._upper.push(self._resample(b"", last=True)) + self._upper.flush()

    def _resample(self, pcm: bytes, *, last: bool) -> bytes:
        if self._resampler is None:
            return pcm
        # Floating point, because soxr dithers whole numbers, by a noise that depends on how the input was cut.
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        resampled = self._resampler.resample_chunk(samples, last=last)
        return bytes(np.clip(np.rint(resampled), -32_768, 32_767).astype("<i2").tobytes())
