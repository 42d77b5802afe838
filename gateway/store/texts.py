"""TextStore: who wants no text messages, and to whom the messages about an order go. Numbers only as long as needed."""

from typing import cast

from gateway.store import keys
from gateway.store.connection import Connection


class TextStore:
    """What is kept for text messages. All methods raise `StoreUnavailableError` when the store is away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def unsubscribe(self, restaurant_id: str, caller_key: str) -> None:
        """A number (by its keyed hash) wants no more texts of a restaurant."""
        await self._connection.command("SET", keys.unsubscribed_key(restaurant_id, caller_key), "1", "EX", keys.STOP_S)

    async def subscribe(self, restaurant_id: str, caller_key: str) -> None:
        """A number wants texts again."""
        await self._connection.command("DEL", keys.unsubscribed_key(restaurant_id, caller_key))

    async def is_unsubscribed(self, restaurant_id: str, caller_key: str) -> bool:
        """Whether a number wants no texts of a restaurant."""
        return await self._connection.command("EXISTS", keys.unsubscribed_key(restaurant_id, caller_key)) == 1

    async def keep_thread(self, restaurant_id: str, order_id: str, thread: str, life_s: int) -> None:
        """Keep where the messages about an order go (JSON, opaque here), for so many seconds."""
        await self._connection.command("SET", keys.thread_key(restaurant_id, order_id), thread, "EX", life_s)

    async def thread(self, restaurant_id: str, order_id: str) -> str | None:
        """Where the messages about an order go; None: nobody gets any."""
        return cast("str | None", await self._connection.command("GET", keys.thread_key(restaurant_id, order_id)))
