"""MenuStore: menus by their digest, and which of them a restaurant sells from instead of its file's.

A menu stays for as long as logs do, so that a call that was taken with it can be told again. A menu that is in force is
asked for all the time, and every asking makes it stay.
"""

from typing import cast

from gateway.store import keys
from gateway.store.connection import Connection


class MenuStore:
    """The menus of restaurants, as JSON. All methods raise `StoreUnavailableError` when the store is away."""

    def __init__(self, connection: Connection, retention_s: int) -> None:
        self._connection = connection
        self._retention_s = retention_s

    async def keep(self, restaurant_id: str, digest: str, menu: str) -> None:
        """Keep a menu by its digest."""
        await self._connection.command("SET", keys.menu_key(restaurant_id, digest), menu, "EX", self._retention_s)

    async def read(self, restaurant_id: str, digest: str) -> str | None:
        """The menu of a digest, if it is kept."""
        found = await self._connection.command("GET", keys.menu_key(restaurant_id, digest))
        return cast("str | None", found)

    async def put_in_force(self, restaurant_id: str, digest: str) -> None:
        """Sell from a menu that is kept, from the next call on."""
        await self._connection.command("SET", keys.menu_in_force_key(restaurant_id), digest, "EX", self._retention_s)

    async def withdraw(self, restaurant_id: str) -> bool:
        """Sell from the file's menu again; False when nothing else was in force."""
        return await self._connection.command("DEL", keys.menu_in_force_key(restaurant_id)) == 1

    async def in_force(self, restaurant_id: str) -> str | None:
        """The digest of the menu that was put in force; None: the file's holds."""
        name = keys.menu_in_force_key(restaurant_id)
        digest = cast("str | None", await self._connection.command("GETEX", name, "EX", self._retention_s))
        if digest is not None:
            await self._connection.command("EXPIRE", keys.menu_key(restaurant_id, digest), self._retention_s)
        return digest
