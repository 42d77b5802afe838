"""`WS /media`: Twilio's media stream comes in here.

The handshake's signature is checked before it is accepted (a refusal is HTTP 403: Twilio notes 31920 and goes to the
next verb). Who calls is known from the stream token in `start`: signed, short-lived, for one call, one leg and one
restaurant, and used up in the store. Every refusal has its reason in the log; the caller is served by `/twiml/next`.
A raw ASGI application: no layer between the frames and the line.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from starlette.types import Receive, Scope, Send

from gateway.errors import GatewayError
from gateway.framing import DIRECT_TEXT
from gateway.manager import VoiceSessionManager
from gateway.orders.restaurant import Restaurant
from gateway.security import StreamToken, TokenError, e164, read_stream_token
from gateway.settings import Settings
from gateway.store import StaleLegError, StoreError
from gateway.twilio.protocol import StreamStart
from gateway.twilio.stream import PhoneLine
from gateway.web.readiness import Readiness
from gateway.web.webhook_guard import WebhookGuard

CLAIM_PATIENCE = 1.5
"""Seconds for the store to hand a call over, and for the older leg here to write what it has. The caller hears nothing
meanwhile; then `/twiml/next` is asked, which dials the restaurant when the store is away."""

log = structlog.get_logger(__name__)


class StreamRefused(Exception):  # noqa: N818 - a refusal is the peer's mistake, not an error of ours
    """A stream that is not served; the text is for the log."""


class MediaEndpoint:
    """The ASGI application behind `/media`."""

    def __init__(
        self,
        manager: VoiceSessionManager,
        restaurants: Mapping[str, Restaurant],
        settings: Settings,
        guard: WebhookGuard,
        secret: str,
        readiness: Readiness,
    ) -> None:
        """Serve streams of `restaurants` (by id); `secret` signs stream tokens (GATEWAY_SECRET).

        Whether a process is full is asked when a call begins. A draining one takes no streams: Twilio goes on with the
        document, which asks `/twiml/next`, and the stream after that comes to another process.
        """
        self._manager = manager
        self._restaurants = restaurants
        self._settings = settings
        self._guard = guard
        self._secret = secret
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket connection."""
        await receive()  # websocket.connect
        reason = "draining" if self._readiness.draining else self._guard.handshake_refusal(scope)
        if reason is not None:
            log.warning("stream_refused", reason=reason)
            await send({"type": "websocket.close", "code": 1008})
            return
        await send({"type": "websocket.accept"})
        direct_text = scope["extensions"].get(DIRECT_TEXT)
        line = PhoneLine(receive, send, lead_ms=self._settings.pacing_lead_ms, direct_text=direct_text)
        if not await self._serve(line):
            line.close()
            await line.write()

    async def _serve(self, line: PhoneLine) -> bool:
        """Serve one stream; False when it was refused and is still to be closed."""
        try:
            start = await line.wait_for_start()
        except GatewayError as error:
            log.warning("stream_refused", reason=error.kind.code, detail=error.detail)
            return False
        if start is None:
            log.warning("stream_refused", reason="no usable start message")
            return False
        try:
            token = self._token_of(start)
            async with asyncio.timeout(CLAIM_PATIENCE):
                session = await self._manager.create_session(
                    self._restaurants[token.restaurant_id],
                    line,
                    call_id=token.call_sid,
                    leg=token.leg,
                    nonce=token.nonce,
                    stream_sid=start.stream_sid,
                    caller_number=e164(start.parameters.get("caller")),
                )
        except (TokenError, StreamRefused) as error:
            log.warning("stream_refused", reason=f"stream token: {error}")
        except StaleLegError:
            log.warning("stream_refused", reason="a newer leg runs", call_id=start.call_sid)
        except (StoreError, TimeoutError) as error:
            log.error("stream_refused", reason=type(error).__name__, call_id=start.call_sid)
        else:
            await self._manager.serve(session)
            return True
        return False

    def _token_of(self, start: StreamStart) -> StreamToken:
        """The token of the start message.

        Raises:
            TokenError: it is missing, not ours, or too old.
            StreamRefused: it is of another call, or of a restaurant that is not served here.
        """
        token = read_stream_token(self._secret, start.parameters.get("token", ""), datetime.now(UTC))
        if token.call_sid != start.call_sid or token.restaurant_id not in self._restaurants:
            raise StreamRefused("it is of another call")
        return token
