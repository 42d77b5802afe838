"""From what the caller meant to the tool calls that a model would make. Pure."""

import re
from collections.abc import Container, Iterable, Mapping

from gateway.brain.mind import ToolRequest
from gateway.brain.times import written
from gateway.brain.view import View
from gateway.orders.hearing.times import find_time
from gateway.orders.intent import IntentItem, IntentModifier, KnownLine, OrderIntent, SaidTime

_HOW_LONG = re.compile(
    r"\bhow (?:long|soon|quick\w*|fast)\b|\bwhen (?:will|can|is|does) (?:it|that|my|i)\b"
    r"|\bcu[aá]nto (?:tiempo|tard|demor|falta)",
    re.IGNORECASE,
)


_ALLERGENS = re.compile(
    r"\b(?:tree nuts|peanuts?|nuts?|gluten|dairy|lactose|milk|eggs?|soy|shellfish|seafood|fish|wheat|sesame|nueces|nuez"
    r"|cacahuates?|leche|lactosa|huevos?|soja|soya|mariscos|pescado|trigo|s[eé]samo)\b",
    re.IGNORECASE,
)


def order_calls(intent: OrderIntent, view: View) -> tuple[ToolRequest, ...]:
    """Lines first, those that go before those that come, then what was said about the caller, then the time."""
    removed = [item for item in intent.items if item.action == "remove" and item.target_line is not None]
    kept = [item for item in intent.items if item.action != "remove"]
    calls = [ToolRequest("remove_line", {"line_id": item.target_line}) for item in removed]
    calls += [ToolRequest("set_line", _line_arguments(item, view.lines)) for item in kept]
    customer = _customer(intent, view)
    calls += [ToolRequest("set_customer", customer)] if customer else []
    # A time may come before the question that it raises: pickup or delivery?
    earlier = find_time(view.earlier_words) if view.asked == "fulfilment" and intent.fulfilment else None
    said = intent.time or earlier
    time = None if said is None else written(said, view.now)
    if time is not None:
        kind = customer.get("fulfilment") or view.only_way
        calls.append(ToolRequest("set_fulfilment", {"time": time, **({"kind": kind} if kind else {})}))
    return tuple(calls)


def question_calls(intent: OrderIntent, view: View, words: str, tools: Container[str]) -> tuple[ToolRequest, ...]:
    """The tool that answers a question, where the session has it and it was not asked already."""
    language: dict[str, object] = {"language": "es"} if view.language == "es" else {}
    about: dict[str, object] = {"item_id": intent.about[0]} if intent.about else {}
    allergens = [found.casefold() for found in _ALLERGENS.findall(words)]
    sums = intent.intent == "ask_total" or (intent.intent == "repeat" and view.asked == "anything_else")
    name = ""
    if intent.intent == "ask_allergen" and (about or view.lines):
        name, language = "check_allergens", language | about | ({"allergens": allergens} if allergens else {})
    elif intent.intent == "ask_hours" and not view.hours:
        name = "quote_time" if _HOW_LONG.search(words) else "get_hours"
    elif sums and view.lines:
        name = "repeat_order"
    return (ToolRequest(name, language),) if name in tools else ()


def said_time(view: View, words: str) -> SaidTime | None:
    """The time for which the caller wants it, if one was said; any number is one when the agent has asked for it."""
    return find_time(words, asked=view.asked == "time")


def _line_arguments(item: IntentItem, lines: Iterable[KnownLine]) -> dict[str, object]:
    """A whole line: set and replace. One more of what is there raises its number instead of making a second line."""
    twin = next((line for line in lines if item.target_line is None and _same(item, line)), None)
    line_id = item.target_line if twin is None else twin.line_id
    arguments: dict[str, object] = {} if line_id is None else {"line_id": line_id}
    arguments |= {"item_id": item.menu_item_id, "quantity": item.quantity + (0 if twin is None else twin.quantity)}
    arguments |= _made(item, whole=line_id is not None)
    if item.half_item_id is not None:
        arguments["half_item_id"] = item.half_item_id
    if item.parts:
        arguments["parts"] = [_part(part) for part in item.parts]
    return arguments


def _part(part: IntentItem) -> Mapping[str, object]:
    """What fills a slot of a combo."""
    return {"slot": part.slot, "item_id": part.menu_item_id, **_made(part, whole=False)}


def _made(item: IntentItem, *, whole: bool) -> dict[str, object]:
    """Sizes and choices; `whole`: the choices replace those that are there, so none is said, too."""
    made: dict[str, object] = {"options": dict(item.options)} if item.options else {}
    if item.modifiers or whole:
        made["modifiers"] = [modifier_arguments(modifier) for modifier in item.modifiers]
    return made


def _same(item: IntentItem, line: KnownLine) -> bool:
    same = item.menu_item_id == line.item_id and dict(item.options) == dict(line.options)
    same = same and item.half_item_id == line.half_item_id and _bare(item.parts) == _bare(line.parts)
    return same and set(item.modifiers) == set(line.modifiers)


def _bare(parts: Iterable[IntentItem]) -> set[tuple[str | None, str, frozenset[IntentModifier]]]:
    """Parts without where and how surely they were said."""
    return {(part.slot, part.menu_item_id, frozenset(part.modifiers)) for part in parts}


def modifier_arguments(modifier: IntentModifier) -> Mapping[str, object]:
    """A choice as `set_line` takes it."""
    action = "no" if modifier.negated else modifier.qualifier or "add"
    swapped = modifier.instead_of is not None and not modifier.negated
    return {
        "option_id": modifier.id,
        "group_id": modifier.group,
        "action": "swap" if swapped else action,
        **({"quantity": modifier.count} if modifier.count > 1 else {}),
        **({"placement": modifier.placement} if modifier.placement != "whole" else {}),
        **({"instead_of": modifier.instead_of} if swapped else {}),
    }


def _customer(intent: OrderIntent, view: View) -> dict[str, object]:
    """What was said of the caller. Where there is one way to get the food, the question has said so."""
    kind: str | None = "delivery" if intent.address is not None else intent.fulfilment
    agreed = view.asked == "fulfilment" and intent.assent == "yes"
    if view.only_way is not None and (kind or intent.name or agreed):
        kind = view.only_way
    allergies = list(intent.allergies) or None
    given = {"name": intent.name, "fulfilment": kind, "address": intent.address, "allergies": allergies}
    return {key: value for key, value in given.items() if value is not None}
