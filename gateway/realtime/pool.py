"""A warm pool of connected, unconfigured sockets to the model.

The pool exists so that the caller's first word does not wait for TCP, TLS and the upgrade. A socket is taken by one
call and never comes back; it is discarded unused after 50 minutes, since a session lives at most 60 (Realtime guide).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

import structlog

from gateway.errors import GatewayError
from gateway.realtime.dialler import Dialled
from gateway.realtime.routes import Routes

MAX_AGE = 50 * 60.0
"""Seconds after which a session is not to be used any more, in the pool or in a call."""
REFILL_PAUSE = 5.0
"""Seconds between looks at the pool: to replace what died, and to try again while the model cannot be reached."""
LONGEST_PAUSE = 60.0
"""Seconds that the pause grows to while the model cannot be reached; it doubles with every attempt."""
OUTLIVED = 2.0
"""Seconds: a socket opened so lately has outlived the loss of another, unless it was lost with it and is known dead."""

log = structlog.get_logger(__name__)


class ModelPool:
    """Keeps `size` sockets open and unconfigured. `run` fills it until it is cancelled."""

    def __init__(self, routes: Routes, size: int) -> None:
        self.routes = routes
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

    async def take(self, restaurant_id: str, *, fresh: bool, on_retry: Callable[[str, int], None]) -> Dialled:
        """A socket for one call: a warm one, or a new one.

        Args:
            restaurant_id: whose call it is.
            fresh: after a loss; what was warm then may be dead too, so only sockets of the last moment are given out.
            on_retry: told `(code, attempt)` before each wait.

        Raises:
            GatewayError: the model cannot be reached.
        """
        if fresh:
            outlived = time.monotonic() - OUTLIVED
            await self._discard(lambda dialled: dialled.opened < outlived)
            self._taken.set()
        await self._discard(lambda dialled: not self._usable(dialled))
        for dialled in self._warm:
            if self.routes.admits(dialled.route, restaurant_id):
                self._warm.remove(dialled)
                self._taken.set()
                return dialled
        return await self.routes.dial_with_retries(restaurant_id, on_retry)

    async def run(self) -> None:
        """Fill the pool, and replace what died or grew old, until cancelled."""
        failed = 0
        try:
            while True:
                self._taken.clear()
                await self._discard(lambda dialled: not self._usable(dialled))
                if not await self._fill(1 if failed else self._size):
                    pause = min(REFILL_PAUSE * 2**failed, LONGEST_PAUSE)
                    await asyncio.sleep(pause * (0.75 + self.routes.jitter() / 2))
                    failed += 1
                    continue
                if failed:
                    failed = 0
                    continue  # one is back; now the others
                try:
                    async with asyncio.timeout(REFILL_PAUSE):
                        await self._taken.wait()
                except TimeoutError:
                    pass
        finally:
            await self._discard(lambda _: True)

    async def _fill(self, most: int) -> bool:
        """Dial what is missing, all at once: a burst of calls empties the pool faster than one dial after the other."""
        missing = min(self._size - len(self._warm), most)
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
        self._warm.append(await self.routes.dial())

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
