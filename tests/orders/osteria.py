"""A restaurant for these tests alone, with everything that a menu can have: halves, combos, nested choices, swaps,
dayparts, ages, and names at a POS. Prices are chosen so that no two ways to add them up agree by chance.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.orders.menu import Menu, ModifierGroup
from gateway.orders.order import Line, Modifier, Order, Part, open_order
from gateway.orders.restaurant import Restaurant

ZONE = ZoneInfo("America/New_York")
# A Wednesday, 13:00 in New York.
LUNCH = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)

TABLES: dict[str, Any] = {
    "version": "autumn",
    "dimensions": [
        {"id": "size", "name": "size", "options": [{"id": "small", "name": "small"}, {"id": "large", "name": "large"}]},
        {"id": "ice", "name": "ice", "options": [{"id": "ice", "name": "iced"}, {"id": "none", "name": "room warm"}]},
    ],
    "dayparts": [
        {"id": "lunch", "name": "Lunch", "start": "11:00", "end": "15:00"},
        {"id": "brunch", "name": "Brunch", "start": "10:00", "end": "14:00", "days": ["sat", "sun"]},
        {"id": "late", "name": "Late", "start": "23:00", "end": "02:00"},
    ],
    "categories": [
        {"id": "pizza", "name": "Pizzas"},
        {"id": "plates", "name": "Plates"},
        {"id": "drinks", "name": "Drinks"},
        {"id": "bar", "name": "Bar", "availability": {"fulfilments": ["pickup"]}},
        {"id": "sweet", "name": "Sweet things"},
        {"id": "combos", "name": "Combos"},
    ],
    "items": [
        {
            "id": "margherita", "category": "pizza", "name": "Margherita", "tax": "food", "halves": "dearer",
            "variations": [
                {"id": "m-small", "options": {"size": "small"}, "price": 900, "pos_ids": {"till": "101"}},
                {"id": "m-large", "options": {"size": "large"}, "price": 1450, "pos_ids": {"till": "102"}},
            ],
            "modifier_groups": ["toppings"], "pos_ids": {"till": "100"}, "kitchen_name": "MARG",
            "allergens": {"contains": ["milk", "wheat"]},
        },
        {
            "id": "pepperoni", "category": "pizza", "name": "Pepperoni", "tax": "food", "halves": "average",
            "variations": [
                {"id": "p-small", "options": {"size": "small"}, "price": 1051},
                {"id": "p-large", "options": {"size": "large"}, "price": 1650, "pos_ids": {"till": "112"}},
            ],
            "modifier_groups": ["toppings"], "pos_ids": {"till": "110"},
        },
        {
            "id": "calzone", "category": "pizza", "name": "Calzone", "tax": "food", "halves": "sum",
            "variations": [{"id": "c-large", "options": {"size": "large"}, "price": 1310}],
            "modifier_groups": ["toppings"],
        },
        {
            "id": "marinara", "category": "pizza", "name": "Marinara", "tax": "food",
            "variations": [
                {"id": "r-small", "options": {"size": "small"}, "price": 800},
                {"id": "r-large", "options": {"size": "large"}, "price": 1200},
            ],
        },
        {
            "id": "chicken", "category": "plates", "name": "Chicken plate", "tax": "food",
            "variations": [{"id": "one", "price": 1200}], "modifier_groups": ["side"],
        },
        {
            "id": "burger", "category": "plates", "name": "Burger", "tax": "food",
            "variations": [{"id": "one", "price": 1000}], "modifier_groups": ["garnish"],
        },
        {"id": "coke", "category": "drinks", "name": "Coke", "tax": "drinks", "max_quantity": 6,
         "variations": [{"id": "can", "price": 300}], "allergens": {}},
        {
            "id": "tea", "category": "drinks", "name": "Ice tea", "tax": "drinks",
            "variations": [
                {"id": "t-small", "options": {"size": "small", "ice": "ice"}, "price": 250},
                {"id": "t-large", "options": {"size": "large", "ice": "ice"}, "price": 350},
                {"id": "t-warm", "options": {"size": "large", "ice": "none"}, "price": 330},
            ],
        },
        {"id": "beer", "category": "bar", "name": "Beer", "tax": "drinks", "min_age": 21,
         "variations": [{"id": "pint", "price": 650}]},
        {"id": "cider", "category": "bar", "name": "Cider", "tax": "drinks", "min_age": 18,
         "variations": [{"id": "pint", "price": 640}]},
        {
            "id": "tiramisu", "category": "sweet", "name": "Tiramisu", "tax": "food", "say": "tee-ra-mee-soo",
            "variations": [{"id": "one", "price": 700}],
            "allergens": {"contains": ["egg", "milk"], "may_contain": ["nuts"]},
        },
        {
            "id": "stollen", "category": "sweet", "name": "Stollen", "tax": "food",
            "variations": [{"id": "one", "price": 500}],
            "availability": {"since": "2026-12-01", "until": "2026-12-24"},
            "allergens": {"contains": ["almonds", "gluten"]},
        },
        {
            "id": "roast", "category": "plates", "name": "Sunday roast", "tax": "food",
            "variations": [{"id": "one", "price": 2100}], "availability": {"days": ["sun"]},
        },
        {
            "id": "lunch", "category": "combos", "name": "Lunch combo", "tax": "food",
            "variations": [{"id": "one", "price": 1100}], "modifier_groups": ["extras"],
            "availability": {"dayparts": ["lunch"]},
            "slots": [
                {
                    "id": "pizza", "name": "pizza",
                    "choices": [
                        {"item": "margherita", "variations": ["m-small"]},
                        {"item": "pepperoni", "variations": ["p-small"], "upcharge": 151},
                    ],
                },
                {
                    "id": "drink", "name": "drink",
                    "choices": [
                        {"item": "coke"},
                        {"item": "tea", "variations": ["t-small", "t-large"], "upcharge": {"t-large": 83}},
                        {"item": "beer", "upcharge": 307},
                    ],
                },
            ],
        },
    ],
    "modifier_groups": [
        {
            "id": "toppings", "name": "toppings", "max": 5, "max_per_option": 2, "halves": "dearer",
            "pos_ids": {"till": "g1"},
            "options": [
                {"id": "mushroom", "name": "mushrooms", "price": 150, "pos_ids": {"till": "o1"}},
                {"id": "cheese", "name": "extra cheese", "price": 200},
                {"id": "jalapeno", "name": "jalapeños", "price": 101, "kitchen_name": "JALAP"},
                {
                    "id": "basil", "name": "basil",
                    "price": {"m-small": 40, "m-large": 70, "p-small": 40, "p-large": 71, "c-large": 71},
                },
            ],
        },
        {
            "id": "side", "name": "side", "min": 1, "max": 1, "negatable": False,
            "options": [
                {"id": "fries", "name": "fries"},
                {"id": "salad", "name": "a salad", "price": 130, "modifier_groups": ["dressing"]},
            ],
        },
        {
            "id": "dressing", "name": "dressing", "min": 1, "max": 1,
            "options": [
                {"id": "ranch", "name": "ranch"},
                {"id": "vinaigrette", "name": "vinaigrette", "price": 57, "modifier_groups": ["herbs"]},
            ],
        },
        {"id": "herbs", "name": "herbs", "options": [{"id": "dill", "name": "dill", "price": 11}]},
        {
            "id": "garnish", "name": "garnish", "max": 4, "max_per_option": 3, "swappable": True, "free": 1,
            "options": [
                {"id": "lettuce", "name": "lettuce", "default": True},
                {"id": "cheddar", "name": "cheddar", "price": 100, "default": True},
                {"id": "swiss", "name": "swiss cheese", "price": 160},
                {"id": "onion", "name": "onions", "price": 30},
            ],
        },
        {"id": "extras", "name": "extras", "options": [{"id": "napkin", "name": "extra napkins", "price": 5}]},
    ],
    "taxes": [
        {"id": "food", "name": "Food tax", "rate_millipercent": 8250},
        {"id": "drinks", "name": "Drinks tax", "rate_millipercent": 10_000},
    ],
}  # fmt: skip

OSTERIA = Menu.model_validate(TABLES)
HOUSE = Restaurant.model_validate(
    {
        "id": "osteria",
        "name": "Osteria",
        "numbers": ["+15550100077"],
        "timezone": "America/New_York",
        "hours": {day: [{"open": "11:00", "close": "22:00"}] for day in ("tue", "wed", "thu", "fri", "sat", "sun")},
        "holidays": {"2026-11-26": [], "2026-12-24": [{"open": "11:00", "close": "14:00"}]},
        "languages": ["en", "es"],
        "disclosure": "You are speaking with an automated assistant.",
        "fulfilments": ["pickup", "delivery"],
        "menu": OSTERIA,
    }
)


def chose(group: str, option: str, **fields: Any) -> Modifier:
    """A choice."""
    return Modifier(group=group, option=option, **fields)


def combo(*parts: Part, **fields: Any) -> Line:
    """A lunch combo with these parts; by default with a Margherita and a Coke."""
    filled = parts or (part("pizza", "margherita", "m-small"), part("drink", "coke", "can"))
    return Line.model_validate({"id": "L1", "item_id": "lunch", "variation_id": "one", "parts": filled} | fields)


def part(slot: str, item_id: str, variation_id: str | None = None, *modifiers: Modifier, **fields: Any) -> Part:
    """What fills a slot."""
    return Part(slot=slot, item_id=item_id, variation_id=variation_id, modifiers=modifiers, **fields)


def halved(first: str, second: str, variation_id: str, *modifiers: Modifier) -> Line:
    """A pizza of two halves, in the first one's variation."""
    return Line(id="L1", item_id=first, variation_id=variation_id, half_item_id=second, modifiers=modifiers)


