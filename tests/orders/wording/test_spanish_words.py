import pytest

from gateway.orders.wording.spanish_words import (
    allergen_in_spanish,
    category_in_spanish,
    heading_in_spanish,
    size_in_spanish,
    size_phrase,
)


@pytest.mark.parametrize(
    ("name", "spanish"),
    [("Size", "tamaño"), ("toppings", "ingredientes"), ("Spice level", "nivel de picante"), ("shape", "shape")],
)
def test_headings_of_choices(name: str, spanish: str) -> None:
    assert heading_in_spanish(name) == spanish


@pytest.mark.parametrize(
    ("name", "spanish"), [("Drinks", "bebidas"), ("Sandwiches", "sándwiches"), ("From the wok", "from the wok")]
)
def test_headings_of_the_menu(name: str, spanish: str) -> None:
    assert category_in_spanish(name) == spanish


def test_sizes() -> None:
    assert (size_in_spanish("Small"), size_in_spanish("king size")) == ("pequeño", "king size")
    assert [size_phrase(name, "de") for name in ("extra large", "iced", "12 piece")] == [
        "de tamaño extra grande",
        "con hielo",
        "de 12 piece",
    ]


def test_allergens() -> None:
    assert [allergen_in_spanish(name) for name in ("eggs", "tree nuts", "kiwi")] == ["huevo", "nueces", "kiwi"]
