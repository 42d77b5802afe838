"""The example restaurants, and a caller's side of a conversation through the tools."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Order, open_order
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.orders.tools import OrderTools, ToolContext, ToolOutcome

# A Wednesday: Golden Bowl opens 11:30 in Chicago, which is 17:30 UTC.
NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)


@dataclass
class Talk:
    """Calls tools one after the other on one order, each with an id of its own."""

    tools: OrderTools
    order: Order
    context: ToolContext = field(default_factory=lambda: ToolContext(NOON, ("turn-1",), 0.9))
    outcome: ToolOutcome | None = None
    calls: int = 0

    def __call__(self, tool: str, /, **arguments: object) -> ToolOutcome:
        self.calls += 1
        return self.raw(f"call-{self.calls}", tool, json.dumps(arguments))

    def raw(self, call_id: str, tool: str, text: str) -> ToolOutcome:
        self.outcome = self.tools.execute(call_id, tool, text, self.order, self.context)
        self.order = self.outcome.order
        return self.outcome


@pytest.fixture(scope="session")
def restaurants() -> dict[str, Restaurant]:
    return {restaurant.id: restaurant for restaurant in load_restaurants(SHIPPED, {})}


@pytest.fixture(scope="session")
def casa_verde(restaurants: dict[str, Restaurant]) -> Restaurant:
    return restaurants["casa-verde"]


@pytest.fixture(scope="session")
def golden_bowl(restaurants: dict[str, Restaurant]) -> Restaurant:
    return restaurants["golden-bowl"]


@pytest.fixture(scope="session")
def menu(casa_verde: Restaurant) -> Menu:
    return casa_verde.menu


@pytest.fixture(scope="session")
def bowls(golden_bowl: Restaurant) -> Menu:
    return golden_bowl.menu


@pytest.fixture
def order(menu: Menu) -> Order:
    return open_order("order-1", "casa-verde", menu_digest=menu.digest)


@pytest.fixture(scope="session")
def talk_to() -> Callable[[Restaurant], Talk]:
    def start(restaurant: Restaurant, menu: Menu | None = None) -> Talk:
        sold = menu or restaurant.menu
        tools = OrderTools(sold, restaurant)
        return Talk(tools, open_order("order-1", restaurant.id, menu_digest=sold.digest, currency=sold.currency))

    return start


@pytest.fixture
def talk(talk_to: Callable[[Restaurant], Talk], casa_verde: Restaurant) -> Talk:
    return talk_to(casa_verde)


@pytest.fixture
def bowl_talk(talk_to: Callable[[Restaurant], Talk], golden_bowl: Restaurant) -> Talk:
    return talk_to(golden_bowl)
