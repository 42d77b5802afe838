"""What an order costs, by integer arithmetic in cents, from the menu alone.

Rules kept here: no price comes from a model or from the order; tax is rounded half up once per tax category per order;
a line whose size is still open, or whose item left the menu, is not priced and says so.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.orders.menu import Item, Menu, ModifierGroup
from gateway.orders.order import Line, Modifier, Order

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
    """Cents for one of a line, choices included; None as for `line_price`."""
    item = menu.item(line.item_id)
    variation = None if item is None or line.variation_id is None else item.variation(line.variation_id)
    if item is None or variation is None or variation.price is None:
        return None
    return variation.price + sum(
        _group_price(group, variation.id, [m for m in line.modifiers if m.group == group.id])
        for group in menu.groups_of(item)
    )


def cheapest_price(item: Item) -> int | None:
    """The lowest price of an item's variations, in cents; None where none has a price."""
    return min((v.price for v in item.variations if v.price is not None), default=None)


def _group_price(group: ModifierGroup, variation_id: str, modifiers: list[Modifier]) -> int:
    """Cents for the choices of one group.

    An option that the item comes with includes its first portion. Of the other portions the `free` cheapest cost
    nothing: that does not depend on the order in which they were named.
    """
    portions: list[int] = []
    for modifier in modifiers:
        option = group.option(modifier.option)
        if option is not None:
            paid = max(0, modifier.portions - option.default)
            portions += [option.price_for(variation_id)] * paid
    return sum(sorted(portions)[group.free :])


def _tax(amount: int, tax_id: str, menu: Menu) -> int:
    """Tax in cents, rounded half up: both numbers are never negative, so adding half a unit and cutting off does it."""
    tax = menu.tax(tax_id)
    return 0 if tax is None else (amount * tax.rate_millipercent + _WHOLE // 2) // _WHOLE
