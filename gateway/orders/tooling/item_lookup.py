"""From what a model calls an item to the item of the menu, or to a refusal that tells it what there is."""

from collections.abc import Iterable
from typing import Protocol

from gateway.orders.menu import Item, Menu
from gateway.orders.tooling.arguments import Refusal, shown
from gateway.orders.tooling.lookup import Names
from gateway.orders.tooling.schemas import is_large

# A refusal is read at a price: it names so many entries of a list and says how many more there are.
MAX_LISTED = 30


class Listed(Protocol):
    """What can be listed in a message."""

    @property
    def id(self) -> str:
        """The id."""


class ItemLookup:
    """Finds the items of one menu."""

    def __init__(self, menu: Menu) -> None:
        self._names = Names(menu.items)
        self._headings = ", ".join(category.name for category in menu.categories)
        self._searched = " Call find_item with the caller's words first." if is_large(menu) else ""

    def item(self, wanted: str) -> Item:
        """The one item that is meant.

        Raises:
            Refusal: MENU_ITEM_NOT_FOUND, when none is; without a code when several are, which is the menu's no lack.
        """
        found = self._names.find(wanted)
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal(f"{shown(wanted)} can mean {ids(found)}: ask the caller which one.")
        close = self._names.close_to(wanted)
        offer = f"Close to it: {ids(close)}; ask." if close else f"There are: {self._headings}."
        told = f"{shown(wanted)} is not on the menu. {offer}{self._searched} Tell the caller."
        raise Refusal(told, "MENU_ITEM_NOT_FOUND")


def ids(entries: Iterable[Listed]) -> str:
    """Their ids, to be listed in a message: the first thirty, and how many more there are."""
    listed = [entry.id for entry in entries]
    more = len(listed) - MAX_LISTED
    return ", ".join(listed[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
