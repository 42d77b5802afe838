"""Names that are not said in one piece, at a menu made for them."""

import json

import pytest

from gateway.orders.menus.plain_listing import load_plain_listing
from gateway.orders.processor import OrderProcessor
from tests.orders.pad import Cart

LISTING = {
    "kinds": {"burger": ["burger", "burgers"], "tea": ["tea", "teas"]},
    "items": [
        {"id": "burger", "kind": "burger", "names": ["burger"], "option_groups": ["size", "topping", "bean"]},
        {"id": "double", "kind": "burger", "names": ["double burger"], "option_groups": ["size", "topping"]},
        {"id": "tea", "kind": "tea", "names": ["tea"], "option_groups": ["size"]},
        {"id": "mint", "kind": "tea", "names": ["mint tea"], "option_groups": ["size"]},
        {"id": "green", "kind": "tea", "names": ["green tea"], "option_groups": ["size"]},
    ],
    "option_groups": {
        "size": {
            "slot": "size", "select": "one", "negatable": False, "qualifiable": False,
            "options": [{"id": "lunch", "names": ["lunch size"]}, {"id": "party", "names": ["party size"]}],
        },
        "topping": {
            "slot": "modifiers", "select": "many",
            "options": [{"id": "bacon", "names": ["bacon"]}, {"id": "pepper", "names": ["black pepper", "pepper"]},
                        {"id": "peppers", "names": ["green peppers", "peppers"]},
                        {"id": "everything", "names": ["everything"]}, {"id": "onion", "names": ["red onion"]}],
        },
        "bean": {
            "slot": "modifiers", "select": "many",
            "options": [{"id": "black", "names": ["black beans"]}, {"id": "pinto", "names": ["pinto beans"]},
                        {"id": "black|pinto", "names": ["beans"], "ambiguous_between": ["black", "pinto"]}],
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def processor() -> OrderProcessor:
    return OrderProcessor(load_plain_listing(json.dumps(LISTING)))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("a double bacon burger", "1 double +bacon"),
        ("two lunch burgers", "2 burger lunch"),
        ("a burger for lunch", "1 burger"),
        ("a party size burger", "1 burger party"),
        ("a burger with black and pinto beans", "1 burger +black +pinto"),
        ("a bean burger with black beans", "1 burger +black"),
        ("a bean burger with pinto beans", "1 burger +pinto"),
        ("a burger no bacon wait bacon", "1 burger +bacon"),
        ("three burgers one bacon", "3 burger +bacon"),
        ("a burger with beans", "1 burger +black|pinto"),
        ("a burger with pepper", "1 burger +pepper"),
        ("a burger with peppers", "1 burger +peppers"),
        ("a burger with onions", "1 burger +onion"),
        ("a burger with everything but bacon", "1 burger +everything -bacon"),
        ("two teas one green and one mint", "1 green; 1 mint"),
        ("three teas one plain one mint and one green", "1 tea; 1 mint; 1 green"),
        ("two teas and a burger", "2 tea; 1 burger"),
        ("a two topping burger with bacon", "1 burger +bacon"),
        ("a burger no bacon. wait i do want bacon", "1 burger +bacon"),
    ],
)
def test_a_name_is_put_together(processor: OrderProcessor, said: str, left: str) -> None:
    cart = Cart(processor)
    cart.hear(said)
    assert cart.written == left
