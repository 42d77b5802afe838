from collections.abc import Callable

import pytest

from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Lexicon, Mention
from gateway.orders.hearing.tokens import tokenise
from gateway.orders.menu import Menu

Divide = Callable[[str], tuple[Mention, ...]]


@pytest.fixture(scope="module")
def divide(menu: Menu) -> Divide:
    lexicon = Lexicon(menu)
    return lambda text: lexicon.divide(tokenise(text))


def ids(mention: Mention) -> set[str]:
    return {sense.id for sense in mention.senses}


@pytest.mark.parametrize(
    ("said", "id_", "exact"),
    [
        ("margherita", "margherita", True), ("margheritas", "margherita", True),
        ("margherita pizza", "margherita", True),
        ("margherita pizzas", "margherita", True), ("margarita", "margherita", False),
        ("mar gherita", "margherita", False),
        ("peperoni", "pepperoni", False), ("tira misu", "tiramisu", False), ("tear a missou", "tiramisu", False),
        ("hala peno", "jalapeno", False), ("garlic sauce", "garlic", True), ("barbeque", "bbq", True),
        ("musrooms", "mushroom", False), ("twelve", "12", True), ("cocacola", "coke", False),
    ],
)  # fmt: skip
def test_names_are_found_however_they_were_heard(divide: Divide, said: str, id_: str, exact: bool) -> None:
    (mention,) = divide(said)
    assert id_ in ids(mention)
    assert (mention.likeness == 1.0) is exact


@pytest.mark.parametrize("said", ["calzone", "cook", "kick", "lasagna", "mother", "spring", "xx"])
def test_other_words_are_not_taken_for_names(divide: Divide, said: str) -> None:
    (mention,) = divide(said)
    assert not mention.senses


def test_the_longest_name_wins(divide: Divide) -> None:
    assert [m.text for m in divide("large extra cheese margherita pizza")] == [
        "large",
        "extra cheese",
        "margherita pizza",
    ]


def test_a_sentence_ends_a_name(divide: Divide) -> None:
    first, second = divide("extra. cheese")
    assert first.cue is Cue.EXTRA
    assert second.stop
    assert not second.senses


def test_a_guess_does_not_reach_over_a_pause(divide: Divide) -> None:
    assert len(divide("tear, a missou")) > 1


def test_mentions_know_their_place(divide: Divide) -> None:
    two, cokes = divide("two, cokes")
    assert (two.number, two.start, two.end, two.pause) == (2, 0, 3, False)
    assert (cokes.number, cokes.start, cokes.end, cokes.pause) == (None, 5, 10, True)
    assert cokes.of("item")[0].id == "coke"
    assert cokes.of("option") == ()


@pytest.mark.parametrize("said", ["the second one", "the second"])
def test_ordinals(divide: Divide, said: str) -> None:
    assert divide(said)[1].cue is Cue.ORDINAL


def test_an_ordinal_goes_with_one_alone(divide: Divide) -> None:
    assert [m.text for m in divide("second coke")] == ["second", "coke"]


def test_no_words_no_mentions(divide: Divide) -> None:
    assert divide("") == ()


def test_names_without_words_are_passed_over(menu: Menu) -> None:
    item = menu.items[0].model_copy(update={"spoken": ("寿司",), "category": "none"})
    assert Lexicon(menu.model_copy(update={"items": (item, *menu.items[1:])})).divide(tokenise("margherita"))[0].senses
