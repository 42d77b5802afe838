import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Line, Modifier, Order, OrderClosedError, OrderState
from gateway.orders.reprice import reprice

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
