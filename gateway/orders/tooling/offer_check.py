"""The question that `set_line` asks before it puts something into the cart: can it be had, and if not, what instead?

Rules kept here: what was in the cart already may stay or become less, for it is told when the order is read back; a
refusal names the reason, and a few things that can be had, to be offered once.
"""

from collections.abc import Iterable

from gateway.orders.choices import open_groups, taken
from gateway.orders.menu import Menu, ModifierGroup, ModifierOption
from gateway.orders.on_offer import NotNow, OnOffer
from gateway.orders.order import Line
from gateway.orders.tooling.arguments import Refusal
from gateway.orders.wording.listing import listed

_SCHEDULED = frozenset({"daypart", "weekday", "date"})


def refuse_not_now(offer: OnOffer, menu: Menu, line: Line, old: Line | None) -> None:
    """See that what is new on a line can be had at the time the order is made for.

    Raises:
        Refusal: it cannot; `beside["alternatives"]` lists the ids of what can.
    """
    known = () if old is None or line.quantity > old.quantity else offer.line(old)
    new = [short for short in offer.shortfalls(line) if short.not_now not in known]
    if not new:
        return
    told = [short.not_now.say for short in new]
    first = new[0]
    left_off = _default(offer, menu, line, first.not_now)
    instead = () if left_off is not None else first.instead
    if left_off is not None:
        told.append(f"Ask whether to make it without {left_off.name}; then give {left_off.id} with action no.")
    elif instead:
        told.append(f"There is {listed((name for _, name in instead), word='or')}.")
        told.append("Ask once whether the caller would like that instead.")
    if first.not_now.reason in _SCHEDULED:
        told.append("Say that it can be scheduled for a time when it is there (set_fulfilment).")
    told.append("Tell the caller.")
    raise Refusal(" ".join(told), beside={"alternatives": [entry_id for entry_id, _ in instead]})


def _default(offer: OnOffer, menu: Menu, line: Line, not_now: NotNow) -> ModifierOption | None:
    """The option that has run out, where the dish comes with it and can be had without."""
    choices = (c for c in _choices(menu, line) if c[1].default and c[0].negatable)
    return next((option for group, option in choices if offer.option(group, option) == not_now), None)


def _choices(menu: Menu, line: Line) -> Iterable[tuple[ModifierGroup, ModifierOption]]:
    """Every choice that is on the line, what its dishes come with included."""
    for item_id, modifiers in ((line.item_id, line.modifiers), *((p.item_id, p.modifiers) for p in line.parts)):
        item = menu.item(item_id)
        for group in () if item is None else open_groups(item, modifiers, menu):
            for option in taken(group, modifiers):
                yield group, option
