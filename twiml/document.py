"""TwiML's few verbs as text: what a call is to do next, in XML that Twilio accepts.

Escaping happens here and nowhere else; characters that XML 1.0 does not allow are dropped. A URL that Twilio is to ask
gets its retry settings in the fragment, which Twilio reads and never sends or signs (Twilio, "Webhooks connection
overrides"). Languages are BCP 47 tags such as "en-US".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "text/xml"
RETRIES = "#rc=3&rp=ct,rt,5xx"
"""Three more attempts when there is no connection, no answer, or a 5xx one: the time that a restart takes. `rt` is for
a request that was under way to a process when it died; every answer may be asked for twice."""
MOST_HINTS, HINT_LIMIT = 500, 100  # entries, and characters of each (Twilio, "TwiML Voice: <Gather>")
SAY_LIMIT = 4096  # characters of one <Say> (Twilio, "TwiML Voice: <Say>")

# https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Stream:
    """A media stream to open.

    Attributes:
        url: absolute `wss://` address without a query, which Twilio would drop.
        status_callback: absolute address that is told when the stream starts, stops or fails.
        token: stream token; arrives in `start.customParameters.token`. With its name under 500 characters.
        caller: the caller's number, E.164, for the order alone; arrives in `start.customParameters.caller`.
    """

    url: str
    status_callback: str
    token: str
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person who is rung meets before the caller does.

    Attributes:
        url: absolute address of the document for the dialled leg. When it has run to its end the two are joined
            (Twilio, "TwiML Voice: <Number>", url).
        status_callback: absolute address that is told when the dialled leg is over.
    """

    url: str
    status_callback: str


def document(*verbs: str) -> str:
    """A whole TwiML document."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(verbs)}</Response>'


def say(text: str, language: str) -> str:
    """Speak a text; one that is too long for one verb is spoken by several."""
    parts = wrap(_NOT_XML.sub("", text), SAY_LIMIT, break_on_hyphens=False)
    return "".join(_element("Say", {"language": language}, _text(part)) for part in parts)


def pause(seconds: int) -> str:
    """Wait in silence."""
    return _element("Pause", {"length": str(seconds)})


def play(url: str) -> str:
    """Play a recording."""
    return _element("Play", {}, _text(url))


def connect(stream: Stream, next_url: str) -> str:
    """Open a media stream, and ask `next_url` when it has ended, however it ended.

    `next_url` stands there twice: as the action of `<Connect>` and behind it. A failed handshake goes on with the next
    verb, and whether a verb behind an action is reached is not documented.
    """
    given = {"token": stream.token} | ({} if stream.caller is None else {"caller": stream.caller})
    parameters = "".join(_element("Parameter", {"name": name, "value": value}) for name, value in given.items())
    attributes = {"url": stream.url, "statusCallback": stream.status_callback}
    opened = _element("Connect", {"action": next_url + RETRIES}, _element("Stream", attributes, parameters))
    return opened + redirect(next_url)


def gather(text: str, language: str, action: str, *, hints: Sequence[str], timeout_s: int, barge_in: bool) -> str:
    """Say a text and wait for a key or for words, then ask `action`, also when nothing came.

    `action` stands there twice: as that of `<Gather>` and behind it. A Gather without a result goes on with the next
    verb unless told otherwise (Twilio, "TwiML Voice: <Gather>").

    Args:
        text: asks the caller; empty to listen at once.
        language: of the text and of the caller.
        action: absolute address.
        hints: words and phrases that the recogniser is to expect; those past Twilio's limits are left out.
        timeout_s: seconds to wait for the caller to begin.
        barge_in: whether the caller may speak or press a key before the text is over.
    """
    known = [hint for hint in map(_hint, hints) if 0 < len(hint) <= HINT_LIMIT]
    attributes = {
        "input": "speech dtmf",
        "action": action + RETRIES,
        "actionOnEmptyResult": "true",
        "timeout": str(timeout_s),
        "speechTimeout": "auto",
        "numDigits": "1",
        "finishOnKey": "",
        "language": language,
        "bargeIn": "true" if barge_in else "false",
    }
    if known:
        attributes["hints"] = ",".join(list(dict.fromkeys(known))[:MOST_HINTS])
    return _element("Gather", attributes, say(text, language)) + redirect(action)


def dial(number: str, timeout_s: int, next_url: str | None = None, screen: Screen | None = None) -> str:
    """Ring a number (E.164) for some seconds. With `next_url` that is asked afterwards, else the next verb follows."""
    attributes = {"timeout": str(timeout_s), "answerOnBridge": "true"}
    if next_url is not None:
        attributes["action"] = next_url + RETRIES
    screened = {} if screen is None else {"url": screen.url + RETRIES, "statusCallback": screen.status_callback}
    return _element("Dial", attributes, _element("Number", screened, _text(number)))


def press_key(prompt: str, language: str, action: str, timeout_s: int) -> str:
    """Say a prompt and wait for one key, some seconds beyond its end; `action` is asked with it, if one is pressed."""
    attributes = {"input": "dtmf", "numDigits": "1", "timeout": str(timeout_s), "action": action + RETRIES}
    return _element("Gather", attributes, say(prompt, language))


def redirect(url: str) -> str:
    """Go on with another document."""
    return _element("Redirect", {}, _text(url + RETRIES))


def text_message(text: str) -> str:
    """Write back to whoever wrote a text message."""
    return _element("Message", {}, _text(text))


def hangup() -> str:
    """End the call."""
    return _element("Hangup", {})


def _hint(hint: str) -> str:
    """A comma would end a hint."""
    return " ".join(_NOT_XML.sub("", hint).replace(",", " ").split())


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _element(name: str, attributes: Mapping[str, str], content: str = "") -> str:
    written = "".join(f" {key}={quoteattr(_NOT_XML.sub('', value))}" for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"
