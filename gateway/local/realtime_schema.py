"""What a client may put into the Realtime protocol's sessions, items and responses, as typed records. Pure.

As strict as the real service: unknown fields are refused, bounds are checked. What the local server does not offer
(images, injected audio, G.711 A-law, transcription sessions, MCP) has no record here, so it is refused, never ignored.
`UNSET` is a field that was not sent; null is a value.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

Modality: TypeAlias = Literal["audio", "text"]
Modalities: TypeAlias = Annotated[list[Modality], Meta(min_length=1, max_length=1)]
MaxTokens: TypeAlias = Annotated[int, Meta(ge=1, le=4096)] | Literal["inf"]
JsonObject: TypeAlias = dict[str, object]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are not named here are refused."""


# --- the session -------------------------------------------------------------------------------------------------


class Pcm(Strict, frozen=True, tag_field="type", tag="audio/pcm"):
    """PCM16 little-endian mono; the only rate is 24000."""

    rate: Literal[24000]


class Pcmu(Strict, frozen=True, tag_field="type", tag="audio/pcmu"):
    """G.711 mulaw, 8 kHz; a `rate` is refused."""


AudioFormat: TypeAlias = Pcm | Pcmu


class ServerVad(Strict, frozen=True, tag_field="type", tag="server_vad"):
    """Turn detection by level."""

    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.5
    prefix_padding_ms: Annotated[int, Meta(ge=0, le=5000)] = 300
    silence_duration_ms: Annotated[int, Meta(ge=0, le=5000)] = 500
    create_response: bool = True
    interrupt_response: bool = True
    idle_timeout_ms: Annotated[int, Meta(ge=5000, le=30000)] | None = None


class SemanticVad(Strict, frozen=True, tag_field="type", tag="semantic_vad"):
    """Turn detection by meaning; here by level, with a silence as long as the eagerness says."""

    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection: TypeAlias = ServerVad | SemanticVad


class NoiseReduction(Strict, frozen=True):
    """Accepted and echoed; the local recogniser has none."""

    type: Literal["near_field", "far_field"]
    strength: float | UnsetType = UNSET


class Transcription(Strict, frozen=True):
    """With it the caller's words are reported; which recogniser hears them is the server's choice."""

    model: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    languages: list[str] | UnsetType = UNSET
    prompt: str | UnsetType = UNSET
    keywords: list[str] | UnsetType = UNSET
    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | UnsetType = UNSET


class VoiceId(Strict, frozen=True):
    """A custom voice."""

    id: str


class InputAudioPatch(Strict, frozen=True):
    """`session.audio.input` of an update: what is not sent stays."""

    format: AudioFormat | UnsetType = UNSET
    noise_reduction: NoiseReduction | UnsetType | None = UNSET
    transcription: Transcription | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET


class OutputAudioPatch(Strict, frozen=True):
    """`session.audio.output` of an update, `audio.output` of a response."""

    format: AudioFormat | UnsetType = UNSET
    voice: str | VoiceId | UnsetType = UNSET
    speed: Annotated[float, Meta(ge=0.25, le=1.5)] | UnsetType = UNSET


class AudioPatch(Strict, frozen=True):
    """`session.audio` of an update."""

    input: InputAudioPatch | UnsetType = UNSET
    output: OutputAudioPatch | UnsetType = UNSET


class FunctionTool(Strict, frozen=True, tag_field="type", tag="function"):
    """A tool, flat (not nested under `function`)."""

    name: str
    description: str = ""
    parameters: JsonObject = {}


class ChosenTool(Strict, frozen=True, tag_field="type", tag="function"):
    """`tool_choice` that names one function."""

    name: str


ToolChoice: TypeAlias = Literal["auto", "none", "required"] | ChosenTool


class Reasoning(Strict, frozen=True):
    """Accepted and echoed."""

    effort: Literal["minimal", "low", "medium", "high", "xhigh"]


class Tracing(Strict, frozen=True):
    """Accepted and echoed; nothing is traced."""

    workflow_name: str | UnsetType = UNSET
    group_id: str | UnsetType = UNSET
    metadata: JsonObject | UnsetType = UNSET


