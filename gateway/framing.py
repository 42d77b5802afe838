"""uvicorn's WebSocket server with a short way for media: a whole text message goes straight to who reads it.

A call brings fifty small text messages a second. Uvicorn takes each through a generic parser, a queue, a pause and a
resume of the socket and a task's wake-up; together that is most of what a frame costs. Here complete, unfragmented text
frames are cut out of the byte stream and handed over in the read callback. Everything else (the handshake, control
frames, fragments, what breaks RFC 6455) goes to uvicorn's own protocol, frame by frame, and stays its business.

A reader asks for the short way through the ASGI scope: `scope["extensions"][DIRECT_TEXT](sink)`. Servers without the
extension, such as a test client, deliver by `receive` as always.
"""

from collections.abc import Callable

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask  # type: ignore[attr-defined]  # C where it is built, else Python; not in __all__
from websockets.http11 import Request

DIRECT_TEXT = "gateway.direct_text"
"""Name of the ASGI extension: a callable that takes the sink of text messages."""

TextSink = Callable[[str], None]

_FINAL_TEXT = 0x81  # RFC 6455 section 5.2: FIN set, no extension bits, opcode 1
_MASKED = 0x80
_TWO_BYTE_LENGTH = 126
_CONTROL_OR_SHORT = 2
_MASK = 4


class MediaWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection. Until a sink is set it is uvicorn's protocol, with one frame handed to it at a time."""

    def handle_connect(self, event: Request) -> None:
        """The handshake: offer the extension to the application."""
        self._sink: TextSink | None = None
        self._rest = b""
        self._own_framing = True
        super().handle_connect(event)
        if scope := getattr(self, "scope", None):
            scope["extensions"][DIRECT_TEXT] = self._set_sink

    def _set_sink(self, sink: TextSink) -> None:
        """From now on text goes to `sink`; what waits in the queue goes first."""
        self._sink = sink
        kept = []
        while not self.queue.empty():
            message = self.queue.get_nowait()
            text = message.get("text")
            if isinstance(text, str):
                sink(text)
            else:
                kept.append(message)
        for message in kept:
            self.queue.put_nowait(message)
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Cut frames; text goes to the sink, all else to uvicorn."""
        if not self.handshake_complete or not self._own_framing:
            super().data_received(data)
            return
        data = self._rest + data if self._rest else data
        at, end = 0, len(data)
        while end - at >= _CONTROL_OR_SHORT:
            header, length = data[at], data[at + 1]
            start = at + _CONTROL_OR_SHORT
            if not length & _MASKED or length & 0x7F > _TWO_BYTE_LENGTH:
                break  # not masked, or 64 KiB and more: an error, and uvicorn's to answer
            length &= 0x7F
            if length == _TWO_BYTE_LENGTH:
                if end - start < _CONTROL_OR_SHORT:
                    self._rest = data[at:]
                    return
                length = data[start] << 8 | data[start + 1]
                start += 2
            after = start + _MASK + length
            if after > end:
                self._rest = data[at:]
                return
            sink = self._sink
            if header == _FINAL_TEXT and sink is not None and not self.frames and not self.close_sent:
                try:
                    text = apply_mask(data[start + _MASK : after], data[start : start + _MASK]).decode()
                except UnicodeDecodeError:
                    super().data_received(data[at:after])  # uvicorn closes with 1007
                else:
                    sink(text)
            else:
                super().data_received(data[at:after])
            at = after
        self._rest = data[at:]
        if len(self._rest) >= _CONTROL_OR_SHORT:
            self._own_framing = False
            rest, self._rest = self._rest, b""
            super().data_received(rest)
