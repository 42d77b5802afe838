"""The delivery worker: takes messages out of the outbox and brings them to the POS systems.

Any number of workers run beside each other, in one process or many. A worker may be killed at any moment: what it held
is claimed by another, and the receiver sees the same webhook-id again. Rules kept here: one message about an order at a
time; an error of ours is an attempt like any other, logged with its traceback and counted; nothing secret is logged.
"""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import assert_never

import httpx2
import structlog

from gateway.orders.restaurant import PosEndpoint
from gateway.pos.address import GuardedTransport
from gateway.pos.attempt import TIMEOUT_S, Attempt, attempt_delivery
from gateway.pos.outbox import Head, Outbox, Token
from gateway.pos.webhook import Dead, Decision, Delivered, Disable, Retry, decide
from gateway.store import SessionStore, StoreError
from gateway.store.connection import BLOCK_S

logger = structlog.get_logger(__name__)

_PAUSE_S = 0.5  # after an error of the store
CARRIED = frozenset({"sms"})
"""Types of deliveries that are not for a POS."""
Carrier = Callable[[Head], Awaitable[Attempt | Dead]]
"""Brings one delivery to where it belongs, once; raises StoreError when the store is away."""
LATE_S = 60.0  # an order that the POS does not have by then is an alarm


@dataclass(slots=True)
class WorkerCounts:
    """What a worker has done since it started."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    errors: int = 0  # errors of our own, each logged with its traceback


def delivery_client(*, allow_private: bool, connections: int = 32) -> httpx2.AsyncClient:
    """The HTTP client for a worker: no redirects, no proxy or certificates from the environment, TLS verified.

    Args:
        allow_private: whether endpoints may have private addresses (development).
        connections: how many at most.
    """
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    transport = httpx2.AsyncHTTPTransport(trust_env=False, limits=limits) if allow_private else GuardedTransport(limits)
    return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=TIMEOUT_S)


class Worker:
    """One worker. `await run()` ends after `stop()`, when what was begun is done."""

    def __init__(
        self,
        store: SessionStore,
        client: httpx2.AsyncClient,
        endpoints: Mapping[str, PosEndpoint],
        *,
        name: str,
        concurrency: int = 8,
        delay_divisor: float = 1.0,
        timeout_s: float = TIMEOUT_S,
        stuck_after_s: float = 30.0,
        poll_s: float = 0.25,
        block_s: float = BLOCK_S,
        on_late: Callable[[str, str, float], None] | None = None,
        carriers: Mapping[str, Carrier] = MappingProxyType({}),
    ) -> None:
        """Prepare a worker.

        Args:
            store: the store with the outbox; stays open.
            client: see `delivery_client`; stays open.
            endpoints: by restaurant id.
            name: unlike that of any other worker, also of the one that ran here before: host, pid and start time.
            concurrency: deliveries at a time.
            delay_divisor: the retry delays are divided by this (tests, demonstrations).
            timeout_s: for one attempt.
            stuck_after_s: a worker that has not moved for so long is taken for dead; more than `timeout_s`.
            poll_s: how often to look for retries that are due.
            block_s: how long a read waits for a new message; `stop` waits for it too.
            carriers: bring deliveries of some types elsewhere than to an endpoint, by the type; see `CARRIED`.
            on_late: told (restaurant id, order's queue, seconds since submit) at every failed attempt after 60 s.
        """
        assert stuck_after_s > timeout_s, "a worker that waits for an answer is not stuck"
        self.counts = WorkerCounts()
        self._outbox = Outbox(store, name)
        self._client = client
        self._endpoints = endpoints
        self._concurrency = concurrency
        self._divisor = delay_divisor
        self._timeout_s = timeout_s
        self._stuck_after_s = stuck_after_s
        self._poll_s = poll_s
        self._block_s = block_s
        self._on_late = on_late
        self._carriers = carriers
        self._slots = asyncio.Semaphore(concurrency)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Take nothing new. May be called from a signal handler of the loop."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until `stop()`. A store that is away is waited for."""
        async with asyncio.TaskGroup() as tasks:
            for group in self._outbox.groups:
                # each for itself, so that a cluster's node that is away holds up its own partitions alone
                tasks.create_task(self._repeat(partial(self._read, tasks, group)), name="outbox reader")
                tasks.create_task(self._repeat(partial(self._wake, group)), name="outbox clock")
                tasks.create_task(self._repeat(partial(self._rescue, tasks, group)), name="outbox rescue")
        with suppress(StoreError):  # then the name stays in the groups, where it does no harm
            await self._outbox.leave()

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await step()
            except StoreError as error:
                logger.warning("worker.store_away", reason=str(error))
                await self._pause(_PAUSE_S)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _read(self, tasks: asyncio.TaskGroup, group: Sequence[int]) -> None:
        async with self._slots:  # read when there is room; what is read beyond it waits here for its turn
            pass
        for token in await self._outbox.read(group, max(1, self._concurrency // 4), self._block_s):
            await self._begin(tasks, token)

    async def _wake(self, group: Sequence[int]) -> None:
        await self._pause(self._poll_s)
        await self._outbox.wake_due(group, _ms(datetime.now(UTC)))

    async def _rescue(self, tasks: asyncio.TaskGroup, group: Sequence[int]) -> None:
        await self._pause(self._stuck_after_s / 3)
        for number in group:
            for token in await self._outbox.claim_stuck(number, self._stuck_after_s, self._concurrency):
                logger.info("worker.claimed", queue=token.queue)
                await self._begin(tasks, token)

    async def _begin(self, tasks: asyncio.TaskGroup, token: Token) -> None:
        await self._slots.acquire()
        tasks.create_task(self._work(token), name=f"delivery {token.queue}")

    async def _work(self, token: Token) -> None:
        """Deliver a queue from its head on, until it is empty or must wait."""
        try:
            head = await self._outbox.head(token)
            while head is not None:
                head = await self._settle(token, head, await self._attempt(head))
        except StoreError as error:  # the token stays with us until it is rescued
            logger.warning("worker.store_away", queue=token.queue, reason=str(error))
        finally:
            self._slots.release()

    async def _attempt(self, head: Head) -> Attempt | Dead:
        if head.delivery.type in CARRIED:
            return await self._carry(head)
        endpoint = self._endpoints.get(head.restaurant_id)
        if endpoint is None:
            return Attempt("no_endpoint")
        reason = await self._outbox.disabled(head.restaurant_id, _name(endpoint))
        if reason is not None:
            return Dead(f"the endpoint is disabled: {reason}")
        try:
            return await attempt_delivery(
                self._client, endpoint, head.delivery, datetime.now(UTC), timeout_s=self._timeout_s
            )
        except Exception:
            logger.exception("worker.error", delivery=head.delivery.id)
            self.counts.errors += 1
            return Attempt("internal")

    async def _carry(self, head: Head) -> Attempt | Dead:
        carrier = self._carriers.get(head.delivery.type)
        if carrier is None:
            return Attempt("no_carrier")
        try:
            return await carrier(head)
        except StoreError:
            raise
        except Exception:
            logger.exception("worker.error", delivery=head.delivery.id)
            self.counts.errors += 1
            return Attempt("internal")

    async def _settle(self, token: Token, head: Head, attempt: Attempt | Dead) -> Head | None:
        """Carry out what follows from an attempt; the queue's next delivery, if it goes on at once."""
        now_ms = _ms(datetime.now(UTC))
        decision: Decision = attempt if isinstance(attempt, Dead) else self._decide(head, attempt)
        log = logger.bind(delivery=head.delivery.id, restaurant=head.restaurant_id, attempt=head.tries + 1)
        match decision:
            case Delivered():
                self.counts.delivered += 1
                log.info("delivery.done", after_ms=now_ms - head.submitted_ms)
                return await self._outbox.finish(token, head, now_ms=now_ms)
            case Retry(after_s, reason):
                self.counts.retried += 1
                log.warning("delivery.failed", reason=reason, next_in_s=round(after_s, 1))
                self._warn_if_late(head, now_ms)
                await self._outbox.retry(token, head, now_ms + int(1000 * after_s / self._divisor))
                return None
            case Disable(reason):
                endpoint = self._endpoints[head.restaurant_id]
                await self._outbox.disable(head.restaurant_id, _name(endpoint), reason)
            case Dead(reason):
                pass
            case _:
                assert_never(decision)
        self.counts.dead += 1
        log.error("delivery.dead", reason=reason)
        self._warn_if_late(head, now_ms)
        return await self._outbox.finish(token, head, dead=reason, now_ms=now_ms)

    @staticmethod
    def _decide(head: Head, attempt: Attempt) -> Decision:
        jitter = random.random()  # noqa: S311 - spreads retries, hides nothing
        return decide(head.tries + 1, attempt.outcome, attempt.retry_after_s, jitter)

    def _warn_if_late(self, head: Head, now_ms: int) -> None:
        age_s = (now_ms - head.submitted_ms) / 1000
        if age_s >= LATE_S and self._on_late is not None and head.delivery.type not in CARRIED:
            self._on_late(head.restaurant_id, head.delivery.queue, age_s)


def _name(endpoint: PosEndpoint) -> str:
    """An endpoint's name in the store: a hash, since addresses may hold credentials."""
    return hashlib.sha256(endpoint.url.encode()).hexdigest()[:16]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
