from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.order import (
    APPLIED_KEPT,
    MAX_LINES,
    Fulfilment,
    Line,
    Modifier,
    Order,
    OrderClosedError,
    OrderFullError,
    OrderMovedError,
    OrderState,
    Part,
    open_order,
)

COKE = Line(id="", item_id="coke", variation_id="regular")
SPRITE = COKE.model_copy(update={"item_id": "sprite"})
PICKUP, DELIVERY = Fulfilment(kind="pickup"), Fulfilment(kind="delivery", address="1 Main Street")
LATER = PICKUP.model_copy(update={"at": datetime(2026, 11, 18, 19, 30, tzinfo=UTC)})


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
    told = once.set_customer(allergies=["nuts"], call_id="2")
    assert told.set_customer(allergy_taken_back="nuts", call_id="2") is told
    # A call that was carried out is that, whichever version it was meant for.
    assert once.set_line(SPRITE, call_id="1", if_version=99) is once


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


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Bob"},
        {"fulfilment": DELIVERY},
        {"fulfilment": LATER},
        {"notes": "ring twice"},
        {"allergies": ["nuts"]},
        {"allergies": ["nuts"], "age_confirmed": 21},
    ],
)
def test_what_was_not_said_before_is_read_back_again(read: Order, change: dict[str, Any]) -> None:
    named = read.set_customer(name="Ana", call_id="c")
    assert not named.set_customer(call_id="d", **change).read_back_stands


def test_a_first_delivery_and_a_first_time_are_read_back_again(read: Order) -> None:
    assert not read.set_customer(fulfilment=DELIVERY, call_id="c").read_back_stands
    assert not read.set_customer(fulfilment=LATER, call_id="c").read_back_stands


def test_an_age_takes_nothing_back(read: Order) -> None:
    grown = read.set_customer(age_confirmed=21, call_id="c")
    assert grown.read_back_stands
    assert (grown.age_confirmed, grown.version) == (21, read.version + 1)
    assert grown.set_customer(age_confirmed=18, name="Ana", call_id="d").read_back_stands


def test_allergies_come_to_those_that_are_known(order: Order) -> None:
    told = order.set_customer(allergies=["Peanuts", " ", "milk "], call_id="a")
    assert told.allergies == ("Peanuts", "milk")
    assert told.set_customer(allergies=["MILK", "peanuts"], call_id="b") is told
    more = told.set_customer(allergies=["egg", "milk"], call_id="b")
    assert (more.allergies, more.version) == (("Peanuts", "milk", "egg"), 2)


def test_an_allergy_outlives_every_edit_but_the_one_that_takes_it_back(order: Order) -> None:
    told = order.set_line(COKE, call_id="a").set_customer(allergies=["nuts", "milk"], call_id="b")
    edited = told.set_line(SPRITE, call_id="c").remove_line("L1", call_id="d").set_customer(name="Ana", call_id="e")
    dropped = edited.set_lines((), menu_digest="x").cancel(call_id="f").set_line(COKE, call_id="g")
    assert dropped.allergies == ("nuts", "milk")
    assert dropped.set_customer(allergy_taken_back="soy", call_id="h") is dropped
    taken = dropped.read_back(call_id="i").set_customer(allergy_taken_back=" NUTS ", call_id="h")
    assert (taken.allergies, taken.state) == (("milk",), OrderState.DRAFT)
    assert taken.version == dropped.version + 1


def test_a_change_meant_for_another_version_is_not_made(order: Order) -> None:
    first = order.set_line(COKE, call_id="a", if_version=0)
    for change in (
        lambda: first.set_line(SPRITE, call_id="b", if_version=0),
        lambda: first.remove_line("L1", call_id="b", if_version=0),
        lambda: first.set_customer(name="Ana", call_id="b", if_version=2),
    ):
        with pytest.raises(OrderMovedError, match="at version 1, the change was meant for") as caught:
            change()
        assert caught.value.version == 1
        assert caught.value.expected in (0, 2)
    assert first.remove_line("L1", call_id="b", if_version=1).lines == ()


def test_an_order_has_room_for_so_many_lines(order: Order) -> None:
    for number in range(MAX_LINES):
        order = order.set_line(COKE.model_copy(update={"notes": str(number)}), call_id=str(number))
    assert len(order.lines) == MAX_LINES
    with pytest.raises(OrderFullError, match="at most 50 lines"):
        order.set_line(SPRITE, call_id="x")
    # Another dish in the place of one that is there needs no room.
    assert order.set_line(SPRITE.model_copy(update={"id": "L7"}), call_id="x").line("L7") is not None


