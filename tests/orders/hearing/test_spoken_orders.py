"""Hundreds of spoken orders at menus that the parser has no other knowledge of."""

import pytest

from gateway.orders.processor import OrderProcessor
from tests.orders.spoken_orders import MENUS, menu, orders, understood

LEAST = 0.95
"""The share that must be understood exactly, of every menu."""


@pytest.mark.parametrize("name", MENUS)
def test_orders_are_understood_as_they_were_meant(name: str) -> None:
    processor = OrderProcessor(menu(name))
    said = orders(name)
    wrong = [order for order in said if understood(processor, order.said) != order.order]
    assert [(o.said, understood(processor, o.said), o.order) for o in wrong if not o.hard] == []
    assert [order.said for order in said if order.hard and order not in wrong] == [], "no longer hard: unmark them"
    assert len(wrong) <= len(said) * (1 - LEAST)
