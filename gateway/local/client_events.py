"""What a client may send to the local Realtime server: the GA client events as typed records. Pure.

`decode` is as strict as the real service: an unknown field, a missing one, a number sent as text or a value out of its
bounds is refused with the code and the parameter's path that the service gives. What this server does not offer
(images, injected audio, G.711 A-law, transcription sessions, MCP) is refused as an invalid value, never ignored.
Times are milliseconds, audio is base64 on the wire and bytes here.
"""

import re
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

Modality: TypeAlias = Literal["audio", "text"]
Modalities: TypeAlias = Annotated[list[Modality], Meta(min_length=1, max_length=1)]
MaxTokens: TypeAlias = Annotated[int, Meta(ge=1, le=4096)] | Literal["inf"]
JsonObject: TypeAlias = dict[str, object]


class Refused(Exception):
    """A client event that the server does not accept; the session stays open.

    Attributes:
        code: The service's error code, for example `unknown_parameter`.
        message: A sentence for a person.
        param: Path of the parameter, for example `session.audio.input.format.rate`; None if it is no one parameter.
        event_id: The refused event's own id, if it carried one.
    """

    def __init__(self, code: str, message: str, param: str | None = None, event_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.event_id = event_id


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are not named here are refused."""


# --- the session -------------------------------------------------------------------------------------------------


class Pcm(_Strict, frozen=True, tag_field="type", tag="audio/pcm"):
    """PCM16 little-endian mono; the only rate is 24000."""

    rate: Literal[24000]


class Pcmu(_Strict, frozen=True, tag_field="type", tag="audio/pcmu"):
    """G.711 mulaw, 8 kHz; a `rate` is refused."""


AudioFormat: TypeAlias = Pcm | Pcmu


class ServerVad(_Strict, frozen=True, tag_field="type", tag="server_vad"):
    """Turn detection by level."""

    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.5
    prefix_padding_ms: Annotated[int, Meta(ge=0, le=5000)] = 300
    silence_duration_ms: Annotated[int, Meta(ge=0, le=5000)] = 500
    create_response: bool = True
    interrupt_response: bool = True
    idle_timeout_ms: Annotated[int, Meta(ge=5000, le=30000)] | None = None


class SemanticVad(_Strict, frozen=True, tag_field="type", tag="semantic_vad"):
    """Turn detection by meaning; here by level, with a silence as long as the eagerness says."""

    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection: TypeAlias = ServerVad | SemanticVad


class NoiseReduction(_Strict, frozen=True):
    """Accepted and echoed; the local recogniser has none."""

    type: Literal["near_field", "far_field"]
    strength: float | UnsetType = UNSET


class Transcription(_Strict, frozen=True):
    """With it the caller's words are reported; which recogniser hears them is the server's choice."""

    model: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    languages: list[str] | UnsetType = UNSET
    prompt: str | UnsetType = UNSET
    keywords: list[str] | UnsetType = UNSET
    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | UnsetType = UNSET


class VoiceId(_Strict, frozen=True):
    """A custom voice."""

    id: str


class InputAudioPatch(_Strict, frozen=True):
    """`session.audio.input` of an update: what is not sent stays."""

    format: AudioFormat | UnsetType = UNSET
    noise_reduction: NoiseReduction | None | UnsetType = UNSET
    transcription: Transcription | None | UnsetType = UNSET
    turn_detection: TurnDetection | None | UnsetType = UNSET


class OutputAudioPatch(_Strict, frozen=True):
    """`session.audio.output` of an update, `audio.output` of a response."""

    format: AudioFormat | UnsetType = UNSET
    voice: str | VoiceId | UnsetType = UNSET
    speed: Annotated[float, Meta(ge=0.25, le=1.5)] | UnsetType = UNSET


class AudioPatch(_Strict, frozen=True):
    """`session.audio` of an update."""

    input: InputAudioPatch | UnsetType = UNSET
    output: OutputAudioPatch | UnsetType = UNSET


class FunctionTool(_Strict, frozen=True, tag_field="type", tag="function"):
    """A tool, flat (not nested under `function`)."""

    name: str
    description: str = ""
    parameters: JsonObject = {}


class ChosenTool(_Strict, frozen=True, tag_field="type", tag="function"):
    """`tool_choice` that names one function."""

    name: str


ToolChoice: TypeAlias = Literal["auto", "none", "required"] | ChosenTool


class Reasoning(_Strict, frozen=True):
    """Accepted and echoed."""

    effort: Literal["minimal", "low", "medium", "high", "xhigh"]


class Tracing(_Strict, frozen=True):
    """Accepted and echoed; nothing is traced."""

    workflow_name: str | UnsetType = UNSET
    group_id: str | UnsetType = UNSET
    metadata: JsonObject | UnsetType = UNSET


class TokenLimits(_Strict, frozen=True):
    """Tokens kept after the instructions when the context is cut."""

    post_instructions: int


class RetentionRatio(_Strict, frozen=True, tag_field="type", tag="retention_ratio"):
    """Accepted and echoed; the local context has no limit."""

    retention_ratio: Annotated[float, Meta(ge=0, le=1)]
    token_limits: TokenLimits | UnsetType = UNSET


class StoredPrompt(_Strict, frozen=True):
    """A prompt stored at the service; accepted and echoed."""

    id: str
    version: str | None = None
    variables: JsonObject | None = None


class SessionPatch(_Strict, frozen=True, kw_only=True):
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
    tracing: Tracing | Literal["auto"] | None | UnsetType = UNSET
    truncation: RetentionRatio | Literal["auto", "disabled"] | UnsetType = UNSET
    prompt: StoredPrompt | None | UnsetType = UNSET
    include: list[Literal["item.input_audio_transcription.logprobs"]] | None | UnsetType = UNSET


# --- items and responses -----------------------------------------------------------------------------------------

_ItemStatus: TypeAlias = Literal["completed", "incomplete", "in_progress"]


class InputText(_Strict, frozen=True, tag_field="type", tag="input_text"):
    """Text of a system or user message."""

    text: str


class OutputText(_Strict, frozen=True, tag_field="type", tag="output_text"):
    """Text of an assistant message."""

    text: str


class NewMessage(_Strict, frozen=True, kw_only=True, tag_field="type", tag="message"):
    """A message made by the client: system and user carry `input_text`, assistant carries `output_text`."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[list[InputText | OutputText], Meta(min_length=1)]
    id: str | None = None
    object: Literal["realtime.item"] | UnsetType = UNSET
    status: _ItemStatus | UnsetType = UNSET


class NewFunctionCall(_Strict, frozen=True, kw_only=True, tag_field="type", tag="function_call"):
    """A call of an earlier connection, told again; `arguments` is JSON text."""

    name: str
    call_id: str
    arguments: str
    id: str | None = None
    object: Literal["realtime.item"] | UnsetType = UNSET
    status: _ItemStatus | UnsetType = UNSET


class NewFunctionOutput(_Strict, frozen=True, kw_only=True, tag_field="type", tag="function_call_output"):
    """The answer to a call."""

    call_id: str
    output: str
    id: str | None = None
    object: Literal["realtime.item"] | UnsetType = UNSET
    status: _ItemStatus | UnsetType = UNSET


NewItem: TypeAlias = NewMessage | NewFunctionCall | NewFunctionOutput


class ResponseAudio(_Strict, frozen=True):
    """`response.audio` of `response.create`."""

    output: OutputAudioPatch | UnsetType = UNSET


class ResponseWish(_Strict, frozen=True, kw_only=True):
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
    prompt: StoredPrompt | None | UnsetType = UNSET
    reasoning: Reasoning | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET


# --- the eleven events -------------------------------------------------------------------------------------------


class _Event(_Strict, frozen=True, kw_only=True, tag_field="type"):
    """Every client event may carry an id; an error that it causes names it."""

    event_id: str | None = None


class SessionUpdate(_Event, frozen=True, kw_only=True, tag="session.update"):
    """Changes the session."""

    session: SessionPatch


class AudioAppend(_Event, frozen=True, kw_only=True, tag="input_audio_buffer.append"):
    """Caller audio in the session's input format, base64, at most 15 MiB; it has no answer."""

    audio: bytes


class AudioCommit(_Event, frozen=True, kw_only=True, tag="input_audio_buffer.commit"):
    """Makes the buffer a user item; at least 100 ms."""


class AudioClear(_Event, frozen=True, kw_only=True, tag="input_audio_buffer.clear"):
    """Empties the buffer."""


class ItemCreate(_Event, frozen=True, kw_only=True, tag="conversation.item.create"):
    """Adds an item behind `previous_item_id` (`root`: in front; absent: at the end)."""

    item: NewItem
    previous_item_id: str | None = None


class ItemRetrieve(_Event, frozen=True, kw_only=True, tag="conversation.item.retrieve"):
    """Asks for an item as the server holds it."""

    item_id: str


class ItemDelete(_Event, frozen=True, kw_only=True, tag="conversation.item.delete"):
    """Takes an item out of the conversation."""

    item_id: str


class ItemTruncate(_Event, frozen=True, kw_only=True, tag="conversation.item.truncate"):
    """Forgets an assistant message from `audio_end_ms` on, its words too."""

    item_id: str
    content_index: int
    audio_end_ms: int


class ResponseCreate(_Event, frozen=True, kw_only=True, tag="response.create"):
    """Asks for a response."""

    response: ResponseWish = ResponseWish()


class ResponseCancel(_Event, frozen=True, kw_only=True, tag="response.cancel"):
    """Stops the named response, or the one that is active."""

    response_id: str | None = None


class OutputClear(_Event, frozen=True, kw_only=True, tag="output_audio_buffer.clear"):
    """For WebRTC and SIP only: refused over a WebSocket."""


ClientEvent: TypeAlias = (
    SessionUpdate
    | AudioAppend
    | AudioCommit
    | AudioClear
    | ItemCreate
    | ItemRetrieve
    | ItemDelete
    | ItemTruncate
    | ResponseCreate
    | ResponseCancel
    | OutputClear
)


class _Envelope(msgspec.Struct):
    event_id: object = None


_decoder: Final = msgspec.json.Decoder(ClientEvent)
_envelope: Final = msgspec.json.Decoder(_Envelope)
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_FIELD = re.compile(r"^Object (?P<fault>contains unknown|missing required) field `(?P<name>[^`]*)`")


def decode(raw: bytes | str) -> ClientEvent:
    """Reads one client event.

    Args:
        raw: The text of one WebSocket message.

    Raises:
        Refused: It is no JSON, not an event, or breaks the event's schema. `event_id` is set when it could be read.
    """
    try:
        return _decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), _event_id(raw)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("invalid_json", f"The event is not valid JSON: {error}") from error


def _event_id(raw: bytes | str) -> str | None:
    try:
        event_id = _envelope.decode(raw).event_id
    except msgspec.ValidationError:
        return None
    return event_id if isinstance(event_id, str) else None


def _refusal(error: str, event_id: str | None) -> Refused:
    """The service's code and parameter path for an error of the decoder."""
    placed = _PLACE.match(error)
    assert placed is not None, "the pattern matches every text"
    path = placed["path"] or ""
    field = _FIELD.match(placed["what"])
    if field:
        param = f"{path}.{field['name']}".lstrip(".")
        if field["fault"] == "contains unknown":
            return Refused("unknown_parameter", f"Unknown parameter: '{param}'.", param, event_id)
        return Refused("missing_required_parameter", f"Missing required parameter: '{param}'.", param, event_id)
    code = "invalid_type" if ", got `" in placed["what"] else "invalid_value"
    where = f" for '{path}'" if path else ""
    return Refused(code, f"Invalid value{where}: {placed['what']}.", path or None, event_id)
