from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.orders.pos_events import POS_EVENTS, USUAL_EVENTS
from gateway.orders.restaurant import PosEndpoint, Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants

BASE = next(restaurant for restaurant in load_restaurants(SHIPPED, {}) if restaurant.id == "casa-verde")
SECRET = "whsec_" + "QUFB" * 8


def made(**changes: object) -> Restaurant:
    fields = {name: getattr(BASE, name) for name in Restaurant.model_fields}
    return Restaurant.model_validate(fields | changes)


def opening(open_at: str, close_at: str, *days: str, zone: str = "America/New_York") -> Restaurant:
    return made(hours={day: ({"open": open_at, "close": close_at},) for day in days}, timezone=zone, holidays={})


def local(text: str, zone: str = "America/New_York", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-18T10:59:59", False),
        ("2026-11-18T11:00", True),
        ("2026-11-18T21:59:59", True),
        ("2026-11-18T22:00", False),
        ("2026-11-19T12:00", False),
    ],
)
def test_the_doors_open_on_the_minute_and_close_on_the_minute(at: str, is_open: bool) -> None:
    assert opening("11:00", "22:00", "wed").is_open(local(at)) is is_open


@pytest.mark.parametrize("close", ["02:00", "24:00", "18:00"])
def test_a_night_belongs_to_the_day_on_which_it_began(close: str) -> None:
    restaurant = opening("18:00", close, "fri")
    assert restaurant.is_open(local("2026-11-20T23:59"))
    assert restaurant.is_open(local("2026-11-21T01:00")) is (close != "24:00")
    assert not restaurant.is_open(local("2026-11-22T01:00"))


def test_always_open_is_always_open() -> None:
    restaurant = opening("00:00", "24:00", *WEEK)
    assert restaurant.is_open(local("2026-11-20T00:00"))
    assert restaurant.is_open(local("2026-11-20T23:59:59.999999"))


def test_the_next_opening_is_told_in_local_time() -> None:
    restaurant = opening("11:00", "22:00", "wed", "thu")
    assert restaurant.next_opening(local("2026-11-18T08:00")) == local("2026-11-18T11:00")
    assert restaurant.next_opening(local("2026-11-18T22:40")) == local("2026-11-19T11:00")
    next_week = restaurant.next_opening(local("2026-11-19T22:40"))
    assert next_week is not None
    assert f"{next_week:%A %H:%M}" == "Wednesday 11:00"
    assert restaurant.next_opening(local("2026-11-18T12:00")) == local("2026-11-18T12:00")


def test_it_is_open_until_the_last_of_the_spans_that_touch() -> None:
    restaurant = opening("11:00", "22:00", "wed", "thu")
    assert restaurant.open_until(local("2026-11-18T11:00")) == local("2026-11-18T22:00")
    assert restaurant.open_until(local("2026-11-18T21:59")) == local("2026-11-18T22:00")
    assert restaurant.open_until(local("2026-11-18T22:00")) is None
    assert restaurant.open_until(local("2026-11-18T10:59")) is None
    nights = opening("18:00", "02:00", "wed", "thu")
    assert nights.open_until(local("2026-11-19T01:00")) == local("2026-11-19T02:00")
    days = opening("00:00", "24:00", "wed", "thu", "fri")
    assert days.open_until(local("2026-11-18T23:59")) == local("2026-11-21T00:00")


def test_one_day_a_week_opens_again_in_a_week() -> None:
    restaurant = opening("11:00", "22:00", "wed")
    assert restaurant.next_opening(local("2026-11-18T22:00")) == local("2026-11-25T11:00")


def test_a_timetable_that_opens_on_no_instant_never_opens() -> None:
    # Berlin springs from 02:00 to 03:00 on 29 March 2026: 02:45 is 03:45, after the 03:30 it closes at.
    restaurant = opening("02:45", "03:30", "sun", zone="Europe/Berlin")
    sunday = local("2026-03-28T12:00", "Europe/Berlin")
    assert not restaurant.is_open(local("2026-03-29T03:40", "Europe/Berlin"))
    assert restaurant.next_opening(sunday) == local("2026-04-05T02:45", "Europe/Berlin")
    never = restaurant.model_copy(update={"hours": {}})
    assert never.next_opening(sunday) is None


