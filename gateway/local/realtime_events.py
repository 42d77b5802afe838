"""The server events of the Realtime protocol (GA), as the local server sends them. Pure builders, no decisions.

Each function returns the event without its `event_id`; `encode` adds that and writes the JSON. Every shape is accepted
by the `openai` package's types without an extra field. A naming trap of the protocol: events and a finished item's
content say `output_audio` or `output_text`, but a content part says `audio` or `text`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from gateway.local.realtime_schema import JsonObject

Event: TypeAlias = JsonObject
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a response a delta belongs."""

    response_id: str
    item_id: str
    output_index: int

    def of(self, kind: str, **fields: object) -> Event:
        """An event about the (only) content part of this output."""
        return {
            "type": kind,
            "response_id": self.response_id,
            "item_id": self.item_id,
            "output_index": self.output_index,
            "content_index": 0,
            **fields,
        }


def encode(event: Event, event_id: str) -> bytes:
    """The JSON text of an event, UTF-8."""
    event["event_id"] = event_id
    return _encoder.encode(event)


def error(code: str, message: str, *, param: str | None, event_id: str | None, kind: str) -> Event:
    """`error`: `event_id` is that of the client event that caused it."""
    return {
        "type": "error",
        "error": {"type": kind, "code": code, "message": message, "param": param, "event_id": event_id},
    }


def session(kind: Literal["session.created", "session.updated"], echo: JsonObject) -> Event:
    """`session.created` and `session.updated`."""
    return {"type": kind, "session": echo}


# --- conversation ------------------------------------------------------------------------------------------------


def item_added(item: JsonObject, previous_item_id: str | None) -> Event:
    """The item is in the conversation; it may still grow."""
    return {"type": "conversation.item.added", "previous_item_id": previous_item_id, "item": item}


def item_done(item: JsonObject, previous_item_id: str | None) -> Event:
    """The item is complete."""
    return {"type": "conversation.item.done", "previous_item_id": previous_item_id, "item": item}


def item_retrieved(item: JsonObject) -> Event:
    """The item as the server holds it."""
    return {"type": "conversation.item.retrieved", "item": item}


def item_deleted(item_id: str) -> Event:
    """The item is gone."""
    return {"type": "conversation.item.deleted", "item_id": item_id}


def item_truncated(item_id: str, audio_end_ms: int) -> Event:
    """The item ends at `audio_end_ms` now."""
    return {
        "type": "conversation.item.truncated",
        "item_id": item_id,
        "content_index": 0,
        "audio_end_ms": audio_end_ms,
    }


def transcription_delta(item_id: str, delta: str) -> Event:
    """Some words of the caller."""
    return {
        "type": "conversation.item.input_audio_transcription.delta",
        "item_id": item_id,
        "content_index": 0,
        "delta": delta,
    }


def transcription_completed(item_id: str, transcript: str, usage: JsonObject) -> Event:
    """All words of a caller's turn."""
    return {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": item_id,
        "content_index": 0,
        "transcript": transcript,
        "usage": usage,
    }


def transcription_failed(item_id: str, message: str) -> Event:
    """The recogniser gave up."""
    fault = {"type": "transcription_error", "code": "audio_unintelligible", "message": message, "param": None}
    return {
        "type": "conversation.item.input_audio_transcription.failed",
        "item_id": item_id,
        "content_index": 0,
        "error": fault,
    }


# --- input buffer ------------------------------------------------------------------------------------------------


def speech_started(item_id: str, audio_start_ms: int) -> Event:
    """Voice; the time counts all audio appended in this session and includes the prefix padding."""
    return {"type": "input_audio_buffer.speech_started", "item_id": item_id, "audio_start_ms": audio_start_ms}


def speech_stopped(item_id: str, audio_end_ms: int) -> Event:
    """Silence long enough to end the turn."""
    return {"type": "input_audio_buffer.speech_stopped", "item_id": item_id, "audio_end_ms": audio_end_ms}


def committed(item_id: str, previous_item_id: str | None) -> Event:
    """The buffer becomes a user item."""
    return {"type": "input_audio_buffer.committed", "item_id": item_id, "previous_item_id": previous_item_id}


def cleared() -> Event:
    """The buffer is empty."""
    return {"type": "input_audio_buffer.cleared"}


def timeout_triggered(item_id: str, audio_start_ms: int, audio_end_ms: int) -> Event:
    """Nobody spoke for `idle_timeout_ms` after the agent."""
    return {
        "type": "input_audio_buffer.timeout_triggered",
        "item_id": item_id,
        "audio_start_ms": audio_start_ms,
        "audio_end_ms": audio_end_ms,
    }


# --- responses ---------------------------------------------------------------------------------------------------


def response(kind: Literal["response.created", "response.done"], body: JsonObject) -> Event:
    """A response begins or ends. There is no `response.cancelled`: that is a `response.done`."""
    return {"type": kind, "response": body}


def output_item(
    kind: Literal["response.output_item.added", "response.output_item.done"], place: Place, item: JsonObject
) -> Event:
    """One output of a response begins or ends."""
    return {"type": kind, "response_id": place.response_id, "output_index": place.output_index, "item": item}


def arguments_delta(place: Place, call_id: str, delta: str) -> Event:
    """Some of a call's arguments, JSON text."""
    return {
        "type": "response.function_call_arguments.delta",
        "response_id": place.response_id,
        "item_id": place.item_id,
        "output_index": place.output_index,
        "call_id": call_id,
        "delta": delta,
    }


def arguments_done(place: Place, call_id: str, name: str, arguments: str) -> Event:
    """All of a call's arguments, JSON text."""
    return {
        "type": "response.function_call_arguments.done",
        "response_id": place.response_id,
        "item_id": place.item_id,
        "output_index": place.output_index,
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


def rate_limits(limits: Sequence[tuple[str, int, int, float]]) -> Event:
    """What is left of each limit: (name, limit, remaining, seconds until it is full again)."""
    rows = [
        {"name": name, "limit": limit, "remaining": remaining, "reset_seconds": reset}
        for name, limit, remaining, reset in limits
    ]
    return {"type": "rate_limits.updated", "rate_limits": rows}
