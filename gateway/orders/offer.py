"""What a restaurant can sell at the moment, beside its menu: the 86 list and how long an order takes now."""

from dataclasses import dataclass

from gateway.orders.sold_out import NOTHING_SOLD_OUT, SoldOut


@dataclass(frozen=True, slots=True)
class Offer:
    """What lies over the menu. `quote_minutes` None: an order takes as long as the restaurant's settings say."""

    sold_out: SoldOut = NOTHING_SOLD_OUT
    quote_minutes: int | None = None


AS_THE_MENU_SAYS = Offer()
