"""Fixtures for everyone: a real store (never a fake one), clean for every test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.store import EmbeddedServer, SessionStore, open_store


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Valkey server of this test session (each xdist worker has its own)."""
    server = EmbeddedServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server.url
    server.close()


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[SessionStore]:
    """An empty store."""
    async with await open_store(valkey_url) as store:
        await store.connection.command("FLUSHALL")
        yield store
