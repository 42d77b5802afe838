from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gateway.orders.order import Fulfilment, OrderState
from gateway.orders.restaurant import Restaurant
from tests.orders.tool_menu import diner

if TYPE_CHECKING:
    from tests.orders.conftest import Talk

Start = Callable[..., "Talk"]

# The conversation's now is a Wednesday, 13:00 in New York.
SEVEN = datetime(2026, 11, 19, 0, 0, tzinfo=UTC)


def day_restaurant(casa_verde: Restaurant, **changes: object) -> Restaurant:
    """Open 11 to 22 every day, closed on Thanksgiving."""
    fields = {name: getattr(casa_verde, name) for name in Restaurant.model_fields}
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ({"open": "11:00", "close": "22:00"},))
    return Restaurant.model_validate(fields | {"hours": days, "holidays": {"2026-11-26": ()}} | changes)


@pytest.fixture
def day_talk(talk_to: Start, casa_verde: Restaurant) -> "Talk":
    return talk_to(day_restaurant(casa_verde))


@pytest.fixture
def diner_talk(talk_to: Start, casa_verde: Restaurant) -> "Talk":
    return talk_to(diner(casa_verde))


# --- set_customer ---


@pytest.mark.parametrize(
    ("said", "kind"), [("pickup", "pickup"), ("Take-Out", "pickup"), ("to go", "pickup"), ("DELIVER", "delivery")]
)
def test_people_call_it_many_names(talk: "Talk", said: str, kind: str) -> None:
    talk("set_customer", fulfilment=said)
    assert talk.order.fulfilment is not None
    assert talk.order.fulfilment.kind == kind


def test_an_address_stays_until_it_is_picked_up(talk: "Talk") -> None:
    talk("set_customer", address="1 Main Street", notes="ring twice")
    talk("set_customer", fulfilment="delivery")
    assert talk.order.fulfilment == Fulfilment(kind="delivery", address="1 Main Street")
    assert talk.order.notes == "ring twice"
    talk("set_customer", fulfilment="pickup")
    assert talk.order.fulfilment == Fulfilment(kind="pickup")


def test_what_is_not_offered_is_refused(talk: "Talk", bowl_talk: "Talk") -> None:
    assert bowl_talk("set_customer", fulfilment="delivery").message == (
        '"delivery" does not fit: Golden Bowl offers pickup. Tell the caller.'
    )
    assert str(bowl_talk("set_customer", address="1 Main Street").message).startswith("An address does not fit")
    assert talk("set_customer", fulfilment="by drone").message == (
        '"by drone" does not fit: Casa Verde offers pickup and delivery. Tell the caller.'
    )
    assert talk("set_customer", fulfilment="pickup", address="1 Main Street").message == (
        "An address is for deliveries. Ask whether it is pickup or delivery."
    )
    assert talk("set_customer").message == (
        "set_customer needs a name, a fulfilment, an address, notes, allergies or age_confirmed."
    )


def test_allergies_add_up_and_outlive_every_edit(talk: "Talk") -> None:
    outcome = talk("set_customer", allergies=["peanuts"])
    assert (outcome.kind, outcome.output["say"]) == ("ready", "Noted for the kitchen: peanuts.")
    assert talk("set_customer", allergies="shellfish, Peanuts").output["say"] == (
        "Noted for the kitchen: peanuts and shellfish."
    )
    talk("set_line", item_id="coke")
    talk("remove_line", line_id="L1")
    talk("set_customer", name="Ana", notes="")
    assert talk.order.allergies == ("peanuts", "shellfish")
    assert talk("get_order").output["customer"]["allergies"] == ["peanuts", "shellfish"]


