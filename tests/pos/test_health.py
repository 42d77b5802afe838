"""When an endpoint rests, and when it is back."""

from gateway.pos.health import BACK_AFTER, FAILURES_IN_A_ROW, PROBE_S, REST_S, SLOW_S, EndpointHealth


def fail(health: EndpointHealth, times: int, now: float = 0.0) -> list[str | None]:
    return [health.note("pos", alive=False, now=now, spread=0.0) for _ in range(times)]


def rests(health: EndpointHealth, name: str, now: float) -> float:
    postponed = health.begin(name, now)
    if postponed is not None:
        return postponed.after_s
    health.end(name, 0.1)
    return 0.0


def test_an_endpoint_that_fails_again_and_again_rests_and_one_message_tries() -> None:
    health = EndpointHealth()
    assert rests(health, "pos", 0) == 0
    assert fail(health, FAILURES_IN_A_ROW) == [None] * (FAILURES_IN_A_ROW - 1) + ["rests"]
    assert rests(health, "pos", 1) == REST_S - 1
    assert rests(health, "another", 1) == 0
    assert rests(health, "pos", REST_S) == 0
    assert rests(health, "pos", REST_S) == PROBE_S, "while the first one tries"
    assert health.note("pos", alive=True, now=REST_S, spread=0.0) == "is_back"
    assert rests(health, "pos", REST_S) == 0


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
    assert rests(health, "pos", 4) == REST_S / 10


def test_a_slow_endpoint_has_a_share_of_the_slots_until_it_answers_sooner() -> None:
    health = EndpointHealth(slots=8)
    assert [health.begin("pos", 0) for _ in range(8)] == [None] * 8, "nobody knows yet"
    for _ in range(7):
        health.end("pos", SLOW_S + 1)
    assert health.begin("pos", 3) is None
    late = health.begin("pos", 3)
    assert late is not None
    assert (late.after_s, late.reason) == (SLOW_S + 1, "the endpoint is slow and busy")
    assert health.begin("another", 3) is None
    health.end("pos", 0.1)
    assert [health.begin("pos", 4) for _ in range(4)] == [None] * 4


def test_a_worker_with_one_slot_tries_a_slow_endpoint_all_the_same() -> None:
    health = EndpointHealth(slots=1)
    health.begin("pos", 0)
    health.end("pos", SLOW_S)
    assert health.begin("pos", 3) is None
