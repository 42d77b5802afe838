"""What a restaurant can sell at the moment, beside its menu: the 86 list, how long an order takes now, a pause."""

from dataclasses import dataclass
from datetime import datetime

from gateway.orders.sold_out import NOTHING_SOLD_OUT, SoldOut


@dataclass(frozen=True, slots=True)
class Pause:
    """No orders for as soon as possible until `until` (aware UTC; None: until it is taken back), for a `reason`."""

    until: datetime | None = None
    reason: str | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is still on at `now`, aware."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Offer:
    """What lies over the menu. `quote_minutes` None: an order takes as long as the restaurant's settings say."""

    sold_out: SoldOut = NOTHING_SOLD_OUT
    quote_minutes: int | None = None
    pause: Pause | None = None


AS_THE_MENU_SAYS = Offer()
