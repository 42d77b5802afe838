"""The WebSocket to the model: bytes in and out.

picows calls back inside the event loop's read: no task and no queue per message. Messages that come before somebody
listens (a socket waiting in the warm pool) are kept, bounded. The API key stands in the request's headers only;
exceptions of the handshake hold those headers, so they are neither kept as a cause nor logged.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from picows import (
    WSError,
    WSFrame,
    WSHandshakeError,
    WSInvalidStatusError,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

from gateway import errors
from gateway.errors import ErrorHandler, GatewayError

OPEN_TIMEOUT = 10.0
"""Seconds for TCP, TLS and the upgrade together."""
MAX_FRAME = 16 * 1024 * 1024
"""Bytes; the API's own limit for one event is 15 MiB (Realtime `input_audio_buffer.append`)."""
KEPT_MESSAGES = 64
NO_CLOSE_FRAME = 1006

OpenHandler = Callable[[], None]
MessageHandler = Callable[[bytes], None]
CloseHandler = Callable[[int, str], None]
ErrorHandlerCallback = Callable[[Exception], None]


class WebSocketClient(WSListener):
    """One socket to the model (specification, "WebSocket Client Interface"). Handlers are called in the event loop."""

    def __init__(self) -> None:
        self._transport: WSTransport | None = None
        self._early: deque[bytes] = deque(maxlen=KEPT_MESSAGES)
        self._parts: list[bytes] = []
        self._opened: OpenHandler | None = None
        self._message: MessageHandler | None = None
        self._closed: CloseHandler | None = None
        self._failed: ErrorHandlerCallback | None = None
        self._close_code = NO_CLOSE_FRAME
        self._close_reason = ""
        self.dropped = 0

    # --- handlers ---

    def on_open(self, handler: OpenHandler) -> None:
        """Call `handler()` when the socket is open."""
        self._opened = handler

    def on_message(self, handler: MessageHandler) -> None:
        """Call `handler(bytes)` for every text message; what came before is delivered now, in order."""
        self._message = handler
        while self._early:
            handler(self._early.popleft())

    def on_close(self, handler: CloseHandler) -> None:
        """Call `handler(code, reason)` once when the socket is closed by the peer or breaks (1006)."""
        self._closed = handler

    def on_error(self, handler: ErrorHandlerCallback) -> None:
        """Call `handler(error)` when connecting fails."""
        self._failed = handler

    def detach(self) -> None:
        """Forget all handlers: what happens to this socket from now on concerns nobody."""
        self._opened = self._message = self._closed = self._failed = None

    # --- the socket ---

    @property
    def alive(self) -> bool:
        """Whether the socket is open as far as we know."""
        return self._transport is not None and not self._transport.is_disconnected

    async def connect(self, url: str, headers: Mapping[str, str]) -> None:
        """Open the socket.

        Raises:
            GatewayError: by the taxonomy: API_KEY_INVALID (401, 403), RATE_LIMITED (429), MODEL_OVERLOADED (5xx), else
                WS_CONNECTION_FAILED.
        """
        try:
            async with asyncio.timeout(OPEN_TIMEOUT):
                await ws_connect(
                    lambda: self,
                    url,
                    extra_headers=dict(headers),
                    max_frame_size=MAX_FRAME,
                    enable_auto_ping=True,
                    websocket_handshake_timeout=OPEN_TIMEOUT,
                    max_redirects=0,
                )
        except (WSError, OSError, TimeoutError, ValueError) as error:
            failure = _failure(error)
            if self._failed is not None:
                self._failed(failure)
            raise failure from None

    def send(self, data: bytes) -> bool:
        """Send one text message (UTF-8 JSON). False when the socket is gone; the close handler tells the rest."""
        transport = self._transport
        if transport is None or transport.is_disconnected:
            return False
        transport.send(WSMsgType.TEXT, data)
        return True

    @property
    def waiting_bytes(self) -> int:
        """Bytes the kernel has not taken yet: how far behind the model's side is."""
        transport = self._transport
        return transport.underlying_transport.get_write_buffer_size() if transport is not None else 0

    async def close(self) -> None:
        """Close the socket politely; never waits for the peer."""
        self.detach()
        transport = self._transport
        if transport is not None and not transport.is_disconnected:
            transport.send_close()
            transport.disconnect()

    # --- picows ---

    def on_ws_connected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        self._transport = transport
        if self._opened is not None:
            self._opened()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: D102 - picows' callback
        kind = frame.msg_type
        if kind is WSMsgType.TEXT and frame.fin:
            self._deliver(frame.get_payload_as_bytes())
        elif kind is WSMsgType.TEXT or kind is WSMsgType.CONTINUATION:
            self._parts.append(frame.get_payload_as_bytes())
            if frame.fin:
                whole, self._parts = b"".join(self._parts), []
                self._deliver(whole)
        elif kind is WSMsgType.CLOSE:
            self._close_code = int(getattr(frame.get_close_code(), "value", frame.get_close_code()))
            self._close_reason = frame.get_close_reason() or ""
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        if self._closed is not None:
            handler, self._closed = self._closed, None
            handler(self._close_code or NO_CLOSE_FRAME, self._close_reason)

    def _deliver(self, data: bytes) -> None:
        if self._message is not None:
            self._message(data)
            return
        if len(self._early) == KEPT_MESSAGES:
            self.dropped += 1
        self._early.append(data)


def _failure(error: Exception) -> GatewayError:
    """The taxonomy's error for a failed connect. The cause is left behind: it holds the Authorization header."""
    if isinstance(error, WSInvalidStatusError) and error.response is not None:
        status = int(error.response.status)
        return GatewayError(ErrorHandler.classify_upgrade(status), f"the upgrade was answered with HTTP {status}")
    if isinstance(error, WSHandshakeError):
        return GatewayError(errors.WS_CONNECTION_FAILED, "the peer does not speak WebSocket")
    return GatewayError(errors.WS_CONNECTION_FAILED, type(error).__name__)
