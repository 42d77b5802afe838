"""A diner with everything a menu can have, for the tools' tests: halves, combos, nested groups, swaps, ages."""

from gateway.orders.menu import Menu
from gateway.orders.restaurant import Restaurant

SIZES = [
    {"id": "small", "options": {"size": "small"}, "price": 1000},
    {"id": "large", "options": {"size": "large"}, "price": 1500},
]
CUPS = [
    {"id": "regular", "options": {"cup": "regular"}, "price": 250},
    {"id": "big", "options": {"cup": "big"}, "price": 350},
]


def _item(item_id: str, category: str, name: str, **more: object) -> dict[str, object]:
    return {
        "id": item_id,
        "category": category,
        "name": name,
        "variations": [{"id": "one", "price": 900}],
        "tax": "food",
    } | more


DINER = Menu.model_validate(
    {
        "dimensions": [
            {
                "id": "size",
                "name": "size",
                "options": [{"id": "small", "name": "small"}, {"id": "large", "name": "large"}],
            },
            {
                "id": "cup",
                "name": "size",
                "options": [{"id": "regular", "name": "regular"}, {"id": "big", "name": "big"}],
            },
        ],
        "dayparts": [{"id": "lunch", "name": "Lunch", "start": "11:00", "end": "15:00"}],
        "categories": [
            {"id": "pizza", "name": "Pizzas"},
            {"id": "plates", "name": "Plates"},
            {"id": "sides", "name": "Sides"},
            {"id": "drinks", "name": "Drinks"},
            {"id": "meals", "name": "Meals"},
        ],
        "items": [
            _item(
                "farmhouse",
                "pizza",
                "Farmhouse",
                variations=SIZES,
                halves="dearer",
                modifier_groups=["toppings", "crust"],
                allergens={"contains": ["wheat", "milk"], "may_contain": ["peanut"]},
            ),
            _item(
                "marinara",
                "pizza",
                "Marinara",
                variations=SIZES,
                halves="dearer",
                modifier_groups=["toppings", "crust"],
            ),
            _item("verdura", "pizza", "Verdura", halves="dearer", modifier_groups=["toppings", "crust"]),
            _item("calzone", "pizza", "Calzone", modifier_groups=["crust"]),
            _item(
                "cheeseburger",
                "plates",
                "Cheeseburger",
                modifier_groups=["burger"],
                allergens={"contains": ["milk", "wheat"]},
            ),
            _item("steak", "plates", "Steak", modifier_groups=["side", "cooking"]),
            _item("fries", "sides", "Fries", variations=[{"id": "one", "price": 400}]),
            _item("rings", "sides", "Onion Rings", variations=[{"id": "one", "price": 500}]),
            _item("cola", "drinks", "Cola", variations=CUPS, spoken=["coke"], modifier_groups=["ice"]),
            _item("lemonade", "drinks", "Lemonade", variations=CUPS, modifier_groups=["ice"]),
            _item("lager", "drinks", "Lager", min_age=21, max_quantity=6),
            _item(
                "burger-meal",
                "meals",
                "Burger Meal",
                variations=[{"id": "one", "price": 1200}],
                modifier_groups=["packets"],
                slots=[
                    {"id": "burger", "name": "burger", "choices": [{"item": "cheeseburger"}]},
                    {"id": "side", "name": "side", "choices": [{"item": "fries"}, {"item": "rings", "upcharge": 100}]},
                    {
                        "id": "drink",
                        "name": "drink",
                        "choices": [
                            {"item": "cola", "upcharge": {"big": 50}},
                            {"item": "lemonade", "variations": ["regular"]},
                        ],
                    },
                ],
            ),
            _item(
                "lunch-deal",
                "meals",
                "Lunch Deal",
                availability={"dayparts": ["lunch"]},
                slots=[
                    {
                        "id": "first",
                        "name": "first pizza",
                        "choices": [{"item": "farmhouse", "variations": ["small"]}, {"item": "marinara"}],
                    },
                    {
                        "id": "second",
                        "name": "second pizza",
                        "choices": [{"item": "farmhouse", "variations": ["small"]}, {"item": "marinara"}],
                    },
                ],
            ),
        ],
        "modifier_groups": [
            {
                "id": "toppings",
                "name": "toppings",
                "max": 4,
                "max_per_option": 2,
                "halves": "average",
                "swappable": True,
                "options": [
                    {"id": "mozzarella", "name": "mozzarella", "default": True, "price": 200},
                    {"id": "ham", "name": "ham", "price": 150},
                    {"id": "olives", "name": "olives", "price": 100},
                    {"id": "extra_olives", "name": "extra olives", "price": 180},
                    {"id": "anchovies", "name": "anchovies", "price": 250},
                ],
            },
            {
                "id": "crust",
                "name": "crust",
                "max": 1,
                "negatable": False,
                "qualifiable": False,
                "options": [
                    {"id": "thin", "name": "thin crust", "spoken": ["thin"], "default": True},
                    {"id": "thick", "name": "thick crust", "spoken": ["thick"], "price": 100},
                ],
            },
            {
                "id": "burger",
                "name": "toppings",
                "options": [
                    {"id": "onion", "name": "onions", "default": True},
                    {"id": "pickle", "name": "pickles", "default": True},
                    {"id": "bacon", "name": "bacon", "price": 150},
                ],
            },
            {
                "id": "side",
                "name": "side",
                "min": 1,
                "max": 1,
                "options": [
                    {"id": "chips", "name": "chips"},
                    {"id": "salad", "name": "salad", "modifier_groups": ["dressing"]},
                ],
            },
            {
                "id": "dressing",
                "name": "dressing",
                "min": 1,
                "max": 1,
                "options": [{"id": "ranch", "name": "ranch"}, {"id": "vinaigrette", "name": "vinaigrette"}],
            },
            {
                "id": "cooking",
                "name": "doneness",
                "max": 2,
                "swappable": True,
                "options": [
                    {"id": "rare", "name": "rare"},
                    {"id": "medium", "name": "medium", "default": True, "modifier_groups": ["butter"]},
                ],
            },
            {"id": "butter", "name": "butter", "options": [{"id": "herb", "name": "herb butter"}]},
            {"id": "ice", "name": "ice", "max": 1, "options": [{"id": "cubes", "name": "ice", "default": True}]},
            {
                "id": "packets",
                "name": "packets",
                "max": 2,
                "options": [{"id": "ketchup", "name": "ketchup"}, {"id": "mayo", "name": "mayo"}],
            },
        ],
        "taxes": [{"id": "food", "name": "Tax", "rate_millipercent": 8000}],
    }
)


def diner(casa_verde: Restaurant, **changes: object) -> Restaurant:
    """A restaurant with this menu: Casa Verde otherwise, unless changed."""
    return casa_verde.model_copy(update={"id": "diner", "name": "The Diner", "menu": DINER} | changes)


def plain_menu(menu: Menu) -> Menu:
    """A menu without combos and halves, such as most are."""
    return menu.model_copy(
        update={
            "items": tuple(i.model_copy(update={"halves": None}) for i in menu.items if not i.slots),
            "modifier_groups": tuple(g.model_copy(update={"halves": None}) for g in menu.modifier_groups),
        }
    )