def test_an_allergy_is_taken_back_beside_what_else_was_said(talk: "Talk") -> None:
    talk("set_customer", allergies=["peanuts", "milk"])
    outcome = talk("set_customer", allergy_taken_back="Peanuts", name="Ana")
    assert outcome.output["say"] == "Taken back."
    assert (talk.order.allergies, talk.order.customer_name) == (("milk",), "Ana")
    swapped = talk("set_customer", allergy_taken_back="milk", allergies=["soy"])
    assert swapped.output["say"] == "Taken back. Noted for the kitchen: soy."
    assert talk.order.allergies == ("soy",)
    talk("set_customer", allergy_taken_back="soy", allergies=["milk"])
    assert talk("set_customer", allergy_taken_back="fish", name="Bea").message == (
        'There is no allergy "fish" to take back; noted are milk.'
    )
    assert talk.order.customer_name == "Ana"
    talk("set_customer", allergy_taken_back="milk")
    assert str(talk("set_customer", allergy_taken_back="milk").message).endswith("noted are none.")


@pytest.mark.parametrize("said", ["花生", "арахис", "فول سوداني"])
def test_an_allergy_in_any_script_is_noted(talk: "Talk", said: str) -> None:
    assert talk("set_customer", allergies=[said]).output["say"] == f"Noted for the kitchen: {said}."
    assert talk.order.allergies == (said,)


@pytest.mark.parametrize("none", [["none"], [], "No allergies", ["N/A"], ["-"], [" "]])
def test_no_allergy_is_not_noted_as_one(talk: "Talk", none: object) -> None:
    outcome = talk("set_customer", allergies=none)
    assert (outcome.kind, outcome.output["say"]) == ("noop", "There is no allergy to note.")
    assert talk("set_customer", allergies=none, name="Ana").output["say"] == "Noted."
    assert talk.order.allergies == ()


def test_an_age_is_asked_for_and_noted(diner_talk: "Talk") -> None:
    asked = diner_talk("set_line", item_id="lager")
    assert (asked.kind, asked.output["say"]) == ("incomplete", "Are you 21 or older?")
    assert diner_talk("set_customer", age_confirmed=18).kind == "incomplete"
    assert diner_talk("set_customer", age_confirmed="thirty").kind == "ready"
    assert diner_talk.order.age_confirmed == 30


@pytest.mark.parametrize("yes", [True, "yes"])
def test_a_plain_yes_answers_for_what_is_in_the_cart(diner_talk: "Talk", yes: object) -> None:
    assert diner_talk("set_customer", age_confirmed=yes).message == (
        "Nothing in the cart asks for an age. Give the age in years, or leave it out."
    )
    diner_talk("set_line", item_id="lager")
    diner_talk("set_customer", age_confirmed=yes)
    assert diner_talk.order.age_confirmed == 21


def test_a_plain_no_takes_the_beer_off(diner_talk: "Talk") -> None:
    diner_talk("set_line", item_id="lager")
    assert diner_talk("set_customer", age_confirmed=False).message == (
        "Then take off what is for people of 21 and over, with remove_line. Tell the caller."
    )


@pytest.mark.parametrize("age", [0, 121, -3, "a million"])
def test_an_age_that_nobody_has_is_refused(talk: "Talk", age: object) -> None:
    assert talk("set_customer", age_confirmed=age).message == "age_confirmed is an age in years, 1 to 120."


# --- set_fulfilment ---


def test_a_time_is_scheduled_in_the_restaurants_own(day_talk: "Talk") -> None:
    outcome = day_talk("set_fulfilment", kind="pickup", time="19:00")
    assert day_talk.order.fulfilment == Fulfilment(kind="pickup", at=SEVEN)
    assert (outcome.kind, outcome.output["say"]) == ("ready", "Noted: pickup at seven o'clock in the evening.")
    assert outcome.output["customer"]["at"] == "2026-11-18T19:00"
    assert day_talk("set_fulfilment", time="2026-11-20T12:00").output["say"] == "Noted: pickup on Friday at noon."


