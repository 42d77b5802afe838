"""When new calls are taken: by the number of those that are on, and by how late the event loop is."""

import pytest

from gateway.web.readiness import CALM_S, LATE_S, Readiness

BOUND = 80.0


@pytest.fixture
def readiness() -> Readiness:
    return Readiness(2, lambda: 0, BOUND)


def seconds(readiness: Readiness, *worst_ms: float) -> list[str | None]:
    """What new calls are told after each second."""
    told = []
    for worst in worst_ms:
        readiness.loop_was_late(worst)
        told.append(readiness.refusal())
    return told


def test_one_late_second_is_no_overload(readiness: Readiness) -> None:
    assert seconds(readiness, 500, 1, 500, 500, BOUND) == [None] * 5


def test_several_in_a_row_are_and_calm_ones_in_a_row_end_it(readiness: Readiness) -> None:
    late = [BOUND + 1] * LATE_S
    assert seconds(readiness, *late) == [*[None] * (LATE_S - 1), "overloaded"]
    calm = [BOUND / 2 - 1] * CALM_S
    assert set(seconds(readiness, *calm[1:], BOUND / 2)) == {"overloaded"}, "near the bound is not calm"
    assert seconds(readiness, *calm) == [*["overloaded"] * (CALM_S - 1), None]
    assert seconds(readiness, *late[1:]) == [None] * (LATE_S - 1), "it counts anew"


def test_a_drain_comes_first_then_the_number_of_calls() -> None:
    live = [0]
    readiness = Readiness(2, lambda: live[0], BOUND)
    seconds(readiness, *[BOUND + 1] * LATE_S)
    live[0] = 2
    assert readiness.refusal() == "full"
    readiness.draining = True
    assert readiness.refusal() == "draining"
