import json

import pytest

from gateway.orders.menu_file import load_menu
from gateway.orders.restaurant_files import SHIPPED
from tests.orders.raw_menus import Raw, errors, put, shipped, warnings


@pytest.fixture
def raw() -> Raw:
    return shipped("casa-verde")


@pytest.mark.parametrize("restaurant_id", sorted(file.parent.name for file in SHIPPED.glob("*/menu.json")))
def test_the_examples_are_clean(restaurant_id: str) -> None:
    assert warnings(shipped(restaurant_id)) == []


def test_advice_refuses_nothing(raw: Raw) -> None:
    put(raw, "items.4.name", "Coke")
    assert warnings(raw) == ['items[4].name: "Coke" is what items[3] is called, too']
    assert load_menu(json.dumps(raw), "m").item("sprite") is not None


def test_advice_stands_beside_errors(raw: Raw) -> None:
    from gateway.orders.menu_file import examine_menu  # noqa: PLC0415 - only here

    put(put(raw, "items.4.name", "Coke"), "items.0.tax", "toll")
    report = examine_menu(json.dumps(raw), "m")
    assert (report.menu, len(report.errors), len(report.warnings)) == (None, 1, 1)


def test_how_a_name_is_said_and_what_callers_say_are_names_as_well(raw: Raw) -> None:
    put(raw, "items.4.say", "coke")
    put(raw, "items.5.spoken.1", "peperoni")
    assert warnings(raw) == [
        'items[4].say: "coke" is what items[3] is called, too',
        'items[5].spoken[1]: "peperoni" sounds like "Pepperoni" of items[1]',
    ]


def test_choices_of_one_item_are_told_apart_sizes_among_them(raw: Raw) -> None:
    put(raw, "modifier_groups.0.options.3.spoken.1", "mushroom")
    put(raw, "modifier_groups.0.options.0.spoken.1", "large")
    assert warnings(raw) == [
        'modifier_groups[0].options[0].spoken[1]: "large" is what dimensions[0].options[1] is called, too',
        'modifier_groups[0].options[3].spoken[1]: "mushroom" is what modifier_groups[0].options[0] is called, too',
    ]


def test_choices_that_no_item_has_together_may_share_a_name(raw: Raw) -> None:
    put(raw, "modifier_groups.1.options.2.name", "Basil")
    assert warnings(raw) == []


def test_names_in_another_script_need_spoken_ones(raw: Raw) -> None:
    put(put(raw, "items.5.name", "提拉米苏"), "items.5.spoken", [])
    put(raw, "modifier_groups.1.options.0", {"id": "bbq", "name": "烤"})
    put(raw, "dimensions.0.options.0", {"id": "small", "name": "小"})
    assert [line.split(":")[0] for line in warnings(raw)] == [
        "items[5].name",
        "modifier_groups[1].options[0].name",
        "dimensions[0].options[0].name",
    ]


@pytest.mark.parametrize(
    ("item", "small", "large", "told"),
    [
        (0, 900, 800, "items[0].variations[1].price: large is larger than small and costs less"),
        (2, 900, 800, "items[2].variations[1].price: 12 is larger than 6 and costs less"),
        (0, 900, 900, None),
    ],
)
def test_a_larger_one_costs_no_less(raw: Raw, item: int, small: int, large: int, told: str | None) -> None:
    put(put(raw, f"items.{item}.variations.0.price", small), f"items.{item}.variations.1.price", large)
    assert warnings(raw) == ([] if told is None else [told])


def test_what_is_no_size_may_cost_what_it_likes() -> None:
    bowls = shipped("golden-bowl")
    tea = next(at for at, item in enumerate(bowls["items"]) if item["id"] == "jasmine-tea")
    put(bowls, f"items.{tea}.variations.1.price", 100)  # iced, not larger
    put(bowls, "items.2.variations.2.price", 1000)  # glass noodles
    assert warnings(bowls) == []
    put(bowls, "items.2.variations.4.price", 1100)  # king size with rice noodles
    assert warnings(bowls) == ["items[2].variations[4].price: king-rice is larger than regular-rice and costs less"]


def test_sizes_by_number_and_sizes_by_word_are_not_compared(raw: Raw) -> None:
    put(raw, "dimensions.0.options.0", {"id": "small", "name": "10 inches"})
    put(raw, "items.0.variations.1.price", 100)
    assert warnings(raw) == []


def test_a_size_that_is_not_known_is_an_error_and_no_advice(raw: Raw) -> None:
    put(raw, "items.0.variations.0", {"id": "small", "options": {"size": "tiny"}, "price": 9000})
    put(raw, "items.2.variations.0", {"id": "6", "options": {"dozens": "6"}, "price": 9000})
    assert len(errors(raw)) == 3


def test_an_item_without_a_price_is_compared_with_nothing() -> None:
    raw = shipped("casa-verde")
    for item in raw["items"]:
        for variation in item["variations"]:
            variation["price"] = None
    assert warnings(raw) == []


def test_a_half_has_another_half_in_every_size(raw: Raw) -> None:
    put(raw, "items.1.variations", raw["items"][1]["variations"][:1])
    assert warnings(raw) == ["items[0].halves: nothing else in pizza with halves comes in large"]


def test_a_single_choice_on_one_half_leaves_the_other_without(raw: Raw) -> None:
    put(raw, "modifier_groups.1.halves", "sum")
    assert warnings(raw) == [
        "modifier_groups[1].halves: max 1 lets a caller have a choice on one half only, and none on the other"
    ]


def test_an_id_of_a_pos_stands_for_one_entry(raw: Raw) -> None:
    put(raw, "items.0.pos_ids", {"square": "A1", "toast": "A1"})
    put(raw, "items.0.variations.0.pos_ids", {"square": "A2"})
    put(raw, "modifier_groups.0.pos_ids", {"square": "A1"})
    put(raw, "modifier_groups.1.options.0.pos_ids", {"square": "A2"})
    assert warnings(raw) == [
        "modifier_groups[0].pos_ids.square: items[0] has the same id in square",
        "modifier_groups[1].options[0].pos_ids.square: items[0].variations[0] has the same id in square",
    ]


def test_what_nothing_uses_is_told(raw: Raw) -> None:
    raw["dimensions"].append({"id": "crust", "name": "crust", "options": [{"id": "thin", "name": "thin"}]})
    raw["dayparts"].append({"id": "dinner", "name": "dinner", "start": "17:00", "end": "22:00"})
    raw["categories"].append({"id": "salads", "name": "Salads"})
    raw["modifier_groups"].append({"id": "dips", "name": "dips", "options": [{"id": "ranch", "name": "ranch"}]})
    raw["taxes"].append({"id": "alcohol", "name": "Alcohol", "rate_millipercent": 0})
    assert warnings(raw) == [
        "dimensions[2]: nothing on the menu uses crust",
        "dayparts[1]: nothing on the menu uses dinner",
        "categories[5]: nothing on the menu uses salads",
        "modifier_groups[2]: nothing on the menu uses dips",
        "taxes[1]: nothing on the menu uses alcohol",
    ]
    put(raw, "items.0.name", "")
    assert len(errors(raw)) == 1
