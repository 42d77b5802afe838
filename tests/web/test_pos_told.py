"""What the webhooks alone tell the POS of a call: that it began, was handed over, was taken, is over. Each once."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.events import Ended, LegEnded, LegStarted
from gateway.orders.pos_events import POS_EVENTS
from gateway.orders.restaurant import PosEndpoint, Restaurant
from gateway.store import SessionStore
from gateway.store.keys import partition, queue_key
from tests.web.conftest import CALL, SETTINGS, Web
from tests.web.test_whisper import ask, tell


@pytest.fixture
async def web(
    store: SessionStore, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]
) -> AsyncIterator[Web]:
    """A restaurant whose POS wants to be told everything."""
    endpoint = PosEndpoint(url="https://pos.example", secrets=(SecretStr("whsec_" + "A" * 32),), events=POS_EVENTS)
    web = web_of(store, SETTINGS, [restaurants[0].model_copy(update={"pos": endpoint}), *restaurants[1:]])
    yield web
    await web.client.aclose()


async def told(web: Web) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of what waits for the POS in the call's queue."""
    found: Any = await web.store.connection.command("XRANGE", queue_key(partition("casa-verde"), CALL), "-", "+")
    return [(fields["type"], json.loads(fields["payload"])["data"]) for _, fields in found]


async def test_a_call_that_begins_and_ends_however_often_twilio_says_so(web: Web) -> None:
    for _ in range(2):
        await web.post("/twiml/voice", From="+15550109921")
    for status in ("completed", "completed", "canceled"):
        await web.post("/twilio/status", CallStatus=status)
    (began, started), (over, ended) = await told(web)
    assert (began, over) == ("call.started", "call.ended")
    assert started["caller"]["number_ends_in"] == "21"
    assert len(started["caller"]["ref"]) >= 32
    assert "5550109921" not in json.dumps(started)
    assert (ended["status"], ended["order_ref"], ended["order_state"]) == ("completed", None, "none")


async def test_a_person_takes_the_call(web: Web) -> None:
    await web.post("/twiml/voice")
    await tell(web, LegStarted, leg=1, stream_sid="MZ1")
    await tell(web, Ended, reason="a question about an event", next="transfer")
    await ask(web, "/twiml/whisper")
    for _ in range(2):
        await ask(web, "/twiml/accept", Digits="1")
    kinds = [kind for kind, _ in await told(web)]
    assert kinds == ["call.started", "call.transferred"], "the leg itself tells that it hands the caller over"
    assert (await told(web))[-1][1]["reason"] == "a question about an event"


async def test_a_call_taken_over_between_two_legs_is_handed_over(web: Web) -> None:
    await web.post("/twiml/voice")
    await tell(web, LegStarted, leg=1, stream_sid="MZ1")
    await tell(web, LegEnded, leg=1, reason="lost")
    await web.store.commands.give("casa-verde", CALL, "take_over", who="Rosa")
    for _ in range(2):
        await web.post("/twiml/next?leg=2")
    kinds = [kind for kind, _ in await told(web)]
    assert kinds == ["call.started", "handoff.requested"]
    assert (await told(web))[-1][1]["reason"] == "a colleague wants to take the call"
