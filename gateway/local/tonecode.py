"""Text carried as sound: the speech of tests that need no speech.

A tone code goes wherever a voice goes (mulaw, resampling, buffers, turn detection) and tells at the far end, with a
check sum, which text was said, whether all of it arrived and how much of it was played. It is four-tone frequency
shift keying, 800 symbols of 2 bits a second: the tones 800, 1600, 2400 and 3200 Hz have whole cycles in a symbol, so
they do not disturb each other and stay below the 3.65 kHz at which the gateway's filters end.

Rules: a code starts with sound and stays audible to its last sample; what is damaged is never guessed. The carrier that
makes a code as long as speech swells and falls like syllables, because an adaptive noise floor takes a steady tone
for the noise of the line.

    sync (16 symbols) | bytes of text, u16 | length in 10 ms, u16 | check, u8 | UTF-8 | CRC-16, u16 | carrier
"""

import binascii
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
_Energy = npt.NDArray[np.float64]

SYMBOLS_PER_S: Final = 800
TONES_HZ: Final = (800, 1600, 2400, 3200)
AMPLITUDE: Final = 8231
"""-12 dBFS at the peak: as loud as a caller near the microphone."""

_SYNC: Final = np.array((0, 3, 1, 2, 3, 0, 2, 2, 1, 3, 3, 0, 1, 1, 2, 0))
_SYNC_SHARE: Final = 0.75  # of the energy must lie in the tones that the sync word asks for
_FAINTEST: Final = 184  # peak of the faintest code looked for, -45 dBFS
_ABSENT: Final = 0.016  # of the sync word's energy, -18 dB: below is silence; the carrier's dips are 6 dB above
_HEADER_BYTES: Final = 5
_SYMBOLS_PER_BYTE: Final = 4
_CRC_BYTES: Final = 2
_UNIT_MS: Final = 10
_LONGEST_MS: Final = 0xFFFF * _UNIT_MS

_CARRIER_HZ: Final = TONES_HZ[1]
_SYLLABLES_PER_S: Final = 4.0
_DIP: Final = 0.75  # of the amplitude goes between syllables, 12 dB


