"""Whether everything in the store goes away by itself, as `gateway.store.keys` promises. For tests and checks."""

from gateway.store.connection import Connection


async def keys_without_expiry(connection: Connection) -> list[str]:
    """The names of all keys that would stay for ever; empty when all is well.

    Raises:
        StoreUnavailableError: no answer.
    """
    names = await connection.keys()
    return [name for name in names if await connection.command("PTTL", name) == -1]  # -2: it has just gone
