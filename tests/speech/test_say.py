import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.speech.say import digits_in_words, money_in_words, number_in_words, say, time_in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (95, "ninety-five"),
        (100, "one hundred"),
        (219, "two hundred nineteen"),
        (1250, "one thousand two hundred fifty"),
        (18_000, "eighteen thousand"),
        (2_000_001, "two million one"),
        (999_999_999_999, None),
        (-3, "minus three"),
    ],
)
def test_numbers(number: int, words: str | None) -> None:
    assert words in (None, number_in_words(number))


def test_numbers_beyond_reason_are_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        number_in_words(10**12)


@given(st.integers(0, 10**12 - 1))
def test_different_numbers_are_said_differently(number: int) -> None:
    assert number_in_words(number) != number_in_words((number + 1) % 10**12)


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (1895, "eighteen dollars and ninety-five cents"),
        (100, "one dollar"),
        (101, "one dollar and one cent"),
        (75, "seventy-five cents"),
        (0, "zero dollars"),
        (-250, "minus two dollars and fifty cents"),
    ],
)
def test_money(cents: int, words: str) -> None:
    assert money_in_words(cents) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("555-0199", "five five five, zero one nine nine"),
        ("5550100199", "five five five, zero one zero, zero one nine nine"),
        ("15550100199", "one, five five five, zero one zero, zero one nine nine"),
        ("42", "four two"),
    ],
)
def test_digits_are_said_singly_in_groups(digits: str, words: str) -> None:
    assert digits_in_words(digits) == words


@pytest.mark.parametrize(
    ("hour", "minute", "half", "words"),
    [
        (18, 5, "", "six oh five p m"),
        (6, 30, "p", "six thirty p m"),
        (7, 0, "A", "seven a m"),
        (12, 0, "", "twelve noon"),
        (0, 0, "", "midnight"),
        (0, 15, "", "twelve fifteen a m"),
        (12, 0, "a", "twelve a m"),
    ],
)
def test_times(hour: int, minute: int, half: str, words: str) -> None:
    assert time_in_words(hour, minute, half) == words


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("That is $18.95.", "That is eighteen dollars and ninety-five cents."),
        ("$1,250 or $5", "one thousand two hundred fifty dollars or five dollars"),
        ("Call (555) 010-0199 now", "Call five five five, zero one zero, zero one nine nine now"),
        ("+1 555-010-0199", "one, five five five, zero one zero, zero one nine nine"),
        ("+15550100199", "one, five five five, zero one zero, zero one nine nine"),
        ("Open 11:00 to 22:30, 7 p.m.", "Open eleven a m to ten thirty p m, seven p.m."),
        ("at 6:05 pm.", "at six oh five p m"),
        ("8.25% tax, 50 % off", "eight point two five percent tax, fifty percent off"),
        ("2 cokes, 12 wings and 1.5 l", "two cokes, twelve wings and one point five l"),
        ("order A17 and 7up", "order A17 and 7up"),
        ("9,999,999,999,999", "nine, nine nine nine, nine nine nine, nine nine nine, nine nine nine"),
        ("no number", "no number"),
    ],
)
def test_numbers_in_a_text(text: str, spoken: str) -> None:
    assert say(text) == spoken


@given(st.text(max_size=60))
def test_any_text_can_be_said(text: str) -> None:
    assert isinstance(say(text), str)
