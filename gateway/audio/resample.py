"""Sample rate conversion between 8, 16 and 24 kHz for live PCM16: a linear-phase FIR as one small matrix product.

A windowed-sinc low-pass, 4 ms long at the common rate of both sides (97 taps for 8 <-> 24 kHz), is spread over a matrix
that turns a window of input samples into 16 groups of output samples at once. Rules:

* The delay is half the filter, exactly 2 ms, in every direction.
* The output never depends on how the input was cut. This holds to the last bit because the arithmetic is exact: taps
  are multiples of 2**-22 and samples are 16-bit integers, so every sum fits a double without rounding, whatever order
  the BLAS behind NumPy adds in. Only the final rounding to 16 bits rounds, once.
* An instance holds a few hundred bytes; matrices are shared by all. There is nothing for BLAS threads to do at these
  sizes (OpenBLAS stays on the calling thread for products this small).
"""

from functools import cache
from math import gcd
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.audio import g711
from gateway.audio.formats import SAMPLE_RATES, AudioFormatError

_FILTER_MS: Final = 4
DELAY_MS: Final = _FILTER_MS // 2
_KAISER_BETA: Final = 6.0  # 63 dB by the textbook; the taps below measure better than 66 dB past the transition
_CUTOFF_OF_NYQUIST: Final = {8_000: 0.9125, 16_000: 0.9375}  # 3.65 and 7.5 kHz, by the lower of the two rates
_TAP_STEP: Final = 2.0**-22
_GROUPS: Final = 16  # per row of the product: 20 ms at 8 kHz is ten rows; 8 and 32 measured slower
_PCM16: Final = np.dtype("<i2")
_DOUBLE: Final = np.dtype(np.float64)
_LOWEST: Final = np.array(-32768.0)
_HIGHEST: Final = np.array(32767.0)


class _Filter(NamedTuple):
    matrix: NDArray[np.float64]
    group_in: int  # input samples that make `group_out` output samples
    group_out: int
    history: int  # input samples before the current group that its output still depends on
    delay_out: int  # the filter's delay in output samples
    strides: tuple[int, int]  # of the overlapping windows, in bytes
    safe_peak: int  # input no louder than this cannot overflow 16 bits, so clipping is skipped; -1: not worth a look


@cache
def _design(source: int, target: int) -> _Filter:
    shared = gcd(source, target)
    group_in, group_out = source // shared, target // shared
    high = source * group_out  # the common rate, at which the filter runs
    taps_count = _FILTER_MS * high // 1_000 + 1
    at = np.arange(taps_count) - (taps_count - 1) / 2
    low = min(source, target)
    taps = np.sinc(_CUTOFF_OF_NYQUIST[low] * low / high * at) * np.kaiser(taps_count, _KAISER_BETA)
    for phase in range(group_out):
        # Unity gain at 0 Hz for each phase on its own: otherwise a constant input would come out with a ripple.
        taps[phase::group_out] /= taps[phase::group_out].sum()
    taps = np.rint(taps / _TAP_STEP) * _TAP_STEP

    history = -(-(taps_count - 1) // group_out)
    matrix = np.zeros((history + _GROUPS * group_in, _GROUPS * group_out))
    for n in range(matrix.shape[1]):
        for k in range(matrix.shape[0]):
            tap = n * group_in - (k - history) * group_out
            if 0 <= tap < taps_count:
                matrix[k, n] = taps[tap]
    matrix.setflags(write=False)
    gain = float(np.abs(matrix).sum(axis=0).max())
    return _Filter(
        matrix,
        group_in,
        group_out,
        history,
        delay_out=DELAY_MS * target // 1_000,
        strides=(2 * group_in * _GROUPS, 2),
        safe_peak=int(32_767 / gain) if target > source else -1,  # scanning the longer side costs more than clipping
    )


class Resampler:
    """A stream of PCM16 little-endian from one rate to another.

    Push what arrives in pieces of any length; flush when the stream ends. Without `aligned` every push gives as much
    time as it took (20 ms in, 20 ms out), 2 ms late, as a live stream wants it. With `aligned` the first 2 ms, which
    hold only the filter's delay, are left out, so that all pushes and the flush together give exactly
    `floor(samples * target / source)` samples, in step with the input: for sound that has a beginning and an end.

    Args:
        source: Rate of the input: 8000, 16000 or 24000 Hz.
        target: Rate of the output, one of the same but another.
        aligned: Whether to leave out the delay at the beginning.

    Raises:
        AudioFormatError: The rates are not two different ones of these.
    """

    __slots__ = ("_aligned", "_filter", "_skip", "_tail")

    def __init__(self, source: int, target: int, *, aligned: bool = False) -> None:
        if source == target or not {source, target} <= SAMPLE_RATES:
            raise AudioFormatError(f"no resampling from {source!r} to {target!r} Hz")
        self._filter = _design(source, target)
        self._aligned = aligned
        self.reset()

    def reset(self) -> None:
        """Forgets all input; the next push begins a new stream."""
        self._tail = bytes(2 * self._filter.history)  # history, then what waits for the rest of its group or sample
        self._skip = 2 * self._filter.delay_out if self._aligned else 0  # bytes of output yet to be left out

    def push(self, pcm: bytes) -> bytes:
        """Takes PCM16 at the source rate, any number of bytes, and gives what is ready at the target rate.

        Input waits while it does not fill a group (3 samples for 24 to 8 kHz) or ends in half a sample.
        """
        matrix, group_in, group_out, history, _, strides, safe_peak = self._filter
        data = self._tail + pcm
        groups = (len(data) // 2 - history) // group_in
        if groups == 0:
            self._tail = data
            return b""
        self._tail = data[2 * group_in * groups :]

        rows, beyond = divmod(groups, _GROUPS)
        if beyond:  # the last row is filled up; the output that this spoils is not given out
            rows += 1
            data += bytes(2 * group_in * (_GROUPS - beyond))
        # Overlapping windows cannot go to BLAS as they are, so they are copied, and widened to doubles on the way.
        overlapping = np.ndarray((rows, len(matrix)), _PCM16, data, 0, strides)
        out = overlapping.astype(_DOUBLE).dot(matrix)
        np.rint(out, out=out)
        if safe_peak < 0 or g711.peak(data[: len(data) & ~1]) > safe_peak:
            out.clip(_LOWEST, _HIGHEST, out=out)
        made: bytes = out.astype(_PCM16).tobytes()
        if beyond:
            made = made[: 2 * group_out * groups]
        if self._skip:
            skipped = min(self._skip, len(made))
            self._skip -= skipped
            made = made[skipped:]
        return made

    def flush(self) -> bytes:
        """Ends the stream: gives what is still inside the filter and resets. Half a sample at the end is dropped."""
        _, group_in, group_out, history, delay_out, _, _ = self._filter
        self._tail = self._tail[: len(self._tail) & ~1]
        waiting = len(self._tail) // 2 - history
        wanted = 2 * (delay_out + waiting * group_out // group_in) - self._skip
        enough = delay_out * group_in // group_out + group_in
        made = self.push(bytes(2 * enough))[:wanted]
        self.reset()
        return made
