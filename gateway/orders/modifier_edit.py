"""From the `modifiers` of `set_line` to choices that the menu allows for an item.

Rules kept here: an option is looked for in the item's own groups; a group's limits hold for the list as a whole; too
few choices are a gap to be asked for (`missing.py`), too many are refused.
"""

from collections.abc import Iterable

from gateway.orders.lookup import Named, Names
from gateway.orders.menu import Item, Menu, ModifierGroup, ModifierOption
from gateway.orders.missing import chosen
from gateway.orders.order import Modifier, ModifierAction
from gateway.orders.tool_arguments import Arguments, Refusal, shown

MODIFIER_ARGUMENTS = ("option_id", "group_id", "action", "quantity")
ACTIONS: dict[str, ModifierAction] = {"add": "add", "no": "no", "extra": "extra", "light": "light", "side": "side"}


def read_modifiers(records: Iterable[Arguments], item: Item, menu: Menu) -> tuple[Modifier, ...]:
    """The choices that the records name, in their order.

    Raises:
        Refusal: one of them cannot be had, or they are too many.
    """
    groups = menu.groups_of(item)
    modifiers = tuple(_modifier(record, item, groups) for record in records)
    for group in groups:
        _check_group(group, [modifier for modifier in modifiers if modifier.group == group.id], item)
    return modifiers


def ids(entries: Iterable[Named]) -> str:
    """Their ids, to be listed in a message."""
    return ", ".join(entry.id for entry in entries)


def _modifier(record: Arguments, item: Item, groups: tuple[ModifierGroup, ...]) -> Modifier:
    wanted = record.text("option_id")
    if wanted is None:
        raise Refusal("Every modifier needs option_id.", "ORDER_PARSE_ERROR")
    group, option = _option(wanted, record.text("group_id"), item, groups)
    action = ACTIONS[record.choice("action", ACTIONS) or "add"]
    if action == "no" and not group.negatable:
        raise Refusal(f"{option.name} of {item.name} cannot be left off; choose another of {ids(group.options)}.")
    if action in ("extra", "light", "side") and not group.qualifiable:
        raise Refusal(f"{option.name} of {item.name} can be added as it is, not as {action}. Tell the caller.")
    quantity = record.whole("quantity")
    if quantity is not None and quantity < 1:
        raise Refusal('A modifier\'s quantity is 1 or more; to leave it off use action "no".', "ORDER_PARSE_ERROR")
    if quantity is not None and quantity > group.max_per_option:
        raise Refusal(f"At most {group.max_per_option} of {option.name} on {item.name}. Tell the caller.")
    return Modifier(group=group.id, option=option.id, action=action, quantity=quantity or 1)


def _option(
    wanted: str, group_id: str | None, item: Item, groups: tuple[ModifierGroup, ...]
) -> tuple[ModifierGroup, ModifierOption]:
    """The one option of the item that is meant, with its group."""
    if group_id is not None:
        named = Names(groups).find(group_id)
        if not named:
            raise Refusal(f"{item.name} has no modifier group {shown(group_id)}; it has {ids(groups) or 'none'}.")
        groups = named
    found = [(group, option) for group in groups for option in Names(group.options).find(wanted)]
    if not found:
        choices = "; ".join(f"{group.id}: {ids(group.options)}" for group in groups) or "no choices"
        message = f"{item.name} cannot be had with {shown(wanted)}. It has {choices}. Tell the caller."
        raise Refusal(message, "MENU_ITEM_NOT_FOUND")
    if len(found) > 1:
        meant = ", ".join(f"{option.id} of group {group.id}" for group, option in found)
        raise Refusal(f"{shown(wanted)} on {item.name} can mean {meant}: give option_id and group_id.")
    return found[0]


def _check_group(group: ModifierGroup, modifiers: list[Modifier], item: Item) -> None:
    named = [modifier.option for modifier in modifiers]
    twice = sorted({option for option in named if named.count(option) > 1})
    if twice:
        raise Refusal(f"{', '.join(twice)} is there more than once: give each option once, with its quantity.")
    if group.max is not None and chosen(group, modifiers) > group.max:
        raise Refusal(f"At most {group.max} of {group.name} on {item.name}: ask the caller which to keep.")
