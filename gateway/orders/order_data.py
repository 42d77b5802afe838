"""An order as the v1 `order.*` events carry it (specification, order events): items with their modifications in short.

A modification is what is not the item's own: a choice, the other half of the dish, what fills a slot of a combo.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import ValidationError

from gateway.events import OrderData, OrderItem
from gateway.orders.order import Line, Modifier, Order, OrderState


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


def stored_order(text: str | None) -> Order | None:
    """The order of this JSON; None when there is none, or it is of a version that we do not know."""
    try:
        return None if text is None else Order.model_validate_json(text)
    except ValidationError:
        return None


def same_order(one: Order, other: Order) -> bool:
    """Whether both say the same to whoever makes them: how they came about and how far they are is left out."""
    return _made(one) == _made(other)


def _made(order: Order) -> Order:
    blank = {"version": 0, "state": OrderState.DRAFT, "read_back_version": None, "applied": (), "next_line": 1}
    return order.model_copy(update=blank)


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
