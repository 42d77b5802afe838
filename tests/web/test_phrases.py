"""What callers are told, in the restaurant's language and by its clock."""

from datetime import UTC, datetime

import pytest

from gateway.orders.restaurant import Restaurant
from gateway.web.phrases import PHRASES, closed_text

# America/Chicago, UTC-6 in winter; Monday, 23 November 2026.
MONDAY = datetime(2026, 11, 23, 18, tzinfo=UTC)


def restaurant(
    restaurants: tuple[Restaurant, ...], language: str, hours: dict[str, list[dict[str, str]]]
) -> Restaurant:
    noodles = restaurants[1].model_dump(mode="json", exclude={"menu"})
    return Restaurant.model_validate(
        noodles | {"menu": restaurants[1].menu, "languages": [language], "hours": hours, "timezone": "America/Chicago"}
    )


@pytest.mark.parametrize(
    ("day", "opens", "english", "spanish"),
    [
        ("mon", "17:00", "today at 5 PM", "hoy a las 5 de la tarde"),
        ("mon", "20:30", "today at 8:30 PM", "hoy a las 8:30 de la noche"),
        ("tue", "11:30", "tomorrow at 11:30 AM", "mañana a las 11:30 de la mañana"),
        ("tue", "00:30", "tomorrow at 12:30 AM", "mañana a las 12:30 de la mañana"),
        ("thu", "13:00", "on Thursday at 1 PM", "el jueves a la 1 de la tarde"),
        ("mon", "11:00", "on Monday at 11 AM", "el lunes a las 11 de la mañana"),  # it closed at half past eleven
    ],
)
def test_the_next_opening_is_named(
    restaurants: tuple[Restaurant, ...], day: str, opens: str, english: str, spanish: str
) -> None:
    hours = {day: [{"open": opens, "close": "11:30" if opens == "11:00" else "23:59"}]}
    assert f"open again {english}." in closed_text(restaurant(restaurants, "en", hours), MONDAY)
    assert f"abrimos {spanish}." in closed_text(restaurant(restaurants, "es", hours), MONDAY)


@pytest.mark.parametrize("language", ["en", "es"])
def test_who_never_opens_says_only_that_it_is_closed(restaurants: tuple[Restaurant, ...], language: str) -> None:
    never = restaurants[1].model_copy(update={"hours": {}, "languages": (language,)})
    text = closed_text(never, MONDAY)
    assert "Golden Bowl" in text
    assert "{" not in text


def test_both_languages_say_everything() -> None:
    for phrases in PHRASES.values():
        assert all(getattr(phrases, name) for name in phrases.__slots__)
