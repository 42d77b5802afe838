"""The comparison of two calls sees whatever is not alike, however deep it lies."""

import pytest

from tests.call.conversation import Conversation
from tests.call.same import differences


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("desk", "_not_sure", True),
        ("replies", "_failures", 1),
        ("connection", "_kept_note", "something"),
        ("offers", "_told", {"coke"}),
        ("turn_taking", "_unanswered", {"i1": True}),
        ("a part that is new", "anything", 1),
    ],
)
def test_a_field_that_differs_is_named(ordering: Conversation, part: str, name: str, value: object) -> None:
    other = ordering.in_another_process()
    assert differences(ordering.call, other.call) == []
    parts = other.call._parts
    setattr(getattr(parts, part, parts), name, value)
    (found,) = differences(ordering.call, other.call)
    assert name in found


def test_what_is_said_and_what_is_due_are_compared_too(ordering: Conversation) -> None:
    other = ordering.in_another_process()
    next(iter(other.call.turns)).text = "something else"
    other.call._parts.agenda.timers.start("retry", other.now, 1)
    found = " ".join(differences(ordering.call, other.call))
    assert "something else" in found
    assert "retry" in found
