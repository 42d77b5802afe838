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
    ids = frozenset[str]().union(*(_taken_on(side, group, modifiers) for side in SIDES))
    return tuple(option for option in group.options if option.id in ids)


def added_and_kept(lines: Iterable[Line], menu: Menu) -> tuple[ModifierOption, ...]:
    """Every option that is on a dish of these lines, whether it comes with it or was chosen, each once."""
    found: dict[tuple[str, str], ModifierOption] = {}
    for item, modifiers in (dish for line in lines for dish in dishes_of(line, menu)):
        for group in open_groups(item, modifiers, menu):
            found |= {(group.id, option.id): option for option in taken(group, modifiers)}
    return tuple(found.values())


def open_groups(
    item: Item, modifiers: Sequence[Modifier], menu: Menu, sides: Sequence[Side] = SIDES
) -> tuple[ModifierGroup, ...]:
    """The groups of an item, and those that its choices and its defaults open, on these sides of it."""
    groups = menu.groups_of(item)
    while True:
        chosen = [(g.id, option_id) for g in groups for side in sides for option_id in _taken_on(side, g, modifiers)]
        opened = menu.open_groups(item, chosen)
        if len(opened) == len(groups):
            return opened
        groups = opened


def lacking_in(group: ModifierGroup, item: Item, modifiers: Sequence[Modifier], menu: Menu) -> int:
    """How many portions an open group still demands, on the emptier half; a half that does not open it needs none."""
    opened = [side for side in SIDES if group in open_groups(item, modifiers, menu, (side,))]
    return max((group.min - portions_on(side, group, modifiers) for side in opened), default=0)


def other_half(item: Item, half_item_id: str, menu: Menu) -> Item | None:
    """The item of the right half; None when the two cannot share a dish.

    The choices of a dish of two halves are those of both, so both must have the same.
    """
    other = menu.item(half_item_id)
    if other is None or other.category != item.category or not (item.halves and other.halves):
        return None
    return other if set(other.modifier_groups) == set(item.modifier_groups) else None


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


def _taken_on(side: Side, group: ModifierGroup, modifiers: Sequence[Modifier]) -> frozenset[str]:
    """The ids of a group's options that are on one half."""
    there = on_side(side, group, modifiers)
    return frozenset(
        (*(m.option for m in there if m.action != "no"), *(option.id for option in _kept_defaults(group, there)))
    )


def _kept_defaults(group: ModifierGroup, there: Sequence[Modifier]) -> list[ModifierOption]:
    """What the dish comes with on a half and nobody has named: in a group of one choice, any choice displaces it."""
    if group.max == 1 and any(m.action != "no" for m in there):
        return []
    named = {m.option for m in there} | {m.instead_of for m in there if m.action == "swap"}
    return [option for option in group.defaults if option.id not in named]
