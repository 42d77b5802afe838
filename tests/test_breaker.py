import pytest

from gateway.breaker import TRY_PATIENCE_S, Breaker


def opened(now: float = 0.0, **more: float) -> Breaker:
    """A breaker that opened at this time, for 10 s."""
    breaker = Breaker(limit=1, open_s=10, longest_s=35, **more)
    assert breaker.failed(now, 0)
    return breaker


def test_it_opens_at_the_limit_and_not_before() -> None:
    breaker = Breaker(limit=3)
    for now in (0.0, 1.0):
        assert not breaker.failed(now, 0)
        assert breaker.allows(now)
    assert breaker.failed(2, 0)
    assert breaker.is_open(2)
    assert not breaker.allows(2)


def test_failures_long_ago_do_not_count() -> None:
    breaker = Breaker(limit=2, window_s=60)
    for now in (0.0, 60.0, 120.0):
        assert not breaker.failed(now, 0)
    assert breaker.failed(179, 0)


def test_after_its_time_it_lets_one_attempt_through_and_closes_when_that_works() -> None:
    breaker = opened()
    breaker.worked(5)  # a call from before: the limit may still hold for new ones
    assert breaker.is_open(9.9)
    assert not breaker.is_open(10)
    assert breaker.allows(10)
    assert not breaker.allows(11), "one attempt, not one a call"
    breaker.worked(12)
    assert breaker.allows(12)
    assert breaker.allows(12)
    assert breaker.failed(13, 0)
    assert not breaker.is_open(23), "what was mended begins anew"


def test_an_attempt_whose_outcome_is_never_told_gives_way_to_the_next() -> None:
    breaker = opened()
    assert breaker.allows(10)
    assert not breaker.allows(10 + TRY_PATIENCE_S - 1)
    assert breaker.allows(10 + TRY_PATIENCE_S)


def test_it_opens_for_longer_each_time_up_to_a_limit() -> None:
    breaker, now = opened(), 0.0
    for length in (10, 20, 35, 35):
        assert breaker.is_open(now + length - 0.1)
        now += length
        assert breaker.allows(now)
        assert breaker.failed(now, 0)


def test_failures_while_it_is_open_change_nothing() -> None:
    breaker = opened()
    assert not breaker.failed(9, 0)
    assert breaker.allows(10)


@pytest.mark.parametrize(("spread", "length"), [(0, 10), (0.5, 12.5), (0.75, 13.75)])
def test_openings_are_spread(spread: float, length: float) -> None:
    breaker = Breaker(limit=1, open_s=10)
    breaker.failed(0, spread)
    assert breaker.is_open(length - 0.01)
    assert not breaker.is_open(length)


def test_a_success_between_them_makes_failures_none_in_a_row() -> None:
    breaker = Breaker(limit=2, in_a_row=True)
    assert not breaker.failed(0, 0)
    breaker.worked(1)
    assert not breaker.failed(2, 0)
    assert breaker.failed(3, 0)


def test_it_says_when_an_attempt_may_be_made_again() -> None:
    breaker = Breaker(limit=1, open_s=5)
    assert breaker.opens_in(0) == 0
    breaker.failed(0, 0)
    assert breaker.opens_in(1) == 4
    assert breaker.opens_in(6) == 0
    assert breaker.allows(6)
    assert breaker.opens_in(7) == TRY_PATIENCE_S - 1
