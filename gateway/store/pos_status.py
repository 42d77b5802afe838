"""PosStatusStore: what the POS says of placed orders, beside the record of each. Forward only, whoever writes.

In the same step the order's call, if it is still on, is told by way of the commands for calls, and whoever listens at
the restaurant's endpoint by way of the outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from gateway.store import keys
from gateway.store.commands import MOST_WAITING
from gateway.store.connection import Connection
from gateway.store.messages import messages, outbox_keys
from gateway.store.records import Delivery
from gateway.store.scripts import POS_STATUS


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A placed order as the store has it. `status` is the POS's latest word, "submitted" before its first."""

    order_id: str
    call_id: str
    version: int
    order: str
    status: str


class PosStatusStore:
    """The POS's words on orders. All methods raise `StoreUnavailableError` when the store is away."""

    def __init__(self, connection: Connection, retention_s: int) -> None:
        self._connection = connection
        self._retention_s = retention_s

    async def read(self, restaurant_id: str, order_id: str) -> PlacedOrder | None:
        """A placed order; None: there is none of this id."""
        found = await self._connection.command("HGETALL", keys.order_key(restaurant_id, order_id))
        fields = cast("dict[str, str]", found)
        if not fields:
            return None
        status = fields.get("pos_status") or "submitted"
        return PlacedOrder(order_id, fields["call_id"], int(fields["version"]), fields["order"], status)

    async def move(
        self,
        restaurant_id: str,
        placed: PlacedOrder,
        status: str,
        now: datetime,
        *,
        deliveries: Sequence[Delivery] = (),
        pos_ref: str | None = None,
        reason: str | None = None,
        ready_at: datetime | None = None,
    ) -> bool:
        """Write a new status if the order still has the one that `placed` shows; else False: read again, and decide.

        Args:
            restaurant_id: whose order it is.
            placed: the order as it was read.
            status: the new one.
            now: aware UTC.
            deliveries: what is to be sent because of it.
            pos_ref: what the POS calls the order.
            reason: why it will not be made.
            ready_at: when it will be ready, aware.
        """
        expected = "" if placed.status == "submitted" else placed.status
        ready = "" if ready_at is None else str(int(ready_at.timestamp() * 1000))
        names = [keys.order_key(restaurant_id, placed.order_id), keys.live_key(restaurant_id)]
        names += (keys.commands_key(restaurant_id), *outbox_keys(restaurant_id, deliveries))
        words: list[str | int] = [expected, status, pos_ref or "", reason or "", ready, self._retention_s]
        words += [placed.order_id, restaurant_id, int(now.timestamp() * 1000), MOST_WAITING, keys.LIVE_S]
        return await self._connection.run(POS_STATUS, names, [*words, *messages(deliveries)]) == 1
