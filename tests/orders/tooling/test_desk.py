from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.orders.order import Line, Order, OrderState
from gateway.orders.placing import Gate
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.arguments import Arguments, Refusal
from gateway.orders.tooling.desk import (
    PLACED,
    Desk,
    ToolCall,
    done_once,
    language_of,
    refuse_if_moved,
    refuse_if_placed,
)
from gateway.orders.tooling.outcome import CancelOrder, ToolContext

NOW = ToolContext(datetime(2026, 11, 18, 18, 0, tzinfo=UTC))


@pytest.fixture
def desk(casa_verde: Restaurant) -> Desk:
    return Desk(casa_verde.menu, casa_verde)


def call_of(order: Order, **arguments: object) -> ToolCall:
    return ToolCall("call-1", Arguments(arguments, "a tool", arguments), order, NOW)


def test_a_change_is_ready_or_says_what_to_ask(desk: Desk, order: Order) -> None:
    coke = order.set_line(Line(id="", item_id="coke", variation_id="regular"), call_id="a")
    done = desk.changed(coke, "One Coke.", NOW)
    assert (done.kind, done.output["ok"], done.output["say"], done.output["version"]) == ("ready", True, "One Coke.", 1)
    open_line = desk.changed(order.set_line(Line(id="", item_id="margherita"), call_id="a"), "One Margherita.", NOW)
    assert open_line.kind == "incomplete"
    assert open_line.output["ok"] is True
    assert open_line.output["say"] == "Which size for the Margherita: small or large?"


def test_what_has_run_out_since_is_shown_with_every_answer(desk: Desk, order: Order) -> None:
    coke = order.set_line(Line(id="", item_id="coke", variation_id="regular"), call_id="a")
    outcome = desk.unchanged(coke, {"say": "Yes."}, replace(NOW, sold_out=SoldOut((SoldOutEntry("coke"),))))
    assert "We are out of Coke." in str(outcome.output["unavailable"])


def test_nothing_to_change_is_no_refusal(desk: Desk, order: Order) -> None:
    outcome = desk.unchanged(order, {"say": "Yes."}, NOW, CancelOrder())
    assert (outcome.kind, outcome.order, outcome.action) == ("noop", order, CancelOrder())
    assert (outcome.output["ok"], outcome.output["cart"], outcome.error) == (True, [], None)


def test_a_refusal_says_why_with_the_taxonomys_code_if_it_has_one(desk: Desk, order: Order) -> None:
    coded = desk.refused(order, Gate("Ask first.", "incomplete", "INCOMPLETE_ORDER"), NOW)
    assert (coded.kind, coded.error, coded.message) == ("incomplete", "INCOMPLETE_ORDER", "Ask first.")
    assert (coded.output["ok"], coded.output["error"], coded.output["code"]) == (
        False,
        "Ask first.",
        "INCOMPLETE_ORDER",
    )
    plain = desk.refused(order, Gate("No."), NOW, {"alternatives": ["sprite"]})
    assert (plain.kind, plain.error, plain.message) == ("refused", None, "No.")
    assert "code" not in plain.output
    assert plain.output["alternatives"] == ["sprite"]


def test_a_change_meant_for_another_version_is_refused(order: Order) -> None:
    refuse_if_moved(call_of(order))
    refuse_if_moved(call_of(order, if_version=0))
    with pytest.raises(Refusal, match="The order has changed since version 3; it is at version 0"):
        refuse_if_moved(call_of(order, if_version=3))


def test_a_call_that_changes_nothing_ordered_is_noted_all_the_same(order: Order) -> None:
    noted = done_once(call_of(order))
    assert (noted.applied, noted.version, noted.state) == (("call-1",), order.version, order.state)


@pytest.mark.parametrize(
    ("named", "language"),
    [(None, "en"), ("", "en"), ("es", "es"), ("EN-us", "en"), ("Spanish", "es"), ("Español", "es"), ("English", "en")],
)
def test_a_language_is_known_by_its_code_or_its_name(
    desk: Desk, order: Order, named: str | None, language: str
) -> None:
    assert language_of(desk, call_of(order, language=named)) == language


def test_a_language_that_is_not_spoken_is_refused(desk: Desk, order: Order) -> None:
    with pytest.raises(Refusal) as caught:
        language_of(desk, call_of(order, language="Polish"))
    assert caught.value.message == (
        'language must be one of en, es; it was "Polish". Tell the caller, and offer a person.'
    )


def test_no_tool_edits_what_the_kitchen_has(order: Order) -> None:
    refuse_if_placed(order)
    with pytest.raises(Refusal) as caught:
        refuse_if_placed(order.model_copy(update={"state": OrderState.ACCEPTED}))
    assert caught.value.message == PLACED
