"""The store's own tests run on each kind of store: one server, a cluster of three, a master under Sentinels."""

from collections.abc import AsyncIterator

import pytest

from gateway.store import SessionStore, open_store


@pytest.fixture
async def store(any_store_url: str) -> AsyncIterator[SessionStore]:
    """An empty store."""
    async with await open_store(any_store_url) as store:
        await store.connection.command("FLUSHALL")
        yield store
