import pytest

from gateway.orders.menu import Item, ModifierOption
from gateway.orders.tooling.allergen_answers import Asked, answer
from tests.orders.tool_menu import DINER

NEVER = "We cannot promise that any dish is free of an allergen; please ask the staff."


def items(*ids: str) -> tuple[Item, ...]:
    found = tuple(DINER.item(item_id) for item_id in ids)
    return tuple(item for item in found if item is not None)


def options(*ids: str) -> tuple[ModifierOption, ...]:
    toppings = DINER.group("toppings")
    assert toppings is not None
    return tuple(option for option in toppings.options if option.id in ids)


def test_what_is_declared_is_told_and_the_rest_is_unknown() -> None:
    found = answer(Asked(items("farmhouse", "marinara"), allergens=("a milk allergy", "peanuts")))
    assert [(row["item_id"], row["allergen"], row["verdict"], row["declared"]) for row in found.table] == [
        ("farmhouse", "a milk allergy", "contains", ["milk"]),
        ("farmhouse", "peanuts", "may contain", ["peanut"]),
        ("marinara", "a milk allergy", "unknown", []),
        ("marinara", "peanuts", "unknown", []),
    ]
    assert found.say == (
        "The Farmhouse contains milk. The Farmhouse may contain peanut. I do not know about a milk allergy and "
        f"peanuts in the Marinara. {NEVER}"
    )


def test_what_is_not_declared_is_unknown_and_never_free_of_it() -> None:
    found = answer(Asked(items("farmhouse"), options("ham", "mozzarella"), ("sesame",)))
    assert [row["verdict"] for row in found.table] == ["unknown"]
    assert found.say == f"I do not know about sesame in the ham and Farmhouse. {NEVER}"


def test_what_a_choice_may_contain_goes_by_its_name() -> None:
    found = answer(Asked(items("farmhouse"), options("ham", "anchovies"), ("fish", "milk")))
    assert found.table[0] == {"option_id": "anchovies", "allergen": "fish", "verdict": "may contain"}
    assert found.say == (
        "The anchovies may contain fish. The Farmhouse contains milk. I do not know about fish in the ham and "
        f"Farmhouse. I do not know about milk in the ham and anchovies. {NEVER}"
    )
    # What a dish comes with is no unknown of its own, but its name tells too.
    cheese = replace_name("mozzarella", "goat cheese")
    said = answer(Asked(items("marinara"), (cheese,), ("lactose", "egg")), "es").say
    assert said.startswith("goat cheese puede contener lactose. No sé si hay lactose y egg en Marinara. No podemos")


def replace_name(option_id: str, name: str) -> ModifierOption:
    return options(option_id)[0].model_copy(update={"name": name})


def test_without_an_allergen_everything_declared_is_told() -> None:
    found = answer(Asked(items("farmhouse", "marinara"), options("ham", "mozzarella")))
    assert found.table == [
        {"item_id": "farmhouse", "contains": ["wheat", "milk"], "may contain": ["peanut"]},
        {"item_id": "marinara", "verdict": "unknown"},
    ]
    assert found.say == (
        "The Farmhouse contains wheat and milk. The Farmhouse may contain peanut. I do not know about allergens in "
        f"the Marinara and ham. {NEVER}"
    )


def test_where_all_is_declared_no_doubt_is_told_but_nothing_is_promised() -> None:
    assert answer(Asked(items("cheeseburger"))).say == f"The Cheeseburger contains milk and wheat. {NEVER}"
    assert answer(Asked(items("cheeseburger"), allergens=("milk",))).say == f"The Cheeseburger contains milk. {NEVER}"


def test_in_spanish() -> None:
    assert answer(Asked(items("farmhouse", "cola"), allergens=("leche",)), "es").say == (
        "Farmhouse contiene milk. No sé si hay leche en Cola. No podemos garantizar que ningún plato esté libre de un "
        "alérgeno; consulte al personal, por favor."
    )


@pytest.mark.parametrize("allergens", [(), ("nuts",), ("milk", "xyzzy")])
def test_no_answer_calls_a_dish_safe(allergens: tuple[str, ...]) -> None:
    said = answer(Asked(DINER.items, options("ham", "anchovies"), allergens)).say
    assert said.endswith(NEVER)
    assert said.count("free of") == 1
    assert "safe" not in said
