"""Scenario 5 as a whole call: an angry caller, a person with a summary; nobody answers: a message, and an alarm."""

from gateway.local.phone_line import Line
from gateway.local.phone_setup import DialOutcome
from tests.acceptance.judge import heard_by_caller, judge_call
from tests.stage import ANA, Stage

PERSON = "+15550100090"


async def rage(line: Line) -> None:
    """A large pepperoni, and a person, at once."""
    await line.listen_until_quiet(400)
    await line.say("A large pepperoni.")
    await line.listen_until_quiet(400)
    await line.say("And my pizza was cold last week! I want to speak to the manager.")


async def test_a_person_takes_the_angry_caller_and_knows_why(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await rage(line)
        await line.wait_over()

    record = await stage.phone(dial={PERSON: DialOutcome("completed", 0.2, 0.5)}).call(talk)
    assert record.dialled[0].joined
    (whisper,) = record.dialled[0].heard
    assert "the caller asked for a person" in whisper
    assert "one large Pepperoni" in whisper
    assert "refund" not in heard_by_caller(record)
    call = await judge_call(stage, record)
    assert call.alerts.raised == []
    assert stage.pos.requests == 0


async def test_nobody_answers_so_a_message_is_taken_with_number_and_order(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await rage(line)
        await line.wait_connected(2)
        await line.wait_heard("nobody could come to the telephone")
        await line.listen_until_quiet(400)
        await line.say("Take a message: my pizza was cold, and call me back.")
        await line.wait_heard("I will pass that on")
        await line.listen_until_quiet(400)
        line.hang_up()

    record = await stage.phone(dial={PERSON: DialOutcome("no-answer", 0.3)}).call(talk)
    call = await judge_call(stage, record, legs=2)
    (message,) = call.alerts.messages
    assert "my pizza was cold" in message.text
    assert (message.number, message.order) == (ANA, "one large Pepperoni")
    assert [alert.kind for alert in call.alerts.raised] == ["transfer_unanswered", "message"]
    assert stage.running is not None
    exposed = stage.running.manager._parts.metrics.exposition().decode()
    assert 'gateway_alerts_total{kind="message"} 1.0' in exposed
    assert 'gateway_alerts_total{kind="transfer_unanswered"} 1.0' in exposed
    assert call.order is not None
    assert [line.item_id for line in call.order.lines] == ["pepperoni"], "nothing of the order is lost"
    assert stage.pos.requests == 0
