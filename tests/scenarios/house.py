"""The restaurant of the ten scenarios: *Casa Verde* with halves, a lunch combo, hours from 11 to 22, last orders.

It is made here and not read from the examples, so that an example may change its wording and prices.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.orders.availability import DAYS
from gateway.orders.menu import Menu
from gateway.orders.restaurant import Hours, Restaurant

NEW_YORK = ZoneInfo("America/New_York")


def _sizes(small: int, large: int) -> list[dict[str, Any]]:
    return [
        {"id": "small", "options": {"size": "small"}, "price": small},
        {"id": "large", "options": {"size": "large"}, "price": large},
    ]


def _pizza(item_id: str, name: str, small: int, large: int) -> dict[str, Any]:
    return {
        "id": item_id,
        "category": "pizza",
        "name": name,
        "spoken": [f"{name} pizza"],
        "variations": _sizes(small, large),
        "modifier_groups": ["toppings"],
        "halves": "dearer",
        "tax": "food",
    }


def _plain(item_id: str, category: str, name: str, price: int, **more: Any) -> dict[str, Any]:
    only = [{"id": "regular", "price": price}]
    return {"id": item_id, "category": category, "name": name, "variations": only, "tax": "food", **more}


MENU = Menu.model_validate(
    {
        "dimensions": [
            {
                "id": "size",
                "name": "size",
                "options": [{"id": "small", "name": "small"}, {"id": "large", "name": "large"}],
            },
            {
                "id": "pieces",
                "name": "size",
                "options": [
                    {"id": "6", "name": "6 piece", "spoken": ["six"]},
                    {"id": "12", "name": "12 piece", "spoken": ["twelve", "a dozen"]},
                ],
            },
        ],
        "dayparts": [{"id": "lunch", "name": "Lunch", "start": "11:00", "end": "15:00"}],
        "categories": [
            {"id": "pizza", "name": "Pizzas"},
            {"id": "wings", "name": "Wings"},
            {"id": "combos", "name": "Combos"},
            {"id": "drinks", "name": "Drinks"},
            {"id": "desserts", "name": "Desserts"},
        ],
        "items": [
            _pizza("margherita", "Margherita", 900, 1450),
            _pizza("pepperoni", "Pepperoni", 1050, 1650),
            {
                "id": "wings",
                "category": "wings",
                "name": "Wings",
                "variations": [
                    {"id": "6", "options": {"pieces": "6"}, "price": 800},
                    {"id": "12", "options": {"pieces": "12"}, "price": 1400},
                ],
                "modifier_groups": ["sauce"],
                "tax": "food",
            },
            _plain(
                "lunch_combo",
                "combos",
                "Lunch combo",
                1100,
                availability={"dayparts": ["lunch"]},
                slots=[
                    {
                        "id": "pizza",
                        "name": "pizza",
                        "choices": [
                            {"item": "margherita", "variations": ["small"]},
                            {"item": "pepperoni", "variations": ["small"]},
                        ],
                    },
                    {"id": "drink", "name": "drink", "choices": [{"item": "coke"}, {"item": "sprite"}]},
                ],
            ),
            _plain("coke", "drinks", "Coke", 300),
            _plain("sprite", "drinks", "Sprite", 300),
            _plain("water", "drinks", "Water", 150),
            _plain(
                "tiramisu",
                "desserts",
                "Tiramisu",
                700,
                allergens={"contains": ["egg", "milk"], "may_contain": ["nuts"]},
            ),
            _plain("cannoli", "desserts", "Cannoli", 600),
        ],
        "modifier_groups": [
            {
                "id": "toppings",
                "name": "toppings",
                "max": 5,
                "max_per_option": 2,
                "halves": "dearer",
                "options": [
                    {"id": "mushroom", "name": "mushrooms", "price": 150},
                    {"id": "extra_cheese", "name": "extra cheese", "price": 200},
                    {"id": "jalapeno", "name": "jalapeños", "spoken": ["jalapeno"], "price": 100},
                    {"id": "basil", "name": "basil", "price": 50},
                ],
            },
            {
                "id": "sauce",
                "name": "sauce",
                "min": 1,
                "max": 1,
                "negatable": False,
                "qualifiable": False,
                "options": [
                    {"id": "bbq", "name": "BBQ"},
                    {"id": "hot", "name": "Hot"},
                    {"id": "garlic", "name": "Garlic"},
                ],
            },
        ],
        "taxes": [{"id": "food", "name": "Sales tax", "rate_millipercent": 8250}],
    }
)

HOUSE = Restaurant(
    id="casa-verde",
    name="Casa Verde",
    numbers=("+15550100000",),
    timezone="America/New_York",
    hours={day: (Hours(open="11:00", close="22:00"),) for day in DAYS},
    holidays={date(2026, 11, 26): (), date(2026, 12, 24): (Hours(open="11:00", close="15:00"),)},
    languages=("en", "es"),
    disclosure="Thank you for calling Casa Verde. You are speaking with an automated assistant.",
    greeting="Hi, this is Casa Verde. What can I get for you?",
    transfer_to="+15550100090",
    quote_minutes=20,
    fulfilments=("pickup", "delivery"),
    approval_cents=25_000,
    menu=MENU,
)


ALWAYS_OPEN = HOUSE.model_copy(
    update={"hours": {day: (Hours(open="00:00", close="24:00"),) for day in DAYS}, "holidays": {}}
)
"""For calls in real time, at whatever hour they are made."""


def clock(day: str, time: str) -> datetime:
    """A moment by the restaurant's clock: `clock("2026-11-18", "22:40")`."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=NEW_YORK)
