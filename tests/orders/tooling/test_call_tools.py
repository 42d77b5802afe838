from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.orders.order import Order, OrderState, open_order
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tools import (
    AgreeToText,
    Assent,
    CancelOrder,
    DeclineHeld,
    EndCall,
    LeaveMessage,
    ReadBack,
    ResumeHeld,
    Submit,
    ToolOutcome,
    TransferToStaff,
)

if TYPE_CHECKING:
    from tests.orders.conftest import Talk


def agree(talk: "Talk") -> None:
    talk.context = replace(talk.context, heard_read_back=True, assent="yes")


def test_scenario_one_ends_in_one_order(talk: "Talk") -> None:
    talk("set_line", item_id="margherita", options={"size": "large"})
    talk("set_line", item_id="margherita", options={"size": "small"}, modifiers=[{"option_id": "mushroom"}])
    talk("set_line", item_id="wings")
    talk("set_line", line_id="L3", options={"pieces": "12"}, modifiers=[{"option_id": "garlic"}])
    talk("set_line", line_id="L2", modifiers=[])
    said = talk("read_back")
    assert isinstance(said.action, ReadBack)
    assert (said.output["say"], said.action.version) == (said.action.text, talk.order.version)
    assert said.action.total in said.action.text
    agree(talk)
    talk("set_customer", name="Ana", fulfilment="pickup")
    placed = talk("confirm_order")
    assert (placed.kind, placed.action, talk.order.state) == ("ready", Submit(), OrderState.CONFIRMED)
    assert placed.output["say"] == "Thank you, Ana. The order is placed and will be ready in about 20 minutes."
    assert placed.output["totals"]["total"] == 4059
    again = talk("confirm_order")
    assert (again.kind, again.action) == ("noop", None)


