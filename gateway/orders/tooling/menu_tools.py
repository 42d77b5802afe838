"""The tools that answer about the menu: get_menu, find_item, check_allergens.

Rules kept here: prices and names are the menu's own; a menu too large to be handed over is handed over in parts; what
cannot be had now is said beside the menu; nothing is ever called free of an allergen.
"""

from collections.abc import Iterable

from gateway.orders.choices import added_and_kept, items_of
from gateway.orders.menu import Item, Menu
from gateway.orders.order import Line
from gateway.orders.tooling.allergen_answers import Asked, answer
from gateway.orders.tooling.arguments import Refusal, shown
from gateway.orders.tooling.desk import Desk, ToolCall, language_of
from gateway.orders.tooling.menu_search import Found
from gateway.orders.tooling.outcome import ToolOutcome
from gateway.orders.tooling.schemas import is_large

_TOO_LARGE = "Call get_menu with one category, or find_item with the caller's words."
_PERSON = "Offer transfer_to_staff, for the staff can tell more."
_MESSAGE = "Offer leave_message, for the staff can tell more and ring back."


def get_menu(desk: Desk, call: ToolCall) -> ToolOutcome:
    """The menu, or one category or item of it, in the form of `menu.json`: `Menu.model_validate(output["menu"])`.

    A large menu as a whole comes as its headings only. `not_now` lists what cannot be had for this order, and why.
    """
    category, item_id = call.arguments.text("category"), call.arguments.text("item_id")
    menu = desk.menu
    if item_id is not None:
        menu = _part(menu, [desk.editor.items.item(item_id)])
    elif category is not None:
        menu = _part(menu, _under(desk, category))
    elif is_large(menu):
        return desk.unchanged(call.order, {"headings": _headings(menu), "say": _TOO_LARGE}, call.context)
    asked = {"menu": menu.model_dump(mode="json", exclude_defaults=True), "not_now": _not_now(desk, call, menu)}
    return desk.unchanged(call.order, asked, call.context)


def find_item(desk: Desk, call: ToolCall) -> ToolOutcome:
    """What the menu has that fits some words: ids and names of items, and of options with their groups."""
    words = call.arguments.text("words")
    if words is None:
        raise Refusal("find_item needs words: what the caller said, a dish or an ingredient.", "ORDER_PARSE_ERROR")
    found = [_found(desk.menu, entry) for entry in desk.search.find(words)]
    if not found:
        told = f"Nothing on the menu fits {shown(words)}. Its headings are {_names(desk.menu)}. Tell the caller."
        raise Refusal(told, "MENU_ITEM_NOT_FOUND")
    told = "Use these ids. If several fit, ask which is meant."
    return desk.unchanged(call.order, {"found": found, "say": told}, call.context)


def check_allergens(desk: Desk, call: ToolCall) -> ToolOutcome:
    """What is declared of an item, or of everything in the cart, about some allergens (the order's allergies else).

    `allergens` has an entry for every dish and allergen: "contains", "may contain" or "unknown".
    """
    language, item_id = language_of(desk, call), call.arguments.text("item_id")
    allergies = call.arguments.texts("allergens") or call.order.allergies
    order, menu = call.order, desk.menu
    if item_id is None and not order.lines:
        raise Refusal("The cart is empty: say which item it is about, by item_id.", "ORDER_PARSE_ERROR")
    items = [desk.editor.items.item(item_id)] if item_id is not None else _ordered(order.lines, menu)
    options = () if item_id is not None else added_and_kept(order.lines, menu)
    found = answer(Asked(tuple(items), options, allergies), language)
    offer = _MESSAGE if desk.restaurant.transfer_to is None else _PERSON
    told = {"allergens": found.table, "say": found.say, "next": offer}
    return desk.unchanged(order, told, call.context)


def _under(desk: Desk, category: str) -> list[Item]:
    """The items under a heading."""
    found = desk.categories.find(category)
    items = [item for item in desk.menu.items if len(found) == 1 and item.category == found[0].id]
    if not items:
        known = ", ".join(heading.id for heading in desk.menu.categories)
        raise Refusal(f"There is no category {shown(category)}; there are {known}.")
    return items


def _part(menu: Menu, items: list[Item]) -> Menu:
    """Some items as a menu of its own, with all they refer to: what fills their slots, what their choices open."""
    slot_items = {choice.item for item in items for slot in item.slots for choice in slot.choices}
    kept = [item for item in menu.items if item in items or item.id in slot_items]
    groups: dict[str, None] = {}
    queue = [group_id for item in kept for group_id in item.modifier_groups]
    while queue:
        group = menu.group(queue.pop(0))
        if group is not None and group.id not in groups:
            groups[group.id] = None
            queue += [nested for option in group.options for nested in option.modifier_groups]
    headings = {item.category for item in kept}
    dimensions = {dimension.id for item in kept for dimension in menu.dimensions_of(item)}
    return menu.model_copy(
        update={
            "categories": tuple(heading for heading in menu.categories if heading.id in headings),
            "items": tuple(kept),
            "modifier_groups": tuple(group for group in menu.modifier_groups if group.id in groups),
            "dimensions": tuple(dimension for dimension in menu.dimensions if dimension.id in dimensions),
        }
    )


def _not_now(desk: Desk, call: ToolCall, menu: Menu) -> list[dict[str, str]]:
    """What of a menu cannot be had for this order, with the sentence that says why."""
    offer = desk.on_offer(call.order, call.context)
    items = [("item_id", item.id, offer.item(item)) for item in menu.items]
    choices = [(group, option) for group in menu.modifier_groups for option in group.options]
    options = [("option_id", option.id, offer.option(group, option)) for group, option in choices]
    return [{key: of, "say": why.say} for key, of, why in (*items, *options) if why is not None]


def _headings(menu: Menu) -> list[dict[str, object]]:
    counts = [(heading, sum(item.category == heading.id for item in menu.items)) for heading in menu.categories]
    return [{"category": heading.id, "name": heading.name, "items": count} for heading, count in counts]


def _names(menu: Menu) -> str:
    return ", ".join(heading.name for heading in menu.categories)


def _found(menu: Menu, entry: Found) -> dict[str, object]:
    """One result: an item with its sizes and the groups of its choices, or an option with its group."""
    if entry.group_id is not None:
        return {"option_id": entry.id, "group_id": entry.group_id, "name": entry.name}
    item = menu.item(entry.id)
    assert item is not None, "the index is made from the menu"
    sizes = {
        dimension.id: sorted({v.options[dimension.id] for v in item.variations if dimension.id in v.options})
        for dimension in menu.dimensions_of(item)
    }
    return {"item_id": item.id, "name": item.name, "options": sizes, "groups": list(item.modifier_groups)}


def _ordered(lines: Iterable[Line], menu: Menu) -> list[Item]:
    """Every item in the cart, each once."""
    found = {item.id: item for line in lines for item in items_of(line, menu)}
    return list(found.values())
