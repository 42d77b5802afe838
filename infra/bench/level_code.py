"""Sound that carries a code in its loudness, to be found again behind any codec, resampler or buffer. Pure.

A message is a 1 kHz tone of 40 frames of 20 ms: a strong frame, 24 bits of payload, 8 bits of check sum, a weak rest.
A strong frame is a 1, a weak one a 0. Weak is loud enough to count as voice, so a message is 800 ms of voice without a
pause. 1 kHz has whole periods in a frame: frames join without a click, and no filter in the way touches the tone.
What the check sum does not confirm is not a message; nothing is guessed.
"""

import binascii
import math
import random
from dataclasses import dataclass
from typing import Final, Literal

from gateway.audio import g711

Encoding = Literal["pcm16", "pcmu"]
RATES: Final[dict[Encoding, int]] = {"pcm16": 24_000, "pcmu": 8_000}
"""Samples per second: PCM16 little-endian 24 kHz, mu-law 8 kHz."""

FRAME_MS: Final = 20
FRAME_BYTES: Final = FRAME_MS * g711.BYTES_PER_MS
FRAMES: Final = 40
MESSAGE_MS: Final = FRAMES * FRAME_MS
_PAYLOAD_BITS: Final = 24
_CODED: Final = 1 + _PAYLOAD_BITS + 8  # frames until the message is known
CODED_MS: Final = _CODED * FRAME_MS

_CALL_BITS: Final = 13
_TURN_BITS: Final = 10
MOST_CALLS: Final = 1 << _CALL_BITS

_HZ: Final = 1_000
_STRONG: Final = 26_000
_WEAK: Final = 9_000
_VOICE_FROM: Final = 4_096  # |sample| of voice; line noise is far below
_STRONG_FROM: Final = 17_000  # passed by a strong tone 55 % of the time, by a weak one never
_NOISE: Final = 60  # peak of the line's noise, -55 dBFS: a real line is never digitally silent


@dataclass(frozen=True, slots=True)
class Message:
    """What an utterance of a caller says: whose it is, the caller's how-manyeth, and whether it interrupts."""

    call: int
    turn: int
    interrupts: bool

    @property
    def number(self) -> int:
        """The payload, 24 bits."""
        assert 0 <= self.call < MOST_CALLS, "a benchmark has fewer calls"
        return self.call << (_TURN_BITS + 1) | self.turn % (1 << _TURN_BITS) << 1 | self.interrupts

    @classmethod
    def of(cls, number: int) -> "Message":
        """The message of a payload."""
        return cls(number >> (_TURN_BITS + 1), number >> 1 & (1 << _TURN_BITS) - 1, bool(number & 1))


def tone(milliseconds: int, encoding: Encoding, *, strong: bool = True) -> bytes:
    """The bare tone, whole milliseconds of it."""
    rate = RATES["pcm16" if encoding == "pcm16" else "pcmu"]
    peak = _STRONG if strong else _WEAK
    period = [round(peak * math.sin(2 * math.pi * _HZ * i / rate)) for i in range(rate // _HZ)]
    pcm = b"".join(sample.to_bytes(2, "little", signed=True) for sample in period) * milliseconds
    return pcm if encoding == "pcm16" else g711.encode(pcm)


def noise_frames(count: int, seed: int) -> list[bytes]:
    """Frames of line noise, mu-law 8 kHz."""
    draw = random.Random(seed)  # noqa: S311 - noise, not a secret
    samples = ([draw.randint(-_NOISE, _NOISE) for _ in range(FRAME_BYTES)] for _ in range(count))
    return [g711.encode(b"".join(s.to_bytes(2, "little", signed=True) for s in frame)) for frame in samples]


def strengths(message: Message) -> list[bool]:
    """Strong or weak, for each of a message's 40 frames."""
    number = message.number
    word = number << 8 | _check(number)
    bits = [True] + [bool(word >> place & 1) for place in range(_CODED - 2, -1, -1)]
    return bits + [False] * (FRAMES - _CODED)


def first_voice(sound: bytes, encoding: Encoding) -> int:
    """Index of the first sample that is voice, or -1."""
    return _levels(sound, encoding).translate(_VOICED[encoding]).find(1)


def last_voice(sound: bytes, encoding: Encoding) -> int:
    """Index of the last sample that is voice, or -1."""
    return _levels(sound, encoding).translate(_VOICED[encoding]).rfind(1)


def read(sound: bytes, encoding: Encoding) -> Message | None:
    """The message in a sound that begins with the message's first sample; None when it cannot be read for sure."""
    strong = _levels(sound, encoding).translate(_STRENGTH[encoding])
    frame = RATES[encoding] * FRAME_MS // 1_000
    if len(strong) < _CODED * frame:
        return None
    word = 0
    for start in range(0, _CODED * frame, frame):
        middle = strong[start + frame // 4 : start + frame * 3 // 4]  # filters smear the edges
        word = word << 1 | (middle.count(1) * 4 > len(middle))
    number = word >> 8 & (1 << _PAYLOAD_BITS) - 1
    if not word >> _CODED - 1 or word & 0xFF != _check(number):
        return None
    return Message.of(number)


def _check(number: int) -> int:
    return binascii.crc_hqx(number.to_bytes(3, "big"), 0xFFFF) & 0xFF


def _levels(sound: bytes, encoding: Encoding) -> bytes:
    """One byte a sample that tells its level: the mu-law code, or the high byte of PCM16 (little-endian)."""
    return sound if encoding == "pcmu" else sound[1::2]


def _table(encoding: Encoding, threshold: int) -> bytes:
    """For `bytes.translate`: 1 for each level byte from the threshold up."""
    if encoding == "pcm16":
        return bytes(threshold >> 8 <= min(byte, 255 - byte) for byte in range(256))
    pcm = g711.decode(bytes(range(256)))
    samples = (int.from_bytes(pcm[i : i + 2], "little", signed=True) for i in range(0, len(pcm), 2))
    return bytes(abs(sample) >= threshold for sample in samples)


_VOICED: Final = {encoding: _table(encoding, _VOICE_FROM) for encoding in RATES}
_STRENGTH: Final = {encoding: _table(encoding, _STRONG_FROM) for encoding in RATES}
