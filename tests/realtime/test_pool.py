"""Dialling by the error table, and the warm pool, against the local server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from gateway import errors
from gateway.brain.mind import ScriptedMind
from gateway.errors import ErrorHandler, GatewayError
from gateway.local.faults import NO_FAULTS, Faults
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ToneEars, ToneVoice
from gateway.realtime import dialler as dialler_module
from gateway.realtime import pool as pool_module
from gateway.realtime.dialler import Dialled, Dialler, refused_at_start
from gateway.realtime.pool import ModelPool
from gateway.realtime.routes import Routes
from tests.stage import Belongings

GOOD, BAD = "good-key", "old-key"


def model(faults: Faults = NO_FAULTS) -> RealtimeServer:
    options = ServerOptions(threads=0, keys=frozenset({GOOD}))
    return RealtimeServer(lambda: ScriptedMind([]), ToneEars(), ToneVoice(60), options=options, faults=faults)


def dialler(server: RealtimeServer, *keys: str, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> Routes:
    return Routes((Dialler(server.url, "m", keys or (GOOD,)),), lambda: 0.5, sleep=sleep)


def unexpected(code: str, attempt: int) -> None:
    raise AssertionError(f"retry {attempt} because of {code}")


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


@asynccontextmanager
async def pool_of(server: RealtimeServer, size: int = 2, *keys: str) -> AsyncIterator[ModelPool]:
    before = Belongings()
    pool = ModelPool(dialler(server, *keys), size)
    task = asyncio.create_task(pool.run())
    try:
        yield pool
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert pool.warm == 0
        await until(lambda: not server.connections)
        assert Belongings().sockets <= before.sockets


# --- dialling ---


async def test_a_session_that_has_begun() -> None:
    async with model() as server:
        dialled = await dialler(server).dial()
        assert dialled.client.alive
        assert b'"session.created"' in await dialled.client.wait_for_message(0)
        await dialled.client.close()


async def test_a_key_refused_after_a_good_upgrade_gives_way_to_the_next_and_goes_last() -> None:
    async with model() as server:
        rotating = dialler(server, BAD, GOOD)
        first = await rotating.dial()
        assert server.accepted == 2
        second = await rotating.dial()
        assert server.accepted == 3, "the good key comes first now"
        for dialled in (first, second):
            await dialled.client.close()


async def test_keys_refused_by_the_upgrade_are_all_tried_once() -> None:
    async with model(Faults(refuse_status=401)) as server:
        with pytest.raises(GatewayError) as caught:
            await dialler(server, BAD, GOOD).dial_with_retries("r1", unexpected)
        assert caught.value.kind is errors.API_KEY_INVALID
        assert server.refused == 2


async def test_without_a_key_no_header_is_sent() -> None:
    async with RealtimeServer(lambda: ScriptedMind([]), ToneEars(), ToneVoice(60)) as server:
        dialled = await Dialler(server.url, "m", ()).dial()
        await dialled.client.close()


async def test_a_failure_that_no_key_mends_is_not_tried_with_the_next() -> None:
    async with model(Faults(refuse_status=503)) as server:
        with pytest.raises(GatewayError) as caught:
            await dialler(server, BAD, GOOD).dial()
        assert caught.value.kind is errors.MODEL_OVERLOADED
        assert server.refused == 1


@pytest.mark.parametrize(("status", "kind"), [(429, errors.RATE_LIMITED), (503, errors.MODEL_OVERLOADED)])
async def test_attempts_and_delays_are_those_of_the_table(status: int, kind: errors.ErrorType) -> None:
    slept: list[float] = []
    told: list[tuple[str, int]] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with model(Faults(refuse_status=status)) as server:
        with pytest.raises(GatewayError) as caught:
            await dialler(server, sleep=sleep).dial_with_retries("r1", lambda *retry: told.append(retry))
    delays = [ErrorHandler.next_delay_ms(kind, attempt) for attempt in range(1, 20)]
    expected = [delay for delay in delays if delay is not None]
    assert caught.value.kind is kind
    assert slept == [delay / 1000 * 0.75 for delay in expected], "a jitter of a half takes a quarter off"
    assert told == [(kind.code, attempt) for attempt in range(1, len(expected) + 1)]


async def test_a_retry_that_succeeds() -> None:
    told: list[tuple[str, int]] = []
    async with model(Faults(refuse_status=503, connections=1)) as server:
        dialled = await dialler(server, sleep=asyncio.sleep).dial_with_retries("r1", lambda *retry: told.append(retry))
        assert told == [("MODEL_OVERLOADED", 1)]
        await dialled.client.close()


async def test_a_session_that_never_begins_is_a_failed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialler_module, "GREETING_PATIENCE", 0.05)
    async with model(Faults(stall=True)) as server:
        with pytest.raises(GatewayError) as caught:
            await dialler(server).dial()
        assert caught.value.kind is errors.WS_CONNECTION_FAILED
        await until(lambda: not server.connections)


async def test_cancelled_while_the_session_begins_nothing_stays_open() -> None:
    async with model(Faults(slow_session_s=30)) as server:
        dialling = asyncio.create_task(dialler(server).dial())
        await until(lambda: bool(server.connections))
        dialling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialling
        await until(lambda: not server.connections)


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b'{"type":"session.created"}', None),
        (b"half of a mess", None),
        (b'{"type":"error","error":{"code":"invalid_api_key"}}', errors.API_KEY_INVALID),
        (b'{"type":"error","error":{"code":"rate_limit_exceeded"}}', errors.RATE_LIMITED),
        (b'{"type":"error","error":{"code":"something_new"}}', errors.WS_CONNECTION_FAILED),
        (b'{"type":"error"}', errors.WS_CONNECTION_FAILED),
    ],
)
def test_what_the_first_message_says(first: bytes, kind: errors.ErrorType | None) -> None:
    refusal = refused_at_start(first)
    assert (refusal.kind if refusal else None) is kind


# --- the pool ---


async def test_a_warm_socket_is_given_out_once_and_replaced() -> None:
    async with model() as server, pool_of(server) as pool:
        await until(lambda: pool.warm == 2)
        one = await pool.take("r1", fresh=False, on_retry=unexpected)
        other = await pool.take("r1", fresh=False, on_retry=unexpected)
        assert one.client is not other.client
        assert pool.warm == 0
        await until(lambda: pool.warm == 2)
        assert server.accepted == 4
        for dialled in (one, other):
            assert dialled.client.alive
            await dialled.client.close()


async def test_a_burst_of_calls_finds_a_pool_that_is_filled_all_at_once() -> None:
    async with model(Faults(slow_session_s=0.3)) as server, pool_of(server, 8) as pool:
        began = asyncio.get_running_loop().time()
        await until(lambda: pool.warm == 8)
        assert asyncio.get_running_loop().time() - began < 8 * 0.3 / 2
        taken = await asyncio.gather(*(pool.take("r1", fresh=False, on_retry=unexpected) for _ in range(12)))
        assert len({id(dialled.client) for dialled in taken}) == 12
        for dialled in taken:
            await dialled.client.close()


async def test_a_socket_that_died_while_it_waited_is_not_given_out_and_replaced_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool_module, "REFILL_PAUSE", 0.1)
    async with model() as server, pool_of(server) as pool:
        await until(lambda: pool.warm == 2)
        dead = set(server.connections)
        server.drop()
        await until(lambda: not dead & server.connections)
        dialled = await pool.take("r1", fresh=False, on_retry=unexpected)
        assert dialled.client.alive
        await until(lambda: pool.warm == 2 and len(server.connections) == 3)
        await dialled.client.close()


async def test_a_pool_says_whether_the_model_can_be_had() -> None:
    async with model(Faults(refuse_status=401)) as server, pool_of(server) as pool:
        assert (pool.ready, pool.away) == (False, False), "nobody knows yet"
        await until(lambda: pool.away)
        assert not pool.ready
    async with model() as server, pool_of(server) as pool:
        await until(lambda: pool.ready)
        assert not pool.away


async def test_an_old_socket_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with model() as server, pool_of(server) as pool:
        await until(lambda: pool.warm == 2)
        old = {id(dialled.client) for dialled in pool._warm}
        monkeypatch.setattr(pool_module, "MAX_AGE", 0.0)
        dialled = await pool.take("r1", fresh=False, on_retry=unexpected)
        assert id(dialled.client) not in old
        await dialled.client.close()
        monkeypatch.undo()


async def test_after_a_loss_what_was_warm_before_is_discarded_and_what_is_new_is_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with model() as server, pool_of(server) as pool:
        await until(lambda: pool.warm == 2)
        young = await pool.take("r1", fresh=True, on_retry=unexpected)
        assert server.accepted == 2
        await until(lambda: pool.warm == 2)
        monkeypatch.setattr(pool_module, "OUTLIVED", 0.0)
        fresh = await pool.take("r1", fresh=True, on_retry=unexpected)
        await until(lambda: pool.warm == 2 and len(server.connections) == 4)
        assert server.accepted == 6, "one dialled, two replaced"
        for dialled in (young, fresh):
            await dialled.client.close()


async def test_a_model_that_is_away_is_asked_again_and_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "REFILL_PAUSE", 0.02)
    async with model(Faults(refuse_status=503)) as server, pool_of(server) as pool:
        await until(lambda: server.refused >= 6)
        assert pool.warm == 0
        assert pool._failing == "MODEL_OVERLOADED"
        await server.set_faults(NO_FAULTS)
        await until(lambda: pool.warm == 2)
        assert pool._failing is None


async def test_cancelled_while_it_fills_nothing_stays_open() -> None:
    async with model(Faults(slow_session_s=30)) as server:
        async with pool_of(server, 3):
            await until(lambda: len(server.connections) == 3)
        await until(lambda: not server.connections)


async def test_a_mistake_of_ours_is_raised() -> None:
    class Broken(Dialler):
        async def dial(self) -> Dialled:
            raise ZeroDivisionError

    pool = ModelPool(Routes((Broken("ws://127.0.0.1:1/", "m", ()),), lambda: 0), 2)
    with pytest.raises(ZeroDivisionError):
        await pool.run()


async def test_a_pool_of_nothing_dials_for_each_call() -> None:
    async with model() as server, pool_of(server, 0) as pool:
        dialled = await pool.take("r1", fresh=False, on_retry=unexpected)
        assert server.accepted == 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.05)
        assert server.accepted == 1
        await dialled.client.close()
