"""One message of each type, as an integrator may meet it: made by the models, from one small call. Pure."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from gateway.pos.call_message import (
    MESSAGES,
    Alert,
    AlertRaisedMessage,
    CallEndedMessage,
    Caller,
    CallStartedMessage,
    CallTransferredMessage,
    CancelledOrder,
    EndedCall,
    Handoff,
    HandoffRequestedMessage,
    LeftMessage,
    MenuUnmatchedMessage,
    MessageLeftMessage,
    OrderCancelledMessage,
    OrderChangedMessage,
    OrderStatus,
    OrderStatusMessage,
    StartedCall,
    UnmatchedWish,
)
from gateway.pos.order_message import (
    CallLeg,
    CallReference,
    Choice,
    ConfirmedOrder,
    Customer,
    Fulfilment,
    MessagePart,
    OrderConfirmed,
    OrderLine,
    OrderTotals,
    Reference,
    TaxAmount,
)

_AT = datetime(2026, 11, 25, 18, 4, 5, tzinfo=UTC)
_HOUSE = Reference(ref="casa-verde", name="Casa Verde")
_CALL = CallReference(ref="CA" + "0" * 32, legs=(CallLeg(leg=1, started_at=_AT - timedelta(minutes=2)),))
_ORDER = f"order-{_CALL.ref}"
_DIGEST = "0123456789abcdef"
_SUMMARY = "one large Margherita with mushrooms on the left half"


@cache
def examples() -> dict[str, dict[str, Any]]:
    """The examples as JSON, by their type."""
    made = {message.model_dump(mode="json")["type"]: message.model_dump(mode="json") for message in _messages()}
    assert made.keys() == MESSAGES.keys()
    return made


def _messages() -> tuple[MessagePart, ...]:
    caller = Caller(ref="5f1d9c0e7a3b4c2d8e6f0a1b2c3d4e5f", number_ends_in="34")
    handoff = Handoff(restaurant=_HOUSE, call=_CALL, reason="the caller asked for a person", order_summary=_SUMMARY)
    return (
        OrderConfirmed(timestamp=_AT, data=_order(sequence=1, version=7)),
        OrderChangedMessage(timestamp=_AT, data=_order(sequence=2, version=9)),
        OrderCancelledMessage(
            timestamp=_AT,
            data=CancelledOrder(
                sequence=2,
                idempotency_key=_ORDER,
                restaurant=_HOUSE,
                order_ref=_ORDER,
                order_version=8,
                reason="the caller cancelled it",
                call=_CALL,
            ),
        ),
        OrderStatusMessage(
            timestamp=_AT,
            data=OrderStatus(restaurant=_HOUSE, order_ref=_ORDER, status="accepted", pos_ref="A-1017"),
        ),
        CallStartedMessage(
            timestamp=_AT,
            data=StartedCall(restaurant=_HOUSE, call=_CALL, caller=caller, held_order=False, menu_digest=_DIGEST),
        ),
        CallEndedMessage(
            timestamp=_AT,
            data=EndedCall(
                restaurant=_HOUSE, call=_CALL, status="completed", order_ref=_ORDER, order_state="submitted"
            ),
        ),
        CallTransferredMessage(timestamp=_AT, data=handoff),
        HandoffRequestedMessage(timestamp=_AT, data=handoff),
        MessageLeftMessage(
            timestamp=_AT,
            data=LeftMessage(
                restaurant=_HOUSE,
                call=_CALL,
                text="Do you cater for thirty people in June?",
                name="Ana",
                number="+15550100134",
                order_summary=None,
            ),
        ),
        MenuUnmatchedMessage(
            timestamp=_AT,
            data=UnmatchedWish(
                restaurant=_HOUSE,
                call=_CALL,
                tool="set_line",
                reason="the menu has no item sushi",
                menu_digest=_DIGEST,
            ),
        ),
        AlertRaisedMessage(
            timestamp=_AT,
            data=Alert(restaurant=_HOUSE, call=_CALL, kind="emergency", reason="the caller speaks of an emergency"),
        ),
    )


def _order(*, sequence: int, version: int) -> ConfirmedOrder:
    mushrooms = Choice(
        group=Reference(ref="toppings", name="Toppings"),
        option=Reference(ref="mushroom", name="Mushrooms"),
        action="add",
        placement="left",
        quantity=1,
    )
    line = OrderLine(
        ref="L1",
        item=Reference(ref="margherita", name="Margherita", pos_ids={"square": "MARGHERITA-ITEM"}),
        variation=Reference(ref="large", name="Large", pos_ids={"square": "MARGHERITA-LARGE"}),
        quantity=1,
        modifiers=(mushrooms,),
        notes=None,
        unit_price=1600,
        price=1600,
        evidence=("item_3",),
        confidence=0.93,
    )
    return ConfirmedOrder(
        sequence=sequence,
        idempotency_key=_ORDER,
        restaurant=_HOUSE,
        order_ref=_ORDER,
        order_version=version,
        allergy_alert="ALLERGY: PEANUTS",
        currency="USD",
        lines=(line,),
        totals=OrderTotals(
            subtotal=1600,
            taxes=(TaxAmount(ref="food", name="Sales tax", rate_millipercent=8250, amount=132),),
            tax=132,
            total=1732,
        ),
        customer=Customer(name="Ana", phone="+15550100134"),
        fulfilment=Fulfilment(kind="pickup", address=None, ready_at=_AT + timedelta(minutes=20)),
        notes=None,
        menu_digest=_DIGEST,
        menu_version="2026-11",
        call=_CALL,
        allergies=("peanuts",),
    )
