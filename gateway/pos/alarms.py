"""What happens when a POS does not take an order: operators are told, the POS when it is back, and the restaurant.

Each is told on its own: what fails with one of them keeps nothing from the others. Who could not be reached is told
when the alarm is raised again, and the others not twice.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

import structlog

from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import Restaurant
from gateway.pos.alarm import Alarm, AlarmNotToldError
from gateway.pos.call_message import Alert, AlertRaisedMessage
from gateway.pos.call_payload import reference
from gateway.pos.webhook import delivery_id
from gateway.store import Delivery, SessionStore

log = structlog.get_logger(__name__)

KIND = "order_not_acknowledged"
ALERT_RAISED = "alert.raised"

Action = Callable[[Alarm], Awaitable[None]]


class Alarms:
    """Tells everybody who is to know.

    Args:
        store: gets the message for the POS.
        restaurants: all that are served.
        metrics: of this process, if it has any.
        actions: what else is done, each for itself.
    """

    def __init__(
        self,
        store: SessionStore,
        restaurants: Sequence[Restaurant],
        metrics: MetricsCollector | None = None,
        actions: Sequence[Action] = (),
    ) -> None:
        self._store = store
        self._restaurants: Mapping[str, Restaurant] = {restaurant.id: restaurant for restaurant in restaurants}
        self._metrics = metrics
        self._actions = (self._tell_pos, *actions)

    async def ring(self, alarm: Alarm) -> None:
        """Raise an alarm.

        Raises:
            AlarmNotToldError: somebody could not be reached, and is to be told later.
        """
        log.error(
            KIND,
            restaurant=alarm.restaurant_id,
            order_id=alarm.order_id,
            seconds=round(alarm.age_s),
            reason=alarm.reason,
        )
        if self._metrics is not None:
            self._metrics.record_alert(KIND)
        missed: list[AlarmNotToldError] = []
        for action in self._actions:
            try:
                await action(alarm)
            except AlarmNotToldError as error:
                missed.append(error)
            except Exception:
                log.exception("alarm.action_failed", order_id=alarm.order_id)
        if missed:
            raise missed[0]

    async def _tell_pos(self, alarm: Alarm) -> None:
        """An endpoint that is back learns of it, in a queue of its own: before the order, perhaps."""
        restaurant = self._restaurants.get(alarm.restaurant_id)
        if restaurant is None or restaurant.pos is None or not restaurant.pos.wants("alert.raised"):
            return
        alert = Alert(
            restaurant=reference(restaurant), call=None, kind=KIND, reason=alarm.reason, order_ref=alarm.order_id
        )
        now = datetime.now(UTC)
        message = AlertRaisedMessage(timestamp=now, data=alert)
        subject = f"alert-{alarm.delivery_id}"
        delivery = Delivery(delivery_id(subject, ALERT_RAISED, 1), subject, ALERT_RAISED, message.model_dump_json())
        await self._store.enqueue(restaurant.id, delivery, now)
