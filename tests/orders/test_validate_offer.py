from dataclasses import replace

import pytest

from gateway.orders.intent import IntentItem, OrderIntent
from gateway.orders.validate import validate_order
from tests.orders.osteria import OSTERIA
from tests.orders.validating import COKE, LARGE, SMALL_PIZZA, choice, offer, validate


def test_what_is_sold_out_is_told_before_anything_else() -> None:
    found = validate(IntentItem("margherita", 99), IntentItem("pepperoni"), on_offer=offer("12:00", "margherita"))
    (fault,) = found.faults
    assert (fault.kind, fault.reason, fault.what) == ("not_on_offer", "sold_out", "Margherita")
    assert (fault.say, fault.choices) == ("We are out of Margherita.", ("Marinara", "Pepperoni", "Calzone"))
    assert [gap.item_id for gap in found.missing] == ["pepperoni"]


@pytest.mark.parametrize(
    ("item", "clock", "gone", "what", "choices"),
    [
        (IntentItem("lunch"), "16:00", [], "Lunch combo", None),
        (
            IntentItem("margherita", options=LARGE, half_item_id="pepperoni"),
            "12:00", ["pepperoni"], "Pepperoni", ("Calzone",),
        ),
        (IntentItem("lunch", parts=(SMALL_PIZZA, COKE)), "12:00", ["coke"], "Coke", ("Ice tea", "Beer")),
        (
            IntentItem("margherita", options=LARGE, modifiers=(choice("toppings", "basil"),)),
            "12:00", ["toppings/basil"], "basil", ("mushrooms", "extra cheese", "jalapeños"),
        ),
        (IntentItem("burger"), "12:00", ["garnish/lettuce"], "lettuce", ("swiss cheese", "onions")),
        (
            IntentItem("lunch", parts=(replace(SMALL_PIZZA, modifiers=(choice("toppings", "basil"),)), COKE)),
            "12:00", ["toppings/basil"], "basil", ("mushrooms", "extra cheese", "jalapeños"),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_had_now(
    item: IntentItem, clock: str, gone: list[str], what: str, choices: tuple[str, ...] | None
) -> None:
    fault = validate(item, on_offer=offer(clock, *gone)).faults[0]
    assert (fault.kind, fault.what, fault.at) == ("not_on_offer", what, 0)
    assert choices is None or fault.choices == choices


def test_parts_that_the_menu_does_not_know_are_no_matter_of_the_86_list() -> None:
    parts = (IntentItem("gone", slot="drink"), IntentItem("coke", slot="dessert"))
    faults = validate(IntentItem("lunch", parts=parts), on_offer=offer("12:00")).faults
    assert {fault.kind for fault in faults} == {"not_in_slot"}


def test_only_what_is_left_is_asked_for() -> None:
    gaps = validate(IntentItem("chicken"), IntentItem("lunch"), on_offer=offer("12:00", "side/fries", "coke")).missing
    assert [gap.choices for gap in gaps] == [("a salad",), ("Margherita", "Pepperoni"), ("Ice tea", "Beer")]


def test_what_was_asked_about_may_be_sold_out() -> None:
    asked = OrderIntent("ask_price", about=("tiramisu", "coke", "gone"))
    found = validate_order(asked, OSTERIA, offer("12:00", "tiramisu"))
    assert [(fault.item_id, fault.at) for fault in found.faults] == [("tiramisu", None)]
    assert validate_order(asked, OSTERIA).ok
