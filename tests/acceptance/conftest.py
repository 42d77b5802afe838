"""A stage for whole calls: see `tests.stage`."""

from collections.abc import AsyncIterator

import pytest

from tests.stage import Stage, open_stage


@pytest.fixture
async def stage(valkey_url: str) -> AsyncIterator[Stage]:
    """Everything up, nothing called yet."""
    async with open_stage(valkey_url) as stage:
        yield stage
