"""The door to the store: the user's Redis when there is an address, else the embedded server."""

import asyncio
from pathlib import Path

from gateway.store.connection import Connection
from gateway.store.embedded import EmbeddedServer, default_data_dir
from gateway.store.keys import RETENTION_S
from gateway.store.sessions import SessionStore
from gateway.store.url import parse_store_url


async def open_store(url: str | None, data_dir: Path | None = None, *, retention_s: int = RETENTION_S) -> SessionStore:
    """Open the store. A user's Redis need not be up yet: ask `health()`. Close it with `aclose()` or `async with`.

    Args:
        url: `REDIS_URL` in one of the forms of `gateway.store.url`; None or blank for the embedded server.
        data_dir: where the embedded server keeps its data; None for a folder in the user's data directory.
        retention_s: how long logs and orders are kept.

    Raises:
        StoreUrlError: the address cannot be used.
        EmbeddedServerError: the embedded server does not start; the reason is in the message.
    """
    if url:
        return SessionStore(Connection(parse_store_url(url)), retention_s=retention_s)
    server = EmbeddedServer(data_dir or default_data_dir())
    await asyncio.to_thread(server.start)
    return SessionStore(Connection(parse_store_url(server.url)), retention_s=retention_s, embedded=server)
