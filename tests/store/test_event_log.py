"""The logs of many calls, written behind their backs, also while the store is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.store import (
    Delivery,
    EmbeddedServer,
    EventLog,
    Hold,
    LeaseLostError,
    LogIncompleteError,
    SessionStore,
    StoreError,
    StoreUnavailableError,
    keys,
    keys_without_expiry,
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


async def test_what_waits_when_a_call_ends_is_written_all_the_same_and_then_forgotten(
    store: SessionStore, log: EventLog
) -> None:
    log.open(R, "CA1", None)
    log.append("CA1", [("a", "{}")])
    waiter = asyncio.create_task(log.flushed("CA1"))
    await asyncio.sleep(0)
    log.close("CA1")
    assert log.holds("CA1")
    await waiter
    assert not log.holds("CA1")
    log.close("CA1")
    log.submitted("CA1", "too late")
    assert await events_of(store, "CA1") == ["a"]
    assert (log.waiting, log.dropped) == (0, 0)


async def test_an_ended_call_whose_lease_is_lost_is_forgotten(store: SessionStore, log: EventLog) -> None:
    old = await store.claim_leg(R, "CA1", 1, "n1", "a", 10)
    await store.claim_leg(R, "CA1", 2, "n2", "b", 10)
    log.open(R, "CA1", old.fence)
    log.append("CA1", [("zombie", "{}")])
    log.close("CA1")
    await until_forgotten(log, "CA1")
    assert await events_of(store, "CA1") == []


async def until_forgotten(log: EventLog, call_id: str) -> None:
    async with asyncio.timeout(5):
        while log.holds(call_id):  # noqa: ASYNC110 - nothing tells of a write, on purpose
            await asyncio.sleep(0.001)


class Leg:
    """A call with a log of three events, of which the last was put there by a submit."""

    def __init__(self, store: SessionStore, log: EventLog, fence: int) -> None:
        self.store = store
        self.log = log
        self.fence = fence

    @classmethod
    async def of(cls, store: SessionStore, log: EventLog) -> "Leg":
        assert await store.begin_call(R, "CA1", [("start", "{}")], datetime.now(UTC))
        claim = await store.claim_leg(R, "CA1", 1, "n1", "a", 10)
        log.open(R, "CA1", claim.fence, [(entry.event_id, entry.event) for entry in claim.log])
        leg = cls(store, log, claim.fence)
        assert await leg.write("a") == ["start", "a"]
        await store.append(R, "CA1", None, [("submit", "{}")])
        log.submitted("CA1", "submit")
        return leg

    async def write(self, *event_ids: str) -> list[str]:
        self.log.append("CA1", [(event_id, "{}") for event_id in event_ids])
        await self.log.flushed("CA1")
        return await events_of(self.store, "CA1")


@pytest.fixture
async def restored() -> list[str]:
    """Calls that the log was told to have brought back."""
    return []


@pytest.fixture
async def leg(store: SessionStore, restored: list[str]) -> AsyncIterator[Leg]:
    async with EventLog(store, on_restored=restored.append) as log:
        yield await Leg.of(store, log)


async def test_a_store_that_has_forgotten_everything_is_given_the_log_again(leg: Leg, restored: list[str]) -> None:
    await leg.store.connection.command("FLUSHALL")
    await leg.store.append(R, "CA1", None, [("by a webhook", "{}")])
    assert await leg.write("b") == ["start", "a", "by a webhook", "b"]
    assert restored == ["CA1"]
    assert await leg.write("c") == ["start", "a", "by a webhook", "b", "c"], "once"
    assert restored == ["CA1"]
    assert [call.call_id for call in await leg.store.live_calls(R, datetime.now(UTC))] == ["CA1"]
    found = await leg.store.find_call("CA1")
    assert found is not None
    assert found.restaurant_id == R
    for name in await leg.store.connection.command("KEYS", "*"):  # type: ignore[attr-defined]  # a list
        assert int(str(await leg.store.connection.command("TTL", name))) > 0, name


async def test_one_that_has_lost_the_newest_is_given_it_again_before_anything_new(
    leg: Leg, restored: list[str]
) -> None:
    call = keys.call_keys(R, "CA1")
    assert await leg.write("b") == ["start", "a", "submit", "b"]
    newest = (await leg.store.read_log(R, "CA1"))[-1]
    await leg.store.connection.command("XDEL", call.log, newest.position)
    await leg.store.connection.command("SREM", call.seen, "b")
    assert await leg.write("c") == ["start", "a", "b", "submit", "c"]
    assert restored == ["CA1"]


async def test_an_order_alone_that_was_lost_is_noticed(leg: Leg, restored: list[str]) -> None:
    await leg.store.connection.command("SREM", keys.call_keys(R, "CA1").seen, "submit")
    await leg.write()
    assert restored == ["CA1"]


async def test_that_the_log_stands_is_asked_without_an_event(leg: Leg, restored: list[str]) -> None:
    assert await leg.write() == ["start", "a", "submit"]
    await leg.store.connection.command("FLUSHALL")
    assert await leg.write() == ["start", "a"]
    assert restored == ["CA1"]


async def test_fences_stay_above_those_of_before_though_the_store_has_forgotten_them(leg: Leg) -> None:
    await leg.store.connection.command("FLUSHALL")
    newer = await leg.store.claim_leg(R, "CA1", 2, "n2", "b", 10)
    assert newer.fence > leg.fence
    with pytest.raises(LeaseLostError):
        await leg.write("zombie")
    await leg.store.connection.command("FLUSHALL")
    assert await leg.store.restore(R, "CA1", newer.fence, [("b", "{}")], datetime.now(UTC))
    assert not await leg.store.restore(R, "CA1", leg.fence, [("zombie", "{}")], datetime.now(UTC))
    assert (await leg.store.claim_leg(R, "CA1", 2, "n3", "c", 10)).leg == 3, "the leg is known again"


async def test_a_zombie_does_not_bring_its_log_back(leg: Leg, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newer leg claims between the two steps."""
    really = leg.store.restore

    async def restore(*words: Any) -> bool:
        await leg.store.claim_leg(R, "CA1", 2, "n2", "b", 10)
        return await really(*words)

    monkeypatch.setattr(leg.store, "restore", restore)
    await leg.store.connection.command("FLUSHALL")
    with pytest.raises(LeaseLostError):
        await leg.write("zombie")
    assert await events_of(leg.store, "CA1") == []


