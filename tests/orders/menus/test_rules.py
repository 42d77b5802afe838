import pytest

from tests.orders.raw_menus import Raw, errors, put, shipped


@pytest.fixture
def raw() -> Raw:
    return shipped("casa-verde")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("items.1.id", "margherita", "items[1]: margherita is there already"),
        ("categories.1.id", "pizza", "categories[1]: pizza is there already"),
        ("dimensions.0.options.1.id", "small", "dimensions[0].options[1]: small is there already"),
        ("modifier_groups.0.options.1.id", "mushroom", "modifier_groups[0].options[1]: mushroom is there already"),
        ("items.0.variations.1.id", "small", "items[0].variations[1]: small is there already"),
        ("items.0.modifier_groups", ["toppings", "toppings"], "items[0].modifier_groups[1]: toppings is there already"),
        ("items.0.category", "cakes", "items[0].category: no category cakes"),
        ("items.0.tax", "toll", "items[0].tax: no tax toll"),
        ("items.0.modifier_groups", ["dips"], "items[0].modifier_groups[0]: no modifier group dips"),
        (
            "items.0.variations.0.options",
            {"size": "tiny"},
            "items[0].variations[0].options.size: size has no option tiny",
        ),
    ],
)
def test_a_mistake_is_told_with_its_path(raw: Raw, path: str, value: object, problem: str) -> None:
    assert problem in errors(put(raw, path, value))


def test_a_variation_stands_on_known_dimensions(raw: Raw) -> None:
    assert errors(put(raw, "items.0.variations.1.options", {"width": "wide"})) == [
        "items[0].variations[1].options.width: no such dimension",
        "items[0].variations[1].options: the variations are placed on different dimensions",
    ]


def test_two_variations_never_look_alike(raw: Raw) -> None:
    assert errors(put(raw, "items.0.variations.1.options", {"size": "small"})) == [
        "items[0].variations[1].options: another variation has the same options, so nobody can ask for it"
    ]


def test_a_malformed_dimension_is_not_told_again_at_its_users(raw: Raw) -> None:
    assert errors(put(raw, "dimensions.0.name", "")) == ["dimensions[0].name: String should have at least 1 character"]


def test_a_half_needs_another_half_of_its_size(raw: Raw) -> None:
    put(raw, "items.1.halves", None)
    alone = "items[0].halves: nothing else in pizza with halves comes in one of its sizes"
    assert errors(raw) == [alone]
    put(raw, "items.2.halves", "sum")  # wings, of another category
    assert errors(raw)[0] == alone


def test_while_an_item_is_malformed_nobody_knows_which_halves_there_are(raw: Raw) -> None:
    assert errors(put(raw, "items.1.name", "")) == ["items[1].name: String should have at least 1 character"]


def test_halves_of_a_category_have_one_rule_and_the_same_choices(raw: Raw) -> None:
    put(raw, "items.1.halves", "sum")
    put(raw, "items.1.modifier_groups", [])
    assert errors(raw) == [
        "items[1].halves: margherita of the same category has dearer, so that the price depends on what is named first",
        "items[1].modifier_groups: margherita can be its other half and has other modifier groups",
    ]
    # What cannot be its half may have other choices.
    put(raw, "items.1.halves", None)
    assert not any("other half and" in problem for problem in errors(raw))
