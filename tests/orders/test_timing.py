from datetime import date, datetime, timedelta

import pytest

from gateway.orders.offer import Pause
from gateway.orders.order import Fulfilment
from gateway.orders.restaurant import Restaurant
from gateway.orders.timing import LEAD_GRACE, not_then, quote, ready_at, takes_calls
from gateway.orders.tooling.outcome import ToolContext
from tests.orders.osteria import HOUSE, LUNCH, at

INSTEAD = "Tell the caller, and offer to schedule it, or to take a message."


def scheduled(when: datetime) -> Fulfilment:
    return Fulfilment(kind="pickup", at=when)


def asap(now: datetime, restaurant: Restaurant = HOUSE, quote_minutes: int | None = None) -> str | None:
    return not_then(None, restaurant, ToolContext(now, quote_minutes=quote_minutes))


def then(when: datetime, now: datetime = LUNCH, restaurant: Restaurant = HOUSE) -> str | None:
    return not_then(scheduled(when), restaurant, ToolContext(now))


def test_an_order_takes_as_long_as_is_said_now_or_in_the_settings() -> None:
    assert quote(HOUSE, ToolContext(LUNCH)) == timedelta(minutes=20)
    assert quote(HOUSE, ToolContext(LUNCH, quote_minutes=45)) == timedelta(minutes=45)
    assert ready_at(None, HOUSE, ToolContext(LUNCH)) == LUNCH + timedelta(minutes=20)
    assert ready_at(Fulfilment(kind="pickup"), HOUSE, ToolContext(LUNCH)) == LUNCH + timedelta(minutes=20)
    assert ready_at(scheduled(at("19:30")), HOUSE, ToolContext(LUNCH)) == at("19:30")


@pytest.mark.parametrize(
    ("clock", "minutes", "taken"),
    [("21:40", None, True), ("21:41", None, False), ("21:15", 45, True), ("21:16", 45, False), ("11:00", None, True)],
)
def test_the_last_order_is_ready_at_closing_time(clock: str, minutes: int | None, taken: bool) -> None:
    assert (asap(at(clock), quote_minutes=minutes) is None) is taken


def test_after_last_orders_it_is_told_when_it_opens() -> None:
    assert asap(at("21:41")) == (
        "Osteria closes at 22:00 and an order takes about 20 minutes: too late for now. "
        f"It opens Thursday at 11:00. {INSTEAD}"
    )
    assert asap(at("22:40")) == f"Osteria is closed now and takes no orders. It opens Thursday at 11:00. {INSTEAD}"
    assert asap(at("10:59")) == f"Osteria is closed now and takes no orders. It opens Wednesday at 11:00. {INSTEAD}"


def test_a_house_that_never_opens_says_no_more() -> None:
    never = HOUSE.model_copy(update={"hours": {}})
    assert asap(LUNCH, never) == f"Osteria is closed now and takes no orders. {INSTEAD}"


