"""`/twiml/gather` over real requests: twice, late, out of order, of the wrong leg, and without a store."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest

from gateway.brain.brain import Brain
from gateway.brain.text_turn import Input, TextTurn
from gateway.call.machine import Call
from gateway.events import AnyEvent, Ended, LegEnded, LegStarted, OrderEvent, TranscriptionEvent, read_event
from gateway.orders.restaurant import Restaurant
from gateway.store import SessionStore, open_store
from gateway.web.phrases import PHRASES
from tests.web.conftest import CALL, PUBLIC, Web, names, verbs

RETRIES = "#rc=3&rp=ct,rt,5xx"
CASA = "casa-verde"


class Caller:
    """Asks for turns as Twilio does: at the address that the last document named."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.next = "/twiml/gather?leg=2&turn=0"

    async def ring(self) -> ElementTree.Element:
        """A call whose stream has ended because of the model."""
        await self.web.post("/twiml/voice")
        await self.tell(LegStarted, leg=1, stream_sid="MZ1")
        await self.tell(Ended, reason="model: API_KEY_INVALID", next="text_only")
        (redirect,) = verbs(await self.web.post("/twiml/next?leg=2"))
        assert redirect.text == f"{PUBLIC}/twiml/gather?leg=2&turn=0{RETRIES}"
        return await self.take()

    async def tell(self, kind: Callable[..., AnyEvent], **fields: object) -> None:
        event = kind(session_id=CALL, timestamp=self.web.now.timestamp() * 1000, **fields)
        position = len(await self.web.store.read_log(CASA, CALL))
        await self.web.store.append(CASA, CALL, None, [(f"test-{position}", event.to_json())])

    async def ask(self, **fields: str) -> httpx2.Response:
        """The turn that is to come, asked for; the caller stays where they are."""
        return await self.web.post(self.next, **fields)

    async def take(self, **fields: str) -> ElementTree.Element:
        """The turn that is to come; returns the Gather, and goes on from there."""
        self.web.now += timedelta(seconds=5)
        gather, redirect = verbs(await self.ask(**fields))
        assert (gather.tag, redirect.tag) == ("Gather", "Redirect")
        assert gather.get("action") == redirect.text
        self.next = (redirect.text or "").removeprefix(PUBLIC).removesuffix(RETRIES)
        return gather

    async def say(self, words: str, confidence: str = "0.9") -> ElementTree.Element:
        return await self.take(SpeechResult=words, Confidence=confidence)

    async def ordered(self) -> None:
        """A Coke for Ana, read back."""
        await self.ring()
        await self.say("A Coke. That's all.")
        await self.say("Ana, pickup.")

    async def log(self) -> list[AnyEvent]:
        return [read_event(entry.event) for entry in await self.web.store.read_log(CASA, CALL)]


@pytest.fixture
async def caller(web: Web) -> Caller:
    return Caller(web)


def said(gather: ElementTree.Element) -> str:
    return " ".join(say.text or "" for say in gather)


# --- documents ---


async def test_a_turn_says_and_listens(caller: Caller) -> None:
    gather = await caller.ring()
    assert "What can I get for you?" in said(gather)
    assert said(gather).endswith("Press 0 at any time for a person.")
    wanted = {
        "input": "speech dtmf",
        "actionOnEmptyResult": "true",
        "speechTimeout": "auto",
        "timeout": "6",
        "numDigits": "1",
        "finishOnKey": "",
        "language": "en-US",
        "bargeIn": "true",
        "action": f"{PUBLIC}/twiml/gather?leg=2&turn=1&fence=1{RETRIES}",
    }
    assert {name: gather.get(name) for name in wanted} == wanted
    assert {"Margherita", "yes"} <= set((gather.get("hints") or "").split(","))


async def test_the_read_back_cannot_be_cut_off_and_names_the_keys(caller: Caller) -> None:
    await caller.ring()
    await caller.say("A Coke. That's all.")
    gather = await caller.say("Ana, pickup.")
    assert gather.get("bargeIn") == "false"
    assert "Is that right? Say yes or press 1 to confirm, or press 2 to change it. Press 0" in said(gather)


