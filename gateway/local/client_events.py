"""The eleven client events of the Realtime protocol, and the door where they are read. Pure.

`decode` is as strict as the real service: an unknown field, a missing one, a number sent as text or a value out of its
bounds is refused with the code and the parameter's path that the service gives. Times are milliseconds; audio is base64
on the wire and bytes here.
"""

import re
from typing import Final, TypeAlias

import msgspec

from gateway.local.realtime_schema import NewItem, ResponseWish, SessionPatch, Strict


class RefusedError(Exception):
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


class _Event(Strict, frozen=True, kw_only=True, tag_field="type"):
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


_decoder: Final[msgspec.json.Decoder[ClientEvent]] = msgspec.json.Decoder(ClientEvent)
_envelope: Final = msgspec.json.Decoder(_Envelope)
_FIELD = re.compile(r"^Object (?P<fault>contains unknown|missing required) field `(?P<name>[^`]*)`")


def decode(raw: bytes | str) -> ClientEvent:
    """Reads one client event.

    Args:
        raw: The text of one WebSocket message.

    Raises:
        RefusedError: It is no JSON, no event, or breaks the event's schema; `event_id` is set if it could be read.
    """
    try:
        return _decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), _event_id(raw)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError("invalid_json", f"The event is not valid JSON: {error}") from error


def _event_id(raw: bytes | str) -> str | None:
    try:
        event_id = _envelope.decode(raw).event_id
    except msgspec.ValidationError:
        return None
    return event_id if isinstance(event_id, str) else None


def _refusal(error: str, event_id: str | None) -> RefusedError:
    """The service's code and parameter path for an error of the decoder."""
    what, _, place = error.partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    field = _FIELD.match(what)
    if field:
        param = f"{path}.{field['name']}".lstrip(".")
        if field["fault"] == "contains unknown":
            return RefusedError("unknown_parameter", f"Unknown parameter: '{param}'.", param, event_id)
        return RefusedError("missing_required_parameter", f"Missing required parameter: '{param}'.", param, event_id)
    code = "invalid_type" if ", got `" in what else "invalid_value"
    where = f" for '{path}'" if path else ""
    return RefusedError(code, f"Invalid value{where}: {what}.", path or None, event_id)
