import pytest

from gateway.local.phone_twiml import TwimlError, parse
from gateway.local.phone_verbs import Connect, Dial, Gather, Hangup, Number, Pause, Play, Redirect, Reject, Say, Stream

URL = "https://voice.example.com/twiml/voice"


def verbs(body: str):
    document = parse(f"<Response>{body}</Response>", URL)
    assert document.problems == ()
    return document.verbs


def problem(body: str) -> str:
    document = parse(f"<Response>{body}</Response>", URL)
    ((code, text),) = document.problems
    assert code == 12200
    return text


def test_plain_verbs():
    assert verbs(
        '<Say voice="a" language="en-US">Hello\n  <emphasis>there</emphasis></Say><Say loop="0">x</Say>'
        '<Play>/a.wav</Play><Pause/><Pause length="3"/><!-- aside --><Hangup/>'
    ) == (
        Say("Hello there"),
        Say("x", 0),
        Play("https://voice.example.com/a.wav"),
        Pause(1),
        Pause(3),
        Hangup(),
    )
    assert verbs('<Reject reason="busy"/>') == (Reject("busy"),)
    assert verbs("<Reject/>") == (Reject("rejected"),)


def test_links_are_made_absolute():
    assert verbs('<Redirect method="GET">/next?a=1&amp;b=2</Redirect><Redirect>other</Redirect>') == (
        Redirect("https://voice.example.com/next?a=1&b=2", "GET"),
        Redirect("https://voice.example.com/twiml/other"),
    )
    assert verbs("<Redirect>#rc=3</Redirect>") == (Redirect(URL + "#rc=3"),)
    assert verbs("<Redirect/>") == (Redirect(URL),)


def test_a_stream():
    (verb,) = verbs(
        '<Connect action="/next" method="GET"><Stream url="wss://h/x" name="n" statusCallback="https://h/s"'
        ' statusCallbackMethod="GET" track="inbound_track"><Parameter name="tok" value="x"/></Stream></Connect>'
    )
    stream = Stream("wss://h/x", "n", "inbound_track", "https://h/s", "GET", {"tok": "x"})
    assert verb == Connect(stream, "https://voice.example.com/next", "GET")
    assert verbs('<Connect><Stream url="/media"/></Connect>') == (Connect(Stream("wss://voice.example.com/media")),)
    assert verbs("<Connect><Stream/></Connect>") == (Connect(Stream("")),)


def test_gather_with_its_defaults():
    assert verbs("<Gather/>") == (Gather(URL, speech_timeout=5),)
    assert verbs(
        '<Gather input="dtmf speech" action="/g" method="GET" timeout="7" speechTimeout="auto" numDigits="4"'
        ' finishOnKey="*" actionOnEmptyResult="true" hints="a,b" bargeIn="true" language="en-US">'
        "<Say>x</Say><Pause/><Play>/a</Play></Gather>"
    ) == (
        Gather(
            "https://voice.example.com/g",
            (Say("x"), Pause(1), Play("https://voice.example.com/a")),
            "GET",
            frozenset({"dtmf", "speech"}),
            7,
            None,
            4,
            "*",
            True,
        ),
    )
    (verb,) = verbs('<Gather timeout="9"/>')
    assert verb.speech_timeout == 9


def test_speech_timeout_is_the_timeout_unless_it_is_given():
    (given,) = verbs('<Gather timeout="9" speechTimeout="2"/>')
    assert given.speech_timeout == 2


def test_dial():
    assert verbs('<Dial action="/d" timeout="20" callerId="+1" answerOnBridge="true">+15</Dial>') == (
        Dial((Number("+15"),), "https://voice.example.com/d", "POST", 20),
    )
    (dial,) = verbs(
        "<Dial><Number statusCallback='/s' url='/w?a=1' method='GET'>+15</Number><Number>+16</Number></Dial>"
    )
    there = "https://voice.example.com"
    assert dial == Dial((Number("+15", f"{there}/w?a=1", "GET", f"{there}/s"), Number("+16")))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<Speak>x</Speak>", "Speak is not a verb"),
        ("<Record/>", "Record is not a verb"),
        ("<Say mood='sad'>x</Say>", "Say has no attribute mood"),
        ("<Say/>", "Say is empty"),
        ("<Say loop='-1'>x</Say>", "the loop -1"),
        (f"<Say>{'x' * 4097}</Say>", "4097 characters"),
        ("<Play/>", "names no file"),
        ("<Pause length='soon'/>", "the length soon"),
        ("<Connect/>", "exactly one Stream"),
        ("<Connect><Stream url='wss://h'/><Stream url='wss://h'/></Connect>", "exactly one Stream"),
        ("<Connect><Stream url='wss://h' statusCallback='/s'/></Connect>", "must be absolute"),
        ("<Connect><Stream url='wss://h'><Parameter value='x'/></Stream></Connect>", "Parameters with a name"),
        ("<Connect><Stream url='wss://h'><Param name='x'/></Stream></Connect>", "Parameters with a name"),
        (f"<Connect><Stream url='wss://h'><Parameter name='t' value='{'x' * 499}'/></Stream></Connect>", "parameter t"),
        ("<Redirect method='PUT'>/x</Redirect>", "neither GET nor POST"),
        ("<Gather input='video dtmf'/>", "the input video"),
        ("<Gather><Hangup/></Gather>", "Say, Play and Pause"),
        ("<Gather numDigits='0'/>", "the numDigits 0"),
        ("<Dial/>", "not 0"),
        ("<Dial>" + "<Number>1</Number>" * 11 + "</Dial>", "not 11"),
        ("<Hangup reason='x'/>", "no attribute reason"),
        ("<Pause/><Reject/>", "must be the first"),
    ],
)
def test_a_mistake_is_told_and_left_out(body, words):
    assert words in problem(body)


def test_what_was_wrong_keeps_its_default():
    document = parse(b"<Response><Pause length='soon'/><Say>x</Say></Response>", URL)
    assert document.verbs == (Pause(1), Say("x"))
    assert document.url == URL


@pytest.mark.parametrize(
    "body", ["", "{}", "<Response>", "<Html/>", "<!DOCTYPE r [<!ENTITY a 'b'>]><Response>&a;</Response>"]
)
def test_what_is_no_document_is_refused(body):
    with pytest.raises(TwimlError):
        parse(body, URL)