async def test_a_confirmed_order_is_stored_before_it_is_told(caller: Caller) -> None:
    await caller.ordered()
    response = await caller.ask(Digits="1")
    say, redirect = verbs(response)
    assert "The order is placed" in (say.text or "")
    assert redirect.text == f"{PUBLIC}/twiml/next?leg=3{RETRIES}"
    assert await caller.web.store.placed_order(CASA, f"order-{CALL}") is not None
    assert names(await caller.web.post("/twiml/next?leg=3")) == ["Hangup"]
    assert [event.reason for event in await caller.log() if isinstance(event, LegEnded)] == ["closed"]


async def test_document_and_recogniser_follow_the_caller_into_spanish(caller: Caller) -> None:
    await caller.ring()
    gather = await caller.say("¿Puedo seguir en español?")
    assert (gather.get("language"), gather[0].get("language")) == ("es-US", "es-US")
    assert "sí" in (gather.get("hints") or "").split(",")


async def test_a_restaurant_without_a_telephone_offers_no_person(
    store: SessionStore, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]
) -> None:
    alone = restaurants[0].model_copy(update={"transfer_to": None})
    caller = Caller(web_of(store, served=[alone]))
    assert "Press 0" not in said(await caller.ring())
    await caller.say("A Coke. That's all.")
    assert "Press 0" not in said(await caller.say("Ana, pickup."))
    await caller.web.client.aclose()


async def test_a_pause_that_was_asked_for_is_given(caller: Caller) -> None:
    await caller.ring()
    assert (await caller.say("Just a moment, please.")).get("timeout") == "18"


@pytest.mark.parametrize("confidence", ["", "much", "nan", "7", "-1"])
async def test_a_confidence_that_is_none_counts_as_not_told(caller: Caller, confidence: str) -> None:
    await caller.ring()
    await caller.say("A Coke.", confidence)
    (heard,) = [event for event in await caller.log() if isinstance(event, TranscriptionEvent)]
    assert (heard.type, heard.data.text, heard.data.confidence) == ("transcription.complete", "A Coke.", 0)


async def test_keys_that_are_none_are_passed_over(caller: Caller) -> None:
    await caller.ring()
    assert "Are you still there?" in said(await caller.take(Digits="x1"))


async def test_the_voice_model_that_is_back_gets_a_stream(caller: Caller) -> None:
    await caller.ring()
    caller.web.voice_ready = True
    (redirect,) = verbs(await caller.ask(SpeechResult="A Coke."))
    assert redirect.text == f"{PUBLIC}/twiml/next?leg=3{RETRIES}"
    assert names(await caller.web.post("/twiml/next?leg=3")) == ["Connect", "Redirect"]


async def test_a_call_begins_with_turns_when_the_model_is_known_to_be_away(caller: Caller) -> None:
    caller.web.voice_away = True
    say, redirect = verbs(await caller.web.post("/twiml/voice"))
    assert "automated assistant" in (say.text or "")
    assert redirect.text == f"{PUBLIC}/twiml/gather?leg=1&turn=0{RETRIES}"
    caller.next = "/twiml/gather?leg=1&turn=0"
    assert "What can I get for you?" in said(await caller.take())


# --- twice, late, out of order ---


async def test_a_webhook_that_comes_twice_changes_nothing_and_is_answered_the_same(caller: Caller) -> None:
    await caller.ring()
    first = await caller.ask(SpeechResult="A Coke.")
    log = await caller.log()
    caller.web.now += timedelta(seconds=3)
    assert (await caller.ask(SpeechResult="A Coke.")).text == first.text
    assert (await caller.ask(SpeechResult="Two Sprites.")).text == first.text, "the turn is over"
    assert await caller.log() == log


async def test_the_first_turn_comes_twice(caller: Caller) -> None:
    await caller.ring()
    log = await caller.log()
    again = verbs(await caller.web.post("/twiml/gather?leg=2&turn=0"))[0]
    assert again.get("action") == f"{PUBLIC}{caller.next}{RETRIES}"
    assert await caller.log() == log


