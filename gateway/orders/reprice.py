"""An order brought to another menu: what it can no longer have is taken out, what costs otherwise is told.

It happens when a held order is taken up later and when a menu changes in mid-call. No customer pays a price nobody told
them: the changes come back as sentences, and the order must be read back anew.
"""

from collections.abc import Sequence

from gateway.orders.choices import forms_of, open_groups, other_half, same_form
from gateway.orders.menu import Item, Menu, ModifierGroup, Variation
from gateway.orders.order import Line, Modifier, Order, Part
from gateway.orders.pricing import line_price
from gateway.orders.wording.line_words import describe_line
from gateway.orders.wording.money import price_text


def reprice(order: Order, menu: Menu) -> tuple[Order, tuple[str, ...]]:
    """The order on this menu, and what changed for the caller. The same order and nothing when it is on it already.

    Raises:
        OrderClosedError: the order is placed; what was agreed stands.
    """
    if order.menu_digest == menu.digest:
        return order, ()
    lines: list[Line] = []
    changes: list[str] = []
    for line in order.lines:
        kept, lost = _on_menu(line, menu)
        changes += lost
        if kept is not None:
            price = line_price(kept, menu)
            lines.append(kept.model_copy(update={"quoted_cents": price}))
            if line.quoted_cents is not None and price is not None and price != line.quoted_cents:
                before, now = price_text(line.quoted_cents, order.currency), price_text(price, menu.currency)
                changes.append(f"{line.id}, {describe_line(kept, menu)}: now {now}, before {before}.")
    return order.set_lines(lines, menu_digest=menu.digest), tuple(changes)


def _on_menu(line: Line, menu: Menu) -> tuple[Line | None, list[str]]:
    """The line as the menu allows it, None without its item; and sentences about what it lost."""
    item = menu.item(line.item_id)
    if item is None:
        return None, [f"{line.id}, {line.item_id}, is no longer on the menu and was taken out."]
    lost: list[str] = []
    variation_id = line.variation_id
    if variation_id is None or item.variation(variation_id) is None:
        if variation_id is not None:
            lost.append(f"the size {variation_id} is no longer sold")
        variation_id = _only(item.variations)
    half_item_id = line.half_item_id
    if half_item_id is not None and not _halves_still(item, half_item_id, variation_id, menu):
        half_item_id = None
        lost.append(f"the half {line.half_item_id} can no longer be had")
    modifiers, gone = _kept(line.modifiers, item, menu)
    parts: list[Part] = []
    for part in line.parts:
        kept, unsold, without = _part_on_menu(part, item, menu)
        parts += [] if kept is None else [kept]
        lost += unsold
        gone += without
    if gone:
        lost.append(f"{', '.join(gone)} can no longer be had")
    # Sizes settled so far belong to an open variation only, and to the sizes of the old menu.
    moved = line.model_copy(
        update={
            "variation_id": variation_id,
            "options": {},
            "modifiers": modifiers,
            "half_item_id": half_item_id,
            "parts": tuple(parts),
        }
    )
    return moved, [f"{line.id}, {item.name}: {what}." for what in lost]


def _part_on_menu(part: Part, combo: Item, menu: Menu) -> tuple[Part | None, list[str], list[str]]:
    """What fills a slot as the menu allows it, None where it no longer can; what it lost; what is gone altogether."""
    slot, item = combo.slot(part.slot), menu.item(part.item_id)
    if slot is None or item is None or slot.choice(part.item_id) is None:
        return None, [], [part.item_id]
    modifiers, gone = _kept(part.modifiers, item, menu)
    moved = part.model_copy(update={"options": {}, "modifiers": modifiers})
    if part.variation_id is not None and forms_of(moved, slot, menu):
        return moved, [], gone
    lost = [] if part.variation_id is None else [f"the size {part.variation_id} of {item.name} is no longer sold"]
    anew = moved.model_copy(update={"variation_id": None})
    return anew.model_copy(update={"variation_id": _only(forms_of(anew, slot, menu))}), lost, gone


def _only(forms: Sequence[Variation]) -> str | None:
    """The variation that is left; None where there are several to choose from."""
    return forms[0].id if len(forms) == 1 else None


def _halves_still(item: Item, half_item_id: str, variation_id: str | None, menu: Menu) -> bool:
    """Whether two items can share a dish, in that size once there is one."""
    other, variation = other_half(item, half_item_id, menu), item.variation(variation_id or "")
    return other is not None and (variation is None or same_form(other, variation) is not None)


def _kept(modifiers: tuple[Modifier, ...], item: Item, menu: Menu) -> tuple[tuple[Modifier, ...], list[str]]:
    """The choices that the menu still has for an item, and the options of the others.

    A choice that goes may close the group of another: so until nothing goes any more.
    """
    kept = modifiers
    while True:
        groups = {group.id: group for group in open_groups(item, kept, menu)}
        left = tuple(m for m in kept if m.group in groups and _makes_sense(m, groups[m.group]))
        if left == kept:
            return kept, [m.option for m in modifiers if m not in kept]
        kept = left


def _makes_sense(modifier: Modifier, group: ModifierGroup) -> bool:
    """Whether a group still has a choice made in it, on that half, in place of that default."""
    replaced = None if modifier.instead_of is None else group.option(modifier.instead_of)
    swaps = modifier.action != "swap" or (group.swappable and replaced is not None and replaced.default)
    halves = modifier.placement == "whole" or group.halves is not None
    return group.option(modifier.option) is not None and swaps and halves
