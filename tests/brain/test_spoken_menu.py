import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.brain.spoken_menu import SpokenMenu, Topic, phrases_for, plural, spoken
from gateway.brain.spoken_words import FIRST_NAMES

MENU = SpokenMenu(("Jalapeño Burger", "Coke", "12 Wings"), ("Large", 'Small (9")'), ("Extra cheese", "M&M's", "cheese"))
WORDS = re.compile(r"[a-z]+(?:'[a-z]+)*(?: [a-z]+(?:'[a-z]+)*)*")


def neighbours(phrases: tuple[str, ...]) -> set[tuple[str, str]]:
    return {pair for phrase in phrases for pair in zip(phrase.split(), phrase.split()[1:], strict=False)}


@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize("menu", [MENU, SpokenMenu()])
def test_phrases_are_plain_words_and_the_same_each_time(topic: Topic, menu: SpokenMenu) -> None:
    phrases = phrases_for(topic, menu)
    assert phrases is phrases_for(topic, menu)
    assert [phrase for phrase in phrases if not WORDS.fullmatch(phrase)] == []


def test_ordering_joins_openings_counts_sizes_dishes_and_extras() -> None:
    near = neighbours(phrases_for(Topic.ORDERING, MENU))
    for pair in [
        ("get", "a"),
        ("two", "large"),
        ("large", "jalapeno"),
        ("jalapeno", "burgers"),
        ("cokes", "and"),
        ("with", "extra"),
        ("cheese", "on"),
        ("make", "that"),
        ("twelve", "wings"),
    ]:
        assert pair in near


def test_each_topic_knows_its_own_words() -> None:
    assert {"yes", "no", "that's right"} <= set(phrases_for(Topic.CONFIRMING, MENU))
    assert {"ana", "my name is maria"} <= set(phrases_for(Topic.NAME, MENU))
    assert {"five oh", "double four", "nine"} <= set(phrases_for(Topic.PHONE, MENU))
    assert {"for pickup", "delivery"} <= set(phrases_for(Topic.FULFILMENT, MENU))
    assert {"main street", "four two"} <= set(phrases_for(Topic.ADDRESS, MENU))


def test_digits_are_expected_without_any_menu() -> None:
    assert not [phrase for phrase in phrases_for(Topic.PHONE, MENU) if "coke" in phrase]


def test_large_menu_stays_small_enough_to_switch_to_within_a_turn() -> None:
    menu = SpokenMenu(
        *(tuple(f"{kind} {letter}{letter}x" for letter in "abcdefghijklmnopqrstuvwxyz") for kind in "pqr")
    )
    assert len(phrases_for(Topic.ORDERING, menu)) < 80_000


def test_names_are_single_plain_words() -> None:
    assert len(FIRST_NAMES) == len(set(FIRST_NAMES)) >= 150
    assert all(re.fullmatch("[a-z]+", name) for name in FIRST_NAMES)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Jalapeño (hot) & 2 eggs", "jalapeno hot and two eggs"),
        ('12" Chef\u2019s Pizza', "twelve chef's pizza"),
        ("'Nduja-style", "nduja style"),
        ("Size 25", "size twenty five"),
        ("!", ""),
    ],
)
def test_written_names_as_they_are_said(written: str, said: str) -> None:
    assert spoken(written) == said


@given(st.text(max_size=30))
def test_any_name_can_be_said_and_said_again(name: str) -> None:
    said = spoken(name)
    assert said == "" or WORDS.fullmatch(said)
    assert spoken(said) == said


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("coke", "cokes"),
        ("garlic knots", "garlic knots"),
        ("sandwich", "sandwiches"),
        ("curry", "curries"),
        ("turkey", "turkeys"),
        ("", ""),
    ],
)
def test_plurals(one: str, many: str) -> None:
    assert plural(one) == many
