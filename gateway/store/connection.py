"""One way to speak to any kind of store: a single server, the master behind Sentinel, or a cluster.

Time-outs are short and retries few: a caller is on the line while we wait. Scripts are idempotent, so that redis-py may
send them again after a time-out.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import NoScriptError

from gateway.store.errors import StoreError, store_errors
from gateway.store.keys import PARTITIONS, tag
from gateway.store.scripts import Script
from gateway.store.url import StoreUrl

SOCKET_TIMEOUT_S = 3.0
# A blocking read must come back before the socket gives up on it.
BLOCK_S = 0.5
_CONNECTIONS = 64

_OLDEST = (7, 0)
_VERSION = Script("return redis.REDIS_VERSION or '6'")  # scripts know the version from 7.0 on

Reply = str | int | None | list["Reply"]


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at the store gave. `problem` is None when all is well, else a sentence for the operator."""

    version: str
    seconds: float
    problem: str | None


class Connection:
    """A store that can be asked. Connects when it is first used and again whenever that is needed.

    Attributes:
        groups: the partitions that one command may span: all of them, or each alone in a cluster.
    """

    def __init__(self, address: StoreUrl) -> None:
        self._sentinel = _sentinel(address) if address.mode == "sentinel" else None
        self._client = _client(address) if self._sentinel is None else _master(self._sentinel, address.master)
        self._first = asyncio.Lock()
        self._unknown = address.mode == "cluster"
        everything = tuple(range(PARTITIONS))
        # redis-py's cluster client does not wait for a free connection, it raises: so we wait.
        self._turns = asyncio.Semaphore(_CONNECTIONS)
        self.groups: tuple[tuple[int, ...], ...] = (
            tuple((number,) for number in everything) if address.mode == "cluster" else (everything,)
        )

    async def command(self, *words: str | int | float) -> object:
        """Send a command; the reply is as redis-py shapes it.

        Raises:
            StoreUnavailableError: no answer, or a server that cannot serve now.
            StoreRefusedError: the server does not take this command.
        """
        with store_errors():
            async with self._turns:
                reply: object = await self._execute(*words)
        return reply

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[str | int | float]) -> Reply:
        """Run a script, by its name if the server has it.

        Raises:
            StoreUnavailableError: no answer, or a server that cannot serve now.
            StoreRefusedError: the server does not take this command.
        """
        with store_errors():
            async with self._turns:
                reply: Reply
                try:
                    reply = await self._execute("EVALSHA", script.sha, len(keys), *keys, *arguments)
                except NoScriptError:  # a new server, or a fail-over; EVAL keeps the script there
                    reply = await self._execute("EVAL", script.text, len(keys), *keys, *arguments)
        return reply

    async def _execute(self, *words: str | int | float) -> Any:
        if self._unknown:
            # Many commands at once on a cluster client that knows no node yet close each other's connections.
            async with self._first:
                if self._unknown:
                    await self._client.execute_command("EXISTS", tag(0))
                    self._unknown = False
        try:
            return await self._client.execute_command(*words)
        except AttributeError:  # see `errors.AWAY`: redis-py does not try this again by itself
            return await self._client.execute_command(*words)

    async def health(self) -> Health:
        """Ask the server for its version. Never raises: what is wrong is said in the answer."""
        began = perf_counter()
        try:
            version = str(await self.run(_VERSION, [f"{tag(0)}:version"], []))
        except StoreError as error:
            return Health("", perf_counter() - began, f"no answer from the store: {error}")
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
        problem = None if numbers >= _OLDEST else "the store is too old: Redis 7.0 or Valkey is needed"
        return Health(version, perf_counter() - began, problem)

    async def keys(self) -> list[str]:
        """The names of all keys, from every server that has some. For tests and checks: it asks for them in one go."""
        if isinstance(self._client, RedisCluster):
            with store_errors():
                found: object = await self._client.keys(target_nodes=RedisCluster.PRIMARIES)
        else:
            found = await self.command("KEYS", "*")
        return sorted(cast("list[str]", found))

    async def aclose(self) -> None:
        """Close all connections."""
        for client in [self._client, *(self._sentinel.sentinels if self._sentinel else [])]:
            with suppress(StoreError), store_errors():
                await client.aclose()


def _client(address: StoreUrl) -> "Redis | RedisCluster":
    if address.mode == "single":
        pool = BlockingConnectionPool.from_url(
            address.url,
            max_connections=_CONNECTIONS,
            timeout=SOCKET_TIMEOUT_S,
            socket_timeout=SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
            health_check_interval=15,
            decode_responses=True,
            retry=_retry(),
        )
        return Redis.from_pool(pool)
    return RedisCluster(
        startup_nodes=[ClusterNode(host, port) for host, port in address.hosts],
        ssl=address.tls,
        username=address.username,
        password=address.password,
        max_connections=2 * _CONNECTIONS,
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=SOCKET_TIMEOUT_S,
        decode_responses=True,
        retry=_retry(),
    )


def _sentinel(address: StoreUrl) -> Sentinel:
    return Sentinel(  # type: ignore[no-untyped-call]  # redis-py leaves this constructor without types
        list(address.hosts),
        sentinel_kwargs={"socket_timeout": SOCKET_TIMEOUT_S, "ssl": address.tls},
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=SOCKET_TIMEOUT_S,
        ssl=address.tls,
        username=address.username,
        password=address.password,
        db=address.db,
        max_connections=2 * _CONNECTIONS,
        decode_responses=True,
        retry=_retry(),
    )


def _master(sentinel: Sentinel, name: str) -> Redis:
    master: Redis = sentinel.master_for(name)
    return master


def _retry() -> Retry:
    return Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), 2)
