"""Clover: what it has by id, what it has not by name and price, and who, where and when in the order's note."""

import json
from typing import Any

from gateway.orders.order import Line, Order
from gateway.pos.adapters.clover import clover_order, clover_title
from gateway.pos.adapters.request import request_for
from tests.orders.osteria import chose, with_item, without
from tests.pos.adapters.orders import CLOVER, asap, everything, message_of, with_ids

COKE = Line(id="L1", item_id="coke", variation_id="can")


def sent(order: Order, menu: Any = None, **options: Any) -> Any:
    cart: Any = clover_order(message_of(order, menu or with_ids(), **options), CLOVER)["orderCart"]
    return cart


def test_where_and_with_what_it_goes() -> None:
    message = message_of(everything(), with_ids())
    request = request_for(CLOVER, message)
    assert request.path == "/v3/merchants/M1/atomic_order/orders"
    assert request.headers == {"Content-Type": "application/json"}
    assert json.loads(request.body)["orderCart"]["title"] == clover_title(message.data) == "Phone order-1"


def test_two_of_it_are_two_lines() -> None:
    lines = sent(asap(COKE.model_copy(update={"quantity": 2})))["lineItems"]
    assert lines == [{"item": {"id": "CL-coke-can"}}] * 2


def test_an_item_with_one_form_may_have_the_id_itself() -> None:
    menu = with_item(with_ids(lambda kind, entry_id: False), "coke", pos_ids={"clover": "CL-coke"})
    assert sent(asap(COKE), menu)["lineItems"] == [{"item": {"id": "CL-coke"}}]
    sized = with_item(with_ids(lambda kind, entry_id: False), "tea", pos_ids={"clover": "CL-tea"})
    [tea] = sent(asap(Line(id="L1", item_id="tea", variation_id="t-small")), sized)["lineItems"]
    assert tea == {"item": {"id": "CL-tea"}, "note": "Ice tea, small, iced"}


def test_a_custom_line_has_the_price_with_its_choices() -> None:
    chosen = chose("garnish", "onion"), chose("garnish", "swiss", action="extra")
    line = Line(id="L1", item_id="burger", variation_id="one", modifiers=chosen)
    menu = with_ids(lambda kind, entry_id: kind == "choice")
    message = message_of(asap(line), menu)
    [body] = sent(asap(line), menu)["lineItems"]
    assert body == {"name": "Burger", "price": message.data.lines[0].unit_price, "note": "onions; EXTRA swiss cheese"}
    [gone] = sent(asap(COKE), without(with_ids(), "coke"))["lineItems"]
    assert gone == {"name": "coke", "price": 0, "note": "PRICE NOT KNOWN"}


def test_every_portion_is_a_modification_and_none_is_not() -> None:
    chosen = (
        chose("garnish", "onion", quantity=2),
        chose("garnish", "swiss", action="extra"),
        chose("garnish", "lettuce", action="no"),
    )
    [body] = sent(asap(Line(id="L1", item_id="burger", variation_id="one", modifiers=chosen)))["lineItems"]
    assert [entry["modifier"]["id"] for entry in body["modifications"]] == ["CLM-onion"] * 2 + ["CLM-swiss"] * 2
    assert body["note"] == "EXTRA swiss cheese; NO lettuce"


def test_who_where_and_when_stand_in_the_note() -> None:
    order = asap(COKE, kind="delivery", address="1 Main St", customer_name="Ana", notes="ring twice")
    cart = sent(order)
    assert cart["note"] == (
        "DELIVERY TO 1 Main St; as soon as possible, about Wed 18 Nov 13:20; Name: Ana; Phone: +15550100123; "
        "ring twice; The caller was told $3.30 with tax; Order order-2"
    )
    assert "orderType" not in cart
    bare = sent(asap(COKE, fulfilment=None), phone=None)
    assert bare["note"].startswith("KIND NOT SAID; as soon as possible")
    assert "PHONE NUMBER WITHHELD" in bare["note"]
    assert "orderType" not in bare


def test_a_message_without_a_time_zone_gives_the_time_in_utc() -> None:
    message = message_of(everything(), with_ids())
    older = message.model_copy(update={"data": message.data.model_copy(update={"timezone": None})})
    cart: Any = clover_order(older, CLOVER)["orderCart"]
    assert "AT Thu 19 Nov 00:30 UTC" in cart["note"]


def test_what_is_too_long_goes_on_in_lines_that_cost_nothing() -> None:
    told = "x" * 2500
    cart = sent(asap(COKE.model_copy(update={"notes": told, "quantity": 2}), notes=told))
    first, second, *colas, last = cart["lineItems"]
    assert [(entry["name"], entry["price"]) for entry in (first, second)] == [("ORDER NOTE", 0)] * 2
    assert told in cart["note"] + first["note"] + second["note"]
    assert [len(cola["note"]) for cola in colas] == [2000, 2000]
    assert last == {"name": "NOTE FOR Coke", "price": 0, "note": "x" * 500}


def test_a_name_that_is_too_long_is_in_the_note_in_full() -> None:
    name = "T" * 120
    menu = with_item(with_ids(lambda kind, entry_id: False), "tea", name=name)
    [body] = sent(asap(Line(id="L1", item_id="tea", variation_id="t-small")), menu)["lineItems"]
    assert len(body["name"]) == 127
    assert body["note"] == f"{name}, small, iced"
