import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.menu import Menu, ModifierGroup, Tax
from gateway.orders.order import Line, Modifier, ModifierAction, Order, open_order
from gateway.orders.pricing import cheapest_price, line_price, totals, unit_price
from gateway.orders.restaurant_files import SHIPPED, load_restaurants

BOWLS = next(r.menu for r in load_restaurants(SHIPPED, {}) if r.id == "golden-bowl")


def of(menu: Menu, *lines: Line) -> Order:
    return open_order("o", "r", menu_digest=menu.digest).model_copy(update={"lines": lines})


def test_the_order_of_scenario_one_costs_what_the_menu_says(menu: Menu) -> None:
    order = of(
        menu,
        Line(id="L1", item_id="margherita", variation_id="large"),
        Line(id="L2", item_id="margherita", variation_id="small"),
        Line(id="L3", item_id="wings", variation_id="12", modifiers=(Modifier(group="sauce", option="garlic"),)),
    )
    sums = totals(order, menu)
    assert sums.lines == {"L1": 1450, "L2": 900, "L3": 1400}
    # 37.50 at 8.25 % is 3.09375.
    assert (sums.subtotal, sums.taxes, sums.tax, sums.total) == (3750, {"food": 309}, 309, 4059)
    assert sums.unpriced == ()


def test_a_line_is_priced_with_its_choices_times_its_quantity(menu: Menu) -> None:
    toppings = (Modifier(group="toppings", option="mushroom"), Modifier(group="toppings", option="basil"))
    line = Line(id="L1", item_id="pepperoni", variation_id="small", quantity=3, modifiers=toppings)
    assert unit_price(line, menu) == 1050 + 150 + 50
    assert line_price(line, menu) == 3 * 1250


@pytest.mark.parametrize(
    ("action", "quantity", "cents"),
    [("add", 1, 150), ("add", 2, 300), ("light", 1, 150), ("side", 1, 150), ("extra", 1, 300), ("no", 1, 0)],
)
def test_a_choice_is_paid_by_the_portion(menu: Menu, action: ModifierAction, quantity: int, cents: int) -> None:
    choice = Modifier(group="toppings", option="mushroom", action=action, quantity=quantity)
    line = Line(id="L1", item_id="margherita", variation_id="small", modifiers=(choice,))
    assert unit_price(line, menu) == 900 + cents


@pytest.mark.parametrize(
    ("action", "quantity", "cents"), [("add", 1, 0), ("add", 2, 150), ("extra", 1, 150), ("light", 1, 0), ("no", 1, 0)]
)
def test_the_first_portion_of_what_comes_with_it_is_included(
    menu: Menu, action: ModifierAction, quantity: int, cents: int
) -> None:
    group = menu.modifier_groups[0]
    included = group.model_copy(update={"options": (group.options[0].model_copy(update={"default": True}),)})
    with_default = menu.model_copy(update={"modifier_groups": (included,)})
    choice = Modifier(group="toppings", option="mushroom", action=action, quantity=quantity)
    line = Line(id="L1", item_id="margherita", variation_id="small", modifiers=(choice,))
    assert unit_price(line, with_default) == 900 + cents


def test_the_cheapest_portions_are_the_free_ones_whatever_was_named_first(bowls: Menu) -> None:
    named = [Modifier(group="vegetables", option=option) for option in ("mushroom", "carrot", "scallion", "bok-choy")]
    tofu = Modifier(group="protein", option="tofu")
    for order in (named, named[::-1]):
        line = Line(id="L1", item_id="house-noodles", variation_id="king-rice", modifiers=(tofu, *order))
        assert unit_price(line, bowls) == 1450 + 120 + 90


def test_a_choice_may_cost_more_on_the_large_one(bowls: Menu) -> None:
    noodles = (Modifier(group="add-ins", option="noodles"),)
    regular = Line(id="L1", item_id="pho", variation_id="regular", modifiers=noodles)
    assert unit_price(regular, bowls) == 1250 + 200
    assert unit_price(regular.model_copy(update={"variation_id": "king"}), bowls) == 1550 + 250


