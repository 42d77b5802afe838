"""The caller's end of the line: one Twilio media socket, read and written.

Reading: frames are decoded, gaps filled, the voice over the agent measured, and the sound handed on; no frame costs a
task, a lock or a log line. Writing: one task sends what the paced downlink says is due, each message followed by its
mark; after an interruption `clear` goes out before anything else, and nothing of the old generation after it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal, Protocol

from pybase64 import b64decode, b64encode_as_string

from gateway.audio import g711
from gateway.audio.gaps import STALE, GapFinder
from gateway.audio.pause import PAUSE_MS, PauseFinder
from gateway.audio.playout import Cut, Playout
from gateway.audio.quality import AudioQuality, AudioQualityMetrics
from gateway.audio.voice import Signal, VoiceDetector
from gateway.twilio.protocol import Digit, MarkEcho, MediaFrame, MediaStream, StreamStart

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
DirectText = Callable[[Callable[[str], None]], None]
StreamEnd = Literal["stopped", "lost", "closed"]

START_PATIENCE = 10.0
"""Seconds to wait for `start` after the socket was accepted; Twilio does not document a limit."""
DRY_PATIENCE = 0.5
"""Seconds after which speech that broke off is told of: a model's deltas come in bursts, faster than they play."""
CLOSE_PATIENCE = 2.0
"""Seconds from `close` until the leg ends although the peer has not taken what was sent."""


class Listener(Protocol):
    """Who is told what happens on the line. Called in the event loop; must not block."""

    def hear(self, mulaw: bytes) -> None:
        """The caller's sound, mu-law 8 kHz, gaps filled with silence."""

    def key_pressed(self, digit: str) -> None:
        """The caller pressed a key."""

    def playback_started(self, item_id: str) -> None:
        """The agent becomes audible."""

    def playback_finished(self) -> None:
        """All that was said has been played."""

    def playback_stalled(self) -> None:
        """The agent's speech broke off in the middle of an item; `playback_started` follows if it goes on."""

    def caller_began(self) -> None:
        """A voice has begun, by the level of the line alone; perhaps a noise."""

    def caller_paused(self, spoke_ms: int, paused_ms: int) -> None:
        """The caller spoke for so long and has been silent since, by the level of the line alone."""

    def barge_in(self, cuts: tuple[Cut, ...]) -> None:
        """The caller has taken the turn; the playout is already cut, `clear` is to be asked for."""


