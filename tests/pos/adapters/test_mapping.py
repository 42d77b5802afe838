"""Which entries of a menu have no id, where they stand, and that an order of the others has everything by id."""

import pytest

from gateway.pos.adapters.mapping import SYSTEMS, VendorSystem, mapping_gaps
from tests.orders.osteria import with_item
from tests.pos.adapters.orders import with_ids


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_menu_with_all_ids_has_no_gaps(system: VendorSystem) -> None:
    assert mapping_gaps(with_ids(), system) == ()


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_entry_without_an_id_is_told_by_its_place(system: VendorSystem) -> None:
    gaps = mapping_gaps(with_ids(lambda kind, entry_id: False), system)
    menu = with_ids()
    options = sum(len(group.options) for group in menu.modifier_groups)
    items = len(menu.items) if system == "toast" else sum(len(item.variations) for item in menu.items)
    groups = len(menu.modifier_groups) if system == "toast" else 0
    assert len(gaps) == items + groups + options
    assert len({gap.path for gap in gaps}) == len(gaps)
    assert all(f'"pos_ids": {{"{system}": "<' in gap.need for gap in gaps)


def test_a_size_is_told_by_name_and_by_what_becomes_of_it() -> None:
    menu = with_ids(lambda kind, entry_id: entry_id not in ("margherita-m-large", "cheese"))
    size, choice = mapping_gaps(menu, "square")
    assert (size.path, size.kind, size.name) == ("items[0].variations[1]", "size", "Margherita, large")
    assert (size.need, size.effect) == (
        '"pos_ids": {"square": "<CatalogItemVariation id>"}',
        "goes as an ad hoc line with its name and price",
    )
    assert (choice.path, choice.kind, choice.name) == (
        "modifier_groups[0].options[1]",
        "choice",
        "toppings: extra cheese",
    )
    toast = mapping_gaps(menu, "toast")[0]
    assert (toast.path, toast.effect) == ("items[0].variations[1]", "orders with it cannot be delivered")
    assert "size group GUID" in toast.need


def test_clover_takes_the_id_of_an_item_for_its_only_form() -> None:
    none = with_ids(lambda kind, entry_id: kind == "choice")
    before = {gap.name for gap in mapping_gaps(none, "clover")}
    menu = with_item(with_item(none, "coke", pos_ids={"clover": "C1"}), "tea", pos_ids={"clover": "C2"})
    after = {gap.name for gap in mapping_gaps(menu, "clover")}
    assert before - after == {"Coke"}


def test_toast_takes_sizes_that_are_items_of_their_own() -> None:
    menu = with_item(with_ids(lambda kind, entry_id: entry_id != "margherita-m-small"), "margherita", pos_ids={})
    [gap] = mapping_gaps(menu, "toast")
    assert (gap.path, gap.name) == ("items[0].variations[0]", "Margherita, small")
    assert "<menu group GUID>/<item GUID>" in gap.need


def test_a_dimension_that_the_menu_lost_leaves_the_name_of_the_item() -> None:
    menu = with_ids(lambda kind, entry_id: entry_id != "calzone-c-large").model_copy(update={"dimensions": ()})
    assert [gap.name for gap in mapping_gaps(menu, "square")] == ["Calzone"]
