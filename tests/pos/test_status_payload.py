"""`order.status`: what the POS said of an order, for those who asked to be told."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.orders.restaurant import PosEndpoint, Restaurant
from gateway.pos.call_message import OrderStatusMessage
from gateway.pos.inbound import StatusUpdate
from gateway.pos.status_payload import status_deliveries
from tests.stage import casa_verde

NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
SECRET = "whsec_" + "A" * 32


def house(*events: str) -> Restaurant:
    endpoint = {"url": "https://pos.example", "secrets": [SECRET], "events": ["order.confirmed", *events]}
    return casa_verde().model_copy(update={"pos": PosEndpoint.model_validate(endpoint)})


def test_a_status_goes_behind_the_order_under_a_name_of_its_own() -> None:
    ready = NOW + timedelta(minutes=20)
    update = StatusUpdate(status="accepted", ready_at=ready, pos_ref="A-1017")
    (sent,) = status_deliveries(house("order.status"), "order-CA1", update, NOW)
    assert (sent.id, sent.queue, sent.type) == ("order-CA1_order-status_accepted", "order-CA1", "order.status")
    message = OrderStatusMessage.model_validate_json(sent.payload)
    assert message.timestamp == NOW
    assert (message.data.restaurant.ref, message.data.order_ref) == ("casa-verde", "order-CA1")
    assert (message.data.status, message.data.ready_at, message.data.pos_ref) == ("accepted", ready, "A-1017")
    assert message.data.reason is None


@pytest.mark.parametrize("restaurant", [house(), casa_verde()], ids=["not asked for", "no endpoint"])
def test_it_is_told_to_nobody_else(restaurant: Restaurant) -> None:
    assert status_deliveries(restaurant, "order-CA1", StatusUpdate(status="ready"), NOW) == []
