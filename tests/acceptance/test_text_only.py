"""The model is not to be had: the order is taken in turns of Twilio's own recogniser, or by keys."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.call.states import State
from gateway.events import AnyEvent, LegStarted, OrderEvent
from gateway.local.faults import NO_FAULTS, Faults
from gateway.local.phone_line import Line, Script
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import DialOutcome
from tests.acceptance.judge import heard_by_caller, judge_call, lines, the_order
from tests.acceptance.process import gateway_process, restaurants
from tests.stage import Stage, open_stage

REFUSED = Faults(refuse_status=401)


def nobody_listens() -> str:
    """A Realtime endpoint at which nobody is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"ws://127.0.0.1:{taken.getsockname()[1]}/v1/realtime"


@contextlib.asynccontextmanager
async def stage_without_model(valkey_url: str, **changes: Any) -> AsyncIterator[Stage]:
    async with open_stage(valkey_url, faults=REFUSED, pool_size=0, **changes) as stage:
        yield stage


def says(*turns: str, after: str = "What can I get") -> Script:
    """Speaks when asked; a turn of one digit is a key."""

    async def talk(line: Line) -> None:
        await line.wait_heard(after)
        for words in turns:
            await line.listen_until_quiet(400)
            if words.isdigit():
                line.press(words)
            else:
                await line.say(words)
        await line.wait_over(30)

    return talk


async def kinds_of_legs(stage: Stage, record: CallRecord) -> list[str]:
    return [event.kind for event in await stage.events(record.call_sid) if isinstance(event, LegStarted)]


@pytest.mark.parametrize("endpoint", ["refuses", "nobody listens"])
async def test_a_spoken_order_arrives(valkey_url: str, endpoint: str) -> None:
    changes = {} if endpoint == "refuses" else {"openai_realtime_url": nobody_listens()}
    async with stage_without_model(valkey_url, **changes) as stage:
        words = ("A large margherita and a Sprite.", "And a Coke. That's all.", "Ana, pickup.", "Yes.")
        record = await stage.phone().call(says(*words))
        order = await the_order(stage, record)
        assert [tuple(line) for line in lines(order)] == [
            (1, "margherita", "large", (), 1450),
            (1, "sprite", "regular", (), 300),
            (1, "coke", "regular", (), 300),
        ]
        assert (order["customer"]["name"], order["totals"]["total"]) == ("Ana", 2219)
        call = await judge_call(stage, record, legs=2)
        assert await kinds_of_legs(stage, record) == ["stream", "gather"]
        assert record.ended_by == "gateway"
        assert "twenty-two dollars and nineteen cents" in heard_by_caller(record)
        assert [turn.text for turn in call.turns if turn.speaker == "caller"] == list(words)
        assert await stage.keys("*:held:*") == []
        assert stage.pos.requests == 1


async def test_a_read_back_is_confirmed_by_a_key(valkey_url: str) -> None:
    async with stage_without_model(valkey_url) as stage:
        record = await stage.phone().call(says("Twelve wings with garlic. That's all.", "Ben, pickup.", "1"))
        assert [(line.item, line.variation, line.modifiers) for line in lines(await the_order(stage, record))] == [
            ("wings", "12", ("garlic",))
        ]
        assert "press 1 to confirm" in heard_by_caller(record)
        await judge_call(stage, record, legs=2)


async def test_a_spanish_order_arrives(valkey_url: str) -> None:
    async with stage_without_model(valkey_url) as stage:
        words = (
            "¿Puedo seguir en español?",
            "Una margherita grande y una Coke. Eso es todo.",
            "Ana, para recoger.",
            "Sí.",
        )
        record = await stage.phone().call(says(*words))
        order = await the_order(stage, record)
        assert [line.item for line in lines(order)] == ["margherita", "coke"]
        heard = heard_by_caller(record)
        assert "Claro, seguimos en español" in heard
        assert "Su pedido está hecho" in heard
        assert "oprima 1 para confirmar" in heard
        await judge_call(stage, record, legs=2)


async def test_scenario_9_an_allergy_stands_in_capitals_and_survives_an_edit(valkey_url: str) -> None:
    """Language and allergy: told in Spanish, on the ticket in the kitchen's language, not dropped by an edit."""
    async with stage_without_model(valkey_url) as stage:
        words = (
            "¿Puedo seguir en español?",
            "Una margherita grande, y tengo alergia a las nueces.",
            "La margherita pequeña, por favor. Eso es todo.",
            "Ana, para recoger.",
            "Sí.",
        )
        record = await stage.phone().call(says(*words))
        order = await the_order(stage, record)
        assert [(line.item, line.variation) for line in lines(order)] == [("margherita", "small")]
        assert (order["allergy_alert"], order["allergies"]) == ("ALLERGY: NUTS (NUECES)", ["nueces"])
        assert "seguimos en español" in heard_by_caller(record)
        assert "nueces" in next(heard.text for heard in record.heard if "¿Está bien?" in heard.text)
        await judge_call(stage, record, legs=2)


async def test_a_caller_who_is_not_understood_is_asked_again_then_offered_keys_then_a_person(valkey_url: str) -> None:
    """Twilio is never sure of what it has heard."""
    async with stage_without_model(valkey_url) as stage:
        phone = stage.phone(confidence=0.2, dial={stage.restaurant.transfer_to: DialOutcome("completed")})
        record = await phone.call(says(*["A large margherita."] * 6))
        heard = heard_by_caller(record)
        assert heard.count("I did not get that") == 2
        assert "Please use the keys: 1 for yes, 2 for no, 0 for a person." in heard
        assert "I will put you through to a person" in heard
        assert [request.url for request in record.requests if "DialCallStatus" in request.params]
        call = await stage.fold(record.call_sid)
        assert call.order is not None
        assert call.order.lines == ()


