"""Card numbers in every form that a transcript can give them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction import MASK, Redactor, redact

VISA = "4111111111111111"
AMEX = "378282246310005"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PALABRAS = ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        (f"it is {VISA}, thanks", f"it is {MASK}, thanks"),
        ("4111 1111 1111 1111", MASK),
        ("4111-1111-1111-1111.", f"{MASK}."),
        ("3782 822463 10005 for Ana", f"{MASK} for Ana"),
        ("four one one one, one one one one uh one one one one and one one one one", MASK),
        ("Four triple one double one double one triple one triple one double one", MASK),
        ("forty-one eleven eleven eleven eleven eleven eleven eleven", MASK),
        ("forty one hundred, four thousand eleven", "forty one hundred, four thousand eleven"),
        ("four thousand one hundred and eleven, thousand one hundred eleven, mil ciento once 1111", MASK),
        ("cuatro mil ciento once, mil ciento once, mil ciento once y mil ciento once, por favor", f"{MASK}, por favor"),
        ("cuarenta y uno once once once once once once once", MASK),
        ("cuarenta y una, ciento once, 11111111111", MASK),
        ("\u0664\u0661\u0661\u0661 1111 1111 1111", MASK),
        (f"{VISA} or {AMEX}", f"{MASK} or {MASK}"),
        (f"{VISA} {VISA}", MASK),
        ("double", "double"),
        ("thousand hundred mil oh", "thousand hundred mil oh"),
        ("two large pizzas and four cokes", "two large pizzas and four cokes"),
        ("call me at 415 555 0123", "call me at 415 555 0123"),
        ("4000 0000 0000 01", "4000 0000 0000 01"),
        ("41_11", "41_11"),
        ("", ""),
    ],
)
def test_what_is_stored_of_a_text(said: str, stored: str) -> None:
    assert redact(said) == stored


def _with_check_digit(digits: str) -> str:
    for check in "0123456789":
        doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits + check))]
        if sum(v - 9 if v > 9 else v for v in doubled) % 10 == 0:
            return digits + check
    raise AssertionError


cards = st.from_regex(r"[2-6][0-9]{11,17}", fullmatch=True).map(_with_check_digit)


@given(card=cards, words=st.sampled_from([None, WORDS, PALABRAS]), separator=st.sampled_from([" ", "-", ", ", " uh "]))
def test_no_card_number_passes_however_it_is_said(card: str, words: list[str] | None, separator: str) -> None:
    said = separator.join(card if words is None else [words[int(digit)] for digit in card])
    assert redact(f"the number is {said}, please") == f"the number is {MASK}, please"


@given(card=cards, cuts=st.sets(st.integers(1, 18), min_size=1, max_size=3))
def test_of_a_number_over_several_turns_at_most_eleven_digits_are_kept(card: str, cuts: set[int]) -> None:
    bounds = [0, *sorted(cut for cut in cuts if cut < len(card)), len(card)]
    redactor = Redactor()
    kept = ""
    for start, end in pairwise(bounds):
        kept += redactor.redact("caller", f"and {card[start:end]} then")
        assert redactor.redact("agent", "go on, 2 more") == "go on, 2 more"
    assert sum(sign.isdecimal() for sign in kept) <= 11


@given(st.text(max_size=60))
def test_texts_without_thirteen_digits_stay_as_they_are(text: str) -> None:
    if not any(sign.isdecimal() for sign in text) and len(text.split()) < 5:
        assert redact(text) == text
        assert Redactor().redact("caller", text) == text


def test_a_number_split_over_turns_is_removed_where_it_is_completed() -> None:
    redactor = Redactor()
    assert redactor.redact("caller", "it's 4111 1111") == "it's 4111 1111"
    assert redactor.redact("agent", "yes?") == "yes?"
    assert redactor.redact("caller", "just a second") == "just a second"
    assert redactor.redact("caller", "the rest is 1111 1111 and a coke") == f"the rest is {MASK} and a coke"
    assert redactor.redact("caller", "two cokes") == "two cokes"


def test_after_three_turns_of_something_else_a_number_is_not_continued() -> None:
    redactor = Redactor()
    redactor.redact("caller", "4111 1111 111")
    for _ in range(3):
        redactor.redact("caller", "hm")
    assert redactor.redact("caller", "1 1 1 1 1") == "1 1 1 1 1"


def test_a_long_number_that_stays_open_is_removed_at_once() -> None:
    redactor = Redactor()
    assert redactor.redact("caller", "4111 1111 1111") == MASK
    assert redactor.redact("caller", "1111") == MASK
    assert Redactor().redact("caller", "012345678901") == "012345678901", "no card begins so"


def test_what_follows_a_whole_number_in_the_same_turn_stays() -> None:
    assert Redactor().redact("caller", f"{VISA} and 2 cokes") == f"{MASK} and 2 cokes"


def test_digits_alone_after_a_number_may_belong_to_it_and_those_with_words_do_not() -> None:
    redactor = Redactor()
    redactor.redact("caller", VISA)
    assert redactor.redact("caller", "two, uh, one") == MASK
    assert redactor.redact("caller", "two cokes") == "two cokes"
    assert redactor.redact("caller", "two") == "two"
