import pytest

from gateway.orders.menu import Menu, ModifierGroup, Tax
from gateway.orders.order import Line, Modifier, ModifierAction, Order, Part, open_order
from gateway.orders.pricing import cheapest_price, line_price, totals, unit_price
from tests.orders.osteria import OSTERIA, chose, combo, group_of, ordered, part, with_group, with_item


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


def garnish(*modifiers: Modifier, menu: Menu = OSTERIA) -> int | None:
    """What the garnish of a burger costs beyond it; its cheapest portion is free."""
    price = unit_price(Line(id="L1", item_id="burger", variation_id="one", modifiers=modifiers), menu)
    return None if price is None else price - 1000


def swap(option: str, instead_of: str, **fields: object) -> Modifier:
    made = {"group": "garnish", "option": option, "action": "swap", "instead_of": instead_of}
    return Modifier.model_validate(made | fields)


@pytest.mark.parametrize(
    ("made", "cents"),
    [
        ([swap("swiss", "cheddar")], 60),  # 160 in place of 100
        ([swap("swiss", "lettuce")], 160),  # in place of what costs nothing
        ([swap("onion", "cheddar")], 0),  # never less than nothing
        ([swap("swiss", "onion")], 160),  # the burger does not come with onions
        ([swap("swiss", "gone")], 160),
        ([swap("swiss", "cheddar", quantity=2)], 60),  # a second portion of 160, which is the free one
        ([swap("swiss", "cheddar", quantity=3)], 60 + 160),
        ([swap("swiss", "cheddar"), chose("garnish", "onion", quantity=2)], 60 + 30),  # a swap uses up nothing free
        ([swap("lettuce", "cheddar")], 0),
    ],
)
def test_a_swap_costs_the_difference_where_it_is_more(made: list[Modifier], cents: int) -> None:
    assert garnish(*made) == cents


def test_a_swap_on_one_half_is_priced_as_a_half() -> None:
    menu = with_group(OSTERIA, "garnish", halves="average")
    assert garnish(swap("swiss", "cheddar", placement="left"), menu=menu) == 30
    assert garnish(Modifier(group="garnish", option="swiss", action="swap"), menu=menu) == 160


def test_extra_of_what_it_comes_with_is_one_portion_more() -> None:
    paid = with_group(OSTERIA, "garnish", free=0)
    assert garnish(chose("garnish", "cheddar", action="extra"), menu=paid) == 100
    assert garnish(chose("garnish", "cheddar"), menu=paid) == 0
    assert garnish(chose("garnish", "onion", action="extra"), menu=paid) == 60


def test_choices_behind_a_choice_are_paid_while_they_are_open() -> None:
    plate = Line(id="L1", item_id="chicken", variation_id="one")

    def cost(*modifiers: Modifier) -> int | None:
        return unit_price(plate.model_copy(update={"modifiers": modifiers}), OSTERIA)

    salad, vinaigrette = chose("side", "salad"), chose("dressing", "vinaigrette")
    assert cost(salad) == 1330
    assert cost(salad, vinaigrette) == 1387
    assert cost(salad, vinaigrette, chose("herbs", "dill")) == 1398
    # With fries there is no dressing to be paid for.
    assert cost(chose("side", "fries"), vinaigrette) == 1200


def test_an_option_is_paid_in_the_group_in_which_it_was_chosen() -> None:
    onion = group_of("garnish").options[3].model_copy(update={"price": 7})
    menu = with_item(OSTERIA, "burger", modifier_groups=("garnish", "extras"))
    menu = with_group(with_group(menu, "extras", options=(onion,)), "garnish", free=0)
    assert garnish(chose("extras", "onion"), menu=menu) == 7
    assert garnish(chose("garnish", "onion"), menu=menu) == 30


def test_tax_on_a_very_large_sum_is_exact() -> None:
    roast = Line(id="L1", item_id="roast", variation_id="one", quantity=9999)
    # 209,979.00 at 8.25 % is 17,323.2675.
    assert totals(ordered(roast), OSTERIA).tax == 1_732_327


LEFT_MUSHROOM = chose("toppings", "mushroom", placement="left")
RIGHT_CHEESE = chose("toppings", "cheese", placement="right")
MARGHERITA, COKE = part("pizza", "margherita", "m-small"), part("drink", "coke", "can")


@pytest.mark.parametrize(
    ("pizza_part", "drink", "cents"),
    [
        (MARGHERITA, COKE, 1100),
        (part("pizza", "pepperoni", "p-small"), COKE, 1251),
        (MARGHERITA, part("drink", "tea", "t-large"), 1183),
        (MARGHERITA, part("drink", "tea", "t-small"), 1100),
        (part("pizza", "pepperoni"), part("drink", "beer"), 1558),  # 151 and 307 more; each comes in one size only
        (part("pizza", "margherita", None, chose("toppings", "basil")), COKE, 1140),  # as on a small Margherita
        (part("pizza", "margherita", None, LEFT_MUSHROOM, RIGHT_CHEESE), COKE, 1300),
        (part("pizza", "margherita", "m-large"), COKE, None),  # not in this combo
        (part("pizza", "calzone", "c-large"), COKE, None),
        (MARGHERITA, part("drink", "tea"), None),  # which size is open
        (MARGHERITA, part("soup", "coke", "can"), None),
    ],
)
def test_a_combo_costs_its_price_its_upcharges_and_the_choices_of_its_parts(
    pizza_part: Part, drink: Part, cents: int | None
) -> None:
    assert unit_price(combo(pizza_part, drink), OSTERIA) == cents


