"""`order.status`: what a POS has said of an order, for everybody else who listens at the restaurant's endpoint. Pure.

It goes behind the order's other messages; a status comes once, so that its name is enough for the message's id.
"""

from datetime import datetime
from typing import Final

from gateway.orders.restaurant import Restaurant
from gateway.pos.call_message import OrderStatus, OrderStatusMessage
from gateway.pos.call_payload import reference
from gateway.pos.inbound import StatusUpdate
from gateway.pos.webhook import delivery_id
from gateway.store.records import Delivery

ORDER_STATUS: Final = "order.status"


def status_deliveries(restaurant: Restaurant, order_id: str, update: StatusUpdate, now: datetime) -> list[Delivery]:
    """What is to be sent when a status has moved, if anything.

    Args:
        restaurant: whose order it is.
        order_id: the order.
        update: what the POS has said.
        now: aware UTC.
    """
    if restaurant.pos is None or not restaurant.pos.wants(ORDER_STATUS):
        return []
    status = OrderStatus(
        restaurant=reference(restaurant),
        order_ref=order_id,
        status=update.status,
        reason=update.reason,
        ready_at=update.ready_at,
        pos_ref=update.pos_ref,
    )
    message = OrderStatusMessage(timestamp=now, data=status)
    name = delivery_id(order_id, ORDER_STATUS, update.status)
    return [Delivery(name, order_id, ORDER_STATUS, message.model_dump_json())]
