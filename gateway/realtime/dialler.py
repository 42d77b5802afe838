"""Opens sockets to one Realtime endpoint: with its model and its keys, up to a session that has begun."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from gateway import errors
from gateway.errors import ErrorHandler, GatewayError
from gateway.realtime.client import WebSocketClient
from gateway.realtime.wire import decode

GREETING_PATIENCE = 10.0
"""Seconds from the upgrade to `session.created`."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """An open socket to the model, when it was opened (monotonic seconds), and the name of the endpoint."""

    client: WebSocketClient
    opened: float
    route: str = "first"


class Dialler:
    """Opens sockets to one Realtime endpoint, with one of the configured keys."""

    def __init__(self, url: str, model: str, keys: Sequence[str], name: str = "first") -> None:
        """Where to connect.

        Args:
            url: the Realtime endpoint, `wss://…/v1/realtime`.
            model: the model's name, sent as `?model=`.
            keys: API keys; while they are rotated the second is tried when the first is refused.
            name: of the endpoint, for logs and metrics.
        """
        self.name = name
        self._url = f"{url}?{urlencode({'model': model})}"
        self._keys = list(keys) or [""]

    async def dial(self) -> Dialled:
        """One attempt per key.

        Raises:
            GatewayError: the last failure, by the taxonomy.
        """
        failure = GatewayError(errors.API_KEY_INVALID)
        for key in list(self._keys):
            try:
                return await self._dial_with(key)
            except GatewayError as error:
                failure = error
                if error.kind is not errors.API_KEY_INVALID:
                    break
                self._refused(key)
        raise failure

    async def _dial_with(self, key: str) -> Dialled:
        """A socket whose session has begun: a bad key may be told only after a good upgrade, as the first event."""
        client = WebSocketClient()
        await client.connect(self._url, {"Authorization": f"Bearer {key}"} if key else {})
        opened = time.monotonic()
        try:
            first = await client.wait_for_message(GREETING_PATIENCE)
            if (refusal := refused_at_start(first)) is not None:
                raise refusal
        except BaseException:  # also when cancelled: nobody else knows this socket
            await client.close()
            raise
        return Dialled(client, opened, self.name)

    def _refused(self, key: str) -> None:
        """A refused key goes to the end: the other one is the current one."""
        if len(self._keys) > 1:
            self._keys.remove(key)
            self._keys.append(key)


def refused_at_start(first: bytes) -> GatewayError | None:
    """The error with which a server ends a session that it has just begun (bad key, unknown model, no money)."""
    try:
        message = decode(first)
    except msgspec.DecodeError:
        return None  # the protocol counts it; the session may begin yet
    if message.type != "error":
        return None
    code = message.error.code if message.error is not None else None
    return GatewayError(ErrorHandler.classify_model_error(code) or errors.WS_CONNECTION_FAILED, code or "")
