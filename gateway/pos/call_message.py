"""The records of the messages about calls, and about orders after they were placed, as they travel to a POS. Frozen.

Fields are only ever added, each with a value for those who do not know it yet; `version` counts the changes that are
not of this kind. Numbers of callers are in none of them but where somebody asked to be rung back.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from gateway.pos.inbound import PosStatus
from gateway.pos.order_message import CallReference, ConfirmedOrder, MessagePart, OrderConfirmed, Reference


class OrderChangedMessage(MessagePart):
    """`order.changed`: an order that was placed stands otherwise now; `data` is the whole order, as it shall be."""

    type: Literal["order.changed"] = "order.changed"
    timestamp: datetime
    data: ConfirmedOrder


class CancelledOrder(MessagePart):
    """The data of `order.cancelled`."""

    version: Literal[1] = 1
    sequence: int
    idempotency_key: str
    restaurant: Reference
    order_ref: str
    order_version: int
    reason: str
    call: CallReference


class OrderCancelledMessage(MessagePart):
    """`order.cancelled`: the caller does not want a placed order any more."""

    type: Literal["order.cancelled"] = "order.cancelled"
    timestamp: datetime
    data: CancelledOrder


class OrderStatus(MessagePart):
    """The data of `order.status`."""

    version: Literal[1] = 1
    restaurant: Reference
    order_ref: str
    status: PosStatus
    reason: str | None = None
    ready_at: datetime | None = None
    pos_ref: str | None = None


class OrderStatusMessage(MessagePart):
    """`order.status`: what the kitchen said of an order, for everybody else who listens."""

    type: Literal["order.status"] = "order.status"
    timestamp: datetime
    data: OrderStatus


class Caller(MessagePart):
    """Who rings: a name of their number that is always the same, and its last two digits; null when it is withheld."""

    ref: str | None
    number_ends_in: str | None


class StartedCall(MessagePart):
    """The data of `call.started`. `held_order`: whether an open order of an earlier call is offered again."""

    version: Literal[1] = 1
    restaurant: Reference
    call: CallReference
    caller: Caller
    held_order: bool
    menu_digest: str


class CallStartedMessage(MessagePart):
    """`call.started`: a caller rang and is being answered."""

    type: Literal["call.started"] = "call.started"
    timestamp: datetime
    data: StartedCall


class EndedCall(MessagePart):
    """The data of `call.ended`. `status` is Twilio's; `order_ref` is there when an order was placed."""

    version: Literal[1] = 1
    restaurant: Reference
    call: CallReference
    status: str
    order_ref: str | None
    order_state: str


class CallEndedMessage(MessagePart):
    """`call.ended`: the telephone call is over."""

    type: Literal["call.ended"] = "call.ended"
    timestamp: datetime
    data: EndedCall


class Handoff(MessagePart):
    """The data of `handoff.requested` and `call.transferred`: why, and what was ordered so far, in words."""

    version: Literal[1] = 1
    restaurant: Reference
    call: CallReference
    reason: str
    order_summary: str | None


class HandoffRequestedMessage(MessagePart):
    """`handoff.requested`: the call is to be put through to a person."""

    type: Literal["handoff.requested"] = "handoff.requested"
    timestamp: datetime
    data: Handoff


class CallTransferredMessage(MessagePart):
    """`call.transferred`: a person has taken the call."""

    type: Literal["call.transferred"] = "call.transferred"
    timestamp: datetime
    data: Handoff


class LeftMessage(MessagePart):
    """The data of `message.left`. `number` (E.164) is there when the caller asked to be rung back."""

    version: Literal[1] = 1
    restaurant: Reference
    call: CallReference
    text: str
    name: str | None
    number: str | None
    order_summary: str | None


class MessageLeftMessage(MessagePart):
    """`message.left`: the caller left a message for the staff."""

    type: Literal["message.left"] = "message.left"
    timestamp: datetime
    data: LeftMessage


class UnmatchedWish(MessagePart):
    """The data of `menu.unmatched`: why a wish was refused, in our words."""

    version: Literal[1] = 1
    restaurant: Reference
    call: CallReference
    tool: str
    reason: str
    menu_digest: str


class MenuUnmatchedMessage(MessagePart):
    """`menu.unmatched`: a caller asked for something that the menu does not have."""

    type: Literal["menu.unmatched"] = "menu.unmatched"
    timestamp: datetime
    data: UnmatchedWish


class Alert(MessagePart):
    """The data of `alert.raised`: of a call, of an order (`order_ref`), or of both. `reason` has no caller's words."""

    version: Literal[1] = 1
    restaurant: Reference
    call: CallReference | None
    kind: str
    reason: str
    order_ref: str | None = None


class AlertRaisedMessage(MessagePart):
    """`alert.raised`: somebody must look at a call, or at an order."""

    type: Literal["alert.raised"] = "alert.raised"
    timestamp: datetime
    data: Alert


Message = Annotated[
    OrderConfirmed
    | OrderChangedMessage
    | OrderCancelledMessage
    | OrderStatusMessage
    | CallStartedMessage
    | CallEndedMessage
    | CallTransferredMessage
    | HandoffRequestedMessage
    | MessageLeftMessage
    | MenuUnmatchedMessage
    | AlertRaisedMessage,
    Field(discriminator="type"),
]
"""Everything that an endpoint may be sent."""

MESSAGES: dict[str, type[MessagePart]] = {
    str(kind.model_fields["type"].default): kind
    for kind in (
        OrderConfirmed,
        OrderChangedMessage,
        OrderCancelledMessage,
        OrderStatusMessage,
        CallStartedMessage,
        CallEndedMessage,
        CallTransferredMessage,
        HandoffRequestedMessage,
        MessageLeftMessage,
        MenuUnmatchedMessage,
        AlertRaisedMessage,
    )
}
"""The messages by their type."""
