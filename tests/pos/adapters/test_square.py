"""Square: fields as its own library reads them, its signature, and what is too long for its fields."""

import inspect
import json
from typing import Any, get_args

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from square.payments.client import PaymentsClient
from square.requests.cash_payment_details import CashPaymentDetailsParams
from square.requests.external_payment_details import ExternalPaymentDetailsParams
from square.types.create_order_request import CreateOrderRequest
from square.types.fulfillment_pickup_details_schedule_type import FulfillmentPickupDetailsScheduleType
from square.types.fulfillment_state import FulfillmentState
from square.types.fulfillment_type import FulfillmentType
from square.types.order_line_item_tax_scope import OrderLineItemTaxScope
from square.types.order_line_item_tax_type import OrderLineItemTaxType
from square.utils.webhooks_helper import verify_signature

from gateway.orders.order import Line, Order
from gateway.pos.adapters.request import UnreadableAnswerError, request_for, second_request_for
from gateway.pos.adapters.square import _percentage, is_from_square, square_order, square_payment, square_signature
from tests.orders.osteria import chose, halved, part, with_item, without
from tests.pos.adapters.orders import SQUARE, asap, everything, message_of, with_ids

URL = "https://gateway.example.com/pos/square"
PARTNER = SQUARE.model_copy(update={"delivery_as": "delivery"})
MESSAGE = message_of(everything(), with_ids())
MADE = b'{"order": {"id": "SQ1", "net_amount_due_money": {"amount": 2000, "currency": "USD"}}}'
CHICKEN = Line(id="L1", item_id="chicken", variation_id="one", modifiers=(chose("side", "fries"),))


def sent(order: Order, menu: Any = None, settings: Any = SQUARE, **options: Any) -> dict[str, Any]:
    body: dict[str, Any] = square_order(message_of(order, menu or with_ids(), **options), settings)
    order_body: dict[str, Any] = body["order"]
    return order_body


def unknown_fields(model: Any) -> list[str]:
    """The fields that Square's model does not have, everywhere in it."""
    if isinstance(model, list):
        return [name for entry in model for name in unknown_fields(entry)]
    if not isinstance(model, pydantic.BaseModel):
        return []
    inner = [name for field in type(model).model_fields for name in unknown_fields(getattr(model, field))]
    return [*(model.model_extra or {}), *inner]


def values(union: Any) -> set[str]:
    """The values of one of the library's open enumerations."""
    return {value for member in get_args(union) for value in get_args(member)}


@pytest.mark.parametrize("settings", [SQUARE, PARTNER])
@pytest.mark.parametrize("kept", [True, False])
def test_the_library_of_square_knows_every_field(settings: Any, kept: bool) -> None:
    menu = with_ids(lambda kind, entry_id: kept)
    delivery = asap(CHICKEN, kind="delivery", address="1 Main St", customer_name="Ana")
    for order in (everything(), delivery):
        message = message_of(order, menu)
        read = CreateOrderRequest.model_validate_json(request_for(settings, message).body)
        assert unknown_fields(read) == []
        assert read.order is not None
        assert read.order.line_items is not None
        assert len(read.order.line_items) == len(order.lines)
        [fulfilment] = read.order.fulfillments or []
        assert fulfilment.type in values(FulfillmentType)
        assert fulfilment.state in values(FulfillmentState)
        details = fulfilment.pickup_details or fulfilment.delivery_details
        assert details is not None
        assert details.schedule_type in values(FulfillmentPickupDetailsScheduleType)
        for tax in read.order.taxes or []:
            assert tax.type in values(OrderLineItemTaxType)
            assert tax.scope in values(OrderLineItemTaxScope)


@pytest.mark.parametrize("kind", ["external", "cash"])
def test_the_library_of_square_knows_every_field_of_a_payment(kind: str) -> None:
    paid = square_payment(MESSAGE, SQUARE.model_copy(update={"payment": kind}), MADE)
    assert paid is not None
    assert set(paid) <= set(inspect.signature(PaymentsClient.create).parameters)
    for name, fields in (
        ("external_details", ExternalPaymentDetailsParams),
        ("cash_details", CashPaymentDetailsParams),
    ):
        assert set(paid.get(name, {})) <= set(fields.__annotations__)


def test_what_is_paid_is_not_paid_again_and_what_is_not_to_be_recorded_is_not() -> None:
    cash = SQUARE.model_copy(update={"payment": "cash"})
    assert square_payment(MESSAGE, SQUARE, MADE) is None
    assert square_payment(MESSAGE, cash, MADE.replace(b"2000", b"0")) is None


