"""The schema of `set_line`, generated from the menu: what can be ordered, in which sizes, made how.

Rules kept here: an argument is there only where the menu has something for it (no halves, no `half_item_id`); ids are
enums, so that a model can only name what is on the menu, unless the menu is too large to be spelt out.
"""

from collections.abc import Iterable

from gateway.orders.menu import Item, Menu, ModifierGroup
from gateway.orders.tooling.modifier_words import ACTIONS, PLACEMENTS
from gateway.orders.tooling.schema_parts import Schema, count, list_of, object_of, one_of, text


class LineSchema:
    """Makes the schema for one menu. `spelt`: its ids are enums; else they are any text."""

    def __init__(self, menu: Menu, *, spelt: bool) -> None:
        self._menu = menu
        self._spelt = spelt

    def properties(self) -> dict[str, Schema]:
        """The arguments of `set_line`, in a fixed order."""
        menu = self._menu
        halves = [item.id for item in menu.items if item.halves is not None]
        combos = [item for item in menu.items if item.slots]
        arguments: dict[str, Schema | None] = {
            "line_id": text("The line to change. Leave out for a new line."),
            "item_id": self._ids((item.id for item in menu.items), "Another item begins the line anew."),
            "options": self._sizes(menu.items, "What the caller chose of the item's sizes. Never guess."),
            "quantity": count("How many in all, not how many more."),
            "modifiers": self._choices(menu.modifier_groups, "All choices for this line; replaces the list."),
            "half_item_id": self._ids(halves, "The dish on the other half; item_id makes it whole again.")
            if len(halves) > 1
            else None,
            "parts": self._parts(combos) if combos else None,
            "notes": text("Only what the menu has no choice for."),
        }
        return {name: schema for name, schema in arguments.items() if schema is not None}

    def _ids(self, ids: Iterable[str], description: str | None = None) -> Schema:
        return one_of(ids, description) if self._spelt else text(description)

    def _sizes(self, items: Iterable[Item], description: str) -> Schema | None:
        """One property for each dimension in which the items differ."""
        used = {dimension.id for item in items for dimension in self._menu.dimensions_of(item)}
        sizes = {
            dimension.id: self._ids((option.id for option in dimension.options), f"The {dimension.name}.")
            for dimension in self._menu.dimensions
            if dimension.id in used
        }
        return {**object_of(sizes), "description": description} if sizes else None

    def _choices(self, groups: Iterable[ModifierGroup], description: str) -> Schema | None:
        """Choices of these groups."""
        groups = tuple(groups)
        if not groups:
            return None
        swaps, halves = any(group.swappable for group in groups), any(group.halves is not None for group in groups)
        record: dict[str, Schema] = {
            "option_id": self._ids(option.id for group in groups for option in group.options),
            "group_id": self._ids((group.id for group in groups), "Where an option is in several groups."),
            "action": one_of((action for action in ACTIONS if swaps or action != "swap"), "Default add."),
            "quantity": count(),
        }
        if halves:
            record["placement"] = one_of(PLACEMENTS, "The half it lies on. Default whole.")
        if swaps:
            defaults = (option.id for group in groups if group.swappable for option in group.defaults)
            record["instead_of"] = self._ids(defaults, "With swap: what the dish comes with and this replaces.")
        return list_of(object_of(record, ["option_id"]), description)

    def _parts(self, combos: Iterable[Item]) -> Schema:
        """What fills the slots of combos."""
        slots = [slot for combo in combos for slot in combo.slots]
        ids = dict.fromkeys(choice.item for slot in slots for choice in slot.choices)
        items = [item for item in self._menu.items if item.id in ids]
        record: dict[str, Schema | None] = {
            "slot": self._ids(slot.id for slot in slots),
            "item_id": self._ids(ids),
            "options": self._sizes(items, "Its sizes."),
            "modifiers": self._choices(self._groups_of(items), "All its choices."),
        }
        properties = {name: schema for name, schema in record.items() if schema is not None}
        return list_of(
            object_of(properties, ["slot"]), "What fills the combo's slots; slots left out stay as they are."
        )

    def _groups_of(self, items: Iterable[Item]) -> list[ModifierGroup]:
        """The groups of some items, with all that their choices can open, in the menu's order."""
        there: set[str] = set()
        queue = [group_id for item in items for group_id in item.modifier_groups]
        while queue:
            group = self._menu.group(queue.pop())
            if group is not None and group.id not in there:
                there.add(group.id)
                queue += [nested for option in group.options for nested in option.modifier_groups]
        return [group for group in self._menu.modifier_groups if group.id in there]
