"""The entries of a menu file as far as they are well formed, each with its place: what the checks of sense look at.

Rules kept here: what is well formed is looked at even beside what is not, so that one run shows everything; an entry
that is malformed itself counts as existing (`known`), so that one mistake is not reported twice.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.orders.availability import Daypart
from gateway.orders.menu import Category, Dimension, Item, ModifierGroup, Tax, Variation

P = TypeVar("P", bound=BaseModel)
LISTS = ("dimensions", "dayparts", "categories", "items", "modifier_groups", "taxes")


@dataclass(frozen=True, slots=True)
class Entries:
    """The well-formed entries of a menu by their place in the file, and every id that each list names."""

    dimensions: Mapping[int, Dimension]
    dayparts: Mapping[int, Daypart]
    categories: Mapping[int, Category]
    items: Mapping[int, Item]
    modifier_groups: Mapping[int, ModifierGroup]
    taxes: Mapping[int, Tax]
    known: Mapping[str, list[str]]

    @classmethod
    def of(cls, raw: Mapping[str, object]) -> Self:
        """What is well formed in a menu as JSON has it."""
        return cls(
            dimensions=_entries(raw, "dimensions", Dimension),
            dayparts=_entries(raw, "dayparts", Daypart),
            categories=_entries(raw, "categories", Category),
            items=_entries(raw, "items", Item),
            modifier_groups=_entries(raw, "modifier_groups", ModifierGroup),
            taxes=_entries(raw, "taxes", Tax),
            known={name: _ids(raw, name) for name in LISTS},
        )

    @property
    def whole(self) -> bool:
        """Whether every item and every group is well formed: only then is it known what nobody uses."""
        wanted = len(self.known["items"]), len(self.known["modifier_groups"])
        return (len(self.items), len(self.modifier_groups)) == wanted

    def halves_with(self, item: Item, variation: Variation) -> list[Item]:
        """The items that can be the other half of one: of its category, with `halves`, and in the same size."""
        return [
            other
            for other in self.items.values()
            if other.id != item.id
            and other.category == item.category
            and other.halves is not None
            and any(dict(one.options) == dict(variation.options) for one in other.variations)
        ]

    def reach(self) -> dict[str, list[Item]]:
        """The items whose caller can be asked for each group: their own groups, and those that choices open."""
        groups = {group.id: group for group in self.modifier_groups.values()}
        users: dict[str, list[Item]] = {group_id: [] for group_id in groups}
        for item in self.items.values():
            for group_id in opened(groups, item.modifier_groups):
                users[group_id].append(item)
        return users


def opened(groups: Mapping[str, ModifierGroup], first: tuple[str, ...]) -> Iterator[str]:
    """These groups and every group that a choice in one of them opens, each once; unknown ids are passed over."""
    seen: set[str] = set()
    queue = list(first)
    while queue:
        group_id = queue.pop(0)
        if group_id in groups and group_id not in seen:
            seen.add(group_id)
            yield group_id
            queue += [nested for option in groups[group_id].options for nested in option.modifier_groups]


def _entries(raw: Mapping[str, object], name: str, model: type[P]) -> dict[int, P]:
    entries: dict[int, P] = {}
    for index, entry in enumerate(_list(raw, name)):
        with contextlib.suppress(ValidationError):
            entries[index] = model.model_validate(entry)
    return entries


def _ids(raw: Mapping[str, object], name: str) -> list[str]:
    """The ids of a list in their order; an entry without one holds its place with something no id can be."""
    ids = (entry.get("id") if isinstance(entry, dict) else None for entry in _list(raw, name))
    return [entry_id if isinstance(entry_id, str) else f" {index}" for index, entry_id in enumerate(ids)]


def _list(raw: Mapping[str, object], name: str) -> list[object]:
    entries = raw.get(name)
    return entries if isinstance(entries, list) else []
