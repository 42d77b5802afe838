import json
from dataclasses import replace

from gateway.orders.cart import cart, missing_output
from gateway.orders.menu import Menu
from gateway.orders.missing import Missing
from gateway.orders.order import Fulfilment, Line, Modifier, Order
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.outcome import ToolContext
from tests.orders.osteria import HOUSE, LUNCH, OSTERIA, at, chose, combo, halved, ordered, part

NOBODY = {
    "name": None,
    "fulfilment": None,
    "address": None,
    "at": None,
    "notes": None,
    "allergies": [],
    "age_confirmed": None,
}


def test_an_empty_cart_asks_for_nothing(order: Order, casa_verde: Restaurant) -> None:
    assert cart(order, casa_verde.menu, casa_verde) == {
        "state": "draft",
        "cart": [],
        "missing": [],
        "totals": {"subtotal": 0, "tax": 0, "total": 0, "currency": "USD", "text": "$0.00", "unpriced": []},
        "customer": NOBODY,
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
    assert shown["customer"] == NOBODY | {"fulfilment": "delivery", "address": "1 Main Street"}
    assert json.loads(json.dumps(shown)) == shown


def test_what_is_settled_of_an_open_size_is_shown(order: Order, golden_bowl: Restaurant) -> None:
    line = Line(id="L1", item_id="house-noodles", options={"bowl": "king"})
    shown = cart(order.model_copy(update={"lines": (line,)}), golden_bowl.menu, golden_bowl)
    assert '"size": "king size"' in json.dumps(shown)


def test_a_total_above_the_limit_needs_approval(order: Order, menu: Menu, casa_verde: Restaurant) -> None:
    line = Line(id="L1", item_id="pepperoni", variation_id="large", quantity=14)
    at_most = order.model_copy(update={"lines": (line,)})
    above = order.model_copy(update={"lines": (line.model_copy(update={"quantity": 15}),)})
    assert "approval" not in cart(at_most, menu, casa_verde.model_copy(update={"approval_cents": 25006}))
    assert "approval" in cart(at_most, menu, casa_verde.model_copy(update={"approval_cents": 25005}))
    assert str(cart(above, menu, casa_verde)["approval"]).startswith("Orders above $250.00 need the approval")
    assert "approval" not in cart(order, menu, casa_verde)


def test_gaps_as_json() -> None:
    gap = Missing("L1", "sauce", ("bbq",), "Which?")
    shown = {"line_id": "L1", "what": "sauce", "choices": ["bbq"], "say": "Which?"}
    assert missing_output([gap, replace(gap, slot="drink")]) == [shown, shown | {"slot": "drink"}]


def test_halves_and_parts_are_shown_as_they_can_be_set() -> None:
    basil = chose("toppings", "basil", placement="left")
    swap = chose("garnish", "swiss", action="swap", instead_of="cheddar")
    order = ordered(
        halved("margherita", "pepperoni", "m-large", basil),
        combo(part("pizza", "margherita", "m-small", basil), part("drink", "tea", options={"size": "small"}), id="L2"),
        Line(id="L3", item_id="burger", variation_id="one", modifiers=(swap,)),
        combo(part("drink", "eggnog"), id="L4"),
    )
    first, second, third, fourth = cart(order, OSTERIA, HOUSE)["cart"]
    assert (first["half_item_id"], first["price"]) == ("pepperoni", 1720)
    assert "parts" not in first
    assert first["modifiers"] == [
        {
            "group_id": "toppings",
            "option_id": "basil",
            "action": "add",
            "quantity": 1,
            "text": "basil on the first half",
            "placement": "left",
        }
    ]
    assert "half_item_id" not in second
    assert second["parts"] == [
        {
            "slot": "pizza",
            "item_id": "margherita",
            "name": "Margherita",
            "size": "small",
            "options": {"size": "small"},
            "modifiers": [first["modifiers"][0] | {"text": "basil on the left half"}],
        },
        {
            "slot": "drink",
            "item_id": "tea",
            "name": "Ice tea",
            "size": "small",
            "options": {"size": "small"},
            "modifiers": [],
        },
    ]
    assert third["modifiers"][0]["instead_of"] == "cheddar"
    assert "placement" not in third["modifiers"][0]
    assert (fourth["parts"][0]["name"], fourth["parts"][0]["size"]) == ("eggnog", None)


def test_what_cannot_be_had_is_shown_with_its_reason() -> None:
    context = ToolContext(at("16:00"), sold_out=SoldOut((SoldOutEntry("tiramisu"), SoldOutEntry("side/fries"))))
    lines = (
        combo(),
        Line(id="L2", item_id="tiramisu", variation_id="one"),
        Line(id="L3", item_id="chicken", variation_id="one"),
    )
    shown = cart(ordered(*lines), OSTERIA, HOUSE, context)
    assert shown["unavailable"] == [
        {
            "line_id": "L1",
            "reason": "daypart",
            "say": "The Lunch combo is for lunch only, 11:00 to 15:00.",
            "instead": ["pepperoni", "chicken", "burger"],
        },
        {
            "line_id": "L2",
            "reason": "sold_out",
            "say": "We are out of tee-ra-mee-soo.",
            "instead": ["marinara", "margherita", "burger"],
        },
    ]
    # What is left of a choice is all that is offered.
    assert shown["missing"][0]["choices"] == ["salad"]
    assert "unavailable" not in cart(ordered(*lines), OSTERIA, HOUSE)
    assert "unavailable" not in cart(ordered(lines[2]), OSTERIA, HOUSE, context)


def test_who_it_is_for_with_the_time_and_what_they_must_be_told() -> None:
    when = Fulfilment(kind="pickup", at=at("19:30"))
    tiramisu = Line(id="L1", item_id="tiramisu", variation_id="one")
    order = ordered(tiramisu, fulfilment=when, allergies=("eggs",), age_confirmed=21, customer_name="Ana")
    shown = cart(order, OSTERIA, HOUSE, ToolContext(LUNCH))
    assert shown["customer"] == NOBODY | {
        "name": "Ana",
        "fulfilment": "pickup",
        "at": "2026-11-18T19:30",
        "allergies": ["eggs"],
        "age_confirmed": 21,
    }
    assert shown["warnings"] == [
        "Allergy: eggs.",
        "Please note: the tee-ra-mee-soo contains egg.",
        "We cannot promise that any dish is free of an allergen.",
    ]
    assert "warnings" not in cart(order.model_copy(update={"allergies": ()}), OSTERIA, HOUSE)


def test_many_orders_in_a_short_time_need_approval() -> None:
    coke = ordered(Line(id="L1", item_id="coke", variation_id="can"))
    assert "approval" in cart(coke, OSTERIA, HOUSE, ToolContext(LUNCH, recent_cents=(1, 2, 3)))
    assert "approval" not in cart(coke, OSTERIA, HOUSE, ToolContext(LUNCH, recent_cents=(1, 2)))
