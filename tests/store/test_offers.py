"""The 86 list and the quote time in a real store."""

from datetime import UTC, datetime

from gateway.orders.offer import AS_THE_MENU_SAYS
from gateway.orders.sold_out import SoldOutEntry
from gateway.store import SessionStore, keys

R = "casa-verde"
NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)


async def test_without_anything_said_the_menu_holds(store: SessionStore) -> None:
    assert await store.offers.read(R) == AS_THE_MENU_SAYS


async def test_what_is_out_and_back(store: SessionStore) -> None:
    await store.offers.sell_out(R, "tiramisu")
    await store.offers.sell_out(R, "toppings/basil", NOON)
    await store.offers.sell_out("other", "coke")
    offer = await store.offers.read(R)
    assert offer.sold_out.entries == (SoldOutEntry("tiramisu"), SoldOutEntry("toppings/basil", NOON))
    await store.offers.sell_out(R, "tiramisu", NOON)
    assert (await store.offers.read(R)).sold_out.entry("tiramisu", NOON) is None
    assert await store.offers.bring_back(R, "tiramisu") is True
    assert await store.offers.bring_back(R, "tiramisu") is False
    assert not (await store.offers.read(R)).sold_out.item("tiramisu", NOON)


async def test_the_quote_time(store: SessionStore) -> None:
    await store.offers.quote(R, 45)
    assert (await store.offers.read(R)).quote_minutes == 45
    await store.offers.quote(R, None)
    assert await store.offers.read(R) == AS_THE_MENU_SAYS


async def test_a_list_that_nobody_touches_is_forgotten_in_the_end(store: SessionStore) -> None:
    await store.offers.quote(R, 45)
    assert 0 < int(str(await store.connection.command("TTL", keys.offer_key(R)))) <= keys.OFFER_S


async def test_what_somebody_else_wrote_there_is_passed_over(store: SessionStore) -> None:
    await store.connection.command("HSET", keys.offer_key(R), "quote", "soon", "colour", "red")
    assert await store.offers.read(R) == AS_THE_MENU_SAYS
