import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.order import (
    APPLIED_KEPT,
    Fulfilment,
    Line,
    Modifier,
    Order,
    OrderClosedError,
    OrderState,
    open_order,
    with_evidence,
)

COKE = Line(id="", item_id="coke", variation_id="regular")
SPRITE = COKE.model_copy(update={"item_id": "sprite"})
PICKUP, DELIVERY = Fulfilment(kind="pickup"), Fulfilment(kind="delivery", address="1 Main Street")


@pytest.fixture
def read(order: Order) -> Order:
    return order.set_line(COKE, call_id="a").read_back(call_id="b")


def test_lines_get_ids_that_are_never_used_twice(order: Order) -> None:
    order = order.set_line(COKE, call_id="1").set_line(SPRITE, call_id="2").remove_line("L2", call_id="3")
    order = order.set_line(SPRITE, call_id="4")
    assert [(line.id, line.item_id) for line in order.lines] == [("L1", "coke"), ("L3", "sprite")]
    assert order.line("L2") is None


def test_a_line_is_set_in_its_place(order: Order) -> None:
    order = order.set_line(COKE, call_id="1").set_line(SPRITE, call_id="2")
    order = order.set_line(COKE.model_copy(update={"id": "L1", "quantity": 3}), call_id="3")
    assert [(line.id, line.quantity) for line in order.lines] == [("L1", 3), ("L2", 1)]
    assert order.version == 3


def test_the_same_call_acts_once_whatever_it_says(order: Order) -> None:
    once = order.set_line(COKE, call_id="1")
    assert once.set_line(SPRITE, call_id="1") is once
    assert once.remove_line("L1", call_id="1") is once
    assert once.set_customer(name="Ana", call_id="1") is once
    assert once.read_back(call_id="1") is once
    assert once.confirm(call_id="1") is once
    assert once.cancel(call_id="1") is once


def test_the_last_calls_are_remembered_and_no_more(order: Order) -> None:
    for number in range(APPLIED_KEPT + 3):
        order = order.set_line(COKE.model_copy(update={"id": "L1", "quantity": number + 1}), call_id=str(number))
    assert len(order.applied) == APPLIED_KEPT
    assert order.applied[-1] == str(APPLIED_KEPT + 2)


def test_removing_what_is_not_there_changes_nothing(order: Order) -> None:
    assert order.remove_line("L9", call_id="1") is order


def test_an_edit_voids_the_read_back_and_remembers_that_there_was_one(read: Order) -> None:
    assert read.read_back_stands
    edited = read.set_line(SPRITE, call_id="c")
    assert (edited.state, edited.read_back_version, edited.version) == (OrderState.DRAFT, 1, 2)
    assert not edited.read_back_stands
    with pytest.raises(OrderClosedError):
        edited.confirm(call_id="d")


def test_a_first_name_and_a_first_pickup_let_the_read_back_stand(read: Order) -> None:
    named = read.set_customer(name="Ana", fulfilment=PICKUP, call_id="c")
    assert named.read_back_stands
    assert named.version == read.version + 1
    assert named.confirm(call_id="d").state is OrderState.CONFIRMED


@pytest.mark.parametrize("change", [{"name": "Bob"}, {"fulfilment": DELIVERY}, {"notes": "ring twice"}])
def test_what_was_not_said_before_is_read_back_again(read: Order, change: dict[str, str]) -> None:
    named = read.set_customer(name="Ana", call_id="c")
    assert not named.set_customer(call_id="d", **change).read_back_stands


def test_a_first_delivery_is_read_back_again(read: Order) -> None:
    assert not read.set_customer(fulfilment=DELIVERY, call_id="c").read_back_stands


def test_a_name_in_a_draft_leaves_it_a_draft(order: Order) -> None:
    assert order.set_customer(name="Ana", call_id="a").state is OrderState.DRAFT


def test_what_is_known_already_changes_nothing(read: Order) -> None:
    named = read.set_customer(name="Ana", fulfilment=PICKUP, call_id="c")
    assert named.set_customer(name="Ana", fulfilment=PICKUP, call_id="d") is named
    assert named.set_customer(call_id="d") is named


def test_a_placed_order_is_placed_once_and_edited_no_more(read: Order) -> None:
    placed = read.confirm(call_id="c")
    assert placed.is_placed
    assert placed.confirm(call_id="d") is placed
    for edit in (
        lambda: placed.set_line(SPRITE, call_id="d"),
        lambda: placed.remove_line("L1", call_id="d"),
        lambda: placed.set_customer(name="Bob", call_id="d"),
        lambda: placed.cancel(call_id="d"),
        lambda: placed.read_back(call_id="d"),
        lambda: placed.set_lines((), menu_digest="x"),
        lambda: placed.take_up(open_order("o", "r", menu_digest="x"), call_id="d"),
    ):
        with pytest.raises(OrderClosedError) as caught:
            edit()
        assert caught.value.state is OrderState.CONFIRMED


