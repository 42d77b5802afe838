from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gateway.orders.restaurant import Restaurant

if TYPE_CHECKING:
    from tests.orders.conftest import Talk

Start = Callable[..., "Talk"]


def open_daily(casa_verde: Restaurant, opens: str, closes: str, **changes: object) -> Restaurant:
    fields = {name: getattr(casa_verde, name) for name in Restaurant.model_fields}
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), ({"open": opens, "close": closes},))
    return Restaurant.model_validate(fields | {"hours": days} | changes)


@pytest.fixture
def day_talk(talk_to: Start, casa_verde: Restaurant) -> "Talk":
    holidays = {"2026-11-26": (), "2026-11-24": ({"open": "12:00", "close": "24:00"},), "2027-06-01": ()}
    return talk_to(open_daily(casa_verde, "11:00", "22:00", holidays=holidays))


def at(talk: "Talk", hour: int, minute: int = 0) -> None:
    """Wednesday, November 18, New York time."""
    talk.context = replace(talk.context, now=datetime(2026, 11, 18, hour + 5, minute, tzinfo=UTC))


def test_while_open_the_closing_and_the_last_order_are_told(day_talk: "Talk") -> None:
    at(day_talk, 13)
    outcome = day_talk("get_hours")
    assert (outcome.kind, outcome.order) == ("noop", day_talk.order)
    assert outcome.output["say"] == (
        "We are open now and close at ten o'clock in the evening. The last order is at nine forty in the evening. On "
        "Tuesday we are open from noon to midnight."
    )
    assert outcome.output["hours"] == {
        "now": "Wednesday 2026-11-18T13:00",
        "open": True,
        "closes": "2026-11-18T22:00",
        "last_order": "2026-11-18T21:40",
        "opens": None,
        "week": {
            "Monday": "11:00-22:00",
            "Tuesday": "11:00-22:00",
            "Wednesday": "11:00-22:00",
            "Thursday": "11:00-22:00",
            "Friday": "11:00-22:00",
            "Saturday": "11:00-22:00",
            "Sunday": "closed",
        },
        "holidays": {"2026-11-24": "12:00-24:00", "2026-11-26": "closed"},
    }


def test_last_orders_respect_the_time_it_takes_now(day_talk: "Talk") -> None:
    at(day_talk, 16)
    day_talk.context = replace(day_talk.context, quote_minutes=60)
    assert "The last order is at nine o'clock in the evening." in str(day_talk("get_hours").output["say"])


def test_after_last_orders_it_is_too_late_for_now(day_talk: "Talk") -> None:
    day_talk.context = replace(day_talk.context, now=datetime(2026, 11, 19, 2, 50, tzinfo=UTC))  # 21:50
    assert "It is too late to order for now." in str(day_talk("get_hours").output["say"])
    assert day_talk("quote_time").output["say"] == (
        "Casa Verde closes at 22:00 and an order takes about 20 minutes: too late for now. It opens Thursday at 11:00. "
        "Tell the caller, and offer to schedule it, or to take a message."
    )


def test_the_night_the_clocks_go_back_the_last_order_is_right(talk_to: Start, casa_verde: Restaurant) -> None:
    talk = talk_to(open_daily(casa_verde, "18:00", "01:30"))
    talk.context = replace(
        talk.context, now=datetime(2026, 11, 1, 5, 5, tzinfo=UTC), quote_minutes=20
    )  # 01:05, the first
    facts = talk("get_hours").output["hours"]
    assert (facts["closes"], facts["last_order"]) == ("2026-11-01T01:30", "2026-11-01T01:10")
    talk.context = replace(talk.context, now=datetime(2027, 3, 14, 6, 30, tzinfo=UTC), quote_minutes=60)  # 01:30
    late = talk_to(open_daily(casa_verde, "18:00", "03:30"))
    late.context = talk.context
    facts = late("get_hours").output["hours"]
    assert (facts["closes"], facts["last_order"]) == ("2027-03-14T03:30", "2027-03-14T01:30")
    assert "It is too late" not in str(late("get_hours").output["say"])


def test_while_closed_the_next_opening_is_told(day_talk: "Talk") -> None:
    at(day_talk, 9)
    outcome = day_talk("get_hours")
    assert str(outcome.output["say"]).startswith("We are closed now. We open at eleven o'clock in the morning.")
    assert (outcome.output["hours"]["open"], outcome.output["hours"]["opens"]) == (False, "2026-11-18T11:00")
    assert outcome.output["hours"]["last_order"] is None


def test_a_holiday_of_the_coming_week_is_told(day_talk: "Talk") -> None:
    day_talk.context = replace(day_talk.context, now=datetime(2026, 11, 25, 18, 0, tzinfo=UTC))
    assert str(day_talk("get_hours").output["say"]).endswith("On Thursday we are closed.")
    assert str(day_talk("get_hours", language="es").output["say"]) == (
        "Ahora estamos abiertos y cerramos a las diez de la noche. El último pedido es a las nueve y cuarenta de la "
        "noche. El jueves cerramos."
    )


def test_who_never_closes_is_open_around_the_clock(talk_to: Start, casa_verde: Restaurant) -> None:
    fields = {name: getattr(casa_verde, name) for name in Restaurant.model_fields}
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ({"open": "00:00", "close": "24:00"},))
    talk = talk_to(Restaurant.model_validate(fields | {"hours": days, "holidays": {}}))
    assert talk("get_hours").output["say"] == "We are open around the clock."


def test_who_does_not_open_again_says_no_opening(talk_to: Start, casa_verde: Restaurant) -> None:
    days = {
        f"2026-{month}-{day:02}": () for month, day in [(11, d) for d in range(18, 31)] + [(12, 1), (12, 2), (12, 3)]
    }
    talk = talk_to(open_daily(casa_verde, "11:00", "22:00", holidays=days))
    at(talk, 13)
    assert str(talk("get_hours").output["say"]).startswith("We are closed now. On Wednesday we are closed.")


def test_it_is_told_how_long_an_order_takes(day_talk: "Talk") -> None:
    at(day_talk, 13)
    outcome = day_talk("quote_time", kind="takeaway")
    assert (outcome.output["minutes"], outcome.output["now"], outcome.output["ready"]) == (20, True, "2026-11-18T13:20")
    assert outcome.output["say"] == ("About twenty minutes for pickup, at one twenty in the afternoon.")
    day_talk.context = replace(day_talk.context, quote_minutes=45)
    assert day_talk("quote_time", language="es").output["say"] == (
        "Unos cuarenta y cinco minutos, a la una y cuarenta y cinco de la tarde."
    )
    assert day_talk("quote_time", kind="by drone").kind == "refused"
