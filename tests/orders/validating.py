"""What is said, as the parser hands it over, and validated against the osteria's menu."""

from dataclasses import replace

from gateway.orders.intent import IntentItem, IntentModifier, OrderIntent, OrderValidation
from gateway.orders.menu import Menu
from gateway.orders.on_offer import OnOffer
from gateway.orders.order import Fulfilment
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.outcome import ToolContext
from gateway.orders.validate import validate_order
from tests.orders.osteria import HOUSE, OSTERIA, at

LARGE = {"size": "large"}
SMALL_PIZZA = IntentItem("margherita", options={"size": "small"}, variation_id="m-small", slot="pizza")
COKE = IntentItem("coke", slot="drink")


def choice(group: str, option: str, **fields: object) -> IntentModifier:
    return replace(IntentModifier(option, group), **fields)  # type: ignore[arg-type]  # fields by name


def said(*items: IntentItem, **fields: object) -> OrderIntent:
    return replace(OrderIntent("add", items), **fields)  # type: ignore[arg-type]  # fields by name


def validate(*items: IntentItem, menu: Menu = OSTERIA, **fields: object) -> OrderValidation:
    return validate_order(said(*items), menu, **fields)  # type: ignore[arg-type]  # fields by name


def offer(clock: str, *refs: str, fulfilment: Fulfilment | None = None) -> OnOffer:
    sold_out = SoldOut(tuple(SoldOutEntry(ref) for ref in refs))
    return OnOffer(OSTERIA, HOUSE, ToolContext(at(clock), sold_out=sold_out), fulfilment)
