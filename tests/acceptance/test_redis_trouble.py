"""The store killed, frozen, emptied under a live call: nothing is lost, nothing is confirmed that is not stored."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.call.states import State
from gateway.events import AnyEvent, LegEnded, OrderEvent, SubmitDelayed
from gateway.local.phone_line import CallOver, Line
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import DialOutcome
from gateway.web.phrases import PHRASES
from tests.acceptance.judge import Ordered, finished_log, heard_by_caller, judge_call, lines, the_order
from tests.acceptance.valkey import Valkey, valkey_on
from tests.stage import Stage, open_stage

THE_COKE = Ordered(1, "coke", "regular", (), 300)
MOST_SILENCE = 3.5
"""Seconds between two things that a waiting caller hears."""


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[Valkey]:
    async with valkey_on(tmp_path / "valkey") as valkey:
        yield valkey


@pytest.fixture
async def stage(valkey: Valkey) -> AsyncIterator[Stage]:
    async with open_stage(valkey.url) as stage:
        yield stage


async def orders_a_coke(line: Line) -> None:
    """Up to the read-back; the answer to it is still to come."""
    for text in ("A Coke, please. That's all.", "Ana, pickup."):
        await line.listen_until_quiet(400)
        await line.say(text)
    await line.listen_until_quiet(400)


async def to_the_end(line: Line) -> None:
    """Listens until the agent hangs up."""
    try:
        await line.wait_over(30)
    except CallOver:
        return


def silences(record: CallRecord, since: float) -> list[float]:
    """Seconds between what the caller heard from `since` on (seconds of the record)."""
    ends = [span.end for span in record.spoken if span.end > since]
    starts = [span.start for span in record.spoken if span.start > since]
    return [start - max([since, *(end for end in ends if end <= start)]) for start in starts]


def kinds(events: list[AnyEvent]) -> list[str]:
    return [event.type for event in events]


def outages(stage: Stage) -> list[str]:
    """The metrics of the store's absences."""
    assert stage.running is not None
    exposed = stage.running.manager._parts.metrics.exposition().decode().splitlines()
    return [line for line in exposed if line.startswith(("gateway_store_away ", "gateway_store_outages_total "))]


async def test_a_store_that_is_killed_and_comes_back_is_not_noticed(
    stage: Stage, valkey: Valkey, capsys: pytest.CaptureFixture[str]
) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await valkey.kill()
        await line.say("A Coke, please. That's all.")
        await line.listen_until_quiet(400)
        await line.say("Ana, pickup.")
        await line.listen_until_quiet(400)
        assert outages(stage) == ["gateway_store_away 1.0", "gateway_store_outages_total 1.0"]
        await valkey.start()
        await line.say("Yes.")
        await to_the_end(line)

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [THE_COKE]
    call = await judge_call(stage, record)
    assert [turn.text for turn in call.turns if turn.speaker == "caller"] == [
        "A Coke, please. That's all.",
        "Ana, pickup.",
        "Yes.",
    ]
    assert outages(stage) == ["gateway_store_away 0.0", "gateway_store_outages_total 1.0"]
    assert capsys.readouterr().out.count("store.away ") == 1, "one alarm for one outage"
    assert stage.pos.requests == 1


async def test_a_store_that_is_frozen_for_ten_seconds_at_the_confirm_holds_the_caller_up_and_no_more(
    stage: Stage, valkey: Valkey
) -> None:
    confirmed = asyncio.Event()

    async def freeze() -> None:
        await confirmed.wait()
        await asyncio.sleep(10)
        valkey.go_on()

    async def talk(line: Line) -> None:
        await orders_a_coke(line)
        valkey.stop()
        confirmed.set()
        await line.say("Yes.")
        await to_the_end(line)

    thawing = asyncio.create_task(freeze())
    record = await stage.phone().call(talk)
    await thawing
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record)
    events = await finished_log(stage, record.call_sid)
    assert 2 <= kinds(events).count("call.submit_delayed") <= 5
    assert [event.type for event in events if isinstance(event, OrderEvent)] == ["order.complete"]
    (yes,) = [said for said in record.utterances if said.text == "Yes."]
    assert max(silences(record, yes.end)) < MOST_SILENCE
    assert "still there" not in heard_by_caller(record)
    assert stage.pos.requests == 1


