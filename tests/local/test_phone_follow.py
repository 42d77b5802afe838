"""TwiML followed verb by verb, against a small gateway."""

import io
import wave

import numpy as np
import pytest
from starlette.responses import Response

from gateway.local.phone import Phone
from gateway.local.phone_setup import DialOutcome, tone_voice

TOKEN = "a token of the tests"
PERSON = "+15005550199"


async def stay(line) -> None:
    await line.wait_over()


def phone(gateway, **options) -> Phone:
    return Phone(
        **{"voice_url": gateway.url(), "auth_token": TOKEN, "say_voice": tone_voice(), "timeout_s": 15} | options
    )


def connect(gateway, attributes: str = "", stream: str = "") -> str:
    return f'<Connect {attributes}><Stream url="{gateway.ws}" {stream}/></Connect>'


async def leave(media) -> None:
    """The agent ends the stream at once."""


async def test_verbs_run_in_order_until_there_are_none(gateway):
    gateway.on(
        "/voice", "<Say>one</Say><Pause length='1'/><Say loop='2'>two</Say><Redirect>/next</Redirect><Say>no</Say>"
    )
    gateway.on("/next", "<Say>three</Say><Hangup/><Say>no</Say>")
    record = await phone(gateway).call(stay)
    assert record.texts == ["one", "two", "two", "three"]
    assert record.heard[1].at - record.heard[0].at > 1
    assert record.ended_by == "gateway"
    assert all(asked.signed for asked in gateway.asked)
    first, second = gateway.asked
    assert (first.form["CallStatus"], second.form["CallStatus"]) == ("ringing", "in-progress")
    assert first.form["CallSid"] == second.form["CallSid"] == record.call_sid
    assert first.form["FromCity"] == ""
    assert first.form["Caller"] == first.form["From"] == "+15005550001"
    assert first.form["Direction"] == "inbound"
    assert first.form["ApiVersion"] == "2010-04-01"
    assert first.headers["i-twilio-idempotency-token"] != second.headers["i-twilio-idempotency-token"]


async def test_redirect_by_get_signs_the_query(gateway):
    gateway.on("/voice", '<Redirect method="GET">/next?leg=2&amp;x=a%20b</Redirect>')
    gateway.on("/next", "<Reject/>")
    record = await phone(gateway).call(stay)
    asked = gateway.asked[1]
    assert (asked.method, asked.signed, asked.form) == ("GET", True, {})
    assert asked.query.startswith("leg=2&x=a%20b&")
    assert record.ended_by == "gateway"


@pytest.mark.parametrize(
    ("reading", "behind", "expected"),
    [
        ("action", "<Redirect>/verb</Redirect>", "/action"),
        ("action", "", "/action"),
        ("next_verb", "<Redirect>/verb</Redirect>", "/verb"),
        ("next_verb", "", "/action"),
    ],
)
async def test_both_readings_of_a_verb_behind_a_connect_with_an_action(gateway, reading, behind, expected):
    gateway.on("/voice", connect(gateway, 'action="/action"'), behind)
    gateway.on("/action")
    gateway.on("/verb")
    gateway.stream = leave
    await phone(gateway, after_action=reading).call(stay)
    assert gateway.paths() == ["/voice", expected]


@pytest.mark.parametrize(
    ("reading", "behind", "expected"),
    [
        ("action", "<Redirect>/verb</Redirect>", ["/action"]),
        ("next_verb", "<Redirect>/verb</Redirect>", ["/verb"]),
        ("next_verb", "", []),
    ],
)
async def test_a_failed_handshake_goes_on_by_the_same_reading(gateway, reading, behind, expected):
    gateway.on("/voice", connect(gateway, 'action="/action"', f'statusCallback="{gateway.url("/stream")}"'), behind)
    for path in ("/action", "/verb", "/stream"):
        gateway.on(path)
    gateway.refuse_streams = 1
    await phone(gateway, after_action=reading).call(stay)
    assert [path for path in gateway.paths() if path != "/stream"] == ["/voice", *expected]
    (told,) = [asked.form for asked in gateway.asked if asked.path == "/stream"]
    assert (told["StreamEvent"], "403" in told["StreamError"]) == ("stream-error", True)


async def test_without_an_action_the_verb_behind_a_stream_is_next_and_the_stream_tells_its_events(gateway):
    attributes = f'name="main" statusCallback="{gateway.url("/stream")}" statusCallbackMethod="GET"'
    gateway.on("/voice", connect(gateway, "", attributes), "<Redirect>/verb</Redirect>")
    gateway.on("/verb")
    gateway.on("/stream")
    gateway.stream = leave
    record = await phone(gateway).call(stay)
    told = [asked for asked in gateway.asked if asked.path == "/stream"]
    assert ["StreamEvent=stream-started" in told[0].query, "StreamEvent=stream-stopped" in told[1].query] == [
        True,
        True,
    ]
    assert f"StreamSid={record.streams[0].stream_sid}&StreamName=main" in told[0].query
    assert all(asked.signed for asked in told)
    assert "/verb" in gateway.paths()


