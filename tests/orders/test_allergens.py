import pytest

from gateway.orders.allergens import concerns, suggested
from gateway.orders.menu import Item
from tests.orders.osteria import OSTERIA


def found(*allergies: str, item_id: str = "tiramisu") -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    item = OSTERIA.item(item_id)
    assert item is not None
    return [(concern.contains, concern.may_contain) for concern in concerns([item], allergies)]


@pytest.mark.parametrize(
    ("said", "contains", "may_contain"),
    [
        ("eggs", ("egg",), ()),
        ("I'm allergic to dairy", ("milk",), ()),
        ("lactose intolerant", ("milk",), ()),
        ("peanuts", (), ("nuts",)),
        ("a TREE NUT allergy", (), ("nuts",)),
        ("nueces", (), ("nuts",)),
        ("soy alérgica al huevo", ("egg",), ()),
    ],
)
def test_an_allergy_is_found_by_its_family(said: str, contains: tuple[str, ...], may_contain: tuple[str, ...]) -> None:
    assert found(said) == [(contains, may_contain)]


def test_several_allergies_are_found_together() -> None:
    assert found("milk", "almonds") == [(("milk",), ("nuts",))]
    assert found("gluten", "hazelnut", item_id="stollen") == [(("almonds", "gluten"), ())]


@pytest.mark.parametrize("said", ["fish", "shellfish", "sesame seeds", "", "strawberries", "soy alérgica a las fresas"])
def test_what_is_not_declared_is_no_concern_and_no_promise(said: str) -> None:
    assert found(said) == []


def test_what_declares_nothing_is_unknown() -> None:
    assert found("milk", item_id="pepperoni") == []
    assert found("milk", item_id="coke") == []


def item_with(*contains: str) -> Item:
    item = OSTERIA.item("coke")
    assert item is not None
    return Item.model_validate(item.model_dump(mode="json") | {"allergens": {"contains": contains}})


@pytest.mark.parametrize(
    ("said", "declared"),
    [
        ("seafood", "shrimps"),
        ("seafood", "oysters"),
        ("seafood", "cod"),
        ("shellfish", "mussels"),
        ("marisco", "clam"),
        ("soy", "soya"),
        ("tofu", "soy beans"),
        ("anchovies", "fish"),
        ("fish", "anchovies"),
        ("celiac", "wheat flour"),
        ("celíaca", "gluten"),
        ("dragon fruit", "dragon fruit"),
    ],
)
def test_words_are_matched_generously(said: str, declared: str) -> None:
    assert concerns([item_with(declared)], [said])


def test_words_that_say_nothing_match_nothing() -> None:
    assert not concerns([item_with("seeds of mustard")], ["the tree of life"])
    assert not concerns([item_with("soy")], ["soy alérgico a los huevos"])
    assert concerns([item_with("soy")], ["soy"])


@pytest.mark.parametrize(
    ("name", "allergies", "told"),
    [
        ("peanut dip", ("peanuts", "egg"), ("peanuts",)),
        ("shrimp", ("shellfish",), ("shellfish",)),
        ("toasted pecans", ("tree nuts",), ("tree nuts",)),
        ("anchovies", ("fish", "a seafood allergy"), ("fish", "a seafood allergy")),
        ("maple syrup", ("tree nuts", "fish"), ()),
    ],
)
def test_a_name_says_what_may_be_in_it(name: str, allergies: tuple[str, ...], told: tuple[str, ...]) -> None:
    assert suggested(name, allergies) == told
