"""The delivery worker: takes messages out of the outbox and brings them to the POS systems.

Any number of workers run beside each other, in one process or many. A worker may be killed at any moment: what it held
is claimed by another, and the receiver sees the same webhook-id again. Rules kept here: one message about an order at a
time; an error of ours is an attempt like any other, logged with its traceback and counted; nothing secret is logged.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Literal, assert_never

import httpx2
import structlog

from gateway.orders.restaurant import PosEndpoint
from gateway.pos.address import GuardedTransport
from gateway.pos.alarm import Alarm
from gateway.pos.attempt import TIMEOUT_S, Attempt, attempt_delivery
from gateway.pos.bell import AlarmBell
from gateway.pos.health import EndpointHealth, Postponed
from gateway.pos.late import HOLD_S
from gateway.pos.outbox import Head, Outbox, Token
from gateway.pos.vendor import attempt_order
from gateway.pos.vendor_tokens import VendorTokens
from gateway.pos.webhook import Dead, Decision, Delivered, Disable, Retry, decide
from gateway.store import SessionStore, StoreError, keys
from gateway.store.connection import BLOCK_S

logger = structlog.get_logger(__name__)

_PAUSE_S = 0.5  # after an error of the store
_LOOK_S = 1.0  # between looks at what is late
CARRIED = frozenset({"sms"})
"""Types of deliveries that are not for a POS."""
Carrier = Callable[[Head], Awaitable[Attempt | Dead]]
"""Brings one delivery to where it belongs, once; raises StoreError when the store is away."""


Outcome = Literal["delivered", "retried", "dead", "postponed", "errors"]


@dataclass(slots=True)
class WorkerCounts:
    """What a worker has done since it started."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    postponed: int = 0
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
        on_alarm: Callable[[Alarm], Awaitable[None]] | None = None,
        carriers: Mapping[str, Carrier] = MappingProxyType({}),
        on_outcome: Callable[[Outcome], None] | None = None,
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
            on_alarm: told, once for an order over all workers, that its POS does not have it after 60 s or never will.
            carriers: bring deliveries of some types elsewhere than to an endpoint, by the type; see `CARRIED`.
            on_outcome: told of everything that `counts` counts.
        """
        assert stuck_after_s > timeout_s, "a worker that waits for an answer is not stuck"
        self.counts = WorkerCounts()
        self._outbox = Outbox(store, name)
        self._bell = AlarmBell(store, on_alarm, partial(self._count, "errors"))
        self._health = EndpointHealth(delay_divisor, concurrency)
        self._in_hand: set[tuple[int, str]] = set()
        self._client = client
        self._tokens = VendorTokens()
        self._endpoints = endpoints
        self._concurrency = concurrency
        self._divisor = delay_divisor
        self._timeout_s = timeout_s
        self._stuck_after_s = stuck_after_s
        self._poll_s = poll_s
        self._block_s = block_s
        self._tasks: asyncio.TaskGroup | None = None
        self._carriers = carriers
        self._on_outcome = on_outcome
        self._slots = asyncio.Semaphore(concurrency)
        self._stopping = asyncio.Event()

    def _count(self, outcome: Outcome) -> None:
        setattr(self.counts, outcome, getattr(self.counts, outcome) + 1)
        if self._on_outcome is not None:
            self._on_outcome(outcome)

    def stop(self) -> None:
        """Take nothing new. May be called from a signal handler of the loop."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until `stop()`. A store that is away is waited for."""
        with suppress(StoreError):  # then the command line shows what is not so any more
            for house, endpoint in self._endpoints.items():
                await self._outbox.keep_disabled(house, _name(endpoint))
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for group in self._outbox.groups:
                # each for itself, so that a cluster's node that is away holds up its own partitions alone
                tasks.create_task(self._repeat(partial(self._read, group)), name="outbox reader")
                tasks.create_task(self._repeat(partial(self._wake, group)), name="outbox clock")
                tasks.create_task(self._repeat(partial(self._rescue, group)), name="outbox rescue")
                tasks.create_task(self._repeat(partial(self._find_late, group)), name="outbox alarms")
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

    def _spawn(self, work: Coroutine[None, None, object], name: str) -> None:
        assert self._tasks is not None, "nothing is done outside of `run`"
        self._tasks.create_task(work, name=name)

    async def _read(self, group: Sequence[int]) -> None:
        async with self._slots:  # read when there is room; what is read beyond it waits here for its turn
            pass
        tokens = await self._outbox.read(group, max(1, self._concurrency // 4), self._block_s)
        self._in_hand.update((token.number, token.entry) for token in tokens)
        for token in tokens:
            await self._begin(token)

    async def _wake(self, group: Sequence[int]) -> None:
        await self._pause(self._poll_s)
        await self._outbox.wake_due(group, _ms(datetime.now(UTC)))

    async def _rescue(self, group: Sequence[int]) -> None:
        await self._pause(self._stuck_after_s / 3)
        for number in group:
            for token in await self._outbox.claim_stuck(number, self._stuck_after_s, self._concurrency):
                if (number, token.entry) in self._in_hand:
                    continue  # it waits here for its turn
                self._in_hand.add((number, token.entry))
                logger.info("worker.claimed", queue=token.queue)
                await self._begin(token)

    async def _find_late(self, group: Sequence[int]) -> None:
        await self._pause(_LOOK_S)
        for number in group:
            for alarm in await self._bell.find_late(number, _ms(datetime.now(UTC))):
                self._spawn(alarm, "alarm")

    async def _begin(self, token: Token) -> None:
        await self._slots.acquire()
        self._spawn(self._work(token), f"delivery {token.queue}")

    async def _work(self, token: Token) -> None:
        """Deliver a queue from its head on, until it is empty or must wait."""
        try:
            head = await self._outbox.head(token)
            while head is not None:
                head = await self._settle(token, head, await self._attempt(head))
        except StoreError as error:  # the token stays with us until it is rescued
            logger.warning("worker.store_away", queue=token.queue, reason=str(error))
        finally:
            self._in_hand.discard((token.number, token.entry))
            self._slots.release()

    async def _attempt(self, head: Head) -> Attempt | Dead | Postponed:
        if head.delivery.type in CARRIED:
            return await self._carry(head)
        endpoint = self._endpoints.get(head.restaurant_id)
        if endpoint is None:
            return Attempt("no_endpoint")
        name = _name(endpoint)
        reason = await self._outbox.disabled(head.restaurant_id, name)
        if reason is not None:
            return Dead(f"the endpoint is disabled: {reason}")
        began = time.monotonic()
        if postponed := self._health.begin(name, began):
            return replace(postponed, after_s=postponed.after_s * (1 + _jitter() / 5))
        attempt_with = attempt_delivery if endpoint.system == "neutral" else partial(attempt_order, tokens=self._tokens)
        now = datetime.now(UTC)
        try:
            found = await self._guarded(
                head, attempt_with(self._client, endpoint, head.delivery, now, timeout_s=self._timeout_s)
            )
        finally:
            self._health.end(name, time.monotonic() - began)
        self._note(name, found, head.restaurant_id)
        return found

    def _note(self, name: str, found: Attempt | Dead, restaurant_id: str) -> None:
        """What an attempt says about the endpoint, and what follows for everything else that waits for it."""
        outcome = found.status if isinstance(found, Dead) else found.outcome
        if outcome in (None, "internal"):
            return  # what was given up without a question says nothing about the endpoint
        status = outcome if isinstance(outcome, int) else 599
        alive, received = status < 500 and status != 429, 200 <= status < 300
        now = time.monotonic()
        match self._health.note(name, alive=alive, received=received, now=now, spread=_jitter()):
            case "rests":
                logger.warning("delivery.endpoint_rests", restaurant=restaurant_id)
            case "is_back":
                self._spawn(self._hurry(name), "outbox hurry")
            case None:
                pass

    async def _hurry(self, name: str) -> None:
        """An endpoint is back: all that waits for it is tried now, of every restaurant that it serves."""
        hurried, now_ms = 0, _ms(datetime.now(UTC))
        with suppress(StoreError):  # then it is tried when that was agreed
            for house in [house for house, endpoint in self._endpoints.items() if _name(endpoint) == name]:
                hurried += await self._outbox.hurry(keys.partition(house), house, now_ms, but=CARRIED)
        logger.info("delivery.endpoint_is_back", endpoint=name, waiting=hurried)

    async def _carry(self, head: Head) -> Attempt | Dead:
        carrier = self._carriers.get(head.delivery.type)
        if carrier is None:
            return Attempt("no_carrier")
        return await self._guarded(head, carrier(head))

    async def _guarded(self, head: Head, attempt: Awaitable[Attempt | Dead]) -> Attempt | Dead:
        """An error of ours is an attempt like any other; a store that is away is none."""
        try:
            return await attempt
        except StoreError:
            raise
        except Exception:
            logger.exception("worker.error", delivery=head.delivery.id)
            self._count("errors")
            return Attempt("internal")

    async def _settle(self, token: Token, head: Head, attempt: Attempt | Dead | Postponed) -> Head | None:
        """Carry out what follows from an attempt; the queue's next delivery, if it goes on at once."""
        now_ms = _ms(datetime.now(UTC))
        if isinstance(attempt, Postponed):
            self._count("postponed")
            due_ms = now_ms + int(1000 * attempt.after_s)
            await self._outbox.retry(token, head, due_ms, attempt.reason, tried=False)
            return None
        decision: Decision = attempt if isinstance(attempt, Dead) else self._decide(head, attempt)
        log = logger.bind(delivery=head.delivery.id, restaurant=head.restaurant_id, attempt=head.tries + 1)
        match decision:
            case Delivered():
                self._count("delivered")
                log.info("delivery.done", after_ms=now_ms - head.submitted_ms)
                return await self._outbox.finish(token, head, now_ms=now_ms)
            case Retry(after_s, reason):
                self._count("retried")
                log.warning("delivery.failed", reason=reason, next_in_s=round(after_s, 1))
                due_ms = now_ms + int(1000 * after_s / self._divisor)
                asked = isinstance(attempt, Attempt) and attempt.retry_after_s is not None
                await self._outbox.retry(token, head, due_ms, reason, asked=asked)
                return None
            case Disable(reason):
                endpoint = self._endpoints[head.restaurant_id]
                await self._outbox.disable(head.restaurant_id, _name(endpoint), reason)
            case Dead(reason):
                pass
            case _:
                assert_never(decision)
        if not await self._lets_go(token, head, reason, now_ms):  # kept, to be tried and told again
            await self._outbox.retry(token, head, now_ms + 1000 * HOLD_S, reason, tried=False)
            return None
        self._count("dead")
        log.error("delivery.dead", reason=reason)
        return await self._outbox.finish(token, head, dead=reason, now_ms=now_ms)

    async def _lets_go(self, token: Token, head: Head, reason: str, now_ms: int) -> bool:
        """See `AlarmBell.lets_go`. A telephone that rings keeps nobody's delivery back: its slot is free meanwhile."""
        self._slots.release()
        try:
            return await self._bell.lets_go(token.number, head, reason, now_ms)
        finally:
            await self._slots.acquire()

    @staticmethod
    def _decide(head: Head, attempt: Attempt) -> Decision:
        decision = decide(head.tries + 1, attempt.outcome, attempt.retry_after_s, _jitter())
        if attempt.said and isinstance(decision, Retry | Dead):
            return replace(decision, reason=attempt.said)
        return decision


def _name(endpoint: PosEndpoint) -> str:
    """An endpoint's name in the store: a hash, since addresses may hold credentials. Many merchants share a system."""
    merchant = "" if endpoint.system_settings is None else endpoint.system_settings.merchant
    return hashlib.sha256(f"{endpoint.url}{merchant}".encode()).hexdigest()[:16]


def _jitter() -> float:
    return random.random()  # noqa: S311 - spreads retries, hides nothing


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