@pytest.mark.parametrize("made", [b"", b"[]", b"{}", b'{"order": {"id": "SQ1"}}', b'{"order": null}'])
def test_an_answer_that_is_no_order_is_told(made: bytes) -> None:
    with pytest.raises(UnreadableAnswerError):
        second_request_for(SQUARE.model_copy(update={"payment": "cash"}), MESSAGE, made)


def test_where_and_with_what_it_goes() -> None:
    request = request_for(SQUARE, message_of(everything(), with_ids()))
    assert request.path == "/v2/orders"
    assert request.headers == {
        "Square-Version": "2026-09-16",
        "Content-Type": "application/json",
    }
    assert json.loads(request.body)["idempotency_key"] == "order-1"
    assert "5550100123" not in repr(request)


@given(st.text(min_size=1), st.binary(min_size=1))
def test_the_signature_is_the_one_that_square_makes(key: str, body: bytes) -> None:
    signature = square_signature(key, URL, body)
    assert is_from_square(signature, key, URL, body)
    assert not is_from_square(signature, key, URL + "/", body)
    assert not is_from_square(signature, key, URL, body + b" ")
    assert not is_from_square(signature, key + "x", URL, body)
    assert not is_from_square("ü" + signature, key, URL, body)


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_library_of_square_verifies_our_signature_and_we_its(key: str, text: str) -> None:
    def verified(signature: str) -> bool:
        return verify_signature(request_body=text, signature_header=signature, signature_key=key, notification_url=URL)

    signature = square_signature(key, URL, text.encode())
    assert verified(signature)
    assert not verified(square_signature(key, URL, text.encode() + b"x"))
    assert is_from_square(signature, key, URL, text.encode()) is verified(signature)


@pytest.mark.parametrize(
    ("signature", "key", "body"), [(None, "k", b"x"), ("", "k", b"x"), ("s", "", b"x"), ("s", "k", b"")]
)
def test_without_a_signature_a_key_or_a_body_it_is_not_from_square(signature: str, key: str, body: bytes) -> None:
    assert not is_from_square(signature, key, URL, body)


def test_as_soon_as_possible_is_so_many_minutes_from_the_confirmation() -> None:
    [fulfilment] = sent(asap(CHICKEN))["fulfillments"]
    assert fulfilment["type"] == "PICKUP"
    details = fulfilment["pickup_details"]
    assert (details["schedule_type"], details["prep_time_duration"]) == ("ASAP", "PT20M")
    assert "pickup_at" not in details


def test_a_delivery_shows_as_a_pickup_that_says_so_unless_square_shows_deliveries() -> None:
    order = asap(CHICKEN, kind="delivery", address="1 Main St")
    [disguised] = sent(order)["fulfillments"]
    assert disguised["type"] == "PICKUP"
    assert "DELIVERY TO 1 Main St" in disguised["pickup_details"]["note"]
    [delivery] = sent(order, settings=PARTNER)["fulfillments"]
    assert delivery["type"] == "DELIVERY"
    details = delivery["delivery_details"]
    assert details["recipient"]["address"] == {"address_line_1": "1 Main St"}
    assert "DELIVERY" not in details["note"]
    scheduled = everything().fulfilment
    assert scheduled is not None
    later = asap(CHICKEN, fulfilment=scheduled.model_copy(update={"kind": "delivery"}))
    [delivery] = sent(later, settings=PARTNER)["fulfillments"]
    assert delivery["delivery_details"]["deliver_at"] == "2026-11-19T00:30:00Z"
    assert delivery["delivery_details"]["recipient"]["address"] == {"address_line_1": ""}


def test_an_order_whose_kind_was_not_said_says_so() -> None:
    [fulfilment] = sent(asap(CHICKEN, fulfilment=None), settings=PARTNER)["fulfillments"]
    assert fulfilment["type"] == "PICKUP"
    assert "KIND NOT SAID" in fulfilment["pickup_details"]["note"]


def test_a_withheld_number_and_a_name_that_was_not_said() -> None:
    [fulfilment] = sent(asap(CHICKEN), phone=None)["fulfillments"]
    details = fulfilment["pickup_details"]
    assert details["recipient"] == {"display_name": "Phone order"}
    assert "PHONE NUMBER WITHHELD" in details["note"]


def test_no_on_one_half_is_not_a_catalog_modifier_of_none() -> None:
    line = halved("margherita", "pepperoni", "m-large", chose("toppings", "basil", action="no", placement="left"))
    [body] = sent(asap(line))["line_items"]
    assert [m["name"] for m in body["modifiers"]][-1] == "LEFT HALF: NO basil"
    assert all(m["quantity"] == "1" for m in body["modifiers"])


