from datetime import UTC, datetime

import pytest

from gateway.orders.order import Fulfilment, Line, Modifier, Order
from gateway.orders.placing import Gate, before_confirm, before_read_back
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_outcome import Assent, ToolContext

AT = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
HEARD = ToolContext(AT, heard_read_back=True, assent="yes")
WINGS = Line(id="", item_id="wings", variation_id="6", modifiers=(Modifier(group="sauce", option="hot"),))


@pytest.fixture
def ready(order: Order) -> Order:
    """Everything is known and read back."""
    known = order.set_line(WINGS, call_id="a").set_customer(
        call_id="b", name="Ana", fulfilment=Fulfilment(kind="pickup")
    )
    return known.read_back(call_id="c")


def confirm(order: Order, restaurant: Restaurant, context: ToolContext = HEARD) -> Gate | None:
    return before_confirm(order, restaurant.menu, restaurant, context)


def reading(order: Order, restaurant: Restaurant, context: ToolContext = HEARD) -> Gate | None:
    return before_read_back(order, restaurant.menu, restaurant, context)


def test_what_is_complete_heard_and_agreed_goes_ahead(ready: Order, casa_verde: Restaurant) -> None:
    assert reading(ready, casa_verde) is None
    assert confirm(ready, casa_verde) is None


def test_nothing_is_not_read_back_or_placed(order: Order, casa_verde: Restaurant) -> None:
    empty = reading(order, casa_verde)
    assert empty is not None
    assert (empty.kind, empty.error) == ("refused", "INCOMPLETE_ORDER")
    assert "nothing to confirm" in str(confirm(order, casa_verde))


def test_gaps_are_asked_for_first(order: Order, casa_verde: Restaurant) -> None:
    started = order.set_line(Line(id="", item_id="wings"), call_id="a")
    told = "Something must be asked first: Which size for the Wings: 6 piece or 12 piece? "
    told += "Which sauce for the Wings: BBQ, Hot or Garlic?"
    assert reading(started, casa_verde) == Gate(told, "incomplete", "INCOMPLETE_ORDER")
    assert confirm(started, casa_verde) == Gate(told, "incomplete", "INCOMPLETE_ORDER")


def test_the_name_may_come_after_the_read_back_and_not_after_the_order(order: Order, casa_verde: Restaurant) -> None:
    nameless = order.set_line(WINGS, call_id="a").read_back(call_id="b")
    assert reading(nameless, casa_verde) is None
    gate = confirm(nameless, casa_verde)
    assert gate is not None
    assert gate.message == "Something must be asked first: What name is the order for? Is it for pickup or delivery?"


def test_a_read_back_that_was_never_made_and_one_that_is_stale_are_told_apart(
    order: Order, ready: Order, casa_verde: Restaurant
) -> None:
    never = confirm(order.set_line(WINGS, call_id="a"), casa_verde)
    assert never is not None
    assert never.message.startswith("The order was not read back yet.")
    stale = confirm(ready.set_line(WINGS.model_copy(update={"notes": "crisp"}), call_id="d"), casa_verde)
    assert stale is not None
    assert stale.message.startswith("The order was changed after the read-back.")


def test_a_read_back_counts_when_it_was_heard(ready: Order, casa_verde: Restaurant) -> None:
    gate = confirm(ready, casa_verde, ToolContext(AT, heard_read_back=False, assent="yes"))
    assert gate is not None
    assert gate.message.startswith("The caller has not heard the whole read-back")


@pytest.mark.parametrize(
    ("assent", "told"),
    [(None, "The caller has not answered"), ("no", "The caller did not say yes"), ("unclear", "It is not clear")],
)
def test_only_a_yes_is_a_yes(ready: Order, casa_verde: Restaurant, assent: Assent | None, told: str) -> None:
    gate = confirm(ready, casa_verde, ToolContext(AT, heard_read_back=True, assent=assent))
    assert gate is not None
    assert gate.message.startswith(told)


def test_a_closed_kitchen_takes_no_order(ready: Order, casa_verde: Restaurant, golden_bowl: Restaurant) -> None:
    evenings = casa_verde.model_copy(update={"hours": golden_bowl.hours, "timezone": golden_bowl.timezone})
    closed = ToolContext(datetime(2026, 11, 18, 15, 0, tzinfo=UTC), heard_read_back=True, assent="yes")
    gate = confirm(ready, evenings, closed)
    assert gate is not None
    assert gate.message == (
        "Casa Verde is closed now and takes no orders. It opens Wednesday at 11:30. Tell the caller."
    )
    assert reading(ready, evenings, closed) == gate
    never = confirm(ready, casa_verde.model_copy(update={"hours": {}}))
    assert never is not None
    assert never.message == "Casa Verde is closed now and takes no orders. Tell the caller."


def test_what_cannot_be_priced_cannot_be_placed(ready: Order, casa_verde: Restaurant) -> None:
    lost = ready.model_copy(update={"lines": (WINGS.model_copy(update={"id": "L1", "item_id": "lasagna"}),)})
    gate = confirm(lost, casa_verde)
    assert gate is not None
    assert gate.message == "L1 cannot be had any more: take it off, and tell the caller."


def test_a_large_sum_needs_a_person(ready: Order, casa_verde: Restaurant) -> None:
    assert confirm(ready, casa_verde.model_copy(update={"approval_cents": 866})) is None
    gate = confirm(ready, casa_verde.model_copy(update={"approval_cents": 865}))
    assert gate is not None
    assert gate.message == ("Orders above $8.65 need the approval of a person. Say so, and offer transfer_to_staff.")