def test_a_scheduled_time_stays_until_it_is_for_now(day_talk: "Talk") -> None:
    day_talk("set_fulfilment", kind="pickup", time="19:00")
    day_talk("set_customer", fulfilment="delivery", address="1 Main Street")
    assert day_talk.order.fulfilment == Fulfilment(kind="delivery", address="1 Main Street", at=SEVEN)
    day_talk("set_fulfilment", kind="pickup")
    assert day_talk.order.fulfilment == Fulfilment(kind="pickup", at=SEVEN)
    outcome = day_talk("set_fulfilment", time="now")
    assert day_talk.order.fulfilment == Fulfilment(kind="pickup")
    assert outcome.output["say"] == "Noted: pickup as soon as it is ready."


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ("13:10", "Wednesday at 13:10 is too soon: it takes until Wednesday at 13:20. Ask for a later time."),
        ("today 12:00", "The scheduled time, Wednesday at 12:00, is past. Ask for another."),
        ("23:00", "Casa Verde is closed then, Wednesday at 23:00. It opens Thursday at 11:00. Ask for another time."),
        (
            "2026-11-26T12:00",
            (
                "Casa Verde is closed then, Thursday, November 26 at 12:00. It opens Friday, November 27 at 11:00. "
                "Ask for another time."
            ),
        ),
        ("2026-12-24T12:00", "Orders can be scheduled up to 14 days ahead. Ask for an earlier time."),
    ],
)
def test_a_time_that_cannot_be_had_is_refused_with_what_can(day_talk: "Talk", time: str, told: str) -> None:
    outcome = day_talk("set_fulfilment", kind="pickup", time=time)
    assert (outcome.kind, outcome.message) == ("refused", f"{told} Tell the caller.")
    assert day_talk.order.fulfilment is None


def test_after_hours_only_a_later_time_can_be_had(day_talk: "Talk") -> None:
    day_talk.context = replace(day_talk.context, now=datetime(2026, 11, 19, 3, 40, tzinfo=UTC))  # 22:40
    assert str(day_talk("set_fulfilment", kind="pickup", time="now").message).startswith(
        "Casa Verde is closed now and takes no orders. It opens Thursday at 11:00."
    )
    assert day_talk("set_fulfilment", kind="pickup", time="tomorrow 11:30").output["say"] == (
        "Noted: pickup tomorrow at eleven thirty in the morning."
    )


def test_it_must_be_known_how_the_food_is_had(day_talk: "Talk", bowl_talk: "Talk") -> None:
    assert day_talk("set_fulfilment", time="19:00").message == (
        "Ask whether it is for pickup or delivery; then give kind and time."
    )
    bowl_talk("set_fulfilment", time="19:00")
    assert bowl_talk.order.fulfilment is not None
    assert bowl_talk.order.fulfilment.kind == "pickup"
    assert day_talk("set_fulfilment").message == (
        'set_fulfilment needs kind, address or time (YYYY-MM-DDTHH:MM in local time, HH:MM for today, or "now").'
    )
    assert day_talk("set_fulfilment", kind="pickup", time="x" * 61).error == "ORDER_PARSE_ERROR"


def test_what_of_the_cart_cannot_be_made_then_is_said_at_once(diner_talk: "Talk") -> None:
    diner_talk("set_line", item_id="lunch-deal", parts=["farmhouse", "farmhouse"])
    outcome = diner_talk("set_fulfilment", kind="pickup", time="19:00")
    assert outcome.output["say"] == (
        "Noted: pickup at seven o'clock in the evening. The Lunch Deal is for lunch only, 11:00 to 15:00. Tell the "
        "caller, and ask what they would like instead."
    )


@pytest.mark.parametrize("tool", ["set_customer", "set_fulfilment"])
def test_a_placed_order_is_edited_no_more(talk: "Talk", tool: str) -> None:
    talk.order = talk.order.model_copy(update={"state": OrderState.ACCEPTED})
    assert talk(tool).kind == "refused"


@pytest.mark.parametrize("tool", ["set_customer", "set_fulfilment"])
def test_a_change_is_meant_for_one_version_where_it_says_so(talk: "Talk", tool: str) -> None:
    assert str(talk(tool, if_version=4).message).startswith("The order has changed since version 4")