def test_what_is_too_long_goes_on_in_lines_of_its_own() -> None:
    told = " ".join(f"word{number}" for number in range(700))
    line = CHICKEN.model_copy(update={"notes": told})
    body = sent(asap(line, notes=told, customer_name="Ana " * 80))
    on_order = [entry for entry in body["line_items"] if entry.get("name") == "ORDER NOTE"]
    on_line = [entry for entry in body["line_items"] if entry.get("name") == "NOTE FOR L1"]
    chicken = body["line_items"][len(on_order)]
    assert [*on_order, chicken, *on_line] == body["line_items"]
    assert min(len(on_order), len(on_line)) > 1
    assert all(entry["base_price_money"]["amount"] == 0 for entry in (*on_order, *on_line))
    note = body["fulfillments"][0]["pickup_details"]["note"]
    assert len(note) <= 500
    everything_said = note + "".join(entry["note"] for entry in on_order)
    assert told in everything_said
    assert ("Ana " * 80).strip() in everything_said
    assert chicken["note"] + "".join(entry["note"] for entry in on_line) == told
    assert max(len(entry["note"]) for entry in body["line_items"]) <= 2000


def test_a_name_that_is_too_long_is_in_the_note_in_full() -> None:
    swap = chose("garnish", "swiss", action="swap", instead_of="cheddar")
    line = Line(id="L1", item_id="burger", variation_id="one", modifiers=(swap,))
    menu = with_ids(lambda kind, entry_id: False)
    garnish = menu.modifier_groups[4]
    long = tuple(option.model_copy(update={"name": option.name * 12 + "x" * 100}) for option in garnish.options)
    groups = (*menu.modifier_groups[:4], garnish.model_copy(update={"options": long}), *menu.modifier_groups[5:])
    [body] = sent(asap(line), menu.model_copy(update={"modifier_groups": groups}))["line_items"]
    [modifier] = body["modifiers"]
    assert len(modifier["name"]) == 255
    assert body["note"].startswith(modifier["name"])
    assert body["note"].endswith(long[1].name)


def test_what_left_the_menu_goes_by_its_id_without_a_price_and_a_tax() -> None:
    order = asap(CHICKEN, Line(id="L2", item_id="coke", variation_id="can"))
    gone, coke = sent(order, without(with_ids(), "chicken"))["line_items"]
    assert (gone["name"], gone["base_price_money"]["amount"], gone["note"]) == ("chicken", 0, "PRICE NOT KNOWN")
    assert coke["applied_taxes"] == [{"tax_uid": "tax1"}]


def test_without_a_price_of_ours_the_catalog_has_one() -> None:
    open_combo = Line(id="L1", item_id="lunch", variation_id="one", parts=(part("drink", "coke", "can"),))
    [body] = sent(asap(open_combo))["line_items"]
    assert "base_price_money" not in body
    assert "taxes" not in sent(asap(open_combo))


def test_a_line_without_a_tax_has_the_only_one_there_is() -> None:
    """A message of an earlier version does not say which tax is whose."""
    message = message_of(asap(CHICKEN), with_ids())
    [line] = message.data.lines
    older = message.data.model_copy(update={"lines": (line.model_copy(update={"tax_ref": None}),)})
    body: Any = square_order(message.model_copy(update={"data": older}), SQUARE)
    assert body["order"]["line_items"][0]["applied_taxes"] == [{"tax_uid": "tax1"}]
    both = message_of(asap(CHICKEN, Line(id="L2", item_id="coke", variation_id="can")), with_ids()).data
    lines = tuple(line.model_copy(update={"tax_ref": None}) for line in both.lines)
    body = square_order(message.model_copy(update={"data": both.model_copy(update={"lines": lines})}), SQUARE)
    assert all("applied_taxes" not in line for line in body["order"]["line_items"])


@pytest.mark.parametrize(
    ("millipercent", "percentage"), [(8250, "8.25"), (10_000, "10"), (7, "0.007"), (0, "0"), (100_000, "100")]
)
def test_percentages_are_written_without_zeros_at_the_end(millipercent: int, percentage: str) -> None:
    assert _percentage(millipercent) == percentage


def test_a_size_is_the_variation_of_an_ad_hoc_line() -> None:
    menu = with_item(with_ids(lambda kind, entry_id: False), "tea", kitchen_name="TEA")
    [body] = sent(asap(Line(id="L1", item_id="tea", variation_id="t-warm")), menu)["line_items"]
    assert (body["name"], body["variation_name"]) == ("TEA", "large, room warm")
    assert body["base_price_money"] == {"amount": 330, "currency": "USD"}
