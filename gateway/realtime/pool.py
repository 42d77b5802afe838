"""Connecting to the model: retries by the error table, and a warm pool of connected, unconfigured sockets.

The pool exists so that the caller's first word does not wait for TCP, TLS and the upgrade. A socket is taken by one
call and never comes back; it is discarded unused after 50 minutes, since a session lives at most 60 (Realtime guide).
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
import structlog

from gateway import errors
from gateway.errors import ErrorHandler, GatewayError
from gateway.realtime.client import WebSocketClient
from gateway.realtime.wire import decode

MAX_AGE = 50 * 60.0
"""Seconds after which a session is not to be used any more, in the pool or in a call."""
REFILL_PAUSE = 5.0
"""Seconds between looks at the pool: to replace what died, and to try again while the model cannot be reached."""
OUTLIVED = 2.0
"""Seconds: a socket opened so lately has outlived the loss of another, unless it was lost with it and is known dead."""
GREETING_PATIENCE = 10.0
"""Seconds from the upgrade to `session.created`."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dialled:
    """An open socket to the model and when it was opened (monotonic seconds)."""

    client: WebSocketClient
    opened: float


class Dialler:
    """Opens sockets to one Realtime endpoint, with one of the configured keys."""

    def __init__(
        self,
        url: str,
        model: str,
        keys: Sequence[str],
        jitter: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Where to connect.

        Args:
            url: the Realtime endpoint, `wss://…/v1/realtime`.
            model: the model's name, sent as `?model=`.
            keys: API keys; while they are rotated the second is tried when the first is refused.
            jitter: a number in [0, 1) per call, spreads retries of many calls.
            sleep: waits so many seconds between attempts.
        """
        self._url = f"{url}?{urlencode({'model': model})}"
        self._keys = list(keys) or [""]
        self._jitter = jitter
        self._sleep = sleep

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
        return Dialled(client, opened)

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
                await self._sleep(delay / 1000 * (0.5 + self._jitter() / 2))

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


class ModelPool:
    """Keeps `size` sockets open and unconfigured. `run` fills it until it is cancelled."""

    def __init__(self, dialler: Dialler, size: int) -> None:
        self._dialler = dialler
        self._size = size
        self._warm: deque[Dialled] = deque()
        self._taken = asyncio.Event()
        self._failing: str | None = None

    @property
    def warm(self) -> int:
        """How many sockets wait."""
        return len(self._warm)

    @property
    def ready(self) -> bool:
        """Whether a call could have the model at once: a socket waits that was connected lately."""
        return self.warm > 0

    @property
    def away(self) -> bool:
        """Whether a call would wait in vain: no socket is left, and the model could not be reached lately."""
        return self._size > 0 and self.warm == 0 and self._failing is not None

    async def take(self, *, fresh: bool, on_retry: Callable[[str, int], None]) -> Dialled:
        """A socket for one call: a warm one, or a new one.

        Args:
            fresh: after a loss; what was warm then may be dead too, so only sockets of the last moment are given out.
            on_retry: told `(code, attempt)` before each wait.

        Raises:
            GatewayError: the model cannot be reached.
        """
        if fresh:
            outlived = time.monotonic() - OUTLIVED
            await self._discard(lambda dialled: dialled.opened < outlived)
            self._taken.set()
        while self._warm:
            dialled = self._warm.popleft()
            self._taken.set()
            if self._usable(dialled):
                return dialled
            await dialled.client.close()
        return await self._dialler.dial_with_retries(on_retry)

    async def run(self) -> None:
        """Fill the pool, and replace what died or grew old, until cancelled."""
        try:
            while True:
                self._taken.clear()
                await self._discard(lambda dialled: not self._usable(dialled))
                if not await self._fill():
                    await asyncio.sleep(REFILL_PAUSE)
                    continue
                try:
                    async with asyncio.timeout(REFILL_PAUSE):
                        await self._taken.wait()
                except TimeoutError:
                    pass
        finally:
            await self._discard(lambda _: True)

    async def _fill(self) -> bool:
        """Dial what is missing, all at once: a burst of calls empties the pool faster than one dial after the other."""
        missing = self._size - len(self._warm)
        results = await asyncio.gather(*(self._add() for _ in range(missing)), return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        for failure in failures:
            if not isinstance(failure, GatewayError):
                raise failure
            self._log_failure(failure)
        if not failures:
            self._failing = None
        return not failures

    async def _add(self) -> None:
        self._warm.append(await self._dialler.dial())

    def _log_failure(self, failure: GatewayError) -> None:
        """Once per kind of failure, not every few seconds."""
        if failure.kind.code != self._failing:
            self._failing = failure.kind.code
            log.warning("model_pool_refill_failed", code=failure.kind.code, detail=failure.detail)

    def _usable(self, dialled: Dialled) -> bool:
        return dialled.client.alive and time.monotonic() - dialled.opened < MAX_AGE

    async def _discard(self, which: Callable[[Dialled], bool]) -> None:
        for dialled in [d for d in self._warm if which(d)]:
            self._warm.remove(dialled)
            await dialled.client.close()
