import asyncio
import base64
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import FrozenInstanceError

import pytest

from gateway.speech.runner import Runner, run_inline
from gateway.speech.transcription import (
    PartialTranscription,
    Recogniser,
    RecognitionSession,
    TranscriptionFailed,
    TranscriptionResult,
    TranscriptionService,
    Word,
)


class Numbers:
    """A recogniser of a very small language: each sample is one of the expected phrases, by number."""

    def recognise(self, pcm: bytes, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> TranscriptionResult:
        session = self.session(phrases, sample_rate=sample_rate)
        session.accept(pcm)
        return session.final()

    def session(self, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> RecognitionSession:
        return NumbersSession(phrases, sample_rate)


class NumbersSession:
    def __init__(self, phrases: Sequence[str], sample_rate: int) -> None:
        self._phrases = phrases
        self._rate = sample_rate
        self._words: list[Word] = []

    def accept(self, pcm: bytes) -> None:
        for (number,) in struct.iter_unpack("<h", pcm):
            if number < 0:
                continue  # silence
            try:
                text = self._phrases[number]
            except IndexError as error:
                raise TranscriptionFailed("a sound of no phrase") from error
            self._words.append(Word(text, len(self._words) / self._rate, (len(self._words) + 1) / self._rate, 0.5))

    def partial(self) -> PartialTranscription:
        return PartialTranscription(" ".join(word.text for word in self._words))

    def final(self) -> TranscriptionResult:
        return TranscriptionResult(" ".join(word.text for word in self._words), 0.5, words=tuple(self._words))


def sound(*numbers: int) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}h", *numbers)).decode()


async def stream(*pieces: str) -> AsyncIterator[str]:
    for piece in pieces:
        yield piece


RECOGNISER: Recogniser = Numbers()


@pytest.mark.parametrize("run", [run_inline, asyncio.to_thread])
async def test_whole_utterance_is_heard_with_words_and_confidence(run: Runner) -> None:
    service = TranscriptionService(RECOGNISER, sample_rate=10, phrases=["two", "cokes"], run=run)
    heard = await service.transcribe(sound(0, 1))
    assert heard == TranscriptionResult(
        "two cokes", 0.5, words=(Word("two", 0.0, 0.1, 0.5), Word("cokes", 0.1, 0.2, 0.5))
    )
    assert heard.is_final
    assert heard.language == "en-US"


async def test_expected_phrases_change_with_the_conversation() -> None:
    service = TranscriptionService(RECOGNISER)
    service.expect(["yes", "no"])
    assert (await service.transcribe(sound(1))).text == "no"


async def test_no_audio_is_no_text() -> None:
    assert await TranscriptionService(RECOGNISER).transcribe("") == TranscriptionResult("")


@pytest.mark.parametrize(
    ("audio", "reason"),
    [
        ("%%%%", "not base64"),
        ("AAA", "not base64"),
        ("AA\n==", "not base64"),
        ("é===", "not base64"),
        ("AAAA", "3 bytes"),
    ],
)
async def test_bad_audio_is_refused_with_the_reason(audio: str, reason: str) -> None:
    service = TranscriptionService(RECOGNISER, phrases=["yes"])
    with pytest.raises(TranscriptionFailed, match=reason):
        await service.transcribe(audio)
    with pytest.raises(TranscriptionFailed, match=reason):
        [heard async for heard in service.stream_transcribe(stream(audio))]


async def test_failing_recogniser_is_a_failed_transcription_with_its_cause() -> None:
    with pytest.raises(TranscriptionFailed) as caught:
        await TranscriptionService(RECOGNISER).transcribe(sound(0))
    assert isinstance(caught.value.__cause__, IndexError)


@pytest.mark.parametrize("run", [run_inline, asyncio.to_thread])
async def test_stream_tells_each_change_once_and_ends_with_the_final_text(run: Runner) -> None:
    service = TranscriptionService(RECOGNISER, phrases=["a", "large", "coke"], run=run)
    heard = [part async for part in service.stream_transcribe(stream(sound(-1), sound(0, 1), sound(-1), sound(2)))]
    assert [(part.text, part.is_final) for part in heard] == [
        ("a large", False),
        ("a large coke", False),
        ("a large coke", True),
    ]
    assert heard[-1].confidence == 0.5
    assert len(heard[-1].words) == 3


async def test_stream_of_nothing_is_one_final_empty_text() -> None:
    heard = [part async for part in TranscriptionService(RECOGNISER).stream_transcribe(stream())]
    assert [(part.text, part.is_final) for part in heard] == [("", True)]


def test_results_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        TranscriptionResult("x").text = "y"  # type: ignore[misc]  # that is what is tested