class TokenLimits(Strict, frozen=True):
    """Tokens kept after the instructions when the context is cut."""

    post_instructions: int


class RetentionRatio(Strict, frozen=True, tag_field="type", tag="retention_ratio"):
    """Accepted and echoed; the local context has no limit."""

    retention_ratio: Annotated[float, Meta(ge=0, le=1)]
    token_limits: TokenLimits | UnsetType = UNSET


class StoredPrompt(Strict, frozen=True):
    """A prompt stored at the service; accepted and echoed."""

    id: str
    version: str | None = None
    variables: JsonObject | None = None


class SessionPatch(Strict, frozen=True, kw_only=True):
    """`session` of `session.update`: only sent fields change, null or an empty value clears."""

    type: Literal["realtime"]
    model: str | UnsetType = UNSET
    output_modalities: Modalities | UnsetType = UNSET
    instructions: str | UnsetType = UNSET
    audio: AudioPatch | UnsetType = UNSET
    tools: list[FunctionTool] | UnsetType = UNSET
    tool_choice: ToolChoice | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET
    reasoning: Reasoning | UnsetType = UNSET
    max_output_tokens: MaxTokens | UnsetType = UNSET
    tracing: Tracing | Literal["auto"] | UnsetType | None = UNSET
    truncation: RetentionRatio | Literal["auto", "disabled"] | UnsetType = UNSET
    prompt: StoredPrompt | UnsetType | None = UNSET
    include: list[Literal["item.input_audio_transcription.logprobs"]] | UnsetType | None = UNSET


# --- items and responses -----------------------------------------------------------------------------------------

_ItemStatus: TypeAlias = Literal["completed", "incomplete", "in_progress"]


class InputText(Strict, frozen=True, tag_field="type", tag="input_text"):
    """Text of a system or user message."""

    text: str


class OutputText(Strict, frozen=True, tag_field="type", tag="output_text"):
    """Text of an assistant message."""

    text: str


class NewMessage(Strict, frozen=True, kw_only=True, tag_field="type", tag="message"):
    """A message made by the client: system and user carry `input_text`, assistant carries `output_text`."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[list[InputText | OutputText], Meta(min_length=1)]
    id: str | None = None
    object: Literal["realtime.item"] | UnsetType = UNSET
    status: _ItemStatus | UnsetType = UNSET


class NewFunctionCall(Strict, frozen=True, kw_only=True, tag_field="type", tag="function_call"):
    """A call of an earlier connection, told again; `arguments` is JSON text."""

    name: str
    call_id: str
    arguments: str
    id: str | None = None
    object: Literal["realtime.item"] | UnsetType = UNSET
    status: _ItemStatus | UnsetType = UNSET


class NewFunctionOutput(Strict, frozen=True, kw_only=True, tag_field="type", tag="function_call_output"):
    """The answer to a call."""

    call_id: str
    output: str
    id: str | None = None
    object: Literal["realtime.item"] | UnsetType = UNSET
    status: _ItemStatus | UnsetType = UNSET


NewItem: TypeAlias = NewMessage | NewFunctionCall | NewFunctionOutput


class ResponseAudio(Strict, frozen=True):
    """`response.audio` of `response.create`."""

    output: OutputAudioPatch | UnsetType = UNSET


class ResponseWish(Strict, frozen=True, kw_only=True):
    """`response` of `response.create`: overrides the session for this response alone."""

    instructions: str | UnsetType = UNSET
    tools: list[FunctionTool] | UnsetType = UNSET
    tool_choice: ToolChoice | UnsetType = UNSET
    output_modalities: Modalities | UnsetType = UNSET
    audio: ResponseAudio | UnsetType = UNSET
    max_output_tokens: MaxTokens | UnsetType = UNSET
    metadata: dict[str, str] | None = None
    conversation: Literal["auto", "none"] = "auto"
    input: list[NewItem] | UnsetType = UNSET
    prompt: StoredPrompt | UnsetType | None = UNSET
    reasoning: Reasoning | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET
