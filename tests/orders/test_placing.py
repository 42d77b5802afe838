from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.orders.order import Fulfilment, Line, Modifier, Order
from gateway.orders.placing import Gate, before_confirm, before_read_back
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.outcome import Assent, ToolContext
from tests.orders.osteria import HOUSE, LUNCH, OSTERIA, at, chose, combo, ordered

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
        "Casa Verde is closed now and takes no orders. It opens Wednesday at 11:30. "
        "Tell the caller, and offer to schedule it, or to take a message."
    )
    assert reading(ready, evenings, closed) == gate


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


TIRAMISU = Line(id="L1", item_id="tiramisu", variation_id="one")
AGREED = ToolContext(LUNCH, heard_read_back=True, assent="yes")
PICKUP = Fulfilment(kind="pickup")


def taken(*lines: Line, context: ToolContext = AGREED, fulfilment: Fulfilment = PICKUP, **fields: object) -> str | None:
    """Why a complete order, read back and agreed to, is not placed after all; read-back and confirm say the same."""
    order = ordered(*lines, customer_name="Ana", fulfilment=fulfilment, **fields).read_back(call_id="c")
    gates = [before_confirm(order, OSTERIA, HOUSE, context), before_read_back(order, OSTERIA, HOUSE, context)]
    assert gates[0] == gates[1]
    assert order.is_open
    assert gates[0] is None or (gates[0].kind, gates[0].error) == ("refused", None)
    return None if gates[0] is None else gates[0].message


def test_what_ran_out_after_it_was_ordered_is_named_with_what_there_is_instead() -> None:
    assert taken(TIRAMISU) is None
    out = SoldOut((SoldOutEntry("tiramisu"), SoldOutEntry("toppings/mushroom")))
    pizza = Line(id="L2", item_id="margherita", variation_id="m-small", modifiers=(chose("toppings", "mushroom"),))
    assert taken(TIRAMISU, pizza, context=replace(AGREED, sold_out=out)) == (
        "L1: We are out of tee-ra-mee-soo. Instead there is Marinara, Margherita or Burger. "
        "L2: We are out of mushrooms. Instead there is extra cheese, jalapeños or basil. "
        "Tell the caller, offer this once, then change the line with set_line or remove_line."
    )
    assert taken(pizza, context=replace(AGREED, sold_out=SoldOut((SoldOutEntry("coke"),)))) is None


def test_a_required_choice_that_ran_out_is_told_and_not_asked_for() -> None:
    plate = Line(id="L1", item_id="chicken", variation_id="one")
    gone = SoldOut((SoldOutEntry("side/fries"), SoldOutEntry("side/salad")))
    told = taken(plate, context=replace(AGREED, sold_out=gone))
    assert told is not None
    assert told.startswith("L1: The Chicken plate cannot be had now: there is no side left for it. Instead there is")
    salad = plate.model_copy(update={"modifiers": (chose("side", "salad"),)})
    no_dressing = SoldOut((SoldOutEntry("dressing/ranch"), SoldOutEntry("dressing/vinaigrette")))
    assert taken(salad, context=replace(AGREED, sold_out=no_dressing)) == (
        "L1: The Chicken plate cannot be had now: there is no dressing left for it. "
        "Tell the caller, offer this once, then change the line with set_line or remove_line."
    )


def test_the_lunch_combo_at_four_is_refused_with_the_reason() -> None:
    assert taken(combo()) is None
    told = taken(combo(), context=replace(AGREED, now=at("16:00")))
    assert told is not None
    assert told.startswith("L1: The Lunch combo is for lunch only, 11:00 to 15:00.")
    tomorrow = Fulfilment(kind="pickup", at=at("12:00", "2026-11-19"))
    assert taken(combo(), context=replace(AGREED, now=at("16:00")), fulfilment=tomorrow) is None


def test_hours_count_at_the_time_the_food_is_made() -> None:
    late = replace(AGREED, now=at("21:50"))
    assert taken(TIRAMISU, context=replace(late, quote_minutes=10)) is None
    told = taken(TIRAMISU, context=late)
    assert told is not None
    assert told.startswith("Osteria closes at 22:00 and an order takes about 20 minutes: too late for now.")
    past = Fulfilment(kind="pickup", at=at("12:30"))
    assert taken(TIRAMISU, fulfilment=past) == "The scheduled time, Wednesday at 12:30, is past. Ask for another."


def test_a_way_that_the_house_does_not_offer_is_refused() -> None:
    house = HOUSE.model_copy(update={"fulfilments": ("pickup",)})
    brought = Fulfilment(kind="delivery", address="1 Main Street")
    order = ordered(TIRAMISU, customer_name="Ana", fulfilment=brought).read_back(call_id="c")
    gate = before_confirm(order, OSTERIA, house, AGREED)
    assert gate is not None
    assert gate.message == "Osteria offers pickup only. Tell the caller, and ask whether that will do."
    assert before_confirm(order, OSTERIA, HOUSE, AGREED) is None


def test_caps_and_approval_are_looked_at_last() -> None:
    many = TIRAMISU.model_copy(update={"quantity": 21})
    assert taken(many) == "At most 20 Tiramisu in one order, and there are 21. Tell the caller, and offer a person."
    told = taken(TIRAMISU, context=replace(AGREED, recent_cents=(100, 100, 100)))
    assert told is not None
    assert told.startswith("This number has placed 3 orders within ten minutes")


def test_an_age_is_asked_before_the_read_back() -> None:
    beer = ordered(Line(id="L1", item_id="beer", variation_id="pint"))
    gate = before_read_back(beer, OSTERIA, HOUSE, AGREED)
    told = "Something must be asked first: Are you 21 or older? If the caller is younger, take what asks for that age "
    assert gate == Gate(f"{told}off the order.", "incomplete", "INCOMPLETE_ORDER")
    assert before_read_back(beer.model_copy(update={"age_confirmed": 21}), OSTERIA, HOUSE, AGREED) is None


def test_a_warning_blocks_nobody_who_heard_it_and_an_allergy_told_later_is_read_back_first() -> None:
    assert taken(TIRAMISU, allergies=("eggs",)) is None
    order = ordered(TIRAMISU, customer_name="Ana", fulfilment=PICKUP).read_back(call_id="c")
    later = order.set_customer(allergies=["eggs"], call_id="d")
    gate = before_confirm(later, OSTERIA, HOUSE, AGREED)
    assert gate is not None
    assert gate.message.startswith("The order was changed after the read-back.")