async def test_a_newer_leg_here_while_the_log_is_brought_back(leg: Leg, monkeypatch: pytest.MonkeyPatch) -> None:
    really = leg.store.restore

    async def restore(*words: Any) -> bool:
        claim = await leg.store.claim_leg(R, "CA1", 2, "n2", "b", 10)
        leg.log.open(R, "CA1", claim.fence)
        return await really(*words)

    monkeypatch.setattr(leg.store, "restore", restore)
    await leg.store.connection.command("FLUSHALL")
    with pytest.raises(LeaseLostError):
        await leg.write("zombie")
    monkeypatch.undo()
    assert await leg.write("new") == ["new"]


async def test_a_store_that_goes_while_the_log_is_brought_back_is_asked_again(
    leg: Leg, restored: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    really, left = leg.store.restore, iter([StoreUnavailableError("away")])

    async def restore(*words: Any) -> bool:
        for error in left:
            raise error
        return await really(*words)

    monkeypatch.setattr(leg.store, "restore", restore)
    await leg.store.connection.command("FLUSHALL")
    assert await leg.write("b") == ["start", "a", "b"]
    assert restored == ["CA1"]


async def test_a_log_that_the_store_refuses_to_take_back_is_cut(leg: Leg) -> None:
    await leg.store.connection.command("FLUSHALL")
    await leg.store.connection.command("SET", keys.live_key(R), "not a sorted set")
    with pytest.raises(LogIncompleteError):
        await leg.write("b")


async def test_a_log_too_long_to_be_remembered_goes_on_where_it_is(
    store: SessionStore, restored: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.pending.MOST_REMEMBERED", 1)
    async with EventLog(store, on_restored=restored.append) as log:
        leg = await Leg.of(store, log)
        await store.connection.command("FLUSHALL")
        assert await leg.write("b") == ["b"], "that a submit was lost is known, but not what was before it"
        await store.connection.command("FLUSHALL")
        assert await leg.write("c") == ["c"]
    assert restored == []


async def test_a_store_that_does_not_answer_is_away_before_its_client_gives_up(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.event_log.AWAY_AFTER_S", 0.1)
    news: list[bool] = []
    async with await open_store(valkey_url) as store, EventLog(store, on_away=news.append) as log:
        await store.connection.command("FLUSHALL")
        log.open(R, "CA1", None)
        await store.connection.command("CLIENT", "PAUSE", 700, "WRITE")
        log.append("CA1", [("a", "{}")])
        await log.flushed("CA1")
        assert news[0] is True
        log.append("CA1", [("b", "{}")])
        await log.flushed("CA1")
    assert news == [True, False], "once for each outage"


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


# --- what the POS is told of events ---


def message(name: str, queue: str = "CA1") -> Delivery:
    return Delivery(name, queue, "message.left", f'{{"about":"{name}"}}')


async def enqueued(store: SessionStore, queue: str = "CA1") -> list[str]:
    """The ids of the messages that wait in a queue."""
    found: Any = await store.connection.command("XRANGE", keys.queue_key(keys.partition(R), queue), "-", "+")
    return [fields["id"] for _, fields in found]


async def test_messages_go_with_their_events_and_in_their_order(store: SessionStore, log: EventLog) -> None:
    log.open(R, "CA1", None)
    log.append("CA1", [("a", "{}")], Hold("caller", "o1", "{}"), [message("m1")])
    log.append("CA1", [("b", "{}")])
    log.append("CA1", [], deliveries=[message("m2"), message("m1")])
    log.append("CA1", [], deliveries=[message("other", "o1")])
    await log.flushed("CA1")
    assert await events_of(store, "CA1") == ["a", "b"]
    assert (await enqueued(store), await enqueued(store, "o1")) == (["m1", "m2"], ["other"])
    outbox: Any = await store.connection.command("XRANGE", keys.outbox_key(keys.partition(R)), "-", "+")
    assert [fields["q"] for _, fields in outbox] == ["CA1", "o1"], "one token for each queue"
    assert await store.held_order(R, "caller") is not None
    assert await keys_without_expiry(store.connection) == []


async def test_what_an_older_leg_has_to_tell_is_not_told(store: SessionStore) -> None:
    async with EventLog(store) as log:
        leg = await Leg.of(store, log)
        await store.claim_leg(R, "CA1", 2, "n2", "b", 10)
        log.append("CA1", [("late", "{}")], deliveries=[message("m1")])
        with pytest.raises(LeaseLostError):
            await log.flushed("CA1")
        assert await events_of(store, "CA1") == ["start", "a", "submit"]
        assert await enqueued(store) == []
        await store.append(R, "CA2", None, [("x", "{}")], deliveries=[message("m2", "CA2")])
        assert await enqueued(store, "CA2") == ["m2"]
        assert leg.fence == 1


async def test_a_store_that_has_forgotten_messages_is_given_them_again(leg: Leg) -> None:
    leg.log.append("CA1", [("b", "{}")], deliveries=[message("m1")])
    await leg.log.flushed("CA1")
    await leg.store.connection.command("FLUSHALL")
    leg.log.append("CA1", [("c", "{}")], deliveries=[message("m2")])
    assert await leg.write("d") == ["start", "a", "b", "c", "d"]
    assert await enqueued(leg.store) == ["m1", "m2"]


async def test_a_long_batch_tells_nothing_ahead_of_its_event(store: SessionStore, log: EventLog) -> None:
    log.open(R, "CA1", None)
    log.append("CA1", [(f"e{n}", "{}") for n in range(700)])
    log.append("CA1", [("last", "{}")], deliveries=[message("m1")])
    await log.flushed("CA1")
    assert (await events_of(store, "CA1"))[-1] == "last"
    assert await enqueued(store) == ["m1"]
