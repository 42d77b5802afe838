import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.hearing.numbers import LARGEST, read_number
from gateway.orders.hearing.tokens import fold
from gateway.orders.wording.money import number_words

WORDS = "one two twenty hundred thousand and a dozen half couple of 7 x mil"


@pytest.mark.parametrize(
    ("said", "value", "used"),
    [
        ("two pizzas", 2, 1), ("twenty one", 21, 2), ("twenty pizzas", 20, 1), ("a dozen wings", 12, 2),
        ("half a dozen", 6, 3), ("half dozen", 6, 2), ("two dozen", 24, 2), ("dozen", 12, 1), ("a couple of", 2, 3),
        ("one hundred and fifty", 150, 4), ("one hundred twelve", 112, 3), ("two hundred", 200, 2),
        ("18,000", 18000, 1),
        ("a million", 1_000_000, 2), ("two thousand five", 2005, 3), ("three four", 3, 1), ("thirty thirty", 30, 1),
        ("two and three", 2, 1), ("one hundred and cheese", 100, 2), ("one hundred and", 100, 2), ("tres", 3, 1),
        ("media docena", 6, 2), ("una docena", 12, 2), ("zero", 0, 1), ("5 dozen", 60, 2), ("twelve", 12, 1),
        ("dozen dozen", 12, 1), ("99999999999", LARGEST, 1), ("nine million million", 9_000_000, 2),
    ],
)  # fmt: skip
def test_reads_numbers_as_people_say_them(said: str, value: int, used: int) -> None:
    assert read_number(said.split(), 0) == (value, used)


@pytest.mark.parametrize("said", ["pizza", "a pizza", "a", "7.5", "hundred", "and", "9" * 25, "half"])
def test_other_words_are_no_numbers(said: str) -> None:
    assert read_number(said.split(), 0) is None


@given(st.integers(0, 999_999))
def test_what_is_said_in_words_is_read_back_as_the_same_number(number: int) -> None:
    words = fold(number_words(number))[0].replace("-", " ").split()
    assert read_number(words, 0) == (number, len(words))


@given(st.lists(st.sampled_from(WORDS.split()), min_size=1))
def test_a_number_never_uses_more_words_than_there_are(words: list[str]) -> None:
    found = read_number(words, 0)
    assert found is None or 1 <= found[1] <= len(words)
