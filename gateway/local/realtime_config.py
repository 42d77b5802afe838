"""The configuration of a local Realtime session: defaults, partial updates, and the echo of `session.updated`. Pure.

An update changes only what it names. It is taken whole or refused whole: after a refusal the old configuration stays.
"""

from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from gateway.local.client_events import RefusedError
from gateway.local.realtime_schema import (
    AudioFormat,
    FunctionTool,
    InputAudioPatch,
    JsonObject,
    MaxTokens,
    Modality,
    NoiseReduction,
    OutputAudioPatch,
    Pcm,
    Pcmu,
    Reasoning,
    RetentionRatio,
    SemanticVad,
    ServerVad,
    SessionPatch,
    StoredPrompt,
    ToolChoice,
    Tracing,
    Transcription,
    TurnDetection,
    VoiceId,
)

PCM: Final = Pcm(rate=24000)
SILENCE_MS_BY_EAGERNESS: Final = {"low": 1200, "medium": 700, "auto": 700, "high": 400}
"""How long a silence ends a turn under semantic_vad. The service waits by meaning, at most 8, 4 and 2 s."""


class InputAudio(msgspec.Struct, frozen=True):
    """How caller audio comes in. A session starts with server_vad on and PCM16 at 24 kHz."""

    format: AudioFormat = PCM
    noise_reduction: NoiseReduction | None = None
    transcription: Transcription | None = None
    turn_detection: TurnDetection | None = ServerVad()


class OutputAudio(msgspec.Struct, frozen=True):
    """How the agent's speech goes out."""

    format: AudioFormat = PCM
    voice: str | VoiceId = "alloy"
    speed: float = 1.0


class Audio(msgspec.Struct, frozen=True):
    """Both directions."""

    input: InputAudio = InputAudio()
    output: OutputAudio = OutputAudio()


class SessionConfig(msgspec.Struct, frozen=True):
    """All that `session.update` can set, with the service's defaults."""

    model: str
    output_modalities: list[Modality] = msgspec.field(default_factory=lambda: ["audio"])
    instructions: str = ""
    audio: Audio = Audio()
    tools: list[FunctionTool] = []
    tool_choice: ToolChoice = "auto"
    max_output_tokens: MaxTokens = "inf"
    parallel_tool_calls: bool | UnsetType = UNSET
    reasoning: Reasoning | UnsetType = UNSET
    truncation: RetentionRatio | str = "auto"
    tracing: Tracing | str | None = None
    prompt: StoredPrompt | None = None
    include: list[str] | None = None

    @property
    def turns(self) -> ServerVad | None:
        """Turn detection as the local server does it: by level, or None when the client commits."""
        match self.audio.input.turn_detection:
            case SemanticVad() as semantic:
                return ServerVad(
                    silence_duration_ms=SILENCE_MS_BY_EAGERNESS[semantic.eagerness],
                    create_response=semantic.create_response,
                    interrupt_response=semantic.interrupt_response,
                )
            case vad:
                return vad

    def echo(self, session_id: str, expires_at: int) -> JsonObject:
        """The `session` object of `session.created` and `session.updated`.

        Args:
            session_id: The id of this connection's session.
            expires_at: Unix seconds at which it ends.
        """
        body: JsonObject = {"type": "realtime", "object": "realtime.session", "id": session_id}
        body["expires_at"] = expires_at
        body.update((name, value) for name, value in asdict(self).items() if value is not UNSET)
        return body


def updated(config: SessionConfig, patch: SessionPatch, spoken: bool) -> SessionConfig:
    """The configuration after an update.

    Args:
        config: What is in force.
        patch: What the client sent.
        spoken: The model has spoken in this session: its voice is fixed from then on.

    Raises:
        RefusedError: The update asks for what cannot be changed.
    """
    if patch.model not in (UNSET, config.model):
        raise RefusedError("invalid_value", "The model of a session cannot be changed.", "session.model")
    audio = config.audio
    if not isinstance(patch.audio, UnsetType):
        heard: InputAudioPatch | UnsetType = patch.audio.input
        said: OutputAudioPatch | UnsetType = patch.audio.output
        audio = Audio(
            input=audio.input if isinstance(heard, UnsetType) else _merged(audio.input, heard),
            output=audio.output if isinstance(said, UnsetType) else _merged(audio.output, said),
        )
        if spoken and audio.output.voice != config.audio.output.voice:
            raise RefusedError(
                "cannot_update_voice",
                "Cannot update a conversation's voice if assistant audio is present.",
                "session.audio.output.voice",
            )
    names = {tool.name for tool in patch.tools} if not isinstance(patch.tools, UnsetType) else set()
    if not isinstance(patch.tools, UnsetType) and len(names) < len(patch.tools):
        raise RefusedError("invalid_value", "Two tools have the same name.", "session.tools")
    return replace(_merged(config, patch, without={"type", "audio"}), audio=audio)


def response_output(config: OutputAudio, patch: OutputAudioPatch | UnsetType) -> OutputAudio:
    """The output of one response: the session's, with what `response.create` overrides."""
    return config if isinstance(patch, UnsetType) else _merged(config, patch)


def bytes_per_ms(audio: AudioFormat) -> int:
    """Bytes in a millisecond: 48 of PCM16 at 24 kHz, 8 of mulaw at 8 kHz."""
    match audio:
        case Pcmu():
            return 8
        case Pcm():
            return 48


_Part = TypeVar("_Part", bound=msgspec.Struct)


def _merged(current: _Part, patch: msgspec.Struct, without: set[str] | None = None) -> _Part:
    """`current` with every field that `patch` sets; a patch's fields bear the names of the record that it changes."""
    changes = {
        name: value for name, value in asdict(patch).items() if value is not UNSET and name not in (without or ())
    }
    return replace(current, **changes)
