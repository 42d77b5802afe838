"""The logs of many calls, written behind their backs, also while the store is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store import (
    EmbeddedServer,
    EventLog,
    Hold,
    LeaseLostError,
    LogIncompleteError,
    SessionStore,
    StoreError,
    keys,
    open_store,
)

R = "casa-verde"


@pytest.fixture
async def log(store: SessionStore) -> AsyncIterator[EventLog]:
    async with EventLog(store) as log:
        yield log


async def events_of(store: SessionStore, call_id: str, restaurant: str = R) -> list[str]:
    return [entry.event_id for entry in await store.read_log(restaurant, call_id)]


async def test_what_is_appended_is_in_the_store_after_flushed(store: SessionStore, log: EventLog) -> None:
    log.open(R, "CA1", None)
    await log.flushed("CA1")
    log.append("CA1", [("a", "{}"), ("b", "{}")], Hold("caller", "o1", "{}"))
    log.append("CA1", [("c", "{}")])
    assert log.waiting == 3
    await log.flushed("CA1")
    assert await events_of(store, "CA1") == ["a", "b", "c"]
    assert await store.held_order(R, "caller") is not None
    assert (log.waiting, log.dropped) == (0, 0)


async def test_events_are_written_without_anybody_waiting_for_them(store: SessionStore, log: EventLog) -> None:
    log.open(R, "CA1", None)
    async with asyncio.timeout(5):
        for event_id in ("a", "b"):
            log.append("CA1", [(event_id, "{}")])
            while log.waiting:  # noqa: ASYNC110 - nothing tells of a write, on purpose
                await asyncio.sleep(0.001)
    assert await events_of(store, "CA1") == ["a", "b"]


async def test_many_calls_of_many_restaurants_keep_their_order(store: SessionStore, log: EventLog) -> None:
    calls = {f"CA{n}": f"restaurant{n % 7}" for n in range(40)}
    for call_id, restaurant in calls.items():
        log.open(restaurant, call_id, None)
    for event in range(30):
        for call_id in calls:
            log.append(call_id, [(f"{event}", "{}")])
        await asyncio.sleep(0)
    await asyncio.gather(*(log.flushed(call_id) for call_id in calls))
    for call_id, restaurant in calls.items():
        assert await events_of(store, call_id, restaurant) == [str(event) for event in range(30)]


async def test_more_than_one_script_holds_is_written_in_order_with_the_hold_last(
    store: SessionStore, log: EventLog
) -> None:
    log.open(R, "CA1", None)
    log.append("CA1", [(str(n), "{}") for n in range(1300)], Hold("caller", "o1", "{}"))
    await log.flushed("CA1")
    assert await events_of(store, "CA1") == [str(n) for n in range(1300)]
    assert await store.held_order(R, "caller") is not None


async def test_a_hold_alone_is_written_too(store: SessionStore, log: EventLog) -> None:
    log.open(R, "CA1", None)
    log.append("CA1", [], Hold("caller", "o1", "{}"))
    await log.flushed("CA1")
    assert await store.held_order(R, "caller") is not None


async def test_a_lost_lease_is_told_and_spares_the_other_calls(store: SessionStore) -> None:
    lost: list[tuple[str, StoreError]] = []
    old = await store.claim_leg(R, "CA1", 1, "n1", "a", 10)
    new = await store.claim_leg(R, "CA1", 2, "n2", "b", 10)
    async with EventLog(store, on_lost=lambda call_id, why: lost.append((call_id, why))) as log:
        log.open(R, "CA1", old.fence)
        log.open(R, "CA2", None)
        log.append("CA1", [("zombie", "{}")])
        log.append("CA2", [("fine", "{}")])
        await log.flushed("CA2")
        with pytest.raises(LeaseLostError):
            await log.flushed("CA1")
        log.append("CA1", [("zombie again", "{}")])
        with pytest.raises(LeaseLostError):
            await log.flushed("CA1")
        assert [(call_id, type(why)) for call_id, why in lost] == [("CA1", LeaseLostError)]
        assert log.dropped == 2
        log.open(R, "CA1", new.fence)
        log.append("CA1", [("newest", "{}")])
        await log.flushed("CA1")
    assert await events_of(store, "CA1") == ["newest"]
    assert await events_of(store, "CA2") == ["fine"]


async def test_a_new_leg_in_the_same_process_goes_on_with_its_fence(store: SessionStore, log: EventLog) -> None:
    first = await store.claim_leg(R, "CA1", 1, "n1", "a", 10)
    log.open(R, "CA1", first.fence)
    second = await store.claim_leg(R, "CA1", 2, "n2", "a", 10)
    log.open(R, "CA1", second.fence)
    log.append("CA1", [("a", "{}")])
    await log.flushed("CA1")
    assert await events_of(store, "CA1") == ["a"]


async def test_what_an_elder_leg_had_not_written_is_not_written_under_the_new_fence(
    store: SessionStore, log: EventLog
) -> None:
    first = await store.claim_leg(R, "CA1", 1, "n1", "a", 10)
    second = await store.claim_leg(R, "CA1", 2, "n2", "a", 10)
    log.open(R, "CA1", first.fence)
    log.append("CA1", [("unknown to the new leg", "{}")])
    log.open(R, "CA1", second.fence)
    log.append("CA1", [("known", "{}")])
    await log.flushed("CA1")
    assert await events_of(store, "CA1") == ["known"]
    assert (log.waiting, log.dropped) == (0, 1)


async def test_what_a_call_has_too_much_is_cut_off_at_its_end(store: SessionStore) -> None:
    lost: list[str] = []
    async with EventLog(store, on_lost=lambda call_id, _: lost.append(call_id), max_waiting_per_call=3) as log:
        log.open(R, "CA1", None)
        for event_id in "abcde":
            log.append("CA1", [(event_id, "{}")])
        with pytest.raises(LogIncompleteError):
            await log.flushed("CA1")
        assert (lost, log.dropped) == (["CA1"], 2)
    assert await events_of(store, "CA1") == ["a", "b", "c"], "a clean beginning"


async def test_the_bound_over_all_calls_cuts_the_call_that_crosses_it(store: SessionStore) -> None:
    async with EventLog(store, max_waiting=2) as log:
        log.open(R, "CA1", None)
        log.open(R, "CA2", None)
        log.append("CA1", [("a", "{}"), ("b", "{}")])
        log.append("CA2", [("c", "{}")])
        await log.flushed("CA1")
        with pytest.raises(LogIncompleteError):
            await log.flushed("CA2")


async def test_one_call_that_the_store_refuses_spares_the_others(store: SessionStore, log: EventLog) -> None:
    await store.connection.command("SET", keys.call_keys(R, "CA1").log, "not a stream")
    log.open(R, "CA1", None)
    log.open(R, "CA2", None)
    log.append("CA1", [("a", "{}")])
    log.append("CA2", [("b", "{}")])
    await log.flushed("CA2")
    with pytest.raises(LogIncompleteError):
        await log.flushed("CA1")
    assert await events_of(store, "CA2") == ["b"]
    assert log.away is False


async def test_closing_forgets_what_waits(store: SessionStore, log: EventLog) -> None:
    log.open(R, "CA1", None)
    log.append("CA1", [("a", "{}")])
    waiter = asyncio.create_task(log.flushed("CA1"))
    await asyncio.sleep(0)
    log.close("CA1")
    log.close("CA1")
    with pytest.raises(LogIncompleteError):
        await waiter
    assert (log.waiting, log.dropped) == (0, 1)


async def test_leaving_writes_what_waits(store: SessionStore) -> None:
    async with EventLog(store) as log:
        log.open(R, "CA1", None)
        log.append("CA1", [(str(n), "{}") for n in range(1200)])
    assert len(await events_of(store, "CA1")) == 1200
    assert log.dropped == 0


async def test_while_the_store_is_away_events_wait_and_are_caught_up(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    await asyncio.to_thread(server.start)
    news: list[bool] = []
    gone = asyncio.Event()

    def on_away(away: bool) -> None:
        news.append(away)
        gone.set()

    async with await open_store(server.url) as store, EventLog(store, on_away=on_away) as log:
        log.open(R, "CA1", None)
        log.append("CA1", [("before", "{}")])
        await log.flushed("CA1")
        await asyncio.to_thread(server.close)
        log.append("CA1", [("during", "{}")])
        async with asyncio.timeout(10):
            await gone.wait()
        assert log.waiting == 1
        server = EmbeddedServer(tmp_path)
        await asyncio.to_thread(server.start)
        log.append("CA1", [("after", "{}")])
        await log.flushed("CA1")
        assert await events_of(store, "CA1") == ["before", "during", "after"]
        assert news == [True, False]
    await asyncio.to_thread(server.close)


async def test_leaving_while_the_store_is_away_does_not_hang(tmp_path: Path) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as store, EventLog(store) as log:
        log.open(R, "CA1", None)
        log.append("CA1", [("a", "{}")])
    assert log.dropped == 1
