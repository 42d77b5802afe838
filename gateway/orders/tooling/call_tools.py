"""The tools that bring an order and a call to their end: read_back, confirm_order, resume_order, cancel_order,
leave_message, text_order, transfer_to_staff, end_call.

Rules kept here: an order is placed once, after a yes to a read-back that was heard (`placing.py`); a held order is told
nothing of until the caller asks for it, and costs what the menu says today; a message is kept once.
"""

from gateway.orders.order import OrderState
from gateway.orders.placing import before_confirm, before_read_back
from gateway.orders.pricing import totals
from gateway.orders.reprice import reprice
from gateway.orders.timing import quote
from gateway.orders.tooling.arguments import Refusal
from gateway.orders.tooling.desk import Desk, ToolCall, done_once, language_of, refuse_if_placed
from gateway.orders.tooling.outcome import (
    AgreeToText,
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
from gateway.orders.wording.amounts import spoken_amounts
from gateway.orders.wording.clock_words import moment_words
from gateway.orders.wording.read_back import read_back_text

MAX_MESSAGE = 1000
NOBODY = "Nobody can be reached by telephone now."


def read_back(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The text to say before the caller is asked for a yes."""
    refuse_if_placed(call.order)
    language = language_of(desk, call)
    gate = before_read_back(call.order, desk.menu, desk.restaurant, call.context)
    if gate is not None:
        return desk.refused(call.order, gate, call.context)
    order = call.order.read_back(call_id=call.id)
    local_now = call.context.now.astimezone(desk.restaurant.zone)
    sums = totals(order, desk.menu)
    text = read_back_text(order, desk.menu, sums, language, local_now=local_now)
    action = ReadBack(text.text, text.total, order.version, spoken_amounts(sums.total, order.currency))
    return desk.changed(order, text.text, call.context, action)


def confirm_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Place the order."""
    if call.order.state is OrderState.REJECTED:
        raise Refusal("The restaurant could not take this order. Tell the caller, and offer transfer_to_staff.")
    if call.order.is_placed:
        return desk.unchanged(call.order, {"say": "The order is placed already."}, call.context)
    gate = before_confirm(call.order, desk.menu, desk.restaurant, call.context)
    if gate is not None:
        return desk.refused(call.order, gate, call.context)
    order = call.order.confirm(call_id=call.id)
    told = f"Thank you, {order.customer_name}. The order is placed and will be {_when(desk, call)}."
    return desk.changed(order, told, call.context, Submit())


def resume_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The caller's answer about the order held from an earlier call."""
    accept = call.arguments.flag("accept")
    if accept is None:
        raise Refusal("resume_order needs accept: true or false.", "ORDER_PARSE_ERROR")
    held = call.context.held
    if held is None or not held.is_open or held.restaurant_id != desk.restaurant.id:
        raise Refusal("There is no open order from an earlier call. Take a new one.")
    if held.id == call.order.id:
        return desk.unchanged(call.order, {"say": "The caller is going on with that order already."}, call.context)
    if not accept:
        dropped = {"say": "That order is dropped. Take a new one."}
        return desk.unchanged(call.order, dropped, call.context, DeclineHeld())
    refuse_if_placed(call.order)
    current, changes = reprice(held, desk.menu)
    order = current.take_up(call.order, call_id=call.id)
    told = "".join(f" {change}" for change in changes)
    outcome = desk.changed(order, f"This is the order from before.{told} Ask what else.", call.context, ResumeHeld())
    outcome.output["changes"] = list(changes)
    return outcome


def cancel_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Drop the order."""
    refuse_if_placed(call.order)
    return desk.changed(call.order.cancel(call_id=call.id), "The order is dropped.", call.context, CancelOrder())


def leave_message(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Keep a message for the staff, with the caller's name, and whether they want to be rung back."""
    text = call.arguments.text("text", MAX_MESSAGE)
    if text is None:
        raise Refusal("leave_message needs text: ask what the message is.", "ORDER_PARSE_ERROR")
    name = call.arguments.text("name", 80) or call.order.customer_name
    message = LeaveMessage(text, name, number_back=bool(call.arguments.flag("ring_back")))
    told = {"say": "The message is kept for the staff. Tell the caller; promise no time and no answer."}
    return desk.unchanged(done_once(call), told, call.context, message)


def text_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Whether the caller wants the order as a text message. Before it is placed or after."""
    if call.context.no_text is not None:
        raise Refusal(f"{call.context.no_text} Do not offer one.")
    agreed = call.arguments.flag("agreed")
    if agreed is None:
        raise Refusal("text_order needs agreed: true or false, as the caller answered.", "ORDER_PARSE_ERROR")
    told = "Noted: the text message goes out once the order is placed." if agreed else "Noted: no text message."
    action = AgreeToText(agreed, language_of(desk, call))
    return desk.unchanged(done_once(call), {"say": told}, call.context, action)


def transfer_to_staff(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Put the caller through to a person."""
    if call.context.no_person is not None or desk.restaurant.transfer_to is None:
        why = call.context.no_person or NOBODY
        raise Refusal(f"{why} Tell the caller, and offer leave_message.")
    reason = call.arguments.text("reason") or "the caller asked for a person"
    return desk.unchanged(
        call.order, {"say": "One moment, I am putting you through."}, call.context, TransferToStaff(reason)
    )


def end_call(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Hang up."""
    reason = call.arguments.text("reason") or "the conversation is over"
    return desk.unchanged(call.order, {"say": "Goodbye."}, call.context, EndCall(reason))


def _when(desk: Desk, call: ToolCall) -> str:
    """`ready in about 20 minutes`; for a scheduled order the time that was agreed."""
    fulfilment, zone = call.order.fulfilment, desk.restaurant.zone
    ready = "with you" if fulfilment is not None and fulfilment.kind == "delivery" else "ready"
    if fulfilment is not None and fulfilment.at is not None:
        return f"{ready} {moment_words(fulfilment.at.astimezone(zone), call.context.now.astimezone(zone))}"
    minutes = int(quote(desk.restaurant, call.context).total_seconds()) // 60
    return f"{ready} in about {minutes} minutes"
