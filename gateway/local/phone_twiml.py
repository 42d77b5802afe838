"""TwiML as the phone reads it: one document in, a tuple of verbs out. Pure.

Rules: a document that is not TwiML at all raises; a verb or attribute that Twilio's pages do not have, or a value out
of its range, is told and left out, as Twilio logs a warning and goes on. URLs come out absolute. The documents are
those of https://www.twilio.com/docs/voice/twiml; a verb of theirs that this phone cannot follow is told as well.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urljoin
from xml.etree import ElementTree

from gateway.local.phone_verbs import (
    Connect,
    Dial,
    Gather,
    Hangup,
    Method,
    Number,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
    Stream,
    Verb,
)

PARSE_FAILURE: Final = 12100
SCHEMA_WARNING: Final = 12200
SAY_LIMIT: Final = 4096
PARAMETER_LIMIT: Final = 500
DIAL_LIMIT: Final = 10

Problem = tuple[int, str]
"""Twilio's error code and what is wrong."""

_GATHER: Final = (
    "input",
    "action",
    "method",
    "timeout",
    "speechTimeout",
    "numDigits",
    "finishOnKey",
    "actionOnEmptyResult",
    "bargeIn",
)
_T = TypeVar("_T")


class TwimlError(ValueError):
    """The body is not a TwiML document (Twilio's error 12100)."""


@dataclass(frozen=True, slots=True)
class Document:
    """What an answer asked for, and what was wrong with it."""

    url: str
    verbs: tuple[Verb, ...]
    problems: tuple[Problem, ...]


