"""Whether a read-back was heard, from the order of what is told about it."""

from datetime import timedelta
from typing import Literal

import pytest

from gateway.call.read_back_watch import LETTERS_PER_SECOND, ReadBackWatch
from gateway.events import Heard, ResponseFinished
from gateway.orders.wording.amounts import spoken_amounts
from tests.call.conversation import NOON

TEXT = "One Coke. That comes to three dollars. Is that right?"
TOTAL = "That comes to three dollars."
AMOUNTS = spoken_amounts(300)
END = (TEXT.index(TOTAL) + len(TOTAL)) / len(TEXT)


def cut(item: str, share: float) -> Heard:
    return Heard(item_id=item, heard_ms=int(share * 10_000), produced_ms=10_000)


def over(
    response: str,
    *,
    spoke: bool = True,
    status: Literal["completed", "cancelled", "failed", "incomplete"] = "completed",
) -> ResponseFinished:
    stamp = {"session_id": "CA1", "timestamp": NOON.timestamp() * 1000}
    return ResponseFinished.model_validate({**stamp, "response_id": response, "spoke": spoke, "status": status})


@pytest.fixture
def watch() -> ReadBackWatch:
    """A read-back that is being said."""
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.response_started("r1")
    watch.said("r1", "i1", TEXT)
    return watch


def test_it_is_heard_when_it_is_complete_and_played(watch: ReadBackWatch) -> None:
    watch.played(NOON)
    assert watch.heard_at is None
    watch.response_finished(over("r1"), heard=False)
    assert watch.heard_at is None
    watch.played(NOON)
    assert watch.heard_at is not None


def test_it_is_heard_when_it_was_played_before_it_was_complete(watch: ReadBackWatch) -> None:
    watch.response_finished(over("r1"), heard=True)
    assert watch.heard_at is not None


def test_a_response_that_only_calls_tools_leaves_it_to_the_next() -> None:
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.response_started("r1")
    watch.response_finished(over("r1", spoke=False), heard=False)
    watch.response_started("r2")
    watch.said("r2", "i2", TEXT)
    watch.response_finished(over("r2"), heard=False)
    watch.played(NOON)
    assert watch.heard_at is not None


def test_other_responses_say_nothing_about_it(watch: ReadBackWatch) -> None:
    watch.response_started("r2")
    watch.said("r2", "i2", TEXT)
    watch.response_finished(over("r2"), heard=True)
    assert watch.heard_at is None


@pytest.mark.parametrize(("share", "heard"), [(0.0, False), (END - 0.01, False), (END + 0.01, True), (1.0, True)])
def test_cut_short_it_was_heard_if_its_total_was(watch: ReadBackWatch, share: float, heard: bool) -> None:
    watch.cut((cut("i1", share),), NOON)
    assert (watch.heard_at is not None) is heard
    watch.response_finished(over("r1"), heard=False)
    watch.played(NOON)
    assert (watch.heard_at is not None) is heard


@pytest.mark.parametrize(("share", "heard"), [(0.9, False), (0.98, True)])
def test_with_the_total_in_other_words_nearly_all_must_be_heard(share: float, heard: bool) -> None:
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.response_started("r1")
    watch.said("r1", "i1", "One Coke, $3, ok?")
    watch.cut((cut("i1", share),), NOON)
    assert (watch.heard_at is not None) is heard


def test_of_several_items_the_one_with_the_total_counts() -> None:
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.response_started("r1")
    watch.said("r1", "i1", "One Coke.")
    watch.said("r1", "i2", TOTAL)
    watch.cut((cut("i2", 0.1),), NOON)
    assert watch.heard_at is None


def test_an_interruption_before_it_began_is_none_of_it() -> None:
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.cut((cut("i0", 0.5),), NOON)
    watch.response_started("r1")
    watch.said("r1", "i1", TEXT)
    watch.response_finished(over("r1"), heard=True)
    assert watch.heard_at is not None


def test_cut_before_a_word_of_it_was_known_it_was_not_heard() -> None:
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.response_started("r1")
    watch.cut((), NOON)
    watch.said("r1", "i1", TEXT)
    watch.response_finished(over("r1"), heard=True)
    assert watch.heard_at is None


def test_once_heard_it_stays_heard(watch: ReadBackWatch) -> None:
    watch.response_finished(over("r1"), heard=True)
    watch.cut((cut("i1", 0.1),), NOON)
    assert watch.heard_at is not None


@pytest.mark.parametrize(
    "said", ["One moment please.", "That comes to thirty dollars. Is that right?", "It is $13.00."]
)
def test_words_without_the_total_are_not_the_read_back(said: str) -> None:
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.response_started("r1")
    watch.said("r1", "i1", said)
    watch.response_finished(over("r1"), heard=False)
    watch.played(NOON)
    assert watch.heard_at is None
    assert watch.response_started("r2")
    watch.said("r2", "i2", TEXT)
    watch.response_finished(over("r2"), heard=True)
    assert watch.heard_at is not None


@pytest.mark.parametrize("said", ["One Coke for $3.00, all right?", "Un Coke. Son tres dólares. ¿Está bien?"])
def test_the_total_may_be_said_in_other_words(said: str) -> None:
    watch = ReadBackWatch(TOTAL, AMOUNTS)
    watch.response_started("r1")
    watch.said("r1", "i1", said)
    watch.response_finished(over("r1"), heard=True)
    assert watch.heard_at is not None


@pytest.mark.parametrize("status", ["cancelled", "failed", "incomplete"])
def test_a_response_that_did_not_come_to_its_end_is_not_heard(
    watch: ReadBackWatch, status: Literal["cancelled", "failed", "incomplete"]
) -> None:
    watch.response_finished(over("r1", status=status), heard=False)
    watch.played(NOON)
    assert watch.heard_at is None


def test_the_total_was_heard_before_the_question(watch: ReadBackWatch) -> None:
    watch.response_finished(over("r1"), heard=False)
    watch.played(NOON)
    question = len(" Is that right?")
    assert watch.heard_at == NOON - timedelta(seconds=question / LETTERS_PER_SECOND)
    watch.played(NOON + timedelta(seconds=9))
    assert watch.heard_at < NOON


def test_what_was_played_before_its_response_was_over_was_heard_then(watch: ReadBackWatch) -> None:
    watch.played(NOON - timedelta(seconds=5))
    watch.response_finished(over("r1"), heard=True)
    assert watch.heard_at is not None
    assert watch.heard_at < NOON - timedelta(seconds=5)
