"""How much one order may hold, and from when on a person must approve it.

Rules kept here: a cap counts over all lines, so that nobody gets past it by splitting, nor by a combo
or a half; what is at a limit is within it;
many orders of one number in a short time count together. The words are for the model, to tell the caller by.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from gateway.orders.choices import dishes_of, open_groups
from gateway.orders.menu import Menu
from gateway.orders.missing import chosen
from gateway.orders.order import MAX_LINES, Line, Order
from gateway.orders.pricing import Totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.wording.money import price_text

_PERSON = "the approval of a person. Say so, and offer transfer_to_staff."

TOO_MUCH_LATELY = f"With what this number has ordered within ten minutes, this order is not placed: it needs {_PERSON}"
"""When it is the store that says so, because several calls of one number go on at once."""


def over_caps(order: Order, menu: Menu) -> str | None:
    """Why the order is too much to be placed at all: too many lines, of one item, or of one group's choices.

    Line by line the tools see to it already; a menu that changed since may allow less.
    """
    if len(order.lines) > MAX_LINES:
        return f"An order has at most {MAX_LINES} lines, and this one has {len(order.lines)}. Take some off."
    choices = (told for line in order.lines if (told := _too_many_choices(line, menu)) is not None)
    return next(chain((told for _, _, told in _too_many_of(order, menu)), choices), None)


def over_caps_now(order: Order, before: Order, menu: Menu) -> str | None:
    """Of which items a change made too many, or more of what was too many; what became less may go on."""
    had = ordered_items(before)
    return next((told for item_id, count, told in _too_many_of(order, menu) if count > had[item_id]), None)


def ordered_items(order: Order) -> Counter[str]:
    """How many of each item, by id: as itself, as one half of a dish, and as a part of a combo."""
    found: Counter[str] = Counter()
    for line in order.lines:
        for item_id in (line.item_id, line.half_item_id, *(part.item_id for part in line.parts)):
            if item_id is not None:
                found[item_id] += line.quantity
    return found


def _too_many_of(order: Order, menu: Menu) -> Iterator[tuple[str, int, str]]:
    """The items of which there are too many: id, how many there are, and what to say."""
    for item_id, count in ordered_items(order).items():
        item = menu.item(item_id)
        if item is not None and count > item.max_quantity:
            most = f"At most {item.max_quantity} {item.name} in one order, and there are {count}."
            yield item_id, count, f"{most} Tell the caller, and offer a person."


def _too_many_choices(line: Line, menu: Menu) -> str | None:
    for item, modifiers in dishes_of(line, menu):
        for group in open_groups(item, modifiers, menu):
            if group.max is not None and chosen(group, modifiers) > group.max:
                return f"{line.id}: at most {group.max} of {group.name} on {item.name}. Ask the caller which to keep."
            for modifier in modifiers:
                if modifier.group == group.id and modifier.quantity > group.max_per_option:
                    most = f"{line.id}: at most {group.max_per_option} of {modifier.option} on {item.name}."
                    return f"{most} Ask the caller whether that will do."
    return None


def needs_approval(order: Order, sums: Totals, restaurant: Restaurant, recent_cents: Sequence[int] = ()) -> str | None:
    """Why the order needs the approval of a person; None when it does not.

    Args:
        order: as it stands.
        sums: its totals.
        restaurant: whose limits count.
        recent_cents: totals of the orders that the same number placed within the last ten minutes.
    """
    limit = price_text(restaurant.approval_cents, order.currency)
    if sums.total > restaurant.approval_cents:
        return f"Orders above {limit} need {_PERSON}"
    if sum(line.quantity for line in order.lines) > restaurant.approval_quantity:
        return f"Orders of more than {restaurant.approval_quantity} things need {_PERSON}"
    if len(recent_cents) >= restaurant.approval_recent:
        return f"This number has placed {len(recent_cents)} orders within ten minutes: the next needs {_PERSON}"
    if sums.total + sum(recent_cents) > restaurant.approval_cents:
        return f"With what this number has just ordered it comes to more than {limit}, and needs {_PERSON}"
    return None
