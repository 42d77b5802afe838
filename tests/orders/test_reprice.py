import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Line, Modifier, Order, OrderClosedError, OrderState
from gateway.orders.reprice import reprice
from tests.orders.osteria import OSTERIA, chose, combo, halved, ordered, part, with_group, with_item, without

MUSHROOM = Modifier(group="toppings", option="mushroom")


def held(order: Order, *lines: Line) -> Order:
    return order.model_copy(update={"lines": lines, "menu_digest": "yesterday", "state": OrderState.READ_BACK})


def test_on_the_same_menu_nothing_changes(order: Order, menu: Menu) -> None:
    assert reprice(order, menu) == (order, ())


def test_what_costs_as_before_is_not_mentioned(order: Order, menu: Menu) -> None:
    lines = (
        Line(id="L1", item_id="margherita", variation_id="large", quoted_cents=1450),
        Line(id="L2", item_id="wings"),
        Line(id="L3", item_id="coke", variation_id="regular"),
    )
    moved, changes = reprice(held(order, *lines), menu)
    assert changes == ()
    assert [line.quoted_cents for line in moved.lines] == [1450, None, 300]
    assert (moved.menu_digest, moved.state) == (menu.digest, OrderState.DRAFT)


def test_a_new_price_is_told_beside_the_old(order: Order, menu: Menu) -> None:
    line = Line(id="L1", item_id="margherita", variation_id="large", quantity=2, quoted_cents=2600)
    moved, changes = reprice(held(order, line), menu)
    assert changes == ("L1, two large Margherita: now $29.00, before $26.00.",)
    assert moved.lines[0].quoted_cents == 2900


def test_what_is_gone_is_taken_out_and_told(order: Order, menu: Menu) -> None:
    gone = Modifier(group="toppings", option="ham")
    lines = (
        Line(id="L1", item_id="lasagna", variation_id="x"),
        Line(id="L2", item_id="margherita", variation_id="giant", quoted_cents=3000),
        Line(id="L3", item_id="margherita", variation_id="small", modifiers=(MUSHROOM, gone), quoted_cents=1200),
        Line(id="L4", item_id="coke", variation_id="bucket", modifiers=(MUSHROOM,)),
    )
    moved, changes = reprice(held(order, *lines), menu)
    assert [(line.id, line.variation_id, line.modifiers) for line in moved.lines] == [
        ("L2", None, ()),
        ("L3", "small", (MUSHROOM,)),
        ("L4", "regular", ()),
    ]
    assert changes == (
        "L1, lasagna, is no longer on the menu and was taken out.",
        "L2, Margherita: the size giant is no longer sold.",
        "L3, Margherita: ham can no longer be had.",
        "L3, one small Margherita with mushrooms: now $10.50, before $12.00.",
        "L4, Coke: the size bucket is no longer sold.",
        "L4, Coke: mushroom can no longer be had.",
    )


def test_a_placed_order_keeps_its_menu(order: Order, menu: Menu) -> None:
    placed = order.model_copy(update={"menu_digest": "yesterday", "state": OrderState.SUBMITTED})
    with pytest.raises(OrderClosedError):
        reprice(placed, menu)


def moved(line: Line, menu: Menu) -> tuple[Line, tuple[str, ...]]:
    """The line on this menu, and what it lost on the way."""
    order, changes = reprice(ordered(line).model_copy(update={"menu_digest": "yesterday"}), menu)
    return order.lines[0], changes


def test_a_half_that_is_gone_leaves_the_other_item_whole() -> None:
    line = halved("margherita", "pepperoni", "m-small")
    assert moved(line, OSTERIA) == (line.model_copy(update={"quoted_cents": 1051}), ())
    for menu in (
        without(OSTERIA, "pepperoni"),
        with_item(OSTERIA, "pepperoni", halves=None),
        with_item(OSTERIA, "pepperoni", variations=(OSTERIA.items[1].variations[1],)),
    ):
        whole, changes = moved(line, menu)
        assert (whole.half_item_id, whole.quoted_cents) == (None, 900)
        assert changes == ("L1, Margherita: the half pepperoni can no longer be had.",)
    undecided = line.model_copy(update={"variation_id": None})
    assert moved(undecided, OSTERIA)[0].half_item_id == "pepperoni"