async def test_an_order_that_cannot_be_stored_goes_to_a_person_and_nothing_is_confirmed(
    stage: Stage, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.submission.SUBMIT_PATIENCE", 5.0)
    monkeypatch.setattr("gateway.session.SUBMIT_PATIENCE", 5.0)

    async def talk(line: Line) -> None:
        await orders_a_coke(line)
        await valkey.kill()
        await line.say("Yes.")
        await to_the_end(line)

    assert stage.restaurant.transfer_to is not None
    dial = {stage.restaurant.transfer_to: DialOutcome("completed")}
    record = await stage.phone(dial=dial).call(talk)
    said = heard_by_caller(record)
    assert "order is placed" not in said
    assert PHRASES["en"].transfer in said
    (yes,) = [said for said in record.utterances if said.text == "Yes."]
    assert max(silences(record, yes.end)) < MOST_SILENCE
    await valkey.start()
    # The call is over, and its log is written all the same.
    events = await finished_log(stage, record.call_sid, 10)
    call = await stage.fold(record.call_sid)
    assert call.state is State.DISCONNECTED
    assert call.order is not None
    assert not call.order.is_placed
    assert any(isinstance(event, SubmitDelayed) for event in events)
    assert isinstance(events[-1], LegEnded)
    assert stage.pos.requests == 0
    for lease in await stage.keys("*:lease"):  # given back by nobody: it was to be at a time without a store
        await stage.store.connection.command("DEL", lease)


async def test_a_store_that_comes_back_empty_is_given_the_call_again(stage: Stage, valkey: Valkey) -> None:
    async def talk(line: Line) -> None:
        await orders_a_coke(line)
        await valkey.kill()
        valkey.lose_everything()
        await valkey.start()
        await line.say("Yes.")
        await to_the_end(line)

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record)
    events = await finished_log(stage, record.call_sid)
    assert kinds(events)[:2] == ["call.started", "call.disclosed"]
    assert kinds(events).count("call.leg_started") == 1
    assert kinds(events).index("call.tool_called") < kinds(events).index("order.complete")
    assert PHRASES["en"].transfer not in heard_by_caller(record)
    assert stage.pos.requests == 1


async def test_an_order_that_the_store_has_forgotten_is_placed_again_and_comes_once(
    stage: Stage, valkey: Valkey
) -> None:
    async def talk(line: Line) -> None:
        await orders_a_coke(line)
        await line.say("Yes.")
        await line.wait_heard("placed")
        await stage.pos.wait_for(1)
        await valkey.kill()
        valkey.lose_everything()
        await valkey.start()
        await to_the_end(line)

    record = await stage.phone().call(talk)
    call = await judge_call(stage, record, folds=False)  # what the store forgot is written again, in another order
    assert call.order is not None
    assert call.order.state.value == "submitted"
    async with asyncio.timeout(5):
        while not await stage.store.placed_order(stage.restaurant.id, call.order.id):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    assert len(stage.pos.orders) == 1, "the receiver knows the delivery"
    assert stage.pos.requests == stage.pos.duplicates + 1


async def test_a_line_that_breaks_while_the_store_is_away_for_a_moment_is_taken_up_again(
    stage: Stage, valkey: Valkey
) -> None:
    """What the leg could not write is written before the next one reads."""

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        valkey.stop()
        await line.say("A Coke, please.")
        await line.listen_until_quiet(400)
        line.drop_socket()
        await line.pause(1)
        valkey.go_on()
        await line.wait_heard("cut off")
        for text in ("That's all.", "Ana, pickup.", "Yes."):
            await line.listen_until_quiet(400)
            await line.say(text)
        await to_the_end(line)

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record, legs=2)
    assert stage.pos.requests == 1
