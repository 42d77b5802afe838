"""An order as the v1 `order.*` events carry it (specification, order events): items with their modifications in short.

A modification is what is not the item's own: a choice, the other half of the dish, what fills a slot of a combo.
"""

from collections.abc import Iterator
from typing import Literal

from gateway.events import OrderData, OrderItem
from gateway.orders.order import Line, Modifier, Order


def order_data(order: Order, total: int, status: Literal["confirmed", "failed"]) -> OrderData:
    """The data of the event that says what became of an order. `total` in integer cents."""
    items = tuple(
        OrderItem(
            menu_item_id=line.item_id,
            quantity=line.quantity,
            modifications=tuple(_modifications(line)),
            confidence=line.confidence,
        )
        for line in order.lines
    )
    return OrderData(intent="confirm", items=items, total_amount=total, status=status)


def _modifications(line: Line) -> Iterator[str]:
    if line.half_item_id is not None:
        yield f"half {line.half_item_id}"
    yield from map(_choice, line.modifiers)
    for part in line.parts:
        yield " ".join((part.slot, part.item_id, *map(_choice, part.modifiers)))


def _choice(modifier: Modifier) -> str:
    """`add mushroom`, `extra basil x2 left`, `swap swiss for american`."""
    words = [modifier.action, modifier.option]
    words += [] if modifier.quantity == 1 else [f"x{modifier.quantity}"]
    words += [] if modifier.placement == "whole" else [modifier.placement]
    words += [] if modifier.instead_of is None else ["for", modifier.instead_of]
    return " ".join(words)
