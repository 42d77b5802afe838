"""Scenario 8 as whole calls: noise, lost frames, a second voice, long silences. Nobody is cut off, nobody hung up on.

Noise is what the model's turn detection takes for a turn and its recogniser finds nothing in.
"""

import numpy as np
import pytest

from gateway.audio import g711
from gateway.call import states
from gateway.call.states import State
from gateway.call.turn_taking import LONG_PAUSE, SILENCE_PROMPTS
from gateway.events import Interrupted, KeyPressed
from gateway.local.phone_line import Line
from gateway.local.phone_setup import DialOutcome, Faults
from tests.acceptance.judge import Ordered, heard_by_caller, judge_call, lines, the_order
from tests.stage import Stage

COKE = Ordered(1, "coke", "regular", (), 300)
KEYS = "1 for yes, 2 for no"
QUIET_S = 1.0
"""Silence after which the caller is asked, in place of ten seconds."""


def rustling(ms: int, seed: int = 0) -> bytes:
    """White noise at -20 dBFS: louder than any line, and no words."""
    noise = np.random.default_rng(seed).normal(0, 3277, ms * 8)
    return g711.encode(noise.clip(-32768, 32767).astype("<i2").tobytes())


async def hear(line: Line) -> str:
    return " ".join(heard.text for heard in await line.listen_until_quiet(500))


async def say_until(line: Line, text: str, answer: str) -> None:
    """Says it, again as often as the agent asks for it, until the agent answers so."""
    for _ in range(6):
        await line.say(text)
        if answer in await hear(line):
            return
    raise AssertionError(f"never understood: {text}")


async def test_an_order_gets_through_noise_lost_frames_and_a_second_voice(stage: Stage) -> None:
    phone = stage.phone(comfort_noise_dbfs=-48, faults=Faults(lose_frames=0.01, seed=8))

    async def talk(line: Line) -> None:
        await hear(line)
        await line.say("What do you have?")
        for number in range(3):  # somebody beside the caller, in snatches
            await line.interrupt_when(700)
            await line.say(rustling(260, number))
            await line.pause(0.9)
        await hear(line)
        await say_until(line, "A Coke, please. That's all.", "What name is it for")
        await say_until(line, "Ana, pickup.", "Is that right?")
        await say_until(line, "Yes.", "The order is placed")
        await line.wait_over()

    record = await phone.call(talk)
    assert lines(await the_order(stage, record)) == [COKE]
    await judge_call(stage, record)
    assert [event for event in await stage.events(record.call_sid) if isinstance(event, Interrupted)] == []
    assert [stream.clears_received for stream in record.streams] == [0]
    assert stage.pos.requests == 1


async def test_asked_again_twice_then_the_keys_place_the_order(stage: Stage) -> None:
    heard: list[str] = []

    async def talk(line: Line) -> None:
        await hear(line)
        await line.say("A Coke, please. That's all.")
        await hear(line)
        await line.say("Ana, pickup.")
        await hear(line)
        for number in range(3):
            await line.say(rustling(400, number))
            heard.append(await hear(line))
        line.press("1")
        await line.wait_over()

    record = await stage.phone().call(talk)
    assert heard[:2] == ["Just to be sure: is the order right, yes or no?"] * 2
    assert KEYS in heard[2]
    assert lines(await the_order(stage, record)) == [COKE]
    await judge_call(stage, record)
    assert [e.digit for e in await stage.events(record.call_sid) if isinstance(e, KeyPressed)] == ["1"]
    assert stage.pos.requests == 1


async def test_noise_without_an_end_is_put_through_to_a_person_with_the_order_held(stage: Stage) -> None:
    person = stage.restaurant.transfer_to
    assert person is not None

    async def talk(line: Line) -> None:
        await hear(line)
        await line.say("A Coke, please.")
        await hear(line)
        for number in range(20):
            await line.say(rustling(400, number))
            await line.pause(0.8)
        await line.wait_over()

    record = await stage.phone(dial={person: DialOutcome("completed")}).call(talk)
    said = heard_by_caller(record)
    assert said.count("Anything else?") <= 4, "the question, as it was asked again twice, and no more"
    assert said.count(KEYS) == 1
    assert "put you through" in said
    call = await judge_call(stage, record)
    assert call.ended is not None
    assert (call.ended.next, call.ended.reason) == ("transfer", "the caller could not be understood")
    assert stage.pos.requests == 0
    assert len(await stage.keys("*:held:*")) == 1


async def test_fifteen_or_fifty(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await hear(line)
        await line.say("Fifty Cokes, please.")
        assert "At most 20" in await hear(line)
        await line.say("Fifteen Cokes. That's all.")
        await hear(line)
        await line.say("Ana, pickup.")
        assert "fifteen coke" in (await hear(line)).casefold(), "the read-back says the number in words"
        await line.say("Yes.")
        await line.wait_over()

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [Ordered(15, "coke", "regular", (), 4500)]
    await judge_call(stage, record)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for state in (State.READY, State.IDLE):
        monkeypatch.setitem(states.PATIENCE, state, QUIET_S)  # type: ignore[arg-type]  # a dict, given out read-only


@pytest.mark.usefixtures("quick")
async def test_silence_is_asked_about_and_not_hung_up_on(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await hear(line)
        for _ in range(SILENCE_PROMPTS):
            await line.wait_heard("still there")
        await line.say("A Coke, please. That's all.")
        await hear(line)
        await line.wait_heard("still there")
        await line.say("Ana, pickup.")
        await hear(line)
        await line.say("Yes.")
        await line.wait_over()

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [COKE]
    await judge_call(stage, record)


@pytest.mark.usefixtures("quick")
async def test_an_operators_long_pauses_are_borne(stage: Stage) -> None:
    pause = QUIET_S * (LONG_PAUSE - 0.8)

    async def talk(line: Line) -> None:
        await hear(line)
        await line.say("Hello, this is the relay service, my caller types. One moment.")
        await hear(line)
        for text in ("A Coke, please. That's all.", "Ana, pickup."):
            await line.pause(pause)
            await line.say(text)
            await hear(line)
        await line.pause(pause)
        await line.say("Yes.")
        await line.wait_over()

    record = await stage.phone().call(talk)
    assert "still there" not in heard_by_caller(record)
    assert lines(await the_order(stage, record)) == [COKE]
    await judge_call(stage, record)
