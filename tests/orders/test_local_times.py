import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.local_times import read_time
from gateway.orders.restaurant import Hours, Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.orders.tooling.arguments import Refusal

NEW_YORK = ZoneInfo("America/New_York")
CASA = next(restaurant for restaurant in load_restaurants(SHIPPED, {}) if restaurant.id == "casa-verde")
# A Wednesday, 16:00 in New York.
NOW = datetime(2026, 11, 18, 21, 0, tzinfo=UTC)


def night_bar() -> Restaurant:
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ({"open": "18:00", "close": "02:00"},))
    fields = {name: getattr(CASA, name) for name in Restaurant.model_fields}
    return Restaurant.model_validate(fields | {"hours": days})


def local(text: str, now: datetime = NOW, restaurant: Restaurant = CASA) -> str:
    """The instant in the restaurant's own time."""
    at = read_time(text, restaurant, now)
    assert at is not None
    assert at.tzinfo is UTC
    return f"{at.astimezone(restaurant.zone):%Y-%m-%dT%H:%M%z}"


def told(text: str, now: datetime = NOW, restaurant: Restaurant = CASA) -> str:
    with pytest.raises(Refusal) as caught:
        read_time(text, restaurant, now)
    return caught.value.message


@pytest.mark.parametrize("text", ["now", "ASAP", "as soon  as possible"])
def test_as_soon_as_possible_is_no_time(text: str) -> None:
    assert read_time(text, CASA, NOW) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("18:30", "2026-11-18T18:30"),
        ("18.30", "2026-11-18T18:30"),
        ("6:30 pm", "2026-11-18T18:30"),
        ("6 PM", "2026-11-18T18:00"),
        ("11:59 p.m.", "2026-11-18T23:59"),
        ("2026-11-19T12:00", "2026-11-19T12:00"),
        ("2026-11-19 12:00:00", "2026-11-19T12:00"),
        ("2026-11-19T12:00-05:00", "2026-11-19T12:00"),
        ("2026-11-19 12 am", "2026-11-19T00:00"),
        ("2026-11-19T12 pm", "2026-11-19T12:00"),
        ("today at 18:30", "2026-11-18T18:30"),
        ("today 15:00", "2026-11-18T15:00"),
        ("tomorrow 9:05 am", "2026-11-19T09:05"),
        ("Friday at 19:00", "2026-11-20T19:00"),
        ("wednesday 19:00", "2026-11-18T19:00"),
        ("wednesday 12:00", "2026-11-25T12:00"),
        ("tuesday 12:00", "2026-11-24T12:00"),
    ],
)
def test_a_time_is_local_and_today_unless_a_day_is_named(text: str, at: str) -> None:
    assert local(text) == f"{at}-0500"


@pytest.mark.parametrize(
    "text", ["", "soon", "6", "half past six", "25:00", "18:60", "13 pm", "0 am", "18:30 or later"]
)
def test_what_is_no_time_is_refused_with_the_form(text: str) -> None:
    assert told(text) == (
        f'"{text}" is no time. Write it as YYYY-MM-DDTHH:MM in local time, HH:MM for today, or "now".'
    )


def test_what_is_no_date_is_refused() -> None:
    assert told("2026-02-30T18:00").startswith('"2026-02-30T18:00" is no date.')
    for far in ("9999-12-31T23:59", "0001-01-01T00:00"):
        assert told(far) == f'"{far}" is not near today, 2026-11-18. Ask which day is meant.'


def test_a_time_of_today_that_is_past_needs_its_day() -> None:
    assert told("12:00") == (
        "12:00 today is past, for it is 16:00. For another day give the date too: 2026-11-19T12:00 is tomorrow. Ask "
        "which day is meant."
    )


def test_after_midnight_of_a_night_that_is_open_is_this_night() -> None:
    late = datetime(2026, 11, 19, 4, 0, tzinfo=UTC)  # 23:00
    assert local("00:30", late, night_bar()) == "2026-11-19T00:30-0500"
    assert local("02:00", late, night_bar()) == "2026-11-19T02:00-0500"
    assert "is past" in told("03:00", late, night_bar())
    assert "is past" in told("00:30", late)  # open around the clock: any night could be meant
    assert "is past" in told("12:00", NOW, night_bar())  # closed now


def test_a_time_that_comes_twice_needs_its_offset() -> None:
    eve = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    assert told("2026-11-01T01:30", eve) == (
        "The clocks go back that night, and 01:30 comes twice. Ask whether it is the first or the second; then give "
        "2026-11-01T01:30-0400 or 2026-11-01T01:30-0500."
    )
    assert local("2026-11-01T01:30-04:00", eve) == "2026-11-01T01:30-0400"
    assert local("2026-11-01T01:30-0500", eve) == "2026-11-01T01:30-0500"
    assert local("2026-11-01T03:30", eve) == "2026-11-01T03:30-0500"


def test_a_time_that_the_clocks_skip_is_refused_with_the_next() -> None:
    assert told("2027-03-14T02:30", datetime(2027, 3, 13, tzinfo=UTC)) == (
        "There is no 02:30 on 2027-03-14: the clocks go forward. Ask whether 03:30 will do, or another time."
    )


def test_an_offset_that_is_not_the_restaurants_is_no_local_time() -> None:
    assert told("2026-11-18T18:30Z") == (
        'Casa Verde is at -0500 from UTC then, not "z". Leave the offset out: times are local.'
    )
    london = CASA.model_copy(update={"timezone": "Europe/London"})
    assert local("2026-11-18T21:30Z", NOW, london) == "2026-11-18T21:30+0000"


@given(st.text(max_size=40) | st.from_regex(r"\d{1,4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{1,2}(Z|[+-]\d\d:\d\d)?"))
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    with contextlib.suppress(Refusal):
        at = read_time(text, CASA, NOW)
        assert at is None or at.tzinfo is UTC


@given(st.integers(min_value=0, max_value=14 * 24 * 60))
def test_a_local_time_comes_back_as_it_was_written(minutes: int) -> None:
    """The two weeks around the night on which the clocks go back."""
    at = datetime(2026, 10, 25, 4, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    text = f"{at.astimezone(NEW_YORK):%Y-%m-%dT%H:%M}"
    if text.startswith("2026-11-01T01:"):
        assert "comes twice" in told(text)
    assert read_time(f"{at.astimezone(NEW_YORK):%Y-%m-%dT%H:%M%z}", CASA, NOW) == at


def test_in_the_evening_after_the_clocks_changed_the_night_to_come_is_meant() -> None:
    late = night_bar().model_copy(
        update={"hours": dict.fromkeys(("sun", "mon", "sat"), (Hours(open="17:00", close="03:00"),))}
    )
    forward = datetime(2027, 3, 14, 22, 0, tzinfo=NEW_YORK).astimezone(UTC)
    assert local("02:30", forward, late) == "2027-03-15T02:30-0400"
    back = datetime(2026, 11, 1, 22, 0, tzinfo=NEW_YORK).astimezone(UTC)
    assert local("01:30", back, late) == "2026-11-02T01:30-0500"
    # While one of the two is still to come, and before the clocks skip it, it is asked which, and refused.
    first = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)
    assert "comes twice" in told("01:30", first, late)
    assert local("01:30-0500", first, late) == "2026-11-01T01:30-0500"
    assert "today is past" in told("01:30-0400", first, late)
    before = datetime(2027, 3, 14, 6, 0, tzinfo=UTC)
    assert "There is no 02:30" in told("02:30", before, late)
