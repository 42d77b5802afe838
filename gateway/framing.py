"""uvicorn's WebSocket server with a short way for media: a whole text message goes straight to who reads it.

A call brings fifty small text messages a second. Uvicorn takes each through a generic parser, a queue, a pause and a
resume of the socket and a task's wake-up; together that is most of what a frame costs. Here complete, unfragmented text
frames are cut out of the byte stream and handed over in the read callback. Everything else (the handshake, control
frames, fragments, what breaks RFC 6455) goes to uvicorn's own protocol, frame by frame, and stays its business; text
that it puts together from fragments goes to the same reader, in its place among the others.

A reader asks for the short way through the ASGI scope: `scope["extensions"][DIRECT_TEXT](sink)`. Servers without the
extension, such as a test client, deliver by `receive` as always.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import apply_mask  # type: ignore[attr-defined]  # C where it is built, else Python; not in __all__
from websockets.http11 import Request
from websockets.protocol import OPEN

DIRECT_TEXT = "gateway.direct_text"
"""Name of the ASGI extension: a callable that takes the sink of text messages."""

TextSink = Callable[[str], None]
"""Takes one text message, in the server's read callback: it must not block and must not raise."""

ABORT_AFTER = 2.0
"""Seconds for a peer to take what was sent last, once the application is done; then the connection is cut."""

_FINAL_TEXT = 0x81  # RFC 6455 section 5.2: FIN set, no extension bits, opcode 1
_MASKED = 0x80
_TWO_BYTE_LENGTH = 126
_CONTROL_OR_SHORT = 2
_MASK = 4


class MediaWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection. Until a sink is set it is uvicorn's protocol, with one frame handed to it at a time."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._sink: TextSink | None = None
        self._rest = b""
        self._own_framing = False  # from the end of the handshake's request to the first frame that is not for us
        # What uvicorn allows; more than two bytes of length can say is uvicorn's to refuse.
        self._longest = config.ws_max_size

    def handle_connect(self, event: Request) -> None:
        """The handshake: offer the extension to the application, and cut frames from the next byte on.

        uvicorn's HTTP side hands the request over alone, so that what comes after it begins with a frame.
        """
        super().handle_connect(event)
        if self.response.status_code == 101:
            self._own_framing = True
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[DIRECT_TEXT] = self._set_sink

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
        if self.read_paused and not kept:
            self.read_paused = False
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Cut frames; text goes to the sink, all else to uvicorn."""
        if not self._own_framing:
            super().data_received(data)
            return
        data = self._rest + data if self._rest else data
        at, end = 0, len(data)
        while end - at >= _CONTROL_OR_SHORT:
            header, length = data[at], data[at + 1]
            start = at + _CONTROL_OR_SHORT
            if not length & _MASKED or length & 0x7F > _TWO_BYTE_LENGTH:
                break  # not masked, or a length of eight bytes: mostly an error, and uvicorn's to answer
            length &= 0x7F
            if length == _TWO_BYTE_LENGTH:
                if end - start < _CONTROL_OR_SHORT:
                    self._rest = data[at:]
                    return
                length = data[start] << 8 | data[start + 1]
                if length > self._longest:
                    break
                start += 2
            after = start + _MASK + length
            if after > end:
                self._rest = data[at:]
                return
            if header == _FINAL_TEXT and self._takes_text():
                text = apply_mask(data[start + _MASK : after], data[start : start + _MASK])
                if not self._give(text):
                    super().data_received(data[at:after])  # not UTF-8: uvicorn closes with 1007
            else:
                super().data_received(data[at:after])
            if self.transport.is_closing():  # closed by the peer's frame or for breaking the rules: nothing counts now
                self._rest = b""
                return
            at = after
        self._rest = data[at:]
        if len(self._rest) >= _CONTROL_OR_SHORT:
            self._own_framing = False
            rest, self._rest = self._rest, b""
            super().data_received(rest)

    def _takes_text(self) -> bool:
        """Whether a text frame is a message for the sink: the socket is open and no fragments wait for their end."""
        return self._sink is not None and not self.frames and not self.close_sent and self.conn.state is OPEN

    def _give(self, payload: bytes) -> bool:
        """Hand a text message over; False when it is none."""
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            return False
        assert self._sink is not None
        self._sink(text)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The end: the application's sink and the scope, which knows us, are let go."""
        super().connection_lost(exc)
        self._sink = None
        if self.handshake_initiated and self.response.status_code == 101:
            self.scope["extensions"].clear()

    def send_receive_event_to_app(self) -> None:
        """A message that uvicorn has put together: text goes to the sink, if there is one, and needs no pause."""
        for_sink = self._sink is not None and self.curr_msg_data_type == "text" and not self.close_sent
        if for_sink and self._give(b"".join(self.frames)):
            self.frames = []
        else:
            super().send_receive_event_to_app()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done. A peer that does not read must not keep the connection open.

        The sink is let go: uvicorn's HTTP side of the connection is a ring (it and its parser hold each other) that is
        freed at a later collection, and the whole call would hang on it till then.
        """
        self._sink = None
        self.scope["extensions"].pop(DIRECT_TEXT, None)
        super().on_task_complete(task)
        if not self.disconnected and self.transport.get_write_buffer_size():
            self.loop.call_later(ABORT_AFTER, self._abort_if_stuck)

    def _abort_if_stuck(self) -> None:
        if not self.disconnected and self.transport.get_write_buffer_size():
            self.transport.abort()
