"""The messages that a restaurant's POS may ask for, by the names that stand in `restaurant.toml` and in each message.

What is in them is `gateway/pos/order_message.py` and `gateway/pos/call_message.py`.
"""

from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BeforeValidator

PosEvent = Literal[
    "order.confirmed",
    "order.changed",
    "order.cancelled",
    "order.status",
    "call.started",
    "call.ended",
    "call.transferred",
    "handoff.requested",
    "message.left",
    "menu.unmatched",
    "alert.raised",
]
POS_EVENTS: tuple[PosEvent, ...] = get_args(PosEvent)
USUAL_EVENTS: tuple[PosEvent, ...] = (
    "order.confirmed",
    "order.changed",
    "order.cancelled",
    "handoff.requested",
    "message.left",
    "alert.raised",
)
"""What is sent where nothing else is said: orders, and what people must look at. Statuses come from the POS itself."""


def _known(name: Any) -> PosEvent:
    if name not in POS_EVENTS:
        raise ValueError(f"no such message; there are {', '.join(POS_EVENTS)}")
    return cast("PosEvent", name)


KnownEvent = Annotated[PosEvent, BeforeValidator(_known)]
"""A name of `POS_EVENTS`; any other is refused with the whole list."""
