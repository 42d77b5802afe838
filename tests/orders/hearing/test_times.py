import pytest

from gateway.orders.hearing.times import find_time
from gateway.orders.intent import SaidTime


def time(
    hour: int, minute: int = 0, half: bool = False, day: int | None = None, weekday: str | None = None
) -> SaidTime:
    return SaidTime(hour, minute, half, day, weekday)  # type: ignore[arg-type]  # weekdays come as text


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("for seven thirty", time(7, 30)),
        ("pick it up at 6", time(6)),
        ("I'd like to pick it up at six please", time(6)),
        ("tomorrow at noon", time(12, 0, True, 1)),
        ("at midnight", time(0, 0, True)),
        ("7:30", time(7, 30)),
        ("at 7.30", time(7, 30)),
        ("at 730 pm", time(19, 30, True)),
        ("pickup at 7 30", time(7, 30)),
        ("6pm", time(18, 0, True)),
        ("6 p.m. please", time(18, 0, True)),
        ("at twelve thirty am", time(0, 30, True)),
        ("12 pm", time(12, 0, True)),
        ("six o'clock", time(6)),
        ("by eight tonight", time(8 + 12, 0, True, 0)),
        ("around a quarter to seven", time(6, 45)),
        ("half past six", time(6, 30)),
        ("quarter past twelve", time(12, 15)),
        ("at ten past five", time(5, 10)),
        ("at twenty to one", time(12, 40)),
        ("six forty five this evening", time(18, 45, True, 0)),
        ("at six oh five", time(6, 5)),
        ("tomorrow morning at nine", time(9, 0, True, 1)),
        ("the day after tomorrow at 19:15", time(19, 15, True, 2)),
        ("friday at 6", time(6, weekday="fri")),
        ("for six tomorrow", time(6, day=1)),
        ("can you have it ready for six", time(6)),
        ("schedule it for eight", time(8)),
        ("at 1 in the afternoon", time(13, 0, True)),
        ("a las siete y media", time(7, 30)),
        ("para las ocho de la noche", time(20, 0, True)),
        ("mañana a la una", time(1, day=1)),
        ("a la una y cuarto de la tarde", time(13, 15, True)),
        ("a las nueve menos cuarto", time(8, 45)),
        ("a las nueve de la mañana", time(9, 0, True)),
        ("mañana a las nueve de la mañana", time(9, 0, True, 1)),
        ("pasado mañana a las 18:30", time(18, 30, True, 2)),
        ("a las siete treinta", time(7, 30)),
        ("a las once y diez", time(11, 10)),
        ("cuarto para las seis", time(5, 45)),
        ("hoy al mediodía", time(12, 0, True, 0)),
        ("el viernes a las 8 pm", time(20, 0, True, None, "fri")),
        ("a las doce de la noche", time(0, 0, True)),
        ("para recoger a las siete y media a nombre de José", time(7, 30)),
        ("a las siete a nombre de José", time(7)),
        ("a las tres en punto", time(3)),
        ("in an hour", SaidTime(in_minutes=60)),
        ("in half an hour", SaidTime(in_minutes=30)),
        ("in an hour and a half", SaidTime(in_minutes=90)),
        ("ready in 45 minutes", SaidTime(in_minutes=45)),
        ("in two hours please", SaidTime(in_minutes=120)),
        ("en una hora", SaidTime(in_minutes=60)),
        ("dentro de media hora", SaidTime(in_minutes=30)),
        ("en veinte minutos", SaidTime(in_minutes=20)),
        ("en hora y media", SaidTime(in_minutes=90)),
        ("ready by 5 please", time(5)),
        ("saturday at noon", time(12, 0, True, None, "sat")),
        ("at 8 a m", time(8, 0, True)),
        ("para el sábado a las seis", time(6, weekday="sat")),
        ("a las 12 y media", time(12, 30)),
        # near misses
        ("two for one", None),
        ("for the 2 of us", None),
        ("one at a time", None),
        ("give me 5 to go", None),
        ("a quarter chicken", None),
        ("a coke", None),
        ("two large margheritas", None),
        ("for two people", None),
        ("for two", None),
        ("a pizza for six", None),
        ("deliver it to 12 elm street", None),
        ("i'm at 12 elm street", None),
        ("at 6 elm street", None),
        ("twelve wings", None),
        ("six twelve piece wings", None),
        ("make it two to go", None),
        ("about six wings", None),
        ("one am i right", None),
        ("seven dollars fifty", None),
        ("that's 7.50", None),
        ("the afternoon special", None),
        ("tomorrow", None),
        ("a quarter pounder", None),
        ("half pepperoni", None),
        ("in the box", None),
        ("a las chicas les gusta", None),
        ("una margherita y media", None),
        ("ponle queso a las dos", None),
        ("agrega champiñones a las tres pizzas", None),
        ("at 25", None),
        ("at 6:75", None),
        ("room 730", None),
        ("extra cheese on two of them", None),
        ("", None),
    ],
)
def test_times(said: str, found: SaidTime | None) -> None:
    assert find_time(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("seven thirty", time(7, 30)),
        ("six", time(6)),
        ("um, maybe around seven", time(7)),
        ("seven thirty would be great", time(7, 30)),
        ("at 19:15", time(19, 15, True)),
        ("twelve thirty pm", time(12, 30, True)),
        ("las ocho y media", time(8, 30)),
        ("a las nueve", time(9)),
        ("seven tomorrow", time(7, day=1)),
        ("six ish", time(6)),
        ("a coke", None),
        ("thirty", None),
        ("25", None),
        ("seven wings", None),
        ("", None),
    ],
)
def test_the_answer_to_when(said: str, found: SaidTime | None) -> None:
    assert find_time(said, asked=True) == found


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Mañana a las siete y media, por favor", ["a las siete y media", "Mañana"]),
        ("pick it up at six, two cokes", ["at six"]),
        ("in an hour", ["in an hour"]),
    ],
)
def test_where_a_time_is_said(said: str, words: list[str]) -> None:
    found = find_time(said)
    assert found is not None
    assert [said[start:end] for start, end in found.spans] == words


@pytest.mark.parametrize("said", ["in two thousand minutes", "in zero minutes", "in the hours", "in blue minutes"])
def test_no_time_lies_that_far(said: str) -> None:
    assert find_time(said) is None
