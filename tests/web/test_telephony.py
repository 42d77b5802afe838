"""Twilio's webhooks over real requests: what a caller gets, what is stored, and that nothing happens twice."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.brain.text_turn import Input
from gateway.call.machine import Call
from gateway.events import CallStarted, Dialled, Ended, LegEnded, LegStarted, read_event
from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools
from gateway.security import caller_key, read_stream_token
from gateway.settings import Settings
from gateway.store import Delivery, Hold, LogEntry, SessionStore, StoreUnavailableError, keys, open_store
from gateway.store.keys import once_key
from tests.brain.test_text_turn import Turns, ordered
from tests.web.conftest import CALL, MONDAY_NOON, PUBLIC, SECRET, SETTINGS, Web, names, verbs

RETRIES = "#rc=3&rp=ct,rt,5xx"


async def log_of(web: Web, call: str = CALL) -> list[str]:
    return [read_event(entry.event).type for entry in await web.store.read_log("casa-verde", call)]


async def append(web: Web, *events: object) -> None:
    for number, event in enumerate(events):
        assert isinstance(event, LegStarted | LegEnded | Ended)
        await web.store.append("casa-verde", CALL, None, [(f"t{number}-{event.type}", event.to_json())])


def at(seconds: float = 0) -> dict[str, object]:
    return {"session_id": CALL, "timestamp": (MONDAY_NOON.timestamp() + seconds) * 1000}


def leg(number: int, seconds: float = 0) -> LegStarted:
    return LegStarted.model_validate(at(seconds) | {"leg": number, "stream_sid": "MZ1"})


def ended(following: str) -> Ended:
    return Ended.model_validate(at() | {"reason": "test", "next": following})


# --- the beginning of a call ---


async def test_a_call_hears_the_disclosure_and_then_gets_its_stream(web: Web) -> None:
    response = await web.post("/twiml/voice")
    said, connect, redirect = verbs(response)
    assert said.tag == "Say"
    assert (said.text or "").startswith("Thank you for calling Casa Verde. You are speaking with an automated")
    (stream,) = connect
    assert stream.get("url") == "wss://voice.example.com/media"
    assert stream.get("statusCallback") == f"{PUBLIC}/twilio/stream"
    assert connect.get("action") == redirect.text == f"{PUBLIC}/twiml/next?leg=2{RETRIES}"
    parameters = {parameter.get("name"): parameter.get("value") or "" for parameter in stream}
    assert parameters.keys() == {"token", "caller"}
    assert parameters["caller"] == "+15550109999"  # for the order's message; the log has only its hash
    token = read_stream_token(SECRET, parameters["token"], web.now)
    assert (token.call_sid, token.leg, token.restaurant_id) == (CALL, 1, "casa-verde")
    assert await log_of(web) == ["call.started", "call.disclosed"]
    assert [call.call_id for call in await web.store.live_calls("casa-verde", web.now)] == [CALL]


async def test_the_log_holds_a_hash_and_never_the_number(web: Web) -> None:
    await web.post("/twiml/voice")
    entry = (await web.store.read_log("casa-verde", CALL))[0]
    assert caller_key(SECRET, "+15550109999") in entry.event
    assert "5550109999" not in entry.event


@pytest.mark.parametrize("number", ["anonymous", "", "+266696687", "sip:alice@example.com", "client:bob"])
async def test_a_withheld_number_is_served_and_nobody(web: Web, number: str) -> None:
    assert names(await web.post("/twiml/voice", From=number)) == ["Say", "Connect", "Redirect"]
    assert "callerKey" not in (await web.store.read_log("casa-verde", CALL))[0].event


async def test_a_call_that_was_begun_long_ago_is_given_its_next_leg(web: Web) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1), LegEnded.model_validate(at(1) | {"leg": 1, "reason": "lost"}))
    await web.store.connection.command("DEL", once_key("casa-verde", f"voice:{CALL}"))  # as it expires
    _, connect, _ = verbs(await web.post("/twiml/voice"))
    token = next(p.get("value") or "" for p in connect[0] if p.get("name") == "token")
    assert read_stream_token(SECRET, token, web.now).leg == 2


async def test_asking_again_gives_the_same_answer_and_begins_nothing(web: Web) -> None:
    first = await web.post("/twiml/voice")
    web.now += timedelta(seconds=3)
    second = await web.post("/twiml/voice")
    assert second.text == first.text
    assert await log_of(web) == ["call.started", "call.disclosed"]


async def test_an_open_order_of_the_same_number_stands_in_the_log(web: Web) -> None:
    key = caller_key(SECRET, "+15550109999")
    assert key is not None
    await web.store.begin_call("casa-verde", "CAold", [], web.now)
    await web.store.append("casa-verde", "CAold", None, [], Hold(key, "o1", '{"held":true}'))
    await web.post("/twiml/voice")
    await web.post("/twiml/voice", call="CAother", From="+15550108888")
    assert '"heldOrder":"{\\"held\\":true}"' in (await web.store.read_log("casa-verde", CALL))[0].event
    assert "heldOrder" not in (await web.store.read_log("casa-verde", "CAother"))[0].event


async def test_what_the_number_ordered_lately_is_known_from_the_start(web: Web) -> None:
    key = caller_key(SECRET, "+15550109999")
    assert key is not None
    placed = Delivery("o1_1", "o1", "order.confirmed", "{}")
    for minutes, cents in ((4, 20_000), (1, 300)):
        await web.store.submit(
            "casa-verde",
            "CAold",
            None,
            order_id=f"o{cents}",
            version=1,
            order="{}",
            delivery=placed,
            events=[],
            now=web.now - timedelta(minutes=minutes),
            caller_key=key,
            cents=cents,
        )
    await web.post("/twiml/voice")
    started = read_event((await web.store.read_log("casa-verde", CALL))[0].event)
    assert isinstance(started, CallStarted)
    assert [order.cents for order in started.recent_orders] == [20_000, 300]


NOODLES = "+15550100001"  # the noodle bar is closed on Mondays


async def test_after_hours_the_agent_answers(web: Web) -> None:
    assert names(await web.post("/twiml/voice", To=NOODLES)) == ["Say", "Connect", "Redirect"]
    assert [call.call_id for call in await web.store.live_calls("golden-bowl", web.now)] == [CALL]


async def test_after_hours_the_caller_hears_when_it_opens_where_the_restaurant_wants_no_calls_then(
    store: SessionStore, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]
) -> None:
    web = web_of(store, SETTINGS, [one.model_copy(update={"after_hours": "closed"}) for one in restaurants])
    said, hangup = verbs(await web.post("/twiml/voice", To=NOODLES))
    assert "open again tomorrow at 11:30 AM" in (said.text or "")
    assert hangup.tag == "Hangup"
    assert await web.store.live_calls("golden-bowl", web.now) == []


@pytest.mark.parametrize("reason", ["full", "draining", "store_away"])
async def test_after_hours_an_empty_restaurant_is_not_rung(
    web: Web, reason: str, tmp_path: Path, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]
) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        if reason == "store_away":
            web = web_of(away)
        web.live = 2 if reason == "full" else 0
        web.readiness.draining = reason == "draining"
        said, hangup = verbs(await web.post("/twiml/voice", To=NOODLES))
        assert "open again tomorrow at 11:30 AM" in (said.text or "")
        assert hangup.tag == "Hangup"
        there = [one.model_copy(update={"transfer_after_hours": True}) for one in restaurants]
        somebody = web_of(away, SETTINGS, there)
        assert names(await somebody.post("/twiml/voice", To=NOODLES)) == ["Say", "Dial", "Say", "Hangup"]


@pytest.mark.parametrize("reason", ["full", "draining"])
async def test_when_we_take_no_calls_the_restaurant_rings(web: Web, reason: str) -> None:
    web.live = 2 if reason == "full" else 0
    web.readiness.draining = reason == "draining"
    with capture_logs() as logs:
        response = await web.post("/twiml/voice")
    assert names(response) == ["Say", "Dial", "Say", "Hangup"]
    assert verbs(response)[1][0].text == "+15550100090"
    assert verbs(response)[1].get("action") is None
    assert ("call.refused", reason) in [(line["event"], line.get("reason")) for line in logs]
    assert web.metrics.get_metrics().business.system_availability == 0


async def test_an_unknown_number_is_told_so(web: Web) -> None:
    assert names(await web.post("/twiml/voice", To="+15550107777")) == ["Say", "Hangup"]


async def test_in_development_the_first_restaurant_answers_unknown_numbers(
    store: SessionStore, web_of: Callable[..., Web]
) -> None:
    web = web_of(store, Settings(public_url=PUBLIC))
    with capture_logs() as logs:
        responses = [await web.post("/twiml/voice", token=None, To="+15550107777") for _ in range(2)]
    assert "Casa Verde" in responses[0].text
    assert [line["event"] for line in logs].count("webhook.unsigned_accepted") == 1


async def test_without_a_store_the_restaurant_rings(
    tmp_path: Path, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]
) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        web = web_of(away)
        for path in ("/twiml/voice", "/twiml/next?leg=2&held=6"):
            assert names(await web.post(path)) == ["Say", "Dial", "Say", "Hangup"]
        assert names(await web.post("/twiml/next?leg=2&held=6", DialCallStatus="no-answer")) == ["Say", "Hangup"]
        assert names(await web.post("/twiml/next?leg=2&held=6&dial=busy")) == ["Say", "Hangup"]
        assert (await web.post("/twilio/status", CallStatus="completed")).status_code == 503
        nobody = [restaurants[0].model_copy(update={"transfer_to": None})]
        assert names(await web_of(away, SETTINGS, nobody).post("/twiml/voice")) == ["Say", "Hangup"]


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ("/twiml/next?leg=3", "/twiml/next?leg=3&held=1"),
        ("/twiml/next?leg=3&held=2", "/twiml/next?leg=3&held=3"),
        ("/twiml/next?leg=3&held=x", "/twiml/next?leg=3&held=1"),
        ("/twiml/gather?leg=3&turn=2&fence=4", "/twiml/next?leg=4&held=1"),
    ],
)
async def test_a_call_that_is_on_waits_for_a_store_that_is_away(
    tmp_path: Path, web_of: Callable[..., Web], asked: str, again: str
) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        answer = await web_of(away).post(asked)
    assert names(answer) == ["Say", "Pause", "Redirect"]
    assert f"{SETTINGS.public_url}{again}".replace("&", "&amp;") in answer.text


async def test_how_a_dial_ended_is_known_after_a_hold(tmp_path: Path, web_of: Callable[..., Web], web: Web) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        held = await web_of(away).post("/twiml/next?leg=2", DialCallStatus="no-answer", DialBridged="false")
    again = (verbs(held)[-1].text or "").removesuffix(RETRIES)
    assert again == f"{PUBLIC}/twiml/next?leg=2&held=1&dial=no-answer&bridged=false"
    await web.post("/twiml/voice")
    await append(web, leg(1), ended("transfer"))
    assert names(await web.post(again.removeprefix(PUBLIC))) == ["Connect", "Redirect"]
    outcome = read_event((await web.store.read_log("casa-verde", CALL))[-1].event)
    assert isinstance(outcome, Dialled)
    assert (outcome.leg, outcome.status, outcome.bridged) == (2, "no-answer", False)


async def test_an_answer_that_stands_is_given_though_the_store_goes_away_behind_it(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    await web.post("/twiml/voice")
    really = web.store.once

    async def once(restaurant_id: str, key: str, value: str, seconds: int = 60) -> str:
        if key.startswith("token:"):
            raise StoreUnavailableError("away")
        return await really(restaurant_id, key, value, seconds)

    monkeypatch.setattr(web.store, "once", once)
    assert names(await web.post("/twiml/next?leg=2", idempotency="t")) == ["Connect", "Redirect"]


@pytest.mark.parametrize("asked", ["/twiml/next?leg=1", "/twiml/gather?leg=0&turn=1&fence=1"])
async def test_nobody_is_asked_to_hold_at_an_address_that_is_not_ours(
    tmp_path: Path, web_of: Callable[..., Web], asked: str
) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        assert names(await web_of(away).post(asked, idempotency="t")) == ["Say", "Dial", "Say", "Hangup"]


async def test_a_fault_of_ours_is_never_silence(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    await web.post("/twiml/voice")
    await web.store.append("casa-verde", CALL, None, [("x", '{"type":"from.the.future"}')])
    assert names(await web.post("/twiml/next?leg=2")) == ["Connect", "Redirect"]  # an unknown event is passed over
    monkeypatch.setattr(Call, "fold", lambda *_: 1 / 0)
    with capture_logs() as logs:
        assert names(await web.post("/twiml/next?leg=3")) == ["Say", "Dial", "Say", "Hangup"]
    crashed = next(line for line in logs if line["event"] == "webhook.crashed")
    assert crashed["exc_info"]


# --- who may ask, and what ---


@pytest.mark.parametrize("path", ["/twiml/voice", "/twiml/next?leg=2", "/twilio/status", "/twilio/stream"])
@pytest.mark.parametrize("token", [None, "another-token"])
async def test_what_is_not_signed_by_twilio_gets_nothing(web: Web, path: str, token: str | None) -> None:
    with capture_logs() as logs:
        response = await web.post(path, token=token)
    assert response.status_code == 403
    assert logs[-1]["reason"] == ("signature_missing" if token is None else "signature_wrong")
    assert "5550109999" not in str(logs)
    assert await log_of(web) == []


async def test_outside_development_a_missing_token_opens_nothing(
    store: SessionStore, web_of: Callable[..., Web]
) -> None:
    web = web_of(store, Settings(gateway_env="staging", public_url=PUBLIC))
    assert (await web.post("/twiml/voice")).status_code == 403


async def test_both_tokens_hold_while_one_is_changed(store: SessionStore, web_of: Callable[..., Web]) -> None:
    settings = Settings.model_validate(SETTINGS.model_dump() | {"twilio_auth_token": "old-token,new-token"})
    web = web_of(store, settings)
    for number, token in enumerate(("old-token", "new-token")):
        response = await web.post("/twiml/voice", token=token, call=f"CA{number}")
        assert names(response) == ["Say", "Connect", "Redirect"]


async def test_blank_and_repeated_fields_are_part_of_the_signature(web: Web) -> None:
    form = [("CallSid", CALL), ("To", "+15550100000"), ("From", "+15550109999"), ("FromCity", ""), ("FromCity", "x")]
    assert names(await web.post("/twiml/voice", form)) == ["Say", "Connect", "Redirect"]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ([("CallSid", ""), ("To", "+15550100000")], "bad_call_sid"),
        ([("To", "+15550100000")], "bad_call_sid"),
        ([("CallSid", "a b\n"), ("To", "+15550100000")], "bad_call_sid"),
        ([("CallSid", "CA1"), ("CallSid", "CA2"), ("To", "+15550100000")], "repeated_field"),
        ([("CallSid", "CA1"), ("To", "+15550100000"), ("From", "+15550101"), ("From", "+15550102")], "repeated_field"),
    ],
)
async def test_a_form_that_makes_no_call_still_helps_the_caller(
    web: Web, form: list[tuple[str, str]], reason: str
) -> None:
    with capture_logs() as logs:
        assert names(await web.post("/twiml/voice", form)) == ["Say", "Dial", "Say", "Hangup"]
    assert [line["reason"] for line in logs if line["event"] == "call.refused"] == [reason]
    assert (await web.post("/twilio/status", form)).status_code in (204, 400)


async def test_several_called_numbers_are_none(web: Web) -> None:
    form = [("CallSid", CALL), ("To", "+15550100000"), ("To", "+15550100001")]
    assert names(await web.post("/twiml/voice", form)) == ["Say", "Hangup"]


async def test_what_is_no_form_is_refused(web: Web) -> None:
    json_body = await web.client.post("/twiml/voice", json={"CallSid": CALL})
    assert json_body.status_code == 415
    many = await web.post("/twiml/voice", [(f"k{number}", "v") for number in range(300)])
    assert many.status_code == 413
    large = await web.post("/twiml/voice", {"CallSid": CALL, "x": "y" * 70_000})
    assert large.status_code == 413
    assert (await web.client.get("/twiml/voice")).status_code == 405


# --- what comes next ---


async def test_a_lost_leg_is_followed_by_the_next(web: Web) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1), LegEnded.model_validate(at() | {"leg": 1, "reason": "lost"}))
    response = await web.post("/twiml/next?leg=2")
    connect, redirect = verbs(response)
    token = read_stream_token(SECRET, connect[0][0].get("value") or "", web.now)
    assert (token.leg, token.call_sid) == (2, CALL)
    assert redirect.text == f"{PUBLIC}/twiml/next?leg=3{RETRIES}"
    assert (await web.post("/twiml/next?leg=2")).text == response.text


async def test_streams_that_never_come_about_are_done_without(web: Web) -> None:
    await web.post("/twiml/voice")
    number, asked = 2, []
    while "Connect" in (answer := names(await web.post(f"/twiml/next?leg={number}"))):
        asked.append(number)
        number += 1
        assert number < 20
    assert asked
    assert answer == ["Redirect"]
    (redirect,) = verbs(await web.post(f"/twiml/next?leg={number}"))
    assert "/twiml/gather?leg=" in (redirect.text or "")


async def test_the_end_of_a_conversation_hangs_up(web: Web) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1), ended("goodbye"))
    assert names(await web.post("/twiml/next?leg=2")) == ["Hangup"]
    assert await web.store.live_calls("casa-verde", web.now) == []


async def test_a_transfer_rings_and_comes_back_when_nobody_answers(web: Web) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1), ended("transfer"))
    said, dial = verbs(await web.post("/twiml/next?leg=2"))
    assert said.tag == "Say"
    assert dial[0].text == "+15550100090"
    assert dial.get("action") == f"{PUBLIC}/twiml/next?leg=2{RETRIES}"
    assert dial[0].get("url") == f"{PUBLIC}/twiml/whisper?restaurant=casa-verde&call={CALL}&leg=2{RETRIES}"
    assert dial[0].get("statusCallback") == f"{PUBLIC}/twilio/status"
    back = await web.post("/twiml/next?leg=2", DialCallStatus="no-answer", DialBridged="false")
    assert names(back) == ["Connect", "Redirect"]
    assert (await web.post("/twiml/next?leg=2", DialCallStatus="no-answer", DialBridged="false")).text == back.text
    events = [read_event(entry.event) for entry in await web.store.read_log("casa-verde", CALL)]
    (outcome,) = [event for event in events if isinstance(event, Dialled)]
    assert (outcome.leg, outcome.status, outcome.bridged) == (2, "no-answer", False)


@pytest.mark.parametrize("status", ["completed", "answered", "busy", "no-answer", "failed", "canceled", "new"])
async def test_without_the_key_every_outcome_of_a_dial_leads_back_to_the_agent(web: Web, status: str) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1), ended("transfer"))
    assert names(await web.post("/twiml/next?leg=2", DialCallStatus=status)) == ["Connect", "Redirect"]


# --- what the restaurant's people want done with a call that has no leg ---


async def test_a_command_between_two_legs_is_taken_by_the_webhook(web: Web) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1), LegEnded.model_validate(at() | {"leg": 1, "reason": "lost"}))
    await web.store.commands.give("casa-verde", CALL, "hint", text="card 4111 1111 1111 1111", who="Rosa")
    await web.store.commands.give("casa-verde", CALL, "end")
    await web.store.commands.give("casa-verde", "CAother", "end")
    said, hangup = verbs(await web.post("/twiml/next?leg=2"))
    assert said.text == "Thank you for calling. Goodbye."
    assert hangup.tag == "Hangup"
    assert (await log_of(web))[-2:] == ["call.staff_acted"] * 2
    assert "4111" not in str(await web.store.read_log("casa-verde", CALL))
    assert [command.call_id for command in await web.store.commands.waiting("casa-verde")] == ["CAother"]


async def test_a_command_for_a_call_with_a_leg_is_left_to_it(web: Web) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1))
    await web.store.commands.give("casa-verde", CALL, "end")
    assert names(await web.post("/twiml/next?leg=2")) == ["Connect", "Redirect"]
    assert len(await web.store.commands.waiting("casa-verde", CALL)) == 1


async def test_where_the_agent_cannot_go_on_a_person_or_an_apology_follows(
    web: Web, store: SessionStore, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]
) -> None:
    await web.post("/twiml/voice")
    await append(web, leg(1), ended("apologise"))
    nobody = web_of(store, SETTINGS, [restaurants[0].model_copy(update={"transfer_to": None})])
    assert names(await nobody.post("/twiml/next?leg=3")) == ["Say", "Hangup"]
    assert names(await web.post("/twiml/next?leg=2")) == ["Say", "Dial", "Say", "Hangup"]


async def test_a_caller_who_has_hung_up_is_not_connected_again(web: Web) -> None:
    await web.post("/twiml/voice")
    assert names(await web.post("/twiml/next?leg=2", CallStatus="completed")) == ["Hangup"]


@pytest.mark.parametrize("query", ["", "?leg=", "?leg=1", "?leg=0", "?leg=-2", "?leg=x", "?leg=99999", "?leg=%D9%A3"])
async def test_an_address_that_is_not_ours_still_helps_the_caller(web: Web, query: str) -> None:
    await web.post("/twiml/voice")
    assert names(await web.post(f"/twiml/next{query}")) == ["Say", "Dial", "Say", "Hangup"]


async def test_a_call_that_nobody_began_rings_at_the_restaurant(web: Web) -> None:
    assert names(await web.post("/twiml/next?leg=2")) == ["Say", "Dial", "Say", "Hangup"]
    assert names(await web.post("/twiml/next?leg=2", To="+15550107777")) == ["Say", "Hangup"]


# --- callbacks ---


async def test_a_call_that_is_over_leaves_the_list_once(web: Web) -> None:
    await web.post("/twiml/voice")
    for status in ("in-progress", "completed", "completed", "ringing"):
        assert (await web.post("/twilio/status", CallStatus=status)).status_code == 204
    assert await log_of(web) == ["call.started", "call.disclosed", "call.hung_up"]
    assert await web.store.live_calls("casa-verde", web.now) == []


@pytest.fixture
async def agreed(web: Web, restaurants: tuple[Restaurant, ...]) -> None:
    """A call whose process died between the caller's yes and the store's."""
    house = restaurants[0]
    turns = Turns(house, OrderTools(house.menu, house), call_id=CALL)
    ordered(turns)
    turns.turn = turns.folded()
    turns.turn.gathered(3, Input("", "Yes.", 0.9), None, turns.now, voice_ready=False)
    turns.log += [event.to_json() for event in turns.turn.events]
    entries = [(f"1-{number}", text) for number, text in enumerate(turns.log)]
    await web.store.begin_call(house.id, CALL, entries, MONDAY_NOON)


@pytest.mark.usefixtures("agreed")
async def test_an_order_that_was_agreed_to_is_placed_though_its_caller_has_hung_up(web: Web) -> None:
    for _ in range(2):
        assert (await web.post("/twilio/status", CallStatus="completed")).status_code == 204
    assert (await log_of(web)).count("order.complete") == 1
    placed = await web.store.placed_order("casa-verde", f"order-{CALL}")
    assert placed is not None
    assert placed["state"] == "submitted"
    queue = keys.queue_key(keys.partition("casa-verde"), f"order-{CALL}")
    [(_, delivery)] = await web.store.connection.command("XRANGE", queue, "-", "+")
    assert json.loads(delivery["payload"])["data"]["customer"]["phone"] == "+15550109999"


@pytest.mark.usefixtures("agreed")
async def test_a_store_that_does_not_take_it_is_asked_again_with_the_callback(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> str:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patched:
        patched.setattr("gateway.web.telephony.STORE_PATIENCE_S", 0.5)
        patched.setattr(web.store, "submit", away)
        assert (await web.post("/twilio/status", CallStatus="completed")).status_code == 503
    assert (await web.post("/twilio/status", CallStatus="completed")).status_code == 204
    assert (await log_of(web)).count("order.complete") == 1


async def test_the_end_of_a_call_that_never_began_leaves_nothing(web: Web) -> None:
    assert (await web.post("/twilio/status", CallStatus="completed")).status_code == 204
    assert await log_of(web) == []


async def test_a_callback_for_a_number_that_is_not_ours_is_noted_only(web: Web) -> None:
    assert (await web.post("/twilio/status", CallStatus="completed", To="+15550107777")).status_code == 204


async def test_stream_callbacks_are_logged(web: Web) -> None:
    with capture_logs() as logs:
        await web.post("/twilio/stream", StreamEvent="stream-started", StreamSid="MZ1")
        await web.post("/twilio/stream", StreamEvent="stream-error", StreamSid="MZ1", StreamError="handshake failed")
    assert [(line["log_level"], line["status"]) for line in logs] == [
        ("info", "stream-started"),
        ("warning", "stream-error"),
    ]


async def test_a_store_that_is_away_for_a_moment_is_asked_again_for_a_call_that_goes_on(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    await web.post("/twiml/voice")
    really, left = web.store.read_log, iter(range(2))

    async def read_log(*words: str) -> list[LogEntry]:
        if next(left, None) is not None:
            raise StoreUnavailableError("away")
        return await really(*words)

    monkeypatch.setattr(web.store, "read_log", read_log)
    assert "Connect" in names(await web.post("/twiml/next?leg=2"))


async def test_one_that_stays_away_is_not_waited_for_long(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.telephony.STORE_PATIENCE_S", 0.3)
    await web.post("/twiml/voice")

    async def read_log(*_: str) -> list[LogEntry]:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(web.store, "read_log", read_log)
    began = asyncio.get_running_loop().time()
    assert "Redirect" in names(await web.post("/twiml/next?leg=2"))
    assert asyncio.get_running_loop().time() - began < 2
