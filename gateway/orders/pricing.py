"""What an order costs, by integer arithmetic in cents, from the menu alone.

Rules kept here: no price comes from a model or from the order; tax is rounded half up once per tax category per order,
and a combo is taxed as a whole; two halves cost what the rule of their dish or group makes of them; a line with a size
or a slot still open, or with something that left the menu, is not priced and says so.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from gateway.orders.choices import forms_of, open_groups, other_half, part_for, same_form
from gateway.orders.menu import HalvesRule, Item, Menu, ModifierGroup, ModifierOption, Slot, Variation
from gateway.orders.order import Line, Modifier, Order, Part, Placement

# A rate is in thousandths of a percent, so the whole is a hundred thousand of them.
_WHOLE = 100_000


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an order, integer cents.

    Attributes:
        lines: price of each priced line by line id, quantity included.
        unpriced: ids of lines that cannot be priced yet.
        subtotal: sum of `lines`.
        taxes: tax by tax category id.
        tax: sum of `taxes`.
        total: subtotal and tax.
    """

    lines: Mapping[str, int]
    unpriced: tuple[str, ...]
    subtotal: int
    taxes: Mapping[str, int]
    tax: int
    total: int


def totals(order: Order, menu: Menu) -> Totals:
    """Price a whole order against a menu."""
    lines: dict[str, int] = {}
    unpriced: list[str] = []
    taxable: defaultdict[str, int] = defaultdict(int)
    for line in order.lines:
        price = line_price(line, menu)
        item = menu.item(line.item_id)
        if price is None or item is None:
            unpriced.append(line.id)
        else:
            lines[line.id] = price
            taxable[item.tax] += price
    taxes = {tax_id: _tax(amount, tax_id, menu) for tax_id, amount in taxable.items()}
    subtotal, tax = sum(lines.values()), sum(taxes.values())
    return Totals(lines, tuple(unpriced), subtotal, taxes, tax, subtotal + tax)


def line_price(line: Line, menu: Menu) -> int | None:
    """Cents for a whole line; None while its variation is open or unpriced, or when the menu no longer has it."""
    unit = unit_price(line, menu)
    return None if unit is None else unit * line.quantity


def unit_price(line: Line, menu: Menu) -> int | None:
    """Cents for one of a line, halves, parts and choices included; None as for `line_price`."""
    item = menu.item(line.item_id)
    variation = None if item is None or line.variation_id is None else item.variation(line.variation_id)
    if item is None or variation is None:
        return None
    base, parts = _base_price(line, item, variation, menu), _parts_price(line, item, menu)
    if base is None or parts is None:
        return None
    return base + parts + _choices_price(item, variation, line.modifiers, menu)


def cheapest_price(item: Item) -> int | None:
    """The lowest price of an item's variations, in cents; None where none has a price."""
    return min((v.price for v in item.variations if v.price is not None), default=None)


def _base_price(line: Line, item: Item, variation: Variation, menu: Menu) -> int | None:
    """Cents for the dish without its choices; None where it or its other half has no price or cannot be had."""
    if line.half_item_id is None or variation.price is None:
        return variation.price
    other = other_half(item, line.half_item_id, menu)
    form = None if other is None else same_form(other, variation)
    if item.halves is None or form is None or form.price is None:
        return None
    return _halved(item.halves, variation.price, form.price)


def _parts_price(line: Line, item: Item, menu: Menu) -> int | None:
    """Cents for what fills the slots of a combo, beyond the combo's own price; None while a slot or a size is open."""
    prices = [_part_price(slot, part_for(slot, line.parts), menu) for slot in item.slots]
    known = [price for price in prices if price is not None]
    strays = any(item.slot(part.slot) is None for part in line.parts)
    return None if strays or len(known) < len(prices) else sum(known)


def _part_price(slot: Slot, part: Part | None, menu: Menu) -> int | None:
    """Cents for what fills a slot: its upcharge, and its choices as on that item alone."""
    item, choice = (None, None) if part is None else (menu.item(part.item_id), slot.choice(part.item_id))
    forms = () if part is None else forms_of(part, slot, menu)
    if part is None or item is None or choice is None or len(forms) != 1:
        return None
    return choice.upcharge_for(forms[0].id) + _choices_price(item, forms[0], part.modifiers, menu)


def _choices_price(item: Item, variation: Variation, modifiers: Sequence[Modifier], menu: Menu) -> int:
    """Cents for the choices made for an item, in every group that is open for it."""
    groups = open_groups(item, modifiers, menu)
    return sum(_group_price(group, variation.id, [m for m in modifiers if m.group == group.id]) for group in groups)


def _group_price(group: ModifierGroup, variation_id: str, modifiers: Sequence[Modifier]) -> int:
    """Cents for the choices of one group.

    An option that the item comes with includes its first portion, and one that takes its place costs the difference.
    Of the other portions the `free` cheapest cost nothing: that does not depend on the order in which they were named,
    nor on which half is called the left one.
    """
    sums: dict[Placement, int] = {"whole": 0, "left": 0, "right": 0}
    portions: list[tuple[int, Placement]] = []
    for modifier in modifiers:
        option = group.option(modifier.option)
        if option is None:
            continue
        placement: Placement = "whole" if group.halves is None else modifier.placement
        price = option.price_for(variation_id)
        displaced = _displaced(group, modifier, option)
        included = displaced is not None or option.default
        if displaced is not None:
            sums[placement] += max(0, price - _default_price(group, displaced, variation_id))
        portions += [(price, placement)] * max(0, modifier.portions - included)
    for price, placement in portions:
        sums[placement] += price
    for _ in range(min(group.free, len(portions))):
        # Of equally cheap ones the one that counts most: a whole portion, else one of the fuller half.
        cheapest = min(price for price, _ in portions)
        equals = [placement for price, placement in portions if price == cheapest]
        placement = max(equals, key=lambda where: (where == "whole", sums[where]))
        portions.remove((cheapest, placement))
        sums[placement] -= cheapest
    return sums["whole"] + _halved(group.halves or "sum", sums["left"], sums["right"])


def _displaced(group: ModifierGroup, modifier: Modifier, option: ModifierOption) -> str | None:
    """The id of what a choice takes the place of, "" where a swap does not say; None where it comes beside the rest.

    In a swappable group of one choice, whatever is chosen takes the place of the default: so it costs the same, by
    whichever name the caller asked for it.
    """
    if modifier.action == "swap":
        return modifier.instead_of or ""
    if modifier.action == "no" or option.default or not (group.swappable and group.max == 1):
        return None
    return next((default.id for default in group.defaults), None)


def _default_price(group: ModifierGroup, option_id: str, variation_id: str) -> int:
    """Cents for what a swap takes the place of; 0 where the item does not come with it."""
    option = group.option(option_id)
    return option.price_for(variation_id) if option is not None and option.default else 0


def _halved(rule: HalvesRule, left: int, right: int) -> int:
    """Cents for two halves, each given at its price for the whole."""
    match rule:
        case "dearer":
            return max(left, right)
        case "average":
            return (left + right + 1) // 2
        case "sum":
            return left + right
        case _:
            assert_never(rule)


def _tax(amount: int, tax_id: str, menu: Menu) -> int:
    """Tax in cents, rounded half up: both numbers are never negative, so adding half a unit and cutting off does it."""
    tax = menu.tax(tax_id)
    return 0 if tax is None else (amount * tax.rate_millipercent + _WHOLE // 2) // _WHOLE
