from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import MAX_LINES, Fulfilment, OrderState
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from tests.orders.tool_menu import diner

if TYPE_CHECKING:
    from tests.orders.conftest import Talk


def test_a_line_is_set_with_its_price_its_evidence_and_its_confidence(talk: "Talk") -> None:
    talk("set_line", item_id="margherita", options={"size": "large"}, quantity=2)
    line = talk.order.lines[0]
    assert (line.id, line.quoted_cents, line.evidence, line.confidence) == ("L1", 2900, ("turn-1",), 0.9)
    talk.context = replace(talk.context, turn_ids=("turn-2",), confidence=0.0)
    outcome = talk("set_line", line_id="L1", quantity=1)
    line = talk.order.lines[0]
    assert (line.quoted_cents, line.evidence, line.confidence) == (1450, ("turn-1", "turn-2"), 0.0)
    assert (outcome.kind, outcome.output["say"]) == ("ready", "one large Margherita.")
    assert outcome.output["confidence"] == "unknown"


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


def test_an_order_has_so_many_lines_and_no_more(
    talk_to: Callable[[Restaurant, Menu], "Talk"], casa_verde: Restaurant, menu: Menu
) -> None:
    plenty = tuple(item.model_copy(update={"max_quantity": 100}) for item in menu.items)
    talk = talk_to(casa_verde, menu.model_copy(update={"items": plenty}))
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


def test_confidence_is_shown_as_it_is_known(talk: "Talk") -> None:
    assert talk("set_line", item_id="coke").output["confidence"] == 0.9


def test_more_than_an_item_allows_is_refused_however_it_is_split(talk: "Talk") -> None:
    talk("set_line", item_id="coke", quantity=15)
    outcome = talk("set_line", item_id="coke", quantity=6, notes="no ice")
    assert outcome.message == ("At most 20 Coke in one order, and there are 21. Tell the caller, and offer a person.")
    assert [line.quantity for line in talk.order.lines] == [15]


