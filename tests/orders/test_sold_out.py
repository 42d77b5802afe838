from datetime import UTC, datetime, timedelta

from gateway.orders.sold_out import SoldOut, SoldOutEntry, known_refs, option_ref

NOW = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)


def test_an_entry_holds_until_its_time() -> None:
    listed = SoldOut((SoldOutEntry("tiramisu"), SoldOutEntry("coke", NOW + timedelta(minutes=5))))
    assert listed.item("tiramisu", NOW + timedelta(days=9))
    assert listed.item("coke", NOW)
    assert not listed.item("coke", NOW + timedelta(minutes=5))
    assert not listed.item("sprite", NOW)


def test_a_choice_is_named_with_its_group() -> None:
    listed = SoldOut((SoldOutEntry(option_ref("toppings", "basil")),))
    assert listed.option("toppings", "basil", NOW)
    assert not listed.option("herbs", "basil", NOW)
    assert not listed.item("basil", NOW)


def test_what_a_menu_can_put_on_the_list() -> None:
    assert known_refs(["coke"], [("toppings", "basil")]) == {"coke", "toppings/basil"}
