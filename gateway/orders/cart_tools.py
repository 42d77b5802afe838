"""The tools that look at the menu and fill the cart: get_menu, set_line, remove_line, get_order.

Rules kept here: a line is set, never added to blindly (the same thing asked for twice points at the line that is
there); asking for what is so already changes nothing and so voids no read-back.
"""

from gateway.orders.desk import Desk, ToolCall, refuse_if_placed
from gateway.orders.lookup import fold
from gateway.orders.menu import Category, Menu
from gateway.orders.order import MAX_LINES, Line, Order, with_evidence
from gateway.orders.pricing import line_price
from gateway.orders.read_back import describe_line
from gateway.orders.tool_arguments import Refusal, shown
from gateway.orders.tool_outcome import ToolOutcome


def get_menu(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The menu, or one category of it, in the form of `menu.json`: `Menu.model_validate(output["menu"])` reads it."""
    wanted = call.arguments.text("category")
    menu = desk.menu
    if wanted is not None:
        found = desk.categories.find(wanted)
        if len(found) != 1:
            known = ", ".join(category.id for category in menu.categories)
            raise Refusal(f"There is no category {shown(wanted)}; there are {known}.")
        menu = _part(menu, found[0])
    return desk.unchanged(call.order, {"menu": menu.model_dump(mode="json", exclude_defaults=True)})


def set_line(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Put a new line in the cart, or change one."""
    order, arguments = call.order, call.arguments
    refuse_if_placed(order)
    line_id = arguments.text("line_id")
    old = None if line_id is None else _line(order, line_id)
    line = desk.editor.edit(arguments, old)
    if old is None:
        _refuse_twin(order, line)
    elif old.same_thing(line) and old.quantity == line.quantity:
        return desk.unchanged(order, {"say": f"{describe_line(old, desk.menu)}: it is so already."})
    noted = line.model_copy(
        update={
            "quoted_cents": line_price(line, desk.menu),
            "evidence": with_evidence(line, call.context.turn_ids),
            "confidence": call.context.confidence,
        }
    )
    return desk.changed(order.set_line(noted, call_id=call.id), f"{describe_line(noted, desk.menu)}.")


def remove_line(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Take a line out of the cart."""
    refuse_if_placed(call.order)
    line_id = call.arguments.text("line_id")
    if line_id is None:
        raise Refusal("remove_line needs line_id.", "ORDER_PARSE_ERROR")
    line = _line(call.order, line_id)
    order = call.order.remove_line(line.id, call_id=call.id)
    return desk.changed(order, f"{describe_line(line, desk.menu)}: taken off.")


def get_order(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The cart as it stands."""
    return desk.unchanged(call.order, {"say": "This is the order as it stands."})


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


def _part(menu: Menu, category: Category) -> Menu:
    """One category as a menu of its own, with what its items refer to."""
    items = tuple(item for item in menu.items if item.category == category.id)
    groups = {group_id for item in items for group_id in item.modifier_groups}
    dimensions = {dimension.id for item in items for dimension in menu.dimensions_of(item)}
    return menu.model_copy(
        update={
            "categories": (category,),
            "items": items,
            "modifier_groups": tuple(group for group in menu.modifier_groups if group.id in groups),
            "dimensions": tuple(dimension for dimension in menu.dimensions if dimension.id in dimensions),
        }
    )
