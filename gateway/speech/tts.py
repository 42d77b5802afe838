"""Text to speech: `TTSService`, whole and sentence by sentence, over a voice that is given to it. Pure.

The rules: audio leaves as base64 of PCM16 little-endian mono, as the Realtime API carries it; a text is cut after a
sentence only, so that a voice never loses its melody in the middle of one; whatever goes wrong is one exception,
`SynthesisFailed`, with its cause (TTS_FAILED in the taxonomy of the specification).
"""

import base64
import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Protocol

from gateway.speech.runner import Runner, run_inline

# A sentence ends at its mark (with closing quotes) before white space: "$18.95" and "6:30" do not end one.
# An abbreviation does, and costs a short pause only.
_SENTENCE_END = re.compile(r"[.!?\u2026]+[\"')\]]*(?=\s)|\n")
MAX_SENTENCE = 400  # characters; a text without any mark is spoken from here on, so that nobody waits for its end


class SynthesisFailed(Exception):  # noqa: N818 - named like its code, TTS_FAILED
    """Text could not be turned into speech; ``__cause__`` is the voice's own error, if there is one."""


class Voice(Protocol):
    """A speech synthesiser. Its method blocks for milliseconds and may be called from any thread."""

    def speak(self, text: str, voice: str | None = None, *, sample_rate: int = 24_000) -> bytes:
        """Speak a text.

        Args:
            text: At least one letter or digit.
            voice: Name of a voice; None for the engine's own choice.
            sample_rate: Wanted, in Hz.

        Returns:
            PCM16 little-endian mono.

        Raises:
            SynthesisFailed: If the engine fails or knows no such voice; its own error is the cause.
        """
        ...


class TTSService:
    """The specification's text-to-speech service.

    Args:
        engine: The synthesiser.
        sample_rate: Of the audio that is returned, in Hz; 24000 is what the Realtime API carries.
        run: Runs the engine's blocking calls, for example ``asyncio.to_thread``. By default they run in place.
    """

    def __init__(self, engine: Voice, *, sample_rate: int = 24_000, run: Runner = run_inline) -> None:
        self._engine = engine
        self._sample_rate = sample_rate
        self._run = run

    async def synthesize(self, text: str, voice: str | None = None) -> str:
        """Speak a text.

        Args:
            text: Any text; without letters and digits it is silent.
            voice: Name of a voice; None for the engine's own choice.

        Returns:
            Base64 of PCM16 little-endian mono at the service's rate; empty for a silent text.

        Raises:
            SynthesisFailed: If the engine fails.
        """
        if not any(character.isalnum() for character in text):
            return ""
        speak = partial(self._engine.speak, text, voice, sample_rate=self._sample_rate)
        return base64.b64encode(await self._run(speak)).decode("ascii")

    async def stream_synthesize(self, text: AsyncIterator[str], voice: str | None = None) -> AsyncIterator[str]:
        """Speak a text while it is being written, a sentence at a time.

        Args:
            text: Pieces of any length, as a language model writes them.
            voice: As for `synthesize`.

        Yields:
            Base64 audio as from `synthesize`, one for each sentence that is not silent.

        Raises:
            SynthesisFailed: If the engine fails; sentences before it have been yielded.
        """
        waiting = ""
        async for piece in text:
            sentences, waiting = split_sentences(waiting + piece)
            for sentence in sentences:
                if audio := await self.synthesize(sentence, voice):
                    yield audio
        if audio := await self.synthesize(waiting.strip(), voice):
            yield audio


def split_sentences(text: str) -> tuple[list[str], str]:
    """Cut the finished sentences off a text.

    Args:
        text: What has been written so far.

    Returns:
        The finished sentences, stripped, and the rest. A rest longer than `MAX_SENTENCE` is cut at
        its last space, because a caller waits for it.
    """
    sentences, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        sentences.append(text[start : end.end()].strip())
        start = end.end()
    rest = text[start:]
    while len(rest) > MAX_SENTENCE and " " in rest[1:MAX_SENTENCE]:
        cut = rest.rindex(" ", 1, MAX_SENTENCE)
        sentences.append(rest[:cut].strip())
        rest = rest[cut:]
    return [sentence for sentence in sentences if sentence], rest
