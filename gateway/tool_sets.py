"""The tools of each restaurant, built once per menu and process: they keep no state, so all calls share them."""

import asyncio
from collections import OrderedDict

from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools

MOST_KEPT = 64
"""Sets of tools in memory: of all restaurants, and of the menus that calls have begun with."""


class ToolSets:
    """The tools of this process's restaurants."""

    def __init__(self) -> None:
        self._built: OrderedDict[tuple[str, str], asyncio.Future[OrderTools]] = OrderedDict()

    async def of(self, restaurant: Restaurant) -> OrderTools:
        """The tools of a restaurant; another menu gets others.

        They are built in a thread: for a large menu that takes longer than other calls can go without their audio.
        """
        key = (restaurant.id, restaurant.menu.digest)
        if key not in self._built:
            self._built[key] = asyncio.ensure_future(asyncio.to_thread(OrderTools, restaurant.menu, restaurant))
            if len(self._built) > MOST_KEPT:
                self._built.popitem(last=False)
        return await asyncio.shield(self._built[key])
