"""Trouble with the model: lost, refused, limited, of another format. The caller is never left in silence."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from gateway.brain.mind import Said
from gateway.local.faults import NO_FAULTS, Faults, ResponseFault
from gateway.local.phone import conversation
from gateway.local.phone_line import Line, Script
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import tone_voice
from gateway.web.phrases import PHRASES
from tests.acceptance.judge import judge_call, lines, the_order
from tests.stage import MODEL_KEY, Model, Stage, open_stage

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


# --- dead air ---


async def test_a_model_that_falls_silent_in_mid_call_leaves_no_silence(valkey_url: str) -> None:
    """It accepts everything and answers nothing, not even that the caller has spoken; no other is to be had."""
    async with open_stage(valkey_url, pool_size=0) as stage:

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await line.say("A large margherita and a Sprite.")
            await line.listen_until_quiet(400)
            await stage.model.set_faults(Faults(stall=True))
            await line.say("And a Coke, please.")
            await line.wait_heard("Press 0", 30)

        record = await stage.phone(voice=tone_voice(30)).call(talk)
        stopped = record.utterances[-1].end
        after = [span for span in record.spoken if span.start > stopped]
        assert 1.1 <= after[0].start - stopped <= 1.7, after
        edges = [(stopped, stopped), *((span.start, span.end) for span in after)]
        gaps = [start - end for (_, end), (start, _) in pairwise(edges)]
        assert max(gaps) < 4, gaps
        assert 8 <= record.streams[0].ended - stopped <= 12.5, "the leg ends with the apology"
        call = await judge_call(stage, record, legs=2)
        spoken = stage.lived[record.call_sid].ended  # of the leg with a stream
        assert spoken is not None
        assert (spoken.next, spoken.reason) == ("text_only", "model: dead air")
        assert call.order is not None
        assert [line.item_id for line in call.order.lines] == ["margherita", "sprite"]


async def test_a_model_that_breaks_off_in_mid_word_leaves_no_silence(valkey_url: str) -> None:
    """Nothing comes any more of what it is saying; the caller listens, and waits."""
    async with open_stage(valkey_url, pool_size=0) as stage:

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await line.say("A large margherita and a Sprite.")
            await line.interrupt_when(20)
            await stage.model.set_faults(Faults(stall=True))
            await line.wait_heard("Press 0", 30)

        record = await stage.phone().call(talk)
        broken, *others = [span for span in record.spoken if span.start > record.utterances[-1].end]
        assert record.heard[2].spoken != "Got it. Anything else?", "it broke off"
        gaps = [after.start - before.end for before, after in pairwise([broken, *others])]
        assert max(gaps) < 4, gaps
        await judge_call(stage, record, legs=2)


async def test_an_answer_that_never_comes_is_asked_for_once_more(valkey_url: str) -> None:
    """One `response.create` is swallowed; everything else works."""
    async with open_stage(valkey_url, pool_size=0) as stage:

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await stage.model.set_faults(Faults(responses=(ResponseFault(how="silent"),)))
            await line.say("A large margherita and a Sprite.")
            await line.wait_heard("Anything else", 12)
            await line.listen_until_quiet(400)

        record = await stage.phone().call(talk)
        call = await judge_call(stage, record)
        assert call.order is not None
        assert [line.item_id for line in call.order.lines] == ["margherita", "sprite"]
        kinds = [event.type for event in await stage.events(record.call_sid)]
        assert "call.model_lost" not in kinds


async def test_after_a_drop_the_agent_is_heard_again_within_two_seconds(valkey_url: str) -> None:
    took: list[float] = []

    async with open_stage(valkey_url, pool_size=0) as stage:

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            for _ in range(3):
                stage.model.drop()
                began = asyncio.get_running_loop().time()
                heard = await line.wait_heard("I am back", 10)
                assert heard
                took.append(asyncio.get_running_loop().time() - began)
                await line.listen_until_quiet(400)

        for _ in range(3):
            await judge_call(stage, await stage.phone().call(talk))
    assert len(took) == 9
    assert max(took) < 2, took  # to the end of the words; they begin before


# --- a second endpoint ---


@contextlib.asynccontextmanager
async def two_endpoints(valkey_url: str, faults: Faults = NO_FAULTS) -> AsyncIterator[tuple[Stage, Model]]:
    """A stage with a second model; the faults are the first one's."""
    async with Model() as second:
        fallback = {"openai_realtime_fallback_url": second.url, "openai_realtime_fallback_api_key": (MODEL_KEY,)}
        async with open_stage(valkey_url, faults=faults, pool_size=0, **fallback) as stage:
            yield stage, second
        second.judge()


@pytest.mark.parametrize(
    "faults",
    [Faults(refuse_status=401), Faults(refuse_status=429), Faults(refuse_status=503), Faults(stall=True)],
    ids=["key", "limits", "overload", "silence"],
)
async def test_what_the_first_endpoint_cannot_do_in_mid_call_the_second_does(valkey_url: str, faults: Faults) -> None:
    async with two_endpoints(valkey_url) as (stage, second):

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await line.say("A large margherita and a Sprite.")
            await line.listen_until_quiet(400)
            await stage.model.set_faults(faults)
            if not faults.stall:
                stage.model.drop()
            else:
                await line.say("Hello?")
            await line.wait_heard("I am back", 12)
            await conversation(["And a Coke. That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

        record = await stage.phone(voice=tone_voice(30)).call(talk)
        order = await the_order(stage, record)
        assert [line.item for line in lines(order)] == ["margherita", "sprite", "coke"]
        await judge_call(stage, record)
        assert second.accepted == 1


async def test_a_quota_that_is_used_up_in_mid_call_is_not_tried_again_there(valkey_url: str) -> None:
    async with two_endpoints(valkey_url) as (stage, second):

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await stage.model.set_faults(Faults(responses=(ResponseFault(code="insufficient_quota"),) * 9))
            await line.say("A large margherita and a Sprite.")
            await line.wait_heard("Anything else", 12)
            await line.listen_until_quiet(400)

        record = await stage.phone().call(talk)
        call = await judge_call(stage, record)
        assert call.order is not None
        assert second.accepted == 1
        failures = [
            e.code for e in await stage.events(record.call_sid) if e.type == "call.response_finished" and e.code
        ]
        assert failures == ["API_KEY_INVALID"]


# --- limits ---


async def test_an_outage_of_limits_is_not_hammered(valkey_url: str) -> None:
    """Two calls meet the limits; the third is told so at once, and nobody is asked."""
    async with open_stage(valkey_url, faults=Faults(refuse_status=429), pool_size=0) as stage:
        for number in range(2):
            await stage.phone(from_number=f"+1555766100{number}").call(until_without_a_model)
        refused = stage.model.refused
        assert refused == 5
        record = await stage.phone(from_number="+15557661009").call(until_without_a_model)
        assert stage.model.refused == refused
        assert record.streams[0].ended - record.streams[0].started < 2
        assert stage.running is not None
        exposed = stage.running.manager._parts.metrics.exposition().decode()
        assert 'gateway_model_breaker_openings_total{endpoint="first"} 1.0' in exposed


async def until_without_a_model(line: Line) -> None:
    await line.wait_heard("Press 0", 30)
