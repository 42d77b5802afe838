"""What a phone is given: whom it calls, how it sounds, what Twilio does that is not documented, what goes wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.audio import g711
from gateway.local import tonecode

Voice = Callable[[str], bytes]
"""Speaks a text: mulaw, 8 kHz. Called in a thread, because synthesis blocks."""

CallEvent = Literal["initiated", "ringing", "answered", "completed"]


def tone_voice(ms_per_char: float = 0, min_ms: int = 0) -> Voice:
    """The voice that needs no synthesis: tone codes (60 ms a character is about the pace of speech).

    Args:
        ms_per_char: How long a character lasts, at least.
        min_ms: How long an utterance lasts, at least.
    """

    def speak(text: str) -> bytes:
        return g711.encode(tonecode.encode(text, g711.RATE, min_ms=min_ms, ms_per_char=ms_per_char))

    return speak


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on purpose.

    Attributes:
        lose_frames: Share of the caller's frames that never arrive, 0 to 1.
        seed: Of the random numbers that choose them.
        drop_socket_after_s: The first stream's connection breaks so long after its start, without `stop`.
        stall_marks: Marks are never sent back.
        lose_answers: The answer to each webhook is lost once, so that it is sent again with the same idempotency token.
    """

    lose_frames: float = 0
    seed: int = 0
    drop_socket_after_s: float | None = None
    stall_marks: bool = False
    lose_answers: bool = False


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """What becomes of a number that TwiML dials. One that would ring for longer than Dial waits does not answer.

    Attributes:
        status: "completed" is one that answers.
        ring_s: Seconds until then.
        talk_s: Seconds that the conversation lasts once the two are joined.
        answered_by: Who answers, where a document asks for a key first: a person who presses 1 ("accept") or another
            key ("refuse"), who says nothing and presses nothing ("nothing"), who hangs up at once ("hang_up"), or a
            machine, which does not hang up and presses nothing either.
    """

    status: Literal["completed", "busy", "no-answer", "failed", "canceled"] = "no-answer"
    ring_s: float = 0.2
    talk_s: float = 0.2
    answered_by: Literal["accept", "refuse", "nothing", "hang_up", "machine"] = "accept"


@dataclass(frozen=True, kw_only=True)
class PhoneSetup:
    """A telephone, its number and the number it calls.

    Attributes:
        voice_url: The called number's voice webhook; its fragment may override time-outs and retries.
        auth_token: Signs the webhooks and the handshake.
        from_number: The caller's number (E.164, or "anonymous").
        to_number: The called number (E.164).
        account_sid: The account's; 34 characters.
        voice: The caller's voice.
        say_voice: The voice that TwiML's Say is spoken with.
        after_action: What follows a stream whose Connect has an `action`: Twilio documents the action, and does not say
            whether a verb behind it is reached instead. "next_verb": the verb, if there is one, else the action.
        status_url: The number's status callback, if any.
        status_events: Which events it is told; Twilio's default is the end alone.
        fallback_url: Asked when the voice webhook, or a later document, fails.
        dial: What becomes of the numbers that TwiML dials; others do not answer.
        faults: What goes wrong on purpose.
        comfort_noise_dbfs: Level of the noise between the caller's words; None is digital silence.
        extra_params: Further form fields of every webhook.
        retry_pause_s: Between two attempts of a webhook; Twilio documents none.
        confidence: What Twilio's recogniser says of the words of a Gather; None: it says nothing, which happens.
        timeout_s: A call that lasts longer is hung up.
    """

    voice_url: str
    auth_token: str
    from_number: str = "+15005550001"
    to_number: str = "+15005550100"
    account_sid: str = "AC" + "0" * 32
    voice: Voice = field(default_factory=tone_voice)
    say_voice: Voice = field(default_factory=lambda: tone_voice(60))
    after_action: Literal["action", "next_verb"] = "action"
    status_url: str = ""
    status_events: tuple[CallEvent, ...] = ("completed",)
    fallback_url: str = ""
    dial: Mapping[str, DialOutcome] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    comfort_noise_dbfs: float | None = None
    extra_params: Mapping[str, str] = field(default_factory=dict)
    retry_pause_s: float = 0
    confidence: float | None = 0.93
    timeout_s: float = 300