def test_the_night_the_clocks_go_back_is_an_hour_longer() -> None:
    # New York, 1 November 2026: 01:30 comes twice. Open until 01:45 means until the first of the two.
    restaurant = opening("18:00", "01:45", "sat")
    assert restaurant.is_open(local("2026-11-01T01:44"))
    assert not restaurant.is_open(local("2026-11-01T01:50"))
    assert not restaurant.is_open(local("2026-11-01T01:30", fold=1))
    late = opening("18:00", "03:00", "sat")
    opens, closes = local("2026-10-31T18:00"), local("2026-11-01T03:00")
    assert closes - opens == timedelta(hours=10)
    assert late.is_open(closes - timedelta(seconds=1))
    assert not late.is_open(closes)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware here
    st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from([("11:00", "22:00"), ("18:00", "02:30"), ("00:00", "24:00"), ("02:15", "02:45")]),
    st.sets(st.sampled_from(WEEK), min_size=1),
)
def test_at_its_next_opening_a_restaurant_is_open(
    now: datetime, zone: str, span: tuple[str, str], days: set[str]
) -> None:
    restaurant = opening(*span, *days, zone=zone)
    opens = restaurant.next_opening(now)
    assert opens is not None
    assert opens >= now
    assert restaurant.is_open(opens)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"timezone": "Mars/Olympus"}, "no such time zone"),
        ({"timezone": "../etc/passwd"}, "no such time zone"),
        ({"hours": {"mon": ()}}, "the restaurant never opens"),
        ({"hours": {"monday": ({"open": "11:00", "close": "22:00"},)}}, "Input should be 'mon'"),
        ({"hours": {"mon": ({"open": "25:00", "close": "22:00"},)}}, "String should match pattern"),
        ({"numbers": ("555-0100",)}, "String should match pattern"),
        ({"numbers": ()}, "at least 1"),
        ({"transfer_to": "+15550100000"}, "transfer_to is one of the restaurant's own numbers"),
        ({"fulfilments": ("teleport",)}, "Input should be 'pickup' or 'delivery'"),
        ({"disclosure": ""}, "at least 10"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        made(**changes)


@pytest.mark.parametrize("url", ["pos.example.com", "ftp://pos.example.com", "https://", "http:///"])
def test_a_pos_is_reached_by_http(url: str) -> None:
    with pytest.raises(ValidationError, match="not an http"):
        PosEndpoint.model_validate({"url": url, "secrets": [SECRET]})


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_QUFB", "whsec_§§§§", "sk_" + "QUFB" * 8, "whsec_" + "QUFB" * 22]
)
def test_a_pos_secret_is_one_of_the_standard_and_never_repeated(secret: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PosEndpoint.model_validate({"url": "https://pos.example.com/orders", "secrets": [secret]})
    assert "not a webhook secret" in str(caught.value)


def test_a_secret_is_not_printed() -> None:
    pos = PosEndpoint.model_validate({"url": "https://pos.example.com/orders", "secrets": [SECRET]})
    assert "QUFB" not in repr(pos)
    assert pos.secrets[0].get_secret_value() == SECRET


def test_a_person_is_reached_in_the_hours_unless_the_restaurant_says_at_any_time() -> None:
    restaurant = opening("11:00", "22:00", "wed")
    noon, night = local("2026-11-18T12:00"), local("2026-11-18T23:00")
    assert (restaurant.person_at(noon), restaurant.person_at(night)) == ("+15550100090", None)
    always = restaurant.model_copy(update={"transfer_after_hours": True})
    assert always.person_at(night) == "+15550100090"
    assert always.model_copy(update={"transfer_to": None}).person_at(night) is None


@pytest.mark.parametrize("changes", [{"after_hours": "ring"}, {"transfer_after_hours": "yes"}])
def test_who_answers_after_hours_is_one_of_two(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        made(**changes)


def pos_with(**fields: object) -> PosEndpoint:
    return PosEndpoint.model_validate({"url": "https://pos.example.com/orders", "secrets": [SECRET], **fields})


def test_a_pos_gets_orders_and_what_people_must_look_at() -> None:
    usual = pos_with()
    assert [event for event in POS_EVENTS if usual.wants(event)] == sorted(USUAL_EVENTS, key=POS_EVENTS.index)
    few = pos_with(events=["order.confirmed", "call.ended"])
    assert [event for event in POS_EVENTS if few.wants(event)] == ["order.confirmed", "call.ended"]


def test_an_unknown_message_is_a_mistake_that_names_those_there_are() -> None:
    with pytest.raises(ValidationError, match=r"no such message; there are order\.confirmed, .*alert\.raised"):
        pos_with(events=["order.confirmed", "order.paid"])
    with pytest.raises(ValidationError, match=r"order\.confirmed is missing: without it orders would reach nobody"):
        pos_with(events=["call.ended"])


def test_a_pos_system_gets_orders_alone() -> None:
    square = {"system": "square", "square": {"location_id": "L1", "token": "t"}}
    assert [event for event in POS_EVENTS if pos_with(**square).wants(event)] == ["order.confirmed"]
    with pytest.raises(ValidationError, match="only an endpoint of the neutral form is told more than orders"):
        pos_with(**square, events=["order.confirmed"])
