"""What is different between two versions of a menu, entry by entry, for those who upload one.

Entries are known by their ids, so that their order means nothing; a new or a missing entry is one change, whatever is
in it; of an entry that stayed each value that differs is told with both values, prices in integer cents.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.orders.menu import Menu


@dataclass(frozen=True, slots=True)
class MenuChange:
    """One change. `path` is where, by ids: `items/margherita/variations/large/price`. Values are JSON, None: none."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: object = None
    after: object = None


def difference(before: Menu, after: Menu) -> tuple[MenuChange, ...]:
    """The changes from one menu to another, sorted by where they are. The restaurant's own label does not count."""
    old, new = (menu.model_dump(mode="json", exclude={"version"}) for menu in (before, after))
    return tuple(sorted(_compared(old, new, ()), key=lambda change: change.path))


def _compared(old: object, new: object, at: tuple[str, ...]) -> Iterator[MenuChange]:
    if old == new:
        return
    by_id = _by_id(old), _by_id(new)
    if by_id[0] is not None and by_id[1] is not None:
        yield from _entries(by_id[0], by_id[1], at)
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() | new.keys():
            yield from _compared(old.get(name), new.get(name), (*at, name))
    else:
        yield MenuChange("changed", "/".join(at), old, new)


def _entries(old: Mapping[str, object], new: Mapping[str, object], at: tuple[str, ...]) -> Iterator[MenuChange]:
    for name in old.keys() | new.keys():
        path = (*at, name)
        if name not in new:
            yield MenuChange("removed", "/".join(path))
        elif name not in old:
            yield MenuChange("added", "/".join(path))
        else:
            yield from _compared(old[name], new[name], path)


def _by_id(value: object) -> Mapping[str, object] | None:
    """The entries of a list by their ids; None when it is no list of such."""
    if not isinstance(value, list):
        return None
    entries = {str(entry["id"]): entry for entry in value if isinstance(entry, dict) and "id" in entry}
    return entries if len(entries) == len(value) else None
