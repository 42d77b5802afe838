"""What several servers bring with them: partitions in other places, a master that is exchanged, a node that is away.

The rest of the store's tests run on all kinds of store (see `conftest.py`); here the servers are the test's own.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from gateway.pos.outbox import Outbox
from gateway.store import (
    AdmissionLimits,
    Delivery,
    EventLog,
    Hold,
    LeaseLostError,
    SessionStore,
    StoreUnavailableError,
    keys,
    open_store,
)
from tests.deployments import Cluster, SentinelSet, Server

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RESTAURANTS = {keys.partition(f"r{n}"): f"r{n}" for n in range(200)}  # one of each partition
PATIENCE = 12.0
"""Seconds within which a store that is away has said so, at the worst: three attempts with a time-out of 3 s."""


@pytest.fixture
async def cluster_store(cluster_url: str) -> AsyncIterator[SessionStore]:
    async with await open_store(cluster_url) as store:
        await store.connection.command("FLUSHALL")
        yield store


async def take_an_order(store: SessionStore, restaurant: str) -> None:
    call = f"CA-{restaurant}"
    assert await store.begin_call(restaurant, call, [("e1", "{}")], NOW)
    zombie = await store.claim_leg(restaurant, call, 1, "nonce", "a", 10)
    claim = await store.claim_leg(restaurant, call, 1, "nonce", "a", 10)
    assert claim.leg == 2
    with pytest.raises(LeaseLostError):
        await store.append(restaurant, call, zombie.fence, [("e2", "{}")])
    await store.renew_lease(restaurant, call, claim.fence, "a", 10)
    await store.append(restaurant, call, claim.fence, [("e2", "{}")], Hold("caller", "o1", "{}"))
    assert await store.held_order(restaurant, "caller") is not None
    assert await store.drop_held(restaurant, "caller", "another") is False
    answers = [
        await store.submit(
            restaurant,
            call,
            claim.fence,
            order_id="o1",
            version=1,
            order="{}",
            delivery=Delivery(f"{restaurant}_1", f"{restaurant}.o1", "order.confirmed", "{}"),
            events=[("e3", "{}")],
            now=NOW,
            caller_key="caller",
            cents=100,
        )
        for _ in range(2)
    ]
    assert [placed.cents for placed in await store.placed_lately(restaurant, "caller", NOW)] == [100]
    await store.offers.sell_out(restaurant, "coke")
    assert (await store.offers.read(restaurant)).sold_out.item("coke", NOW)
    assert answers == ["submitted", "already"]
    assert [entry.event_id for entry in await store.read_log(restaurant, call)] == ["e1", "e2", "e3"]
    assert await store.restore(restaurant, call, claim.fence, [("e1", "{}"), ("e2", "{}"), ("e4", "{}")], NOW)
    assert [entry.event_id for entry in await store.read_log(restaurant, call)] == ["e1", "e2", "e4", "e3"]
    limits = AdmissionLimits(calls=9, of_caller=1, of_caller_hourly=9, withheld=9, hang_ups=9)
    places = [await store.admission.admit(restaurant, name, "caller", limits, NOW) for name in ("CA1", "CA1", "CA2")]
    assert places == ["admitted", "admitted", "caller_calls"]
    await store.admission.stay(restaurant, "CA1", "caller", NOW)
    await store.admission.hung_up_silently(restaurant, "CA1", "caller", NOW)
    await store.admission.leave(restaurant, "CA1", "caller")
    await store.admission.block(restaurant, "caller", "34", 1, NOW)
    assert await store.admission.admit(restaurant, "CA3", "caller", limits, NOW) == "blocked"
    assert len(await store.admission.blocked(restaurant, NOW)) == 1
    assert await store.admission.unblock(restaurant, "caller") is True
    assert await store.once(restaurant, "k", "a") == await store.once(restaurant, "k", "b") == "a"
    found = await store.find_call(call)
    assert found is not None
    assert found.restaurant_id == restaurant
    await store.end_call(restaurant, call)


async def deliver_everything(store: SessionStore) -> list[str]:
    """The ids of all deliveries, each retried once before it is done."""
    outbox, delivered = Outbox(store, "worker"), []
    await outbox.prepare()
    await outbox.prepare()
    for round_ in range(2):
        for group in outbox.groups:
            await outbox.wake_due(group, 1)
            for token in await outbox.read(group, 10, 0.01):
                head = await outbox.head(token)
                assert head is not None
                if round_ == 0:
                    assert await outbox.retry(token, head, 1)
                else:
                    assert head.tries == 1
                    assert await outbox.finish(token, head, dead="tried", now_ms=2) is None
                    delivered.append(head.delivery.id)
    for number in range(keys.PARTITIONS):
        assert await outbox.claim_stuck(number, 0, 10) == []
    await outbox.disable("r1", "endpoint", "gone")
    assert await outbox.disabled("r1", "endpoint") == "gone"
    await outbox.leave()
    return delivered


async def test_every_partition_works_on_a_cluster(cluster_store: SessionStore) -> None:
    store = cluster_store
    assert len(RESTAURANTS) == keys.PARTITIONS
    assert (await store.health()).problem is None
    await asyncio.gather(*(take_an_order(store, restaurant) for restaurant in RESTAURANTS.values()))
    async with EventLog(store) as log:
        for restaurant in RESTAURANTS.values():
            log.open(restaurant, f"CA-{restaurant}", None)
            log.append(f"CA-{restaurant}", [("late", "{}")])
            await log.flushed(f"CA-{restaurant}")
    assert sorted(await deliver_everything(store)) == sorted(f"{name}_1" for name in RESTAURANTS.values())


async def test_a_master_that_no_sentinel_knows_is_a_problem_that_is_told(sentinel_url: str) -> None:
    async with await open_store(f"{sentinel_url.rpartition('/')[0]}/unknown") as store:
        assert (await store.health()).problem is not None


async def replicated(master: Server) -> None:
    """Wait until the replica has what the master has."""
    assert await asyncio.to_thread(master.ask, "WAIT", 1, 5000) == 1


async def test_a_master_is_killed_and_what_its_replica_had_goes_on(tmp_path: Path) -> None:
    """Whoever was acknowledged and replicated is not lost, writing goes on by itself, older legs stay fenced off."""
    news: list[bool] = []
    with SentinelSet(tmp_path) as servers:
        async with (
            await open_store(servers.url) as store,
            EventLog(store, on_away=news.append) as log,
        ):
            await store.begin_call("r1", "CA1", [("e1", "{}")], NOW)
            zombie = await store.claim_leg("r1", "CA1", 1, "n1", "a", 60)
            claim = await store.claim_leg("r1", "CA1", 2, "n2", "b", 60)
            log.open("r1", "CA1", claim.fence)
            log.append("CA1", [("before", "{}")], Hold("caller", "o1", '{"v":1}'))
            await log.flushed("CA1")
            placed = {"order_id": "o0", "version": 1, "order": "{}", "events": [], "now": NOW}
            message = Delivery("o0_1", "o0", "order.confirmed", "{}")
            assert await store.submit("r1", "CA0", None, delivery=message, **placed) == "submitted"
            await replicated(servers.master)
            servers.master.kill()
            for number in range(20):
                log.append("CA1", [(f"during {number}", "{}")])
            with pytest.raises(StoreUnavailableError):
                await within(PATIENCE, lambda: store.held_order("r1", "caller"))
            async with asyncio.timeout(20):
                await log.flushed("CA1")
            await until(lambda: news == [True, False])
            found = [entry.event_id for entry in await store.read_log("r1", "CA1")]
            assert found == ["e1", "before", *(f"during {number}" for number in range(20))]
            assert servers.replica.ask("EXISTS", keys.call_keys("r1", "CA1").log) == 1
            held = await store.held_order("r1", "caller")
            assert held is not None
            assert held.order == '{"v":1}'
            with pytest.raises(LeaseLostError):
                await store.append("r1", "CA1", zombie.fence, [("zombie", "{}")])
            assert await store.submit("r1", "CA0", None, delivery=message, **placed) == "already"
            assert await deliver_everything(store) == ["o0_1"]


async def test_a_claim_that_a_fail_over_forgot_is_made_good_by_what_its_leg_writes(store: SessionStore) -> None:
    """The fence of the newest leg was acknowledged and not replicated: its first write raises it again."""
    await store.begin_call("r1", "CA1", [("e1", "{}")], NOW)
    older = await store.claim_leg("r1", "CA1", 1, "n1", "a", 60)
    newest = await store.claim_leg("r1", "CA1", 2, "n2", "b", 60)
    await store.connection.command("HSET", keys.call_keys("r1", "CA1").fence, "fence", older.fence, "leg", 1)
    await store.append("r1", "CA1", newest.fence, [("newest", "{}")])
    with pytest.raises(LeaseLostError):
        await store.append("r1", "CA1", older.fence, [("older", "{}")])
    assert (await store.claim_leg("r1", "CA1", 3, "n3", "c", 60)).fence > newest.fence


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - told by a callback
            await asyncio.sleep(0.01)


async def within(seconds: float, ask: Callable[[], Awaitable[object]]) -> object:
    """What a question to the store gives, in time."""
    began = monotonic()
    try:
        return await ask()
    finally:
        assert monotonic() - began < seconds


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # redis-py drops connections to a node it gives up
@pytest.mark.parametrize("how", ["killed", "hangs"])
async def test_of_a_cluster_whose_node_is_away_only_its_own_partitions_fail_and_in_bounded_time(
    tmp_path: Path, how: str
) -> None:
    with Cluster(tmp_path) as cluster:
        async with await open_store(cluster.url) as store, EventLog(store) as log:
            for restaurant in RESTAURANTS.values():
                assert await store.begin_call(restaurant, f"CA-{restaurant}", [("e1", "{}")], NOW)
                log.open(restaurant, f"CA-{restaurant}", None)
            away = cluster.owner(keys.call_keys("r0", "CA-r0").log)
            of = {name: cluster.owner(keys.live_key(name)) is away for name in RESTAURANTS.values()}
            lost, served = ([name for name, gone in of.items() if gone is wanted] for wanted in (True, False))
            assert lost
            assert served
            away.kill() if how == "killed" else away.stop_answering()
            for name in RESTAURANTS.values():
                log.append(f"CA-{name}", [("e2", "{}")])

            async def fails(name: str) -> None:
                with pytest.raises(StoreUnavailableError):
                    await within(PATIENCE, lambda: store.read_log(name, f"CA-{name}"))

            async def goes_on(name: str) -> None:
                await within(2.0, lambda: log.flushed(f"CA-{name}"))
                log.append(f"CA-{name}", [("e3", "{}")])
                await within(2.0, lambda: log.flushed(f"CA-{name}"))
                await within(2.0, lambda: store.append(name, f"CA-{name}", None, [("e4", "{}")]))
                found = await store.read_log(name, f"CA-{name}")
                assert [entry.event_id for entry in found] == ["e1", "e2", "e3", "e4"]

            await asyncio.gather(*map(fails, lost[:2]), *map(goes_on, served))
            if how == "hangs":  # and comes back: what waited for it is written
                away.go_on()
                async with asyncio.timeout(20):
                    await asyncio.gather(*(log.flushed(f"CA-{name}") for name in lost))
    gc.collect()  # here, where what is dropped is known
