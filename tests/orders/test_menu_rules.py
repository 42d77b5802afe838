import json
from collections.abc import Callable

import pytest

from gateway.orders.menu import Menu
from gateway.orders.menu_file import MenuErrors, load_menu

Raw = dict[str, list[dict[str, object]]]


def told(menu: Menu, change: Callable[[Raw], object]) -> list[str]:
    raw = json.loads(menu.model_dump_json())
    change(raw)
    with pytest.raises(MenuErrors) as caught:
        load_menu(json.dumps(raw), "m")
    return [f"{problem.path}: {problem.reason}" for problem in caught.value.problems]


def put(path: str, value: object) -> Callable[[Raw], object]:
    """Sets `items.0.tax` and the like in a menu read from JSON."""

    def change(raw: Raw) -> None:
        *steps, last = path.split(".")
        place: object = raw
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("items.1.id", "margherita", "items[1]: margherita is there already"),
        ("categories.1.id", "pizza", "categories[1]: pizza is there already"),
        ("dimensions.0.options.1.id", "small", "dimensions[0].options[1]: small is there already"),
        ("modifier_groups.0.options.1.id", "mushroom", "modifier_groups[0].options[1]: mushroom is there already"),
        ("items.0.variations.1.id", "small", "items[0].variations[1]: small is there already"),
        ("items.0.modifier_groups", ["toppings", "toppings"], "items[0].modifier_groups[1]: toppings is there already"),
        ("items.0.category", "cakes", "items[0].category: no category cakes"),
        ("items.0.tax", "toll", "items[0].tax: no tax toll"),
        ("items.0.modifier_groups", ["dips"], "items[0].modifier_groups[0]: no modifier group dips"),
        (
            "items.0.variations.0.options",
            {"size": "tiny"},
            "items[0].variations[0].options.size: size has no option tiny",
        ),
        ("items.0.variations.0.price", None, "items[0].variations[0].price: the price is missing"),
        ("modifier_groups.0.min", 6, "modifier_groups[0].min: min 6 is more than max 5"),
        ("modifier_groups.0.max", 0, "modifier_groups[0].max: max 0 allows no choice"),
        ("modifier_groups.0.free", 6, "modifier_groups[0].free: free 6 is more than max 5"),
    ],
)
def test_a_mistake_is_told_with_its_path(menu: Menu, path: str, value: object, problem: str) -> None:
    assert problem in told(menu, put(path, value))


def test_a_variation_stands_on_known_dimensions(menu: Menu) -> None:
    assert told(menu, put("items.0.variations.1.options", {"width": "wide"})) == [
        "items[0].variations[1].options.width: no such dimension",
        "items[0].variations[1].options: the variations are placed on different dimensions",
    ]


def test_two_variations_never_look_alike(menu: Menu) -> None:
    assert told(menu, put("items.0.variations.1.options", {"size": "small"})) == [
        "items[0].variations[1].options: another variation has the same options, so nobody can ask for it"
    ]


def test_a_malformed_dimension_is_not_told_again_at_its_users(menu: Menu) -> None:
    assert told(menu, put("dimensions.0.name", "")) == ["dimensions[0].name: String should have at least 1 character"]


def test_a_group_can_be_filled(menu: Menu) -> None:
    def narrow(raw: Raw) -> None:
        raw["modifier_groups"][0] |= {"min": 5, "max_per_option": 1}

    assert told(menu, narrow) == ["modifier_groups[0].min: its options allow 4 portions, fewer than min 5"]

    def unbounded(raw: Raw) -> None:
        raw["modifier_groups"][0] |= {"min": 9, "max": None}

    assert told(menu, unbounded) == ["modifier_groups[0].min: its options allow 8 portions, fewer than min 9"]


def test_an_item_does_not_come_with_more_than_it_may_have(menu: Menu) -> None:
    def generous(raw: Raw) -> None:
        raw["modifier_groups"][1]["options"] = [
            {"id": name, "name": name, "default": True} for name in ("bbq", "hot", "garlic")
        ]

    assert told(menu, generous) == ["modifier_groups[1].options: more defaults than max 1"]


def test_a_price_by_variation_covers_every_variation_sold_with_the_group(menu: Menu) -> None:
    assert told(menu, put("modifier_groups.0.options.0.price", {"small": 100, "medium": 120})) == [
        "modifier_groups[0].options[0].price: no price for the variation large",
        "modifier_groups[0].options[0].price.medium: no item with this group has that variation",
    ]


def test_a_listing_without_any_price_is_a_menu_to_parse_against(menu: Menu) -> None:
    raw = json.loads(menu.model_dump_json())
    for item in raw["items"]:
        for variation in item["variations"]:
            variation["price"] = None
    assert not load_menu(json.dumps(raw), "m").priced