def test_what_the_menu_does_not_have_costs_nothing_and_is_told(menu: Menu) -> None:
    order = of(
        menu,
        Line(id="L1", item_id="lasagna", variation_id="regular"),
        Line(id="L2", item_id="wings"),
        Line(id="L3", item_id="coke", variation_id="bucket"),
        Line(id="L4", item_id="coke", variation_id="regular", modifiers=(Modifier(group="toppings", option="basil"),)),
        Line(id="L5", item_id="margherita", variation_id="small", modifiers=(Modifier(group="toppings", option="x"),)),
    )
    sums = totals(order, menu)
    assert sums.unpriced == ("L1", "L2", "L3")
    assert sums.lines == {"L4": 300, "L5": 900}


def test_tax_is_rounded_half_up_once_for_each_category(bowls: Menu, menu: Menu) -> None:
    half = menu.model_copy(update={"taxes": (Tax(id="food", name="t", rate_millipercent=500),)})
    # 300 at half a percent is 1.5 cents; three lines of it are 4.5 together, not three times two.
    cokes = [Line(id=f"L{n}", item_id="coke", variation_id="regular", notes=str(n)) for n in (1, 2, 3)]
    assert totals(of(half, *cokes[:1]), half).tax == 2
    assert totals(of(half, *cokes), half).tax == 5
    both = (
        Line(id="L1", item_id="pho", variation_id="king"),
        Line(id="L2", item_id="lychee-soda", variation_id="one-size"),
    )
    assert totals(of(bowls, *both), bowls).taxes == {"prepared": 159, "bottled": 12}


def test_an_unknown_tax_category_is_no_tax(menu: Menu) -> None:
    untaxed = menu.model_copy(update={"taxes": ()})
    line = Line(id="L1", item_id="coke", variation_id="regular")
    assert totals(of(untaxed, line), untaxed).total == 300


def test_the_cheapest_price_of_an_item(menu: Menu) -> None:
    item = menu.items[0]
    assert cheapest_price(item) == 900
    free = item.model_copy(update={"variations": tuple(v.model_copy(update={"price": None}) for v in item.variations)})
    assert cheapest_price(free) is None
    assert unit_price(Line(id="L", item_id="x", variation_id="small"), menu) is None
    unpriced = menu.model_copy(update={"items": (free,)})
    assert unit_price(Line(id="L", item_id=item.id, variation_id="small"), unpriced) is None


def choices(group: ModifierGroup) -> st.SearchStrategy[Modifier]:
    return st.builds(
        Modifier,
        group=st.just(group.id),
        option=st.sampled_from([option.id for option in group.options]),
        action=st.sampled_from(["add", "no", "extra", "light", "side"]),
        quantity=st.integers(1, 5),
    )


@st.composite
def lines(draw: st.DrawFn) -> Line:
    item = draw(st.sampled_from(BOWLS.items))
    modifiers = [m for group in BOWLS.groups_of(item) for m in draw(st.lists(choices(group), max_size=4))]
    return Line(
        id=draw(st.uuids().map(str)),
        item_id=item.id,
        variation_id=draw(st.sampled_from([None, *(variation.id for variation in item.variations)])),
        quantity=draw(st.integers(1, 30)),
        modifiers=tuple(modifiers),
    )


@given(st.lists(lines(), max_size=8))
def test_totals_are_sums_of_their_lines_and_no_line_costs_less_than_its_item(ordered: list[Line]) -> None:
    sums = totals(of(BOWLS, *ordered), BOWLS)
    assert sums.subtotal == sum(line_price(line, BOWLS) or 0 for line in ordered)
    assert sums.total == sums.subtotal + sum(sums.taxes.values())
    assert sorted([*sums.lines, *sums.unpriced]) == sorted(line.id for line in ordered)
    for line in ordered:
        item = BOWLS.item(line.item_id)
        assert item is not None
        if line.variation_id is not None:
            variation = item.variation(line.variation_id)
            assert variation is not None
            assert sums.lines[line.id] >= (variation.price or 0) * line.quantity
    for tax_id, cents in sums.taxes.items():
        tax = BOWLS.tax(tax_id)
        assert tax is not None
        base = sum(
            sums.lines[x.id] for x in ordered if x.id in sums.lines and (i := BOWLS.item(x.item_id)) and i.tax == tax_id
        )
        assert abs(cents * 100_000 - base * tax.rate_millipercent) <= 50_000