def test_spans_that_touch_are_one() -> None:
    always = {day: ({"open": "00:00", "close": "24:00"},) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    open_always = Restaurant.model_validate(HOUSE.model_dump() | {"hours": always})
    assert asap(at("23:55"), open_always) is None


def test_a_holiday_has_hours_of_its_own() -> None:
    # Thanksgiving is closed, and Christmas Eve closes at two.
    thanksgiving = at("12:00", "2026-11-26")
    told = asap(thanksgiving)
    assert told is not None
    assert told.startswith("Osteria is closed now and takes no orders. It opens Friday at 11:00.")
    assert then(thanksgiving) == (
        "Osteria is closed then, Thursday, November 26 at 12:00. It opens Friday, November 27 at 11:00. "
        "Ask for another time."
    )
    assert asap(at("13:40", "2026-12-24")) is None
    assert asap(at("13:41", "2026-12-24")) is not None


@pytest.mark.parametrize(
    ("clock", "day", "taken"),
    [
        ("19:30", "2026-11-18", True),
        ("22:00", "2026-11-18", True),  # handed out at closing time
        ("22:01", "2026-11-18", False),
        ("11:00", "2026-11-19", True),  # the moment it opens
        ("10:59", "2026-11-19", False),
        ("12:00", "2026-11-23", False),  # a Monday
        ("13:00", "2026-12-02", True),
        ("13:01", "2026-12-02", False),  # more than two weeks ahead
    ],
)
def test_a_scheduled_time_lies_in_the_opening_hours(clock: str, day: str, taken: bool) -> None:
    assert (then(at(clock, day)) is None) is taken


def test_a_time_that_is_past_or_too_soon_is_told() -> None:
    assert then(at("12:59")) == "The scheduled time, Wednesday at 12:59, is past. Ask for another."
    assert then(at("13:14")) == (
        "Wednesday at 13:14 is too soon: it takes until Wednesday at 13:20. Ask for a later time."
    )
    assert str(then(LUNCH)).startswith("Wednesday at 13:00 is too soon")
    # What was fine when it was chosen stays so for a few minutes' talk.
    assert timedelta(minutes=5) == LEAD_GRACE
    assert then(at("13:15")) is None
    assert then(at("12:00", "2026-12-03")) == ("Orders can be scheduled up to 14 days ahead. Ask for an earlier time.")


def test_a_day_is_told_by_its_name_while_that_is_one_day() -> None:
    assert str(then(at("23:00", "2026-11-24"))).startswith("Osteria is closed then, Tuesday at 23:00.")
    week = str(then(at("23:00", "2026-11-25")))
    assert week.startswith("Osteria is closed then, Wednesday, November 25 at 23:00.")
    assert "It opens Friday, November 27 at 11:00." in week
    assert str(then(at("23:00", "2026-11-11"))).startswith("The scheduled time, Wednesday, November 11 at 23:00, is")
    assert str(then(at("23:00", "2026-11-12"))).startswith("The scheduled time, Thursday at 23:00, is past.")


def test_the_night_the_clocks_change_has_its_own_length() -> None:
    # New York, 1 November 2026: 01:30 comes twice. Open until 03:00, the last order of twenty minutes is at 02:40,
    # five hours and forty minutes after ten at night, not four and forty.
    hours = {"sat": ({"open": "18:00", "close": "03:00"},)}
    late = Restaurant.model_validate(HOUSE.model_dump() | {"hours": hours})
    ten = at("22:00", "2026-10-31")
    assert asap(ten + timedelta(hours=5, minutes=40), late) is None
    assert asap(ten + timedelta(hours=5, minutes=41), late) is not None
    assert then(ten + timedelta(hours=6), ten, late) is None
    assert then(ten + timedelta(hours=6, minutes=1), ten, late) is not None


@pytest.mark.parametrize(
    ("changes", "time", "taken"),
    [
        ({}, "13:00", True),
        ({}, "22:40", True),
        ({"after_hours": "closed"}, "13:00", True),
        ({"after_hours": "closed"}, "22:40", False),
    ],
)
def test_calls_are_taken_while_closed_unless_the_restaurant_does_not_want_them(
    changes: dict[str, object], time: str, taken: bool
) -> None:
    assert takes_calls(HOUSE.model_copy(update=changes), at(time)) is taken


def test_no_calls_are_taken_while_no_order_could_be_scheduled() -> None:
    days = (date(2026, 11, 18) + timedelta(days=n) for n in range(1, 30))
    away = HOUSE.model_copy(update={"holidays": dict.fromkeys(days, ())})
    assert takes_calls(away, LUNCH)
    assert not takes_calls(away, at("22:40"))


def test_a_pause_stops_orders_for_right_away_alone() -> None:
    def told(pause: Pause, when: datetime = LUNCH) -> str | None:
        return not_then(None, HOUSE, ToolContext(when, pause=pause))

    open_end = told(Pause(reason="the oven is down"))
    assert open_end is not None
    assert "takes no orders for right away for the moment (the oven is down)." in open_end
    assert open_end.endswith(INSTEAD)
    until = told(Pause(until=at("14:00")))
    assert until is not None
    assert "right away until" in until
    assert told(Pause(until=at("14:00")), at("14:00")) is None
    assert not_then(scheduled(at("19:30")), HOUSE, ToolContext(LUNCH, pause=Pause())) is None
