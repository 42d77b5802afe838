"""Synthetic voices: Pico inside this process, or another synthesiser as a separate program, by name.

A voice is named `engine` or `engine:voice`: "pico:en-GB", "flite:slt", "espeak-ng:en-us", "piper:/path/to/voice.onnx".
Programs under the GPL are run, never imported. Numbers are put into words first (`gateway.speech.say`), English ones.
"""

import io
import re
import shutil
import subprocess
import threading
import wave
from dataclasses import dataclass

import numpy as np
import soxr  # type: ignore[import-untyped]  # has no type information

from gateway.speech.say import say
from gateway.speech.tts import SynthesisFailed, Voice

AGENT = "en-GB"  # told from the caller's by ear, and by whoever reads a recording
CALLER = "en-US"
SPANISH = "es-ES"
PICO_RATE = 16_000  # Hz
_SECONDS = 20  # longest a separate program may take for one text
# Pico reads a few tags of its own ("<speed level=...>"), and other engines read SSML: a text is only ever text.
_TAGS = re.compile(r"[<>]")


class PicoVoice:
    """A `gateway.speech.tts.Voice`: SVOX Pico through `py-nanotts`, 7 to 54 ms for 1 to 8 s of speech.

    Args:
        voice: en-GB, en-US, es-ES, de-DE, fr-FR or it-IT, when none is asked for.
        speed: Multiplier, 0.2 to 5.
        pitch: Multiplier, 0.5 to 2.

    Raises:
        SynthesisFailed: If `py-nanotts` is not installed (extra `local`; it exists for Linux).
    """

    def __init__(self, voice: str = AGENT, *, speed: float = 1.0, pitch: float = 1.0) -> None:
        try:
            import py_nanotts  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; not there on every system
        except ImportError as error:
            raise SynthesisFailed("Pico is not installed: pip install 'voice-ordering-gateway[local]'") from error
        self._names = frozenset(name.value for name in py_nanotts.Voice)
        self._voice = self._known(voice)
        self._speed = speed
        self._pitch = pitch
        self._pico = py_nanotts.NanoTTS()
        self._lock = threading.Lock()  # the library says nothing about threads

    def speak(self, text: str, voice: str | None = None, *, sample_rate: int = 24_000) -> bytes:
        """Speak a text; see `Voice.speak`. ``voice`` is one of the names of the constructor."""
        name = self._known(voice) if voice else self._voice
        words = readable(text, name)
        with self._lock:
            try:
                pcm = self._pico.speak(words, voice=name, speed=self._speed, pitch=self._pitch)
            except (RuntimeError, ValueError, OSError) as error:
                raise SynthesisFailed(f"Pico cannot speak with the voice {name}") from error
        return resample(pcm, PICO_RATE, sample_rate)

    def _known(self, voice: str) -> str:
        if voice not in self._names:
            raise SynthesisFailed(f"Pico has no voice {voice!r}, only {', '.join(sorted(self._names))}")
        return voice


@dataclass(frozen=True, slots=True)
class _Program:
    """How a synthesiser is run: the text comes on standard input, a WAV goes to standard output.

    Attributes:
        command: Before the voice.
        voice: The voice's name, when none is asked for.
        rest: After the voice.
    """

    command: tuple[str, ...]
    voice: str
    rest: tuple[str, ...] = ()


_PROGRAMS = {
    "espeak-ng": _Program(("espeak-ng", "--stdin", "--stdout", "-v"), "en-us"),
    "flite": _Program(("flite", "-voice"), "slt", ("-f", "/dev/stdin", "-o", "/dev/stdout")),
    "piper": _Program(("piper", "--model"), "en_US-lessac-medium", ("--output_file", "-")),
}


class ProgramVoice:
    """A `gateway.speech.tts.Voice`: a synthesiser on this machine, run once for each text.

    Args:
        engine: espeak-ng, flite or piper.
        voice: The program's own name for a voice, or the path of one; None for a common one.

    Raises:
        SynthesisFailed: If the engine is not known or its program is not installed.
    """

    def __init__(self, engine: str, voice: str | None = None) -> None:
        program = _PROGRAMS.get(engine)
        if program is None:
            raise SynthesisFailed(f"no voice engine {engine!r}, only pico, {', '.join(sorted(_PROGRAMS))}")
        path = shutil.which(program.command[0])
        if path is None:
            raise SynthesisFailed(f"{engine} is not installed on this machine")
        self._program = program
        self._path = path
        self._voice = voice or program.voice

    def speak(self, text: str, voice: str | None = None, *, sample_rate: int = 24_000) -> bytes:
        """Speak a text; see `Voice.speak`."""
        name = voice or self._voice
        if name.startswith("-"):
            raise SynthesisFailed(f"{name!r} is not the name of a voice")
        command = [self._path, *self._program.command[1:], name, *self._program.rest]
        words = readable(text, name).encode()
        try:
            # The command is ours; the voice is one argument, and the text goes in by standard input.
            done = subprocess.run(command, input=words, capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603
            pcm, rate = read_wav(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise SynthesisFailed(f"{self._program.command[0]} cannot speak with the voice {name}") from error
        return resample(pcm, rate, sample_rate)


def open_voice(name: str = f"pico:{AGENT}") -> Voice:
    """The voice of this name.

    Args:
        name: `engine` or `engine:voice`; a name of Pico's voices alone ("en-US") also does.

    Raises:
        SynthesisFailed: If there is no such engine or voice on this machine.
    """
    engine, _, voice = name.partition(":")
    if engine == "pico":
        return PicoVoice(voice or AGENT)
    if not voice and re.fullmatch("[a-z]{2}-[A-Z]{2}", engine):
        return PicoVoice(engine)
    return ProgramVoice(engine, voice or None)


def readable(text: str, voice: str) -> str:
    """A text as a voice should get it: one line, without markup, and in an English voice with numbers in words."""
    plain = " ".join(_TAGS.sub(" ", text).split())
    english = not re.match("[a-z]{2}[-_]", voice) or voice.startswith("en")
    return say(plain) if english else plain


def resample(pcm: bytes, rate: int, wanted: int) -> bytes:
    """PCM16 little-endian mono at another rate (Hz)."""
    if rate == wanted:
        return pcm
    # Floating point, because soxr dithers whole numbers: the same text would never be the same bytes.
    samples = soxr.resample(np.frombuffer(pcm, dtype="<i2").astype(np.float32), rate, wanted)
    return bytes(np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes())


def read_wav(data: bytes) -> tuple[bytes, int]:
    """Samples (PCM16 little-endian, the first channel) and rate of a WAV, also one whose header gives no true length.

    Raises:
        ValueError: If it is not a WAV of 16 bits.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != 2:
                raise ValueError(f"a WAV of {8 * file.getsampwidth()} bits")
            # A program that writes to a pipe cannot know the length beforehand: take what is there.
            frames = file.readframes(len(data))
            channels, rate = file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError) as error:
        raise ValueError(f"not a WAV: {error}") from error
    whole = frames[: len(frames) // (2 * channels) * 2 * channels]
    return np.frombuffer(whole, dtype="<i2").reshape(-1, channels)[:, 0].tobytes(), rate
