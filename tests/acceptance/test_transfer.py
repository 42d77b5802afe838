"""Scenario 6 as a whole call: whisper and press 1; nobody takes it and the caller is back with the order intact."""

import asyncio
from typing import Any

import pytest

from gateway.call.machine import Call
from gateway.events import Dialled, TransferAccepted, TransferAnswered
from gateway.local.phone import conversation
from gateway.local.phone_line import Line, Script
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import DialOutcome
from tests.acceptance.judge import Ordered, finished_log, heard_by_caller, judge_call, lines, the_order
from tests.stage import Stage

PERSON = "+15550100090"
MARGHERITA = Ordered(1, "margherita", "large", (), 1450)
REST = ["That's all.", "Ana, pickup.", "Yes."]


def asks_for_a_person(then: Script | None = None, *, by_key: bool = False) -> Script:
    """Orders a pizza and wants to speak with somebody; then whatever follows."""

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A large margherita.")
        await line.listen_until_quiet(400)
        line.press("0") if by_key else await line.say("Can I speak to a person?")
        if then is not None:
            await line.wait_connected(2)
            await then(line)
        await line.wait_over()

    return talk


async def go_on(line: Line) -> None:
    """The caller is back, and completes the order."""
    await line.wait_heard("nobody could come to the telephone")
    await conversation(REST, quiet_ms=400)(line)


async def ring(stage: Stage, script: Script, outcome: DialOutcome | None, **changes: Any) -> CallRecord:
    dial = {} if outcome is None else {PERSON: outcome}
    return await stage.phone(dial=dial, **changes).call(script)


async def test_a_person_hears_who_rings_presses_1_and_the_agent_is_out_of_it(stage: Stage) -> None:
    outcome = DialOutcome("completed", 0.2, 0.5, "accept")
    record = await ring(stage, asks_for_a_person(), outcome)
    (leg,) = record.dialled
    assert (leg.number, leg.pressed, leg.joined) == (PERSON, "1", True)
    (whisper,) = leg.heard
    assert "A caller, number ending in 2 1, wants a person." in whisper
    assert "one large Margherita; not placed yet" in whisper
    assert "7654321" not in whisper
    assert record.ended_by == "gateway"
    call = await judge_call(stage, record)
    assert call.staff_line.spoke(2)
    kinds = [event.type for event in await stage.events(record.call_sid)]
    order = ["call.transfer_answered", "call.transfer_accepted", "call.dialled"]
    assert [kind for kind in kinds if kind in order] == order
    assert len(record.streams) == 1
    assert stage.pos.requests == 0


@pytest.mark.parametrize(
    "outcome",
    [
        DialOutcome("completed", 0.1, 5, "refuse"),
        DialOutcome("completed", 0.1, 5, "machine"),
        DialOutcome("completed", 0.1, 5, "hang_up"),
        DialOutcome("busy", 0.1),
        DialOutcome("failed", 0.1),
        DialOutcome("no-answer", 0.3),
    ],
    ids=lambda outcome: outcome.answered_by if outcome.status == "completed" else outcome.status,
)
async def test_nobody_takes_the_call_and_the_caller_is_back_with_the_order_intact(
    stage: Stage, outcome: DialOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twiml.whisper.KEY_S", 1)  # the machine keeps its telephone to the end
    record = await ring(stage, asks_for_a_person(go_on), outcome)
    assert lines(order := await the_order(stage, record)) == [MARGHERITA]
    assert [leg["leg"] for leg in order["call"]["legs"]] == [1, 2]
    assert heard_by_caller(record).count(stage.restaurant.disclosure) == 1
    assert not any(leg.joined for leg in record.dialled)
    call = await judge_call(stage, record, legs=2)
    assert [alert.kind for alert in call.alerts.raised] == ["transfer_unanswered"]
    events = await stage.events(record.call_sid)
    (dialled,) = [event for event in events if isinstance(event, Dialled)]
    assert (dialled.leg, dialled.status) == (2, outcome.status)
    assert not any(isinstance(event, TransferAccepted) for event in events)
    assert stage.pos.requests == 1


async def test_a_second_time_nobody_answers_and_a_third_time_nobody_is_rung(stage: Stage) -> None:
    async def insist(line: Line) -> None:
        await line.wait_heard("nobody could come to the telephone")
        await line.listen_until_quiet(400)
        line.press("0")
        await line.wait_connected(3)
        await line.wait_heard("nobody could come to the telephone")
        await line.listen_until_quiet(400)
        line.press("0")
        await line.wait_heard("nobody could come to the telephone")
        await line.listen_until_quiet(400)
        await line.say("Tell them I ring about a party for twenty, and please call me back.")
        await line.wait_heard("I will pass that on")
        await line.listen_until_quiet(400)
        line.hang_up()

    record = await ring(stage, asks_for_a_person(insist, by_key=True), DialOutcome("no-answer", 0.2))
    call = await judge_call(stage, record, legs=3)
    assert len([event for event in await stage.events(record.call_sid) if isinstance(event, Dialled)]) == 2
    (message,) = call.alerts.messages
    assert "a party for twenty" in message.text
    assert message.number == "+15557654321"
    assert message.order == "one large Margherita"
    assert [alert.kind for alert in call.alerts.raised] == ["transfer_unanswered", "transfer_unanswered", "message"]
    assert call.order is not None
    assert call.order.lines


async def test_a_caller_who_hangs_up_while_it_rings_leaves_nothing(stage: Stage) -> None:
    async def give_up(line: Line) -> None:
        await asks_for_key_0(line)
        await line.pause(0.5)
        line.hang_up()

    async def asks_for_key_0(line: Line) -> None:
        await line.listen_until_quiet(400)
        line.press("0")
        await line.until(lambda: line.stream is None, 10, "the stream to end")

    record = await ring(stage, give_up, DialOutcome("completed", 30, 5))
    assert record.dialled == []
    events = await finished_log(stage, record.call_sid)
    assert Call.fold(record.call_sid, stage.restaurant, events).hung_up
    assert not any(isinstance(event, TransferAnswered) for event in events)


async def test_the_key_0_works_before_the_model_is_up(stage: Stage) -> None:
    async def at_once(line: Line) -> None:
        await line.wait_connected()
        line.press("0")
        await line.wait_over()

    records = await asyncio.gather(
        *(
            ring(stage, at_once, DialOutcome("completed", 0.1, 0.1), from_number=f"+1555765110{number}")
            for number in range(3)
        )
    )
    for record in records:
        assert record.dialled[0].joined
        assert "the caller pressed 0" in record.dialled[0].heard[0]
