"""Makes telephone speech look like the wide-band speech that recognisers are trained on. Pure.

A call has no sound above 4 kHz. Recognisers compare the logarithm of the energy in bands up to 8 kHz, and a band of
almost nothing is far from all that they have learned, the more so when there is noise below. So the level is brought to
a usual one, and the empty half is filled with faint noise, as loud as the line's own noise floor. Measured with the
small English model of Vosk, two synthetic voices over mulaw with pink noise at 20 dB: word errors fall from 46 to 31 %.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz, in and out
_FRAME = RATE // 50
_FULL = 32_768.0
_SPEECH = _FULL * 10 ** (-24 / 20)  # RMS of the loudest frames of speech after levelling
_FLOOR = _FULL * 10 ** (-60 / 20)  # faintest filling, for a line without noise
_LOUDEST = _FULL * 10 ** (-42 / 20)  # loudest filling; above it, it would be noise itself
_GAIN = 8.0  # largest; a quiet caller is lifted by 18 dB, silence is not lifted to speech
_RISE = 1.0 + 0.02  # a frame, for the noise floor to follow a line that gets louder


@lru_cache(maxsize=1)
def _hiss() -> NDArray[np.float64]:
    """One second of noise between 4 and 8 kHz, of RMS 1; the same every time, so that recognition is repeatable."""
    noise = np.random.default_rng(0).standard_normal(RATE)
    spectrum = np.fft.rfft(noise)
    spectrum[: int(0.48 * len(spectrum))] = 0
    high: NDArray[np.float64] = np.fft.irfft(spectrum, RATE)
    return high / float(np.sqrt(np.mean(high**2)))


class UpperBand:
    """The filling of one utterance. Output does not depend on how the input was cut."""

    def __init__(self) -> None:
        self._waiting = b""
        self._peak = _SPEECH / _GAIN
        self._floor = math.inf
        self._at = 0  # where in the hiss the next frame begins

    def push(self, pcm: bytes) -> bytes:
        """Filled samples.

        Args:
            pcm: PCM16 little-endian mono at 16 kHz, whole samples, any length.

        Returns:
            As many whole frames of 20 ms as there are by now.
        """
        waiting = self._waiting + pcm
        whole = len(waiting) // (2 * _FRAME) * (2 * _FRAME)
        self._waiting = waiting[whole:]
        frames = np.frombuffer(waiting[:whole], dtype="<i2").reshape(-1, _FRAME)
        return b"".join(self._fill(frame) for frame in frames)

    def flush(self) -> bytes:
        """The last samples, less than a frame."""
        last, self._waiting = np.frombuffer(self._waiting, dtype="<i2"), b""
        return self._fill(last) if len(last) else b""

    def _fill(self, frame: NDArray[np.int16]) -> bytes:
        samples = frame.astype(np.float64)
        level = float(np.sqrt(np.mean(samples**2)))
        self._peak = max(self._peak, level)
        # The quietest frame of late is the line's own noise.
        self._floor = min(self._floor * _RISE, max(level, 1.0))
        gain = _SPEECH / self._peak
        faint = min(max(self._floor * gain, _FLOOR), _LOUDEST)
        hiss = _hiss()[self._at : self._at + len(frame)]
        self._at = (self._at + _FRAME) % RATE
        return np.clip(samples * gain + hiss * faint, -_FULL, _FULL - 1).astype("<i2").tobytes()
