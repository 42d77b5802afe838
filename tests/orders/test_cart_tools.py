from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import MAX_LINES, OrderState

if TYPE_CHECKING:
    from tests.orders.conftest import Talk


def test_the_menu_comes_as_a_menu(talk: "Talk", menu: Menu) -> None:
    outcome = talk("get_menu")
    assert outcome.kind == "noop"
    assert Menu.model_validate(outcome.output["menu"]) == menu


def test_a_part_of_the_menu_is_a_menu_of_its_own(talk: "Talk", bowl_talk: "Talk") -> None:
    wings = Menu.model_validate(talk("get_menu", category="Wings").output["menu"])
    assert [item.id for item in wings.items] == ["wings"]
    assert [group.id for group in wings.modifier_groups] == ["sauce"]
    assert [dimension.id for dimension in wings.dimensions] == ["pieces"]
    drinks = Menu.model_validate(bowl_talk("get_menu", category="drink").output["menu"])
    assert [item.id for item in drinks.items] == ["jasmine-tea", "lychee-soda"]
    assert drinks.modifier_groups == ()


def test_a_category_that_is_not_there_is_refused_with_those_that_are(talk: "Talk") -> None:
    outcome = talk("get_menu", category="sushi")
    assert outcome.message == 'There is no category "sushi"; there are pizza, wings, drinks, desserts, combos.'


def test_a_line_is_set_with_its_price_its_evidence_and_its_confidence(talk: "Talk") -> None:
    talk("set_line", item_id="margherita", options={"size": "large"}, quantity=2)
    line = talk.order.lines[0]
    assert (line.id, line.quoted_cents, line.evidence, line.confidence) == ("L1", 2900, ("turn-1",), 0.9)
    talk.context = replace(talk.context, turn_ids=("turn-2",), confidence=0.0)
    outcome = talk("set_line", line_id="L1", quantity=1)
    line = talk.order.lines[0]
    assert (line.quoted_cents, line.evidence, line.confidence) == (1450, ("turn-1", "turn-2"), 0.0)
    assert (outcome.kind, outcome.output["say"]) == ("ready", "one large Margherita.")


def test_a_line_may_be_set_before_everything_is_known(talk: "Talk") -> None:
    outcome = talk("set_line", item_id="wings")
    assert outcome.kind == "incomplete"
    assert outcome.error is None
    assert [gap["what"] for gap in outcome.output["missing"]][:2] == ["pieces", "sauce"]
    done = talk("set_line", line_id="L1", options={"pieces": "12"}, modifiers=["garlic"])
    assert done.kind == "ready"


def test_the_same_thing_again_points_at_the_line_that_is_there(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    outcome = talk("set_line", item_id="coke", quantity=2)
    assert outcome.kind == "refused"
    assert outcome.message == (
        "L1 is that already, 1 of it. If the caller wants more, call set_line with line_id L1 and the quantity in all."
    )


def test_asking_for_what_is_so_already_voids_no_read_back(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    talk("read_back")
    outcome = talk("set_line", line_id="L1", quantity=1)
    assert (outcome.kind, talk.order.state) == ("noop", OrderState.READ_BACK)
    assert outcome.output["say"] == "one Coke: it is so already."


@pytest.mark.parametrize("name", ["L2", "l2", "2", "Sprite"])
def test_a_line_is_known_by_its_id_its_number_or_its_only_item(talk: "Talk", name: str) -> None:
    talk("set_line", item_id="coke")
    talk("set_line", item_id="sprite")
    outcome = talk("remove_line", line_id=name)
    assert (outcome.kind, outcome.output["say"]) == ("ready", "one Sprite: taken off.")
    assert [line.id for line in talk.order.lines] == ["L1"]


def test_a_line_that_is_not_there_is_refused_with_those_that_are(talk: "Talk") -> None:
    told = 'There is no line "L7"; the lines are none. For a new line leave line_id out.'
    assert talk("set_line", line_id="L7", quantity=2).message == told
    talk("set_line", item_id="coke")
    talk("set_line", item_id="coke", notes="no ice")
    outcome = talk("remove_line", line_id="coke")
    assert outcome.message == (
        'There is no line "coke"; the lines are L1 (coke), L2 (coke). For a new line leave line_id out.'
    )


def test_a_removal_names_its_line(talk: "Talk") -> None:
    assert talk("remove_line").error == "ORDER_PARSE_ERROR"


def test_the_order_as_it_stands(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    outcome = talk("get_order")
    assert (outcome.kind, outcome.order) == ("noop", talk.order)
    assert outcome.output["totals"]["total"] == 325


def test_an_order_has_so_many_lines_and_no_more(talk: "Talk") -> None:
    for number in range(MAX_LINES):
        talk("set_line", item_id="coke", notes=f"glass {number}")
    outcome = talk("set_line", item_id="sprite")
    assert (outcome.kind, len(talk.order.lines)) == ("refused", MAX_LINES)
    assert str(outcome.message).startswith("An order has at most 50 lines.")


@pytest.mark.parametrize("tool", ["set_line", "remove_line"])
def test_a_placed_order_is_edited_no_more(talk: "Talk", tool: str) -> None:
    talk("set_line", item_id="coke")
    talk.order = talk.order.model_copy(update={"state": OrderState.SUBMITTED})
    outcome = talk(tool, line_id="L1")
    assert (outcome.kind, outcome.order) == ("refused", talk.order)
