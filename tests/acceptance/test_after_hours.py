"""Scenario 7 as a whole call: closed, says when it opens, takes a message or an order for later; nobody is rung.

The house is closed whenever the tests run: it opens on one weekday only, tomorrow's.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from gateway.local.phone_line import Line
from gateway.local.phone_setup import DialOutcome
from gateway.orders.availability import DAYS
from gateway.orders.restaurant import Hours, Restaurant
from tests.acceptance.judge import Ordered, heard_by_caller, judge_call, lines, the_order
from tests.stage import Stage, casa_verde, open_stage

PERSON = "+15550100090"
ZONE = casa_verde().zone


def closed_today(**changes: object) -> Restaurant:
    """A house that opens tomorrow at eleven."""
    tomorrow = datetime.now(UTC).astimezone(ZONE) + timedelta(days=1)
    hours = {DAYS[tomorrow.weekday()]: (Hours(open="11:00", close="22:00"),)}
    return casa_verde().model_copy(update={"hours": hours, **changes})


@pytest.fixture
async def stage(valkey_url: str) -> AsyncIterator[Stage]:
    async with open_stage(valkey_url, house=closed_today()) as stage:
        yield stage


async def test_an_order_for_when_it_opens(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.wait_heard("closed now")
        await line.listen_until_quiet(400)
        for text in ("An order for later, please.", "Pickup tomorrow at half past twelve.", "A Coke. That's all."):
            await line.say(text)
            await line.listen_until_quiet(400)
        await line.say("Ana.")
        await line.wait_heard("One Coke.")
        await line.listen_until_quiet(400)
        await line.say("Yes.")
        await line.wait_over()

    record = await stage.phone().call(talk)
    assert "It opens" in heard_by_caller(record)
    order = await the_order(stage, record)
    assert lines(order) == [Ordered(1, "coke", "regular", (), 300)]
    tomorrow = datetime.now(UTC).astimezone(ZONE) + timedelta(days=1)
    ready = tomorrow.replace(hour=12, minute=30, second=0, microsecond=0).astimezone(UTC)
    assert order["fulfilment"]["scheduled"] is True
    assert datetime.fromisoformat(order["fulfilment"]["ready_at"]) == ready
    await judge_call(stage, record)
    assert stage.pos.requests == 1


async def test_a_message_and_a_person_who_is_not_there(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.wait_heard("closed now")
        await line.listen_until_quiet(400)
        line.press("0")
        await line.wait_heard("nobody could come to the telephone")
        await line.listen_until_quiet(400)
        await line.say("A message, please.")
        await line.listen_until_quiet(400)
        await line.say("I left my umbrella with you.")
        await line.wait_heard("I will pass that on")
        await line.listen_until_quiet(400)
        line.hang_up()

    record = await stage.phone(dial={PERSON: DialOutcome("completed", 0.1, 0.1)}).call(talk)
    assert record.dialled == [], "nobody is there"
    call = await judge_call(stage, record)
    (message,) = call.alerts.messages
    assert "umbrella" in message.text
    assert message.number is None
    assert [alert.kind for alert in call.alerts.raised] == ["message"]
    assert stage.pos.requests == 0


async def test_a_restaurant_that_wants_no_calls_while_it_is_closed_says_when_it_opens(valkey_url: str) -> None:
    async with open_stage(valkey_url, house=closed_today(after_hours="closed")) as stage:

        async def listen(line: Line) -> None:
            await line.wait_over()

        record = await stage.phone().call(listen)
        assert "open again tomorrow at 11 AM" in heard_by_caller(record)
        assert record.ended_by == "gateway"
        assert record.streams == []
        assert await stage.events(record.call_sid) == []


async def test_a_full_process_does_not_ring_an_empty_house(valkey_url: str) -> None:
    async with open_stage(valkey_url, house=closed_today()) as stage:
        assert stage.running is not None
        stage.running.readiness.draining = True

        async def listen(line: Line) -> None:
            await line.wait_over()

        record = await stage.phone(dial={PERSON: DialOutcome("completed")}).call(listen)
        assert "open again tomorrow at 11 AM" in heard_by_caller(record)
        assert record.dialled == []
