import json

import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Line, Modifier
from gateway.orders.tooling.arguments import Arguments, Refusal
from gateway.orders.tooling.line_edit import LineEditor
from gateway.orders.tooling.schemas import ARGUMENTS
from tests.orders.tool_menu import DINER


def edit(menu: Menu, old: Line | None = None, **arguments: object) -> Line:
    read = Arguments.parse(json.dumps(arguments), "set_line", ARGUMENTS["set_line"])
    return LineEditor(menu).edit(read, old)


def refused(menu: Menu, old: Line | None = None, **arguments: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        edit(menu, old, **arguments)
    return caught.value


BASIL = Modifier(group="toppings", option="basil")
OLD = Line(id="L1", item_id="margherita", variation_id="large", quantity=2, modifiers=(BASIL,), notes="nut allergy")


def test_a_new_line_is_one_of_it_unless_said_otherwise(menu: Menu) -> None:
    assert edit(menu, item_id="coke") == Line(id="", item_id="coke", variation_id="regular")
    assert edit(menu, item_id="coke", quantity=20).quantity == 20


@pytest.mark.parametrize("name", ["Margherita", "MARGHERITAS", "pizza margherita", "margherita_pizza"])
def test_an_item_is_known_by_any_of_its_names(menu: Menu, name: str) -> None:
    assert edit(menu, item_id=name).item_id == "margherita"


@pytest.mark.parametrize("options", [{"size": "large"}, {"size": "Large"}, {"size": "big"}])
def test_a_size_is_known_by_any_of_its_names(menu: Menu, options: dict[str, str]) -> None:
    assert edit(menu, item_id="margherita", options=options).variation_id == "large"


def test_a_size_may_be_a_number_or_a_variation(menu: Menu) -> None:
    assert edit(menu, item_id="wings", options={"pieces": 12}).variation_id == "12"
    assert edit(menu, item_id="wings", variation_id=6).variation_id == "6"
    assert edit(menu, item_id="margherita", variation_id="LARGE").variation_id == "large"


def test_what_is_settled_of_several_dimensions_is_kept_until_all_are(bowls: Menu) -> None:
    first = edit(bowls, item_id="house-noodles", options={"bowl": "king"})
    assert (first.variation_id, first.options) == (None, {"bowl": "king"})
    second = edit(bowls, first, options={"noodle": "rice"})
    assert (second.variation_id, second.options) == ("king-rice", {})
    third = edit(bowls, second, options={"noodle": "wheat"})
    assert third.variation_id == "king-wheat"
    assert edit(bowls, first, quantity=2).options == {"bowl": "king"}


def test_one_answer_can_settle_all(bowls: Menu) -> None:
    assert edit(bowls, item_id="house-noodles", options={"noodle": "glass"}).variation_id == "regular-glass"


def test_what_is_said_now_outweighs_what_was_said_before(bowls: Menu) -> None:
    king = edit(bowls, item_id="house-noodles", options={"bowl": "king", "noodle": "rice"})
    assert edit(bowls, king, options={"noodle": "glass"}).variation_id == "regular-glass"


def test_what_is_not_mentioned_stays(menu: Menu) -> None:
    assert edit(menu, OLD) == OLD
    assert edit(menu, OLD, quantity=3) == OLD.model_copy(update={"quantity": 3})
    assert edit(menu, OLD, options={"size": "small"}) == OLD.model_copy(update={"variation_id": "small"})
    assert edit(menu, OLD, modifiers=[]).modifiers == ()


def test_another_dish_keeps_its_number_and_the_note_and_nothing_else(menu: Menu) -> None:
    assert edit(menu, OLD, item_id="wings") == Line(id="L1", item_id="wings", quantity=2, notes="nut allergy")


def test_a_note_is_taken_back_by_a_blank_one(menu: Menu) -> None:
    assert edit(menu, OLD, notes="").notes is None
    assert edit(menu, OLD, notes="well done").notes == "well done"


def test_a_line_whose_variation_the_menu_lost_is_settled_anew(menu: Menu) -> None:
    lost = OLD.model_copy(update={"variation_id": "giant"})
    assert edit(menu, lost, quantity=1).variation_id is None


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({}, "ORDER_PARSE_ERROR", "set_line needs item_id for a new line."),
        (
            {"item_id": "pepperony"},
            "MENU_ITEM_NOT_FOUND",
            '"pepperony" is not on the menu. Close to it: pepperoni; ask. Tell the caller.',
        ),
        (
            {"item_id": "sushi"},
            "MENU_ITEM_NOT_FOUND",
            '"sushi" is not on the menu. There are: Pizzas, Wings, Drinks, Desserts, Combos. Tell the caller.',
        ),
        (
            {"item_id": "coke", "quantity": 18_000},
            None,
            "At most 20 Coke in one line. Tell the caller, and offer a person.",
        ),
        (
            {"item_id": "coke", "quantity": 0},
            "ORDER_PARSE_ERROR",
            "quantity is 1 or more; to take a line off call remove_line.",
        ),
        (
            {"item_id": "wings", "variation_id": "7"},
            None,
            'Wings has no variation "7"; it has 6, 12. Tell the caller.',
        ),
        (
            {"item_id": "wings", "options": {"pieces": "7"}},
            None,
            'Wings does not come as "7"; pieces is 6, 12. Tell the caller.',
        ),
        (
            {"item_id": "coke", "options": {"size": "large"}},
            None,
            'Coke has no "size" to choose: leave it out. Tell the caller.',
        ),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(
    menu: Menu, arguments: dict[str, object], error: str | None, told: str
) -> None:
    refusal = refused(menu, **arguments)
    assert (refusal.error, refusal.message) == (error, told)


def test_a_combination_that_is_not_sold_is_refused(bowls: Menu) -> None:
    refusal = refused(bowls, item_id="house-noodles", options={"bowl": "king", "noodle": "glass"})
    assert refusal.message.startswith(
        "House Noodles cannot be had in that combination; its variations are regular-wheat,"
    )


def test_a_name_of_two_items_is_asked_back(menu: Menu) -> None:
    both = tuple(item.model_copy(update={"spoken": ("the classic",)}) for item in menu.items[:2])
    refusal = refused(menu.model_copy(update={"items": both}), item_id="the classic")
    assert refusal.message == '"the classic" can mean margherita, pepperoni: ask the caller which one.'
    assert refusal.error is None, "the menu has it, twice"


def test_a_line_whose_item_the_menu_lost_needs_an_item(menu: Menu) -> None:
    assert refused(menu, Line(id="L1", item_id="lasagna"), quantity=2).error == "ORDER_PARSE_ERROR"


# --- halves ---

HALF = Line(id="L1", item_id="farmhouse", variation_id="large", half_item_id="marinara")


def test_the_other_half_is_another_dish_of_its_kind() -> None:
    line = edit(DINER, item_id="farmhouse", options={"size": "large"}, half_item_id="Marinara")
    assert line == HALF.model_copy(update={"id": ""})
    assert edit(DINER, HALF, quantity=2).half_item_id == "marinara"
    unsettled = edit(DINER, item_id="farmhouse", half_item_id="marinara")
    assert (unsettled.variation_id, unsettled.half_item_id) == (None, "marinara")


@pytest.mark.parametrize("whole", ["farmhouse", ""])
def test_a_dish_is_made_whole_again(whole: str) -> None:
    assert edit(DINER, HALF, half_item_id=whole).half_item_id is None


def test_a_half_that_the_menu_lost_is_none() -> None:
    assert edit(DINER, HALF.model_copy(update={"half_item_id": "calzone"}), quantity=2).half_item_id is None


def test_on_halves_of_their_own_half_does_not_say_which() -> None:
    refusal = refused(DINER, HALF, modifiers=[{"option_id": "ham", "placement": "half"}])
    assert refusal.message.startswith("Which half of the Farmhouse?")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            {"item_id": "farmhouse", "half_item_id": "calzone"},
            (
                "Farmhouse cannot be had with Calzone as its other half: its other half can be marinara, verdura. "
                "Tell the caller."
            ),
        ),
        (
            {"item_id": "calzone", "half_item_id": "marinara"},
            "Calzone cannot be had with Marinara as its other half: no other dish can share it. Tell the caller.",
        ),
        (
            {"item_id": "farmhouse", "half_item_id": "verdura"},
            None,
        ),
        (
            {"item_id": "farmhouse", "half_item_id": "verdura", "options": {"size": "large"}},
            "Verdura is not made in the size of Farmhouse; it comes as one. Tell the caller.",
        ),
    ],
)
def test_halves_that_do_not_go_together_are_refused_with_those_that_do(
    arguments: dict[str, object], told: str | None
) -> None:
    if told is None:
        assert edit(DINER, **arguments).half_item_id == "verdura"
    else:
        assert refused(DINER, **arguments).message == told


