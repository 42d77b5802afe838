"""A call that no process serves is led to what its people want: where to, and what it is answered there."""

from xml.etree import ElementTree

import httpx2
import pytest
from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]  # the package has no types

from gateway.call.machine import Call
from gateway.events import StaffAction, read_event
from gateway.web.steering import steering_document
from tests.web.conftest import CALL, PUBLIC, Web, names, verbs
from tests.web.test_telephony import append, ended, leg
from tests.web.test_text_turns import CASA, RETRIES, Caller


async def led(web: Web, action: StaffAction) -> httpx2.Response | None:
    """Somebody wants something done; what Twilio is answered where it is led, if it is led anywhere."""
    command = await web.store.commands.give(CASA, CALL, action)
    events = [read_event(entry.event) for entry in await web.store.read_log(CASA, CALL)]
    call = Call.fold(CALL, await web.houses.now(CASA), events)
    document = steering_document(call, action, command, await web.store.fence(CASA, CALL), PUBLIC)
    if document is None:
        return None
    (redirect,) = ElementTree.fromstring(document)  # noqa: S314 - our own document
    path = (redirect.text or "").removeprefix(PUBLIC).removesuffix(RETRIES)
    answer = await web.post(path)
    assert (await web.post(path)).text == answer.text, "Twilio may ask twice"
    return answer


async def rings(web: Web) -> None:
    """The staff's telephone rings."""
    await web.post("/twiml/voice")
    await append(web, leg(1), ended("transfer"))
    assert names(await web.post("/twiml/next?leg=2")) == ["Say", "Dial"]


async def test_the_end_of_a_call_does_not_wait_for_the_staffs_telephone(web: Web) -> None:
    await rings(web)
    answer = await led(web, "end")
    assert answer is not None
    assert names(answer) == ["Say", "Hangup"]
    assert await web.store.commands.waiting(CASA) == ()


async def test_a_telephone_that_rings_already_is_not_rung_anew(web: Web) -> None:
    await rings(web)
    assert await led(web, "take_over") is None
    assert await led(web, "hint") is None


@pytest.mark.parametrize(("action", "told"), [("end", "Hangup"), ("take_over", "Dial")])
async def test_a_caller_who_is_being_asked_without_a_stream_is_led_on_at_once(
    web: Web, action: StaffAction, told: str
) -> None:
    caller = Caller(web)
    await caller.ring()
    await caller.say("A Coke.")
    answer = await led(web, action)
    assert answer is not None
    (redirect,) = [verb for verb in verbs(answer) if verb.tag == "Redirect"]
    following = await web.post((redirect.text or "").removeprefix(PUBLIC).removesuffix(RETRIES))
    assert told in names(following)


async def test_where_a_call_has_not_begun_there_is_nothing_to_lead(web: Web) -> None:
    await web.post("/twiml/voice")
    assert await led(web, "end") is None


async def test_a_command_that_is_none_of_ours_is_an_ordinary_question(web: Web) -> None:
    await rings(web)
    assert names(await web.post("/twiml/next?leg=2&staff=x:y")) == ["Say", "Dial"]


async def test_the_document_is_what_twilios_library_writes(web: Web) -> None:
    call = Call(CALL, await web.houses.now(CASA))
    call.handle(leg(3))
    response = VoiceResponse()
    response.redirect(f"{PUBLIC}/twiml/next?leg=4&staff=1-0{RETRIES}")
    call.handle(ended("goodbye"))
    ours = steering_document(call, "end", "1-0", 3, PUBLIC)
    assert ours is not None
    assert ElementTree.canonicalize(ours) == ElementTree.canonicalize(str(response))


async def test_a_leg_that_nobody_holds_is_left_alone(web: Web) -> None:
    caller = Caller(web)
    await caller.ring()
    events = [read_event(entry.event) for entry in await web.store.read_log(CASA, CALL)]
    call = Call.fold(CALL, await web.houses.now(CASA), events)
    assert steering_document(call, "end", "1-0", None, PUBLIC) is None
