"""TwiML documents, compared as trees with what Twilio's own library builds for the same call."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]  # the package has no types

from twiml.alarm import DOCUMENT_LIMIT, PAUSE_S, alarm
from twiml.answer import answer
from twiml.closed import closed
from twiml.document import MOST_HINTS, RETRIES, SAY_LIMIT, Screen, Stream
from twiml.fallback import fallback
from twiml.gather import ask, begin_asking, last_words
from twiml.goodbye import goodbye
from twiml.hold import hold
from twiml.message import message
from twiml.resume import resume
from twiml.transfer import transfer, transfer_or_apology
from twiml.whisper import KEY_S, accepted, whisper

NEXT = "https://voice.example.com/twiml/next?leg=2"
STREAM = Stream("wss://voice.example.com/media", "https://voice.example.com/twilio/stream", "tok.en-_")


def same(document: str, response: VoiceResponse) -> bool:
    ours, theirs = (ElementTree.canonicalize(text) for text in (document, str(response)))
    return ours == theirs


def tree(document: str) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314 - our own document


def with_stream(response: VoiceResponse) -> VoiceResponse:
    connected = response.connect(action=NEXT + RETRIES)
    stream = connected.stream(url=STREAM.url, status_callback=STREAM.status_callback)
    stream.parameter(name="token", value=STREAM.token)
    response.redirect(NEXT + RETRIES)
    return response


def test_answer_says_the_disclosure_before_it_connects() -> None:
    response = VoiceResponse()
    response.say('This is "Ana" & an AI <assistant>.', language="en-US")
    assert same(answer('This is "Ana" & an AI <assistant>.', "en-US", STREAM, NEXT), with_stream(response))


def test_answer_plays_a_recording_instead() -> None:
    response = VoiceResponse()
    response.play("https://r.example/a.wav?x=1&y=2")
    ours = answer("unused", "es-US", STREAM, NEXT, recording_url="https://r.example/a.wav?x=1&y=2")
    assert same(ours, with_stream(response))


def test_resume_connects_and_says_nothing() -> None:
    assert same(resume(STREAM, NEXT), with_stream(VoiceResponse()))


def test_transfer_asks_what_follows() -> None:
    response = VoiceResponse()
    response.say("Un momento.", language="es-US")
    response.dial(timeout=20, answer_on_bridge=True, action=NEXT + RETRIES).number("+15550100000")
    assert same(transfer("+15550100000", "Un momento.", "es-US", NEXT), response)


def test_a_transfer_may_screen_who_answers() -> None:
    url, told = "https://voice.example.com/twiml/whisper?call=CA1&leg=2", "https://voice.example.com/twilio/status"
    response = VoiceResponse()
    response.say("One moment.", language="en-US")
    dialled = response.dial(timeout=20, answer_on_bridge=True, action=NEXT + RETRIES)
    dialled.number("+15550100000", url=url + RETRIES, status_callback=told)
    assert same(transfer("+15550100000", "One moment.", "en-US", NEXT, Screen(url, told)), response)


def test_a_whisper_waits_for_one_key_and_hangs_up_without() -> None:
    response = VoiceResponse()
    gather = response.gather(input="dtmf", num_digits=1, timeout=KEY_S, action=NEXT + RETRIES)
    gather.say("Ana & Co. Press 1.", language="en-US")
    response.hangup()
    assert same(whisper("Ana & Co. Press 1.", "en-US", NEXT), response)


def test_accepting_is_an_empty_document() -> None:
    assert same(accepted(), VoiceResponse())


def test_transfer_without_us_stands_alone() -> None:
    response = VoiceResponse()
    response.say("One moment.", language="en-US")
    response.dial(timeout=30, answer_on_bridge=True).number("+15550100000")
    response.say("Goodbye.", language="en-US")
    response.hangup()
    ours = transfer_or_apology("+15550100000", "One moment.", "Goodbye.", "en-US", ring_s=30)
    assert same(ours, response)
    assert "action" not in ours


@pytest.mark.parametrize("document", [closed, goodbye, message])
def test_last_words_end_the_call(document: object) -> None:
    assert callable(document)
    response = VoiceResponse()
    response.say("We open at 11.", language="en-US")
    response.hangup()
    assert same(document("We open at 11.", "en-US"), response)


def test_goodbye_without_words_just_hangs_up() -> None:
    response = VoiceResponse()
    response.hangup()
    assert same(goodbye("", "en-US"), response)


def test_a_message_may_be_followed_by_another_document() -> None:
    response = VoiceResponse()
    response.say("Sorry.", language="en-US")
    response.redirect(NEXT + RETRIES)
    assert same(message("Sorry.", "en-US", NEXT), response)


def test_the_retry_settings_are_a_fragment_of_their_own() -> None:
    (redirect,) = tree(message("x", "en-US", NEXT)).iter("Redirect")
    assert redirect.text == "https://voice.example.com/twiml/next?leg=2#rc=3&rp=ct,rt,5xx"


@given(st.text())
def test_every_text_gives_a_document_that_can_be_read(text: str) -> None:
    root = tree(message(text, text, NEXT))
    spoken = list(root.iter("Say"))
    assert all(0 < len(one.text or "") <= SAY_LIMIT for one in spoken)
    assert [one.tag for one in root][-1] == "Redirect"


def test_a_long_text_is_spoken_by_several_verbs_and_loses_no_word() -> None:
    words = [f"word{number}" for number in range(2_000)]
    spoken = [one.text or "" for one in tree(closed(" ".join(words), "en-US")).iter("Say")]
    assert len(spoken) > 1
    assert " ".join(spoken).split() == words


TURN = "https://voice.example.com/twiml/gather?leg=2&turn=1&fence=3"


def test_a_turn_says_and_listens() -> None:
    response = VoiceResponse()
    gathered = response.gather(
        input="speech dtmf",
        action=TURN + RETRIES,
        action_on_empty_result=True,
        timeout=6,
        speech_timeout="auto",
        num_digits=1,
        finish_on_key="",
        language="es-US",
        barge_in=False,
        hints="Margherita,Wings & more,half and half",
    )
    gathered.say("¿Está bien?", language="es-US")
    response.redirect(TURN + RETRIES)
    hints = ["Margherita", "Wings & more", "half, and half", "Margherita", "", "x" * 101]
    assert same(ask("¿Está bien?", "es-US", TURN, hints=hints, barge_in=False), response)


def test_a_turn_may_have_nothing_to_say_and_no_hints() -> None:
    (gathered, redirect) = tree(ask("", "en-US", TURN, timeout_s=18))
    assert (len(gathered), gathered.get("hints"), gathered.get("timeout")) == (0, None, "18")
    assert redirect.text == TURN + RETRIES


def test_a_turn_has_no_more_hints_than_twilio_takes() -> None:
    gathered = tree(ask("Hello.", "en-US", TURN, hints=[f"dish {n}" for n in range(900)]))[0]
    assert len((gathered.get("hints") or "").split(",")) == MOST_HINTS


def test_turns_begin_with_a_disclosure_or_without() -> None:
    response = VoiceResponse()
    response.redirect(TURN + RETRIES)
    assert same(begin_asking(TURN), response)
    response = VoiceResponse()
    response.say("This is an AI.", language="en-US")
    response.redirect(TURN + RETRIES)
    assert same(begin_asking(TURN, disclosure="This is an AI."), response)


def test_last_words_are_said_to_their_end() -> None:
    response = VoiceResponse()
    response.say("¡Adiós!", language="es-US")
    response.redirect(NEXT + RETRIES)
    assert same(last_words("¡Adiós!", "es-US", NEXT), response)


def test_a_caller_who_is_to_hold_hears_so_and_asks_again() -> None:
    response = VoiceResponse()
    response.say("One moment, please.", language="en-US")
    response.pause(length=1)
    response.redirect(NEXT + RETRIES)
    assert same(hold("One moment, please.", "en-US", NEXT), response)


def test_the_fallback_rings_the_restaurant_or_apologises() -> None:
    assert fallback("+15550100090", "One moment.", "Sorry.", "en-US") == transfer_or_apology(
        "+15550100090", "One moment.", "Sorry.", "en-US"
    )
    assert fallback(None, "One moment.", "Sorry.", "en-US") == message("Sorry.", "en-US")


def spoken(document: str) -> list[str]:
    return [element.text or "" for element in tree(document).iter("Say")]


def test_an_alarm_is_spoken_three_times_to_whoever_picks_up() -> None:
    response = VoiceResponse()
    for _ in range(3):
        response.pause(length=PAUSE_S)
        response.say("An order. 2 Margherita & 1 cola.", language="en-US")
    response.hangup()
    assert same(alarm(["An order.", "2 Margherita & 1 cola."], "More.", "en-US"), response)


@pytest.mark.parametrize(("size", "times"), [(1100, 3), (1600, 2), (3000, 1)])
def test_a_long_alarm_is_spoken_as_often_as_there_is_room(size: int, times: int) -> None:
    document = alarm(["x" * size], "More.", "en-US")
    assert len(spoken(document)) == times
    assert len(document) <= DOCUMENT_LIMIT


def test_an_alarm_that_is_too_long_ends_by_saying_so() -> None:
    document = alarm(["First.", *(f"Line {i} {'&' * 60}." for i in range(40))], "There is more.", "en-US")
    (said,) = spoken(document)
    assert said.startswith("First. Line 0")
    assert said.endswith(". There is more.")
    assert DOCUMENT_LIMIT - 400 < len(document) <= DOCUMENT_LIMIT
    assert spoken(alarm(["x" * 5000], "More.", "en-US")) == ["More."]
