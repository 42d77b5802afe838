import pytest

from gateway.orders.intent import IntentItem, IntentModifier
from gateway.orders.intent_lines import line_of, modifier_of
from gateway.orders.order import Line, Modifier
from tests.orders.osteria import OSTERIA, part


@pytest.mark.parametrize(
    ("said", "modifier"),
    [
        (IntentModifier("basil", "toppings"), Modifier(group="toppings", option="basil")),
        (
            IntentModifier("basil", "toppings", negated=True, qualifier="extra"),
            Modifier(group="toppings", option="basil", action="no"),
        ),
        (
            IntentModifier("basil", "toppings", qualifier="light", count=2, placement="left"),
            Modifier(group="toppings", option="basil", action="light", quantity=2, placement="left"),
        ),
        (
            IntentModifier("swiss", "garnish", instead_of="cheddar"),
            Modifier(group="garnish", option="swiss", action="swap", instead_of="cheddar"),
        ),
        (IntentModifier("basil", "toppings", count=0), Modifier(group="toppings", option="basil")),
    ],
)
def test_a_choice(said: IntentModifier, modifier: Modifier) -> None:
    assert modifier_of(said) == modifier


def test_a_line() -> None:
    drink = IntentItem("tea", slot="drink", options={"size": "small"}, variation_id="t-small")
    said = IntentItem("lunch", 0, parts=(drink, IntentItem("margherita")))
    assert line_of(said, OSTERIA, "L3") == Line(
        id="L3", item_id="lunch", variation_id="one",
        parts=(part("drink", "tea", "t-small", options={"size": "small"}), part("", "margherita")),
    )  # fmt: skip


def test_a_changed_line_keeps_its_id_and_an_open_size_stays_open() -> None:
    said = IntentItem("margherita", 2, action="change", target_line="L7", half_item_id="pepperoni")
    assert line_of(said, OSTERIA, "L3") == Line(id="L7", item_id="margherita", quantity=2, half_item_id="pepperoni")
    assert line_of(IntentItem("gone"), OSTERIA).variation_id is None
    assert line_of(IntentItem("margherita", options={"size": "large"}), OSTERIA).variation_id == "m-large"
