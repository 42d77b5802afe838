import pytest

from gateway.orders.menu import Menu
from gateway.orders.tooling.arguments import Refusal
from gateway.orders.tooling.item_lookup import MAX_LISTED, ItemLookup, ids


def test_an_item_is_found_by_any_of_its_names(menu: Menu) -> None:
    assert ItemLookup(menu).item("Margherita Pizzas").id == "margherita"


def test_what_is_not_there_is_refused_with_what_is(menu: Menu) -> None:
    with pytest.raises(Refusal) as caught:
        ItemLookup(menu).item("house-noodles")
    assert caught.value.error == "MENU_ITEM_NOT_FOUND"
    assert caught.value.message == (
        '"house-noodles" is not on the menu. There are: Pizzas, Wings, Drinks, Desserts, Combos. Tell the caller.'
    )


def test_on_a_large_menu_one_searches_first(menu: Menu) -> None:
    many = tuple(menu.items[0].model_copy(update={"id": f"i{number}"}) for number in range(300))
    with pytest.raises(Refusal, match=r"Call find_item with the caller's words first. Tell the caller."):
        ItemLookup(menu.model_copy(update={"items": many})).item("sushi")


def test_a_long_list_is_cut_and_says_so(menu: Menu) -> None:
    many = [menu.items[0].model_copy(update={"id": f"i{number}"}) for number in range(MAX_LISTED + 7)]
    assert ids(many).endswith(", i29 and 7 more")
    assert ids(many[:2]) == "i0, i1"
