"""What two halves cost, with every sum worked out by hand."""

import pytest

from gateway.orders.menu import HalvesRule, Menu
from gateway.orders.order import Line, Modifier, Placement
from gateway.orders.pricing import unit_price
from tests.orders.osteria import OSTERIA, halved, with_group, with_item


def topping(option: str, placement: Placement = "whole", **fields: object) -> Modifier:
    return Modifier.model_validate({"group": "toppings", "option": option, "placement": placement} | fields)


def pizza(*toppings: Modifier, menu: Menu = OSTERIA) -> int | None:
    """What the toppings of a small Margherita cost beyond it."""
    price = unit_price(Line(id="L1", item_id="margherita", variation_id="m-small", modifiers=toppings), menu)
    return None if price is None else price - 900


@pytest.mark.parametrize(
    ("first", "second", "variation", "cents"),
    [
        ("margherita", "pepperoni", "m-small", 1051),  # the dearer of 900 and 1051
        ("margherita", "pepperoni", "m-large", 1650),
        ("margherita", "calzone", "m-large", 1450),
        ("pepperoni", "margherita", "p-small", 976),  # half of 1951, half a cent up
        ("pepperoni", "margherita", "p-large", 1550),
        ("calzone", "margherita", "c-large", 2760),  # the sum
        ("margherita", "calzone", "m-small", None),  # there is no small one
        ("margherita", "marinara", "m-small", None),  # which cannot be a half
        ("marinara", "margherita", "r-small", None),
        ("margherita", "burger", "m-small", None),
        ("margherita", "lasagna", "m-small", None),
    ],
)
def test_two_halves_cost_what_the_rule_of_the_first_says(
    first: str, second: str, variation: str, cents: int | None
) -> None:
    assert unit_price(halved(first, second, variation), OSTERIA) == cents


def test_a_half_without_a_price_has_none() -> None:
    item = OSTERIA.item("pepperoni")
    assert item is not None
    bare = tuple(variation.model_copy(update={"price": None}) for variation in item.variations)
    assert (
        unit_price(halved("margherita", "pepperoni", "m-small"), with_item(OSTERIA, "pepperoni", variations=bare))
        is None
    )


@pytest.mark.parametrize(("rule", "cents"), [("dearer", 150), ("average", 126), ("sum", 251)])
def test_what_lies_on_two_halves_costs_what_the_rule_of_the_group_says(rule: HalvesRule, cents: int) -> None:
    menu = with_group(OSTERIA, "toppings", halves=rule)
    left, right = topping("mushroom", "left"), topping("jalapeno", "right")
    assert pizza(left, right, menu=menu) == cents
    # Mirrored it costs the same, and what lies on the whole is paid in full besides.
    assert pizza(topping("mushroom", "right"), topping("jalapeno", "left"), menu=menu) == cents
    assert pizza(left, topping("cheese"), right, menu=menu) == cents + 200


@pytest.mark.parametrize(("rule", "cents"), [("dearer", 101), ("average", 51), ("sum", 101)])
def test_half_of_it_costs_by_the_same_rule(rule: HalvesRule, cents: int) -> None:
    assert pizza(topping("jalapeno", "left"), menu=with_group(OSTERIA, "toppings", halves=rule)) == cents


def test_halves_are_summed_before_they_are_compared() -> None:
    # Left 150 + 101, right 200: the left half is the dearer one.
    made = (topping("mushroom", "left"), topping("jalapeno", "left"), topping("cheese", "right"))
    assert pizza(*made) == 251


def test_a_placement_counts_for_nothing_where_a_group_knows_no_halves() -> None:
    menu = with_group(OSTERIA, "toppings", halves=None)
    assert pizza(topping("mushroom", "left"), topping("jalapeno", "right"), menu=menu) == 251


def test_toppings_of_a_dish_of_two_halves_come_on_top_of_it() -> None:
    line = halved("margherita", "pepperoni", "m-small", topping("mushroom", "left"), topping("basil", "right"))
    assert unit_price(line, OSTERIA) == 1051 + 150
    # By variation the basil costs what it costs on the first item's.
    assert unit_price(halved("pepperoni", "margherita", "p-large", topping("basil")), OSTERIA) == 1550 + 71


@pytest.mark.parametrize(
    ("free", "made", "cents"),
    [
        (1, [("mushroom", "whole"), ("jalapeno", "left")], 150),  # the cheapest is free, wherever it lies
        (1, [("jalapeno", "whole"), ("mushroom", "left")], 150),
        (2, [("mushroom", "left"), ("jalapeno", "right"), ("cheese", "whole")], 200),
        (1, [("mushroom", "left"), ("mushroom", "whole")], 150),
        (1, [("mushroom", "left"), ("mushroom", "right"), ("mushroom", "whole")], 150),  # the whole one counts most
        (1, [("mushroom", "left"), ("mushroom", "left"), ("mushroom", "right")], 150),  # then one of the fuller half
        (1, [("mushroom", "left"), ("mushroom", "right"), ("mushroom", "right")], 150),
        (9, [("mushroom", "left"), ("cheese", "whole")], 0),
    ],
)
def test_the_cheapest_portions_are_free_over_both_halves(
    free: int, made: list[tuple[str, Placement]], cents: int
) -> None:
    menu = with_group(OSTERIA, "toppings", free=free)
    toppings = [topping(option, placement) for option, placement in made]
    assert pizza(*toppings, menu=menu) == cents
    assert pizza(*toppings[::-1], menu=menu) == cents
