"""Whether a read-back was heard, from the order of what is told about it."""

import pytest

from gateway.call.read_back_watch import ReadBackWatch
from gateway.events import Heard

TEXT = "One Coke. That comes to three dollars. Is that right?"
TOTAL = "That comes to three dollars."
END = (TEXT.index(TOTAL) + len(TOTAL)) / len(TEXT)


def cut(item: str, share: float) -> Heard:
    return Heard(item_id=item, heard_ms=int(share * 10_000), produced_ms=10_000)


@pytest.fixture
def watch() -> ReadBackWatch:
    """A read-back that is being said."""
    watch = ReadBackWatch(TOTAL)
    watch.response_started("r1")
    watch.said("r1", "i1", TEXT)
    return watch


def test_it_is_heard_when_it_is_complete_and_played(watch: ReadBackWatch) -> None:
    watch.played()
    assert not watch.heard
    watch.response_finished("r1", spoke=True, heard=False)
    assert not watch.heard
    watch.played()
    assert watch.heard


def test_it_is_heard_when_it_was_played_before_it_was_complete(watch: ReadBackWatch) -> None:
    watch.response_finished("r1", spoke=True, heard=True)
    assert watch.heard


def test_a_response_that_only_calls_tools_leaves_it_to_the_next() -> None:
    watch = ReadBackWatch(TOTAL)
    watch.response_started("r1")
    watch.response_finished("r1", spoke=False, heard=False)
    watch.response_started("r2")
    watch.said("r2", "i2", TEXT)
    watch.response_finished("r2", spoke=True, heard=False)
    watch.played()
    assert watch.heard


def test_other_responses_say_nothing_about_it(watch: ReadBackWatch) -> None:
    watch.response_started("r2")
    watch.said("r2", "i2", TEXT)
    watch.response_finished("r2", spoke=True, heard=True)
    assert not watch.heard


@pytest.mark.parametrize(("share", "heard"), [(0.0, False), (END - 0.01, False), (END + 0.01, True), (1.0, True)])
def test_cut_short_it_was_heard_if_its_total_was(watch: ReadBackWatch, share: float, heard: bool) -> None:
    watch.cut((cut("i1", share),))
    assert watch.heard is heard
    watch.response_finished("r1", spoke=True, heard=False)
    watch.played()
    assert watch.heard is heard


@pytest.mark.parametrize(("share", "heard"), [(0.9, False), (0.98, True)])
def test_with_the_total_in_other_words_nearly_all_must_be_heard(share: float, heard: bool) -> None:
    watch = ReadBackWatch(TOTAL)
    watch.response_started("r1")
    watch.said("r1", "i1", "One Coke, $3, ok?")
    watch.cut((cut("i1", share),))
    assert watch.heard is heard


def test_of_several_items_the_one_with_the_total_counts() -> None:
    watch = ReadBackWatch(TOTAL)
    watch.response_started("r1")
    watch.said("r1", "i1", "One Coke.")
    watch.said("r1", "i2", TOTAL)
    watch.cut((cut("i2", 0.1),))
    assert not watch.heard


def test_an_interruption_before_it_began_is_none_of_it() -> None:
    watch = ReadBackWatch(TOTAL)
    watch.cut((cut("i0", 0.5),))
    watch.response_started("r1")
    watch.said("r1", "i1", TEXT)
    watch.response_finished("r1", spoke=True, heard=True)
    assert watch.heard


def test_cut_before_a_word_of_it_was_known_it_was_not_heard() -> None:
    watch = ReadBackWatch(TOTAL)
    watch.response_started("r1")
    watch.cut(())
    watch.said("r1", "i1", TEXT)
    watch.response_finished("r1", spoke=True, heard=True)
    assert not watch.heard


def test_once_heard_it_stays_heard(watch: ReadBackWatch) -> None:
    watch.response_finished("r1", spoke=True, heard=True)
    watch.cut((cut("i1", 0.1),))
    assert watch.heard
