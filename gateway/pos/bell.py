"""The alarm about a message that its POS does not have: raised by one worker, and again until somebody has heard it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Final

import structlog

from gateway.pos.alarm import Alarm, AlarmNotToldError
from gateway.pos.late import ALARMING, LateWatch
from gateway.pos.outbox import Head
from gateway.store import SessionStore, StoreError

logger = structlog.get_logger(__name__)

AT_A_TIME: Final = 4
"""Alarms that are raised at a time: a telephone takes its while."""
KEPT_MS: Final = 3_600_000
"""A message that is given up is kept so long after its submit while nobody has heard of it."""


class AlarmBell:
    """Rings for one worker.

    Args:
        store: where it is known which alarms were raised.
        ring: what raises one; None: nobody is told, and nothing more is done.
        on_error: called after an error of ours, which is logged.
    """

    def __init__(
        self, store: SessionStore, ring: Callable[[Alarm], Awaitable[None]] | None, on_error: Callable[[], None]
    ) -> None:
        self._late = LateWatch(store)
        self._raise = ring
        self._on_error = on_error
        self._room = asyncio.Semaphore(AT_A_TIME)

    async def find_late(self, number: int, now_ms: int) -> list[Coroutine[None, None, bool]]:
        """Alarms that are due in a partition, each to be awaited. Raises StoreUnavailableError."""
        found = await self._late.found(number, now_ms)
        return [self._ring(number, late.head, late.reason or "it was not tried yet", now_ms) for late in found]

    async def lets_go(self, number: int, head: Head, reason: str, now_ms: int) -> bool:
        """Whether a message may be given up: its alarm was heard, or could not be raised for a long time.

        Raises:
            StoreUnavailableError: the store is away.
        """
        if head.delivery.type not in ALARMING:
            return True
        standing = await self._late.claim(number, head)
        heard = standing == "told" or (standing == "mine" and await self._ring(number, head, reason, now_ms))
        return heard or now_ms >= head.submitted_ms + KEPT_MS

    async def _ring(self, number: int, head: Head, reason: str, now_ms: int) -> bool:
        """Raise an alarm that is ours; should we die over it, another worker does. Whether it was heard."""
        delivery, age_s = head.delivery, (now_ms - head.submitted_ms) / 1000
        try:
            if self._raise is not None:
                alarm = Alarm(head.restaurant_id, delivery.queue, delivery.id, reason, age_s, delivery.payload)
                async with self._room:
                    await self._raise(alarm)
            await self._late.told(number, head)
            return True
        except (StoreError, AlarmNotToldError) as error:
            logger.warning("worker.alarm_not_told", queue=delivery.queue, reason=str(error))
        except Exception:
            logger.exception("worker.alarm_not_told", queue=delivery.queue)
            self._on_error()
        with suppress(StoreError):  # then it is free in a minute
            await self._late.let_go(number, head)
        return False
