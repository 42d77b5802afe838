"""Fixtures for everyone: a real store (never a fake one), clean for every test."""

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from gateway.store import EmbeddedServer, SessionStore, open_store
from tests.deployments import Cluster, SentinelSet


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


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of three of this test session."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster.url


@pytest.fixture(scope="session")
def sentinel_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a master with its replica under three Sentinels of this test session."""
    with SentinelSet(tmp_path_factory.mktemp("sentinel")) as servers:
        yield servers.url


@pytest.fixture(params=["valkey_url", "cluster_url", "sentinel_url"], ids=["single", "cluster", "sentinel"])
def any_store_url(request: pytest.FixtureRequest) -> str:
    """A test that asks for this runs on each kind of store, one after the other."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[SessionStore]:
    """An empty store."""
    async with await open_store(valkey_url) as store:
        await store.connection.command("FLUSHALL")
        yield store
