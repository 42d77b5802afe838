"""The caller's side of a call: what a script can do and wait for.

Rules: the caller speaks in frames of 20 ms that the call's clock asks for; every wait is looked at once a frame, has an
end in time, and ends with `CallOver` when the call does. A text is spoken by the voice that the phone was given.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from gateway.audio import g711
from gateway.local.phone_ear import Ear, Heard
from gateway.local.phone_record import Utterance
from gateway.local.phone_setup import Voice
from gateway.local.phone_stream import FRAME_BYTES, MediaStream

KEYS: Final = frozenset("0123456789*#")
_NOISE_S: Final = 2
_DECODE_EVERY_S: Final = 0.1


class CallOver(Exception):  # noqa: N818 - it is how a script learns that the call is over
    """The call ended while the script was waiting, or before it acted."""


@dataclass(slots=True)
class _Speech:
    """What the caller is to say next."""

    text: str
    audio: bytes
    said: asyncio.Future[Utterance]
    position: int = 0
    utterance: Utterance | None = None


class Line:
    """The telephone in the caller's hand. Made by the phone and given to the script.

    Attributes:
        utterances: What was said so far.
        pressed: The keys pressed so far, with their times.
        stream: The media stream that is open, if one is.
        number_of_streams: How many were opened in this call.
        hung_up: Set when the caller wants the call to end.
    """

    def __init__(self, ear: Ear, voice: Voice, comfort_noise_dbfs: float | None = None) -> None:
        self.utterances: list[Utterance] = []
        self.pressed: list[tuple[float, str]] = []
        self.stream: MediaStream | None = None
        self.number_of_streams = 0
        self.hung_up = asyncio.Event()
        self._ear = ear
        self._voice = voice
        self._loop = asyncio.get_running_loop()
        self._speeches: deque[_Speech] = deque()
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._over = False
        self._listened = self._loop.time()
        self._said: list[Heard] = []
        self._decoded = 0.0
        self._background = _background(comfort_noise_dbfs)

    # -- for the script --

    async def say(self, speech: str | bytes) -> Utterance:
        """Says a text, or sound (mulaw, 8 kHz); returns when the last frame has gone out.

        Raises:
            CallOver: The call ended first.
        """
        text, audio = ("", speech) if isinstance(speech, bytes) else (speech, b"")
        if text:
            audio = await asyncio.to_thread(self._voice, text)
        said: asyncio.Future[Utterance] = self._loop.create_future()
        if self._over:
            raise CallOver
        self._speeches.append(_Speech(text, audio, said))
        return await said

    async def listen_until_quiet(self, quiet_ms: int = 700, timeout_s: float = 30) -> list[Heard]:
        """Waits until the agent has said something and been quiet for a while.

        Returns:
            What was heard since the script last listened; texts are known of documents and of tone codes.

        Raises:
            TimeoutError: The agent said nothing, or did not stop.
            CallOver: The call ended first.
        """
        since = self._listened

        def quiet() -> bool:
            now = self._loop.time()
            ended = self._ear.quiet_since(now)
            return ended is not None and ended > since and now - ended >= quiet_ms / 1000

        await self.until(quiet, timeout_s, "the agent to speak and finish")
        return self._hear(since)

    async def wait_heard(self, text: str, timeout_s: float = 30) -> list[Heard]:
        """Waits until the agent has said something that contains this text (case does not count).

        Returns:
            What was heard since the script last listened.

        Raises:
            TimeoutError: It was not said in time.
            CallOver: The call ended first.
        """
        since = self._listened
        await self.until(lambda: self._was_said(text, since), timeout_s, f"the agent to say {text!r}")
        return self._hear(since)

    async def interrupt_when(self, after_ms: int = 500, text: str = "", timeout_s: float = 30) -> None:
        """Waits for the moment to interrupt: the agent has been speaking for so long, and has said this text.

        Raises:
            TimeoutError: The moment did not come.
            CallOver: The call ended first.
        """
        since = self._listened

        def now() -> bool:
            speaking = self._ear.speaking_for(self._loop.time())
            return speaking is not None and speaking >= after_ms / 1000 and (not text or self._was_said(text, since))

        await self.until(now, timeout_s, f"the agent to speak for {after_ms} ms")

    async def wait_connected(self, streams: int = 1, timeout_s: float = 30) -> None:
        """Waits until the media stream of this number (1 is the first) is open.

        Raises:
            TimeoutError: It was not opened in time.
            CallOver: The call ended first.
        """
        await self.until(
            lambda: self.number_of_streams >= streams and self.stream is not None, timeout_s, f"stream {streams}"
        )

    async def pause(self, seconds: float) -> None:
        """Says nothing for a while.

        Raises:
            CallOver: The call ended first.
        """
        end = self._loop.time() + seconds
        await self.until(lambda: self._loop.time() >= end, seconds + 60, "time to pass")

    async def wait_over(self, timeout_s: float = 60) -> None:
        """Stays on the line until the other side ends the call.

        Raises:
            TimeoutError: It did not.
        """
        try:
            await self.until(lambda: False, timeout_s, "the call to end")
        except CallOver:
            return

    def press(self, keys: str) -> None:
        """Presses keys: 0-9, * and #.

        Raises:
            ValueError: There is no such key.
            CallOver: The call has ended.
        """
        if not KEYS.issuperset(keys):
            raise ValueError(f"a telephone has no such keys: {keys}")
        if self._over:
            raise CallOver
        for key in keys:
            self.pressed.append((self._loop.time(), key))
            if self.stream is not None:
                self.stream.press(key)

    def hang_up(self) -> None:
        """Ends the call."""
        self.hung_up.set()

    def drop_socket(self, *, hang_up: bool = False) -> None:
        """Breaks the stream's connection without `stop`; with `hang_up` the call is lost with it.

        Without, Twilio goes on with the document. Does nothing if no stream is open.
        """
        if self.stream is not None:
            self.stream.abort()
        if hang_up:
            self.hang_up()

    def freeze_socket(self) -> None:
        """Leaves the stream's connection half open while Twilio goes on with the document, as after a lost route."""
        if self.stream is not None:
            self.stream.freeze()

    # -- for the call --

    async def until(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Waits until a condition, looked at every 20 ms, holds.

        Raises:
            TimeoutError: It did not hold in time; the text says what was waited for.
            CallOver: The call ended first.
        """
        if self._over:
            raise CallOver
        if condition():
            return
        held: asyncio.Future[None] = self._loop.create_future()
        waiting = (condition, held)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(timeout_s):
                await held
        except TimeoutError:
            raise TimeoutError(f"waited {timeout_s} s for {what}") from None
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def next_frame(self, now: float) -> bytes:
        """The next 20 ms of the caller: speech if there is any to say, else the noise of the room."""
        if not self._speeches:
            return next(self._background)
        speech = self._speeches[0]
        if speech.utterance is None:
            speech.utterance = Utterance(speech.text, now, now)
            self.utterances.append(speech.utterance)
        frame = speech.audio[speech.position : speech.position + FRAME_BYTES]
        speech.position += FRAME_BYTES
        speech.utterance.end = now
        if speech.position >= len(speech.audio):
            self._speeches.popleft()
            if not speech.said.done():
                speech.said.set_result(speech.utterance)
        return frame.ljust(FRAME_BYTES, g711.SILENCE)

    @property
    def speaking(self) -> bool:
        """Whether the caller is in the middle of an utterance."""
        return bool(self._speeches)

    def look(self) -> None:
        """Looks at what is being waited for; once a frame."""
        for condition, held in list(self._waiting):
            if not held.done() and condition():
                held.set_result(None)

    def end(self) -> None:
        """The call is over: whoever waits learns it."""
        self._over = True
        for _, held in self._waiting:
            if not held.done():
                held.set_exception(CallOver())
        for speech in self._speeches:
            if not speech.said.done():
                speech.said.set_exception(CallOver())

    def _was_said(self, text: str, since: float) -> bool:
        # Decoding costs 3 ms for a second of sound: not in every frame.
        if self._loop.time() - self._decoded >= _DECODE_EVERY_S:
            self._said = self._said_since(since)
            self._decoded = self._loop.time()
        wanted = text.casefold()
        return any(wanted in heard.text.casefold() for heard in self._said if heard.at >= since)

    def _hear(self, since: float) -> list[Heard]:
        heard = self._said_since(since)
        self._listened = self._loop.time()
        return heard

    def _said_since(self, since: float) -> list[Heard]:
        now = self._loop.time()
        return [heard for heard in self._ear.texts(now, since) if heard.at >= since]


Script = Callable[[Line], Awaitable[None]]
"""What the caller does. When it returns, the caller hangs up."""


def _background(dbfs: float | None) -> Iterator[bytes]:
    """Frames of the room's noise, for ever: digital silence, or white noise of this level (RMS)."""
    sound = g711.SILENCE * FRAME_BYTES
    if dbfs is not None:
        noise = np.random.default_rng(0).normal(0, 32768 * 10 ** (dbfs / 20), _NOISE_S * g711.RATE)
        sound = g711.encode(noise.clip(-32768, 32767).astype("<i2").tobytes())
    while True:
        for start in range(0, len(sound), FRAME_BYTES):
            yield sound[start : start + FRAME_BYTES]
