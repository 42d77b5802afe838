"""The WebSocket to the model: bytes in and out.

picows calls back inside the event loop's read: no task and no queue per message. Messages that come before somebody
listens (a socket waiting in the warm pool) are kept, bounded. The API key stands in the request's headers only;
exceptions of the handshake hold those headers, so they are neither kept as a cause nor logged.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import cast

from picows import (
    WSCloseCode,
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
NO_CODE = 1005
"""A close frame without a code; never sent as such (RFC 6455 section 7.4.1)."""
MESSAGE_TOO_BIG = 1009
ABORT_AFTER = 2.0
"""Seconds for the peer to take what was sent last; then the socket is cut."""
READ_BUFFER = 4 * 1024
"""Bytes to begin with; picows doubles it when a piece of speech needs more, and most of a socket's life needs less."""

OpenHandler = Callable[[], None]
MessageHandler = Callable[[bytes], None]
CloseHandler = Callable[[int, str], None]
ErrorHandlerCallback = Callable[[Exception], None]


class WebSocketClient(WSListener):
    """One socket to the model (specification, "WebSocket Client Interface"). Handlers are called in the event loop."""

    def __init__(self) -> None:
        self._transport: WSTransport | None = None
        self._open = False
        self._early: deque[bytes] = deque(maxlen=KEPT_MESSAGES)
        self._came: asyncio.Future[None] | None = None  # waits for the first message, or the end
        self._parts: list[bytes] | None = None  # of a fragmented text message
        self._given_up = False
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
        self._early.clear()

    # --- the socket ---

    @property
    def alive(self) -> bool:
        """Whether the socket is open as far as we know."""
        return self._open

    async def connect(self, url: str, headers: Mapping[str, str]) -> None:
        """Open the socket. Cancelled, it leaves nothing open.

        Raises:
            GatewayError: by the taxonomy: API_KEY_INVALID (401, 403, 404), RATE_LIMITED (429), MODEL_OVERLOADED (5xx),
                else WS_CONNECTION_FAILED.
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
                    read_buffer_init_size=READ_BUFFER,
                )
        except (WSError, OSError, TimeoutError, ValueError) as error:
            failure, failed = _failure(error), self._failed
            self._give_up()
            if failed is not None:
                failed(failure)
            raise failure from None
        except asyncio.CancelledError:
            self._give_up()
            raise

    async def wait_for_message(self, patience: float) -> bytes:
        """Wait for the first message, and leave it where it is: `on_message` delivers it.

        Raises:
            GatewayError: the socket was closed before (by the close code), or nothing came within `patience` seconds.
        """
        if not self._early and self._open:
            self._came = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(patience):
                    await self._came
            except TimeoutError:
                raise GatewayError(errors.WS_CONNECTION_FAILED, "the session did not begin") from None
        if not self._early:
            kind = ErrorHandler.classify_close(self._close_code)
            raise GatewayError(kind, f"closed with {self._close_code} before the session began")
        return self._early[0]

    def _give_up(self) -> None:
        """Nobody waits for the socket any more: cut it now, or as soon as it opens.

        picows 2.3 goes on with a handshake whose `ws_connect` was cancelled, for as long as its time-out.
        """
        self._given_up = True
        self._open = False
        self.detach()
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def send(self, data: bytes) -> bool:
        """Send one text message (UTF-8 JSON). False when the socket is gone; the close handler tells the rest."""
        transport = self._transport
        if transport is None or not self._open:
            return False
        transport.send(WSMsgType.TEXT, data)
        return True

    @property
    def waiting_bytes(self) -> int:
        """Bytes the kernel has not taken yet: how far behind the model's side is."""
        transport = self._transport
        if transport is None or transport.is_disconnected:
            return 0
        return transport.underlying_transport.get_write_buffer_size()

    async def close(self) -> None:
        """Close the socket politely; never waits for the peer, and cuts it when it does not take what is left."""
        self.detach()
        if self._open:
            self._shut(WSCloseCode.OK)

    # --- picows ---

    def on_ws_connected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        self._transport = transport
        if self._given_up:
            transport.disconnect(graceful=False)
            return
        self._open = True
        if self._opened is not None:
            self._opened()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: D102 - picows' callback
        kind = frame.msg_type
        if kind is WSMsgType.TEXT and frame.fin:
            self._deliver(frame.get_payload_as_bytes())
        elif kind is WSMsgType.TEXT:
            self._parts = [frame.get_payload_as_bytes()]
        elif kind is WSMsgType.CONTINUATION and self._parts is not None:  # else of binary, which means nothing
            self._add_part(frame)
        elif kind is WSMsgType.CLOSE:
            code = frame.get_close_code()
            has_code = code != WSCloseCode.NO_INFO
            # picows gives a plain int for a code that it does not list, such as Realtime's 3000 and 4000.
            number = code.value if isinstance(code, WSCloseCode) else int(cast("int", code))
            self._close_code = number if has_code else NO_CODE
            self._close_reason = frame.get_close_reason() or ""
            self._shut(code if has_code else WSCloseCode.OK)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        self._open = False
        self._wake()
        if self._closed is not None:
            handler, self._closed = self._closed, None
            handler(self._close_code, self._close_reason)

    def _add_part(self, frame: WSFrame) -> None:
        assert self._parts is not None
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > MAX_FRAME:
            self._parts = None
            self._close_code = MESSAGE_TOO_BIG
            self._shut(WSCloseCode.MESSAGE_TOO_BIG)
        elif frame.fin:
            whole, self._parts = b"".join(self._parts), None
            self._deliver(whole)

    def _shut(self, code: WSCloseCode) -> None:
        transport = self._transport
        assert transport is not None, "open before"
        self._open = False
        transport.send_close(code)
        transport.disconnect()
        if self.waiting_bytes:
            asyncio.get_running_loop().call_later(ABORT_AFTER, transport.disconnect, False)

    def _wake(self) -> None:
        if self._came is not None and not self._came.done():
            self._came.set_result(None)

    def _deliver(self, data: bytes) -> None:
        if self._message is not None:
            self._message(data)
            return
        if len(self._early) == KEPT_MESSAGES:
            self.dropped += 1
        self._early.append(data)
        self._wake()


def _failure(error: Exception) -> GatewayError:
    """The taxonomy's error for a failed connect. The cause is left behind: it holds the Authorization header."""
    if isinstance(error, WSInvalidStatusError) and error.response is not None:
        status = int(error.response.status)
        after = error.response.headers.get("Retry-After", "")
        seconds = after if after.isascii() and after.isdecimal() and len(after) < 6 else "0"  # no dates: clocks differ
        kind = ErrorHandler.classify_upgrade(status)
        return GatewayError(kind, f"the upgrade was answered with HTTP {status}", int(seconds) * 1000)
    if isinstance(error, WSHandshakeError):
        return GatewayError(errors.WS_CONNECTION_FAILED, "the peer does not speak WebSocket")
    return GatewayError(errors.WS_CONNECTION_FAILED, type(error).__name__)
