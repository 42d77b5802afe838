"""A menu from a plain listing: names and choices without prices, as other programs export them.

The format is one JSON object: `items` (id, kind, names, option_groups), `option_groups` (select "one" or "many", slot,
negatable, qualifiable, options with id and names) and `kinds` (what each kind is called). A group with a slot of its
own (size, volume, container) becomes a dimension, a group with the slot "modifiers" a modifier group. Such a menu can
be parsed against; nothing can be sold from it, since every price is None.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gateway.orders.menu import (
    Category,
    Dimension,
    DimensionOption,
    Item,
    Menu,
    ModifierGroup,
    ModifierOption,
    Tax,
    Variation,
)

UNTAXED = "none"
MODIFIERS = "modifiers"
"""The slot of groups whose options are modifiers."""


class _ListedOption(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    names: tuple[str, ...] = Field(min_length=1)
    ambiguous_between: tuple[str, ...] = ()


class _ListedGroup(BaseModel):
    model_config = ConfigDict(frozen=True)

    select: str
    slot: str
    negatable: bool = True
    qualifiable: bool = True
    options: tuple[_ListedOption, ...]


class _ListedItem(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    names: tuple[str, ...] = Field(min_length=1)
    option_groups: tuple[str, ...] = ()


class _Listing(BaseModel):
    model_config = ConfigDict(frozen=True)

    items: tuple[_ListedItem, ...]
    option_groups: dict[str, _ListedGroup]
    kinds: dict[str, tuple[str, ...]]


def is_plain_listing(data: dict[str, Any]) -> bool:
    """Whether a JSON object has the shape of a plain listing (the product's own menus have `modifier_groups`)."""
    return {"items", "option_groups", "kinds"} <= data.keys()


def load_plain_listing(text: str) -> Menu:
    """The menu of a plain listing (JSON text).

    Raises:
        ValueError: the text is not JSON or not a plain listing (pydantic's ValidationError is one).
    """
    listing = _Listing.model_validate_json(text)
    groups = listing.option_groups
    return Menu(
        dimensions=_dimensions(groups),
        categories=tuple(Category(id=kind, name=names[0], spoken=names[1:]) for kind, names in listing.kinds.items()),
        items=tuple(_item(item, groups) for item in listing.items),
        modifier_groups=tuple(_group(name, group) for name, group in groups.items() if group.slot == MODIFIERS),
        taxes=(Tax(id=UNTAXED, name="no tax", rate_millipercent=0),),
    )


def _dimensions(groups: Mapping[str, _ListedGroup]) -> tuple[Dimension, ...]:
    """One dimension for a slot, with the options of all groups that fill it: it is the slot that orders name."""
    names: dict[str, dict[str, dict[str, None]]] = {}
    for group in groups.values():
        if group.slot != MODIFIERS:
            options = names.setdefault(group.slot, {})
            for option in group.options:
                options.setdefault(option.id, {}).update(dict.fromkeys(option.names))
    return tuple(
        Dimension(
            id=slot,
            name=slot,
            options=tuple(
                DimensionOption(id=o, name=first, spoken=tuple(rest)) for o, (first, *rest) in options.items()
            ),
        )
        for slot, options in names.items()
    )


def _group(name: str, group: _ListedGroup) -> ModifierGroup:
    """Words that stand for several options are spoken names of each of them: that is how parsing sees an ambiguity."""
    shared = {
        option_id: [name for o in group.options if option_id in o.ambiguous_between for name in o.names]
        for option_id in {one for o in group.options for one in o.ambiguous_between}
    }
    return ModifierGroup(
        id=name,
        name=name.replace("_", " "),
        max=1 if group.select == "one" else None,
        negatable=group.negatable,
        qualifiable=group.qualifiable,
        options=tuple(
            ModifierOption(id=o.id, name=o.names[0], spoken=(*o.names[1:], *shared.get(o.id, ())))
            for o in group.options
            if not o.ambiguous_between
        ),
    )


def _item(item: _ListedItem, groups: dict[str, _ListedGroup]) -> Item:
    """A listing does not say which sizes go together, so each choice stands alone, beside the item as such."""
    dimensions = [name for name in item.option_groups if groups[name].slot != MODIFIERS]
    variations = [Variation(id="plain", options={}, price=None)]
    variations += [
        Variation(id=f"{name}:{option.id}", options={groups[name].slot: option.id}, price=None)
        for name in dimensions
        for option in groups[name].options
    ]
    return Item(
        id=item.id,
        category=item.kind,
        name=item.names[0],
        spoken=item.names[1:],
        variations=tuple(variations),
        modifier_groups=tuple(name for name in item.option_groups if groups[name].slot == MODIFIERS),
        tax=UNTAXED,
    )
