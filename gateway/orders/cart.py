"""The cart as a model sees it after every tool call: the whole order, what is missing, what it costs.

Rules kept here: always everything, so that a model that lost the thread finds it again; ids to act on beside words to
say; prices in integer cents, totals also in words.
"""

from collections.abc import Iterable

from gateway.orders.menu import Item, Menu, Variation
from gateway.orders.missing import Missing, missing_from_customer, missing_from_lines
from gateway.orders.money import price_text
from gateway.orders.order import Line, Modifier, Order
from gateway.orders.pricing import Totals, totals
from gateway.orders.read_back import describe_line, describe_modifier
from gateway.orders.restaurant import Restaurant


def cart(order: Order, menu: Menu, restaurant: Restaurant) -> dict[str, object]:
    """`state`, `cart`, `missing`, `totals`, `customer`; `approval` when the total needs a person's approval."""
    sums = totals(order, menu)
    gaps = missing_from_lines(order, menu)
    if order.lines:
        gaps += missing_from_customer(order, restaurant.fulfilments)
    shown: dict[str, object] = {
        "state": order.state.value,
        "cart": [_line(line, menu, sums) for line in order.lines],
        "missing": missing_output(gaps),
        "totals": _totals(sums, order.currency),
        "customer": _customer(order),
    }
    if needs_approval(sums, restaurant):
        shown["approval"] = "This total needs the approval of a person: make it smaller, or transfer the caller."
    return shown


def missing_output(gaps: Iterable[Missing]) -> list[dict[str, object]]:
    """Gaps as JSON."""
    return [{"line_id": g.line_id, "what": g.what, "choices": list(g.choices), "say": g.say} for g in gaps]


def needs_approval(sums: Totals, restaurant: Restaurant) -> bool:
    """Whether the total is above what may be ordered without a person."""
    return sums.total > restaurant.approval_cents


def _line(line: Line, menu: Menu, sums: Totals) -> dict[str, object]:
    item = menu.item(line.item_id)
    variation = None if item is None or line.variation_id is None else item.variation(line.variation_id)
    return {
        "line_id": line.id,
        "item_id": line.item_id,
        "name": line.item_id if item is None else item.name,
        "quantity": line.quantity,
        "size": _size(line, item, variation, menu),
        "options": dict(line.options if variation is None else variation.options),
        "modifiers": [_modifier(modifier, menu) for modifier in line.modifiers],
        "notes": line.notes,
        "price": sums.lines.get(line.id),
        "text": describe_line(line, menu),
    }


def _size(line: Line, item: Item | None, variation: Variation | None, menu: Menu) -> str | None:
    """What is settled of the size, in words; None where nothing is, or there is nothing to settle."""
    chosen = line.options if variation is None else variation.options
    dimensions = () if item is None else menu.dimensions_of(item)
    options = (dimension.option(chosen.get(dimension.id, "")) for dimension in dimensions)
    return ", ".join(option.name for option in options if option is not None) or None


def _modifier(modifier: Modifier, menu: Menu) -> dict[str, object]:
    return {
        "group_id": modifier.group,
        "option_id": modifier.option,
        "action": modifier.action,
        "quantity": modifier.quantity,
        "text": describe_modifier(modifier, menu),
    }


def _totals(sums: Totals, currency: str) -> dict[str, object]:
    return {
        "subtotal": sums.subtotal,
        "tax": sums.tax,
        "total": sums.total,
        "currency": currency,
        "text": price_text(sums.total, currency),
        "unpriced": list(sums.unpriced),
    }


def _customer(order: Order) -> dict[str, object]:
    fulfilment = order.fulfilment
    return {
        "name": order.customer_name,
        "fulfilment": None if fulfilment is None else fulfilment.kind,
        "address": None if fulfilment is None else fulfilment.address,
        "notes": order.notes,
    }
