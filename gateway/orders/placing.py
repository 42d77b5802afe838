"""What stands between a cart and a placed order: the read-back, the yes, and the last check.

Pure questions, each answered by a `Gate` that says why not, in words for the model, or by None: go ahead. Rules kept
here (design, section 6): the read-back is of the order as it stands, and with it came what the menu says to the
caller's allergies; the caller heard its total; the caller said yes to it; and the restaurant can still take the order,
which is asked at the read-back and again at the confirm. A refusal never closes the order: it stays to be edited.
"""

from dataclasses import dataclass

from gateway.orders.caps import needs_approval, over_caps
from gateway.orders.menu import Menu
from gateway.orders.missing import Missing, missing, missing_from_lines
from gateway.orders.on_offer import OnOffer, Shortfall
from gateway.orders.order import Order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.timing import not_then
from gateway.orders.tooling.outcome import OrderErrorCode, OutcomeKind, ToolContext
from gateway.orders.wording.listing import listed

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
    on_offer = OnOffer(menu, restaurant, context, order.fulfilment)
    gaps = missing_from_lines(order, menu, on_offer=on_offer)
    return _asking(gaps) or _taking(order, menu, restaurant, context)


def before_confirm(order: Order, menu: Menu, restaurant: Restaurant, context: ToolContext) -> Gate | None:
    """Why the order cannot be placed."""
    if not order.lines:
        return Gate("There is nothing to confirm: the order is empty.", error="INCOMPLETE_ORDER")
    on_offer = OnOffer(menu, restaurant, context, order.fulfilment)
    return (
        _asking(missing_from_lines(order, menu, on_offer=on_offer))
        or _reading(order)
        or _answering(context)
        or _asking(missing(order, menu, restaurant.fulfilments, on_offer=on_offer))
        or _taking(order, menu, restaurant, context)
    )


def _asking(gaps: tuple[Missing, ...]) -> Gate | None:
    if not gaps:
        return None
    words = f"Something must be asked first: {' '.join(gap.say for gap in gaps)}"
    if any(gap.what == "age" for gap in gaps):
        words += " If the caller is younger, take what asks for that age off the order."
    return Gate(words, "incomplete", "INCOMPLETE_ORDER")


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
    """The restaurant's side: it can make this for that time, at known prices, and so much needs no person."""
    fulfilment = order.fulfilment
    if fulfilment is not None and fulfilment.kind not in restaurant.fulfilments:
        offered = listed(restaurant.fulfilments)
        return Gate(f"{restaurant.name} offers {offered} only. Tell the caller, and ask whether that will do.")
    sums = totals(order, menu)
    unpriced = f"{', '.join(sums.unpriced)} cannot be had any more: take it off, and tell the caller."
    words = (
        not_then(fulfilment, restaurant, context)
        or _falling_short(order, OnOffer(menu, restaurant, context, fulfilment))
        or (unpriced if sums.unpriced else None)
        or over_caps(order, menu)
        or needs_approval(order, sums, restaurant, context.recent_cents)
    )
    return None if words is None else Gate(words)


def _falling_short(order: Order, on_offer: OnOffer) -> str | None:
    """Which lines cannot be had now and why, what could be had instead, and what to do about it."""
    told = [_told(line.id, short) for line in order.lines for short in on_offer.shortfalls(line)]
    if not told:
        return None
    return f"{' '.join(told)} Tell the caller, offer this once, then change the line with set_line or remove_line."


def _told(line_id: str, short: Shortfall) -> str:
    instead = listed((name for _, name in short.instead), word="or") if short.instead else ""
    return f"{line_id}: {short.not_now.say}" + (f" Instead there is {instead}." if instead else "")
