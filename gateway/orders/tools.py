"""The tools through which a model changes an order."""

from collections.abc import Mapping

from gateway.orders.menu import Menu
from gateway.orders.order import Order
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_outcome import (
    Assent,
    CancelOrder,
    DeclineHeld,
    EndCall,
    OrderErrorCode,
    OutcomeKind,
    ReadBack,
    ResumeHeld,
    Submit,
    ToolAction,
    ToolContext,
    ToolOutcome,
    TransferToStaff,
)

__all__ = [
    "Assent",
    "CancelOrder",
    "DeclineHeld",
    "EndCall",
    "OrderErrorCode",
    "OrderTools",
    "OutcomeKind",
    "ReadBack",
    "ResumeHeld",
    "Submit",
    "ToolAction",
    "ToolContext",
    "ToolOutcome",
    "TransferToStaff",
]


class OrderTools:
    """The tools of one restaurant."""

    def __init__(self, menu: Menu, restaurant: Restaurant) -> None:
        self.menu = menu
        self.restaurant = restaurant

    def schemas(self) -> list[Mapping[str, object]]:
        """The tools as a Realtime session takes them."""
        return []

    def execute(
        self, tool_call_id: str, name: str, arguments_json: str, order: Order, context: ToolContext
    ) -> ToolOutcome:
        """Carry out one tool call."""
        return ToolOutcome(order, {"ok": False}, "refused", message="not yet")
