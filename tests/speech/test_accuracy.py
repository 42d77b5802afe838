"""Word errors: what counts as a word, and the fewest edits between two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.speech.accuracy import WordErrors, spoken_words, word_errors


def test_words_are_compared_as_they_sound() -> None:
    assert spoken_words("12 Wings, please; jalape\u00f1os! That\u2019s all.") == [
        "twelve",
        "wings",
        "please",
        "jalapenos",
        "that's",
        "all",
    ]


@pytest.mark.parametrize(
    ("said", "heard", "words", "errors"),
    [
        ("Two large margheritas.", "two large margheritas", 3, 0),
        ("Two large margheritas.", "large margheritas", 3, 1),
        ("Yes.", "yeah", 1, 1),
        ("Yes.", "oh yes please", 1, 2),
        ("A coke.", "", 2, 2),
        ("", "hello there", 0, 2),
        ("", "", 0, 0),
    ],
)
def test_errors(said: str, heard: str, words: int, errors: int) -> None:
    assert word_errors(said, heard) == WordErrors(words, errors)


def test_rate_and_accuracy() -> None:
    assert WordErrors(10, 1).rate == 0.1
    assert WordErrors(10, 1).accuracy == 0.9
    assert WordErrors(1, 3).accuracy == 0.0
    assert WordErrors(0, 0).rate == 0.0
    assert WordErrors(0, 2).rate == 1.0


WORDS = st.lists(st.sampled_from(["a", "large", "coke", "no"]), max_size=8).map(" ".join)


@given(WORDS, WORDS)
def test_errors_are_a_distance(left: str, right: str) -> None:
    errors = word_errors(left, right).errors
    assert errors == word_errors(right, left).errors
    assert (errors == 0) == (left == right)
    lengths = len(left.split()), len(right.split())
    assert abs(lengths[0] - lengths[1]) <= errors <= max(lengths)
