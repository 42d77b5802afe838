"""An order brought to another menu: what it can no longer have is taken out, what costs otherwise is told.

It happens when a held order is taken up later and when a menu changes in mid-call. No customer pays a price nobody told
them: the changes come back as sentences, and the order must be read back anew.
"""

from gateway.orders.menu import Menu
from gateway.orders.money import price_text
from gateway.orders.order import Line, Order
from gateway.orders.pricing import line_price
from gateway.orders.read_back import describe_line


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
    if variation_id is not None and item.variation(variation_id) is None:
        variation_id = item.variations[0].id if len(item.variations) == 1 else None
        lost.append(f"{line.id}, {item.name}: the size {line.variation_id} is no longer sold.")
    groups = {group.id: group for group in menu.groups_of(item)}
    modifiers = tuple(m for m in line.modifiers if m.group in groups and groups[m.group].option(m.option) is not None)
    gone = [m.option for m in line.modifiers if m not in modifiers]
    if gone:
        lost.append(f"{line.id}, {item.name}: {', '.join(gone)} can no longer be had.")
    # Sizes settled so far belong to an open variation only, and to the sizes of the old menu.
    return line.model_copy(update={"variation_id": variation_id, "options": {}, "modifiers": modifiers}), lost
