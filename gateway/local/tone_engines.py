"""A recogniser and a voice that speak tone code, and a recogniser that hears a script: for tests without speech.

They are quick and deterministic. What is said in tones is heard exactly, or not at all: a damaged code has no text.
"""

from collections.abc import Sequence
from itertools import cycle

from gateway.local import tonecode
from gateway.speech.transcription import PartialTranscription, TranscriptionResult


class ToneVoice:
    """A `gateway.speech.tts.Voice` that says texts as tone code.

    Args:
        ms_per_char: How long it takes for a character; 60 is the pace of speech, 0 is as fast as the code goes.
    """

    def __init__(self, ms_per_char: float = 60) -> None:
        self._ms_per_char = ms_per_char

    def speak(self, text: str, voice: str | None = None, *, sample_rate: int = 24_000) -> bytes:
        """PCM16 little-endian at 8000, 16000 or 24000 Hz; every `voice` sounds the same."""
        return tonecode.encode(text, sample_rate, ms_per_char=self._ms_per_char)


class ToneEars:
    """A `gateway.speech.transcription.Recogniser` of tone code. Its confidence is 1: the code has a check sum."""

    def recognise(self, pcm: bytes, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> TranscriptionResult:
        """The texts of the codes in this sound, joined; no words if there is none."""
        session = self.session(phrases, sample_rate=sample_rate)
        session.accept(pcm)
        return session.final()

    def session(self, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> "ToneSession":
        """Begins an utterance; `phrases` make no difference."""
        return ToneSession(sample_rate)


class ToneSession:
    """One utterance in tone code."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._pcm = bytearray()

    def accept(self, pcm: bytes) -> None:
        """Hears more: PCM16 little-endian."""
        self._pcm += pcm

    def partial(self) -> PartialTranscription:
        """What is complete so far."""
        return PartialTranscription(self._text(), 1.0)

    def final(self) -> TranscriptionResult:
        """Everything that was complete; a code that was cut off or damaged is left out."""
        return TranscriptionResult(self._text(), 1.0)

    def _text(self) -> str:
        found = tonecode.scan(bytes(self._pcm), self._sample_rate)
        return " ".join(code.text for code in found if code.whole)


class ScriptedEars:
    """A recogniser that does not listen and answers with prepared lines in turn, over and over."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = cycle(lines)

    def recognise(self, pcm: bytes, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> TranscriptionResult:
        """The next line."""
        return self.final()

    def session(self, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> "ScriptedEars":
        """Itself: there is nothing to keep for one utterance."""
        return self

    def accept(self, pcm: bytes) -> None:
        """Hears nothing."""

    def partial(self) -> PartialTranscription:
        """Nothing before the end."""
        return PartialTranscription("")

    def final(self) -> TranscriptionResult:
        """The next line."""
        return TranscriptionResult(next(self._lines), 1.0)
