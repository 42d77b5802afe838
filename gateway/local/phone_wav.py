"""Sound files of the phone: what Play fetches, and the recording of a call.

Rules: inside the phone sound is mulaw at 8 kHz; files are PCM16 WAV. A recording has the caller on the left and the
agent on the right, as Twilio's dual-channel recordings have the two legs apart.
"""

import io
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]  # it has no type information

from gateway.audio import g711


class NotPlayable(ValueError):  # noqa: N818 - it says what the file is
    """The file is neither PCM16 WAV nor mulaw."""


def read_sound(data: bytes, content_type: str) -> bytes:
    """Turns a fetched file into mulaw, 8 kHz, mono.

    Args:
        data: PCM16 WAV of any rate and number of channels, or raw mulaw 8 kHz.
        content_type: audio/basic, audio/x-mulaw and the like are raw mulaw.

    Raises:
        NotPlayable: It is something else.
    """
    if not data.startswith(b"RIFF"):
        if "basic" in content_type or "mulaw" in content_type:
            return data
        raise NotPlayable(f"{content_type or 'a file without a type'} is neither WAV nor mulaw")
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise NotPlayable(f"not a PCM WAV file: {error}") from error
    if width != 2:
        raise NotPlayable(f"the WAV file has {8 * width} bits a sample, not 16")
    mono = np.frombuffer(frames, dtype="<i2").reshape(-1, channels).mean(axis=1)
    telephone = soxr.resample(mono, rate, g711.RATE)
    return g711.encode(telephone.clip(-32768, 32767).astype("<i2").tobytes())


def write_recording(path: Path, caller: bytes, agent: bytes) -> None:
    """Writes both sides (mulaw, 8 kHz) as a stereo WAV, PCM16; the shorter side ends in silence.

    Raises:
        OSError: The file cannot be written.
    """
    length = max(len(caller), len(agent))
    sides = [np.frombuffer(g711.decode(side.ljust(length, g711.SILENCE)), dtype="<i2") for side in (caller, agent)]
    with path.open("wb") as out, wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(g711.RATE)
        file.writeframes(np.column_stack(sides).astype("<i2").tobytes())


def silence(seconds: float) -> bytes:
    """Silence, mulaw 8 kHz, to the nearest sample."""
    return g711.SILENCE * round(seconds * g711.RATE)


def place(runs: Sequence[tuple[float, bytes]], seconds: float) -> bytes:
    """Lays sounds on a track of silence.

    Args:
        runs: Where each begins, in seconds, and its mulaw; in order and not overlapping.
        seconds: The track's length; what reaches beyond it is left out.
    """
    track = bytearray(silence(seconds))
    for start, audio in runs:
        first = round(start * g711.RATE)
        room = max(len(track) - first, 0)
        track[first : first + len(audio)] = audio[:room]
    return bytes(track)
