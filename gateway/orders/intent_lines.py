"""What was said as lines of an order: so that parsing, pricing and the read-back agree on what a line is."""

from gateway.orders.intent import IntentItem, IntentModifier
from gateway.orders.menu import Item, Menu
from gateway.orders.order import Line, Modifier, ModifierAction, Part


def line_of(said: IntentItem, menu: Menu, line_id: str = "") -> Line:
    """The line that an item of an intent asks for; a number below one counts as one."""
    item = menu.item(said.menu_item_id)
    return Line(
        id=said.target_line or line_id,
        item_id=said.menu_item_id,
        variation_id=said.variation_id or _only_form(item, said),
        options=dict(said.options),
        quantity=max(said.quantity, 1),
        modifiers=tuple(map(modifier_of, said.modifiers)),
        half_item_id=said.half_item_id,
        parts=tuple(_part_of(part) for part in said.parts),
    )


def modifier_of(said: IntentModifier) -> Modifier:
    """The choice that was said, as a line holds it."""
    return Modifier(
        group=said.group,
        option=said.id,
        action=_action(said),
        quantity=max(said.count, 1),
        placement=said.placement,
        instead_of=said.instead_of,
    )


def _action(said: IntentModifier) -> ModifierAction:
    if said.negated:
        return "no"
    return "swap" if said.instead_of is not None else said.qualifier or "add"


def _part_of(said: IntentItem) -> Part:
    return Part(
        slot=said.slot or "",
        item_id=said.menu_item_id,
        variation_id=said.variation_id,
        options=dict(said.options),
        modifiers=tuple(map(modifier_of, said.modifiers)),
    )


def _only_form(item: Item | None, said: IntentItem) -> str | None:
    """The variation that is meant once everything said leaves one."""
    left = () if item is None else item.matching(said.options)
    return left[0].id if len(left) == 1 else None
