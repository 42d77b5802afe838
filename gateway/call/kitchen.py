"""What the kitchen says, by the POS, of an order whose caller is still on the line.

Rules: the caller hears it once, that it was accepted and that it will not be made above all; a goodbye is called off
for bad news and for nothing else; what somebody in the kitchen wrote is something to know, and no rule for the model.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from gateway.call import prompts
from gateway.call.connection import ModelConnection
from gateway.call.desk import Desk
from gateway.call.farewell import Farewell
from gateway.call.staff import MAX_HINT, one_line
from gateway.call.staff_line import StaffLine
from gateway.events import KitchenSaid, KitchenStatus, milliseconds
from gateway.orders.order import OrderState
from gateway.orders.restaurant import Restaurant
from gateway.redaction import redact


@dataclass(frozen=True, slots=True)
class KitchenNews:
    """What the POS says of an order, as it lies in the store until its call takes it. `id` is the store's."""

    id: str
    call_id: str
    order_id: str
    status: KitchenStatus
    reason: str = ""
    ready_at: datetime | None = None


def kitchen_said(news: KitchenNews, at: datetime) -> KitchenSaid:
    """The event that tells a call of the news, from `at` (aware UTC) on. What was typed is cleaned first."""
    return KitchenSaid(
        session_id=news.call_id,
        timestamp=milliseconds(at),
        command_id=news.id,
        order_id=news.order_id,
        status=news.status,
        reason=redact(one_line(news.reason, MAX_HINT)),
        ready_at=None if news.ready_at is None else milliseconds(news.ready_at),
    )


class Kitchen:
    """The kitchen, as one call hears of it.

    Attributes:
        taken: the news that were taken, by the store's ids.
    """

    def __init__(
        self,
        restaurant: Restaurant,
        desk: Desk,
        staff_line: StaffLine,
        connection: ModelConnection,
        farewell: Farewell,
    ) -> None:
        self._restaurant = restaurant
        self._desk = desk
        self._staff_line = staff_line
        self._connection = connection
        self._farewell = farewell
        self._untold = False
        self.taken: set[str] = set()

    def said(self, event: KitchenSaid) -> None:
        """Take the news in, once; those of another order than this call's are none."""
        order = self._desk.order
        if event.command_id in self.taken or order is None or event.order_id != order.id:
            return
        self.taken.add(event.command_id)
        match event.status:
            case "accepted" | "preparing":
                if self._desk.kitchen_said(OrderState.ACCEPTED):
                    self._tell(prompts.accepted_note(self._clock(event.ready_at)))
            case "ready":
                self._desk.kitchen_said(OrderState.ACCEPTED)
                if order.is_placed:
                    self._tell(prompts.ready_note())
            case "completed":
                self._desk.kitchen_said(OrderState.ACCEPTED)
            case "rejected" | "cancelled":
                if self._desk.kitchen_said(OrderState.REJECTED):
                    self._tell_at_once(event)
            case _:
                assert_never(event.status)

    def response_started(self) -> None:
        """The model speaks again: it has the news."""
        self._untold = False

    def look(self) -> None:
        """Whatever has just happened: nobody says goodbye before the bad news were told."""
        if self._untold:
            self._farewell.call_off_goodbye()

    def _tell(self, note: str) -> None:
        """Good news: said when there is a pause, and left out of a conversation that is ending."""
        if not self._farewell.closing:
            self._connection.note(note)
            self._connection.wish()

    def _tell_at_once(self, event: KitchenSaid) -> None:
        person = self._staff_line.number(event.at) is not None
        self._untold = True
        self._farewell.call_off_goodbye()
        self._connection.note_surely(prompts.rejected_note(event.reason, person=person))
        self._connection.wish()

    def _clock(self, ready_at: float | None) -> str | None:
        """Local time, HH:MM."""
        if ready_at is None:
            return None
        return f"{datetime.fromtimestamp(ready_at / 1000, UTC).astimezone(self._restaurant.zone):%H:%M}"
