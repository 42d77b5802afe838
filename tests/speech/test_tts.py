import asyncio
import base64
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.speech.runner import Runner, run_inline
from gateway.speech.tts import MAX_SENTENCE, SynthesisFailed, TTSService, Voice, split_sentences


class Letters:
    """A voice that says each character as one sample."""

    def speak(self, text: str, voice: str | None = None, *, sample_rate: int = 24_000) -> bytes:
        if voice == "nobody":
            raise SynthesisFailed("no such voice")
        return f"{voice or 'own'}@{sample_rate}:{text}".encode("utf-16-le")


VOICE: Voice = Letters()


def said(audio: str) -> str:
    return base64.b64decode(audio, validate=True).decode("utf-16-le")


async def stream(*pieces: str) -> AsyncIterator[str]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize("run", [run_inline, asyncio.to_thread])
async def test_text_is_spoken_at_the_services_rate_with_the_wanted_voice(run: Runner) -> None:
    service = TTSService(VOICE, sample_rate=8000, run=run)
    assert said(await service.synthesize("Hello.")) == "own@8000:Hello."
    assert said(await service.synthesize("Hello.", "en-GB")) == "en-GB@8000:Hello."


@pytest.mark.parametrize("text", ["", "  \n", "...", "?!"])
async def test_text_without_words_is_silent(text: str) -> None:
    assert await TTSService(VOICE).synthesize(text) == ""


async def test_failing_voice_is_a_failed_synthesis() -> None:
    with pytest.raises(SynthesisFailed, match="no such voice"):
        await TTSService(VOICE).synthesize("Hello.", "nobody")


async def test_stream_is_spoken_sentence_by_sentence_before_the_text_ends() -> None:
    told: list[str] = []

    async def writing() -> AsyncIterator[str]:
        for piece in ["One large ", "pizza. That is $18", ".95. ", "...\n", "Any", "thing else?"]:
            told.append(piece)
            yield piece

    speech = TTSService(VOICE, sample_rate=1).stream_synthesize(writing(), "x")
    heard = [(said(audio), len(told)) async for audio in speech]
    assert heard == [("x@1:One large pizza.", 2), ("x@1:That is $18.95.", 3), ("x@1:Anything else?", 6)]


async def test_stream_of_nothing_is_silent() -> None:
    assert [audio async for audio in TTSService(VOICE).stream_synthesize(stream("", " "))] == []


@pytest.mark.parametrize(
    ("text", "sentences", "rest"),
    [
        ("One. Two", ["One."], " Two"),
        ("At 6:30. It is $1.50 each", ["At 6:30."], " It is $1.50 each"),
        ('He said "yes." Then', ['He said "yes."'], " Then"),
        ("Really?! Yes\u2026 and", ["Really?!", "Yes\u2026"], " and"),
        ("line\nnext", ["line"], "next"),
        ("done.", [], "done."),
        ("\n\n", [], ""),
    ],
)
def test_sentences_end_at_marks_before_white_space(text: str, sentences: list[str], rest: str) -> None:
    assert split_sentences(text) == (sentences, rest)


def test_endless_text_is_cut_at_a_space() -> None:
    sentences, rest = split_sentences("word " * 200)
    assert all(len(sentence) <= MAX_SENTENCE for sentence in [*sentences, rest])
    assert split_sentences("x" * 1000) == ([], "x" * 1000)


@given(st.lists(st.text(alphabet='ab .?!\n1"', max_size=30), max_size=10))
def test_no_character_is_lost_or_moved_however_the_text_is_cut(pieces: list[str]) -> None:
    spoken, rest = [], ""
    for piece in pieces:
        sentences, rest = split_sentences(rest + piece)
        spoken += sentences
    assert "".join("".join([*spoken, rest]).split()) == "".join("".join(pieces).split())
