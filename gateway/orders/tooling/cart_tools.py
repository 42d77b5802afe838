"""The tools that fill the cart and tell what is in it: set_line, remove_line, get_order, repeat_order.

Rules kept here: a line is set, never added to blindly (the same thing asked for twice points at the line that is
there); asking for what is so already changes nothing and so voids no read-back; nothing goes into the cart that cannot
be had now, and the refusal names what can; repeating the order is no read-back.
"""

from gateway.orders.caps import over_caps_now
from gateway.orders.order import MAX_LINES, Line, Order, with_evidence
from gateway.orders.pricing import line_price, totals
from gateway.orders.restaurant import Language
from gateway.orders.tooling.arguments import Refusal, shown
from gateway.orders.tooling.desk import Desk, ToolCall, language_of, refuse_if_moved, refuse_if_placed
from gateway.orders.tooling.lookup import fold
from gateway.orders.tooling.offer_check import refuse_not_now
from gateway.orders.tooling.outcome import ToolOutcome
from gateway.orders.wording.money import WITH_TAX, price_words
from gateway.orders.wording.read_back import describe_line

_SO_FAR = {"en": "So far: {lines}. That is {total}{tax}.", "es": "Hasta ahora: {lines}. Son {total}{tax}."}
_OPEN_SO_FAR = {"en": "So far: {lines}.", "es": "Hasta ahora: {lines}."}
_NOTHING = {"en": "There is nothing in the order yet.", "es": "Todavía no hay nada en el pedido."}


def set_line(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Put a new line in the cart, or change one."""
    order, arguments = call.order, call.arguments
    refuse_if_placed(order)
    refuse_if_moved(call)
    line_id = arguments.text("line_id")
    old = None if line_id is None else _line(order, line_id)
    line = desk.editor.edit(arguments, old)
    if old is None:
        _refuse_twin(order, line)
    elif old.same_thing(line) and old.quantity == line.quantity:
        return desk.unchanged(order, {"say": f"{describe_line(old, desk.menu)}: it is so already."}, call.context)
    refuse_not_now(desk.on_offer(order, call.context), desk.menu, line, old)
    noted = line.model_copy(
        update={
            "quoted_cents": line_price(line, desk.menu),
            "evidence": with_evidence(line, call.context.turn_ids),
            "confidence": call.context.confidence,
        }
    )
    changed = order.set_line(noted, call_id=call.id)
    too_many = over_caps_now(changed, order, desk.menu)
    if too_many is not None:
        raise Refusal(too_many)
    outcome = desk.changed(changed, f"{describe_line(noted, desk.menu)}.", call.context)
    # How sure it is that the caller said so: by the transcript's log probabilities, where there are any.
    outcome.output["confidence"] = call.context.confidence or "unknown"
    return outcome


def remove_line(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Take a line out of the cart."""
    refuse_if_placed(call.order)
    refuse_if_moved(call)
    line_id = call.arguments.text("line_id")
    if line_id is None:
        raise Refusal("remove_line needs line_id.", "ORDER_PARSE_ERROR")
    line = _line(call.order, line_id)
    order = call.order.remove_line(line.id, call_id=call.id)
    return desk.changed(order, f"{describe_line(line, desk.menu)}: taken off.", call.context)


def get_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The cart as it stands."""
    return desk.unchanged(call.order, {"say": "This is the order as it stands."}, call.context)


def repeat_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The cart in words, with its total as far as it is known. It asks for no yes."""
    language = language_of(desk, call)
    return desk.unchanged(call.order, {"say": _in_words(desk, call.order, language)}, call.context)


def _in_words(desk: Desk, order: Order, language: Language) -> str:
    if not order.lines:
        return _NOTHING[language]
    sums = totals(order, desk.menu)
    lines = "; ".join(describe_line(line, desk.menu, language) for line in order.lines)
    form = _OPEN_SO_FAR if sums.unpriced else _SO_FAR
    tax = WITH_TAX[language] if sums.tax else ""
    return form[language].format(lines=lines, total=price_words(sums.total, order.currency, language), tax=tax)


def _line(order: Order, wanted: str) -> Line:
    """The line that is meant: by its id in any case, by its number, or by its item where only one line has that."""
    folded = fold(wanted)
    by_id = [line for line in order.lines if fold(line.id) in (folded, f"l{folded}")]
    found = by_id or [line for line in order.lines if fold(line.item_id) == folded]
    if len(found) != 1:
        lines = ", ".join(f"{line.id} ({line.item_id})" for line in order.lines) or "none"
        raise Refusal(f"There is no line {shown(wanted)}; the lines are {lines}. For a new line leave line_id out.")
    return found[0]


def _refuse_twin(order: Order, line: Line) -> None:
    """Models repeat themselves after an interruption; a caller who wants one more says how many in all."""
    twin = next((other for other in order.lines if other.same_thing(line)), None)
    if twin is not None:
        raise Refusal(
            f"{twin.id} is that already, {twin.quantity} of it. If the caller wants more, call set_line with line_id "
            f"{twin.id} and the quantity in all."
        )
    if len(order.lines) >= MAX_LINES:
        raise Refusal(f"An order has at most {MAX_LINES} lines. Tell the caller, and offer transfer_to_staff.")
