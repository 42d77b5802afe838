"""What the phone writes down about a call, and what follows from it.

Rules: times are seconds since it began to ring; only what was played counts as heard. A record holds telephone numbers
and speech: it is for tests and for the demonstration, not for logs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gateway.local.phone_ear import Ear, Heard, Span

EndedBy = Literal["caller", "gateway", "rejected", "failed", "time-out"]


@dataclass(frozen=True, slots=True)
class Notice:
    """An entry of Twilio's debugger. `code` is Twilio's."""

    at: float
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook and how it went. `status` is 0 if there was no 2xx answer."""

    at: float
    url: str
    params: Mapping[str, str]
    status: int
    attempts: int


@dataclass(slots=True)
class StreamRecord:
    """One media stream. `first_media` is when the gateway's first sound arrived, `started` when `start` was sent."""

    stream_sid: str
    started: float = 0
    ended: float = 0
    ended_by: Literal["gateway", "caller", "dropped"] = "gateway"
    close_code: int | None = None
    first_media: float | None = None
    frames_sent: int = 0
    frames_lost: int = 0
    media_received: int = 0
    marks_received: int = 0
    clears_received: int = 0

    @property
    def first_media_s(self) -> float | None:
        """Seconds from `start` to the first outbound media."""
        return None if self.first_media is None else self.first_media - self.started


@dataclass(slots=True)
class DialledLeg:
    """A telephone that was rung and answered.

    Attributes:
        call_sid: This leg's own.
        number: E.164.
        heard: What the document said to whoever answered.
        pressed: The keys that they pressed.
        joined: Whether they and the caller spoke with each other.
    """

    call_sid: str
    number: str = ""
    heard: list[str] = field(default_factory=list)
    pressed: str = ""
    joined: bool = False


@dataclass(slots=True)
class Utterance:
    """Something the caller said.

    Attributes:
        text: What; empty if only the sound is known.
        start: When its first frame was sent.
        end: When its last frame was sent.
        response_s: Seconds from its end to the agent's next first audible sample; None if the agent was speaking then
            or did not begin before the caller spoke again.
        interrupted: The agent was audible when it began.
        stopped_s: If so, seconds from its start until a clear cut the agent off; None if nothing did.
    """

    text: str
    start: float
    end: float
    response_s: float | None = None
    interrupted: bool = False
    stopped_s: float | None = None


@dataclass(slots=True)
class CallRecord:
    """A call that is over.

    Attributes:
        answered_s: When the call was answered; None if it was not.
        violations: Where the gateway broke Twilio's rules, with the code of Twilio's warning.
        notices: What else Twilio's debugger would show, such as a stream's end.
        heard: What the caller heard, in order: the documents' texts and the stream's tone codes.
        spoken: When the agent was audible.
        caller_audio: What the caller said, mulaw 8 kHz, from the first ring on.
        agent_audio: What the caller heard, likewise; as long as the other.
    """

    call_sid: str
    ended_by: EndedBy = "caller"
    answered_s: float | None = None
    duration_s: float = 0
    requests: list[Request] = field(default_factory=list)
    violations: list[Notice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    streams: list[StreamRecord] = field(default_factory=list)
    dialled: list[DialledLeg] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    spoken: list[Span] = field(default_factory=list)
    underruns: int = 0
    caller_audio: bytes = b""
    agent_audio: bytes = b""

    @property
    def texts(self) -> list[str]:
        """What the agent said, as far as it was played."""
        return [heard.spoken for heard in self.heard]

    @property
    def responses_s(self) -> list[float]:
        """Every measured time from the end of an utterance to the agent's answer."""
        return [said.response_s for said in self.utterances if said.response_s is not None]


def measure(utterances: Sequence[Utterance], ear: Ear) -> None:
    """Fills in what the utterances met: interruptions and the time to the answers. All times on one clock."""
    for number, said in enumerate(utterances):
        said.interrupted = any(span.start < said.start < span.end for span in ear.spans)
        if said.interrupted:
            until = next(span.end for span in ear.spans if span.start < said.start < span.end)
            said.stopped_s = next((at - said.start for at, _ in ear.clears if said.start <= at <= until), None)
        if any(span.start < said.end < span.end for span in ear.spans):
            continue
        begins = next((span.start for span in ear.spans if span.start >= said.end), None)
        again = utterances[number + 1].start if number + 1 < len(utterances) else float("inf")
        if begins is not None and begins <= again:
            said.response_s = begins - said.end
