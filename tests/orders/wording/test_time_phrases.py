import pytest

from gateway.orders.hearing.times import find_time
from gateway.orders.intent import SaidTime
from gateway.orders.wording.time_phrases import time_phrase


@pytest.mark.parametrize(
    ("said", "english", "spanish"),
    [
        (SaidTime(7, 30), "at seven thirty", "a las siete y media"),
        (SaidTime(6), "at six o'clock", "a las seis"),
        (SaidTime(1), "at one o'clock", "a la una"),
        (SaidTime(12), "at twelve o'clock", "a las doce"),
        (SaidTime(12, 15), "at twelve fifteen", "a las doce y cuarto"),
        (SaidTime(12, 0, True), "at noon", "a mediodía"),
        (SaidTime(0, 0, True), "at midnight", "a medianoche"),
        (
            SaidTime(19, 30, True, 1),
            "tomorrow at seven thirty in the evening",
            "mañana a las siete y media de la tarde",
        ),
        (SaidTime(6, day=0), "today at six o'clock", "hoy a las seis"),
        (SaidTime(6, day=2), "the day after tomorrow at six o'clock", "pasado mañana a las seis"),
        (SaidTime(6, weekday="fri"), "on Friday at six o'clock", "el viernes a las seis"),
        (SaidTime(in_minutes=45), "in forty-five minutes", "en cuarenta y cinco minutos"),
        (SaidTime(in_minutes=1), "in one minute", "en un minuto"),
        (SaidTime(), "in zero minutes", "en cero minutos"),
    ],
)
def test_a_time_is_said_back(said: SaidTime, english: str, spanish: str) -> None:
    assert (time_phrase(said), time_phrase(said, "es")) == (english, spanish)
    if said != SaidTime() and said.hour != 0:
        assert find_time(f"pickup {english}") == said
        assert find_time(f"recoger {spanish}") == said
