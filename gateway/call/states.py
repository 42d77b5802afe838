"""The states of a call and every move between them, as one table keyed by state and event type.

Rules: nothing else changes a state; a pair that is not in the table is a late event, counted and ignored; an outcome
that depends on data is an event type of its own, so that the table is the whole truth. `gateway states` prints the
diagram from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The sixteen states of the specification ("State Definitions")."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    SESSION_SETUP = "session_setup"
    READY = "ready"
    IDLE = "idle"
    LISTENING = "listening"
    PROCESSING = "processing"
    TRANSCRIBING = "transcribing"
    ORDER_PROCESSING = "order_processing"
    RESPONSE_GENERATION = "response_generation"
    CLARIFICATION = "clarification"
    AUDIO_PLAYBACK = "audio_playback"
    INTERRUPTED = "interrupted"
    ERROR = "error"
    RECOVERING = "recovering"

    @property
    def diagram_name(self) -> str:
        """The name in the specification's diagram: `SessionSetup` for `session_setup`."""
        return "".join(part.title() for part in self.value.split("_"))


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow: in `source`, the event type `trigger` leads to `target`. `label` is what the diagram says."""

    source: State
    target: State
    trigger: str
    label: str


S = State
TALKING = (
    S.READY,
    S.IDLE,
    S.LISTENING,
    S.PROCESSING,
    S.TRANSCRIBING,
    S.ORDER_PROCESSING,
    S.RESPONSE_GENERATION,
    S.CLARIFICATION,
    S.AUDIO_PLAYBACK,
    S.INTERRUPTED,
)
"""States in which the conversation is on."""
LIVE_MODEL = (S.CONNECTED, S.SESSION_SETUP, *TALKING)
"""States in which a model serves the call, so that it can be lost."""
LIVE = (S.CONNECTING, *LIVE_MODEL, S.ERROR, S.RECOVERING)
"""All states but Disconnected: a leg is up."""

SPECIFIED = (
    Transition(S.DISCONNECTED, S.CONNECTING, "call.leg_started", "startConnection()"),
    Transition(S.CONNECTING, S.CONNECTED, "call.model_opened", "WebSocket opened"),
    Transition(S.CONNECTING, S.DISCONNECTED, "call.connection_failed", "Connection failed"),
    Transition(S.CONNECTED, S.SESSION_SETUP, "call.session_requested", "Send session.update"),
    Transition(S.SESSION_SETUP, S.READY, "session.updated", "session.updated received"),
    Transition(S.SESSION_SETUP, S.ERROR, "session.error", "session.error received"),
    Transition(S.READY, S.LISTENING, "vad.speech_start", "Start audio capture"),
    Transition(S.READY, S.IDLE, "vad.silence", "No audio input"),
    Transition(S.IDLE, S.LISTENING, "vad.speech_start", "Audio input detected"),
    Transition(S.LISTENING, S.PROCESSING, "vad.speech_end", "VAD detects speech end"),
    Transition(S.LISTENING, S.IDLE, "vad.silence", "Silence timeout"),
    Transition(S.PROCESSING, S.TRANSCRIBING, "call.audio_committed", "Audio committed to OpenAI"),
    Transition(S.TRANSCRIBING, S.ORDER_PROCESSING, "transcription.complete", "Transcription complete"),
    Transition(S.TRANSCRIBING, S.LISTENING, "transcription.error", "Transcription failed"),
    Transition(S.ORDER_PROCESSING, S.RESPONSE_GENERATION, "call.order.ready", "Order intent parsed"),
    Transition(S.ORDER_PROCESSING, S.CLARIFICATION, "call.order.incomplete", "Need more information"),
    Transition(S.ORDER_PROCESSING, S.LISTENING, "order.error", "Order parsing failed"),
    Transition(S.RESPONSE_GENERATION, S.AUDIO_PLAYBACK, "call.playback_started", "TTS audio received"),
    Transition(S.CLARIFICATION, S.AUDIO_PLAYBACK, "call.playback_started", "Clarification audio ready"),
    Transition(S.AUDIO_PLAYBACK, S.READY, "call.playback_finished", "Audio playback complete"),
    Transition(S.AUDIO_PLAYBACK, S.INTERRUPTED, "call.interrupted", "User interruption detected"),
    Transition(S.INTERRUPTED, S.LISTENING, "call.listening_started", "Resume audio capture"),
    Transition(S.ERROR, S.RECOVERING, "call.retry_started", "Retry logic triggered"),
    Transition(S.RECOVERING, S.READY, "session.updated", "Recovery successful"),
    Transition(S.RECOVERING, S.DISCONNECTED, "call.recovery_failed", "Recovery failed"),
    Transition(S.READY, S.DISCONNECTED, "call.ended", "Timeout or user disconnect"),
    Transition(S.ERROR, S.DISCONNECTED, "call.recovery_failed", "Critical error"),
)
"""The arrows of the specification's diagram, in its order and its words."""