def test_a_name_in_a_draft_leaves_it_a_draft(order: Order) -> None:
    assert order.set_customer(name="Ana", call_id="a").state is OrderState.DRAFT


def test_what_is_known_already_changes_nothing(read: Order) -> None:
    named = read.set_customer(name="Ana", fulfilment=PICKUP, call_id="c")
    assert named.set_customer(name="Ana", fulfilment=PICKUP, call_id="d") is named
    assert named.set_customer(call_id="d") is named


def test_a_placed_order_is_placed_once_and_edited_no_more(read: Order) -> None:
    placed = read.confirm(call_id="c")
    assert placed.is_placed
    assert not placed.read_back_stands
    assert placed.confirm(call_id="d") is placed
    for edit in (
        lambda: placed.set_line(SPRITE, call_id="d"),
        lambda: placed.remove_line("L1", call_id="d"),
        lambda: placed.set_customer(name="Bob", call_id="d"),
        lambda: placed.set_customer(allergies=["nuts"], call_id="d"),
        lambda: placed.model_copy(update={"allergies": ("nuts",)}).set_customer(allergy_taken_back="nuts", call_id="d"),
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
    assert accepted.advance(OrderState.REJECTED).state is OrderState.REJECTED, "the kitchen may find out later"
    assert placed.advance(OrderState.REJECTED).advance(OrderState.ACCEPTED).state is OrderState.REJECTED
    assert read.advance(OrderState.ACCEPTED) is read


def test_a_held_order_takes_up_what_was_said_since(order: Order) -> None:
    held = (
        order.set_line(COKE, call_id="a")
        .set_customer(name="Ana", notes="no bell", allergies=["nuts"], age_confirmed=21, call_id="b")
        .read_back(call_id="c")
    )
    new = open_order("o2", "casa-verde", menu_digest=order.menu_digest)
    new = new.set_line(SPRITE, call_id="x").set_customer(fulfilment=PICKUP, allergies=["milk", "Nuts"], call_id="y")
    both = held.take_up(new, call_id="z")
    assert both.id == held.id
    assert [(line.id, line.item_id) for line in both.lines] == [("L1", "coke"), ("L2", "sprite")]
    assert (both.customer_name, both.fulfilment, both.notes) == ("Ana", PICKUP, "no bell")
    assert both.allergies == ("nuts", "milk")
    assert both.age_confirmed == 21
    assert held.take_up(new.set_customer(age_confirmed=18, call_id="w"), call_id="z").age_confirmed == 18
    assert both.applied == ("a", "b", "c", "x", "y", "z")
    assert (both.state, both.next_line) == (OrderState.DRAFT, 3)
    assert both.version > max(held.version, new.version)


def test_an_order_on_another_menu_has_its_lines_and_its_digest(read: Order) -> None:
    moved = read.set_lines((), menu_digest="other")
    assert (moved.lines, moved.menu_digest, moved.state) == ((), "other", OrderState.DRAFT)
    assert moved.applied == read.applied


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
    half_item_id=st.none() | words,
    parts=st.lists(st.builds(Part, slot=words, item_id=words), max_size=2).map(tuple),
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
        fulfilment=st.sampled_from([None, PICKUP, DELIVERY, LATER]),
        allergies=st.lists(words, max_size=2).map(tuple),
        age_confirmed=st.none() | st.integers(0, 120),
        read_back_version=st.none() | st.integers(0, 99),
    )
)
def test_an_order_is_the_same_after_its_journey_as_json(order: Order) -> None:
    assert Order.model_validate_json(order.model_dump_json()) == order


def test_both_notes_of_an_order_taken_up_stand() -> None:
    held = open_order("o", "r", menu_digest="x").set_customer(notes="no bell", call_id="a")
    new = open_order("n", "r", menu_digest="x")
    assert held.take_up(new, call_id="z").notes == "no bell"
    assert held.take_up(new.set_customer(notes="ring twice", call_id="b"), call_id="z").notes == "no bell; ring twice"
    assert held.take_up(new.set_customer(notes="no bell", call_id="b"), call_id="z").notes == "no bell"
    assert new.take_up(new, call_id="z").notes is None