def test_a_combo_with_an_open_slot_has_no_price() -> None:
    assert unit_price(combo(MARGHERITA), OSTERIA) is None
    assert unit_price(Line(id="L1", item_id="lunch", variation_id="one"), OSTERIA) is None
    assert unit_price(combo(MARGHERITA, COKE, part("soup", "tea")), OSTERIA) is None
    assert unit_price(combo(MARGHERITA, COKE, modifiers=(chose("extras", "napkin"),)), OSTERIA) == 1105
    # What is no combo has no parts.
    assert unit_price(Line(id="L1", item_id="coke", variation_id="can", parts=(COKE,)), OSTERIA) is None
    lost = OSTERIA.model_copy(update={"items": tuple(item for item in OSTERIA.items if item.id != "coke")})
    assert unit_price(combo(MARGHERITA, COKE), lost) is None


def test_a_combo_is_taxed_as_a_whole_at_its_own_rate() -> None:
    order = ordered(combo(MARGHERITA, COKE, quantity=2), Line(id="L2", item_id="coke", variation_id="can"))
    sums = totals(order, OSTERIA)
    # 22.00 at 8.25 % is 1.815; 3.00 at 10 % is 0.30.
    assert (sums.taxes, sums.total) == ({"food": 182, "drinks": 30}, 2200 + 300 + 212)


def test_a_swapped_default_that_costs_by_variation_is_taken_off_at_that_variation(menu: Menu) -> None:
    side = ModifierGroup.model_validate(
        {
            "id": "side", "name": "side", "swappable": True,
            "options": [
                {"id": "fries", "name": "fries", "default": True, "price": {"small": 100, "large": 250}},
                {"id": "rings", "name": "rings", "price": {"small": 300, "large": 300}},
            ],
        }
    )  # fmt: skip
    items = tuple(
        item.model_copy(update={"modifier_groups": ("side",)}) if item.id == "margherita" else item
        for item in menu.items
    )
    swapping = menu.model_copy(update={"items": items, "modifier_groups": (side,)})
    swap = Modifier(group="side", option="rings", action="swap", instead_of="fries")
    for variation, beyond in (("small", 200), ("large", 50)):
        plain = Line(id="L1", item_id="margherita", variation_id=variation)
        price, without = (
            unit_price(line, swapping) for line in (plain.model_copy(update={"modifiers": (swap,)}), plain)
        )
        assert price is not None
        assert without is not None
        assert price - without == beyond


def test_where_there_are_no_halves_a_placement_costs_as_the_whole(menu: Menu) -> None:
    groups = tuple(group.model_copy(update={"halves": None}) for group in menu.modifier_groups)
    whole_only = menu.model_copy(update={"modifier_groups": groups})
    placed = tuple(
        Modifier(group="toppings", option=option, placement=placement)
        for option, placement in (("mushroom", "left"), ("basil", "right"))
    )
    line = Line(id="L1", item_id="margherita", variation_id="small", modifiers=placed)
    assert unit_price(line, whole_only) == 900 + 150 + 50
    assert unit_price(line, menu) == 900 + 150


def test_sums_are_whole_cents(menu: Menu) -> None:
    order = open_order("o", "casa-verde", menu_digest=menu.digest).set_line(
        Line(id="", item_id="margherita", variation_id="small"), call_id="c"
    )
    sums = totals(order, menu)
    assert [type(amount) for amount in (sums.subtotal, sums.tax, sums.total)] == [int, int, int]


@pytest.mark.parametrize("fields", [{}, {"action": "swap", "instead_of": "cheddar"}, {"action": "light"}])
def test_in_a_swappable_group_of_one_choice_any_choice_costs_the_difference(fields: dict[str, object]) -> None:
    menu = with_group(OSTERIA, "garnish", max=1, free=0, options=group_of("garnish").options[1:])
    made = Modifier.model_validate({"group": "garnish", "option": "swiss"} | fields)
    assert garnish(made, menu=menu) == 60
    assert garnish(made.model_copy(update={"option": "onion"}), menu=menu) == 0
    refused = chose("garnish", "cheddar", action="no")
    assert garnish(made, refused, menu=menu) == 60
    # Where nothing is swapped, what is added is paid for.
    fixed = with_group(menu, "garnish", swappable=False)
    assert garnish(chose("garnish", "swiss"), menu=fixed) == 160
