import json

import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Line, Modifier, Part
from gateway.orders.tooling.arguments import Arguments, Refusal
from gateway.orders.tooling.line_edit import LineEditor
from gateway.orders.tooling.schemas import ARGUMENTS
from tests.orders.tool_menu import DINER


def edit(old: Line | None = None, menu: Menu = DINER, **arguments: object) -> Line:
    read = Arguments.parse(json.dumps(arguments), "set_line", ARGUMENTS["set_line"])
    return LineEditor(menu).edit(read, old)


def meal(old: Line | None = None, **arguments: object) -> dict[str, Part]:
    line = edit(old, item_id="burger-meal", **arguments)
    return {part.slot: part for part in line.parts}


def told(old: Line | None = None, **arguments: object) -> str:
    with pytest.raises(Refusal) as caught:
        edit(old, **arguments)
    return caught.value.message


BURGER = Part(slot="burger", item_id="cheeseburger", variation_id="one")
FRIES = Part(slot="side", item_id="fries", variation_id="one")
COLA = Part(slot="drink", item_id="cola", variation_id="big")
WHOLE = Line(id="L1", item_id="burger-meal", variation_id="one", parts=(BURGER, FRIES, COLA))
NO_ONIONS = Modifier(group="burger", option="onion", action="no")


def test_parts_fill_slots_and_what_has_one_choice_fills_itself() -> None:
    assert meal() == {"burger": BURGER}
    drink = {"slot": "drink", "item_id": "Coke", "options": {"size": "big"}}
    line = edit(item_id="burger-meal", parts=[drink, {"slot": "Side", "item_id": "fries"}])
    assert line == WHOLE.model_copy(update={"id": ""})


def test_a_part_is_given_for_its_slot_and_the_others_stay() -> None:
    changed = meal(WHOLE, parts=[{"slot": "side", "item_id": "rings"}])
    assert changed == {"burger": BURGER, "side": FRIES.model_copy(update={"item_id": "rings"}), "drink": COLA}
    assert edit(WHOLE, quantity=2).parts == WHOLE.parts


def test_a_part_keeps_what_is_not_mentioned_unless_it_is_another_thing() -> None:
    light = [{"option_id": "cubes", "action": "light"}]
    assert meal(WHOLE, parts=[{"slot": "drink", "modifiers": light}])["drink"].variation_id == "big"
    lemonade = meal(WHOLE, parts=[{"slot": "drink", "item_id": "lemonade"}])["drink"]
    assert lemonade == Part(slot="drink", item_id="lemonade", variation_id="regular")


def test_a_part_comes_in_the_sizes_that_its_slot_allows() -> None:
    lunch = edit(item_id="lunch-deal", parts=["farmhouse", {"slot": "second", "item_id": "marinara"}])
    assert [part.variation_id for part in lunch.parts] == ["small", None]
    assert told(item_id="lunch-deal", parts=[{"item_id": "farmhouse", "options": {"size": "large"}}]) == (
        'Farmhouse does not come as "large"; size is small. Tell the caller.'
    )
    assert told(item_id="lunch-deal", parts=[{"item_id": "farmhouse", "variation_id": "large"}]) == (
        'Farmhouse has no variation "large"; it has small. Tell the caller.'
    )


def test_an_item_finds_its_slot_by_itself() -> None:
    assert meal(parts=["coke", "fries"]).keys() == {"burger", "side", "drink"}
    assert meal(parts=[{"slot": "coke"}])["drink"].item_id == "cola"
    assert meal(WHOLE, parts=["lemonade"])["drink"].item_id == "lemonade"


def test_of_slots_that_take_the_same_the_first_free_one_is_filled() -> None:
    two = edit(item_id="lunch-deal", parts=["farmhouse", "farmhouse"])
    assert [(part.slot, part.item_id) for part in two.parts] == [("first", "farmhouse"), ("second", "farmhouse")]
    assert told(two, parts=["marinara"]) == '"marinara" fits first, second: give the slot too.'


def test_a_choice_of_the_combo_may_stand_among_the_parts() -> None:
    line = edit(item_id="burger-meal", parts=["ketchup", "fries"])
    assert line.modifiers == (Modifier(group="packets", option="ketchup"),)


def test_a_choice_of_a_part_may_stand_in_its_items_place() -> None:
    assert meal(parts=[{"slot": "burger", "item_id": "no onions"}])["burger"].modifiers == (NO_ONIONS,)


