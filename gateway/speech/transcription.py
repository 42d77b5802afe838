"""Speech to text: `TranscriptionService`, whole and streaming, over a recogniser that is given to it. Pure.

The rules: audio comes as base64 of PCM16 little-endian mono, as the Realtime API carries it; what is heard leaves as
frozen records; whatever goes wrong is one exception, `TranscriptionFailed`, with its cause (TRANSCRIPTION_FAILED in the
taxonomy of the specification). Recognisers are loaded elsewhere; here they are a `Protocol`.
"""

import base64
import binascii
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from gateway.speech.runner import Runner, run_inline


class TranscriptionFailed(Exception):  # noqa: N818 - named like its code, TRANSCRIPTION_FAILED
    """Speech could not be turned into text: bad audio, or the recogniser failed (then ``__cause__`` is its error)."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word.

    Attributes:
        text: The word as the caller's phrases spell it.
        start: Seconds from the first sample of the utterance.
        end: Seconds from the first sample of the utterance.
        confidence: 0 to 1.
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class TranscriptionResult:
    """What was said in one utterance (the ``data`` of the specification's transcription events).

    Attributes:
        text: Lower-case words, one space between them; empty if nothing was understood.
        confidence: 0 to 1; 0 means that the recogniser does not say.
        language: BCP 47 tag.
        is_final: Always true here; see `PartialTranscription`.
        words: The words with their times, if the recogniser tells them.
    """

    text: str
    confidence: float = 0.0
    language: str = "en-US"
    is_final: bool = True
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class PartialTranscription(TranscriptionResult):
    """What is understood so far; later ones replace it. The last one of a stream is final.

    Attributes:
        is_final: Whether the utterance is over and nothing replaces this text.
    """

    is_final: bool = False


class RecognitionSession(Protocol):
    """One utterance being recognised while it is spoken. Not to be used by two threads at once."""

    def accept(self, pcm: bytes) -> None:
        """Hear more.

        Args:
            pcm: PCM16 little-endian mono, whole samples, at the rate that the session was opened for.

        Raises:
            TranscriptionFailed: If the engine fails.
        """
        ...

    def partial(self) -> PartialTranscription:
        """What is understood so far. Raises `TranscriptionFailed` if the engine fails."""
        ...

    def final(self) -> TranscriptionResult:
        """End the utterance; the session must not be used after it. Raises `TranscriptionFailed`."""
        ...


class Recogniser(Protocol):
    """A speech recogniser. Its methods block for milliseconds and may be called from any thread."""

    def recognise(self, pcm: bytes, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> TranscriptionResult:
        """Recognise one whole utterance.

        Args:
            pcm: PCM16 little-endian mono, whole samples.
            phrases: What is likely to be said now; empty for no expectation.
            sample_rate: Of ``pcm``, in Hz.

        Raises:
            TranscriptionFailed: If the engine fails; its own error is the cause.
        """
        ...

    def session(self, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> RecognitionSession:
        """Begin an utterance that is fed piece by piece. Arguments and errors are those of `recognise`."""
        ...


class TranscriptionService:
    """The specification's transcription service.

    Args:
        recogniser: The engine.
        sample_rate: Of all audio that is given to this service, in Hz; 24000 is what the Realtime API carries.
        phrases: What is likely to be said; see `expect`.
        run: Runs the engine's blocking calls, for example ``asyncio.to_thread``. By default they run in place.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        *,
        sample_rate: int = 24_000,
        phrases: Sequence[str] = (),
        run: Runner = run_inline,
    ) -> None:
        self._recogniser = recogniser
        self._sample_rate = sample_rate
        self._phrases = tuple(phrases)
        self._run = run

    def expect(self, phrases: Iterable[str]) -> None:
        """From the next utterance on, expect these phrases, because the state of the conversation has changed."""
        self._phrases = tuple(phrases)

    async def transcribe(self, audio_b64: str) -> TranscriptionResult:
        """Recognise one utterance.

        Args:
            audio_b64: Base64 of PCM16 little-endian mono at the service's rate.

        Returns:
            The text; empty text for empty audio.

        Raises:
            TranscriptionFailed: If the audio is not base64 of whole samples, or the recogniser fails.
        """
        pcm = decode_pcm16(audio_b64)
        if not pcm:
            return TranscriptionResult("")
        recognise = partial(self._recogniser.recognise, pcm, self._phrases, sample_rate=self._sample_rate)
        return await self._run(recognise)

    async def stream_transcribe(self, audio: AsyncIterator[str]) -> AsyncIterator[PartialTranscription]:
        """Recognise one utterance while it arrives; the end of ``audio`` is the end of the utterance.

        Args:
            audio: Pieces of any length, each base64 of PCM16 little-endian mono at the service's rate, whole samples.

        Yields:
            What is understood so far, whenever that changes; at the end one with ``is_final``.

        Raises:
            TranscriptionFailed: As for `transcribe`. What was yielded before stays true as partial text.
        """
        session = await self._run(partial(self._recogniser.session, self._phrases, sample_rate=self._sample_rate))
        told = ""
        async for piece in audio:
            heard = await self._run(partial(_accept, session, decode_pcm16(piece)))
            if heard.text != told:
                told = heard.text
                yield heard
        last = await self._run(session.final)
        yield PartialTranscription(last.text, last.confidence, last.language, is_final=True, words=last.words)


def decode_pcm16(audio_b64: str) -> bytes:
    """PCM16 bytes of strict base64 text. Raises `TranscriptionFailed` if it is not base64 or cuts a sample in two."""
    try:
        pcm = base64.b64decode(audio_b64, validate=True)
    except (binascii.Error, ValueError) as error:  # ValueError: characters outside ASCII
        raise TranscriptionFailed(f"audio is not base64: {error}") from error
    if len(pcm) % 2:
        raise TranscriptionFailed(f"audio of {len(pcm)} bytes is not whole PCM16 samples")
    return pcm


def _accept(session: RecognitionSession, pcm: bytes) -> PartialTranscription:
    session.accept(pcm)
    return session.partial()
