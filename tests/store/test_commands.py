"""Commands of staff: they wait in order, are taken once, and leave nothing for ever."""

from datetime import UTC, datetime
from typing import cast

from gateway.call.kitchen import KitchenNews
from gateway.call.staff import MAX_HINT, StaffCommand
from gateway.store import Delivery, SessionStore, keys_without_expiry
from gateway.store.commands import MOST_WAITING
from gateway.store.keys import LIVE_S, commands_key, partition, queue_key
from gateway.store.pos_status import PosStatusStore

HOUSE = "casa-verde"


async def test_commands_wait_in_order_until_they_are_taken(store: SessionStore) -> None:
    first = await store.commands.give(HOUSE, "CA1", "hint", text="no\nbasil " + "x" * 1000, who="Rosa\t")
    second = await store.commands.give(HOUSE, "CA2", "end")
    one, two = await store.commands.waiting(HOUSE)
    assert isinstance(one, StaffCommand)
    assert isinstance(two, StaffCommand)
    assert (one.id, one.call_id, one.action, one.who) == (first, "CA1", "hint", "Rosa")
    assert one.text.startswith("no basil x")
    assert len(one.text) == MAX_HINT
    assert (two.id, two.call_id, two.action, two.text) == (second, "CA2", "end", "")
    assert await store.commands.waiting(HOUSE, "CA2") == (two,)
    assert await store.commands.waiting("golden-bowl") == ()
    for _ in range(2):
        await store.commands.taken(HOUSE, first)
    assert await store.commands.waiting(HOUSE) == (two,)


async def test_commands_expire_and_are_bounded(store: SessionStore) -> None:
    for _ in range(MOST_WAITING + 20):
        last = await store.commands.give(HOUSE, "CA1", "end")
    waiting = await store.commands.waiting(HOUSE)
    assert len(waiting) == MOST_WAITING
    assert waiting[-1].id == last
    left = await store.connection.command("TTL", commands_key(HOUSE))
    assert isinstance(left, int)
    assert 0 < left <= LIVE_S


async def test_what_another_version_wrote_is_passed_over(store: SessionStore) -> None:
    await store.connection.command("XADD", commands_key(HOUSE), "*", "action", "juggle", "call", "CA1")
    await store.connection.command("XADD", commands_key(HOUSE), "*", "action", "end")
    assert [command.call_id for command in await store.commands.waiting(HOUSE)] == [""]


async def test_a_status_reaches_a_call_that_is_on_and_no_other(store: SessionStore) -> None:
    now, ready = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
    statuses = PosStatusStore(store.connection, store.retention_s)
    for call in ("CA1", "CA2"):
        await store.begin_call(HOUSE, call, [("start", "{}")], now)
        order = Delivery(f"order-{call}_1", f"order-{call}", "order.confirmed", "{}")
        await store.submit(
            HOUSE, call, None, order_id=order.queue, version=1, order="{}", delivery=order, events=[], now=now
        )
    await store.end_call(HOUSE, "CA2")
    told = Delivery("s1", "order-CA1", "order.status", "{}")
    for call, status, reason in (("CA1", "accepted", None), ("CA2", "rejected", "no dough"), ("CA1", "rejected", "no")):
        placed = await statuses.read(HOUSE, f"order-{call}")
        assert placed is not None
        assert await statuses.move(HOUSE, placed, status, now, deliveries=[told], reason=reason, ready_at=ready)
    accepted, rejected = await store.commands.waiting(HOUSE)
    assert accepted == KitchenNews(accepted.id, "CA1", "order-CA1", "accepted", "", ready)
    assert rejected == KitchenNews(rejected.id, "CA1", "order-CA1", "rejected", "no", ready)
    await store.commands.taken(HOUSE, accepted.id)
    assert await store.commands.waiting(HOUSE, "CA1") == (rejected,)
    queue = cast(
        "list[tuple[str, dict[str, str]]]",
        await store.connection.command("XRANGE", queue_key(partition(HOUSE), "order-CA1"), "-", "+"),
    )
    assert [fields["id"] for _, fields in queue] == ["order-CA1_1", "s1"], "behind the order, once"
    assert await keys_without_expiry(store.connection) == []


async def test_a_status_of_another_version_is_passed_over(store: SessionStore) -> None:
    fields = ("action", "kitchen", "call", "CA1", "order", "order-CA1")
    await store.connection.command("XADD", commands_key(HOUSE), "*", *fields, "status", "burnt")
    await store.connection.command("XADD", commands_key(HOUSE), "*", *fields, "status", "ready")
    (news,) = await store.commands.waiting(HOUSE)
    assert isinstance(news, KitchenNews)
    assert (news.status, news.reason, news.ready_at) == ("ready", "", None)