def ordered(*lines: Line, **fields: object) -> Order:
    """An order of these lines."""
    return open_order("o", "osteria", menu_digest=OSTERIA.digest).model_copy(update={"lines": lines, **fields})


def with_group(menu: Menu, group_id: str, **fields: object) -> Menu:
    """The menu with one group changed."""
    groups = tuple(g.model_copy(update=fields) if g.id == group_id else g for g in menu.modifier_groups)
    return menu.model_copy(update={"modifier_groups": groups})


def with_item(menu: Menu, item_id: str, **fields: object) -> Menu:
    """The menu with one item changed."""
    items = tuple(i.model_copy(update=fields) if i.id == item_id else i for i in menu.items)
    return menu.model_copy(update={"items": items})


def without(menu: Menu, item_id: str) -> Menu:
    """The menu without one item."""
    return menu.model_copy(update={"items": tuple(item for item in menu.items if item.id != item_id)})


def group_of(group_id: str, **fields: object) -> ModifierGroup:
    """A group of the menu, with some fields changed."""
    group = OSTERIA.group(group_id)
    assert group is not None
    return group.model_copy(update=fields)


def at(clock: str, day: str = "2026-11-18") -> datetime:
    """A local time of the restaurant as an instant."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


def raw(kind: str, entry_id: str) -> Mapping[str, Any]:
    """An entry of the tables the menu was made from."""
    found: Mapping[str, Any] = next(entry for entry in TABLES[kind] if entry["id"] == entry_id)
    return found