def _telephone() -> Iterator[Transition]:
    """What a telephone and a speech-to-speech model add to the specification's diagram."""
    yield Transition(S.READY, S.LISTENING, "call.listening_started", "Start audio capture")
    yield Transition(S.READY, S.AUDIO_PLAYBACK, "call.playback_started", "Agent speaks")
    yield Transition(S.IDLE, S.AUDIO_PLAYBACK, "call.playback_started", "Agent speaks")
    # A cough at the end of playback: the turn is committed though its beginning fell into another state.
    for source in (S.READY, S.IDLE, S.LISTENING):
        yield Transition(source, S.TRANSCRIBING, "call.audio_committed", "Audio committed to OpenAI")
    # The transcript often comes after the reply has begun (Realtime: transcription is asynchronous).
    for source in (S.READY, S.IDLE, S.PROCESSING, S.TRANSCRIBING, S.ORDER_PROCESSING):
        yield Transition(source, S.RESPONSE_GENERATION, "call.response_started", "Reply begins")
    # On a bad line a turn is answered only once it is known to have words.
    for source in (S.TRANSCRIBING, S.ORDER_PROCESSING):
        yield Transition(source, S.IDLE, "vad.silence", "Nothing was said")
    yield Transition(S.RESPONSE_GENERATION, S.ORDER_PROCESSING, "call.tool_called", "Tool called")
    yield Transition(S.CLARIFICATION, S.ORDER_PROCESSING, "call.tool_called", "Tool called")
    yield Transition(S.READY, S.ORDER_PROCESSING, "call.tool_called", "Tool called")
    yield Transition(S.ORDER_PROCESSING, S.CLARIFICATION, "call.order.refused", "Order refused")
    yield Transition(S.ORDER_PROCESSING, S.AUDIO_PLAYBACK, "call.playback_started", "Agent speaks")
    # A caller who coughs as the answer begins is in the middle of a turn by the state, but the agent is what is heard.
    yield Transition(S.PROCESSING, S.AUDIO_PLAYBACK, "call.playback_started", "Agent speaks")
    yield Transition(S.TRANSCRIBING, S.AUDIO_PLAYBACK, "call.playback_started", "Agent speaks")
    yield Transition(S.RESPONSE_GENERATION, S.READY, "call.response_finished", "Nothing to say")
    # The caller goes on speaking before the answer has become audible.
    for source in (S.PROCESSING, S.TRANSCRIBING, S.ORDER_PROCESSING, S.RESPONSE_GENERATION, S.CLARIFICATION):
        yield Transition(source, S.LISTENING, "vad.speech_start", "Caller goes on")
    yield Transition(S.LISTENING, S.AUDIO_PLAYBACK, "call.playback_started", "Agent speaks")
    for source in TALKING:
        if source is not S.AUDIO_PLAYBACK and source is not S.INTERRUPTED:
            yield Transition(source, S.READY, "call.key_pressed", "Keypad")
    for source in LIVE_MODEL:
        yield Transition(source, S.ERROR, "call.model_lost", "Model lost")
    yield Transition(S.RECOVERING, S.ERROR, "call.model_lost", "Model lost")
    yield Transition(S.RECOVERING, S.ERROR, "session.error", "session.error received")
    for source in LIVE:
        yield Transition(source, S.DISCONNECTED, "call.leg_ended", "Phone lost")
        if source is not S.READY:
            yield Transition(source, S.DISCONNECTED, "call.ended", "Call ended")


TRANSITIONS: tuple[Transition, ...] = (*SPECIFIED, *_telephone())
TABLE: Mapping[tuple[State, str], State] = {(t.source, t.trigger): t.target for t in TRANSITIONS}

PATIENCE: Mapping[State, float] = {
    S.CONNECTING: 20.0,  # the client's own attempts (1 + 2 + 4 s and time-outs) end before
    S.CONNECTED: 5.0,
    S.SESSION_SETUP: 5.0,
    S.READY: 10.0,
    S.IDLE: 12.0,
    S.LISTENING: 30.0,
    S.PROCESSING: 6.0,
    S.TRANSCRIBING: 8.0,
    S.ORDER_PROCESSING: 8.0,
    S.RESPONSE_GENERATION: 10.0,
    S.CLARIFICATION: 10.0,
    S.AUDIO_PLAYBACK: 130.0,  # the downlink holds at most 120 s
    S.INTERRUPTED: 2.0,
    S.ERROR: 15.0,
    S.RECOVERING: 20.0,
}
"""Seconds that a live state may last without an event before the core is told that it timed out."""


def can_transition(source: State, trigger: str) -> bool:
    """Whether the event type `trigger` moves a call that is in `source`."""
    return (source, trigger) in TABLE


def mermaid() -> str:
    """The whole table as a mermaid state diagram; arrows of the specification first, in its order."""
    lines = ["stateDiagram-v2", "    [*] --> Disconnected", ""]
    seen: set[tuple[State, State, str]] = set()
    for t in TRANSITIONS:
        if (t.source, t.target, t.label) not in seen:
            seen.add((t.source, t.target, t.label))
            lines.append(f"    {t.source.diagram_name} --> {t.target.diagram_name} : {t.label}")
    return "\n".join(lines) + "\n"