# --- what stands in the wrong place ---


def test_a_size_may_stand_among_the_modifiers() -> None:
    line = edit(DINER, item_id="farmhouse", modifiers=["large", "ham"])
    assert (line.variation_id, [modifier.option for modifier in line.modifiers]) == ("large", ["ham"])
    assert refused(DINER, item_id="farmhouse", modifiers=[{"option_id": "large", "action": "no"}]).error is not None


def test_a_choice_may_stand_among_the_options_and_keeps_those_there() -> None:
    line = edit(DINER, item_id="farmhouse", options={"size": "small", "Crust": "thick"}, modifiers=["ham"])
    assert (line.variation_id, [modifier.option for modifier in line.modifiers]) == ("small", ["ham", "thick"])
    olives = edit(DINER, line, options={"toppings": "olives"})
    assert [modifier.option for modifier in olives.modifiers] == ["ham", "thick", "olives"]


def test_a_size_is_known_by_the_name_of_its_dimension_or_as_a_variation(menu: Menu) -> None:
    assert edit(menu, item_id="wings", options={"size": "12"}).variation_id == "12"
    assert edit(DINER, item_id="cola", variation_id="Big").variation_id == "big"
    assert edit(menu, item_id="wings", variation_id="half a dozen").variation_id == "6"


def test_a_dimension_that_the_item_has_not_is_refused_with_those_it_has(menu: Menu) -> None:
    refusal = refused(menu, item_id="wings", options={"width": "12"})
    assert refusal.message == 'Wings has no "width" to choose; it has pieces. Tell the caller.'


def test_what_is_no_combo_has_no_parts() -> None:
    assert edit(DINER, item_id="cola", parts=[]).parts == ()
    told = "Cola is not a combo and has no parts: set each thing as a line of its own."
    assert refused(DINER, item_id="cola", parts=["fries"]).message == told


def test_a_note_of_one_line_may_be_long_but_not_endless(menu: Menu) -> None:
    assert refused(menu, item_id="coke", notes="x" * 201).error == "ORDER_PARSE_ERROR"
