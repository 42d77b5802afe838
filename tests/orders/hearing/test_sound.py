import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.hearing.sound import deletions, distance, sound_key

WORDS = st.text("abcdefgh", max_size=7)


@pytest.mark.parametrize(
    ("left", "right"),
    [("margherita", "margueritea"), ("phone", "fone"), ("knight", "nite"), ("pepperoni", "peperoni"),
     ("sprite", "spryte"),
     ("ciabatta", "siabata"), ("quattro", "kwattro"), ("mozzarella", "mosarela")],
)  # fmt: skip
def test_spellings_of_one_sound_have_one_key(left: str, right: str) -> None:
    assert sound_key(left) == sound_key(right)


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("abc", "axc", 1), ("abcd", "badc", 2), ("abc", "xyz", 3)],
)
def test_distance_counts_edits(left: str, right: str, apart: int) -> None:
    assert distance(left, right, 5) == apart


def test_distance_stops_at_its_bound() -> None:
    assert distance("abcdefgh", "zyxwvuts", 2) == 3
    assert distance("a", "abcdef", 2) == 3


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_zero_only_for_equals(left: str, right: str) -> None:
    assert distance(left, right, 9) == distance(right, left, 9)
    assert (distance(left, right, 9) == 0) == (left == right)


@given(WORDS, WORDS)
def test_words_within_one_edit_share_a_deletion(left: str, right: str) -> None:
    if distance(left, right, 1) <= 1:
        assert deletions(left, 1) & deletions(right, 1)


def test_deletions_of_a_short_word() -> None:
    assert deletions("ab", 2) == {"ab", "a", "b", ""}
