"""What stands between a cart and a placed order: the read-back, the yes, and the last check.

Pure questions, each answered by a `Gate` that says why not, in words for the model, or by None: go ahead. Rules kept
here (design, section 6): the read-back is of the order as it stands; the caller heard its total; the caller said yes
to it; and the restaurant can still take the order.
"""

from dataclasses import dataclass

from gateway.orders.cart import needs_approval
from gateway.orders.menu import Menu
from gateway.orders.missing import Missing, missing, missing_from_lines
from gateway.orders.money import price_text
from gateway.orders.order import Order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_outcome import OrderErrorCode, OutcomeKind, ToolContext

_ANSWERS = {
    None: "The caller has not answered the read-back yet. Wait for the answer, then call confirm_order again.",
    "no": "The caller did not say yes to the read-back. Ask what to change.",
    "unclear": "It is not clear that the caller said yes. Ask: is the order right, yes or no?",
}


@dataclass(frozen=True, slots=True)
class Gate:
    """Why an order does not go ahead."""

    message: str
    kind: OutcomeKind = "refused"
    error: OrderErrorCode | None = None


def before_read_back(order: Order, menu: Menu, restaurant: Restaurant, context: ToolContext) -> Gate | None:
    """Why the order cannot be read back: it is empty, has gaps, cannot be taken. The name may come later."""
    if not order.lines:
        return Gate("There is nothing in the order yet. Ask what the caller would like.", error="INCOMPLETE_ORDER")
    return _asking(missing_from_lines(order, menu)) or _taking(order, menu, restaurant, context)


def before_confirm(order: Order, menu: Menu, restaurant: Restaurant, context: ToolContext) -> Gate | None:
    """Why the order cannot be placed."""
    if not order.lines:
        return Gate("There is nothing to confirm: the order is empty.", error="INCOMPLETE_ORDER")
    return (
        _asking(missing_from_lines(order, menu))
        or _reading(order)
        or _answering(context)
        or _asking(missing(order, menu, restaurant.fulfilments))
        or _taking(order, menu, restaurant, context)
    )


def _asking(gaps: tuple[Missing, ...]) -> Gate | None:
    if not gaps:
        return None
    return Gate(f"Something must be asked first: {' '.join(gap.say for gap in gaps)}", "incomplete", "INCOMPLETE_ORDER")


def _reading(order: Order) -> Gate | None:
    if order.read_back_stands:
        return None
    if order.read_back_version is None:
        return Gate("The order was not read back yet. Call read_back and say its text first.")
    return Gate("The order was changed after the read-back. Call read_back again and say its text.")


def _answering(context: ToolContext) -> Gate | None:
    if not context.heard_read_back:
        return Gate("The caller has not heard the whole read-back with its total. Call read_back and say it again.")
    return None if context.assent == "yes" else Gate(_ANSWERS[context.assent])


def _taking(order: Order, menu: Menu, restaurant: Restaurant, context: ToolContext) -> Gate | None:
    """The restaurant's side: it is open, sells at known prices, and the sum is one that needs no person."""
    if not restaurant.is_open(context.now):
        opens = restaurant.next_opening(context.now)
        when = "" if opens is None else f" It opens {opens:%A at %H:%M}."
        return Gate(f"{restaurant.name} is closed now and takes no orders.{when} Tell the caller.")
    sums = totals(order, menu)
    if sums.unpriced:
        return Gate(f"{', '.join(sums.unpriced)} cannot be had any more: take it off, and tell the caller.")
    if needs_approval(sums, restaurant):
        limit = price_text(restaurant.approval_cents, order.currency)
        return Gate(f"Orders above {limit} need the approval of a person. Say so, and offer transfer_to_staff.")
    return None
