import pytest

from gateway.orders.menu import Category, Item, Menu
from gateway.orders.tooling.lookup import Names, fold


@pytest.mark.parametrize(
    "text", ["extra_cheese", "Extra Cheese", "EXTRA-CHEESES", "double cheese", "  extra   cheese! ", "Éxtra cheese"]
)
def test_a_name_is_found_however_it_is_written(menu: Menu, text: str) -> None:
    assert [option.id for option in Names(menu.modifier_groups[0].options).find(text)] == ["extra_cheese"]


def test_an_id_comes_before_names_and_several_fits_are_all_given(menu: Menu) -> None:
    def named(item_id: str, name: str) -> Item:
        return menu.items[0].model_copy(update={"id": item_id, "name": name, "spoken": ()})

    names = Names([named("tea", "Hot Tea"), named("iced", "tea"), named("x", "Coffee")])
    assert [item.id for item in names.find("tea")] == ["tea"]
    assert [item.id for item in names.find("Tea")] == ["tea", "iced"]
    assert names.find("water") == ()


def test_what_has_no_spoken_names_is_found_by_id_and_name(menu: Menu) -> None:
    names: Names[Category] = Names(menu.categories)
    assert [category.id for category in names.find("pizzas")] == ["pizza"]


def test_close_spellings_are_offered(menu: Menu) -> None:
    names = Names(menu.items)
    assert [item.id for item in names.close_to("pepparoni")] == ["pepperoni"]
    assert [item.id for item in names.close_to("margarita")] == ["margherita"]
    assert names.close_to("sushi") == ()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Wings", "wing"),
        ("Glass", "glass"),
        ("bus", "bus"),
        ("Jalapeños!", "jalapeno"),
        ("12  Pieces", "12 piece"),
        ("", ""),
    ],
)
def test_what_is_left_of_a_name(text: str, folded: str) -> None:
    assert fold(text) == folded
