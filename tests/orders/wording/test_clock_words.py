from datetime import datetime

import pytest

from gateway.orders.wording.clock_words import moment_words, time_words
from tests.orders.osteria import ZONE


def local(clock: str, day: str = "2026-11-18") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("clock", "english", "spanish"),
    [
        ("19:30", "seven thirty in the evening", "las siete y media de la tarde"),
        ("00:00", "midnight", "medianoche"),
        ("12:00", "noon", "mediodía"),
        ("00:15", "twelve fifteen at night", "las doce y cuarto de la madrugada"),
        ("12:45", "twelve forty-five in the afternoon", "las doce y cuarenta y cinco de la tarde"),
        ("13:00", "one o'clock in the afternoon", "la una de la tarde"),
        ("01:09", "one oh nine at night", "la una y nueve de la madrugada"),
        ("04:59", "four fifty-nine at night", "las cuatro y cincuenta y nueve de la madrugada"),
        ("05:10", "five ten in the morning", "las cinco y diez de la madrugada"),
        ("06:00", "six o'clock in the morning", "las seis de la mañana"),
        ("11:59", "eleven fifty-nine in the morning", "las once y cincuenta y nueve de la mañana"),
        ("16:59", "four fifty-nine in the afternoon", "las cuatro y cincuenta y nueve de la tarde"),
        ("17:00", "five o'clock in the evening", "las cinco de la tarde"),
        ("20:00", "eight o'clock in the evening", "las ocho de la noche"),
    ],
)
def test_a_time_as_people_say_it(clock: str, english: str, spanish: str) -> None:
    assert time_words(local(clock)) == english
    assert time_words(local(clock), "es") == spanish


@pytest.mark.parametrize(
    ("day", "english", "spanish"),
    [
        ("2026-11-18", "at noon", "a mediodía"),
        ("2026-11-19", "tomorrow at noon", "mañana a mediodía"),
        ("2026-11-20", "on Friday at noon", "el viernes a mediodía"),
        ("2026-11-24", "on Tuesday at noon", "el martes a mediodía"),
        ("2026-11-25", "on Wednesday, November 25, at noon", "el miércoles 25 de noviembre a mediodía"),
        ("2026-11-17", "on Tuesday, November 17, at noon", "el martes 17 de noviembre a mediodía"),
    ],
)
def test_a_moment_seen_from_today(day: str, english: str, spanish: str) -> None:
    # Late in the evening tomorrow is still tomorrow.
    assert moment_words(local("12:00", day), local("23:30")) == english
    assert moment_words(local("12:00", day), local("23:30"), "es") == spanish
