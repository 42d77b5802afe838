"""Speech of the local Realtime server, cut into the deltas that go on the wire. Pure."""

from dataclasses import dataclass
from typing import Final

import pybase64

from gateway.audio import g711
from gateway.audio.resample import Resampler
from gateway.local.realtime_config import bytes_per_ms
from gateway.local.realtime_schema import AudioFormat, Pcmu

DELTA_MS: Final = 200


@dataclass(frozen=True, slots=True)
class Delta:
    """One `response.output_audio.delta`: base64 audio, its length, and the words that go with it."""

    audio: str
    ms: float
    words: str


@dataclass(frozen=True, slots=True)
class Speech:
    """A text spoken: its deltas in order and their length in all, rounded down to milliseconds."""

    text: str
    deltas: tuple[Delta, ...]
    ms: int


def cut(text: str, pcm: bytes, audio_format: AudioFormat) -> Speech:
    """Prepares a spoken text for the wire.

    Args:
        text: The words.
        pcm: Their sound, PCM16 little-endian 24 kHz.
        audio_format: What the session's output is: PCM16 stays as it is, mulaw is filtered down to 8 kHz.
    """
    audio = pcm
    if isinstance(audio_format, Pcmu):
        down = Resampler(24_000, 8_000, aligned=True)
        audio = g711.encode(down.push(pcm) + down.flush())
    rate = bytes_per_ms(audio_format)
    size = DELTA_MS * rate
    pieces = [audio[start : start + size] for start in range(0, len(audio), size)]
    words = share_words(text, len(pieces))
    deltas = tuple(
        Delta(pybase64.b64encode(piece).decode("ascii"), len(piece) / rate, said)
        for piece, said in zip(pieces, words, strict=True)
    )
    return Speech(text, deltas, len(audio) // rate)


def share_words(text: str, parts: int) -> list[str]:
    """Cuts a text at word ends into so many parts, evenly; some may be empty, joined they are the text."""
    shares = []
    start = 0
    for part in range(1, parts + 1):
        end = len(text) * part // parts
        # The word in which the cut falls goes out whole: words come a little before their sound.
        while end < len(text) and not text[end - 1 : end].isspace():
            end += 1
        end = max(end, start)
        shares.append(text[start:end])
        start = end
    return shares