def test_a_cancelled_order_is_empty_and_opens_again_with_the_next_line(read: Order) -> None:
    dropped = read.cancel(call_id="c")
    assert (dropped.state, dropped.lines, dropped.is_open) == (OrderState.CANCELLED, (), False)
    assert dropped.cancel(call_id="d") is dropped
    with pytest.raises(OrderClosedError):
        dropped.read_back(call_id="d")
    again = dropped.set_line(SPRITE, call_id="d")
    assert (again.state, [line.id for line in again.lines]) == (OrderState.DRAFT, ["L2"])


def test_what_becomes_of_a_placed_order_goes_one_way(read: Order) -> None:
    placed = read.confirm(call_id="c")
    accepted = placed.advance(OrderState.SUBMITTED).advance(OrderState.ACCEPTED)
    assert accepted.state is OrderState.ACCEPTED
    assert accepted.advance(OrderState.SUBMITTED) is accepted
    assert placed.advance(OrderState.REJECTED).state is OrderState.REJECTED
    assert read.advance(OrderState.ACCEPTED) is read


def test_a_held_order_takes_up_what_was_said_since(order: Order) -> None:
    held = (
        order.set_line(COKE, call_id="a").set_customer(name="Ana", notes="no bell", call_id="b").read_back(call_id="c")
    )
    new = open_order("o2", "casa-verde", menu_digest=order.menu_digest)
    new = new.set_line(SPRITE, call_id="x").set_customer(fulfilment=PICKUP, call_id="y")
    both = held.take_up(new, call_id="z")
    assert both.id == held.id
    assert [(line.id, line.item_id) for line in both.lines] == [("L1", "coke"), ("L2", "sprite")]
    assert (both.customer_name, both.fulfilment, both.notes) == ("Ana", PICKUP, "no bell")
    assert both.applied == ("a", "b", "c", "x", "y", "z")
    assert (both.state, both.next_line) == (OrderState.DRAFT, 3)
    assert both.version > max(held.version, new.version)


def test_an_order_on_another_menu_has_its_lines_and_its_digest(read: Order) -> None:
    moved = read.set_lines((), menu_digest="other")
    assert (moved.lines, moved.menu_digest, moved.state) == ((), "other", OrderState.DRAFT)
    assert moved.applied == read.applied


def test_lines_are_the_same_thing_whatever_their_number_and_the_order_of_choices() -> None:
    basil, corn = Modifier(group="t", option="basil"), Modifier(group="t", option="corn")
    line = Line(id="L1", item_id="x", variation_id="s", modifiers=(basil, corn))
    assert line.same_thing(line.model_copy(update={"id": "L2", "quantity": 9, "modifiers": (corn, basil)}))
    for change in (
        {"item_id": "y"},
        {"variation_id": "l"},
        {"options": {"a": "b"}},
        {"modifiers": (corn,)},
        {"notes": "n"},
    ):
        assert not line.same_thing(line.model_copy(update=change))


def test_evidence_is_each_turn_once_and_bounded() -> None:
    line = COKE.model_copy(update={"evidence": ("t1", "t2")})
    assert with_evidence(line, ("t2", "t3")) == ("t1", "t2", "t3")
    assert len(with_evidence(line, map(str, range(40)))) == 16


@pytest.mark.parametrize(("action", "portions"), [("add", 2), ("no", 0), ("extra", 3), ("light", 2), ("side", 2)])
def test_portions_of_a_choice(action: str, portions: int) -> None:
    assert Modifier.model_validate({"group": "g", "option": "o", "action": action, "quantity": 2}).portions == portions


def test_what_a_newer_process_wrote_is_passed_over(read: Order) -> None:
    newer = read.model_dump_json().replace('"state"', '"loyalty_points":7,"state"')
    assert Order.model_validate_json(newer) == read


words = st.text(max_size=10)
records = st.builds(
    Line,
    id=words,
    item_id=words,
    variation_id=st.none() | words,
    options=st.dictionaries(words, words, max_size=2),
    quantity=st.integers(1, 99),
    modifiers=st.lists(st.builds(Modifier, group=words, option=words, quantity=st.integers(1, 9)), max_size=3).map(
        tuple
    ),
    notes=st.none() | words,
    quoted_cents=st.none() | st.integers(0, 10**6),
    confidence=st.floats(0, 1),
)


@given(
    st.builds(
        Order,
        id=words,
        restaurant_id=words,
        menu_digest=words,
        state=st.sampled_from(OrderState),
        lines=st.lists(records, max_size=3).map(tuple),
        fulfilment=st.sampled_from([None, PICKUP, DELIVERY]),
        read_back_version=st.none() | st.integers(0, 99),
    )
)
def test_an_order_is_the_same_after_its_journey_as_json(order: Order) -> None:
    assert Order.model_validate_json(order.model_dump_json()) == order
