"""Scenario 4 as a whole call: sold out after it was read back; told at the yes, replaced, read back and placed once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from gateway.events import OfferChanged
from gateway.local.phone_line import Line
from gateway.orders.availability import Daypart
from tests.acceptance.judge import Ordered, heard_by_caller, judge_call, lines, spoken, the_order, written
from tests.scenarios.house import ALWAYS_OPEN, MENU, NEW_YORK
from tests.stage import Stage, open_stage

OFFER = "We are out of Tiramisu. Would you like the Cannoli in its place, or shall I take it off?"


def later_lunch() -> Daypart:
    """A lunch that is six hours away, whenever that is."""
    start = datetime.now(UTC).astimezone(NEW_YORK) + timedelta(hours=6)
    return Daypart(id="lunch", name="Lunch", start=f"{start:%H}:00", end=f"{start + timedelta(hours=1):%H}:00")


@pytest.fixture
async def stage(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr("gateway.manager.OFFER_INTERVAL", 0.1)
    menu = MENU.model_copy(update={"dayparts": (later_lunch(),)})
    async with open_stage(valkey_url, house=ALWAYS_OPEN.model_copy(update={"menu": menu})) as stage:
        yield stage


async def test_what_runs_out_between_the_read_back_and_the_yes(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A large pepperoni and a tiramisu.")
        await line.listen_until_quiet(400)
        await line.say("That's all.")
        await line.listen_until_quiet(400)
        await line.say("Ana, pickup.")
        await line.wait_heard("One Tiramisu.")
        await stage.store.offers.sell_out(stage.restaurant.id, "tiramisu")
        await line.listen_until_quiet(600)
        await line.say("Yes.")
        await line.wait_heard("We are out of Tiramisu")
        await line.listen_until_quiet(400)
        await line.say("Yes, please.")
        await line.wait_heard("One Cannoli.")
        await line.listen_until_quiet(400)
        await line.say("Yes.")
        await line.wait_over()

    record = await stage.phone().call(talk)
    order = await the_order(stage, record)
    assert lines(order) == [
        Ordered(1, "pepperoni", "large", (), 1650),
        Ordered(1, "cannoli", "regular", (), 600),
    ]
    assert order["totals"]["subtotal"] == 2250
    call = await judge_call(stage, record)
    assert written(call) == spoken(record)
    assert [heard.text for heard in record.heard].count(OFFER) == 1, "it is offered once"
    read_backs = [heard.text for heard in record.heard if heard.text.endswith("Is that right?")]
    assert ["Tiramisu" in text for text in read_backs] == [True, False]
    changed = [event for event in await stage.events(record.call_sid) if isinstance(event, OfferChanged)]
    assert [[entry.ref for entry in event.sold_out] for event in changed] == [["tiramisu"]]
    notes = [message["item"] for message in stage.model.told("conversation.item.create")]
    told = [item["content"][0]["text"] for item in notes if item.get("role") == "system"]
    assert any(text.startswith("SOLD OUT:") for text in told), "the model knew before the caller said yes"
    assert stage.pos.requests == 1


async def test_what_has_run_out_before_the_call_and_a_combo_outside_its_hours(stage: Stage) -> None:
    await stage.store.offers.sell_out(stage.restaurant.id, "tiramisu")
    await stage.store.offers.quote(stage.restaurant.id, 45)

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A tiramisu, please.")
        await line.listen_until_quiet(400)
        await line.say("No. A lunch combo.")
        await line.listen_until_quiet(400)
        await line.say("No. A Coke, that's all.")
        await line.listen_until_quiet(400)
        await line.say("Ana, pickup.")
        await line.listen_until_quiet(400)
        await line.say("Yes.")
        await line.wait_over()

    record = await stage.phone().call(talk)
    order = await the_order(stage, record)
    assert lines(order) == [Ordered(1, "coke", "regular", (), 300)]
    heard = heard_by_caller(record)
    assert "We are out of Tiramisu. There is Cannoli" in heard
    assert "The Lunch combo is for lunch only" in heard
    assert "ready in about 45 minutes" in heard
    await judge_call(stage, record)
