import time

import pytest

from gateway.orders.menus.names import Called, name_problems, unheard


def problems(*names: str) -> list[str]:
    """Names of as many entries, all of which can be meant at the same moment."""
    pool = [Called(f"items[{at}].name", name, f"items[{at}]") for at, name in enumerate(names)]
    return [f"{problem.path}: {problem.reason}" for problem in name_problems([pool, pool])]


@pytest.mark.parametrize(("one", "other"), [("Fries", "fry"), ("Jalapeño", "jalapenos"), ("6 wings", "six wings")])
def test_a_name_that_two_entries_share_however_it_is_written(one: str, other: str) -> None:
    assert problems(one, other) == [f'items[1].name: "{other}" is what items[0] is called, too']


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Margherita", "Marguerita"),
        ("veggie", "veggies"),
        ("sun day", "Sundae"),
        ("hot chili", "hot chilli"),
        ("tuesday special", "thursday special"),
        ("mozzarella", "mozarela"),
    ],
)
def test_names_that_a_recogniser_mixes_up(one: str, other: str) -> None:
    assert problems(one, other) == [f'items[1].name: "{other}" sounds like "{one}" of items[0]']


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("coke", "cake"),  # short words differ in their only letters
        ("green pepper", "red pepper"),
        ("burger", "cheeseburger"),
        ("ham pizza", "ham"),
        ("combo 1111111", "combo 1111112"),
        ("margherita", "marinara"),
        ("thin crust", "thick crust"),
        ("white bread", "wheat bread"),  # vowels are alike in a sound key, so the spelling must be, too
        ("blueberry", "blackberry"),
        ("寿司", "刺身"),
    ],
)
def test_names_that_are_told_apart(one: str, other: str) -> None:
    assert problems(one, other) == []


def test_an_entry_may_have_names_that_sound_alike() -> None:
    pool = [Called(f"items[0].spoken[{at}]", name, "items[0]") for at, name in enumerate(("chili", "chilli", "Chili"))]
    assert name_problems([pool]) == []


def test_two_entries_are_told_once_however_many_names_they_share() -> None:
    names = ("chili", "pepper", "paprika powder")
    pool = [Called(f"{owner}.{name}", name, owner) for owner in ("a", "b") for name in names]
    assert [problem.path for problem in name_problems([pool])] == ["b.chili"]


def test_an_entry_that_nobody_can_name_in_plain_letters() -> None:
    called = [Called("a.name", "寿司", "a"), Called("b.name", "饺子", "b"), Called("b.spoken[0]", "dumplings", "b")]
    assert [str(problem) for problem in unheard(called)] == [
        'a.name: no word of "寿司" can be heard (add a spoken name in plain letters)'
    ]


def test_a_name_of_a_hundred_letters_costs_no_more_than_others() -> None:
    began = time.process_time()
    assert problems(*(f"{letter * 100} {at}" for at, letter in enumerate("abcdefghij"))) == []
    assert time.process_time() - began < 2
