import pytest

from tests.orders.raw_menus import Raw, errors, put, shipped

MEAL = 5  # the Hilltop Meal's place: burger, side, drink


@pytest.fixture
def burgers() -> Raw:
    raw = shipped("hilltop-burger")
    assert raw["items"][MEAL]["id"] == "hilltop-meal"
    return raw


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("slots.1.choices.0.item", "tater-tots", "slots[1].choices[0].item: no item tater-tots"),
        ("slots.1.choices.3.item", "fries", "slots[1].choices[3].item: fries is a choice of this slot already"),
        (
            "slots.2.choices.5",
            {"item": "kids-meal"},
            "slots[2].choices[5].item: kids-meal is a combo, and no combo holds another",
        ),
        ("slots.2.id", "side", "slots[2]: side is there already"),
        (
            "slots.0.choices.0",
            {"item": "hilltop", "variations": ["single", "quadruple"]},
            "slots[0].choices[0].variations[1]: hilltop has no variation quadruple",
        ),
        (
            "slots.0.choices.0.upcharge",
            {"single": 0, "double": 250},
            "slots[0].choices[0].upcharge: no upcharge for the variation triple",
        ),
        (
            "slots.1.choices.0.upcharge",
            {"small": 0, "medium": 0, "large": 80},
            "slots[1].choices[0].upcharge.small: the slot does not offer fries in that variation",
        ),
    ],
)
def test_a_choice_that_cannot_fill_its_slot_is_told(burgers: Raw, path: str, value: object, problem: str) -> None:
    assert errors(put(burgers, f"items.{MEAL}.{path}", value)) == [f"items[{MEAL}].{problem}"]


def test_one_upcharge_for_all_variations_is_enough(burgers: Raw) -> None:
    assert errors(put(burgers, f"items.{MEAL}.slots.0.choices.0.upcharge", 100)) == []


def test_a_malformed_item_is_not_told_again_where_it_fills_a_slot(burgers: Raw) -> None:
    burgers["items"][0]["name"] = ""
    assert errors(burgers) == ["items[0].name: String should have at least 1 character"]


def test_a_combo_has_no_halves(burgers: Raw) -> None:
    assert errors(put(burgers, f"items.{MEAL}.halves", "sum")) == [f"items[{MEAL}].halves: a combo has no halves"]
