"""The restaurants with the menus that hold: their files' own, or those that were uploaded since.

A call keeps the menu that it began with, whatever is uploaded meanwhile; what has run out holds at once and is not kept
here. Rules kept here: a menu that cannot be had any more is replaced by the one that holds, and that is logged; with
the store away the last menu known to hold goes on.
"""

from collections import OrderedDict
from collections.abc import Iterable

import structlog

from gateway.events import AnyEvent, CallStarted
from gateway.orders.menu import Menu
from gateway.orders.menu_file import MenuErrors, load_menu
from gateway.orders.restaurant import Restaurant
from gateway.store import SessionStore, StoreError

MOST_KEPT = 64
"""Versions of menus in memory, over all restaurants."""

log = structlog.get_logger(__name__)


class Houses:
    """The restaurants of this process.

    Args:
        restaurants: as their files have them.
        store: where uploaded menus lie.
    """

    def __init__(self, restaurants: Iterable[Restaurant], store: SessionStore) -> None:
        self._base = {restaurant.id: restaurant for restaurant in restaurants}
        self._store = store
        self._versions: OrderedDict[tuple[str, str], Restaurant] = OrderedDict()
        self._in_force: dict[str, Restaurant] = dict(self._base)

    def __contains__(self, restaurant_id: str) -> bool:
        return restaurant_id in self._base

    async def keep_files(self) -> None:
        """Have the files' menus in the store, so that other processes can tell their calls again."""
        for restaurant in self._base.values():
            await self._store.menus.keep(restaurant.id, restaurant.menu.digest, restaurant.menu.model_dump_json())

    async def now(self, restaurant_id: str) -> Restaurant:
        """A restaurant with the menu that holds now.

        Raises:
            KeyError: there is no such restaurant.
        """
        base = self._base[restaurant_id]
        try:
            digest = await self._store.menus.in_force(restaurant_id)
            found = base if digest is None else await self._version(base, digest)
        except StoreError as error:
            log.warning("menu_not_asked_for", restaurant=restaurant_id, reason=type(error).__name__)
            return self._in_force[restaurant_id]
        self._in_force[restaurant_id] = found or base
        return found or base

    async def of(self, restaurant_id: str, digest: str) -> Restaurant:
        """A restaurant with the menu of a digest: the one that a call began with.

        Raises:
            KeyError: there is no such restaurant.
            StoreUnavailableError: the menu is not known here, and the store is away.
        """
        base = self._base[restaurant_id]
        if digest in ("", base.menu.digest):
            return base
        return await self._version(base, digest) or await self.now(restaurant_id)

    async def as_begun(self, restaurant: Restaurant, events: Iterable[AnyEvent]) -> Restaurant:
        """A restaurant with the menu of a call, by the call's events; raises as `of`."""
        begun = next((event for event in events if isinstance(event, CallStarted)), None)
        return restaurant if begun is None else await self.of(restaurant.id, begun.menu_digest)

    async def _version(self, base: Restaurant, digest: str) -> Restaurant | None:
        if digest == base.menu.digest:
            return base
        key = (base.id, digest)
        if (known := self._versions.get(key)) is not None:
            self._versions.move_to_end(key)
            return known
        menu = self._menu(base.id, digest, await self._store.menus.read(base.id, digest))
        if menu is None:
            return None
        self._versions[key] = found = base.model_copy(update={"menu": menu})
        if len(self._versions) > MOST_KEPT:
            self._versions.popitem(last=False)
        return found

    def _menu(self, restaurant_id: str, digest: str, text: str | None) -> Menu | None:
        if text is None:
            log.error("menu_gone", restaurant=restaurant_id, digest=digest)
            return None
        try:
            return load_menu(text, digest)
        except MenuErrors as error:  # written by a version with other rules
            log.error("menu_unreadable", restaurant=restaurant_id, digest=digest, problems=len(error.problems))
            return None