def test_the_read_back_is_in_the_language_spoken(talk: "Talk", bowl_talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    assert str(talk("read_back", language="ES").output["say"]).endswith("¿Está bien?")
    assert str(talk("read_back").output["say"]).endswith("Is that right?")
    assert bowl_talk("read_back", language="es").error == "ORDER_PARSE_ERROR"


def test_nothing_is_read_back_of_an_empty_order(talk: "Talk") -> None:
    outcome = talk("read_back")
    assert (outcome.kind, outcome.error, outcome.action) == ("refused", "INCOMPLETE_ORDER", None)


def test_a_confirmation_without_a_yes_places_nothing(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    talk("set_customer", name="Ana", fulfilment="pickup")
    talk("read_back")
    outcome = talk("confirm_order")
    assert (outcome.kind, outcome.action, talk.order.state) == ("refused", None, OrderState.READ_BACK)


def test_a_delivery_is_brought(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    talk("set_customer", name="Ana", address="1 Main Street")
    talk("read_back")
    agree(talk)
    assert str(talk("confirm_order").output["say"]).endswith("will be with you in about 20 minutes.")


def test_a_rejected_order_is_not_confirmed_again(talk: "Talk") -> None:
    talk.order = talk.order.model_copy(update={"state": OrderState.REJECTED})
    outcome = talk("confirm_order")
    assert str(outcome.message).startswith("The restaurant could not take this order.")


def test_a_scheduled_order_is_ready_when_it_was_agreed(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    talk("set_customer", name="Ana")
    talk("set_fulfilment", kind="pickup", time="19:00")
    talk("read_back")
    agree(talk)
    assert str(talk("confirm_order").output["say"]).endswith(
        "placed and will be ready at seven o'clock in the evening."
    )


def test_the_time_it_takes_is_the_one_of_now(talk: "Talk") -> None:
    talk.context = replace(talk.context, quote_minutes=55)
    talk("set_line", item_id="coke")
    talk("set_customer", name="Ana", fulfilment="pickup")
    talk("read_back")
    agree(talk)
    assert str(talk("confirm_order").output["say"]).endswith("will be ready in about 55 minutes.")


@pytest.mark.parametrize(
    ("heard", "assent", "told"),
    [
        (False, "yes", "The caller has not heard the whole read-back"),
        (True, None, "The caller has not answered the read-back yet."),
        (True, "no", "The caller did not say yes"),
        (True, "unclear", "It is not clear that the caller said yes."),
    ],
)
def test_no_order_is_placed_without_a_yes_to_what_was_heard(
    talk: "Talk", heard: bool, assent: Assent | None, told: str
) -> None:
    talk("set_line", item_id="coke")
    talk("set_customer", name="Ana", fulfilment="pickup")
    talk("read_back")
    talk.context = replace(talk.context, heard_read_back=heard, assent=assent)
    outcome = talk("confirm_order")
    assert (outcome.kind, outcome.action, talk.order.state) == ("refused", None, OrderState.READ_BACK)
    assert str(outcome.message).startswith(told)


def test_an_edit_after_the_read_back_needs_a_new_one(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    talk("set_customer", name="Ana", fulfilment="pickup")
    talk("read_back")
    agree(talk)
    talk("set_customer", allergies=["nuts"])
    assert str(talk("confirm_order").message).startswith("The order was changed after the read-back.")
    assert talk("repeat_order").action is None
    assert str(talk("confirm_order").message).startswith("The order was changed after the read-back.")


def test_what_runs_out_before_the_confirm_is_told_with_what_there_is(talk: "Talk") -> None:
    talk("set_line", item_id="tiramisu")
    talk("set_customer", name="Ana", fulfilment="pickup")
    talk("read_back")
    agree(talk)
    talk.context = replace(talk.context, sold_out=SoldOut((SoldOutEntry("tiramisu"),)))
    outcome = talk("confirm_order")
    assert (outcome.kind, outcome.action) == ("refused", None)
    assert "We are out of Tiramisu." in str(outcome.message)


# --- messages ---


def test_a_message_is_kept_once_with_the_callers_name(talk: "Talk") -> None:
    talk("set_customer", name="Ana")
    first = talk.raw("call", "leave_message", '{"text": "Is the terrace open?", "ring_back": "yes"}')
    assert first.action == LeaveMessage("Is the terrace open?", "Ana", number_back=True)
    assert (first.kind, first.output["ok"]) == ("noop", True)
    again = talk.raw("call", "leave_message", '{"text": "Another one"}')
    assert (again.action, again.output["say"]) == (None, "This was done already.")
    assert talk("leave_message", text="Hello", name="Bob").action == LeaveMessage("Hello", "Bob", number_back=False)


def test_a_message_may_be_left_about_a_placed_order_and_changes_nothing_of_it(talk: "Talk") -> None:
    talk.order = talk.order.model_copy(update={"state": OrderState.SUBMITTED})
    outcome = talk("leave_message", text="Please no cutlery")
    assert isinstance(outcome.action, LeaveMessage)
    assert (talk.order.state, talk.order.version) == (OrderState.SUBMITTED, 0)


def test_a_message_without_words_or_with_too_many_is_refused(talk: "Talk") -> None:
    assert talk("leave_message", name="Ana").message == "leave_message needs text: ask what the message is."
    assert talk("leave_message", text="x" * 1001).error == "ORDER_PARSE_ERROR"


# --- text messages ---


def test_an_answer_about_text_messages_is_handed_on_once_also_when_the_order_is_placed(talk: "Talk") -> None:
    talk.order = talk.order.model_copy(update={"state": OrderState.SUBMITTED})
    first = talk.raw("call", "text_order", '{"agreed": "yes", "language": "Spanish"}')
    assert (first.kind, first.action) == ("noop", AgreeToText(True, "es"))
    assert talk.raw("call", "text_order", '{"agreed": true}').action is None
    assert talk("text_order", agreed=False).action == AgreeToText(False, "en")
    assert talk("text_order").error == "ORDER_PARSE_ERROR"


def test_no_text_is_noted_where_none_can_be_sent(talk: "Talk") -> None:
    talk.context = replace(talk.context, no_text="The number is withheld.")
    refused = talk("text_order", agreed=True)
    assert (refused.kind, refused.message) == ("refused", "The number is withheld. Do not offer one.")


@pytest.fixture
def held(talk_to: Callable[[Restaurant], "Talk"], casa_verde: Restaurant) -> Order:
    earlier = talk_to(casa_verde)
    earlier.calls = 100  # a model never gives the same id to two calls
    earlier("set_line", item_id="margherita", options={"size": "large"})
    earlier("set_customer", name="Ana")
    return earlier.order.model_copy(update={"id": "order-0"})


def test_a_held_order_is_taken_up_with_what_was_said_since(talk: "Talk", held: Order) -> None:
    talk.context = replace(talk.context, held=held)
    talk("set_line", item_id="coke")
    outcome = talk("resume_order", accept="yes")
    assert outcome.action == ResumeHeld()
    assert (outcome.output["say"], outcome.output["changes"]) == ("This is the order from before. Ask what else.", [])
    assert (talk.order.id, talk.order.customer_name) == ("order-0", "Ana")
    assert [(line.id, line.item_id) for line in talk.order.lines] == [("L1", "margherita"), ("L2", "coke")]
    again = talk("resume_order", accept=True)
    assert (again.kind, again.action) == ("noop", None)


def test_a_held_order_costs_what_the_menu_says_today(talk: "Talk", held: Order) -> None:
    line = held.lines[0].model_copy(update={"quoted_cents": 1300})
    talk.context = replace(talk.context, held=held.model_copy(update={"lines": (line,), "menu_digest": "yesterday"}))
    outcome = talk("resume_order", accept=True)
    assert outcome.output["changes"] == ["L1, one large Margherita: now $14.50, before $13.00."]
    assert str(outcome.output["say"]).startswith("This is the order from before. L1, one large Margherita: now")


def test_a_declined_order_is_dropped(talk: "Talk", held: Order) -> None:
    talk.context = replace(talk.context, held=held)
    outcome = talk("resume_order", accept=False)
    assert (outcome.kind, outcome.action, talk.order.id) == ("noop", DeclineHeld(), "order-1")


def test_there_is_nothing_to_take_up_where_nothing_is_held_or_it_is_anothers(talk: "Talk", held: Order) -> None:
    told = "There is no open order from an earlier call. Take a new one."
    assert talk("resume_order", accept=True).message == told
    for other in ({"restaurant_id": "golden-bowl"}, {"state": OrderState.SUBMITTED}):
        talk.context = replace(talk.context, held=held.model_copy(update=other))
        assert talk("resume_order", accept=True).message == told
    assert talk("resume_order").error == "ORDER_PARSE_ERROR"


def test_a_placed_order_takes_nothing_up(talk: "Talk", held: Order) -> None:
    talk.context = replace(talk.context, held=held)
    talk.order = talk.order.model_copy(update={"state": OrderState.CONFIRMED})
    assert talk("resume_order", accept=True).kind == "refused"


def test_a_cancelled_order_is_empty(talk: "Talk") -> None:
    talk("set_line", item_id="coke")
    outcome = talk("cancel_order")
    assert (outcome.kind, outcome.action, outcome.output["cart"]) == ("ready", CancelOrder(), [])
    assert talk.order.state is OrderState.CANCELLED
    talk.order = talk.order.model_copy(update={"state": OrderState.CONFIRMED})
    assert talk("cancel_order").kind == "refused"


def test_a_person_is_called_where_there_is_one(
    talk: "Talk", talk_to: Callable[[Restaurant], "Talk"], casa_verde: Restaurant
) -> None:
    assert talk("transfer_to_staff", reason="allergy").action == TransferToStaff("allergy")
    assert talk("transfer_to_staff").action == TransferToStaff("the caller asked for a person")
    alone = talk_to(casa_verde.model_copy(update={"transfer_to": None}))
    outcome: ToolOutcome = alone("transfer_to_staff", reason="allergy")
    assert (outcome.kind, outcome.action) == ("refused", None)


def test_the_call_ends_with_its_reason(talk: "Talk") -> None:
    assert talk("end_call", reason="done").action == EndCall("done")
    assert talk("end_call").action == EndCall("the conversation is over")


def test_the_order_that_is_being_taken_is_not_taken_up_again(talk: "Talk") -> None:
    talk.context = replace(talk.context, held=open_order("order-1", "casa-verde", menu_digest=talk.order.menu_digest))
    assert talk("resume_order", accept=True).kind == "noop"
