import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.tooling.menu_search import MenuSearch
from tests.orders.tool_menu import DINER

SEARCH = MenuSearch(DINER)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("farmhouse", "farmhouse"),
        ("two FARMHOUSES please", "farmhouse"),
        ("cheese burger", "cheeseburger"),
        ("cheesburger", "cheeseburger"),
        ("coke", "cola"),
        ("onion rings", "rings"),
        ("extra olives", "extra_olives"),
        ("anchovy", "anchovies"),
        ("herb butter", "herb"),
    ],
)
def test_things_are_found_by_their_words(words: str, first: str) -> None:
    assert SEARCH.find(words)[0].id == first


def test_a_heading_finds_what_stands_under_it_and_a_group_its_options() -> None:
    assert [found.id for found in SEARCH.find("pizzas")] == ["farmhouse", "marinara", "verdura", "calzone"]
    assert {(found.id, found.group_id) for found in SEARCH.find("dressing")} == {
        ("ranch", "dressing"),
        ("vinaigrette", "dressing"),
    }


def test_a_part_of_a_word_finds_it_after_the_word_itself() -> None:
    assert [found.id for found in SEARCH.find("burger")] == ["burger-meal", "cheeseburger"]


@pytest.mark.parametrize("words", ["", "xyzzy", "!?", "🍕"])
def test_what_is_not_on_the_menu_finds_nothing(words: str) -> None:
    assert SEARCH.find(words) == ()


def test_results_are_few() -> None:
    assert len(SEARCH.find("toppings crust drinks pizzas plates", most=3)) <= 3


@given(st.text(max_size=200))
def test_any_words_find_only_what_is_on_the_menu(words: str) -> None:
    for found in SEARCH.find(words):
        group = None if found.group_id is None else DINER.group(found.group_id)
        assert DINER.item(found.id) if group is None else group.option(found.id)


def test_a_menu_of_two_thousand_is_searched_at_once() -> None:
    dish = DINER.items[0]
    items = tuple(dish.model_copy(update={"id": f"i{n}", "name": f"Dish {n} of herbs"}) for n in range(2000))
    search = MenuSearch(DINER.model_copy(update={"items": items}))
    started = time.perf_counter()
    assert search.find("dish 1234 of herbz")[0].id == "i1234"
    assert time.perf_counter() - started < 0.5