@pytest.mark.parametrize("answer", ["A Sprite, please.", "Yes."])
async def test_webhooks_that_come_at_once_to_several_processes_are_one(
    caller: Caller, web_of: Callable[..., Web], answer: str
) -> None:
    await caller.ordered()
    others = [web_of(caller.web.store) for _ in range(4)]
    for n, other in enumerate(others):
        other.now = caller.web.now + timedelta(seconds=6, milliseconds=n)
    asked = [other.post(caller.next, SpeechResult=answer, Confidence="0.9") for other in others]
    answers = {response.text for response in await asyncio.gather(*asked)}
    assert len(answers) == 1
    heard = [event.data.text for event in await caller.log() if isinstance(event, TranscriptionEvent)]
    assert heard[-1:] == [answer]
    assert heard.count(answer) == 1
    placed = [event for event in await caller.log() if isinstance(event, OrderEvent)]
    assert len(placed) == (1 if answer == "Yes." else 0)
    for other in others:
        await other.client.aclose()


async def test_a_turn_that_is_late_is_answered_with_how_things_stand(caller: Caller) -> None:
    await caller.ring()
    late = caller.next
    await caller.say("A Coke.")
    now = await caller.say("And a Sprite.")
    log = await caller.log()
    gather = verbs(await caller.web.post(late, SpeechResult="A Coke."))[0]
    assert (said(gather), gather.get("action")) == (said(now), now.get("action"))
    assert await caller.log() == log


async def test_a_turn_ahead_of_its_time_is_not_taken(caller: Caller) -> None:
    await caller.ring()
    log = await caller.log()
    gather = verbs(await caller.web.post("/twiml/gather?leg=2&turn=7&fence=1", SpeechResult="A Coke."))[0]
    assert gather.get("action") == f"{PUBLIC}{caller.next}{RETRIES}"
    assert await caller.log() == log


@pytest.mark.parametrize("path", ["/twiml/gather?leg=1&turn=3&fence=1", "/twiml/gather?leg=4&turn=1&fence=9"])
async def test_a_turn_of_another_leg_is_sent_to_where_the_call_stands(caller: Caller, path: str) -> None:
    await caller.ring()
    log = await caller.log()
    (redirect,) = verbs(await caller.web.post(path, SpeechResult="A Coke."))
    assert (redirect.text or "").startswith(f"{PUBLIC}/twiml/next?leg=")
    assert await caller.log() == log


async def test_turns_do_not_begin_where_a_newer_leg_runs(caller: Caller) -> None:
    await caller.ring()
    await caller.web.store.claim_leg(CASA, CALL, 5, "nonce", "another process", 60)
    (redirect,) = verbs(await caller.ask(SpeechResult="A Coke."))
    assert redirect.text == f"{PUBLIC}/twiml/next?leg=3{RETRIES}"
    (redirect,) = verbs(await caller.web.post("/twiml/gather?leg=3&turn=0"))
    assert redirect.text == f"{PUBLIC}/twiml/next?leg=4{RETRIES}"


