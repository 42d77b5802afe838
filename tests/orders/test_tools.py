"""The tools as a whole: any sequence of calls, right or wrong, keeps what an order promises."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.menu import Menu
from gateway.orders.missing import missing
from gateway.orders.order import Order, OrderState, open_order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.orders.tool_schemas import ARGUMENTS, tool_schemas
from gateway.orders.tools import OrderTools, Submit, ToolContext, ToolOutcome

if TYPE_CHECKING:
    from tests.orders.conftest import Talk

CASA = next(restaurant for restaurant in load_restaurants(SHIPPED, {}) if restaurant.id == "casa-verde")
TOOLS = OrderTools(CASA.menu, CASA)
AT = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)


def test_the_schemas_are_the_callers_own_and_always_the_same(casa_verde: Restaurant) -> None:
    tools = OrderTools(casa_verde.menu, casa_verde)
    tools.schemas().clear()
    assert tools.schemas() == tool_schemas(casa_verde.menu, casa_verde)


def test_a_tool_call_acts_once_whatever_its_arguments(talk: "Talk") -> None:
    talk.raw("call", "set_line", '{"item_id": "coke"}')
    again = talk.raw("call", "set_line", '{"item_id": "sprite"}')
    assert (again.kind, again.output["say"]) == ("noop", "This was done already.")
    assert [line.item_id for line in talk.order.lines] == ["coke"]


def test_a_tool_that_is_not_there_is_refused(talk: "Talk") -> None:
    outcome = talk("give_discount", percent=100)
    assert (outcome.kind, outcome.error) == ("refused", "ORDER_PARSE_ERROR")
    assert str(outcome.message).startswith('There is no tool "give_discount"; there are get_menu,')


def test_a_price_cannot_be_given(talk: "Talk") -> None:
    outcome = talk("set_line", item_id="coke", price=0)
    assert (outcome.kind, talk.order.lines) == ("refused", ())


def test_arguments_that_are_broken_are_refused(talk: "Talk") -> None:
    assert talk.raw("call", "set_line", '{"item_id": "co').error == "ORDER_PARSE_ERROR"


def test_a_menu_that_changes_in_mid_call_is_told_and_read_back_anew(talk: "Talk", menu: Menu) -> None:
    talk("set_line", item_id="coke")
    talk("read_back")
    coke = menu.items[3]
    dear = coke.model_copy(update={"variations": (coke.variations[0].model_copy(update={"price": 350}),)})
    today = menu.model_copy(update={"items": (*menu.items[:3], dear, *menu.items[4:])})
    talk.tools = OrderTools(today, CASA)
    outcome = talk("confirm_order")
    assert outcome.output["changes"] == ["L1, one Coke: now $3.50, before $3.00."]
    assert str(outcome.message).startswith("The order was changed after the read-back.")
    assert talk.order.menu_digest == today.digest


def test_a_placed_order_stays_on_its_menu(talk: "Talk") -> None:
    talk.order = talk.order.model_copy(update={"menu_digest": "old", "state": OrderState.SUBMITTED})
    assert talk("get_order").order is talk.order


# Words a model might send: right ones, nearly right ones, and wrong ones.
item_ids = st.sampled_from([*(item.id for item in CASA.menu.items), "Margheritas", "sushi", "", None, 7])
option_ids = st.sampled_from(["mushroom", "basil", "extra cheese", "bbq", "garlic", "ham", None])
modifiers = st.lists(
    st.fixed_dictionaries(
        {"option_id": option_ids},
        optional={"action": st.sampled_from(["add", "no", "extra", "side", "half"]), "quantity": st.integers(-1, 4)},
    ),
    max_size=4,
)
line_arguments = st.fixed_dictionaries(
    {},
    optional={
        "line_id": st.sampled_from(["L1", "L2", "3", "L99", "wings"]),
        "item_id": item_ids,
        "options": st.dictionaries(
            st.sampled_from(["size", "pieces", "width"]),
            st.sampled_from(["small", "large", "6", 12, "wide"]),
            max_size=1,
        ),
        "quantity": st.sampled_from([1, 2, "3", 20, 0, -3, 18_000, 2.0, 2.5, "many"]),
        "modifiers": modifiers | st.just("mushroom"),
        "notes": st.text(max_size=12),
        "price": st.just(0),
    },
)
customer_arguments = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Ana", "Bob", ""]),
        "fulfilment": st.sampled_from(["pickup", "delivery", "drone"]),
        "address": st.sampled_from(["1 Main Street", ""]),
    },
)
nothing: st.SearchStrategy[dict[str, object]] = st.just({})
calls = st.one_of(
    st.tuples(st.just("set_line"), line_arguments),
    st.tuples(st.just("set_line"), st.fixed_dictionaries({"item_id": st.sampled_from(["coke", "sprite", "tiramisu"])})),
    st.tuples(st.just("remove_line"), st.fixed_dictionaries({"line_id": st.sampled_from(["L1", "L2", "L9"])})),
    st.tuples(st.just("set_customer"), customer_arguments),
    st.tuples(st.just("set_customer"), st.just({"name": "Ana", "fulfilment": "pickup"})),
    st.tuples(st.just("read_back"), nothing),
    st.tuples(st.just("confirm_order"), nothing),
    st.tuples(st.just("resume_order"), st.fixed_dictionaries({"accept": st.booleans()})),
    st.tuples(st.sampled_from(sorted(ARGUMENTS)), nothing),
)
contexts = st.builds(
    ToolContext,
    now=st.just(AT),
    turn_ids=st.just(("t",)),
    heard_read_back=st.sampled_from([True, True, False]),
    assent=st.sampled_from(["yes", "yes", "no", "unclear", None]),
    held=st.none() | st.just(open_order("held", "casa-verde", menu_digest="yesterday")),
)


def check(before: Order, call: tuple[str, dict[str, object]], outcome: ToolOutcome, context: ToolContext) -> None:
    """What holds after every tool call, whatever it was."""
    after = outcome.order
    assert Order.model_validate_json(after.model_dump_json()) == after
    assert json.loads(json.dumps(outcome.output))["ok"] == (outcome.message is None)
    assert {"cart", "missing", "totals"} <= outcome.output.keys()
    assert after.version >= before.version
    assert after.next_line >= before.next_line
    if outcome.kind in ("refused", "noop") and after.menu_digest == before.menu_digest:
        assert after == before
    if (after.lines, after.customer_name, after.fulfilment) != (before.lines, before.customer_name, before.fulfilment):
        assert after.version > before.version
        assert not before.is_placed
    for line in after.lines:
        item = CASA.menu.item(line.item_id)
        assert item is not None
        assert 1 <= line.quantity <= item.max_quantity
        assert line.variation_id is None or item.variation(line.variation_id) is not None
    ids = [line.id for line in after.lines]
    assert len(set(ids)) == len(ids)
    sums = totals(after, CASA.menu)
    assert outcome.output["totals"]["total"] == sums.total
    assert sums.total == sum(sums.lines.values()) + sums.tax
    if after.state is OrderState.CONFIRMED:
        assert after.read_back_version == after.version
    if isinstance(outcome.action, Submit):
        assert call[0] == "confirm_order"
        assert before.read_back_stands
        assert before.lines == after.lines
        assert context.heard_read_back
        assert context.assent == "yes"
        assert not missing(after, CASA.menu, CASA.fulfilments)
        assert sums.total <= CASA.approval_cents


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(calls, contexts), max_size=25))
def test_any_sequence_of_tool_calls_keeps_what_an_order_promises(
    sequence: list[tuple[tuple[str, dict[str, object]], ToolContext]],
) -> None:
    order = open_order("o", "casa-verde", menu_digest=CASA.menu.digest)
    submitted = 0
    for number, (call, context) in enumerate(sequence):
        text = json.dumps(call[1])
        outcome = TOOLS.execute(f"c{number}", call[0], text, order, context)
        check(order, call, outcome, context)
        submitted += isinstance(outcome.action, Submit)
        twice = TOOLS.execute(f"c{number}", call[0], text, outcome.order, context)
        if f"c{number}" in outcome.order.applied:
            assert (twice.order, twice.kind, twice.action) == (outcome.order, "noop", None)
        order = outcome.order
    assert submitted <= 1


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=20) | st.sampled_from(sorted(ARGUMENTS)),
    st.text()
    | st.dictionaries(
        st.sampled_from(["line_id", "item_id", "options", "quantity", "modifiers", "accept", "name", "category"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            st.lists,
            max_leaves=4,
        ),
    ).map(json.dumps),
)
def test_whatever_a_model_writes_it_gets_an_answer(tool: str, text: str) -> None:
    order = open_order("o", "casa-verde", menu_digest=CASA.menu.digest)
    outcome = TOOLS.execute("c", tool, text, order, ToolContext(AT))
    assert json.dumps(outcome.output)
    assert outcome.output["ok"] is (outcome.message is None)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_every_tool_answers_with_the_whole_cart(talk: "Talk", name: str) -> None:
    talk("set_line", item_id="coke")
    outcome = talk(name)
    if name != "cancel_order":
        assert "L1" in json.dumps(outcome.output["cart"])
