"""PosStatusStore: what the POS says of placed orders, beside the record of each. Forward only, whoever writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from gateway.store import keys
from gateway.store.connection import Connection
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
        *,
        pos_ref: str | None = None,
        reason: str | None = None,
        ready_at: datetime | None = None,
    ) -> bool:
        """Write a new status if the order still has the one that `placed` shows; else False: read again, and decide."""
        expected = "" if placed.status == "submitted" else placed.status
        ready = "" if ready_at is None else str(int(ready_at.timestamp() * 1000))
        words: list[str | int] = [expected, status, pos_ref or "", reason or "", ready, self._retention_s]
        return await self._connection.run(POS_STATUS, [keys.order_key(restaurant_id, placed.order_id)], words) == 1
