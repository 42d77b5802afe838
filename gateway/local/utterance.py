"""One turn of a caller, recognised while it is spoken, so that its words are there some milliseconds after its end.

The recogniser's calls block; they run one after another in a thread (or in place, for quick ones). What arrives while
a call runs is joined for the next one: a slow recogniser gets longer pieces, never a longer queue.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Protocol, TypeVar

from gateway.audio import g711
from gateway.local.realtime_schema import AudioFormat, Pcmu
from gateway.speech.transcription import Recogniser, TranscriptionFailed, TranscriptionResult

_T = TypeVar("_T")


class Runner(Protocol):
    """Runs a blocking call."""

    async def __call__(self, call: Callable[[], _T]) -> _T:
        """The call's result; its exceptions pass."""
        ...


def runner(executor: Executor | None) -> Runner:
    """A runner on an executor's threads; in place if there is none."""

    async def run(call: Callable[[], _T]) -> _T:
        if executor is None:
            return call()
        return await asyncio.get_running_loop().run_in_executor(executor, call)

    return run


class Utterance:
    """Sound on its way to a recogniser.

    Args:
        recogniser: Who listens.
        audio_format: What `hear` is given: PCM16 24 kHz or mulaw 8 kHz, which is heard as PCM16 8 kHz.
        phrases: What the caller may say.
        run: Runs the recogniser's calls.
    """

    def __init__(self, recogniser: Recogniser, audio_format: AudioFormat, phrases: Sequence[str], run: Runner) -> None:
        self._recogniser = recogniser
        self._mulaw = isinstance(audio_format, Pcmu)
        self._phrases = phrases
        self._run = run
        self._waiting: list[bytes] = []
        self._news = asyncio.Event()
        self._over = asyncio.Event()

    def hear(self, audio: bytes) -> None:
        """Takes more sound."""
        self._waiting.append(audio)
        self._news.set()

    def end(self) -> None:
        """No more will come."""
        self._over.set()
        self._news.set()

    async def recognise(self) -> TranscriptionResult:
        """The words, soon after `end`; never before it.

        Raises:
            TranscriptionFailed: The recogniser failed.
        """
        try:
            return await self._recognise()
        except TranscriptionFailed:
            await self._over.wait()
            raise

    async def _recognise(self) -> TranscriptionResult:
        rate = 8_000 if self._mulaw else 24_000
        session = await self._run(lambda: self._recogniser.session(self._phrases, sample_rate=rate))
        while True:
            await self._news.wait()
            self._news.clear()
            sound, self._waiting = b"".join(self._waiting), []
            pcm = g711.decode(sound) if self._mulaw else sound
            if pcm:
                await self._run(partial(session.accept, pcm))
            if self._over.is_set() and not self._waiting:
                return await self._run(session.final)
