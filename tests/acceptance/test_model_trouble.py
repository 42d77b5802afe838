"""Trouble with the model: lost, refused, limited, of another format. The caller is never left in silence."""

import asyncio
import json

import pytest

from gateway.brain.mind import Said
from gateway.local.faults import Faults, ResponseFault
from gateway.local.phone import conversation
from gateway.local.phone_line import Line, Script
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import tone_voice
from gateway.web.phrases import PHRASES
from tests.acceptance.judge import judge_call, lines, the_order
from tests.stage import MODEL_KEY, Stage, open_stage

OTHER_FORMAT = {"input": {"format": {"type": "audio/pcmu"}}, "output": {"format": {"type": "audio/pcmu"}}}


async def test_the_model_is_lost_in_mid_call_and_the_order_is_not(valkey_url: str) -> None:
    """It breaks off for three callers at once: one is quiet, one is listening, one is speaking."""
    together = asyncio.Barrier(4)

    async def take_up(line: Line) -> None:
        await line.wait_heard("I am back")
        await conversation(["And a Coke. That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

    async def quiet(line: Line) -> None:
        await together.wait()
        await take_up(line)

    async def listening(line: Line) -> None:
        await line.say("What do you have?")
        await line.interrupt_when(1000, "Pizzas")
        await together.wait()
        await take_up(line)

    async def speaking(line: Line) -> None:
        words = asyncio.create_task(line.say("A tiramisu, please, if you have any left today."))
        await line.pause(1)
        await together.wait()
        await words
        await take_up(line)

    def ordering(then: Script) -> Script:
        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await line.say("A large margherita and a Sprite.")
            await line.listen_until_quiet(400)
            await then(line)

        return talk

    async with open_stage(valkey_url, pool_size=0) as stage:
        voices = (tone_voice(), tone_voice(), tone_voice(40))
        phones = [stage.phone(from_number=f"+1555766000{n}", voice=voice) for n, voice in enumerate(voices)]
        scripts = [ordering(then) for then in (quiet, listening, speaking)]
        calls = asyncio.gather(*(phone.call(script) for phone, script in zip(phones, scripts, strict=True)))
        await together.wait()
        stage.model.drop()
        records = await calls
        for record in records:
            order = await the_order(stage, record)
            assert [line.item for line in lines(order)] == ["margherita", "sprite", "coke"]
            await judge_call(stage, record)
        assert stage.pos.requests == len(records)
        assert (stage.model.accepted, stage.model.most) == (6, 3), "one more connection each, never two at a time"
        # The new sessions were told what had been said before.
        said = {entry.text for entry in stage.model.prompts[-1].history if isinstance(entry, Said)}
        assert "A large margherita and a Sprite." in said


@pytest.mark.parametrize(
    ("faults", "keys"),
    [
        (Faults(), ("a-wrong-key",)),
        (Faults(refuse_status=401), (MODEL_KEY,)),
        (Faults(refuse_status=403), (MODEL_KEY,)),
    ],
    ids=["refused after the upgrade", "401", "403"],
)
async def test_a_refused_key_is_done_without_a_voice_model(
    valkey_url: str, faults: Faults, keys: tuple[str, ...]
) -> None:
    async with open_stage(valkey_url, faults=faults, openai_api_key=keys, pool_size=0) as stage:
        await served_without_a_model(stage)
        assert stage.model.accepted + stage.model.refused == 1, "a wrong key is not tried again"


async def test_a_format_that_is_not_ours_is_done_without_a_voice_model(valkey_url: str) -> None:
    async with open_stage(valkey_url, pool_size=0) as stage:
        answer = {
            "type": "session.updated",
            "event_id": "event_x",
            "session": {"type": "realtime", "audio": OTHER_FORMAT},
        }
        stage.model.contradiction = json.dumps(answer).encode()
        record = await served_without_a_model(stage)
        assert record.streams[0].media_received == 0, "nothing is spoken before the format is agreed"


async def served_without_a_model(stage: Stage) -> CallRecord:
    """A call that no model can serve: it is greeted all the same, and put through when the caller presses 0."""

    async def ask_for_a_person(line: Line) -> None:
        await line.wait_heard("What can I get")
        line.press("0")
        await line.wait_heard(PHRASES["en"].transfer)

    record = await stage.phone().call(ask_for_a_person)
    assert record.heard[0].text == stage.restaurant.disclosure
    await judge_call(stage, record, legs=2)
    assert stage.pos.requests == 0
    return record


async def test_limits_and_faults_of_the_model_are_waited_out(valkey_url: str) -> None:
    """A refused upgrade, a refused response and a failed one: each costs time, none the call."""
    responses = (
        ResponseFault(code="rate_limit_exceeded", message="Rate limit reached.", how="error"),
        ResponseFault(code="server_error", how="failed"),
    )
    faults = Faults(connections=1, refuse_status=429, retry_after_s=1, responses=responses)
    async with open_stage(valkey_url, faults=faults, pool_size=0) as stage:
        record = await stage.phone().call(hear_the_greeting)
        await judge_call(stage, record)
        assert (stage.model.refused, stage.model.accepted, stage.model.most) == (1, 1, 1)
        failures = [e.code for e in await stage.events(record.call_sid) if e.type == "call.response_finished"]
        assert failures == ["RATE_LIMITED", "MODEL_OVERLOADED", None]


async def hear_the_greeting(line: Line) -> None:
    """Hang up once the agent has begun as it should, whatever was said before to bridge the time."""
    await line.wait_heard("What can I get")
    await line.listen_until_quiet(300)


async def test_of_two_keys_the_good_one_is_found(valkey_url: str) -> None:
    async with open_stage(valkey_url, openai_api_key=("an-old-key", MODEL_KEY), pool_size=0) as stage:
        await judge_call(stage, await stage.phone().call(hear_the_greeting))


async def test_a_model_that_does_not_come_back_is_done_without(valkey_url: str) -> None:
    """The key is withdrawn in mid-call: the agent goes on without a voice model, and still has the order."""
    async with open_stage(valkey_url, pool_size=0) as stage:

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await line.say("A large margherita and a Sprite.")
            await line.listen_until_quiet(400)
            await stage.model.set_faults(Faults(refuse_status=401))
            stage.model.drop()
            await line.wait_heard("I still have your order")

        record = await stage.phone().call(talk)
        call = await judge_call(stage, record, legs=2)
        assert call.order is not None
        assert [line.item_id for line in call.order.lines] == ["margherita", "sprite"]
        assert len(await stage.keys("*:held:*")) == 1
        assert stage.pos.requests == 0
