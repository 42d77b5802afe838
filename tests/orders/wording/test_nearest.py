import pytest

from gateway.orders.wording.nearest import nearest
from tests.orders.osteria import OSTERIA


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("chicken wrap", ["chicken"]),
        ("a margarita", ["margherita"]),
        ("pepperoncini pizza", ["margherita", "pepperoni", "calzone"]),
        ("a peperona pizza", ["pepperoni", "margherita", "calzone"]),
        ("burgers and drinks", ["burger", "coke", "tea"]),
        ("lasagna", []),
        ("tee", []),
        ("7", []),
        ("a large one", []),
        ("", []),
    ],
)
def test_what_comes_near(text: str, found: list[str]) -> None:
    assert [item.id for item in nearest(text, OSTERIA)] == found


def test_headings_count_as_words() -> None:
    assert [item.id for item in nearest("hawaii", OSTERIA, headings=("bar",))] == ["beer", "cider"]
    assert [item.id for item in nearest("drinks", OSTERIA, most=1)] == ["coke"]