async def test_words_without_a_confidence_count(valkey_url: str) -> None:
    async with stage_without_model(valkey_url) as stage:
        phone = stage.phone(confidence=None)
        record = await phone.call(says("A Coke. That's all.", "Ana, pickup.", "Yes."))
        assert [line.item for line in lines(await the_order(stage, record))] == ["coke"]


async def test_a_silent_caller_is_asked_three_times_and_told_goodbye(valkey_url: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("gateway.web.text_turns.TIMEOUT_S", 1)
    async with stage_without_model(valkey_url) as stage:
        record = await stage.phone().call(says())
        assert heard_by_caller(record).count("Are you still there?") == 3
        assert record.heard[-1].text == "You can ring again at any time. Goodbye!"
        assert record.ended_by == "gateway"
        await judge_call(stage, record, legs=2)


async def test_the_key_0_leads_to_a_person_and_back(valkey_url: str) -> None:
    """Nobody answers there: the caller comes back to the turns with the order as it was."""
    async with stage_without_model(valkey_url) as stage:

        async def talk(line: Line) -> None:
            await says_and_stays(line, "A large margherita.")
            line.press("0")
            await line.wait_heard("nobody could come")
            for words in ("Let's go on. That's all.", "Ana, pickup.", "Yes."):
                await line.listen_until_quiet(400)
                await line.say(words)
            await line.wait_over(30)

        record = await stage.phone().call(talk)
        assert [line.item for line in lines(await the_order(stage, record))] == ["margherita"]
        assert await kinds_of_legs(stage, record) == ["stream", "gather", "gather"]
        await judge_call(stage, record, legs=3)


async def says_and_stays(line: Line, words: str) -> None:
    await line.wait_heard("What can I get")
    await line.listen_until_quiet(400)
    await line.say(words)
    await line.listen_until_quiet(400)


async def test_a_model_lost_in_mid_call_is_followed_by_turns_that_know_the_order(valkey_url: str) -> None:
    async with open_stage(valkey_url, pool_size=0) as stage:

        async def talk(line: Line) -> None:
            await says_and_stays(line, "A large margherita and a Sprite.")
            await stage.model.set_faults(REFUSED)
            stage.model.drop()
            await line.wait_heard("I still have your order")
            for words in ("And a Coke. That's all.", "Ana, pickup.", "Yes."):
                await line.listen_until_quiet(400)
                await line.say(words)
            await line.wait_over(30)

        record = await stage.phone().call(talk)
        assert [line.item for line in lines(await the_order(stage, record))] == ["margherita", "sprite", "coke"]
        await judge_call(stage, record, legs=2)
        assert stage.pos.requests == 1


async def test_the_voice_model_takes_over_again_before_the_read_back(valkey_url: str) -> None:
    """The words with which it is found to be back are not lost: it answers them."""
    async with open_stage(valkey_url, faults=REFUSED, pool_size=1) as stage:

        async def talk(line: Line) -> None:
            await says_and_stays(line, "A large margherita.")
            await stage.model.set_faults(NO_FAULTS)
            for _ in range(200):  # the pool looks for it again every few seconds
                if stage.model.connections:
                    break
                await asyncio.sleep(0.1)
            await line.say("And a Coke. That's all.")
            await line.wait_connected(1)
            for words in ("Ana, pickup.", "Yes."):
                await line.listen_until_quiet(600)
                await line.say(words)
            await line.wait_over(30)

        record = await stage.phone().call(talk)
        assert [line.item for line in lines(await the_order(stage, record))] == ["margherita", "coke"]
        assert await kinds_of_legs(stage, record) == ["gather", "stream"], "it was known to be away"
        await judge_call(stage, record, legs=2)
        assert stage.pos.requests == 1


async def test_a_killed_process_costs_no_turn(valkey_url: str, tmp_path: Path) -> None:
    """Two turns in one process, the others in another; nothing is kept but the log."""
    async with open_stage(valkey_url, faults=REFUSED, in_process=False) as stage:
        folder = restaurants(tmp_path / "restaurants", stage.pos.url)
        killed = asyncio.Event()
        back = asyncio.Event()

        async def talk(line: Line) -> None:
            await says_and_stays(line, "A large margherita and a Sprite.")
            killed.set()
            await back.wait()
            for words in ("And a Coke. That's all.", "Ana, pickup.", "Yes."):
                await line.say(words)
                await line.listen_until_quiet(400)
            await line.wait_over(30)

        async with gateway_process(stage, folder, tmp_path / "first.log") as first:
            ringing = asyncio.create_task(stage.phone().call(talk))
            await killed.wait()
            first.kill()
            await first.wait()
        async with gateway_process(stage, folder, tmp_path / "second.log"):
            back.set()
            record = await ringing
            order = await the_order(stage, record)
        assert [line.item for line in lines(order)] == ["margherita", "sprite", "coke"]
        await judge_call(stage, record, legs=1)
        assert await kinds_of_legs(stage, record) == ["gather"]
        assert stage.pos.requests == 1


async def test_the_log_gives_the_state_again_at_every_cut(valkey_url: str) -> None:
    """What one process decided turn by turn is what another reads from the log."""
    async with stage_without_model(valkey_url) as stage:
        record = await stage.phone().call(says("A Coke. That's all.", "Ana, pickup.", "Yes."))
        await the_order(stage, record)
        events: list[AnyEvent] = await stage.events(record.call_sid)
        assert sum(isinstance(event, OrderEvent) and event.type == "order.complete" for event in events) == 1
        call = await judge_call(stage, record, legs=2)
        assert call.ended is not None
        assert call.ended.next == "goodbye"
        assert (call.state, call.textual, call.turn) == (State.DISCONNECTED, True, 3)
