"""Fixtures for everyone: a real store (never a fake one), clean for every test."""

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from gateway.store import EmbeddedServer, SessionStore, open_store


@pytest.fixture(autouse=True)
def plain_tracebacks() -> None:
    """Tracebacks without local variables, as in the product: writing out a menu takes seconds."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


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
