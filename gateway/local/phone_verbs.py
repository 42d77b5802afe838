"""The TwiML verbs that the phone follows, as records: https://www.twilio.com/docs/voice/twiml has them.

Rules: URLs are absolute, times are seconds, defaults are Twilio's. An absent `action` is an empty string, except in a
Gather, whose action is then the document itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a text, `loop` times (0 is for ever)."""

    text: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Play:
    """Play a sound file, `loop` times (0 is for ever)."""

    url: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    """Be silent for `length` seconds."""

    length: float = 1


@dataclass(frozen=True, slots=True)
class Stream:
    """Where a bidirectional media stream goes. `parameters` arrive in its start message."""

    url: str
    name: str = ""
    track: str = "inbound_track"
    status_callback: str = ""
    status_callback_method: Method = "POST"
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connect:
    """Hand the call to a stream; `action` is empty if the document named none."""

    stream: Stream
    action: str = ""
    method: Method = "POST"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with another document."""

    url: str
    method: Method = "POST"


@dataclass(frozen=True, slots=True)
class Gather:
    """Wait for keys or speech. Times in seconds; `speech_timeout` None is "auto"."""

    action: str
    prompts: tuple[Say | Play | Pause, ...] = ()
    method: Method = "POST"
    inputs: frozenset[str] = frozenset({"dtmf"})
    timeout: float = 5
    speech_timeout: float | None = None
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty_result: bool = False
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone to ring. `url`: the document that whoever answers meets first; empty if there is none."""

    number: str
    url: str = ""
    method: Method = "POST"
    status_callback: str = ""
    status_callback_method: Method = "POST"


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring other telephones, all at once; `action` is empty if the document named none. `timeout` in seconds."""

    numbers: tuple[Number, ...]
    action: str = ""
    method: Method = "POST"
    timeout: float = 30


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not answer."""

    reason: Literal["rejected", "busy"] = "rejected"


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Verb = Say | Play | Pause | Connect | Redirect | Gather | Dial | Reject | Hangup