@dataclass(frozen=True, slots=True)
class ToneMessage:
    """One code found in a recording.

    Attributes:
        text: The text; of a code cut off inside its text, the characters that arrived whole.
        start: Index of its first sample.
        whole: The text is complete and its check sum right. (The carrier after it may be cut.)
        duration_ms: How long the whole code lasts.
        played_ms: How much of that is in the recording before the sound stops.
    """

    text: str
    start: int
    whole: bool
    duration_ms: int
    played_ms: int

    @property
    def spoken(self) -> str:
        """The part of the text that a listener would have heard, had it been spoken evenly over the whole duration."""
        if self.played_ms >= self.duration_ms:
            return self.text
        return self.text[: len(self.text) * self.played_ms // self.duration_ms]


def encode(text: str, rate: int, *, min_ms: int = 0, ms_per_char: float = 0) -> bytes:
    """Says a text as tones.

    Args:
        text: What is said; 100 ASCII characters take 0.56 s.
        rate: Samples per second, a multiple of 800 from 8000 up (8000, 16000, 24000).
        min_ms: The code lasts at least this long.
        ms_per_char: It lasts at least this long for each character; speech takes about 60.

    Returns:
        PCM16, little-endian, mono.

    Raises:
        ValueError: The rate is not possible, the text has more than 65,535 bytes, or the code would exceed 655 s.
    """
    per_symbol = _samples_per_symbol(rate)
    payload = text.encode()
    if len(payload) > 0xFFFF:
        raise ValueError(f"a tone code holds 65535 bytes of text, not {len(payload)}")
    symbols_needed = len(_SYNC) + _SYMBOLS_PER_BYTE * (_HEADER_BYTES + len(payload) + _CRC_BYTES)
    shortest_ms = symbols_needed * 1000 / SYMBOLS_PER_S
    duration_ms = max(shortest_ms, min_ms, ms_per_char * len(text))
    units = int(-(-duration_ms // _UNIT_MS))
    if duration_ms > _LONGEST_MS:
        raise ValueError(f"a tone code lasts at most {_LONGEST_MS} ms, not {duration_ms:.0f}")
    lengths = struct.pack(">HH", len(payload), units)
    body = lengths + bytes([_check(lengths)]) + payload
    body += struct.pack(">H", binascii.crc_hqx(body, 0xFFFF))
    symbols = np.concatenate((_SYNC, _to_symbols(body)))
    # Every tone has whole cycles in a symbol: symbols laid side by side join without a click.
    phase = np.arange(per_symbol) * (2 * np.pi / rate)
    waves = AMPLITUDE * np.sin(np.outer(TONES_HZ, phase))
    sound = waves[symbols].ravel()
    carrier = _carrier(units * _UNIT_MS * rate // 1000 - sound.size, rate)
    pcm: Samples = np.rint(np.concatenate((sound, carrier))).astype("<i2")
    return pcm.tobytes()


def decode(pcm: bytes | Samples, rate: int) -> str | None:
    """The text of the codes in a recording, several joined with a space.

    Args:
        pcm: PCM16 little-endian mono; half a sample at the end is ignored.
        rate: Samples per second, as for `encode`.

    Returns:
        The text, or None if there is no code or one of them is cut off inside its text or damaged.

    Raises:
        ValueError: The rate is not possible.
    """
    messages = list(_find(_as_samples(pcm), rate))
    if not messages or not all(found is not None and found.whole for found in messages):
        return None
    return " ".join(found.text for found in messages if found is not None)


def scan(pcm: bytes | Samples, rate: int) -> list[ToneMessage]:
    """Every code in a recording, in order; one cut off inside its text too, a damaged one not.

    Args:
        pcm: PCM16 little-endian mono; half a sample at the end is ignored.
        rate: Samples per second, as for `encode`.

    Raises:
        ValueError: The rate is not possible.
    """
    return [found for found in _find(_as_samples(pcm), rate) if found is not None]


def _find(samples: Samples, rate: int) -> Iterator[ToneMessage | None]:
    """The codes in order of time; None for one whose check sum is wrong."""
    step = _samples_per_symbol(rate)
    energy = _tone_energy(samples, rate, step)
    sync_length = len(_SYNC) * step
    starts = energy.shape[1] - (sync_length - step)
    if starts <= 0:
        return
    wanted = np.zeros(starts)
    total = np.zeros(starts)
    for place, tone in enumerate(_SYNC):
        wanted += energy[tone, place * step : place * step + starts]
        total += energy[:, place * step : place * step + starts].sum(axis=0)
    faintest = len(_SYNC) * (_FAINTEST * step / 2) ** 2
    candidates = np.flatnonzero((wanted > _SYNC_SHARE * total) & (wanted > faintest))
    behind = 0  # nothing before this sample is looked at again
    doubted: ToneMessage | None = None  # what is not whole: another may have begun inside it, where it broke off
    reach = 0  # and so far it would have gone
    for candidate in candidates:
        if candidate < behind:
            continue
        # The share passes the bar a little before the exact place; the energy is greatest at it.
        start = int(candidate) + int(wanted[candidate : candidate + step].argmax())
        floor = _ABSENT * float(wanted[start]) / len(_SYNC)
        found, end = _read(energy, start, sync_length, step, rate, floor)
        behind = start + 1  # what looked like a sync word has no header, or is in doubt: go on right behind it
        whole = found is not None and found.whole
        if end == start or (start < reach and not whole):  # inside a code noise may look like another one
            continue
        if reach:
            yield None if start < reach else doubted
        doubted, reach = (None, 0) if whole else (found, end)
        if whole:
            behind = end
            yield found
    if reach:
        yield doubted


def _read(
    energy: _Energy, start: int, sync_length: int, step: int, rate: int, floor: float
) -> tuple[ToneMessage | None, int]:
    """Reads the code that starts here.

    Returns:
        The code and where its text ends; (None, that place) if it is damaged; (None, start) if there is no header.
    """
    position = start + sync_length
    header, received = _read_bytes(energy, position, step, _HEADER_BYTES, floor)
    if received < _HEADER_BYTES or _check(header[:-1]) != header[-1]:
        return None, start
    length, units = struct.unpack(">HH", header[:-1])
    position += _HEADER_BYTES * _SYMBOLS_PER_BYTE * step
    body, received = _read_bytes(energy, position, step, length + _CRC_BYTES, floor)
    end = position + (length + _CRC_BYTES) * _SYMBOLS_PER_BYTE * step
    duration_ms = units * _UNIT_MS
    played = _sounding(energy, start, min(start + duration_ms * rate // 1000, energy.shape[1] + step - 1), step, floor)
    played_ms = played * 1000 // rate
    if received < length + _CRC_BYTES:
        text = body[: min(received, length)].decode(errors="ignore")
        return ToneMessage(text, start, False, duration_ms, played_ms), end
    if binascii.crc_hqx(header + body, 0xFFFF):
        return None, end
    return ToneMessage(body[:length].decode(errors="replace"), start, True, duration_ms, played_ms), end


def _read_bytes(energy: _Energy, position: int, step: int, count: int, floor: float) -> tuple[bytes, int]:
    """Reads bytes; returns them and how many of them stand before the first symbol that is missing."""
    places = position + step * np.arange(count * _SYMBOLS_PER_BYTE)
    heard = energy[:, places[places < energy.shape[1]]]
    silent = np.flatnonzero(heard.max(axis=0, initial=0.0) < floor)
    whole = (int(silent[0]) if silent.size else heard.shape[1]) // _SYMBOLS_PER_BYTE
    symbols = heard[:, : whole * _SYMBOLS_PER_BYTE].argmax(axis=0).reshape(whole, _SYMBOLS_PER_BYTE)
    weights = 4 ** np.arange(_SYMBOLS_PER_BYTE - 1, -1, -1)
    return (symbols @ weights).astype(np.uint8).tobytes(), whole


def _sounding(energy: _Energy, start: int, end: int, step: int, floor: float) -> int:
    """How many samples from `start` on are sound; `end` is where the code or the recording ends."""
    places = np.arange(start, end - step + 1, step)
    silent = np.flatnonzero(energy[:, places].max(axis=0, initial=0.0) < floor)
    return int(places[silent[0]]) - start if silent.size else end - start


def _tone_energy(samples: Samples, rate: int, step: int) -> _Energy:
    """Energy of each tone in the symbol-long window that begins at each sample: tones by places."""
    places = max(samples.size - step + 1, 0)
    energy = np.zeros((len(TONES_HZ), places))
    if not places:
        return energy
    period = rate // SYMBOLS_PER_S
    for row, tone in zip(energy, TONES_HZ, strict=True):
        # The oscillator repeats with the symbol, whose length holds whole cycles of every tone.
        cycle = np.exp(-2j * np.pi * tone / rate * np.arange(period))
        mixed = samples * np.resize(cycle, samples.size)
        running = np.concatenate(([0], np.cumsum(mixed)))
        np.square(np.abs(running[step:] - running[:-step]), out=row)
    return energy


def _carrier(count: int, rate: int) -> npt.NDArray[np.float64]:
    """The carrier, with the loudness of syllables."""
    time_s = np.arange(count) / rate
    loudness = 1 - _DIP * (1 - np.cos(2 * np.pi * _SYLLABLES_PER_S * time_s)) / 2
    carrier: npt.NDArray[np.float64] = AMPLITUDE * loudness * np.sin(2 * np.pi * _CARRIER_HZ * time_s)
    return carrier


def _to_symbols(data: bytes) -> npt.NDArray[np.intp]:
    """Four symbols a byte, the highest bits first."""
    column = np.frombuffer(data, dtype=np.uint8)[:, np.newaxis]
    return ((column >> np.array((6, 4, 2, 0), dtype=np.uint8)) & 3).ravel().astype(np.intp)


def _check(lengths: bytes) -> int:
    return binascii.crc_hqx(lengths, 0xFFFF) & 0xFF


def _as_samples(pcm: bytes | Samples) -> Samples:
    if isinstance(pcm, bytes):
        return np.frombuffer(pcm[: len(pcm) & ~1], dtype="<i2")
    return pcm


def _samples_per_symbol(rate: int) -> int:
    if rate % SYMBOLS_PER_S or rate < 8000:
        raise ValueError(f"a tone code needs a rate of n * 800 from 8000 up, not {rate}")
    return rate // SYMBOLS_PER_S
