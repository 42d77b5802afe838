import json

from gateway.orders.cart import cart, missing_output, needs_approval
from gateway.orders.menu import Menu
from gateway.orders.missing import Missing
from gateway.orders.order import Fulfilment, Line, Modifier, Order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Restaurant


def test_an_empty_cart_asks_for_nothing(order: Order, casa_verde: Restaurant) -> None:
    assert cart(order, casa_verde.menu, casa_verde) == {
        "state": "draft",
        "cart": [],
        "missing": [],
        "totals": {"subtotal": 0, "tax": 0, "total": 0, "currency": "USD", "text": "$0.00", "unpriced": []},
        "customer": {"name": None, "fulfilment": None, "address": None, "notes": None},
    }


def test_the_whole_cart_is_shown(order: Order, casa_verde: Restaurant) -> None:
    garlic = Modifier(group="sauce", option="garlic")
    full = order.model_copy(
        update={
            "lines": (
                Line(id="L1", item_id="wings", variation_id="12", quantity=2, modifiers=(garlic,), notes="crisp"),
                Line(id="L2", item_id="lasagna"),
            ),
            "fulfilment": Fulfilment(kind="delivery", address="1 Main Street"),
        }
    )
    shown = cart(full, casa_verde.menu, casa_verde)
    assert shown["cart"] == [
        {
            "line_id": "L1",
            "item_id": "wings",
            "name": "Wings",
            "quantity": 2,
            "size": "12 piece",
            "options": {"pieces": "12"},
            "modifiers": [
                {"group_id": "sauce", "option_id": "garlic", "action": "add", "quantity": 1, "text": "Garlic"}
            ],
            "notes": "crisp",
            "price": 2800,
            "text": "two 12 piece Wings with Garlic, note: crisp",
        },
        {
            "line_id": "L2",
            "item_id": "lasagna",
            "name": "lasagna",
            "quantity": 1,
            "size": None,
            "options": {},
            "modifiers": [],
            "notes": None,
            "price": None,
            "text": "one lasagna",
        },
    ]
    assert shown["missing"] == [{"line_id": None, "what": "name", "choices": [], "say": "What name is the order for?"}]
    assert shown["customer"] == {"name": None, "fulfilment": "delivery", "address": "1 Main Street", "notes": None}
    assert json.loads(json.dumps(shown)) == shown


def test_what_is_settled_of_an_open_size_is_shown(order: Order, golden_bowl: Restaurant) -> None:
    line = Line(id="L1", item_id="house-noodles", options={"bowl": "king"})
    shown = cart(order.model_copy(update={"lines": (line,)}), golden_bowl.menu, golden_bowl)
    assert '"size": "king size"' in json.dumps(shown)


def test_a_total_above_the_limit_needs_approval(order: Order, menu: Menu, casa_verde: Restaurant) -> None:
    line = Line(id="L1", item_id="pepperoni", variation_id="large", quantity=14)
    at_most = order.model_copy(update={"lines": (line,)})
    above = order.model_copy(update={"lines": (line.model_copy(update={"quantity": 15}),)})
    assert not needs_approval(totals(at_most, menu), casa_verde.model_copy(update={"approval_cents": 25006}))
    assert needs_approval(totals(at_most, menu), casa_verde.model_copy(update={"approval_cents": 25005}))
    assert totals(at_most, menu).total == 25006
    assert "approval" in cart(above, menu, casa_verde)
    assert "approval" not in cart(order, menu, casa_verde)


def test_gaps_as_json() -> None:
    gap = Missing("L1", "sauce", ("bbq",), "Which?")
    assert missing_output([gap]) == [{"line_id": "L1", "what": "sauce", "choices": ["bbq"], "say": "Which?"}]
