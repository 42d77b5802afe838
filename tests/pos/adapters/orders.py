"""The osteria's menu with ids for every POS, settings for each, and an order that has everything an order can have."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from gateway.orders.menu import Menu
from gateway.orders.order import Fulfilment, Line, Order
from gateway.orders.pos_systems import CloverSettings, SquareSettings, ToastDelivery, ToastSettings
from gateway.pos.order_message import OrderConfirmed
from gateway.pos.order_payload import CallInfo, build_order_confirmed
from tests.orders.osteria import HOUSE, TABLES, at, chose, combo, halved, ordered, part

NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)
CALL = CallInfo("CA1", "+15550100123", ((1, NOW),))
SQUARE = SquareSettings(location_id="LOC1", token=SecretStr("sq-token"))
TOAST = ToastSettings(
    restaurant_guid="rest-guid",
    client_id="client",
    client_secret=SecretStr("toast-secret"),
    naming_authority="GATEWAY",
    pickup_option="takeout-guid",
    guest_phone="+15550100077",
    guest_email="orders@example.com",
    pre_modifiers={"no": "pre-no", "extra": "pre-extra"},
    delivery=ToastDelivery(dining_option="delivery-guid", city="Springfield", state="IL", zip_code="62701"),
)
CLOVER = CloverSettings(merchant_id="M1", token=SecretStr("clover-token"), order_types={"pickup": "OT-PICKUP"})


def with_ids(keep: Callable[[str, str], bool] = lambda kind, entry_id: True) -> Menu:
    """The menu with ids for all three systems on the entries that `keep` (kind, id) wants."""
    tables: dict[str, Any] = deepcopy(TABLES)
    for item in tables["items"]:
        sizes = item["variations"]
        if keep("item", item["id"]):
            item["pos_ids"] = {"toast": f"mg-{item['category']}/{item['id']}-guid"}
        for size in sizes:
            size["pos_ids"] = {}
            if keep("size", f"{item['id']}-{size['id']}"):
                name = f"{item['id']}-{size['id']}"
                size["pos_ids"] = {"square": f"SQ-{name}", "clover": f"CL-{name}"}
                size["pos_ids"] |= {"toast": f"sizes/{size['id']}-guid"} if len(sizes) > 1 else {}
    for group in tables["modifier_groups"]:
        if keep("group", group["id"]):
            group["pos_ids"] = {"toast": f"og-{group['id']}"}
        for option in group["options"]:
            name = option["id"]
            option["pos_ids"] = {}
            if keep("choice", name):
                option["pos_ids"] = {"square": f"SQM-{name}", "clover": f"CLM-{name}", "toast": f"{name}-option-guid"}
    return Menu.model_validate(tables)


def message_of(order: Order, menu: Menu, *, phone: str | None = "+15550100123") -> OrderConfirmed:
    """The message as it lies in the outbox, read again."""
    call = CallInfo(CALL.call_id, phone, CALL.legs)
    return OrderConfirmed.model_validate_json(build_order_confirmed(order, HOUSE, call, NOW, menu=menu))


def everything() -> Order:
    """Two halves with choices on each, nested choices, a combo, a swap, refusals, an age, an allergy, a set time."""
    pizza = halved(
        "margherita",
        "pepperoni",
        "m-large",
        chose("toppings", "mushroom", placement="left"),
        chose("toppings", "jalapeno", action="extra", placement="right"),
        chose("toppings", "cheese", quantity=2),
    ).model_copy(update={"id": "L1", "quantity": 2, "notes": "cut in squares"})
    chicken = Line(
        id="L2",
        item_id="chicken",
        variation_id="one",
        modifiers=(
            chose("herbs", "dill"),
            chose("dressing", "vinaigrette", action="side"),
            chose("side", "salad"),
        ),
    )
    burger = Line(
        id="L3",
        item_id="burger",
        variation_id="one",
        modifiers=(
            chose("garnish", "lettuce", action="no"),
            chose("garnish", "swiss", action="swap", instead_of="cheddar"),
            chose("garnish", "onion", action="light"),
        ),
    )
    lunch = combo(
        part(
            "pizza", "pepperoni", "p-small", chose("toppings", "basil"), chose("toppings", "mushroom", action="extra")
        ),
        part("drink", "tea", "t-large"),
        id="L4",
        modifiers=(chose("extras", "napkin"),),
    )
    beer = Line(id="L5", item_id="beer", variation_id="pint", quantity=3)
    return ordered(
        pizza,
        chicken,
        burger,
        lunch,
        beer,
        id="order-1",
        customer_name="Ana Lopez",
        allergies=("peanuts",),
        notes="call when you arrive",
        age_confirmed=30,
        fulfilment=Fulfilment(kind="pickup", at=at("19:30")),
    )


def asap(*lines: Line, kind: str = "pickup", address: str | None = None, **fields: Any) -> Order:
    """An order of these lines for as soon as possible."""
    how = Fulfilment.model_validate({"kind": kind, "address": address})
    return ordered(*lines, **({"id": "order-2", "fulfilment": how} | fields))
