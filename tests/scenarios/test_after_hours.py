"""Scenario 7: after hours, last orders, a holiday, and the nights when the clocks change."""

from datetime import datetime

import pytest

from gateway.call import prompts
from gateway.call.effects import EndLeg
from gateway.events import KeyPressed
from gateway.orders.restaurant import Hours, Restaurant
from tests.call.conversation import has
from tests.scenarios.house import HOUSE, clock
from tests.scenarios.scene import Scene

NIGHT_HOUSE = HOUSE.model_copy(update={"hours": {"sat": (Hours(open="18:00", close="03:00"),)}, "holidays": {}})


def order_for_ana(scene: Scene, time: str | None = None) -> dict[str, object]:
    """A Coke for Ana; the answer to the read-back."""
    scene.does("set_line", item_id="coke")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    if time is not None:
        assert scene.does("set_fulfilment", time=time)["ok"] is True
    return scene.does("read_back")


def test_at_22_40_the_caller_hears_when_it_opens_and_may_schedule() -> None:
    scene = Scene(at=clock("2026-11-18", "22:40"))
    scene.begins()
    (note,) = scene.notes(prompts.CLOSED_NOTE)
    assert "closed now" in note
    assert "It opens Thursday at 11:00." in note
    assert "schedule it, or to take a message" in note
    refused = order_for_ana(scene)
    assert refused["ok"] is False
    assert "It opens Thursday at 11:00." in str(refused["error"])
    assert scene.does("set_fulfilment", time="2026-11-19T10:00")["ok"] is False, "still closed then"
    assert scene.does("set_fulfilment", time="2026-11-19T12:30")["ok"] is True
    scene.is_confirmed()
    scene.says_goodbye()
    assert scene.ticket()["fulfilment"]["ready_at"] == "2026-11-19T17:30:00Z"
    assert scene.ticket()["fulfilment"]["scheduled"] is True
    scene.finish()


def test_at_22_40_a_message_can_be_left() -> None:
    scene = Scene(at=clock("2026-11-18", "22:40"))
    scene.begins()
    scene.caller_says("no, just tell them I left my umbrella, it is Ana")
    assert scene.does("leave_message", text="left an umbrella", name="Ana", ring_back=False)["ok"] is True
    scene.says_goodbye()
    assert [message.text for message in scene.call.alerts.messages] == ["left an umbrella"]
    scene.finish(orders=0)


def test_at_22_40_nobody_is_rung_unless_the_restaurant_says_so() -> None:
    scene = Scene(at=clock("2026-11-18", "22:40"))
    scene.begins()
    refused = scene.does("transfer_to_staff", reason="a question")
    assert "is closed, so nobody is there to answer the telephone" in refused["error"]
    assert "leave_message" in refused["error"]
    assert not has(scene.tell(KeyPressed, digit="0"), EndLeg)
    scene.end_leg("stopped")
    scene.finish(orders=0)
    reached = Scene(HOUSE.model_copy(update={"transfer_after_hours": True}), at=clock("2026-11-18", "22:40"))
    reached.begins()
    assert has(reached.tell(KeyPressed, digit="0"), EndLeg)
    reached.end_leg("closed")
    reached.finish(orders=0)


@pytest.mark.parametrize(
    ("time", "quote", "taken"),
    [("21:39", None, True), ("21:41", None, False), ("21:20", 45, False), ("21:54", 5, True), ("21:56", 5, False)],
)
def test_last_orders_respect_the_quote_time(time: str, quote: int | None, taken: bool) -> None:
    scene = Scene(at=clock("2026-11-18", time))
    if quote is not None:
        scene.offers(quote_minutes=quote)
    scene.begins()
    assert bool(scene.notes(prompts.CLOSED_NOTE)) is not taken
    assert order_for_ana(scene)["ok"] is taken
    scene.end_leg("stopped")
    scene.finish(orders=0)


def test_an_order_that_takes_too_long_to_be_agreed_on_misses_last_orders_at_the_confirm() -> None:
    scene = Scene(at=clock("2026-11-18", "21:38"))
    scene.begins()
    scene.does("set_line", item_id="coke")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    scene.reads_back()
    scene.now = clock("2026-11-18", "21:41")
    scene.caller_says("yes")
    assert "too late for now" in scene.does("confirm_order")["error"]
    scene.end_leg("stopped")
    scene.finish(orders=0)


def test_a_holiday_is_closed_all_day_and_another_has_its_own_hours() -> None:
    scene = Scene(at=clock("2026-11-26", "13:00"))
    scene.begins()
    (note,) = scene.notes(prompts.CLOSED_NOTE)
    assert "It opens Friday at 11:00." in note
    scene.end_leg("stopped")
    scene.finish(orders=0)
    eve = Scene(at=clock("2026-12-24", "14:45"))
    eve.begins()
    assert "closes at 15:00" in eve.notes(prompts.CLOSED_NOTE)[0]
    eve.end_leg("stopped")
    eve.finish(orders=0)


# New York: back from 2:00 to 1:00 on 1 November 2026, forward from 2:00 to 3:00 on 8 March 2026.
SECOND_TIME = clock("2026-11-01", "01:50").replace(fold=1)


@pytest.mark.parametrize(
    ("house", "at", "taken"),
    [
        (
            NIGHT_HOUSE,
            clock("2026-11-01", "01:50"),
            True,
        ),  # the first 1:50, an hour and ten minutes before the second three
        (NIGHT_HOUSE, SECOND_TIME, True),
        (NIGHT_HOUSE, clock("2026-11-01", "02:39"), True),
        (NIGHT_HOUSE, clock("2026-11-01", "02:41"), False),
        (NIGHT_HOUSE, clock("2026-03-08", "01:39"), True),  # 3:00 comes twenty-one minutes later
        (NIGHT_HOUSE, clock("2026-03-08", "01:41"), False),
    ],
)
def test_last_orders_in_the_nights_when_the_clocks_change(house: Restaurant, at: datetime, taken: bool) -> None:
    scene = Scene(house, at=at)
    scene.begins()
    assert order_for_ana(scene)["ok"] is taken
    scene.end_leg("stopped")
    scene.finish(orders=0)


def test_a_time_that_the_clocks_skip_or_that_comes_twice_is_asked_about() -> None:
    spring = Scene(NIGHT_HOUSE, at=clock("2026-03-07", "20:00"))
    spring.begins()
    spring.does("set_customer", name="Ana", fulfilment="pickup")
    assert "clocks go forward" in spring.does("set_fulfilment", time="2026-03-08T02:30")["error"]
    spring.end_leg("stopped")
    spring.finish(orders=0)
    autumn = Scene(NIGHT_HOUSE, at=clock("2026-10-31", "20:00"))
    autumn.begins()
    assert "comes twice" in autumn.does("set_fulfilment", kind="pickup", time="2026-11-01T01:30")["error"]
    assert autumn.does("set_fulfilment", kind="pickup", time="2026-11-01T01:30-05:00")["ok"] is True
    autumn.end_leg("stopped")
    autumn.finish(orders=0)
