"""The menu: what a restaurant sells, in which sizes, with which choices, for how many cents.

One frozen model that holds the parts of `menus/parts.py` together; reading one from a file, with every mistake in it
named, is `menu_file.py`. Rule kept here: a name that is looked up and not found gives None, never an exception.
"""

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.orders.availability import Daypart
from gateway.orders.menus.parts import (
    Allergens,
    Category,
    Cents,
    Dimension,
    DimensionOption,
    HalvesRule,
    Id,
    Item,
    MenuPart,
    ModifierGroup,
    ModifierOption,
    ModifierPrice,
    Name,
    PosIds,
    Slot,
    SlotChoice,
    Tax,
    Variation,
)

__all__ = [
    "Allergens",
    "Category",
    "Cents",
    "Dimension",
    "DimensionOption",
    "HalvesRule",
    "Id",
    "Item",
    "Menu",
    "ModifierGroup",
    "ModifierOption",
    "ModifierPrice",
    "Name",
    "PosIds",
    "Slot",
    "SlotChoice",
    "Tax",
    "Variation",
]


SCHEMA = "$schema"
"""A menu file may name its JSON Schema, for the editor that it is written in."""


class Menu(MenuPart):
    """A whole menu. Its parts refer to each other by id; `menu_file.load_menu` proves that every reference holds.

    `version` is the restaurant's own label, for people. Code compares `digest`.
    """

    version: Name | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    dimensions: tuple[Dimension, ...] = ()
    dayparts: tuple[Daypart, ...] = ()
    categories: tuple[Category, ...]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    modifier_groups: tuple[ModifierGroup, ...] = ()
    taxes: Annotated[tuple[Tax, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _without_schema(cls, raw: object) -> object:
        if isinstance(raw, dict) and isinstance(raw.get(SCHEMA), str):
            return {name: value for name, value in raw.items() if name != SCHEMA}
        return raw

    def __copy__(self) -> Self:
        """A copy is about to differ, so it takes the fields along and not what was worked out from them."""
        copied = super().__copy__()
        for derived in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[derived]
        return copied

    @cached_property
    def digest(self) -> str:
        """16 hex digits that name this content: the same digest, the same things at the same prices."""
        return hashlib.sha256(self.model_dump_json(exclude={"version"}).encode()).hexdigest()[:16]

    @cached_property
    def priced(self) -> bool:
        """Whether every variation has a price; a listing without prices can be parsed against but not sold from."""
        return all(variation.price is not None for item in self.items for variation in item.variations)

    @cached_property
    def _by_id(self) -> tuple[dict[str, Item], dict[str, ModifierGroup], dict[str, Dimension], dict[str, Category]]:
        return (
            {item.id: item for item in self.items},
            {group.id: group for group in self.modifier_groups},
            {dimension.id: dimension for dimension in self.dimensions},
            {category.id: category for category in self.categories},
        )

    def item(self, item_id: str) -> Item | None:
        """The item with that id, or None."""
        return self._by_id[0].get(item_id)

    def group(self, group_id: str) -> ModifierGroup | None:
        """The modifier group with that id, or None."""
        return self._by_id[1].get(group_id)

    def dimension(self, dimension_id: str) -> Dimension | None:
        """The dimension with that id, or None."""
        return self._by_id[2].get(dimension_id)

    def category(self, category_id: str) -> Category | None:
        """The category with that id, or None."""
        return self._by_id[3].get(category_id)

    def groups_of(self, item: Item) -> tuple[ModifierGroup, ...]:
        """The modifier groups of an item, in the item's order."""
        return tuple(group for group_id in item.modifier_groups if (group := self.group(group_id)) is not None)

    def open_groups(self, item: Item, chosen: Iterable[tuple[str, str]]) -> tuple[ModifierGroup, ...]:
        """The groups of an item and those that its choices, as (group id, option id), have opened, in that order.

        A group that several choices open is there once; groups that open each other end the search.
        """
        picked = set(chosen)
        groups = dict.fromkeys(item.modifier_groups)
        queue = list(groups)
        while queue:
            group = self.group(queue.pop(0))
            for option in () if group is None else group.options:
                if group is not None and (group.id, option.id) in picked:
                    opened = [nested for nested in option.modifier_groups if nested not in groups]
                    groups |= dict.fromkeys(opened)
                    queue += opened
        return tuple(group for group_id in groups if (group := self.group(group_id)) is not None)

    def dimensions_of(self, item: Item) -> tuple[Dimension, ...]:
        """The dimensions on which the item's variations differ or are placed, in the menu's order."""
        used = {dimension_id for variation in item.variations for dimension_id in variation.options}
        return tuple(dimension for dimension in self.dimensions if dimension.id in used)

    def tax(self, tax_id: str) -> Tax | None:
        """The tax category with that id, or None."""
        return next((tax for tax in self.taxes if tax.id == tax_id), None)
