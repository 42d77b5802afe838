"""What the choices of a dish amount to: which groups are open, what lies on which half, what fills which slot.

Rules kept here: a default is there until it is refused, swapped away, or another choice takes the only place there is;
the halves of a dish are judged each for itself; a group without a rule for halves has none, whatever a choice says of
its placement.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from gateway.orders.menu import Item, Menu, ModifierGroup, ModifierOption, Slot, Variation
from gateway.orders.order import Line, Modifier, Part

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")


def on_side(side: Side, group: ModifierGroup, modifiers: Iterable[Modifier]) -> list[Modifier]:
    """The choices made in a group that lie on one half; all of them where the group knows no halves."""
    there = ("whole", side)
    return [m for m in modifiers if m.group == group.id and (group.halves is None or m.placement in there)]


def portions_on(side: Side, group: ModifierGroup, modifiers: Iterable[Modifier]) -> int:
    """How many portions of a group lie on one half, what the dish comes with included."""
    there = on_side(side, group, modifiers)
    return sum(m.quantity for m in there if m.action != "no") + len(_kept_defaults(group, there))


def taken(group: ModifierGroup, modifiers: Sequence[Modifier]) -> tuple[ModifierOption, ...]:
    """The options of a group that are on the dish, on one half at least, in the menu's order."""
    ids: set[str] = set()
    for side in SIDES:
        there = on_side(side, group, modifiers)
        ids |= {m.option for m in there if m.action != "no"}
        ids |= {option.id for option in _kept_defaults(group, there)}
    return tuple(option for option in group.options if option.id in ids)


def open_groups(item: Item, modifiers: Sequence[Modifier], menu: Menu) -> tuple[ModifierGroup, ...]:
    """The groups of an item, and those that its choices and its defaults open."""
    groups = menu.groups_of(item)
    while True:
        chosen = [(group.id, option.id) for group in groups for option in taken(group, modifiers)]
        opened = menu.open_groups(item, chosen)
        if len(opened) == len(groups):
            return opened
        groups = opened


def other_half(item: Item, half_item_id: str, menu: Menu) -> Item | None:
    """The item of the right half; None when the two cannot share a dish."""
    other = menu.item(half_item_id)
    shares = other is not None and other.category == item.category and bool(item.halves and other.halves)
    return other if shares else None


def same_form(other: Item, variation: Variation) -> Variation | None:
    """The variation of another item in the same size (and whatever else they differ in); None: it has none."""
    return next((form for form in other.variations if dict(form.options) == dict(variation.options)), None)


def part_for(slot: Slot, parts: Iterable[Part]) -> Part | None:
    """What fills a slot; None while nothing does, or when that is no choice for it."""
    return next((part for part in parts if part.slot == slot.id and slot.choice(part.item_id) is not None), None)


def forms_of(part: Part, slot: Slot, menu: Menu) -> tuple[Variation, ...]:
    """The variations that what fills a slot can still be, in the menu's order: exactly one once it is settled."""
    choice, item = slot.choice(part.item_id), menu.item(part.item_id)
    if choice is None or item is None:
        return ()
    allowed = [form for form in item.variations if not choice.variations or form.id in choice.variations]
    if part.variation_id is not None:
        return tuple(form for form in allowed if form.id == part.variation_id)
    return tuple(form for form in allowed if form in item.matching(part.options))


def items_of(line: Line, menu: Menu) -> tuple[Item, ...]:
    """Every item that a line is made of, once: the item itself, its other half, what fills its slots."""
    ids = (line.item_id, line.half_item_id, *(part.item_id for part in line.parts))
    found = (menu.item(item_id) for item_id in dict.fromkeys(ids) if item_id is not None)
    return tuple(item for item in found if item is not None)


def dishes_of(line: Line, menu: Menu) -> Iterator[tuple[Item, tuple[Modifier, ...]]]:
    """What of a line has choices of its own, with them: the item, and what fills its slots."""
    for item_id, modifiers in ((line.item_id, line.modifiers), *((p.item_id, p.modifiers) for p in line.parts)):
        item = menu.item(item_id)
        if item is not None:
            yield item, modifiers


def _kept_defaults(group: ModifierGroup, there: Sequence[Modifier]) -> list[ModifierOption]:
    """What the dish comes with on a half and nobody has named: in a group of one choice, any choice displaces it."""
    if group.max == 1 and any(m.action != "no" for m in there):
        return []
    named = {m.option for m in there} | {m.instead_of for m in there if m.action == "swap"}
    return [option for option in group.defaults if option.id not in named]
