import pytest

from gateway.orders.desk import PLACED, Desk, refuse_if_placed
from gateway.orders.order import Line, Order, OrderState
from gateway.orders.placing import Gate
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_arguments import Refusal
from gateway.orders.tool_outcome import CancelOrder


@pytest.fixture
def desk(casa_verde: Restaurant) -> Desk:
    return Desk(casa_verde.menu, casa_verde)


def test_a_change_is_ready_or_says_what_to_ask(desk: Desk, order: Order) -> None:
    done = desk.changed(order.set_line(Line(id="", item_id="coke", variation_id="regular"), call_id="a"), "One Coke.")
    assert (done.kind, done.output["ok"], done.output["say"]) == ("ready", True, "One Coke.")
    open_line = desk.changed(order.set_line(Line(id="", item_id="margherita"), call_id="a"), "One Margherita.")
    assert open_line.kind == "incomplete"
    assert open_line.output["ok"] is True
    assert open_line.output["say"] == "Which size for the Margherita: small or large?"


def test_nothing_to_change_is_no_refusal(desk: Desk, order: Order) -> None:
    outcome = desk.unchanged(order, {"say": "Yes."}, CancelOrder())
    assert (outcome.kind, outcome.order, outcome.action) == ("noop", order, CancelOrder())
    assert (outcome.output["ok"], outcome.output["cart"], outcome.error) == (True, [], None)


def test_a_refusal_says_why_with_the_taxonomys_code_if_it_has_one(desk: Desk, order: Order) -> None:
    coded = desk.refused(order, Gate("Ask first.", "incomplete", "INCOMPLETE_ORDER"))
    assert (coded.kind, coded.error, coded.message) == ("incomplete", "INCOMPLETE_ORDER", "Ask first.")
    assert (coded.output["ok"], coded.output["error"], coded.output["code"]) == (
        False,
        "Ask first.",
        "INCOMPLETE_ORDER",
    )
    plain = desk.refused(order, Gate("No."))
    assert (plain.kind, plain.error, plain.message) == ("refused", None, "No.")
    assert "code" not in plain.output


def test_no_tool_edits_what_the_kitchen_has(order: Order) -> None:
    refuse_if_placed(order)
    with pytest.raises(Refusal) as caught:
        refuse_if_placed(order.model_copy(update={"state": OrderState.ACCEPTED}))
    assert caught.value.message == PLACED
