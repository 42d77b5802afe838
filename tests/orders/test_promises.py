"""What an order promises through any sequence of changes, right or wrong, repeated or not."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.missing import missing
from gateway.orders.order import Fulfilment, Line, Order, OrderClosedError, OrderFullError, OrderState, open_order
from gateway.orders.pricing import totals
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.schemas import ARGUMENTS
from gateway.orders.tools import OrderTools, ReadBack, Submit, ToolContext
from tests.orders.osteria import HOUSE, LUNCH, OSTERIA, at

TOOLS = OrderTools(OSTERIA, HOUSE)
ITEMS = [item.id for item in OSTERIA.items]
Change = Callable[[Order, str], Order]

items = st.sampled_from(ITEMS)
line_ids = st.sampled_from(["L1", "L2", "L3", "L9", ""])
given_lines = st.builds(
    Line, id=line_ids, item_id=items, quantity=st.integers(1, 9), notes=st.none() | st.just("crisp")
)
fulfilments = st.builds(
    Fulfilment,
    kind=st.sampled_from(["pickup", "delivery"]),
    address=st.none() | st.just("1 Main Street"),
    at=st.none() | st.just(at("19:30")),
)
allergies = st.sampled_from(["nuts", "milk", "Nuts", "eggs"])
customers = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Ana", "Bob"]),
        "fulfilment": fulfilments,
        "notes": st.just("ring twice"),
        "allergies": st.lists(allergies, max_size=2),
        "age_confirmed": st.integers(10, 90),
    },
)

edits: st.SearchStrategy[Change] = st.one_of(
    given_lines.map(lambda line: lambda order, call: order.set_line(line, call_id=call)),
    line_ids.map(lambda line_id: lambda order, call: order.remove_line(line_id, call_id=call)),
    st.just(lambda order, call: order.cancel(call_id=call)),
)
told: st.SearchStrategy[Change] = customers.map(
    lambda said: lambda order, call: order.set_customer(call_id=call, **said)
)
rest: st.SearchStrategy[Change] = st.one_of(
    allergies.map(lambda words: lambda order, call: order.set_customer(allergy_taken_back=words, call_id=call)),
    st.just(lambda order, call: order.read_back(call_id=call)),
    st.just(lambda order, call: order.confirm(call_id=call)),
    st.just(lambda order, call: order.take_up(open_order("o2", "osteria", menu_digest="x"), call_id=call)),
)


def applied(change: Change, order: Order, call: str) -> Order:
    """The order after a change, or as it was where the change is refused."""
    try:
        return change(order, call)
    except (OrderClosedError, OrderFullError):
        return order


def fresh() -> Order:
    return open_order("o", "osteria", menu_digest=OSTERIA.digest)


@given(st.lists(edits | told | rest, max_size=15), st.data())
def test_a_change_made_twice_is_made_once(changes: list[Change], data: st.DataObject) -> None:
    order = fresh()
    for number, change in enumerate(changes):
        once = applied(change, order, f"c{number}")
        assert applied(change, once, f"c{number}") == once
        # Any other change under the same call id is that same change.
        other = data.draw(edits | told | rest)
        if f"c{number}" in once.applied:
            assert other(once, f"c{number}") is once
        assert once.version >= order.version
        order = once


@given(st.lists(edits | told, max_size=15))
def test_an_allergy_survives_any_edit_that_does_not_take_it_back(changes: list[Change]) -> None:
    order = fresh().set_customer(allergies=["sesame"], call_id="first")
    known: tuple[str, ...] = ("sesame",)
    for number, change in enumerate(changes):
        order = applied(change, order, f"c{number}")
        assert order.allergies[: len(known)] == known
        known = order.allergies
    assert len({words.casefold() for words in known}) == len(known)


@given(st.lists(edits | told | rest, max_size=20))
def test_what_is_confirmed_was_read_back_as_it_stands(changes: list[Change]) -> None:
    order, read = fresh(), None
    for number, change in enumerate(changes):
        before = order
        order = applied(change, order, f"c{number}")
        if order.state is OrderState.READ_BACK and before.state is not OrderState.READ_BACK:
            read = order
        if order.state is OrderState.CONFIRMED:
            assert read is not None
            assert (order.lines, order.allergies, order.notes) == (read.lines, read.allergies, read.notes)
            assert order.customer_name == read.customer_name or read.customer_name is None


options = st.sampled_from(["mushroom", "basil", "cheese", "salad", "fries", "ranch", "swiss", "ham"])
line_arguments = st.fixed_dictionaries(
    {},
    optional={
        "line_id": st.sampled_from(["L1", "L2", "L9"]),
        "item_id": st.sampled_from([*ITEMS, "sushi", ""]),
        "options": st.dictionaries(st.just("size"), st.sampled_from(["small", "large", "huge"]), max_size=1),
        "quantity": st.sampled_from([1, 2, 20, 0, -3, 18_000]),
        "modifiers": st.lists(st.fixed_dictionaries({"option_id": options}), max_size=3),
        "half_item_id": st.sampled_from(ITEMS),
        "parts": st.just([{"slot": "pizza", "item_id": "margherita"}, {"slot": "drink", "item_id": "coke"}]),
        "price": st.just(0),
    },
)
easy = st.sampled_from(["coke", "tiramisu", "burger"]).map(lambda item_id: {"item_id": item_id})
nothing: st.SearchStrategy[dict[str, object]] = st.just({})
calls = st.one_of(
    st.tuples(st.just("set_line"), line_arguments | easy),
    st.tuples(st.just("set_line"), easy),
    st.tuples(st.just("remove_line"), st.sampled_from([{"line_id": "L1"}, {"line_id": "L2"}])),
    st.tuples(st.just("set_customer"), st.just({"name": "Ana", "fulfilment": "pickup"})),
    st.tuples(st.just("set_customer"), st.just({"name": "Bob", "fulfilment": "delivery", "address": "1 Main Street"})),
    st.tuples(st.just("read_back"), nothing),
    st.tuples(st.just("confirm_order"), nothing),
    st.tuples(st.just("confirm_order"), nothing),
    st.tuples(st.sampled_from(sorted(ARGUMENTS)), nothing),
)
contexts = st.builds(
    ToolContext,
    now=st.sampled_from([LUNCH, LUNCH, LUNCH + timedelta(hours=9)]),
    heard_read_back=st.sampled_from([True, True, False]),
    assent=st.sampled_from(["yes", "yes", "no", "unclear", None]),
    sold_out=st.sampled_from([SoldOut(), SoldOut(), SoldOut((SoldOutEntry("coke"),))]),
    recent_cents=st.sampled_from([(), (), (1, 1, 1)]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(calls, contexts), max_size=20))
def test_no_sequence_of_tool_calls_places_what_was_not_read_back_heard_and_agreed_to(
    sequence: list[tuple[tuple[str, dict[str, object]], ToolContext]],
) -> None:
    order, read, submitted = fresh(), None, 0
    for number, ((name, arguments), context) in enumerate(sequence):
        outcome = TOOLS.execute(f"c{number}", name, json.dumps(arguments), order, context)
        if isinstance(outcome.action, ReadBack):
            read = outcome.order
            assert outcome.action.text.count(outcome.action.total) == 1
        if isinstance(outcome.action, Submit):
            submitted += 1
            assert name == "confirm_order"
            assert read is not None
            assert (outcome.order.lines, outcome.order.allergies) == (read.lines, read.allergies)
            assert context.heard_read_back
            assert context.assent == "yes"
            assert context.now == LUNCH
            assert not context.recent_cents
            assert not any(context.sold_out.item(line.item_id, LUNCH) for line in outcome.order.lines)
            assert not missing(outcome.order, OSTERIA, HOUSE.fulfilments)
            assert 0 < totals(outcome.order, OSTERIA).total <= HOUSE.approval_cents
        else:
            assert outcome.order.is_placed is order.is_placed
        order = outcome.order
    assert submitted <= 1


def test_such_a_sequence_does_place_an_order() -> None:
    """The sequences above would prove nothing if none of them could get there."""
    order, agreed = fresh(), ToolContext(LUNCH, heard_read_back=True, assent="yes")
    for number, (name, arguments) in enumerate(
        [
            ("set_line", {"item_id": "coke"}),
            ("set_customer", {"name": "Ana", "fulfilment": "pickup"}),
            ("read_back", {}),
            ("confirm_order", {}),
        ]
    ):
        order = TOOLS.execute(f"c{number}", name, json.dumps(arguments), order, agreed).order
    assert order.state is OrderState.CONFIRMED


@pytest.mark.parametrize("context", [ToolContext(LUNCH), ToolContext(LUNCH, heard_read_back=True)])
def test_a_confirm_without_an_answer_is_refused(context: ToolContext) -> None:
    order = fresh().set_line(Line(id="", item_id="coke", variation_id="can"), call_id="a").read_back(call_id="b")
    outcome = TOOLS.execute("c", "confirm_order", "{}", order, context)
    assert (outcome.kind, outcome.action, outcome.order) == ("refused", None, order)
