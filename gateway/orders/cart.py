"""The cart as a model sees it after every tool call: the whole order, what is missing, what it costs.

Rules kept here: always everything, so that a model that lost the thread finds it again; ids to act on beside words to
say; prices in integer cents, totals also in words; what few orders have (halves, parts, warnings) is there only when
the order has it.
"""

from collections.abc import Iterable

from gateway.orders.caps import needs_approval
from gateway.orders.cautions import cautions
from gateway.orders.menu import Item, Menu, Variation
from gateway.orders.missing import Missing, missing_from_customer, missing_from_lines
from gateway.orders.on_offer import OnOffer
from gateway.orders.order import Line, Modifier, Order, Part
from gateway.orders.pricing import Totals, totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling.outcome import ToolContext
from gateway.orders.wording.line_words import describe_line, describe_modifier
from gateway.orders.wording.money import price_text


def cart(order: Order, menu: Menu, restaurant: Restaurant, context: ToolContext | None = None) -> dict[str, object]:
    """`state`, `cart`, `missing`, `totals`, `customer`; `unavailable`, `warnings` and `approval` when there are any.

    Args:
        order: as it stands.
        menu: it is ordered from.
        restaurant: whose rules count.
        context: the time, the 86 list and what the number ordered before; without it nothing is called unavailable.
    """
    sums = totals(order, menu)
    on_offer = None if context is None else OnOffer(menu, restaurant, context, order.fulfilment)
    gaps = missing_from_lines(order, menu, on_offer=on_offer)
    if order.lines:
        gaps += missing_from_customer(order, restaurant.fulfilments)
    shown: dict[str, object] = {
        "state": order.state.value,
        "cart": [_line(line, menu, sums) for line in order.lines],
        "missing": missing_output(gaps),
        "totals": _totals(sums, order.currency),
        "customer": _customer(order, restaurant),
    }
    unavailable = [] if on_offer is None else [u for line in order.lines for u in _unavailable(line, on_offer)]
    extras = {
        "unavailable": unavailable,
        "warnings": list(cautions(order, menu)),
        "approval": needs_approval(order, sums, restaurant, () if context is None else context.recent_cents),
    }
    return shown | {name: value for name, value in extras.items() if value}


def missing_output(gaps: Iterable[Missing]) -> list[dict[str, object]]:
    """Gaps as JSON."""
    shown: list[dict[str, object]] = []
    for gap in gaps:
        shown.append({"line_id": gap.line_id, "what": gap.what, "choices": list(gap.choices), "say": gap.say})
        if gap.slot is not None:
            shown[-1]["slot"] = gap.slot
    return shown


def _line(line: Line, menu: Menu, sums: Totals) -> dict[str, object]:
    item = menu.item(line.item_id)
    variation = None if item is None or line.variation_id is None else item.variation(line.variation_id)
    shown: dict[str, object] = {
        "line_id": line.id,
        "item_id": line.item_id,
        "name": line.item_id if item is None else item.name,
        "quantity": line.quantity,
        "size": _size(line, item, variation, menu),
        "options": dict(line.options if variation is None else variation.options),
        "modifiers": [_modifier(modifier, menu, line.half_item_id is not None) for modifier in line.modifiers],
        "notes": line.notes,
        "price": sums.lines.get(line.id),
        "text": describe_line(line, menu),
    }
    if line.half_item_id is not None:
        shown["half_item_id"] = line.half_item_id
    if line.parts:
        shown["parts"] = [_part(part, menu) for part in line.parts]
    return shown


def _part(part: Part, menu: Menu) -> dict[str, object]:
    """What fills a slot, in the form in which `set_line` takes it, with its name and size in words."""
    item = menu.item(part.item_id)
    variation = None if item is None or part.variation_id is None else item.variation(part.variation_id)
    return {
        "slot": part.slot,
        "item_id": part.item_id,
        "name": part.item_id if item is None else item.name,
        "size": _size(part, item, variation, menu),
        "options": dict(part.options if variation is None else variation.options),
        "modifiers": [_modifier(modifier, menu, False) for modifier in part.modifiers],
    }


def _unavailable(line: Line, on_offer: OnOffer) -> Iterable[dict[str, object]]:
    """What of a line cannot be had now, why, and the ids of what could be had instead."""
    for short in on_offer.shortfalls(line):
        yield {
            "line_id": line.id,
            "reason": short.not_now.reason,
            "say": short.not_now.say,
            "instead": [entry_id for entry_id, _ in short.instead],
        }


def _size(line: Line | Part, item: Item | None, variation: Variation | None, menu: Menu) -> str | None:
    """What is settled of the size, in words; None where nothing is, or there is nothing to settle."""
    chosen = line.options if variation is None else variation.options
    dimensions = () if item is None else menu.dimensions_of(item)
    options = (dimension.option(chosen.get(dimension.id, "")) for dimension in dimensions)
    return ", ".join(option.name for option in options if option is not None) or None


def _modifier(modifier: Modifier, menu: Menu, halves: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "group_id": modifier.group,
        "option_id": modifier.option,
        "action": modifier.action,
        "quantity": modifier.quantity,
        "text": describe_modifier(modifier, menu, halves=halves),
    }
    if modifier.placement != "whole":
        shown["placement"] = modifier.placement
    if modifier.instead_of is not None:
        shown["instead_of"] = modifier.instead_of
    return shown


def _totals(sums: Totals, currency: str) -> dict[str, object]:
    return {
        "subtotal": sums.subtotal,
        "tax": sums.tax,
        "total": sums.total,
        "currency": currency,
        "text": price_text(sums.total, currency),
        "unpriced": list(sums.unpriced),
    }


def _customer(order: Order, restaurant: Restaurant) -> dict[str, object]:
    """Who it is for; `at` is the scheduled time in the restaurant's own, None: as soon as it is ready."""
    fulfilment = order.fulfilment
    at = None if fulfilment is None or fulfilment.at is None else fulfilment.at.astimezone(restaurant.zone)
    return {
        "name": order.customer_name,
        "fulfilment": None if fulfilment is None else fulfilment.kind,
        "address": None if fulfilment is None else fulfilment.address,
        "at": None if at is None else f"{at:%Y-%m-%dT%H:%M}",
        "notes": order.notes,
        "allergies": list(order.allergies),
        "age_confirmed": order.age_confirmed,
    }