def test_what_was_too_much_before_does_not_stand_in_the_way_of_other_changes(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    much = talk.order.lines[0].model_copy(update={"quantity": 30})
    talk.order = talk.order.model_copy(update={"lines": (much,)})
    assert talk("set_line", item_id="sprite").kind == "ready"
    assert talk("set_line", item_id="coke", notes="no ice").kind == "refused"


def test_a_change_is_meant_for_one_version_where_it_says_so(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    stale = talk("set_line", item_id="sprite", if_version=0)
    assert stale.message == (
        "The order has changed since version 0; it is at version 1. Look at the cart in this answer, then call again "
        "if it is still wanted."
    )
    assert stale.output["version"] == 1
    assert talk("remove_line", line_id="L1", if_version=7).kind == "refused"
    assert talk("set_line", item_id="sprite", if_version=1).kind == "ready"
    assert talk("remove_line", line_id="L2", if_version="2").kind == "ready"


def test_the_order_so_far_is_repeated_without_a_read_back(talk: "Talk") -> None:
    assert talk("repeat_order").output["say"] == "There is nothing in the order yet."
    talk("set_line", item_id="coke", quantity=2)
    talk("set_line", item_id="margherita")
    outcome = talk("repeat_order")
    assert (outcome.kind, outcome.action, talk.order.state) == ("noop", None, OrderState.DRAFT)
    assert outcome.output["say"] == "So far: two Coke; one Margherita."
    talk("remove_line", line_id="L2")
    assert talk("repeat_order").output["say"] == ("So far: two Coke. That is six dollars and fifty cents with tax.")
    assert talk("repeat_order", language="Spanish").output["say"] == (
        "Hasta ahora: dos Coke. Son seis dólares con cincuenta centavos con impuestos."
    )


def test_untaxed_is_not_called_taxed(
    talk_to: Callable[[Restaurant, Menu], "Talk"], casa_verde: Restaurant, menu: Menu
) -> None:
    tax = menu.taxes[0].model_copy(update={"rate_millipercent": 0})
    talk = talk_to(casa_verde, menu.model_copy(update={"taxes": (tax,)}))
    talk("set_line", item_id="coke")
    assert talk("repeat_order").output["say"] == "So far: one Coke. That is three dollars."


# --- what cannot be had now ---


@pytest.fixture
def diner_talk(talk_to: Callable[[Restaurant], "Talk"], casa_verde: Restaurant) -> "Talk":
    return talk_to(diner(casa_verde))


def run_out(talk: "Talk", *refs: str) -> None:
    talk.context = replace(talk.context, sold_out=SoldOut(tuple(SoldOutEntry(ref) for ref in refs)))


def test_what_has_run_out_is_refused_with_what_there_is(talk: "Talk") -> None:
    run_out(talk, "coke")
    outcome = talk("set_line", item_id="coke")
    assert (outcome.kind, talk.order.lines) == ("refused", ())
    assert outcome.message == (
        "We are out of Coke. There is Sprite, Tiramisu or Wings. Ask once whether the caller would like that instead. "
        "Tell the caller."
    )
    assert outcome.output["alternatives"] == ["sprite", "tiramisu", "wings"]


def test_what_has_its_time_is_refused_outside_it(diner_talk: "Talk") -> None:
    diner_talk.context = replace(diner_talk.context, now=diner_talk.context.now.replace(hour=21))
    outcome = diner_talk("set_line", item_id="lunch-deal")
    assert str(outcome.message).startswith("The Lunch Deal is for lunch only, 11:00 to 15:00. There is ")
    assert str(outcome.message).endswith(
        "Say that it can be scheduled for a time when it is there (set_fulfilment). Tell the caller."
    )
    at = diner_talk.context.now.replace(day=19, hour=17)
    diner_talk.order = diner_talk.order.model_copy(update={"fulfilment": Fulfilment(kind="pickup", at=at)})
    assert diner_talk("set_line", item_id="lunch-deal").kind == "incomplete"


def test_a_part_that_has_run_out_is_offered_another_of_its_slot(diner_talk: "Talk") -> None:
    run_out(diner_talk, "cola")
    outcome = diner_talk("set_line", item_id="burger-meal", parts=["cola"])
    assert outcome.output["alternatives"] == ["lemonade"]
    assert diner_talk("set_line", item_id="burger-meal", parts=["lemonade", "fries"]).kind == "ready"


def test_what_a_dish_comes_with_has_run_out_and_is_left_off(diner_talk: "Talk") -> None:
    run_out(diner_talk, "burger/pickle")
    outcome = diner_talk("set_line", item_id="cheeseburger")
    assert outcome.message == (
        "We are out of pickles. Ask whether to make it without pickles; then give pickle with action no. Tell the "
        "caller."
    )
    assert outcome.output["alternatives"] == []
    assert diner_talk("set_line", item_id="cheeseburger", modifiers=["no pickles"]).kind == "ready"
    assert diner_talk("set_line", item_id="burger-meal", parts=["fries", "coke"]).kind == "refused"


def test_a_choice_that_has_run_out_is_offered_others_of_its_group(diner_talk: "Talk") -> None:
    run_out(diner_talk, "toppings/ham")
    outcome = diner_talk("set_line", item_id="farmhouse", modifiers=["ham"])
    assert outcome.output["alternatives"] == ["olives", "extra_olives", "anchovies"]


def test_where_nothing_is_left_nothing_is_offered(diner_talk: "Talk") -> None:
    run_out(diner_talk, *(item.id for item in diner_talk.tools._desk.menu.items))
    outcome = diner_talk("set_line", item_id="cola")
    assert (outcome.message, outcome.output["alternatives"]) == ("We are out of Cola. Tell the caller.", [])


def test_what_was_there_before_it_ran_out_may_stay_or_become_less(talk: "Talk") -> None:
    talk("set_line", item_id="margherita", options={"size": "large"}, quantity=3)
    run_out(talk, "margherita", "toppings/basil")
    assert talk("set_line", line_id="L1", quantity=4).kind == "refused"
    assert talk("set_line", line_id="L1", quantity=2).kind == "ready"
    assert talk("set_line", line_id="L1", options={"size": "small"}).kind == "ready"


def test_what_is_too_much_can_be_made_less_step_by_step(talk: "Talk") -> None:
    talk("set_line", item_id="coke", quantity=20)
    line = talk.order.lines[0]
    twin = line.model_copy(update={"id": "L2", "notes": "no ice"})
    talk.order = talk.order.model_copy(update={"lines": (line, twin), "next_line": 3})
    assert talk("set_line", line_id="L1", quantity=10).kind == "ready"
    assert str(talk("set_line", line_id="L1", quantity=11).message).startswith("At most 20 Coke")
    assert talk("set_line", line_id="L2", quantity=10).kind == "ready"
    assert sum(line.quantity for line in talk.order.lines) == 20
