"""Two endpoints on real sockets: which is used, when the other stands in, and what is not tried at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway import errors
from gateway.errors import GatewayError
from gateway.local.faults import NO_FAULTS, Faults
from gateway.local.server import RealtimeServer
from gateway.realtime import routes as routes_module
from gateway.realtime.dialler import Dialler
from gateway.realtime.pool import ModelPool
from gateway.realtime.routes import LIMIT_FAILURES, REST_S, BreakerOpenError, Routes
from tests.realtime.test_pool import BAD, GOOD, model, unexpected, until


class Pair:
    """Two endpoints, the ways to them, and a clock."""

    def __init__(self, first: RealtimeServer, second: RealtimeServer, key: str = GOOD) -> None:
        self.first, self.second = first, second
        self.now = 0.0
        self.opened: list[str] = []
        self.slept: list[float] = []
        diallers = (Dialler(first.url, "m", (key,)), Dialler(second.url, "m", (GOOD,), name="second"))
        self.routes = Routes(
            diallers, lambda: 0.0, sleep=self._sleep, clock=lambda: self.now, on_opened=self.opened.append
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def served_by(self, restaurant: str | None = "r1") -> str:
        """Which endpoint a call gets."""
        dialled = await self.routes.dial_with_retries(restaurant, unexpected)
        await dialled.client.close()
        return dialled.route


@asynccontextmanager
async def pair(first: Faults = NO_FAULTS, second: Faults = NO_FAULTS, key: str = GOOD) -> AsyncIterator[Pair]:
    async with model(first) as one, model(second) as other:
        yield Pair(one, other, key)


async def test_the_first_is_used_while_it_works() -> None:
    async with pair() as both:
        assert await both.served_by() == "first"
        assert both.routes.spare("first", "r1")
        assert both.second.accepted == 0


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503, 400])
async def test_whatever_is_wrong_with_the_first_leads_to_the_second_at_once(status: int) -> None:
    async with pair(Faults(refuse_status=status)) as both:
        assert await both.served_by() == "second"
        assert both.slept == []
        assert not both.routes.spare("second", "r1"), "the first is known to be broken"


async def test_a_key_that_is_refused_after_the_upgrade_leads_to_the_second() -> None:
    async with pair(key=BAD) as both:
        assert await both.served_by() == "second"


async def test_an_endpoint_that_says_nothing_is_not_waited_for_while_there_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes_module, "FIRST_PATIENCE", 0.1)
    async with pair(Faults(stall=True)) as both:
        assert await both.served_by() == "second"
        await until(lambda: not both.first.connections)


async def test_the_first_rests_and_is_then_tried_first_again() -> None:
    async with pair(Faults(refuse_status=503)) as both:
        assert await both.served_by() == "second"
        assert await both.served_by() == "second"
        assert both.first.refused == 1, "it rests"
        both.now = REST_S
        assert await both.served_by() == "second"
        assert both.first.refused == 2
        both.now += REST_S
        assert await both.served_by() == "second"
        assert both.first.refused == 2, "it rests for longer each time"
        await both.first.set_faults(NO_FAULTS)
        both.now += REST_S
        assert await both.served_by() == "first"
        assert await both.served_by() == "first"


async def test_when_both_fail_the_attempts_are_those_of_the_table() -> None:
    told: list[tuple[str, int]] = []
    async with pair(Faults(refuse_status=401), Faults(refuse_status=429, retry_after_s=2)) as both:
        with pytest.raises(GatewayError) as caught:
            await both.routes.dial_with_retries("r1", lambda *retry: told.append(retry))
        assert caught.value.kind is errors.RATE_LIMITED
        assert [code for code, _ in told] == ["RATE_LIMITED"] * 3
        assert both.first.refused == 1, "a refused key is not tried again"
        assert both.second.refused == 4
        assert both.slept == [2, 2, 2], (
            "as long as it asked for; the table's delays with half of them taken off are less"
        )


async def test_an_endpoint_cannot_ask_to_be_left_alone_for_longer_than_the_table_allows() -> None:
    async with pair(Faults(refuse_status=401), Faults(refuse_status=429, retry_after_s=3600)) as both:
        with pytest.raises(GatewayError):
            await both.routes.dial_with_retries("r1", lambda *_: None)
        assert both.slept == [10, 10, 10]


async def test_a_restaurant_that_is_refused_too_often_is_not_tried_for_a_while() -> None:
    faults = Faults(refuse_status=429)
    async with pair(faults, faults) as both:
        for _ in range(LIMIT_FAILURES):
            with pytest.raises(GatewayError):
                await both.routes.dial("r1")
        assert both.opened == ["first", "second"]
        asked = both.first.refused + both.second.refused
        with pytest.raises(BreakerOpenError) as caught:
            await both.routes.dial_with_retries("r1", unexpected)
        assert caught.value.kind is errors.RATE_LIMITED
        assert both.first.refused + both.second.refused == asked, "it fails at once, and asks nobody"
        assert not both.routes.admits("first", "r1")
        with pytest.raises(GatewayError):
            await both.routes.dial("r2")
        assert both.first.refused + both.second.refused == asked + 2, "another restaurant is not held back"


async def test_limits_met_in_calls_open_the_breaker_and_an_answer_closes_it() -> None:
    async with pair() as both:
        for code in ("RATE_LIMITED", "API_KEY_INVALID", "MODEL_OVERLOADED", "RATE_LIMITED", "RATE_LIMITED"):
            both.routes.refused("first", "r1", code)
        assert both.opened == [], "an overload is no limit"
        both.routes.refused("first", "r1", "RATE_LIMITED")
        assert both.opened == ["first"]
        assert await both.served_by() == "second"
        assert not both.routes.spare("second", "r1")
        both.now = 20
        assert await both.served_by() == "first", "half open: one attempt"
        assert await both.served_by() == "second"
        both.routes.served("first", "r1")
        assert await both.served_by() == "first"
        assert await both.served_by() == "first"


async def test_the_pool_is_held_back_until_it_has_a_socket_again() -> None:
    async with pair() as both:
        for _ in range(LIMIT_FAILURES):
            both.routes.refused("first", None, "RATE_LIMITED")
        assert await both.served_by(None) == "second"
        both.now = 20
        assert await both.served_by(None) == "first", "half open: one attempt"
        assert await both.served_by(None) == "first"


async def test_warm_sockets_of_the_only_endpoint_are_given_out_whatever_came_before() -> None:
    async with model(NO_FAULTS) as only:
        routes = Routes((Dialler(only.url, "m", (GOOD,)),), lambda: 0.0)
        routes.rest("first", "MODEL_OVERLOADED")
        assert routes.admits("first", "r1")


async def test_a_call_that_left_an_endpoint_makes_others_avoid_it_unless_only_the_line_broke() -> None:
    async with pair() as both:
        both.routes.rest("first", "WS_CONNECTION_FAILED")
        assert await both.served_by() == "first"
        both.routes.rest("first", "MODEL_OVERLOADED")
        assert await both.served_by() == "second"


async def test_warm_sockets_of_an_endpoint_that_rests_are_not_given_out() -> None:
    async with pair() as both:
        pool = ModelPool(both.routes, 1)
        await pool._fill(1)
        both.routes.rest("first", "MODEL_OVERLOADED")
        dialled = await pool.take("r1", fresh=False, on_retry=unexpected)
        assert dialled.route == "second"
        assert pool.warm == 1
        await dialled.client.close()
        await pool._discard(lambda _: True)


async def test_a_single_endpoint_that_failed_is_tried_all_the_same() -> None:
    async with model(Faults(refuse_status=503, connections=1)) as server:
        routes = Routes((Dialler(server.url, "m", (GOOD,)),), lambda: 0.0)
        with pytest.raises(GatewayError):
            await routes.dial()
        await (await routes.dial()).client.close()
        assert not routes.spare("first", None)