class PhoneLine:
    """One media stream of one leg."""

    def __init__(
        self, receive: Receive, send: Send, *, lead_ms: int = 300, direct_text: DirectText | None = None
    ) -> None:
        """Take an accepted WebSocket over.

        Args:
            receive: ASGI's.
            send: ASGI's.
            lead_ms: how far ahead of playback audio is sent when all is calm.
            direct_text: the server's way to hand over text messages without a task's wake-up, if it has one.
        """
        self._receive = receive
        self._send = send
        self._direct_text = direct_text
        self._stream = MediaStream()
        self._playout = Playout(lead_ms=lead_ms)
        self._voice = VoiceDetector()
        self._pauses = PauseFinder()
        self._gaps = GapFinder()
        self._quality = AudioQuality()
        self._control: deque[str] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._patience: asyncio.TimerHandle | None = None
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._speaking = False
        self._filling = False  # what is spoken only fills the time until an answer comes
        self._stalled = False  # speech broke off, and the listener knows
        self._dry: asyncio.TimerHandle | None = None
        self._listener: Listener | None = None
        self.frames = 0
        self.bad_frames = 0

    # --- reading ---

    async def wait_for_start(self) -> StreamStart | None:
        """Read up to Twilio's `start`; None when the socket closed or nothing came in time.

        Raises:
            GatewayError: the stream cannot be served (format, track).
        """
        try:
            async with asyncio.timeout(START_PATIENCE):
                while (text := await self._next_text()) is not None:
                    if isinstance(message := self._stream.receive(text), StreamStart):
                        return message
        except TimeoutError:
            pass
        return None

    async def read(self, listener: Listener) -> StreamEnd:
        """Hand on everything until the stream is over; says how it ended.

        Raises:
            Exception: whatever the listener raised, or was given to `abandon`.
        """
        self._listener = listener
        if self._direct_text is not None:
            self._direct_text(self._take_or_abandon)
        reader = asyncio.create_task(self._read_messages(), name="line reader")
        try:
            await self._over
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            for timer in (self._patience, self._dry):
                if timer is not None:
                    timer.cancel()
        if self._stream.stopped:
            return "stopped"
        return "closed" if self._closing else "lost"

    async def _read_messages(self) -> None:
        """What comes by `receive`: everything, or with the short way the end alone."""
        while (text := await self._next_text()) is not None:
            self._take_or_abandon(text)
        self._end()

    def _take_or_abandon(self, text: str) -> None:
        if self._over.done():
            return
        try:
            self._take(text)
        except Exception as error:  # noqa: BLE001 - raised again by `read`, in the session's own task
            self.abandon(error)
        else:
            if self._stream.stopped:
                self._end()

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    def abandon(self, error: BaseException) -> None:
        """Something of ours went wrong that the line cannot go on without: `read` raises it."""
        if not self._over.done():
            self._over.set_exception(error)

    def _take(self, text: str) -> None:
        listener = self._listener
        assert listener is not None, "read before"
        message = self._stream.receive(text)
        if type(message) is MediaFrame:
            self._frame(message, listener)
        elif type(message) is MarkEcho:
            self._mark(message.name)
        elif type(message) is Digit:
            listener.key_pressed(message.digit)

    async def _next_text(self) -> str | None:
        """The next text message; None at the end. Binary frames (Twilio sends none) are counted and passed over."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return None
            text: str | None = message.get("text")
            if text is not None:
                return text
            if message["type"] == "websocket.receive":
                self._stream.ignored["binary"] += 1

    def _frame(self, frame: MediaFrame, listener: Listener) -> None:
        try:
            mulaw = b64decode(frame.payload, validate=True)
        except ValueError:
            self.bad_frames += 1
            return
        if not mulaw:  # the model refuses an append of nothing
            return
        missing = self._gaps.place(frame.timestamp_ms, len(mulaw))
        if missing == STALE:
            return
        if missing:
            # Turn detection counts samples: without them a lost second would not end a turn (design.md section 4).
            self._quality.missing(missing // g711.BYTES_PER_MS)
            listener.hear(g711.SILENCE * missing)
        now = time.monotonic()
        signal = self._voice.feed(mulaw)
        self.frames += 1
        self._quality.received(mulaw, frame.timestamp_ms, now, self._voice.level)
        listener.hear(mulaw)
        if signal is not Signal.NONE:
            self._voiced(signal, now, listener)
        spoke_ms = self._pauses.feed(self._voice.voiced, len(mulaw) // g711.BYTES_PER_MS)
        if spoke_ms:
            listener.caller_paused(spoke_ms, PAUSE_MS)
        elif self._pauses.began:
            listener.caller_began()

    def _voiced(self, signal: Signal, now: float, listener: Listener) -> None:
        if signal is Signal.HOLD:
            self._playout.hold()
        elif signal is Signal.RESUME:
            self._playout.resume()
            self._wake.set()
        elif signal is Signal.BARGE_IN and self._speaking:
            listener.barge_in(self.interrupt())

    def _mark(self, name: str) -> None:
        self._playout.mark_echoed(name, time.monotonic())
        self._check_finished()

    # --- speaking ---

    def speak(self, item_id: str, content_index: int, mulaw: bytes, *, filler: bool = False) -> bool:
        """Queue a piece of speech, mu-law 8 kHz. False: the queue is full (AUDIO_BUFFER_OVERFLOW).

        The listener is told when the agent becomes audible, and when speech follows what was only a `filler`.
        """
        kept = self._playout.push(item_id, content_index, mulaw)
        if self._dry is not None:
            self._dry.cancel()
            self._dry = None
        begins = not self._speaking or self._stalled or (self._filling and not filler)
        if begins and mulaw and self._playout.playing(time.monotonic()):
            self._speaking, self._filling, self._stalled = True, filler, False
            self._voice.arm()
            if self._listener is not None:
                self._listener.playback_started(item_id)
        self._wake.set()
        return kept

    def end_item(self, item_id: str, content_index: int) -> None:
        """An item's speech is complete."""
        self._playout.end_item(item_id, content_index)
        self._wake.set()

    def end_all(self) -> None:
        """Nothing more comes for anything that was begun."""
        self._playout.end_all()
        self._wake.set()

    def interrupt(self) -> tuple[Cut, ...]:
        """Stop speaking: what is queued is dropped. `clear` must follow."""
        self._speaking = False
        self._voice.disarm()
        return self._playout.interrupt(time.monotonic())

    def clear(self) -> None:
        """Make Twilio drop what it has buffered."""
        self._control.append(self._stream.clear())
        self._wake.set()

    def close(self) -> None:
        """Close the socket once what is to be said at once has been sent; Twilio then goes on with the TwiML.

        A peer that does not read cannot hold the leg: after `CLOSE_PATIENCE` seconds `read` ends in any case.
        """
        if not self._closing:
            self._closing = True
            self._patience = asyncio.get_running_loop().call_later(CLOSE_PATIENCE, self._end)
        self._wake.set()

    def adapt(self, loop_lag_ms: float) -> None:
        """Fit the pacing lead to measured loop lag and mark round trip."""
        self._playout.adapt(loop_lag_ms)

    @property
    def caller_begins(self) -> bool:
        """Whether a voice sounds right now that `caller_began` has not told of yet."""
        return self._pauses.begins

    @property
    def ignored(self) -> dict[str, int]:
        """What was counted and passed over, by reason."""
        found = dict(self._stream.ignored)
        if self.bad_frames:
            found["bad base64"] = self.bad_frames
        return found

    def quality(self) -> AudioQualityMetrics:
        """The audio quality of this leg so far."""
        return self._quality.snapshot(self._playout.underruns)

    async def write(self) -> None:
        """Send what is due until the line is closed; the one writer of this socket."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            if not await self._write_due():
                return
            self._check_finished()
            now = time.monotonic()
            due = self._playout.next_due(now)
            timer = None if due is None else loop.call_later(due - now, self._wake.set)
            await self._wake.wait()
            if timer is not None:
                timer.cancel()

    async def _write_due(self) -> bool:
        """One round of sending; False when the socket is closed."""
        try:
            while self._control:
                await self._send({"type": "websocket.send", "text": self._control.popleft()})
            if self._closing:
                await self._send({"type": "websocket.close", "code": 1000})
                return False
            generation = self._playout.generation
            for payload, mark in self._playout.due(time.monotonic()):
                if self._playout.generation != generation:
                    break  # interrupted while we waited for the socket: the rest belongs to what was cut
                await self._send({"type": "websocket.send", "text": self._stream.media(b64encode_as_string(payload))})
                await self._send({"type": "websocket.send", "text": self._stream.mark(mark)})
        except (OSError, RuntimeError):
            return False  # the peer is gone (Starlette, uvicorn: sends after the end raise); the reader tells the rest
        if self._control or self._closing:
            self._wake.set()
        return True

    def _check_finished(self) -> None:
        if not self._speaking:
            return
        now = time.monotonic()
        if self._playout.finished(now):
            self._speaking = self._stalled = False
            self._voice.disarm()
            self._playout.resume()  # a voice over the last words held what there was nothing left of
            if self._listener is not None:
                self._listener.playback_finished()
        elif not self._stalled and self._dry is None and self._playout.ran_dry(now):
            self._dry = asyncio.get_running_loop().call_later(DRY_PATIENCE, self._check_stalled)

    def _check_stalled(self) -> None:
        self._dry = None
        self._stalled = self._speaking and self._playout.ran_dry(time.monotonic())
        if self._stalled and self._listener is not None:
            self._listener.playback_stalled()
