"""A caller's media stream on the wire: Twilio's messages, made cheaply: the rig must not measure itself."""

import time

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from infra.bench.caller import Caller
from infra.bench.dialing import ACCOUNT_SID, DialError, Dialled

_TEXT = WSMsgType.TEXT
_encode = msgspec.json.Encoder().encode


class _Media(msgspec.Struct):
    payload: str = ""


class _Mark(msgspec.Struct):
    name: str = ""


class _Message(msgspec.Struct):
    event: str
    media: _Media | None = None
    mark: _Mark | None = None


_decode = msgspec.json.Decoder(_Message).decode


class PhoneSocket(WSListener):
    """One stream, from its handshake to the caller's hanging up.

    Attributes:
        closed: the gateway, or the network, has closed the stream.
    """

    def __init__(self, caller: Caller, dialled: Dialled) -> None:
        self.closed = False
        self._caller = caller
        self._dialled = dialled
        self._sequence = 0
        self._transport: WSTransport | None = None
        self._tail = b'"},"streamSid":"%b"}' % dialled.stream_sid.encode()

    async def open(self) -> None:
        """Connect, and say `connected` and `start`.

        Raises:
            DialError: the handshake failed.
        """
        headers = {"X-Twilio-Signature": self._dialled.signature}
        try:
            await ws_connect(lambda: self, self._dialled.stream.url, extra_headers=headers, max_redirects=0)
        except Exception as error:
            raise DialError(f"the stream could not be opened: {type(error).__name__} {error}") from error
        self._send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "accountSid": ACCOUNT_SID,
            "streamSid": self._dialled.stream_sid,
            "callSid": self._dialled.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": dict(self._dialled.stream.parameters),
        }
        self._caller.start(time.monotonic())
        self._send({"event": "start", **self._next(), "start": start})

    def tick(self) -> None:
        """Send the next frame, and the marks whose time has come. To be called 50 times a second."""
        if self.closed or self._transport is None:
            return
        now = time.monotonic()
        chunk = self._caller.frames + 1
        payload = self._caller.frame(now)
        self._sequence += 1
        self._transport.send(
            _TEXT,
            b'{"event":"media","sequenceNumber":"%d","media":{"track":"inbound","chunk":"%d","timestamp":"%d",'
            b'"payload":"%b%b' % (self._sequence, chunk, chunk * 20, payload, self._tail),
        )
        for name in self._caller.due_marks(now):
            self._echo(name)

    def hang_up(self) -> None:
        """The caller hangs up: `stop`, then the end of the stream."""
        transport = self._transport
        if self.closed or transport is None:
            return
        stop = {"accountSid": ACCOUNT_SID, "callSid": self._dialled.call_sid}
        self._send({"event": "stop", **self._next(), "stop": stop})
        transport.send_close()
        transport.disconnect()

    def _next(self) -> dict[str, str]:
        self._sequence += 1
        return {"sequenceNumber": str(self._sequence), "streamSid": self._dialled.stream_sid}

    def _send(self, message: dict[str, object]) -> None:
        if self._transport is not None and not self.closed:
            self._transport.send(_TEXT, _encode(message))

    def _echo(self, name: str) -> None:
        self._send({"event": "mark", **self._next(), "mark": {"name": name}})

    # --- picows ---

    def on_ws_connected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        self._transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        self.closed = True

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: D102 - picows' callback
        if frame.msg_type is not _TEXT:
            if frame.msg_type is WSMsgType.CLOSE:
                transport.send_close(frame.get_close_code())
                transport.disconnect()
            return
        now = time.monotonic()
        message = _decode(frame.get_payload_as_bytes())
        if message.media is not None:
            self._caller.media(message.media.payload, now)
        elif message.mark is not None:
            self._caller.mark(message.mark.name, now)
        elif message.event == "clear":
            for name in self._caller.clear(now):
                self._echo(name)
