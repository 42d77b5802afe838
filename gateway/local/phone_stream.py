"""The phone's end of a media stream: the WebSocket that Twilio opens to the gateway.

Rules: the handshake is signed; `connected` and `start` come first, then caller audio every 20 ms, keys and marks;
nothing that the gateway sends is believed without the check in `phone_wire`. Everything is sent in the callback or the
tick that causes it, so that no message waits in a queue of ours and the sequence numbers are those of the wire.
"""

import asyncio
import re
from collections.abc import Callable
from random import Random
from typing import Final, Literal

from picows import WSCloseCode, WSError, WSFrame, WSHandshakeError, WSListener, WSMsgType, WSTransport, ws_connect

from gateway.local import phone_wire
from gateway.local.phone_ear import Ear
from gateway.local.phone_record import StreamRecord
from gateway.local.phone_setup import Faults
from gateway.local.phone_verbs import Stream
from gateway.local.phone_webhook import sign
from gateway.local.phone_wire import Clear, Mark, Media, MessageRefused

FRAME_MS: Final = 20
FRAME_BYTES: Final = 160
OPEN_TIMEOUT_S: Final = 5.0
CLOSE_TIMEOUT_S: Final = 1.0
_LOOPBACK: Final = re.compile(r"ws://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)")

Report = Callable[[int, str], None]
"""Takes one of Twilio's codes and a text."""


class StreamRefused(Exception):  # noqa: N818 - it is an outcome of a verb
    """The stream could not be opened.

    Attributes:
        code: Twilio's error code, 31901 to 31941.
        forbidden: The TwiML asked for what Twilio does not do; nothing was tried.
    """

    def __init__(self, code: int, why: str, *, forbidden: bool = False) -> None:
        super().__init__(why)
        self.code = code
        self.forbidden = forbidden


