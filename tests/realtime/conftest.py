"""The model's protocol, ready to be spoken to."""

import pytest

from tests.realtime.session import Session


@pytest.fixture
def session() -> Session:
    """A session whose `session.update` was accepted."""
    return Session().configured()
