"""The tools through which a model changes an order, and the only way in which an order changes during a call.

Rules kept here: a model's mistake is input and gets an answer it can act on, never an exception; every tool call id
acts once; every answer carries the whole cart; nothing is placed without a read-back that was heard and a yes to it;
prices come from the menu alone. What each tool does stands in the five `tooling/*_tools.py`.
"""

import json
from collections.abc import Callable, Mapping

from gateway.orders.menu import Menu
from gateway.orders.order import Order
from gateway.orders.placing import Gate
from gateway.orders.processor import OrderProcessor
from gateway.orders.reprice import reprice
from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling import call_tools, cart_tools, customer_tools, menu_tools, time_tools
from gateway.orders.tooling.arguments import Arguments, Refusal, shown
from gateway.orders.tooling.desk import Desk, ToolCall
from gateway.orders.tooling.outcome import (
    AgreeToText,
    Assent,
    CancelOrder,
    DeclineHeld,
    EndCall,
    LeaveMessage,
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
from gateway.orders.tooling.schemas import ARGUMENTS, tool_schemas

__all__ = [
    "AgreeToText",
    "Assent",
    "CancelOrder",
    "DeclineHeld",
    "EndCall",
    "LeaveMessage",
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

_HANDLERS: Mapping[str, Callable[[Desk, ToolCall], ToolOutcome]] = {
    "get_menu": menu_tools.get_menu,
    "find_item": menu_tools.find_item,
    "check_allergens": menu_tools.check_allergens,
    "set_line": cart_tools.set_line,
    "remove_line": cart_tools.remove_line,
    "get_order": cart_tools.get_order,
    "repeat_order": cart_tools.repeat_order,
    "set_customer": customer_tools.set_customer,
    "set_fulfilment": customer_tools.set_fulfilment,
    "get_hours": time_tools.get_hours,
    "quote_time": time_tools.quote_time,
    "read_back": call_tools.read_back,
    "confirm_order": call_tools.confirm_order,
    "resume_order": call_tools.resume_order,
    "cancel_order": call_tools.cancel_order,
    "leave_message": call_tools.leave_message,
    "text_order": call_tools.text_order,
    "transfer_to_staff": call_tools.transfer_to_staff,
    "end_call": call_tools.end_call,
}


class OrderTools:
    """The tools of one restaurant on one menu. It keeps no state: one instance serves every call to that restaurant.

    The menu is given beside the restaurant because it may be today's version of the restaurant's own.
    """

    def __init__(self, menu: Menu, restaurant: Restaurant) -> None:
        """Builds the indexes of its menu: up to 100 ms for a large one, to be done once per menu."""
        self._desk = Desk(menu, restaurant)
        self._processor = OrderProcessor(menu)
        self._schemas_json = json.dumps(tool_schemas(menu, restaurant))

    def schemas(self) -> list[dict[str, object]]:
        """The tools for `session.update`, the same every time; the list is the caller's own."""
        schemas: list[dict[str, object]] = json.loads(self._schemas_json)
        return schemas

    def assent(self, text: str, language: str | None = None) -> Assent:
        """The caller's answer to a read-back: never "yes" when the words also name food. See `OrderProcessor`."""
        return self._processor.assent(text, language)

    def understands(self, text: str) -> bool:
        """Whether the caller's words are about what is sold here, or are for the people here. See `OrderProcessor`."""
        return self._processor.concerns_us(text)

    def execute(
        self, tool_call_id: str, name: str, arguments_json: str, order: Order, context: ToolContext
    ) -> ToolOutcome:
        """Carry out one tool call on an order. Never raises for anything the model wrote.

        Afterwards the caller keeps `outcome.order`, sends `outcome.output` to the model, and carries out
        `outcome.action`.

        Args:
            tool_call_id: the model's id of this call; one that the order has applied already changes nothing.
            name: the tool.
            arguments_json: its arguments, as the model wrote them.
            order: the order as it stands. On another menu than this one (`menu_digest`) it is brought to this menu
                first, and `output["changes"]` tells what is different.
            context: what the call knows besides.
        """
        desk = self._desk
        if tool_call_id in order.applied:
            return desk.unchanged(order, {"say": "This was done already."}, context)
        order, changes = reprice(order, desk.menu) if order.is_open else (order, ())
        try:
            if name not in _HANDLERS:
                raise Refusal(f"There is no tool {shown(name)}; there are {', '.join(_HANDLERS)}.", "ORDER_PARSE_ERROR")
            arguments = Arguments.parse(arguments_json, name, ARGUMENTS[name])
            outcome = _HANDLERS[name](desk, ToolCall(tool_call_id, arguments, order, context))
        except Refusal as refusal:
            outcome = desk.refused(order, Gate(refusal.message, error=refusal.error), context, refusal.beside)
        if changes:
            outcome.output["changes"] = list(changes)
        return outcome
