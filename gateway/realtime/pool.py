"""Connecting to the model: retries by the error table, and a warm pool of connected, unconfigured sockets.

The pool exists so that the caller's first word does not wait for TCP, TLS and the upgrade. A socket is taken by one
call and never comes back; it is discarded unused after 50 minutes, since a session lives at most 60 (Realtime guide).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog

from gateway import errors
from gateway.errors import ErrorHandler, GatewayError
from gateway.realtime.client import WebSocketClient

MAX_AGE = 50 * 60.0
"""Seconds after which a session is not to be used any more, in the pool or in a call."""
REFILL_PAUSE = 5.0
"""Seconds between attempts to fill the pool while the model cannot be reached."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dialled:
    """An open socket to the model and when it was opened (monotonic seconds)."""

    client: WebSocketClient
    opened: float


class Dialler:
    """Opens sockets to one Realtime endpoint, with one of the configured keys."""

    def __init__(self, url: str, model: str, keys: Sequence[str], jitter: Callable[[], float]) -> None:
        """Where to connect.

        Args:
            url: the Realtime endpoint, `wss://…/v1/realtime`.
            model: the model's name, sent as `?model=`.
            keys: API keys; while they are rotated the second is tried when the first is refused.
            jitter: a number in [0, 1) per call, spreads retries of many calls.
        """
        self._url = f"{url}?{urlencode({'model': model})}"
        self._keys = list(keys) or [""]
        self._jitter = jitter

    async def dial(self) -> Dialled:
        """One attempt per key.

        Raises:
            GatewayError: the last failure, by the taxonomy.
        """
        failure = GatewayError(errors.API_KEY_INVALID)
        for key in list(self._keys):
            client = WebSocketClient()
            try:
                await client.connect(self._url, {"Authorization": f"Bearer {key}"} if key else {})
            except GatewayError as error:
                failure = error
                if error.kind is not errors.API_KEY_INVALID:
                    break
                self._refused(key)
            else:
                return Dialled(client, time.monotonic())
        raise failure

    async def dial_with_retries(self, on_retry: Callable[[str, int], None]) -> Dialled:
        """Attempts and delays by the error table.

        Args:
            on_retry: told `(code, attempt)` before each wait.

        Raises:
            GatewayError: not to be retried, or the attempts are used up.
        """
        attempt = 0
        while True:
            try:
                return await self.dial()
            except GatewayError as error:
                attempt += 1
                delay = ErrorHandler.next_delay_ms(error.kind, attempt)
                if delay is None:
                    raise
                on_retry(error.kind.code, attempt)
                await asyncio.sleep(delay / 1000 * (0.5 + self._jitter() / 2))

    def _refused(self, key: str) -> None:
        """A refused key goes to the end: the other one is the current one."""
        if len(self._keys) > 1:
            self._keys.remove(key)
            self._keys.append(key)


class ModelPool:
    """Keeps `size` sockets open and unconfigured. `run` fills it until it is cancelled."""

    def __init__(self, dialler: Dialler, size: int) -> None:
        self._dialler = dialler
        self._size = size
        self._warm: deque[Dialled] = deque()
        self._wanted = asyncio.Event()

    @property
    def warm(self) -> int:
        """How many sockets wait."""
        return len(self._warm)

    async def take(self, *, fresh: bool, on_retry: Callable[[str, int], None]) -> Dialled:
        """A socket for one call: a warm one, or a new one (always when `fresh`: after a loss the warm may be dead too).

        Raises:
            GatewayError: the model cannot be reached.
        """
        if fresh:
            await self._discard(lambda _: True)
        while self._warm:
            dialled = self._warm.popleft()
            self._wanted.set()
            if self._usable(dialled):
                return dialled
            await dialled.client.close()
        return await self._dialler.dial_with_retries(on_retry)

    async def run(self) -> None:
        """Fill the pool, and replace what died or grew old, until cancelled."""
        try:
            while True:
                self._wanted.clear()
                await self._discard(lambda dialled: not self._usable(dialled))
                filled = await self._fill()
                pause = 60.0 if filled else REFILL_PAUSE
                try:
                    async with asyncio.timeout(pause):
                        await self._wanted.wait()
                except TimeoutError:
                    pass
        finally:
            await self._discard(lambda _: True)

    async def _fill(self) -> bool:
        while len(self._warm) < self._size:
            try:
                self._warm.append(await self._dialler.dial())
            except GatewayError as error:
                log.warning("model_pool_refill_failed", code=error.kind.code, detail=error.detail)
                return False
        return True

    def _usable(self, dialled: Dialled) -> bool:
        return dialled.client.alive and time.monotonic() - dialled.opened < MAX_AGE

    async def _discard(self, which: Callable[[Dialled], bool]) -> None:
        for dialled in [d for d in self._warm if which(d)]:
            self._warm.remove(dialled)
            await dialled.client.close()
