from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.orders.menu import Menu
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from tests.orders.tool_menu import DINER, diner

if TYPE_CHECKING:
    from tests.orders.conftest import Talk

Start = Callable[..., "Talk"]


@pytest.fixture
def diner_talk(talk_to: Start, casa_verde: Restaurant) -> "Talk":
    return talk_to(diner(casa_verde))


@pytest.fixture
def large_talk(talk_to: Start, casa_verde: Restaurant) -> "Talk":
    dishes = tuple(DINER.items[0].model_copy(update={"id": f"i{n}", "name": f"Dish {n}"}) for n in range(1990))
    return talk_to(diner(casa_verde), DINER.model_copy(update={"items": (*DINER.items, *dishes)}))


# --- get_menu ---


def test_the_menu_comes_as_a_menu(talk: "Talk", menu: Menu) -> None:
    outcome = talk("get_menu")
    assert (outcome.kind, outcome.output["not_now"]) == ("noop", [])
    assert Menu.model_validate(outcome.output["menu"]) == menu


def test_a_part_of_the_menu_is_a_menu_of_its_own(talk: "Talk", bowl_talk: "Talk") -> None:
    wings = Menu.model_validate(talk("get_menu", category="Wings").output["menu"])
    assert [item.id for item in wings.items] == ["wings"]
    assert [group.id for group in wings.modifier_groups] == ["sauce"]
    assert [dimension.id for dimension in wings.dimensions] == ["pieces"]
    drinks = Menu.model_validate(bowl_talk("get_menu", category="drink").output["menu"])
    assert [item.id for item in drinks.items] == ["jasmine-tea", "lychee-soda"]
    assert drinks.modifier_groups == ()


def test_a_part_has_what_fills_its_slots_and_what_its_choices_open(diner_talk: "Talk") -> None:
    meal = Menu.model_validate(diner_talk("get_menu", item_id="Burger Meal").output["menu"])
    assert [item.id for item in meal.items] == ["cheeseburger", "fries", "rings", "cola", "lemonade", "burger-meal"]
    assert [group.id for group in meal.modifier_groups] == ["burger", "ice", "packets"]
    plates = Menu.model_validate(diner_talk("get_menu", category="plates").output["menu"])
    assert [group.id for group in plates.modifier_groups] == ["burger", "side", "dressing", "cooking", "butter"]


def test_a_category_that_is_not_there_or_empty_is_refused_with_those_that_are(
    talk: "Talk", talk_to: Start, casa_verde: Restaurant, menu: Menu
) -> None:
    outcome = talk("get_menu", category="sushi")
    assert outcome.message == 'There is no category "sushi"; there are pizza, wings, drinks, desserts, combos.'
    bare = talk_to(casa_verde, menu.model_copy(update={"items": menu.items[:2]}))
    assert str(bare("get_menu", category="wings").message).startswith('There is no category "wings"')


def test_what_cannot_be_had_now_stands_beside_the_menu(diner_talk: "Talk") -> None:
    diner_talk.context = replace(
        diner_talk.context,
        now=diner_talk.context.now.replace(hour=22),
        sold_out=SoldOut((SoldOutEntry("cola"), SoldOutEntry("toppings/ham"))),
    )
    assert diner_talk("get_menu").output["not_now"] == [
        {"item_id": "cola", "say": "We are out of Cola."},
        {"item_id": "lunch-deal", "say": "The Lunch Deal is for lunch only, 11:00 to 15:00."},
        {"option_id": "ham", "say": "We are out of ham."},
    ]
    assert diner_talk("get_menu", category="sides").output["not_now"] == []


def test_a_large_menu_comes_in_parts(large_talk: "Talk") -> None:
    whole = large_talk("get_menu").output
    assert "menu" not in whole
    assert whole["headings"][0] == {"category": "pizza", "name": "Pizzas", "items": 1994}
    assert whole["say"] == "Call get_menu with one category, or find_item with the caller's words."
    assert len(Menu.model_validate(large_talk("get_menu", category="drinks").output["menu"]).items) == 3
    assert len(Menu.model_validate(large_talk("get_menu", item_id="i7").output["menu"]).items) == 1


