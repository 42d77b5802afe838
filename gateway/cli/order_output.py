"""A parsed utterance as a record for programs and as a line for people. What is taken off is in neither."""

from collections.abc import Iterator

from gateway.orders.intent import IntentItem, IntentModifier, OrderIntent
from gateway.orders.menu import Menu


def intent_record(utterance_id: str | int, intent: OrderIntent) -> dict[str, object]:
    """The record of one utterance, ready for JSON. `placement`, `instead_of`, `half_item_id` and `parts` when set."""
    return {
        "id": utterance_id,
        "intent": intent.intent,
        "confidence": intent.confidence,
        "order": {"items": [_item_record(item) for item in ordered(intent)]},
        "unknown": list(intent.unknown),
        "ambiguous": [{"text": one.text, "ambiguous_between": list(one.between)} for one in intent.ambiguous],
    }


def intent_line(intent: OrderIntent, menu: Menu) -> str:
    """The order in words, then what was not understood: `2 large Pepperoni, no basil [not on the menu: sushi]`."""
    order = "; ".join(_words(item, menu) for item in ordered(intent)) or "nothing ordered"
    unknown = f" [not on the menu: {', '.join(intent.unknown)}]" if intent.unknown else ""
    unclear = "".join(f" [unclear: {one.text}: {' or '.join(one.between)}]" for one in intent.ambiguous)
    return f"{order}{unknown}{unclear}"


def ordered(intent: OrderIntent) -> Iterator[IntentItem]:
    """The items that the utterance orders."""
    return (item for item in intent.items if item.action != "remove")


def _item_record(item: IntentItem) -> dict[str, object]:
    record: dict[str, object] = {
        "menu_item_id": item.menu_item_id,
        "quantity": item.quantity,
        "options": dict(item.options),
        "confidence": item.confidence,
        "modifiers": [_modifier_record(modifier) for modifier in item.modifiers],
    }
    if item.half_item_id is not None:
        record["half_item_id"] = item.half_item_id
    if item.parts:
        record["parts"] = [{"slot": part.slot, **_item_record(part)} for part in item.parts]
    return record


def _modifier_record(modifier: IntentModifier) -> dict[str, object]:
    record: dict[str, object] = {
        "id": modifier.id,
        "group": modifier.group,
        "qualifier": modifier.qualifier,
        "negated": modifier.negated,
        "count": modifier.count,
    }
    if modifier.between:
        record["ambiguous_between"] = list(modifier.between)
    if modifier.placement != "whole":
        record["placement"] = modifier.placement
    if modifier.instead_of is not None:
        record["instead_of"] = modifier.instead_of
    return record


def _words(item: IntentItem, menu: Menu) -> str:
    sold = menu.item(item.menu_item_id)
    sizes = [_size(menu, dimension_id, option_id) for dimension_id, option_id in item.options.items()]
    name = item.menu_item_id if sold is None else sold.name
    if item.half_item_id is not None:
        other = menu.item(item.half_item_id)
        name = f"half {name}, half {item.half_item_id if other is None else other.name}"
    said = " ".join((str(item.quantity), *sizes, name))
    parts = (f"{part.slot}: {_words(part, menu)}" for part in item.parts)
    return ", ".join((said, *(_choice(modifier, menu) for modifier in item.modifiers), *parts))


def _size(menu: Menu, dimension_id: str, option_id: str) -> str:
    dimension = menu.dimension(dimension_id)
    option = None if dimension is None else dimension.option(option_id)
    return option_id if option is None else option.name


def _choice(modifier: IntentModifier, menu: Menu) -> str:
    group = menu.group(modifier.group)

    def named(option_id: str) -> str:
        option = None if group is None else group.option(option_id)
        return option_id if option is None else option.name

    words = " or ".join(named(one) for one in modifier.between) or named(modifier.id)
    before = "no " if modifier.negated else f"{modifier.qualifier} " if modifier.qualifier in ("extra", "light") else ""
    after = f" x{modifier.count}" if modifier.count > 1 else ""
    after += " on the side" if modifier.qualifier == "side" else ""
    after += f" on the {modifier.placement} half" if modifier.placement != "whole" else ""
    after += f" instead of {named(modifier.instead_of)}" if modifier.instead_of is not None else ""
    return f"{before}{words}{after}"
