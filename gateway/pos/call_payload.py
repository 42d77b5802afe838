"""Which events of a call the POS is told of, and in which words. Pure.

One event gives one message at most, and the message's id follows from the event's, so that it is the same however often
it is sent. Orders have messages of their own (`order_payload.py`); here is what else an integrator may want to know.
The messages about a call have a queue of their own, so that none of them ever holds up an order.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

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
    TransferAccepted,
)
from gateway.orders.pos_events import PosEvent
from gateway.orders.restaurant import Restaurant
from gateway.pos.call_message import (
    Alert,
    AlertRaisedMessage,
    CallEndedMessage,
    Caller,
    CallStartedMessage,
    CallTransferredMessage,
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
from gateway.pos.webhook import delivery_id
from gateway.store.records import Delivery

TOLD = (CallStarted, HungUp, Ended, TransferAccepted, MessageLeft, OrderRefused, AlertRaised)
"""The events of which anything may be told."""


def deliveries(event_id: str, happened: Iterable[AnyEvent], call: Call) -> tuple[Delivery, ...]:
    """What the restaurant's POS is to be sent because of an event: what it wants to know and has an endpoint for.

    Args:
        event_id: of the event in the call's log.
        happened: `Call.happened` right after the event: the core may have found out more because of it.
        call: as it is after the event.
    """
    pos = call.restaurant.pos
    if pos is None:
        return ()
    found: list[Delivery] = []
    for place, event in enumerate(happened):
        message = message_about(event, call) if isinstance(event, TOLD) else None
        if message is None:
            continue
        kind = cast("PosEvent", type(message).model_fields["type"].default)
        if pos.wants(kind):
            name = f"{event_id}-{place}" if place else event_id
            found.append(Delivery(delivery_id(call.call_id, kind, name), call.call_id, kind, message.model_dump_json()))
    return tuple(found)


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
        case Ended(next="transfer" | "apologise") if event is call.ended and _rings(event, call):
            return HandoffRequestedMessage(timestamp=at, data=_handoff(event.reason, call))
        case TransferAccepted():
            reason = "" if call.ended is None else call.ended.reason
            return CallTransferredMessage(timestamp=at, data=_handoff(reason, call))
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


def _rings(event: Ended, call: Call) -> bool:
    """Whether a person's telephone rings next: as `next_step` decides it."""
    if event.next == "transfer":
        return call.restaurant.transfer_to is not None
    return call.staff_line.number(event.at) is not None


def _handoff(reason: str, call: Call) -> Handoff:
    summary = call.desk.summary()
    return Handoff(
        restaurant=reference(call.restaurant), call=call_reference(call), reason=reason, order_summary=summary
    )


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
