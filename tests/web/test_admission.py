"""Limits and blocked numbers over real webhooks: who is answered, who rings elsewhere, who hears one sentence."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gateway.events import (
    AgentSaid,
    AudioCommitted,
    Event,
    LegEnded,
    LegStarted,
)
from gateway.orders.restaurant import Restaurant
from gateway.security import caller_key
from gateway.store import SessionStore, keys
from gateway.web.phrases import PHRASES
from tests.web.conftest import CALL, SECRET, SETTINGS, Web, names, verbs

ANA, BOB = "+15550109999", "+15550108888"
TALKING, RINGS, DECLINED = ["Say", "Connect", "Redirect"], ["Say", "Dial", "Say", "Hangup"], ["Say", "Hangup"]


@pytest.fixture
async def strict(store: SessionStore, restaurants: tuple[Restaurant, ...]) -> AsyncIterator[Web]:
    """A restaurant that takes few calls."""
    limits = {"max_calls": 3, "max_calls_of_caller": 2, "max_calls_of_caller_hourly": 4, "max_withheld_calls": 1}
    web = Web(store, [restaurants[0].model_copy(update=limits | {"max_hang_ups": 2})], SETTINGS)
    yield web
    await web.client.aclose()


async def rings(web: Web, call: str, caller: str = ANA) -> list[str]:
    return names(await web.post("/twiml/voice", call=call, From=caller))


async def is_over(web: Web, call: str, caller: str = ANA, status: str = "completed") -> None:
    assert (await web.post("/twilio/status", call=call, From=caller, CallStatus=status)).status_code == 204


async def happens(web: Web, call: str, *events: tuple[type[Event], dict[str, object]]) -> None:
    stamp = {"session_id": call, "timestamp": web.now.timestamp() * 1000}
    entries = [(f"{call}-{n}", kind.model_validate(stamp | more).to_json()) for n, (kind, more) in enumerate(events)]
    await web.store.append("casa-verde", call, None, entries)


LEG: tuple[type[Event], dict[str, object]] = (LegStarted, {"leg": 1, "stream_sid": "MZ1"})
GREETING: tuple[type[Event], dict[str, object]] = (AgentSaid, {"item_id": "i1", "response_id": "r1", "text": "Hello!"})


async def test_what_is_too_much_for_the_restaurant_rings_there(strict: Web) -> None:
    callers = [f"+1555010{number}" for number in range(1000, 1010)]
    answers = await asyncio.gather(*(rings(strict, f"CA{caller[-4:]}", caller) for caller in callers))
    assert Counter(map(tuple, answers)) == {tuple(TALKING): 3, tuple(RINGS): 7}
    first = next(caller for caller, answer in zip(callers, answers, strict=True) if answer == TALKING)
    assert await rings(strict, f"CA{first[-4:]}", first) == TALKING, "a webhook that comes twice takes one place"
    assert await rings(strict, "CAlate", BOB) == RINGS
    await is_over(strict, f"CA{first[-4:]}", first)
    assert await rings(strict, "CAlater", BOB) == TALKING


async def test_one_caller_has_two_calls_at_a_time_and_some_in_an_hour(strict: Web) -> None:
    assert [await rings(strict, f"CA{number}") for number in range(3)] == [TALKING, TALKING, DECLINED]
    assert await rings(strict, "CAbob", BOB) == TALKING
    with capture_logs() as logs:
        response = await strict.post("/twiml/voice", call="CA3")
    assert verbs(response)[0].text == PHRASES["en"].called_often
    (line,) = [line for line in logs if line["event"] == "call.declined"]
    assert line["reason"] == "caller_calls"
    assert "5550109999" not in str(logs)
    assert (
        'gateway_webhooks_total{outcome="caller_calls",path="/twiml/voice"} 2.0' in strict.metrics.exposition().decode()
    )
    assert await strict.store.read_log("casa-verde", "CA3") == []
    for number in range(2):
        await is_over(strict, f"CA{number}")
    assert [await rings(strict, f"CAx{number}") for number in range(2)] == [TALKING, TALKING]
    for number in range(2):
        await is_over(strict, f"CAx{number}")
    assert await rings(strict, "CAy") == DECLINED, "four in this hour"
    strict.now += timedelta(minutes=61)
    assert await rings(strict, "CAz") == TALKING


@pytest.mark.parametrize("way", ["status", "goodbye"])
async def test_a_call_that_ends_gives_its_place_back_at_once(strict: Web, way: str) -> None:
    for number in range(2):
        await rings(strict, f"CA{number}")
    if way == "status":
        await is_over(strict, "CA0", status="failed")
    else:
        assert names(await strict.post("/twiml/next?leg=2", call="CA0", CallStatus="completed")) == ["Hangup"]
    assert await rings(strict, "CA2") == TALKING


async def test_a_call_that_nobody_serves_any_more_gives_its_place_back(strict: Web) -> None:
    for number in range(2):
        await rings(strict, f"CA{number}")
    strict.now += timedelta(seconds=keys.PLACE_S - 1)
    await happens(strict, "CA0", LEG, (LegEnded, {"leg": 1, "reason": "lost"}))
    assert names(await strict.post("/twiml/next?leg=2", call="CA0")) == ["Connect", "Redirect"]
    strict.now += timedelta(seconds=2)
    assert await rings(strict, "CA2") == TALKING, "in place of the one that was silent"
    assert await rings(strict, "CA3") == DECLINED, "the one that goes on has its place"


async def test_withheld_numbers_have_a_limit_together(strict: Web) -> None:
    assert await rings(strict, "CA1", "anonymous") == TALKING
    assert await rings(strict, "CA2", "+266696687") == DECLINED
    assert await rings(strict, "CA3") == TALKING
    await is_over(strict, "CA1", "anonymous")
    assert await rings(strict, "CA4", "") == TALKING


async def test_who_listens_and_hangs_up_again_and_again_is_not_answered_for_a_while(strict: Web) -> None:
    for number in range(2):
        await rings(strict, f"CA{number}")
        await happens(strict, f"CA{number}", LEG, GREETING)
        for _ in range(2):
            await is_over(strict, f"CA{number}")
    assert await rings(strict, "CA2") == DECLINED
    assert await rings(strict, "CAbob", BOB) == TALKING
    strict.now += timedelta(minutes=11)
    assert await rings(strict, "CA3") == TALKING


async def test_who_spoke_or_never_heard_us_has_not_hung_up_on_us(strict: Web) -> None:
    await rings(strict, "CA0")
    await happens(strict, "CA0", LEG, GREETING, (AudioCommitted, {"item_id": "i2"}))
    await is_over(strict, "CA0")
    await rings(strict, "CA1")
    await happens(strict, "CA1", LEG)
    await is_over(strict, "CA1")
    await rings(strict, "CA2", "anonymous")
    await happens(strict, "CA2", LEG, GREETING)
    await is_over(strict, "CA2", "anonymous")
    assert await strict.store.connection.command("KEYS", "*:hangups:*") == []


async def test_a_blocked_caller_hears_one_sentence_and_nothing_of_it_is_kept(web: Web) -> None:
    key = caller_key(SECRET, ANA)
    assert key is not None
    await web.store.admission.block("casa-verde", key, "99", 1, web.now)
    with capture_logs() as logs:
        response = await web.post("/twiml/voice")
    said, hangup = verbs(response)
    assert (said.text, hangup.tag) == (PHRASES["en"].declined, "Hangup")
    assert ("call.declined", "blocked") in [(line["event"], line.get("reason")) for line in logs]
    assert "0109999" not in str(logs)
    assert await web.store.read_log("casa-verde", CALL) == []
    assert 'outcome="blocked"' in web.metrics.exposition().decode()
    assert await rings(web, "CAbob", BOB) == TALKING
    web.now += timedelta(days=1, seconds=1)
    assert await rings(web, "CA2") == TALKING
