"""A call of the example restaurant, with its real menu and order engine."""

from collections.abc import Callable

import pytest

from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from tests.call.conversation import Conversation

Start = Callable[..., Conversation]


@pytest.fixture(scope="session")
def restaurants() -> dict[str, Restaurant]:
    return {restaurant.id: restaurant for restaurant in load_restaurants(SHIPPED, {})}


@pytest.fixture(scope="session")
def casa_verde(restaurants: dict[str, Restaurant]) -> Restaurant:
    return restaurants["casa-verde"]


@pytest.fixture
def talk(casa_verde: Restaurant) -> Conversation:
    """A call that has not begun."""
    return Conversation(casa_verde)


@pytest.fixture
def alone(casa_verde: Restaurant) -> Conversation:
    """As `ordering`, of a restaurant that has no person to put callers through to."""
    return Conversation(casa_verde.model_copy(update={"transfer_to": None})).answered().order_taken()


@pytest.fixture
def ordering(talk: Conversation) -> Conversation:
    """A caller who was greeted and has given a complete order, not yet read back."""
    return talk.answered().order_taken()
