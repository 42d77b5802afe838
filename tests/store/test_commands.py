"""Commands of staff: they wait in order, are taken once, and leave nothing for ever."""

from gateway.call.staff import MAX_HINT
from gateway.store import SessionStore
from gateway.store.commands import MOST_WAITING
from gateway.store.keys import LIVE_S, commands_key

HOUSE = "casa-verde"


async def test_commands_wait_in_order_until_they_are_taken(store: SessionStore) -> None:
    first = await store.commands.give(HOUSE, "CA1", "hint", text="no\nbasil " + "x" * 1000, who="Rosa\t")
    second = await store.commands.give(HOUSE, "CA2", "end")
    one, two = await store.commands.waiting(HOUSE)
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
