"""People at the restaurant act on a call that is on: a hint, the call taken over, the call ended. Whole calls."""

import asyncio
from datetime import UTC, datetime

import pytest

from gateway.brain.mind import Prompt, Said
from gateway.call import prompts
from gateway.events import StaffActed, StaffAction
from gateway.local.phone import conversation
from gateway.local.phone_line import Line
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import DialOutcome
from tests.acceptance.judge import Ordered, finished_log, heard_by_caller, judge_call, lines, the_order
from tests.stage import Stage

PERSON = "+15550100090"
COKE = Ordered(1, "coke", "regular", (), 300)


async def command(stage: Stage, action: StaffAction, text: str = "") -> str:
    """As the console or the command line gives it; to the one call that is on."""
    (live,) = await stage.store.live_calls(stage.restaurant.id, datetime.now(UTC))
    return await stage.store.commands.give(stage.restaurant.id, live.call_id, action, text=text, who="Rosa")


async def nothing_waits(stage: Stage) -> None:
    for _ in range(60):
        if not await stage.store.commands.waiting(stage.restaurant.id):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a command was not taken")


def notes(prompt: Prompt) -> list[str]:
    """The notes that the model had before it as it answered."""
    return [entry.text for entry in prompt.history if isinstance(entry, Said) and entry.role == "system"]


async def acted(stage: Stage, record: CallRecord) -> list[tuple[str, str]]:
    events = await stage.events(record.call_sid)
    return [(event.action, event.who) for event in events if isinstance(event, StaffActed)]


async def test_a_hint_is_what_the_model_gets_in_every_leg_and_the_order_goes_on(stage: Stage) -> None:
    hint = 'the oven is "cold", pizza takes an hour'

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await command(stage, "hint", f"{hint}\x07")
        await nothing_waits(stage)
        await line.say("A Coke, please.")
        await line.listen_until_quiet(400)
        line.drop_socket()
        await line.wait_connected(2)
        await line.wait_heard("cut off")
        await conversation(["That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

    record = await stage.phone().call(talk)
    note = prompts.hint_note(hint)
    assert note.startswith(prompts.HINT_NOTE)
    before, after = stage.model.prompts[0], stage.model.prompts[-1]
    assert note not in notes(before)
    assert notes(after).count(note) == 1, "another leg's model knows it, too"
    assert "oven" not in heard_by_caller(record)
    assert await acted(stage, record) == [("hint", "Rosa")]
    assert lines(await the_order(stage, record)) == [COKE]
    await judge_call(stage, record, legs=2)


async def test_a_colleague_takes_the_call_over(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A Coke, please.")
        await line.listen_until_quiet(400)
        await command(stage, "take_over")
        await line.wait_over(15)

    record = await stage.phone(dial={PERSON: DialOutcome("completed", 0.2, 0.3)}).call(talk)
    (leg,) = record.dialled
    assert leg.joined
    assert "Reason: a colleague wants to take the call. In the order: one Coke" in leg.heard[0]
    call = await judge_call(stage, record)
    assert call.staff_line.spoke(2)
    await nothing_waits(stage)
    assert await acted(stage, record) == [("take_over", "Rosa")]


async def test_a_colleague_who_does_not_come_to_the_telephone_leaves_the_caller_with_the_agent(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A Coke, please.")
        await line.listen_until_quiet(400)
        await command(stage, "take_over")
        await line.wait_connected(2)
        await line.wait_heard("nobody could come to the telephone")
        await conversation(["That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

    record = await stage.phone(dial={PERSON: DialOutcome("no-answer", 0.3)}).call(talk)
    assert lines(await the_order(stage, record)) == [COKE]
    await judge_call(stage, record, legs=2)


@pytest.mark.parametrize("moment", ["talking", "ringing"])
async def test_a_colleague_ends_the_call(stage: Stage, moment: str) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A Coke, please.")
        await line.listen_until_quiet(400)
        if moment == "ringing":
            line.press("0")
            await line.until(lambda: line.stream is None, 10, "the stream to end")
        await command(stage, "end")
        await line.wait_over(15)

    record = await stage.phone(dial={PERSON: DialOutcome("no-answer", 1.5)}).call(talk)
    assert record.ended_by == "gateway"
    assert heard_by_caller(record).endswith("Thank you for calling. Goodbye.")
    call = await judge_call(stage, record)
    assert call.staff.ended
    await nothing_waits(stage)
    assert await acted(stage, record) == [("end", "Rosa")]
    assert stage.pos.requests == 0
    assert len(await stage.keys("*:held:*")) == 1, "the order stays open for the next call"


async def test_a_command_is_seen_within_a_second_and_a_call_that_is_over_takes_none(stage: Stage) -> None:
    taken: list[float] = []

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        for _ in range(3):
            began = asyncio.get_running_loop().time()
            await command(stage, "hint", "soup is on the house")
            await nothing_waits(stage)
            taken.append(asyncio.get_running_loop().time() - began)
        line.hang_up()

    record = await stage.phone().call(talk)
    assert max(taken) < 1.5, taken
    await finished_log(stage, record.call_sid)
    assert len(await acted(stage, record)) == 3
    assert await stage.store.live_calls(stage.restaurant.id, datetime.now(UTC)) == []