def test_parts_keep_what_they_can_and_tell_the_rest() -> None:
    basil = chose("toppings", "basil")
    line = combo(part("pizza", "margherita", "m-small", basil), part("drink", "tea", "t-small", options={"size": "x"}))
    kept, changes = moved(line, OSTERIA)
    assert (kept.parts[0], kept.parts[1].options, changes) == (line.parts[0], {}, ())
    no_basil = with_group(OSTERIA, "toppings", options=OSTERIA.modifier_groups[0].options[:3])
    kept, changes = moved(line, no_basil)
    assert (kept.parts[0].modifiers, changes) == ((), ("L1, Lunch combo: basil can no longer be had.",))
    kept, changes = moved(line, without(OSTERIA, "tea"))
    assert ([p.slot for p in kept.parts], changes) == (["pizza"], ("L1, Lunch combo: tea can no longer be had.",))
    drink = OSTERIA.items[-1].slots[1]
    cokes = drink.model_copy(update={"choices": drink.choices[:1]})
    kept, changes = moved(line, with_item(OSTERIA, "lunch", slots=(OSTERIA.items[-1].slots[0], cokes)))
    assert changes == ("L1, Lunch combo: tea can no longer be had.",)
    kept, changes = moved(line, with_item(OSTERIA, "lunch", slots=(OSTERIA.items[-1].slots[0],)))
    assert ([p.slot for p in kept.parts], changes) == (["pizza"], ("L1, Lunch combo: tea can no longer be had.",))
    large = drink.choices[1].model_copy(update={"variations": ("t-large", "t-warm")})
    larges = drink.model_copy(update={"choices": (large,)})
    kept, changes = moved(line, with_item(OSTERIA, "lunch", slots=(OSTERIA.items[-1].slots[0], larges)))
    assert kept.parts[1].variation_id is None
    assert changes == ("L1, Lunch combo: the size t-small of Ice tea is no longer sold.",)
    waiting = combo(part("drink", "tea"))
    assert moved(waiting, OSTERIA)[1] == ()


def test_what_was_behind_a_choice_goes_with_it() -> None:
    made = (chose("side", "salad"), chose("dressing", "vinaigrette"), chose("herbs", "dill"))
    line = Line(id="L1", item_id="chicken", variation_id="one", modifiers=made)
    assert moved(line, OSTERIA)[0].modifiers == made
    fries = with_group(OSTERIA, "side", options=OSTERIA.modifier_groups[1].options[:1])
    kept, changes = moved(line, fries)
    assert kept.modifiers == ()
    assert changes == ("L1, Chicken plate: salad, vinaigrette, dill can no longer be had.",)


def test_a_swap_and_a_placement_need_what_allows_them() -> None:
    swap = chose("garnish", "swiss", action="swap", instead_of="cheddar")
    burger = Line(id="L1", item_id="burger", variation_id="one", modifiers=(swap,))
    assert moved(burger, OSTERIA)[0].modifiers == (swap,)
    assert moved(burger, with_group(OSTERIA, "garnish", swappable=False))[0].modifiers == ()
    for replaced in (None, "onion", "gone"):
        odd = burger.model_copy(update={"modifiers": (swap.model_copy(update={"instead_of": replaced}),)})
        assert moved(odd, OSTERIA)[1] == ("L1, Burger: swiss can no longer be had.",)
    left = chose("toppings", "basil", placement="left")
    pizza = Line(id="L1", item_id="margherita", variation_id="m-small", modifiers=(left,))
    assert moved(pizza, OSTERIA)[0].modifiers == (left,)
    assert moved(pizza, with_group(OSTERIA, "toppings", halves=None))[0].modifiers == ()


def test_an_open_size_is_settled_when_one_is_left(order: Order) -> None:
    small = next(item for item in OSTERIA.items if item.id == "pepperoni").variations[:1]
    menu = with_item(OSTERIA, "pepperoni", variations=small)
    moved, changes = reprice(held(order, Line(id="L1", item_id="pepperoni", options={"size": "large"})), menu)
    assert changes == ()
    assert (moved.lines[0].variation_id, moved.lines[0].options, moved.lines[0].quoted_cents) == ("p-small", {}, 1051)
    assert reprice(held(order, Line(id="L1", item_id="pepperoni")), OSTERIA)[0].lines[0].variation_id is None
    open_parts = combo(part("pizza", "pepperoni"), part("drink", "tea", "t-warm"))
    moved, changes = reprice(held(order, open_parts), menu)
    assert [filled.variation_id for filled in moved.lines[0].parts] == ["p-small", None]
    assert changes == ("L1, Lunch combo: the size t-warm of Ice tea is no longer sold.",)
    moved, changes = reprice(held(order, combo(part("pizza", "pepperoni", "p-large"))), menu)
    assert moved.lines[0].parts[0].variation_id == "p-small"
    assert changes == ("L1, Lunch combo: the size p-large of Pepperoni is no longer sold.",)