class MediaStream(WSListener):
    """One stream of one call. Call `open` first; then `frame` every 20 ms until `closed` is set.

    Args:
        verb: What the TwiML asked for.
        ear: Plays the gateway's sound.
        record: What is written down about this stream.
        writer: Makes the messages.
        faults: What goes wrong on purpose.
        random: Draws the lost frames.
        report: Is told about every message that Twilio would ignore.
    """

    def __init__(
        self,
        verb: Stream,
        ear: Ear,
        record: StreamRecord,
        writer: phone_wire.Writer,
        faults: Faults,
        random: Random,
        report: Report,
    ) -> None:
        self.record = record
        self.closed = asyncio.Event()
        self._verb = verb
        self._ear = ear
        self._writer = writer
        self._faults = faults
        self._random = random
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._transport: WSTransport | None = None
        self._frames = 0
        self._fragments = b""
        self._echo: asyncio.TimerHandle | None = None

    @property
    def local_port(self) -> int | None:
        """The port of our end of the connection; None while there is none."""
        address = None if self._transport is None else self._transport.underlying_transport.get_extra_info("sockname")
        return None if address is None else int(address[1])

    async def open(self, auth_token: str) -> None:
        """Makes the handshake and sends `connected` and `start`.

        Raises:
            StreamRefused: With the code that Twilio's debugger would show.
        """
        url = self._verb.url
        self._check()
        headers = {"x-twilio-signature": sign(auth_token, url, {}), "User-Agent": "Twilio.TmeWs/1.0"}
        try:
            await self._shake_hands(url, headers)
        except WSHandshakeError as error:
            status = error.response.status if error.response is not None else "none"
            raise StreamRefused(31920, f"the handshake's answer was {status}, not 101") from error
        except (WSError, ValueError) as error:  # ValueError: a port that is none
            raise StreamRefused(31923, f"not a URL for a stream: {error}") from error
        except TimeoutError as error:
            raise StreamRefused(31901, "no answer to the handshake in time") from error
        except OSError as error:
            raise StreamRefused(31902, f"no connection: {error}") from error

    async def _shake_hands(self, url: str, headers: dict[str, str]) -> None:
        """Connects. Cancelled in mid-handshake, it lets the handshake's own time-out run first.

        picows 2.3 leaves the socket open if it is cancelled there, and closes it after its time-out.
        """
        connecting = asyncio.create_task(
            ws_connect(
                lambda: self, url, extra_headers=headers, max_redirects=0, websocket_handshake_timeout=OPEN_TIMEOUT_S
            )
        )
        connecting.add_done_callback(lambda task: task.cancelled() or task.exception())  # looked at in every case
        try:
            await asyncio.wait([connecting], timeout=2 * OPEN_TIMEOUT_S)
        except asyncio.CancelledError:
            await asyncio.wait([connecting], timeout=OPEN_TIMEOUT_S)
            self.abort("caller")
            raise
        finally:
            if not connecting.done():
                connecting.cancel()  # no TCP connection yet: nothing to leave open
        if connecting.cancelling():
            raise TimeoutError
        connecting.result()

    def _check(self) -> None:
        """Refuses what Twilio refuses before it connects. ws:// is for this machine alone."""
        url = self._verb.url
        if not (url.startswith("wss://") or _LOOPBACK.match(url)):
            raise StreamRefused(31922, "a stream's URL begins with wss://", forbidden=True)
        if "?" in url:
            raise StreamRefused(31920, "a stream's URL has no query string", forbidden=True)
        if self._verb.track != "inbound_track":
            raise StreamRefused(31941, f"Connect has no track {self._verb.track}", forbidden=True)

    # -- what the caller does --

    def frame(self, audio: bytes) -> None:
        """Sends 20 ms of caller audio (160 bytes, mulaw 8 kHz), or loses it on the way as the faults say."""
        self._frames += 1
        message = self._writer.media(audio, self._frames * FRAME_MS)
        if self._random.random() < self._faults.lose_frames:
            self.record.frames_lost += 1
            return
        self.record.frames_sent += 1
        self._send(message)

    def press(self, digit: str) -> None:
        """Sends one key."""
        self._send(self._writer.dtmf(digit))

    async def stop(self) -> None:
        """Ends the stream in good order: `stop`, then the closing handshake, for at most a second."""
        if self._transport is None or self.closed.is_set():
            return
        self.record.ended_by = "caller"
        self._send(self._writer.stop())
        self._transport.send_close(WSCloseCode.OK)
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self.closed.wait()
        except TimeoutError:
            self.abort("caller")

    def abort(self, why: Literal["caller", "dropped"] = "dropped") -> None:
        """Breaks the TCP connection: no `stop`, no closing handshake."""
        if self._transport is None:
            return
        if not self.closed.is_set():
            self.record.ended_by = why
        self._transport.underlying_transport.abort()

    def freeze(self) -> None:
        """Leaves the connection half open: nothing is sent or read any more, and the phone takes it for dead.

        The connection itself stays until `abort`.
        """
        if self._transport is not None and not self.closed.is_set():
            self.record.ended_by = "dropped"
            self._transport.underlying_transport.pause_reading()
            self.closed.set()

    # -- what the socket does --

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = transport
        self.record.started = self._loop.time()
        self._send(self._writer.connected())
        self._send(self._writer.start(dict(self._verb.parameters)))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """The gateway sent something."""
        match frame.msg_type:
            case WSMsgType.TEXT | WSMsgType.CONTINUATION:
                self._fragments += frame.get_payload_as_bytes()
                if frame.fin:
                    message, self._fragments = self._fragments, b""
                    self._receive(message)
            case WSMsgType.BINARY:
                self._report(phone_wire.MALFORMED, "a binary frame")
            case WSMsgType.CLOSE:
                self.record.close_code = frame.get_close_code().value
                if not transport.is_close_frame_sent:
                    transport.send_close(frame.get_close_code())
                transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone, whoever ended it."""
        if self._echo is not None:
            self._echo.cancel()
        self.closed.set()

    def _receive(self, data: bytes) -> None:
        now = self._loop.time()
        try:
            message = phone_wire.receive(data.decode(), self.record.stream_sid)
        except UnicodeDecodeError:
            self._report(phone_wire.MALFORMED, "a text message that is not UTF-8")
        except MessageRefused as error:
            self._report(error.code, str(error))
        else:
            self._carry_out(message, now)

    def _carry_out(self, message: Media | Mark | Clear, now: float) -> None:
        match message:
            case Media(audio):
                self.record.media_received += 1
                if self.record.first_media is None:
                    self.record.first_media = now
                if not self._ear.play(audio, now):
                    self._report(31931, "more than ten minutes buffered: media discarded")
            case Mark(name):
                self.record.marks_received += 1
                self._ear.mark(name, now)
                self._echo_marks()
            case Clear():
                self.record.clears_received += 1
                self._send_marks(self._ear.clear(now))
                self._echo_marks()

    def _echo_marks(self) -> None:
        """Sends the marks that are due and sets the timer for the next."""
        self._send_marks(self._ear.due_marks(self._loop.time()))
        if self._echo is not None:
            self._echo.cancel()
            self._echo = None
        if (due := self._ear.next_mark()) is not None:
            self._echo = self._loop.call_at(due, self._echo_marks)

    def _send_marks(self, names: list[str]) -> None:
        if not self._faults.stall_marks:
            for name in names:
                self._send(self._writer.mark(name))

    def _send(self, message: str) -> None:
        if self._transport is not None and not self.closed.is_set() and not self._transport.is_close_frame_sent:
            self._transport.send(WSMsgType.TEXT, message)
