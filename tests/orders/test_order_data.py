from gateway.orders.order import Line, Modifier, Part, open_order
from gateway.orders.order_data import order_data, same_order, stored_order


def test_an_order_in_short() -> None:
    choices = (
        Modifier(group="toppings", option="mushroom"),
        Modifier(group="toppings", option="basil", action="extra", quantity=2, placement="left"),
        Modifier(group="cheese", option="swiss", action="swap", instead_of="american"),
    )
    halves = Line(id="", item_id="margherita", quantity=2, modifiers=choices, half_item_id="pepperoni", confidence=0.9)
    parts = (Part(slot="pizza", item_id="margherita", modifiers=choices[:1]), Part(slot="drink", item_id="coke"))
    combo = Line(id="", item_id="lunch-combo", parts=parts)
    order = open_order("o", "casa-verde", menu_digest="d").set_line(halves, call_id="1").set_line(combo, call_id="2")
    data = order_data(order, 4059, "confirmed")
    assert (data.intent, data.total_amount, data.status) == ("confirm", 4059, "confirmed")
    assert [(i.menu_item_id, i.quantity, i.confidence) for i in data.items] == [
        ("margherita", 2, 0.9),
        ("lunch-combo", 1, 0),
    ]
    assert [i.modifications for i in data.items] == [
        ("half pepperoni", "add mushroom", "extra basil x2 left", "swap swiss for american"),
        ("pizza margherita add mushroom", "drink coke"),
    ]


def test_what_is_the_same_to_whoever_makes_it() -> None:
    order = open_order("o", "casa-verde", menu_digest="d").set_line(Line(id="", item_id="coke"), call_id="1")
    asked_twice = order.read_back(call_id="2").confirm(call_id="3")
    assert same_order(order, asked_twice)
    assert not same_order(order, order.set_customer(call_id="4", allergies=["nuts"]))
    assert not same_order(order, order.remove_line("L1", call_id="5"))


def test_a_stored_order_of_an_unknown_version_is_none() -> None:
    order = open_order("o", "casa-verde", menu_digest="d")
    assert stored_order(order.model_dump_json()) == order
    assert stored_order('{"of":"another version"}') is None
    assert stored_order(None) is None
