import pytest

from gateway.orders.order import Line, Modifier, Part, with_evidence
from gateway.orders.order_records import with_allergies, without_allergy

COKE = Line(id="", item_id="coke", variation_id="regular")


def test_lines_are_the_same_thing_whatever_their_number_and_the_order_of_choices() -> None:
    basil, corn = Modifier(group="t", option="basil"), Modifier(group="t", option="corn")
    line = Line(id="L1", item_id="x", variation_id="s", modifiers=(basil, corn))
    assert line.same_thing(line.model_copy(update={"id": "L2", "quantity": 9, "modifiers": (corn, basil)}))
    for change in (
        {"item_id": "y"},
        {"variation_id": "l"},
        {"options": {"a": "b"}},
        {"modifiers": (corn,)},
        {"notes": "n"},
        {"half_item_id": "y"},
        {"parts": (Part(slot="s", item_id="x"),)},
    ):
        assert not line.same_thing(line.model_copy(update=change))


def test_parts_are_the_same_thing_in_any_order() -> None:
    basil, corn = Modifier(group="t", option="basil"), Modifier(group="t", option="corn")
    pizza, drink = Part(slot="p", item_id="m", modifiers=(basil, corn)), Part(slot="d", item_id="coke")
    line = Line(id="L1", item_id="x", parts=(pizza, drink))
    again = pizza.model_copy(update={"modifiers": (corn, basil)})
    assert line.same_thing(line.model_copy(update={"parts": (drink, again)}))
    for change in ({"item_id": "z"}, {"slot": "q"}, {"variation_id": "s"}, {"modifiers": ()}, {"options": {"a": "b"}}):
        assert not line.same_thing(line.model_copy(update={"parts": (pizza.model_copy(update=change), drink)}))
    assert not line.same_thing(line.model_copy(update={"parts": (pizza,)}))
    assert not line.model_copy(update={"parts": (pizza,)}).same_thing(line)


def test_evidence_is_each_turn_once_and_bounded() -> None:
    line = COKE.model_copy(update={"evidence": ("t1", "t2")})
    assert with_evidence(line, ("t2", "t3")) == ("t1", "t2", "t3")
    assert len(with_evidence(line, map(str, range(40)))) == 16


@pytest.mark.parametrize(("action", "portions"), [("add", 2), ("no", 0), ("extra", 3), ("light", 2), ("side", 2)])
def test_portions_of_a_choice(action: str, portions: int) -> None:
    assert Modifier.model_validate({"group": "g", "option": "o", "action": action, "quantity": 2}).portions == portions


def test_an_allergy_is_known_once_in_the_words_in_which_it_came_first() -> None:
    assert with_allergies(("Tree  nuts",), (" tree NUTS", "", "milk", "Milk")) == ("Tree  nuts", "milk")
    assert without_allergy(("Tree  nuts", "milk"), "tree nuts") == ("milk",)
    assert without_allergy(("milk",), "egg") == ("milk",)