def test_an_item_for_a_slot_may_stand_among_the_modifiers() -> None:
    line = edit(item_id="burger-meal", modifiers=["coke", "mayo"])
    assert [part.item_id for part in line.parts] == ["cheeseburger", "cola"]
    assert line.modifiers == (Modifier(group="packets", option="mayo"),)
    assert edit(WHOLE, modifiers=["fries"]).parts == WHOLE.parts


def test_a_choice_of_one_part_may_stand_among_those_of_the_combo() -> None:
    assert meal(modifiers=["no onions"])["burger"].modifiers == (NO_ONIONS,)
    again = edit(edit(WHOLE, modifiers=["no onions"]), modifiers=["bacon"])
    assert again.parts[0].modifiers == (NO_ONIONS, Modifier(group="burger", option="bacon"))


def test_a_size_of_one_part_may_stand_with_the_combo() -> None:
    assert meal(WHOLE, options={"cup": "regular"})["drink"].variation_id == "regular"
    assert meal(modifiers=["coke", "big"])["drink"].variation_id == "big"
    which = '"size" of Lunch Deal could be for first, second: give it with that part, under parts.'
    assert told(item_id="lunch-deal", parts=["farmhouse", "marinara"], options={"size": "small"}) == which
    assert told(item_id="burger-meal", options={"width": "large"}) == (
        'Burger Meal has no "width" to choose: leave it out. Tell the caller.'
    )
    which = '"small" of Lunch Deal could be for first, second: give it with that part, under parts.'
    assert told(item_id="lunch-deal", parts=["farmhouse", "marinara"], modifiers=["small"]) == which


def test_a_choice_that_several_parts_have_is_asked_back() -> None:
    assert told(item_id="lunch-deal", parts=["farmhouse", "marinara"], modifiers=["ham"]) == (
        '"ham" of Lunch Deal could be for first, second: give it with that part, under parts.'
    )
    assert told(item_id="burger-meal", modifiers=[{"option_id": "big", "action": "no"}]).startswith(
        "Burger Meal cannot"
    )


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            [{"slot": "drink", "item_id": "lager"}],
            'The drink of Burger Meal cannot be "lager"; it is one of cola, lemonade. Tell the caller.',
        ),
        (
            [{"slot": "drink"}],
            "The drink of Burger Meal needs item_id; it is one of cola, lemonade. Tell the caller.",
        ),
        (
            ["lager"],
            (
                'Burger Meal has no part "lager". Its parts are burger: cheeseburger; side: fries, rings; drink: cola, '
                "lemonade. Tell the caller."
            ),
        ),
        (
            [{"slot": "dessert", "item_id": "fries"}],
            (
                'Burger Meal has no part "dessert". Its parts are burger: cheeseburger; side: fries, rings; drink: '
                "cola, lemonade. Tell the caller."
            ),
        ),
        (
            [{}],
            (
                'Burger Meal has no part "". Its parts are burger: cheeseburger; side: fries, rings; drink: cola, '
                "lemonade. Tell the caller."
            ),
        ),
        (
            [{"slot": "drink", "item_id": "cola"}, {"slot": "drink", "item_id": "lemonade"}],
            "drink of Burger Meal is there more than once: give one part for each slot.",
        ),
    ],
)
def test_what_fits_no_slot_is_refused_with_what_does(parts: list[object], message: str) -> None:
    assert told(item_id="burger-meal", parts=parts) == message


def test_parts_that_the_menu_lost_are_left_out() -> None:
    lost = WHOLE.model_copy(update={"parts": (*WHOLE.parts[:2], COLA.model_copy(update={"item_id": "water"}))})
    assert [part.slot for part in edit(lost, quantity=2).parts] == ["burger", "side"]


def test_a_name_that_two_choices_of_a_slot_share_fills_nothing() -> None:
    shared = tuple(
        item.model_copy(update={"spoken": ("soda",)}) if item.category == "drinks" else item for item in DINER.items
    )
    menu = DINER.model_copy(update={"items": shared})
    with pytest.raises(Refusal, match='cannot be "soda"; it is one of cola, lemonade'):
        edit(menu=menu, item_id="burger-meal", parts=[{"slot": "drink", "item_id": "soda"}])