async def test_nothing_buffered_survives_the_stream(gateway):
    gateway.on("/voice", connect(gateway), "<Say>sorry</Say>")

    async def agent(media):
        await media.play(b"\x10" * 80_000)

    gateway.stream = agent
    record = await phone(gateway).call(stay)
    assert record.duration_s < 5
    assert record.agent_audio.count(b"\x10") < 8000
    assert record.texts == ["sorry"]


# -- Play --


def wav(rate: int, channels: int = 1, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        tone = 8000 * np.sin(2 * np.pi * 400 * np.arange(rate // 5) / rate)
        file.writeframes(np.repeat(tone.astype("<i2"), channels).tobytes() if width == 2 else b"\0" * rate)
    return out.getvalue()


@pytest.mark.parametrize("rate", [8000, 24000])
async def test_a_file_is_played(gateway, rate):
    gateway.on("/voice", "<Play>/hello.wav</Play>")
    gateway.documents["/hello.wav"] = Response(wav(rate, channels=2), media_type="audio/wav")
    record = await phone(gateway).call(stay)
    assert sum(span.end - span.start for span in record.spoken) == pytest.approx(0.2, abs=0.01)
    assert (gateway.asked[1].method, gateway.asked[1].signed, gateway.asked[1].query) == ("GET", True, "")
    assert (record.heard, record.violations) == ([], [])


async def test_a_file_that_cannot_be_played_is_left_out(gateway):
    gateway.on("/voice", "<Play>/none.wav</Play><Play>/page.wav</Play><Say>on</Say>")
    gateway.documents["/page.wav"] = Response("<html/>", media_type="text/html")
    record = await phone(gateway).call(stay)
    assert record.texts == ["on"]
    assert [notice.code for notice in record.notices] == [11200]
    assert [violation.code for violation in record.violations] == [12300]


# -- Gather --


async def test_keys_are_gathered_and_the_prompt_is_cut(gateway):
    gateway.on("/voice", '<Gather numDigits="2" action="/keys"><Say loop="0">press</Say></Gather><Say>no</Say>')
    gateway.on("/keys")

    async def caller(line):
        await line.pause(0.3)
        line.press("42")
        await line.wait_over()

    await phone(gateway).call(caller)
    assert gateway.asked[1].form["Digits"] == "42"


async def test_the_finish_key_ends_the_input_and_is_not_part_of_it(gateway):
    gateway.on("/voice", '<Gather action="/keys?a=1"/>')
    gateway.on("/keys")

    async def caller(line):
        line.press("123#")
        await line.wait_over()

    await phone(gateway).call(caller)
    asked = gateway.asked[1]
    assert (asked.form["Digits"], asked.query, asked.signed) == ("123", "a=1", True)


async def test_keys_end_after_the_time_too(gateway):
    gateway.on("/voice", '<Gather action="/keys" timeout="1" finishOnKey=""/>')
    gateway.on("/keys")

    async def caller(line):
        line.press("7#")
        await line.wait_over()

    await phone(gateway).call(caller)
    assert gateway.asked[1].form["Digits"] == "7#"


@pytest.mark.parametrize("speech_timeout", ["auto", "1"])
async def test_speech_is_gathered(gateway, speech_timeout):
    gateway.on(
        "/voice",
        f'<Gather input="dtmf speech" speechTimeout="{speech_timeout}" action="/speech"><Say>what?</Say></Gather>',
    )
    gateway.on("/speech")

    async def caller(line):
        await line.listen_until_quiet(200)
        await line.say("a large")
        await line.say("margherita")
        await line.wait_over()

    await phone(gateway).call(caller)
    form = gateway.asked[1].form
    assert form["SpeechResult"] == "a large margherita"
    assert 0 < float(form["Confidence"]) <= 1
    assert "Digits" not in form


async def test_a_prompt_that_cannot_be_cut_is_heard_to_its_end(gateway):
    gateway.on(
        "/voice",
        '<Gather input="dtmf speech" numDigits="1" bargeIn="false" action="/a"><Say>to the end</Say></Gather>',
    )
    gateway.on("/a")

    async def caller(line):
        line.press("1")
        await line.wait_over()

    record = await phone(gateway).call(caller)
    assert gateway.asked[1].form["Digits"] == "1"
    assert record.texts == ["to the end"]


async def test_words_over_a_prompt_that_cannot_be_cut_are_not_taken(gateway):
    gateway.on(
        "/voice", '<Gather input="speech" timeout="1" bargeIn="false" action="/a"><Say>to the end of it</Say></Gather>'
    )
    gateway.on("/a")

    async def caller(line):
        await line.say("too early")
        await line.listen_until_quiet(200)
        await line.say("in time")
        await line.wait_over()

    await phone(gateway).call(caller)
    assert gateway.asked[1].form["SpeechResult"] == "in time"


@pytest.mark.parametrize(("confidence", "told"), [(0.4, "0.4"), (None, None)])
async def test_the_recogniser_is_as_sure_as_it_was_set_up(gateway, confidence, told):
    gateway.on("/voice", '<Gather input="speech" speechTimeout="auto" action="/a"/>')
    gateway.on("/a")

    async def caller(line):
        await line.say("hello")
        await line.wait_over()

    await phone(gateway, confidence=confidence).call(caller)
    assert gateway.asked[1].form.get("Confidence") == told


async def test_without_input_the_next_verb_runs(gateway):
    gateway.on("/voice", '<Gather timeout="1" action="/never"><Pause length="0"/></Gather><Redirect>/next</Redirect>')
    gateway.on("/next")
    await phone(gateway).call(stay)
    assert gateway.paths() == ["/voice", "/next"]


@pytest.mark.parametrize(("inputs", "field"), [("dtmf", "Digits"), ("speech", "SpeechResult")])
async def test_an_empty_result_is_told_if_it_is_wanted(gateway, inputs, field):
    gateway.on("/voice", f'<Gather input="{inputs}" timeout="0" action="/empty" actionOnEmptyResult="true"/>')
    gateway.on("/empty")

    async def caller(line):
        line.press("1") if inputs == "speech" else await line.say("not listening")
        await line.wait_over()

    await phone(gateway).call(caller)
    assert gateway.asked[1].form[field] == ""


# -- Dial --


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled"])
async def test_the_action_is_told_what_became_of_the_dialled_number(gateway, status):
    gateway.on("/voice", f'<Dial action="/dialled" timeout="20">{PERSON}</Dial><Say>no</Say>')
    gateway.on("/dialled")
    record = await phone(gateway, dial={PERSON: DialOutcome(status, 0.1, 0.1)}).call(stay)
    form = gateway.asked[1].form
    assert form["DialCallStatus"] == status
    assert ("DialCallDuration" in form) == (status == "completed")
    assert form["DialBridged"] == ("true" if status == "completed" else "false")
    assert record.texts == []


WHISPER = f'<Dial action="/dialled"><Number url="/whisper?leg=2" statusCallback="/number">{PERSON}</Number></Dial>'
SCREEN = '<Gather action="/accept" numDigits="1" timeout="1"><Say>a caller, press 1</Say></Gather><Hangup/>'


def screening(gateway):
    gateway.on("/voice", WHISPER)
    gateway.on("/whisper", SCREEN)
    gateway.on("/accept")
    gateway.documents["/accept"] = lambda asked: "" if asked.form["Digits"] == "1" else "<Hangup/>"
    gateway.on("/dialled")
    gateway.on("/number")


@pytest.mark.parametrize(
    ("by", "pressed", "joined"),
    [
        ("accept", "1", True),
        ("refuse", "2", False),
        ("nothing", "", False),
        ("machine", "", False),
        ("hang_up", "", False),
    ],
)
async def test_whoever_answers_meets_the_numbers_document_before_the_caller(gateway, by, pressed, joined):
    screening(gateway)
    record = await phone(gateway, dial={PERSON: DialOutcome("completed", 0.1, 0.2, by)}).call(stay)
    (leg,) = record.dialled
    assert (leg.number, leg.pressed, leg.joined) == (PERSON, pressed, joined)
    assert leg.heard == ([] if by == "hang_up" else ["a caller, press 1"])
    assert record.texts == [], "the caller hears it ring meanwhile"
    whisper = gateway.asked[1]
    assert (whisper.path, whisper.query, whisper.signed) == ("/whisper", "leg=2", True)
    assert (whisper.form["CallSid"], whisper.form["ParentCallSid"]) == (leg.call_sid, record.call_sid)
    assert (whisper.form["To"], whisper.form["From"], whisper.form["Direction"]) == (
        PERSON,
        "+15005550001",
        "outbound-dial",
    )
    (after,) = [asked.form for asked in gateway.asked if asked.path == "/dialled"]
    assert (after["CallSid"], after["DialCallSid"]) == (record.call_sid, leg.call_sid)
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", str(joined).lower())
    (told,) = [asked.form for asked in gateway.asked if asked.path == "/number"]
    assert (told["CallSid"], told["CallStatus"]) == (leg.call_sid, "completed")


@pytest.mark.parametrize(
    ("document", "joined", "violations"),
    [
        ('<Say>hello</Say><Pause length="0"/>', True, 0),
        ("<Redirect>/accept2</Redirect>", True, 0),
        ("<Redirect>/whisper</Redirect>", False, 1),
        ("<Reject/>", False, 0),
        ("<Dial>+1</Dial>", True, 1),
        ('<Gather action="/accept2" timeout="0" actionOnEmptyResult="true"/><Hangup/>', True, 0),
        (Response(status_code=500), False, 0),
    ],
)
async def test_how_a_numbers_document_ends_decides_whether_they_are_joined(gateway, document, joined, violations):
    screening(gateway)
    gateway.documents["/whisper"] = document
    gateway.on("/accept2")
    record = await phone(gateway, dial={PERSON: DialOutcome("completed", 0.0, 0.0, "machine")}).call(stay)
    assert record.dialled[0].joined is joined
    assert len(record.violations) == violations
    assert gateway.paths()[-1] in {"/dialled", "/number"}


async def test_an_unknown_number_does_not_answer_and_without_an_action_the_next_verb_runs(gateway):
    gateway.on("/voice", f"<Dial><Number>{PERSON}</Number></Dial><Say>nobody</Say>")
    assert (await phone(gateway).call(stay)).texts == ["nobody"]


async def test_the_first_of_several_numbers_to_answer_is_talked_to(gateway):
    gateway.on("/voice", f'<Dial action="/dialled"><Number>{PERSON}</Number><Number>+1</Number></Dial>')
    gateway.on("/dialled")
    await phone(gateway, dial={PERSON: DialOutcome("busy"), "+1": DialOutcome("completed", 0.1, 1)}).call(stay)
    assert (gateway.asked[1].form["DialCallStatus"], gateway.asked[1].form["DialCallDuration"]) == ("completed", "1")


async def test_a_telephone_that_rings_for_too_long_does_not_answer(gateway):
    gateway.on("/voice", f'<Dial action="/dialled" timeout="0">{PERSON}</Dial>')
    gateway.on("/dialled")
    await phone(gateway, dial={PERSON: DialOutcome("completed", 5)}).call(stay)
    assert gateway.asked[1].form["DialCallStatus"] == "no-answer"


# -- what goes wrong --


async def test_the_fallback_is_asked_with_the_error(gateway):
    gateway.documents["/voice"] = Response(status_code=500)
    gateway.on("/fallback", "<Say>we are sorry</Say>")
    record = await phone(gateway, fallback_url=gateway.url("/fallback")).call(stay)
    form = gateway.asked[1].form
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", gateway.url())
    assert (record.texts, record.ended_by) == (["we are sorry"], "gateway")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response("no xml", media_type="text/xml"), 12100),
        (Response("<Html/>", media_type="text/xml"), 12100),
        (Response("<!DOCTYPE x []><Response/>", media_type="text/xml"), 12100),
        (Response("<Response/>", media_type="text/html"), 12300),
        (Response(status_code=404), 11200),
    ],
)
async def test_without_a_document_the_call_fails(gateway, answer, code):
    gateway.documents["/voice"] = answer
    gateway.on("/status")
    record = await phone(gateway, status_url=gateway.url("/status")).call(stay)
    assert record.ended_by == "failed"
    assert record.notices[-1].code == code
    assert gateway.asked[-1].form["CallStatus"] == "failed"
    gateway.on("/voice", "<Redirect>/broken</Redirect>")
    gateway.documents["/broken"] = answer
    record = await phone(gateway, fallback_url=gateway.url("/broken")).call(stay)
    assert (record.ended_by, len(record.requests)) == ("failed", 3)


async def test_a_loop_of_redirects_ends(gateway, monkeypatch):
    monkeypatch.setattr("gateway.local.phone_exchange.DOCUMENT_LIMIT", 5)
    gateway.on("/voice", "<Redirect>/voice</Redirect>")
    record = await phone(gateway).call(stay)
    assert (record.ended_by, len(gateway.asked)) == ("failed", 5)
    assert "a loop" in record.violations[0].text


async def test_mistakes_of_the_document_are_told(gateway):
    gateway.on("/voice", "<Speak>x</Speak><Say mood='happy'>y</Say>")
    record = await phone(gateway, voice_url=gateway.url() + "#rc=9").call(stay)
    assert [violation.code for violation in record.violations] == [11100, 12200, 12200]
    assert record.texts == ["y"]
