"""Which events of a call the POS is told of, and in which words. Pure.

One event gives one message at most, and the message's id follows from the event's, so that it is the same however often
it is sent. Orders have messages of their own (`order_payload.py`); here is what else an integrator may want to know.
"""

from datetime import datetime

from gateway import errors
from gateway.call.machine import Call
from gateway.events import (
    AlertRaised,
    AnyEvent,
    CallStarted,
    Ended,
    HungUp,
    MessageLeft,
    OrderRefused,
)
from gateway.orders.restaurant import Restaurant
from gateway.pos.call_message import (
    Alert,
    AlertRaisedMessage,
    CallEndedMessage,
    Caller,
    CallStartedMessage,
    EndedCall,
    Handoff,
    HandoffRequestedMessage,
    LeftMessage,
    MenuUnmatchedMessage,
    MessageLeftMessage,
    StartedCall,
    UnmatchedWish,
)
from gateway.pos.order_message import CallLeg, CallReference, MessagePart, Reference


def message_about(event: AnyEvent, call: Call) -> MessagePart | None:
    """What the POS is told of an event; None: nothing.

    Args:
        event: that the call has taken in.
        call: as it is after the event.
    """
    at, where, whose = event.at, reference(call.restaurant), call_reference(call)
    match event:
        case CallStarted():
            started = StartedCall(
                restaurant=where,
                call=whose,
                caller=Caller(ref=event.caller_key, number_ends_in=event.caller_last_two),
                held_order=event.held_order is not None,
                menu_digest=event.menu_digest,
            )
            return CallStartedMessage(timestamp=at, data=started)
        case HungUp():
            return CallEndedMessage(timestamp=at, data=_ended(event, call))
        case Ended(next="transfer"):
            summary = call.desk.summary()
            handoff = Handoff(restaurant=where, call=whose, reason=event.reason, order_summary=summary)
            return HandoffRequestedMessage(timestamp=at, data=handoff)
        case MessageLeft():
            left = LeftMessage(
                restaurant=where,
                call=whose,
                text=event.text,
                name=event.name,
                number=event.number,
                order_summary=event.order,
            )
            return MessageLeftMessage(timestamp=at, data=left)
        case OrderRefused(code=errors.MENU_ITEM_NOT_FOUND.code):
            digest = call.restaurant.menu.digest
            wish = UnmatchedWish(restaurant=where, call=whose, tool=event.tool, reason=event.reason, menu_digest=digest)
            return MenuUnmatchedMessage(timestamp=at, data=wish)
        case AlertRaised():
            alert = Alert(restaurant=where, call=whose, kind=event.kind, reason=event.reason)
            return AlertRaisedMessage(timestamp=at, data=alert)
        case _:
            return None


def reference(restaurant: Restaurant) -> Reference:
    """The restaurant as messages name it."""
    return Reference(ref=restaurant.id, name=restaurant.name)


def call_reference(call: Call) -> CallReference:
    """The call as messages name it."""
    return CallReference(ref=call.call_id, legs=_legs(call.legs))


def _legs(legs: list[tuple[int, datetime]]) -> tuple[CallLeg, ...]:
    return tuple(CallLeg(leg=leg, started_at=started) for leg, started in legs)


def _ended(event: HungUp, call: Call) -> EndedCall:
    order = call.order
    placed = order is not None and order.is_placed
    return EndedCall(
        restaurant=reference(call.restaurant),
        call=call_reference(call),
        status=event.status,
        order_ref=order.id if order is not None and placed else None,
        order_state="none" if order is None or not (order.lines or placed) else order.state.value,
    )
