import pytest

from gateway.orders.intent import Ambiguity, MissingChoice, OrderIntent, OrderValidation
from gateway.orders.menu import Menu
from gateway.orders.respond import respond


@pytest.mark.parametrize("intent", ["ask_price", "ask_allergen"])
def test_nothing_is_told_of_what_the_menu_does_not_have(menu: Menu, intent: object) -> None:
    asked = OrderIntent(intent, about=("calzone",))  # type: ignore[arg-type]  # literals come as text from the table
    assert respond(asked, OrderValidation(ok=True), menu) == "Sorry, what would you like?"


def test_a_listing_has_no_prices_to_tell(menu: Menu) -> None:
    coke = menu.items[3]
    free = coke.model_copy(update={"variations": (coke.variations[0].model_copy(update={"price": None}),)})
    asked = OrderIntent("ask_price", about=("coke",))
    listing = menu.model_copy(update={"items": (free,)})
    assert respond(asked, OrderValidation(ok=True), listing) == "Sorry, what would you like?"


def test_one_thing_is_asked_at_a_time_and_the_worst_first(menu: Menu) -> None:
    intent = OrderIntent("add")
    gap = MissingChoice("wings", "sauce", ("BBQ", "Hot"))
    strange_gap = MissingChoice("calzone", "shape", ("round",))
    doubt = Ambiguity("pizza", ("margherita", "pepperoni"))
    every = OrderValidation(False, (gap,), ("at most 20 of Coke",), ("lasagna",), (doubt,))
    assert respond(intent, every, menu) == "Sorry, at most 20 of Coke."
    assert respond(intent, OrderValidation(False, (gap,), (), ("lasagna",), (doubt,)), menu).endswith("lasagna.")
    assert respond(intent, OrderValidation(False, (gap,), (), (), (doubt,)), menu).startswith("Which pizza")
    assert respond(intent, OrderValidation(False, (gap,)), menu) == "Which sauce for the Wings: BBQ or Hot?"
    assert respond(intent, OrderValidation(False, (strange_gap,)), menu, "es") == "¿Qué shape para calzone: round?"
