"""The 86 list: what has run out, and until when. It lies over the menu and holds at once, for open orders too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SoldOutEntry:
    """One entry. `ref` is an item id, or `group id/option id`; `until` (aware UTC) when it is back, None: not known."""

    ref: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SoldOut:
    """A whole list."""

    entries: tuple[SoldOutEntry, ...] = ()

    def entry(self, ref: str, now: datetime) -> SoldOutEntry | None:
        """The entry that takes `ref` off the menu at `now`, or None."""
        return next((e for e in self.entries if e.ref == ref and (e.until is None or now < e.until)), None)

    def item(self, item_id: str, now: datetime) -> bool:
        """Whether an item has run out."""
        return self.entry(item_id, now) is not None

    def option(self, group_id: str, option_id: str, now: datetime) -> bool:
        """Whether a choice has run out."""
        return self.entry(option_ref(group_id, option_id), now) is not None


NOTHING_SOLD_OUT = SoldOut()


def option_ref(group_id: str, option_id: str) -> str:
    """How the list names a choice of a group."""
    return f"{group_id}/{option_id}"


def known_refs(items: Iterable[str], options: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Every reference that a menu with these items and (group, option) pairs can put on its list."""
    return frozenset((*items, *(option_ref(group, option) for group, option in options)))
