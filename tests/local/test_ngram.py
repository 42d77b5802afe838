import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.local.ngram import arpa

PHRASES = st.lists(
    st.lists(st.sampled_from(["a", "large", "small", "pizza", "coke", "two"]), min_size=1, max_size=5).map(" ".join),
    min_size=1,
    max_size=12,
)


def read(text: str) -> dict[tuple[str, ...], tuple[float, float]]:
    """Probability and back-off of every gram."""
    grams = {}
    for line in text.splitlines():
        fields = line.split("\t")
        if len(fields) > 1:
            backoff = 10 ** float(fields[2]) if len(fields) > 2 else 1.0
            grams[tuple(fields[1].split())] = (10 ** float(fields[0]), backoff)
    return grams


def chance(grams: dict[tuple[str, ...], tuple[float, float]], gram: tuple[str, ...]) -> float:
    if gram in grams:
        return grams[gram][0]
    return (grams.get(gram[:-1], (0, 1.0))[1] if len(gram) > 1 else 0) * chance(grams, gram[1:])


@given(PHRASES)
def test_chances_of_the_words_after_any_history_add_up_to_one(phrases: list[str]) -> None:
    grams = read(arpa(phrases))
    words = [gram for gram in grams if len(gram) == 1 and gram != ("<s>",)]
    histories = [(), *(gram for gram in grams if len(gram) < 3 and gram != ("<s>",))]
    for history in histories:
        assert sum(chance(grams, history + word) for word in words) == pytest.approx(1, abs=2e-3)


@given(PHRASES)
def test_header_counts_the_grams(phrases: list[str]) -> None:
    text = arpa(phrases)
    told = {int(size): int(count) for size, count in re.findall(r"ngram (\d)=(\d+)", text)}
    grams = read(text)
    assert told == {size: sum(len(gram) == size for gram in grams) for size in (1, 2, 3)}
    assert text.endswith("\\end\\\n")


def test_what_is_said_often_is_likelier() -> None:
    grams = read(arpa(["large coke", "large coke", "large pizza"]))
    assert grams["large", "coke"] > grams["large", "pizza"]


@pytest.mark.parametrize("phrases", [[], ["", " "]])
def test_model_needs_a_word(phrases: list[str]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        arpa(phrases)
