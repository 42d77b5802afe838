"""What a restaurant can sell at the moment, beside its menu: the 86 list and how long an order takes now."""

from dataclasses import dataclass

from gateway.orders.order import Line
from gateway.orders.sold_out import NOTHING_SOLD_OUT, SoldOut, option_ref


@dataclass(frozen=True, slots=True)
class Offer:
    """What lies over the menu. `quote_minutes` None: an order takes as long as the restaurant's settings say."""

    sold_out: SoldOut = NOTHING_SOLD_OUT
    quote_minutes: int | None = None


AS_THE_MENU_SAYS = Offer()


def refs_of(line: Line) -> tuple[str, ...]:
    """Everything of a line that can run out, as the 86 list names it: items, the other half, parts, choices."""
    items = (line.item_id, *([line.half_item_id] if line.half_item_id else []), *(part.item_id for part in line.parts))
    modifiers = (*line.modifiers, *(modifier for part in line.parts for modifier in part.modifiers))
    options = (option_ref(m.group, m.option) for m in modifiers if m.action != "no")
    return tuple(dict.fromkeys((*items, *options)))
