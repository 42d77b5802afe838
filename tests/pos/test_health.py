"""When an endpoint rests, and when it is back."""

from gateway.pos.health import BACK_AFTER, FAILURES_IN_A_ROW, PROBE_S, REST_S, EndpointHealth


def fail(health: EndpointHealth, times: int, now: float = 0.0) -> list[str | None]:
    return [health.note("pos", alive=False, now=now, spread=0.0) for _ in range(times)]


def test_an_endpoint_that_fails_again_and_again_rests_and_one_message_tries() -> None:
    health = EndpointHealth()
    assert health.rests("pos", 0) == 0
    assert fail(health, FAILURES_IN_A_ROW) == [None] * (FAILURES_IN_A_ROW - 1) + ["rests"]
    assert health.rests("pos", 1) == REST_S - 1
    assert health.rests("another", 1) == 0
    assert health.rests("pos", REST_S) == 0
    assert health.rests("pos", REST_S) == PROBE_S, "while the first one tries"
    assert health.note("pos", alive=True, now=REST_S, spread=0.0) == "is_back"
    assert health.rests("pos", REST_S) == 0


def test_a_refusal_is_no_receipt_and_coming_back_is_not_told_again_and_again() -> None:
    health = EndpointHealth()
    fail(health, BACK_AFTER)
    assert health.note("pos", alive=True, now=1, spread=0.0, received=False) is None
    assert health.note("pos", alive=True, now=2, spread=0.0) == "is_back"
    fail(health, BACK_AFTER, 3)
    assert health.note("pos", alive=True, now=4, spread=0.0) is None
    fail(health, BACK_AFTER, 61)
    assert health.note("pos", alive=True, now=62, spread=0.0) == "is_back"


def test_a_single_failure_is_no_news_and_neither_is_its_end() -> None:
    health = EndpointHealth(divisor=10)
    assert fail(health, BACK_AFTER - 1) == [None] * (BACK_AFTER - 1)
    assert health.note("pos", alive=True, now=1, spread=0.0) is None
    fail(health, BACK_AFTER, 2)
    assert health.note("pos", alive=True, now=3, spread=0.0) == "is_back"
    fail(health, FAILURES_IN_A_ROW, 4)
    assert health.rests("pos", 4) == REST_S / 10
