import json

import pytest

from gateway.orders.menu_file import load_menu
from tests.orders.raw_menus import Raw, errors, put, shipped


@pytest.fixture
def raw() -> Raw:
    return shipped("casa-verde")


def test_a_price_missing_among_others_is_a_mistake(raw: Raw) -> None:
    put(raw, "items.0.variations.0.price", None)
    assert errors(raw) == ["items[0].variations[0].price: the price is missing"]


def test_a_listing_without_any_price_is_a_menu_to_parse_against(raw: Raw) -> None:
    for item in raw["items"]:
        for variation in item["variations"]:
            variation["price"] = None
    assert not load_menu(json.dumps(raw), "m").priced


def test_a_price_by_variation_covers_every_variation_sold_with_the_group(raw: Raw) -> None:
    put(raw, "modifier_groups.0.options.0.price", {"small": 100, "medium": 120})
    assert errors(raw) == [
        "modifier_groups[0].options[0].price: no price for the variation large",
        "modifier_groups[0].options[0].price.medium: no item with this group has that variation",
    ]


def test_a_group_that_a_choice_opens_is_sold_in_the_variations_of_the_item(raw: Raw) -> None:
    dip = {"id": "dip", "name": "dip", "options": [{"id": "ranch", "name": "ranch", "price": {"6": 50, "12": 80}}]}
    raw["modifier_groups"].append(dip)
    put(raw, "modifier_groups.1.options.0.modifier_groups", ["dip"])
    assert errors(raw) == []
    put(raw, "modifier_groups.2.options.0.price", {"6": 50})
    assert errors(raw) == ["modifier_groups[2].options[0].price: no price for the variation 12"]
