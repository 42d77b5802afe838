import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.hearing.tokens import MAX_WORDS, fold, stem, tokenise, without_noise


def words(text: str) -> list[str]:
    return [token.word for token in without_noise(tokenise(text))]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("um can i uh get get me a coke", "can i get me a coke"),
        ("get me get me two cokes", "get me two cokes"),
        ("a an apple", "a apple"),
        ("let me see a coke please", "a coke"),
        ("seven seven ups", "seven seven ups"),
        ("no. no thanks, a coke", "no no a coke"),
        ("a large large pizza with ham with ham", "a large pizza with ham"),
        ("mac & cheese", "mac and cheese"),
        ("wendy's coke and it's all", "wendy coke and it's all"),
        ("", ""),
        ("um", ""),
    ],
)
def test_fillers_and_stutters_go(said: str, kept: str) -> None:
    assert " ".join(words(said)) == kept


def test_punctuation_becomes_pauses_and_stops() -> None:
    first, second, third = tokenise("one, two. three")
    assert (first.pause, second.pause, second.stop, third.stop) == (False, True, False, True)


def test_a_pause_survives_the_filler_after_it() -> None:
    yes, coke = without_noise(tokenise("yes, um coke"))
    assert coke.pause
    assert not yes.pause
    assert [t.pause for t in without_noise(tokenise("yes, um, coke"))] == [False, True]


def test_offsets_point_into_the_text_as_it_was() -> None:
    text = "Dos JALAPEÑOS, «dos»"
    tokens = tokenise(text)
    assert [text[t.start : t.end] for t in tokens] == ["Dos", "JALAPEÑOS", "dos"]
    assert tokens[1].word == "jalapenos"
    assert tokens[0].number == 2


@pytest.mark.parametrize(
    ("word", "root"),
    [("fries", "fry"), ("tomatoes", "tomato"), ("wings", "wing"), ("glass", "glass"), ("cokes", "coke"),
     ("sandwiches", "sandwich"), ("bus", "bus"), ("ies", "ies"), ("pies", "pie"), ("ties", "tie")],
)  # fmt: skip
def test_stems(word: str, root: str) -> None:
    assert stem(word) == root


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    folded, places = fold(text)
    assert len(folded) == len(places)
    tokens = tokenise(text)
    assert all(0 <= t.start < t.end <= len(text) for t in tokens)
    assert len(without_noise(tokens)) <= len(tokens)


def test_a_flood_of_words_is_cut() -> None:
    assert len(tokenise("word " * 6000)) == MAX_WORDS
