"""From what the caller meant to the tool calls that a model would make. Pure."""

from collections.abc import Iterable, Mapping

from gateway.local.brain_view import View
from gateway.local.mind import ToolRequest
from gateway.orders.intent import IntentItem, IntentModifier, KnownLine, OrderIntent


def order_calls(intent: OrderIntent, view: View) -> tuple[ToolRequest, ...]:
    """Lines first, those that go before those that come, then what was said about the caller."""
    removed = [item for item in intent.items if item.action == "remove" and item.target_line is not None]
    kept = [item for item in intent.items if item.action != "remove"]
    calls = [ToolRequest("remove_line", {"line_id": item.target_line}) for item in removed]
    calls += [ToolRequest("set_line", _line_arguments(item, view.lines)) for item in kept]
    customer = _customer(intent, view)
    return (*calls, *([ToolRequest("set_customer", customer)] if customer else []))


def _line_arguments(item: IntentItem, lines: Iterable[KnownLine]) -> dict[str, object]:
    """A whole line: set and replace. One more of what is there raises its number instead of making a second line."""
    twin = next((line for line in lines if item.target_line is None and _same(item, line)), None)
    line_id = item.target_line if twin is None else twin.line_id
    arguments: dict[str, object] = {} if line_id is None else {"line_id": line_id}
    arguments |= {"item_id": item.menu_item_id, "quantity": item.quantity + (0 if twin is None else twin.quantity)}
    if item.options:
        arguments["options"] = dict(item.options)
    if item.modifiers or line_id is not None:
        arguments["modifiers"] = [_modifier(modifier) for modifier in item.modifiers]
    return arguments


def _same(item: IntentItem, line: KnownLine) -> bool:
    same = item.menu_item_id == line.item_id and dict(item.options) == dict(line.options)
    return same and set(item.modifiers) == set(line.modifiers)


def _modifier(modifier: IntentModifier) -> Mapping[str, object]:
    action = "no" if modifier.negated else modifier.qualifier or "add"
    return {
        "option_id": modifier.id,
        "group_id": modifier.group,
        "action": action,
        **({"quantity": modifier.count} if modifier.count > 1 else {}),
    }


def _customer(intent: OrderIntent, view: View) -> dict[str, object]:
    """What was said of the caller. Where there is one way to get the food, the question has said so."""
    kind: str | None = "delivery" if intent.address is not None else intent.fulfilment
    agreed = view.asked == "fulfilment" and intent.assent == "yes"
    if view.only_way is not None and (kind or intent.name or agreed):
        kind = view.only_way
    given = {"name": intent.name, "fulfilment": kind, "address": intent.address}
    return {key: value for key, value in given.items() if value is not None}
