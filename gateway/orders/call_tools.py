"""The tools that bring an order and a call to their end: set_customer, read_back, confirm_order, resume_order,
cancel_order, transfer_to_staff, end_call.

Rules kept here: an order is placed once, after a yes to a read-back that was heard (`placing.py`); a held order is told
nothing of until the caller asks for it, and costs what the menu says today.
"""

from gateway.orders.availability import FulfilmentKind
from gateway.orders.desk import Desk, ToolCall, refuse_if_placed
from gateway.orders.lookup import fold
from gateway.orders.order import Fulfilment, Order, OrderState
from gateway.orders.placing import before_confirm, before_read_back
from gateway.orders.pricing import totals
from gateway.orders.read_back import read_back_text
from gateway.orders.reprice import reprice
from gateway.orders.restaurant import Language
from gateway.orders.tool_arguments import Arguments, Refusal, shown
from gateway.orders.tool_outcome import (
    CancelOrder,
    DeclineHeld,
    EndCall,
    ReadBack,
    ResumeHeld,
    Submit,
    ToolOutcome,
    TransferToStaff,
)

# How people call the two ways to get their food.
_KINDS: dict[FulfilmentKind, tuple[str, ...]] = {
    "pickup": ("pickup", "pick up", "takeout", "take out", "takeaway", "take away", "carryout", "carry out", "to go"),
    "delivery": ("delivery", "deliver", "delivered", "home delivery"),
}
_KIND_BY_NAME = {fold(name): kind for kind, names in _KINDS.items() for name in names}


def set_customer(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Note the name, how the food reaches the caller, where to, and a note for the whole order."""
    refuse_if_placed(call.order)
    name, notes = call.arguments.text("name", 80), call.arguments.text("notes")
    fulfilment = _fulfilment(desk, call.arguments, call.order)
    if name is None and notes is None and fulfilment is None:
        raise Refusal("set_customer needs a name, a fulfilment, an address or notes.", "ORDER_PARSE_ERROR")
    order = call.order.set_customer(call_id=call.id, name=name, fulfilment=fulfilment, notes=notes)
    return desk.changed(order, "Noted.")


def read_back(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The text to say before the caller is asked for a yes."""
    refuse_if_placed(call.order)
    language = call.arguments.choice("language", desk.restaurant.languages)
    gate = before_read_back(call.order, desk.menu, desk.restaurant, call.context)
    if gate is not None:
        return desk.refused(call.order, gate)
    order = call.order.read_back(call_id=call.id)
    local_now = call.context.now.astimezone(desk.restaurant.zone)
    sums = totals(order, desk.menu)
    text = read_back_text(order, desk.menu, sums, _language(desk, language), local_now=local_now)
    return desk.changed(order, text.text, ReadBack(text.text, text.total, order.version))


def confirm_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Place the order."""
    if call.order.state is OrderState.REJECTED:
        raise Refusal("The restaurant could not take this order. Tell the caller, and offer transfer_to_staff.")
    if call.order.is_placed:
        return desk.unchanged(call.order, {"say": "The order is placed already."})
    gate = before_confirm(call.order, desk.menu, desk.restaurant, call.context)
    if gate is not None:
        return desk.refused(call.order, gate)
    order = call.order.confirm(call_id=call.id)
    delivered = order.fulfilment is not None and order.fulfilment.kind == "delivery"
    when = f"{'with you' if delivered else 'ready'} in about {desk.restaurant.quote_minutes} minutes"
    return desk.changed(order, f"Thank you, {order.customer_name}. The order is placed and will be {when}.", Submit())


def resume_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The caller's answer about the order held from an earlier call."""
    accept = call.arguments.flag("accept")
    if accept is None:
        raise Refusal("resume_order needs accept: true or false.", "ORDER_PARSE_ERROR")
    held = call.context.held
    if held is None or not held.is_open or held.restaurant_id != desk.restaurant.id:
        raise Refusal("There is no open order from an earlier call. Take a new one.")
    if held.id == call.order.id:
        return desk.unchanged(call.order, {"say": "The caller is going on with that order already."})
    if not accept:
        return desk.unchanged(call.order, {"say": "That order is dropped. Take a new one."}, DeclineHeld())
    refuse_if_placed(call.order)
    current, changes = reprice(held, desk.menu)
    order = current.take_up(call.order, call_id=call.id)
    told = "".join(f" {change}" for change in changes)
    outcome = desk.changed(order, f"This is the order from before.{told} Ask what else.", ResumeHeld())
    outcome.output["changes"] = list(changes)
    return outcome


def cancel_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Drop the order."""
    refuse_if_placed(call.order)
    return desk.changed(call.order.cancel(call_id=call.id), "The order is dropped.", CancelOrder())


def transfer_to_staff(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Put the caller through to a person."""
    if desk.restaurant.transfer_to is None:
        raise Refusal("Nobody can be reached by telephone now. Tell the caller, and go on if they like.")
    reason = call.arguments.text("reason") or "the caller asked for a person"
    return desk.unchanged(call.order, {"say": "One moment, I am putting you through."}, TransferToStaff(reason))


def end_call(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Hang up."""
    reason = call.arguments.text("reason") or "the conversation is over"
    return desk.unchanged(call.order, {"say": "Goodbye."}, EndCall(reason))


def _fulfilment(desk: Desk, arguments: Arguments, order: Order) -> Fulfilment | None:
    """What was said of pickup, delivery and the address; None when nothing was."""
    wanted, address = arguments.text("fulfilment"), arguments.text("address")
    if wanted is None and address is None:
        return None
    kind = "delivery" if wanted is None else _KIND_BY_NAME.get(fold(wanted))
    offered = desk.restaurant.fulfilments
    if kind is None or kind not in offered:
        asked = "An address" if wanted is None else shown(wanted)
        raise Refusal(f"{asked} does not fit: {desk.restaurant.name} offers {' and '.join(offered)}. Tell the caller.")
    if kind == "pickup" and address is not None:
        raise Refusal("An address is for deliveries. Ask whether it is pickup or delivery.")
    known = order.fulfilment.address if order.fulfilment is not None and kind == "delivery" else None
    return Fulfilment(kind=kind, address=address or known)


def _language(desk: Desk, wanted: str | None) -> Language:
    return next((known for known in desk.restaurant.languages if known == wanted), desk.restaurant.languages[0])