def parse(body: str | bytes, url: str) -> Document:
    """Reads a TwiML document.

    Args:
        body: The answer's body.
        url: Where it came from; relative URLs inside are resolved against it, and an absent Gather action is it.

    Raises:
        TwimlError: It is not well-formed XML, has a document type, or its root is not Response.
    """
    if b"<!DOCTYPE" in (body.encode() if isinstance(body, str) else body):
        raise TwimlError("a TwiML document has no document type")
    try:
        # Entities cannot be declared without a document type, which the line above refuses.
        root = ElementTree.fromstring(body)  # noqa: S314 - no document type, hence no entity to expand
    except ElementTree.ParseError as error:
        raise TwimlError(f"not well-formed XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(f"the root element is {root.tag}, not Response")
    reader = _Reader(url)
    verbs = [verb for element in root if (verb := reader.read(element)) is not None]
    if any(isinstance(verb, Reject) for verb in verbs[1:]):
        reader.tell("Reject must be the first verb")
    return Document(url, tuple(verbs), tuple(reader.problems))


class _Reader:
    """Reads the elements of one document and keeps its problems."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.problems: list[Problem] = []
        self._verbs: dict[str, Callable[[ElementTree.Element], Verb | None]] = {
            "Say": self._say,
            "Play": self._play,
            "Pause": self._pause,
            "Connect": self._connect,
            "Redirect": self._redirect,
            "Gather": self._gather,
            "Dial": self._dial,
            "Reject": self._reject,
            "Hangup": self._hangup,
        }

    def tell(self, text: str) -> None:
        self.problems.append((SCHEMA_WARNING, text))

    def read(self, element: ElementTree.Element) -> Verb | None:
        if (reader := self._verbs.get(element.tag)) is None:
            self.tell(f"{element.tag} is not a verb that this phone follows")
            return None
        return reader(element)

    def _say(self, element: ElementTree.Element) -> Say:
        self._allow(element, "voice", "language", "loop")
        text = " ".join("".join(element.itertext()).split())
        if len(text) > SAY_LIMIT:
            self.tell(f"Say holds {len(text)} characters, of {SAY_LIMIT} at most")
            text = text[:SAY_LIMIT]
        if not text:
            self.tell("Say is empty")
        return Say(text, self._number(element, "loop", 1, int, low=0))

    def _play(self, element: ElementTree.Element) -> Play | None:
        self._allow(element, "loop")
        if not (url := self._text(element)):
            self.tell("Play names no file")
            return None
        return Play(urljoin(self.url, url), self._number(element, "loop", 1, int, low=0))

    def _pause(self, element: ElementTree.Element) -> Pause:
        self._allow(element, "length")
        return Pause(self._number(element, "length", 1.0, float, low=0))

    def _connect(self, element: ElementTree.Element) -> Connect | None:
        self._allow(element, "action", "method")
        streams = element.findall("Stream")
        if len(streams) != 1 or len(element) != 1:
            self.tell("Connect needs exactly one Stream and nothing else")
            return None
        return Connect(self._stream(streams[0]), self._link(element, "action"), self._method(element, "method"))

    def _stream(self, element: ElementTree.Element) -> Stream:
        self._allow(element, "url", "name", "track", "statusCallback", "statusCallbackMethod")
        callback = element.get("statusCallback", "")
        if callback and not re.match("https?://", callback):
            self.tell("a Stream's statusCallback must be absolute")
            callback = ""
        return Stream(
            url=self._stream_url(element.get("url", "")),
            name=element.get("name", ""),
            track=element.get("track", "inbound_track"),
            status_callback=callback,
            status_callback_method=self._method(element, "statusCallbackMethod"),
            parameters=self._parameters(element),
        )

    def _stream_url(self, url: str) -> str:
        if not url or re.match("[a-z]+:", url, re.IGNORECASE):
            return url
        return re.sub("^http", "ws", urljoin(self.url, url))

    def _parameters(self, element: ElementTree.Element) -> dict[str, str]:
        parameters: dict[str, str] = {}
        for child in element:
            self._allow(child, "name", "value")
            name, value = child.get("name", ""), child.get("value", "")
            if child.tag != "Parameter" or not name:
                self.tell("a Stream holds Parameters with a name, nothing else")
            elif len(name) + len(value) >= PARAMETER_LIMIT:
                self.tell(f"the Stream parameter {name} has {PARAMETER_LIMIT} characters or more with its value")
            else:
                parameters[name] = value
        return parameters

    def _redirect(self, element: ElementTree.Element) -> Redirect:
        self._allow(element, "method")
        return Redirect(urljoin(self.url, self._text(element)), self._method(element, "method"))

    def _gather(self, element: ElementTree.Element) -> Gather:
        self._allow(element, *_GATHER)
        inputs = frozenset(element.get("input", "dtmf").split())
        if not inputs <= {"dtmf", "speech"}:
            self.tell(f"Gather cannot take the input {' '.join(sorted(inputs - {'dtmf', 'speech'}))}")
        timeout = self._number(element, "timeout", 5.0, float, low=0)
        speech_timeout = element.get("speechTimeout", "")
        prompts = tuple(prompt for child in element if isinstance(prompt := self.read(child), Say | Play | Pause))
        if len(prompts) != len(element):
            self.tell("Gather holds Say, Play and Pause, nothing else")
        return Gather(
            action=self._link(element, "action") or self.url,
            prompts=prompts,
            method=self._method(element, "method"),
            inputs=inputs & {"dtmf", "speech"},
            timeout=timeout,
            speech_timeout=None if speech_timeout == "auto" else self._number(element, "speechTimeout", timeout, float),
            num_digits=self._number(element, "numDigits", None, int, low=1),
            finish_on_key=element.get("finishOnKey", "#"),
            action_on_empty_result=element.get("actionOnEmptyResult", "false") == "true",
            barge_in=element.get("bargeIn", "true") == "true",
        )

    def _dial(self, element: ElementTree.Element) -> Dial | None:
        self._allow(element, "action", "method", "timeout")
        numbers = [self._number_to_dial(child) for child in element.findall("Number") if self._text(child)]
        if plain := " ".join((element.text or "").split()):
            numbers.append(Number(plain))
        if not 0 < len(numbers) <= DIAL_LIMIT:
            self.tell(f"Dial needs 1 to {DIAL_LIMIT} numbers, not {len(numbers)}")
            return None
        timeout = self._number(element, "timeout", 30.0, float, low=0)
        return Dial(tuple(numbers), self._link(element, "action"), self._method(element, "method"), timeout)

    def _number_to_dial(self, element: ElementTree.Element) -> Number:
        self._allow(element, "url", "method", "statusCallback", "statusCallbackMethod")
        return Number(
            self._text(element),
            self._link(element, "url"),
            self._method(element, "method"),
            self._link(element, "statusCallback"),
            self._method(element, "statusCallbackMethod"),
        )

    def _reject(self, element: ElementTree.Element) -> Reject:
        self._allow(element, "reason")
        return Reject("busy" if element.get("reason") == "busy" else "rejected")

    def _hangup(self, element: ElementTree.Element) -> Hangup:
        self._allow(element)
        return Hangup()

    # -- attributes --

    def _allow(self, element: ElementTree.Element, *names: str) -> None:
        """Tells the attributes that the element does not have on Twilio's page, or that change nothing there."""
        for name in sorted(set(element.keys()) - set(names) - _WITHOUT_EFFECT.get(element.tag, set())):
            self.tell(f"{element.tag} has no attribute {name} that this phone follows")

    def _text(self, element: ElementTree.Element) -> str:
        return (element.text or "").strip()

    def _link(self, element: ElementTree.Element, name: str) -> str:
        link = element.get(name, "")
        return urljoin(self.url, link) if link else ""

    def _method(self, element: ElementTree.Element, name: str) -> Method:
        match element.get(name, "POST"):
            case "GET":
                return "GET"
            case "POST":
                return "POST"
            case other:
                self.tell(f"{element.tag} has the {name} {other}, which is neither GET nor POST")
                return "POST"

    def _number(
        self, element: ElementTree.Element, name: str, default: _T, kind: Callable[[str], _T], low: float = 0
    ) -> _T:
        text = element.get(name)
        if text is None:
            return default
        if re.fullmatch(r"\d+", text) and int(text) >= low:
            return kind(text)
        self.tell(f"{element.tag} has the {name} {text}, which is not a number it can have")
        return default


_WITHOUT_EFFECT: Final[dict[str, set[str]]] = {
    "Gather": {
        "language", "hints", "profanityFilter", "enhanced", "speechModel",
    },
    "Dial": {"callerId", "answerOnBridge", "timeLimit", "hangupOnStar", "ringTone", "sequential"},
}  # fmt: skip
"""Documented, and nothing that a simulated telephone could show a difference in."""