async def test_a_turn_whose_process_died_over_the_submit_is_made_good_by_the_next_leg(
    caller: Caller, restaurants: tuple[Restaurant, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log ends with the confirm; it is asked again, and nobody is at it any more."""
    monkeypatch.setattr("gateway.text_session.TURN_PATIENCE", 0.3)
    await caller.ordered()
    turn = TextTurn(Call(CALL, restaurants[0]), Brain(), None)
    turn.fold(await caller.log())
    turn.gathered(3, Input(words="Yes."), None, caller.web.now + timedelta(seconds=5), voice_ready=False)
    assert turn.submit is not None
    entries = [(f"1-t3.{n}", event.to_json()) for n, event in enumerate(turn.events)]
    assert await caller.web.store.append_turn(CASA, CALL, 1, entries)
    caller.web.now += timedelta(seconds=8)
    (redirect,) = verbs(await caller.ask(SpeechResult="Yes."))
    assert redirect.text == f"{PUBLIC}/twiml/next?leg=3{RETRIES}"
    (redirect,) = verbs(await caller.web.post("/twiml/next?leg=3"))
    assert redirect.text == f"{PUBLIC}/twiml/gather?leg=3&turn=0{RETRIES}"
    say, _ = verbs(await caller.web.post("/twiml/gather?leg=3&turn=0"))
    assert "order is placed" in (say.text or "")
    placed = [event for event in await caller.log() if isinstance(event, OrderEvent)]
    assert [event.type for event in placed] == ["order.complete"]


# --- what is not to be served ---


async def test_an_unknown_call_is_put_through_to_the_restaurant(web: Web) -> None:
    for path in ("/twiml/gather?leg=2&turn=0", "/twiml/gather?leg=2&turn=1&fence=1"):
        assert names(await web.post(path)) == ["Say", "Dial", "Say", "Hangup"]
    assert await web.store.read_log(CASA, CALL) == []


async def test_an_unknown_number_is_told_so(web: Web) -> None:
    say, _ = verbs(await web.post("/twiml/gather?leg=2&turn=0", To="+15559999999"))
    assert say.text == PHRASES["en"].not_in_service


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?leg=0&turn=0",
        "?leg=2&turn=x",
        "?leg=2&turn=1",
        "?leg=2&turn=0&fence=1",
        "?leg=2&turn=1&fence=-1",
        "?turn=0",
    ],
)
async def test_an_address_that_is_not_ours_is_put_through(caller: Caller, query: str) -> None:
    await caller.ring()
    assert names(await caller.web.post(f"/twiml/gather{query}")) == ["Say", "Dial", "Say", "Hangup"]


async def test_without_a_signature_there_is_no_answer(caller: Caller) -> None:
    await caller.ring()
    assert (await caller.web.post(caller.next, token=None)).status_code == 403


async def test_a_log_with_an_event_of_another_version_is_read_as_far_as_it_goes(caller: Caller) -> None:
    await caller.ring()
    await caller.web.store.append(CASA, CALL, None, [("new", '{"type":"call.of_tomorrow"}')])
    await caller.say("A Coke.")


async def test_without_a_store_the_caller_is_asked_to_hold(web_of: Callable[..., Web], tmp_path: Path) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        web = web_of(away)
        for path in ("/twiml/gather?leg=2&turn=0", "/twiml/gather?leg=2&turn=1&fence=1"):
            assert names(await web.post(path)) == ["Say", "Pause", "Redirect"]
        await web.client.aclose()


async def test_a_dropped_order_is_held_no_more(caller: Caller) -> None:
    await caller.ring()
    await caller.say("A Coke.")
    assert len(await caller.web.store.connection.command("KEYS", "*:held:*")) == 1  # type: ignore[arg-type]  # a list
    await caller.say("Cancel the order, please.")
    assert await caller.web.store.connection.command("KEYS", "*:held:*") == []


# --- the number's fallback ---


async def test_the_fallback_rings_the_restaurant_by_post_and_by_get(web: Web) -> None:
    posted = await web.post("/twiml/fallback", ErrorCode="11200")
    assert names(posted) == ["Say", "Dial", "Say", "Hangup"]
    path = f"/twiml/fallback?CallSid={CALL}&To=%2B15550100000"
    assert (await web.get(path)).text == posted.text
    say, _ = verbs(await web.get("/twiml/fallback?To=%2B15559999999"))
    assert say.text == PHRASES["en"].not_in_service
    assert (await web.get(path, token=None)).status_code == 403


async def test_the_fallback_of_a_restaurant_without_a_telephone_apologises(
    store: SessionStore, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]
) -> None:
    web = web_of(store, served=[restaurants[0].model_copy(update={"transfer_to": None})])
    say, _ = verbs(await web.post("/twiml/fallback"))
    assert say.text == PHRASES["en"].apology
    await web.client.aclose()
