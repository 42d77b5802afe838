"""The tools of each restaurant, built once per menu and process: they keep no state, so all calls share them."""

import asyncio

from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools


class ToolSets:
    """The tools of this process's restaurants."""

    def __init__(self) -> None:
        self._built: dict[str, tuple[Restaurant, asyncio.Future[OrderTools]]] = {}

    async def of(self, restaurant: Restaurant) -> OrderTools:
        """The tools of a restaurant; another menu gets others.

        They are built in a thread: for a large menu that takes longer than other calls can go without their audio.
        """
        kept = self._built.get(restaurant.id)
        if kept is None or kept[0] is not restaurant:
            building = asyncio.ensure_future(asyncio.to_thread(OrderTools, restaurant.menu, restaurant))
            kept = self._built[restaurant.id] = (restaurant, building)
        return await asyncio.shield(kept[1])
