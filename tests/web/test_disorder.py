"""Webhooks that come twice, late, out of order or garbled: nothing happens twice, and nobody is called back to life."""

from datetime import timedelta

import pytest

from gateway.events import Ended, Event, LegStarted, read_event
from tests.web.conftest import CALL, Web, names

TALKING, RINGS = ["Say", "Connect", "Redirect"], ["Say", "Dial", "Say", "Hangup"]


async def log_of(web: Web) -> list[str]:
    return [read_event(entry.event).type for entry in await web.store.read_log("casa-verde", CALL)]


async def happens(web: Web, kind: type[Event], **fields: object) -> None:
    event = kind.model_validate({"session_id": CALL, "timestamp": web.now.timestamp() * 1000} | fields)
    await web.store.append("casa-verde", CALL, None, [(f"t-{event.type}", event.to_json())])


async def status(web: Web, value: str, sequence: int | str) -> None:
    response = await web.post("/twilio/status", CallStatus=value, SequenceNumber=str(sequence))
    assert response.status_code == 204


async def test_status_callbacks_may_come_in_any_order_and_never_lead_back(web: Web) -> None:
    await web.post("/twiml/voice")
    for value, sequence in (("completed", 3), ("ringing", 1), ("in-progress", 2), ("initiated", 0), ("completed", 3)):
        await status(web, value, sequence)
    assert await log_of(web) == ["call.started", "call.disclosed", "call.hung_up"]
    assert await web.store.live_calls("casa-verde", web.now) == []
    assert names(await web.post("/twiml/next?leg=2")) == ["Hangup"], "late"
    assert names(await web.post("/twiml/next?leg=3", CallStatus="in-progress")) == ["Hangup"]


@pytest.mark.parametrize(("value", "sequence"), [("napping", 1), ("COMPLETED", "x"), ("", -1), ("completed ", "1e9")])
async def test_a_status_that_nobody_knows_ends_nothing(web: Web, value: str, sequence: int | str) -> None:
    await web.post("/twiml/voice")
    await status(web, value, sequence)
    assert await log_of(web) == ["call.started", "call.disclosed"]
    assert names(await web.post("/twiml/next?leg=2", CallStatus=value)) == ["Connect", "Redirect"]


async def test_a_call_that_is_over_is_not_begun_again(web: Web) -> None:
    await web.post("/twiml/voice")
    await status(web, "completed", 0)
    web.now += timedelta(minutes=2)
    await web.store.connection.command("DEL", *await keys_of(web, "*:once:*"))
    assert names(await web.post("/twiml/voice")) == ["Hangup"]
    assert await log_of(web) == ["call.started", "call.disclosed", "call.hung_up"]
    assert await web.store.live_calls("casa-verde", web.now) == []
    assert await keys_of(web, "*:places") == []


async def test_after_the_goodbye_there_is_nothing_but_the_goodbye(web: Web) -> None:
    await web.post("/twiml/voice")
    await happens(web, LegStarted, leg=1, stream_sid="MZ1")
    await happens(web, Ended, reason="said goodbye", next="goodbye")
    for leg in (2, 2, 3):
        assert names(await web.post(f"/twiml/next?leg={leg}")) == ["Hangup"]
    await web.store.connection.command("DEL", *await keys_of(web, "*:once:*"))
    assert names(await web.post("/twiml/voice")) == ["Hangup"]
    assert await web.store.live_calls("casa-verde", web.now) == []


async def test_the_end_may_come_before_the_beginning(web: Web) -> None:
    await status(web, "canceled", 1)
    assert names(await web.post("/twiml/voice")) == ["Hangup"]
    assert await log_of(web) == []
    assert await keys_of(web, "*:places") == []
    assert await web.store.live_calls("casa-verde", web.now) == []


async def test_the_same_idempotency_token_gets_the_same_answer_and_nothing_twice(web: Web) -> None:
    first = await web.post("/twiml/voice", idempotency="tok-1")
    web.now += timedelta(seconds=50)
    await happens(web, LegStarted, leg=1, stream_sid="MZ1")
    second = await web.post("/twiml/voice", idempotency="tok-1")
    assert second.text == first.text
    assert names(await web.post("/twiml/next?leg=2", idempotency="tok-1")) == ["Connect", "Redirect"], "another request"
    refused = await web.post("/twiml/next?leg=2", call="CAnobody", idempotency="tok-2")
    await web.store.begin_call("casa-verde", "CAnobody", [], web.now)
    assert (await web.post("/twiml/next?leg=2", call="CAnobody", idempotency="tok-2")).text == refused.text
    assert names(refused) == RINGS
    assert (await log_of(web)).count("call.started") == 1


@pytest.mark.parametrize("token", ["", "x" * 200, "a b", "{p01}:casa-verde:live"])
async def test_a_token_that_cannot_be_one_is_none(web: Web, token: str) -> None:
    assert names(await web.post("/twiml/voice", idempotency=token)) == TALKING
    assert [key for key in await keys_of(web, "*:once:*") if ":token:" in key] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "\x00\xff"},
        {"From": "+1555" + "0" * 5000},
        {"From": "<script>"},
        {"CallStatus": "\u202eringing"},
        {"Digits": "9" * 10_000},
        {"SequenceNumber": "NaN"},
    ],
)
async def test_garbled_fields_still_make_a_call(web: Web, fields: dict[str, str]) -> None:
    assert names(await web.post("/twiml/voice", **fields)) == TALKING
    assert names(await web.post("/twiml/next?leg=2", **fields)) == ["Connect", "Redirect"]


async def test_next_for_a_call_of_another_restaurant_is_unknown_there(web: Web) -> None:
    await web.post("/twiml/voice")
    assert "Connect" not in names(await web.post("/twiml/next?leg=2", To="+15550100001"))
    assert await log_of(web) == ["call.started", "call.disclosed"]


async def keys_of(web: Web, pattern: str) -> list[str]:
    found = await web.store.connection.command("KEYS", pattern)
    assert isinstance(found, list)
    return [str(key) for key in found]
