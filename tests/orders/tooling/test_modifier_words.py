import pytest

from gateway.orders.tooling.modifier_words import ACTIONS, PLACEMENTS, action_of, placement_of, unwrapped


@pytest.mark.parametrize("word", [*ACTIONS, "ADD"])
def test_our_own_words_mean_themselves(word: str) -> None:
    assert action_of(word) == word.lower()


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("without", "no"),
        ("hold", "no"),
        ("Double", "extra"),
        ("lite", "light"),
        ("on-the-side", "side"),
        ("half", None),
    ],
)
def test_other_words_for_an_action(written: str, action: str | None) -> None:
    assert action_of(written) == action


@pytest.mark.parametrize("word", PLACEMENTS)
def test_our_own_halves_mean_themselves(word: str) -> None:
    assert placement_of(word) == word


@pytest.mark.parametrize(
    ("written", "placement"),
    [("half-right", "right"), ("Both halves", "whole"), ("1/2", "half"), ("second half", "right"), ("add", None)],
)
def test_other_words_for_a_half(written: str, placement: str | None) -> None:
    assert placement_of(written) == placement


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("No Onions", ("onion", "no")),
        ("easy on the ice", ("the ice", "light")),
        ("ranch on the side", ("ranch", "side")),
        ("nopales", None),
    ],
)
def test_what_sticks_to_a_name_comes_off(written: str, parts: tuple[str, str] | None) -> None:
    assert unwrapped(written) == parts