# --- find_item ---


def test_ids_are_found_by_words(large_talk: "Talk") -> None:
    assert large_talk("find_item", words="a cola please").output["found"] == [
        {"item_id": "cola", "name": "Cola", "options": {"cup": ["big", "regular"]}, "groups": ["ice"]}
    ]
    assert large_talk("find_item", words="ranch").output["found"] == [
        {"option_id": "ranch", "group_id": "dressing", "name": "ranch"}
    ]
    assert large_talk("set_line", item_id="i1234", options={"size": "large"}).kind == "ready"


def test_words_that_find_nothing_are_refused_with_the_headings(diner_talk: "Talk") -> None:
    outcome = diner_talk("find_item", words="sushi")
    assert (outcome.kind, outcome.error) == ("refused", "MENU_ITEM_NOT_FOUND")
    assert outcome.message == (
        'Nothing on the menu fits "sushi". Its headings are Pizzas, Plates, Sides, Drinks, Meals. Tell the caller.'
    )
    assert diner_talk("find_item").error == "ORDER_PARSE_ERROR"


# --- check_allergens ---


def test_an_item_is_checked_for_what_is_asked(talk: "Talk") -> None:
    outcome = talk("check_allergens", item_id="tiramisu", allergens=["eggs", "nuts", "fish"])
    assert (outcome.kind, outcome.order) == ("noop", talk.order)
    assert [row["verdict"] for row in outcome.output["allergens"]] == ["contains", "may contain", "unknown"]
    assert outcome.output["say"] == (
        "The Tiramisu contains egg. The Tiramisu may contain nuts. I do not know about fish in the Tiramisu. We cannot "
        "promise that any dish is free of an allergen; please ask the staff."
    )
    assert outcome.output["next"] == "Offer transfer_to_staff, for the staff can tell more."


def test_the_cart_is_checked_for_the_callers_own_allergies_in_all_its_parts(diner_talk: "Talk") -> None:
    diner_talk("set_customer", allergies=["milk"])
    diner_talk("set_line", item_id="burger-meal", parts=["cola"], modifiers=["mayo", "bacon"])
    diner_talk("set_line", item_id="farmhouse", half_item_id="marinara", modifiers=["ham"])
    outcome = diner_talk("check_allergens")
    verdicts = {row["item_id"]: row["verdict"] for row in outcome.output["allergens"]}
    assert verdicts == {
        "burger-meal": "unknown",
        "cheeseburger": "contains",
        "cola": "unknown",
        "farmhouse": "contains",
        "marinara": "unknown",
    }
    assert "I do not know about milk in the mayo, bacon, ham, Burger Meal, Cola and Marinara." in (
        str(outcome.output["say"])
    )


def test_without_allergies_all_that_is_declared_is_told_and_in_the_callers_language(talk: "Talk") -> None:
    outcome = talk("check_allergens", item_id="Tiramisu", language="es")
    assert str(outcome.output["say"]).startswith("Tiramisu contiene egg y milk. Tiramisu puede contener nuts. No pod")


def test_who_cannot_be_reached_is_left_a_message(talk_to: Start, casa_verde: Restaurant) -> None:
    alone = talk_to(casa_verde.model_copy(update={"transfer_to": None}))
    assert str(alone("check_allergens", item_id="coke").output["next"]).startswith("Offer leave_message")


def test_an_allergen_question_about_nothing_is_refused(talk: "Talk") -> None:
    assert talk("check_allergens", allergens="nuts").message == (
        "The cart is empty: say which item it is about, by item_id."
    )
    assert talk("check_allergens", item_id="sushi").error == "MENU_ITEM_NOT_FOUND"


def test_a_line_that_the_menu_lost_is_passed_over(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    lost = talk.order.lines[0].model_copy(update={"item_id": "lost"})
    talk.order = talk.order.model_copy(update={"lines": (lost,)})
    assert talk("check_allergens", allergens=["nuts"]).output["allergens"] == []
