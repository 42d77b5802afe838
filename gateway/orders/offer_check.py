"""The question that `set_line` asks before it puts something into the cart: can it be had, and if not, what instead?

Rules kept here: what was in the cart already may stay or become less, for it is told when the order is read back; a
refusal names the reason, and a few things that can be had, to be offered once.
"""

from collections.abc import Iterable

from gateway.orders.choices import items_of, open_groups, taken
from gateway.orders.desk import Desk, ToolCall
from gateway.orders.listing import listed
from gateway.orders.menu import Item, ModifierGroup, ModifierOption
from gateway.orders.on_offer import NotNow, OnOffer
from gateway.orders.order import Line, Modifier
from gateway.orders.tool_arguments import Refusal

MOST_OFFERED = 3


def refuse_not_now(desk: Desk, call: ToolCall, line: Line, old: Line | None) -> None:
    """See that what is new on a line can be had at the time the order is made for.

    Raises:
        Refusal: it cannot; `beside["alternatives"]` lists the ids of what can.
    """
    offer = OnOffer(desk.menu, desk.restaurant, call.context, call.order.fulfilment)
    known = () if old is None or line.quantity > old.quantity else offer.line(old)
    new = [not_now for not_now in offer.line(line) if not_now not in known]
    if not new:
        return
    first = new[0]
    told = [not_now.say for not_now in new]
    kept_off, instead = _without(desk, offer, line, first), _instead(desk, offer, line, first)
    if kept_off is not None:
        told.append(f"Ask whether to make it without {kept_off.name} ({kept_off.id}, action no).")
    elif instead:
        told.append(f"There is {listed((entry.name for entry in instead), word='or')}.")
        told.append("Ask once whether the caller would like that instead.")
    if first.reason in ("daypart", "weekday", "date"):
        told.append("Say that it can be scheduled for a time when there is some (set_fulfilment).")
    raise Refusal(" ".join((*told, "Tell the caller.")), beside={"alternatives": [entry.id for entry in instead]})


def _without(desk: Desk, offer: OnOffer, line: Line, not_now: NotNow) -> ModifierOption | None:
    """The default that has run out, where the dish can be had without it."""
    for group, option in _choices(desk, line):
        if option.default and group.negatable and offer.option(group, option) == not_now:
            return option
    return None


def _instead(desk: Desk, offer: OnOffer, line: Line, not_now: NotNow) -> list[Item] | list[ModifierOption]:
    """What can be had in the place of what cannot: for the slot of a combo, of the menu, or of the option's group."""
    menu, combo = desk.menu, desk.menu.item(line.item_id)
    for part in line.parts:
        slot, item = None if combo is None else combo.slot(part.slot), menu.item(part.item_id)
        if slot is not None and item is not None and offer.item(item) == not_now:
            return list(offer.left_for(slot))[:MOST_OFFERED]
    for item in items_of(line, menu):
        if offer.item(item) == not_now:
            return list(offer.alternatives(item, MOST_OFFERED))
    there = [option for _, option in _choices(desk, line)]
    for group, option in _choices(desk, line):
        if offer.option(group, option) == not_now:
            return [other for other in offer.left_in(group) if other not in there][:MOST_OFFERED]
    return []


def _choices(desk: Desk, line: Line) -> Iterable[tuple[ModifierGroup, ModifierOption]]:
    """Every choice that is on the line, what its dishes come with included."""
    made: list[tuple[str, tuple[Modifier, ...]]] = [(line.item_id, line.modifiers)]
    for item_id, modifiers in (*made, *((part.item_id, part.modifiers) for part in line.parts)):
        item = desk.menu.item(item_id)
        for group in () if item is None else open_groups(item, modifiers, desk.menu):
            for option in taken(group, modifiers):
                yield group, option
