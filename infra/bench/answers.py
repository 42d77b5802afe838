"""The scripted model's events: GA Realtime shapes, as dicts without `event_id`. Pure.

Everything that a real answer sends is sent, also what the gateway passes over: reading it is part of the cost.
"""

from collections.abc import Iterator
from typing import Final

from infra.bench.level_code import RATES, Encoding

Event = dict[str, object]

WORDS: Final = ("Sure, ", "two ", "large ", "Margheritas ", "for ", "pickup. ", "Would ", "you ", "like ", "more? ")
CALLER_WORDS: Final = "Two large Margheritas, please."
_FORMATS: Final[dict[Encoding, Event]] = {
    "pcm16": {"type": "audio/pcm", "rate": RATES["pcm16"]},
    "pcmu": {"type": "audio/pcmu"},
}


def session(name: str, model: str, encoding: Encoding, turn_detection: Event) -> Event:
    """The `session` of `session.created` and `session.updated`."""
    return {
        "id": name,
        "object": "realtime.session",
        "type": "realtime",
        "model": model,
        "output_modalities": ["audio"],
        "audio": {
            "input": {"format": _FORMATS[encoding], "turn_detection": turn_detection},
            "output": {"format": _FORMATS[encoding], "voice": "marin"},
        },
    }


def encoding_of(update: Event) -> Encoding | None:
    """The audio format that a `session.update` asks for; None when it names none."""
    value: object = update.get("session")
    for key in ("audio", "input", "format", "type"):
        value = value.get(key) if isinstance(value, dict) else None
    if value == "audio/pcmu":
        return "pcmu"
    return "pcm16" if value == "audio/pcm" else None


def turn_ended(item_id: str, audio_end_ms: int) -> Iterator[Event]:
    """The caller's turn is over: from `speech_stopped` to its transcription."""
    yield {"type": "input_audio_buffer.speech_stopped", "item_id": item_id, "audio_end_ms": audio_end_ms}
    yield {"type": "input_audio_buffer.committed", "item_id": item_id, "previous_item_id": None}
    content: Event = {"type": "input_audio", "transcript": None}
    item = _item(item_id, "user", "completed", content)
    yield {"type": "conversation.item.added", "previous_item_id": None, "item": item}
    yield {"type": "conversation.item.done", "previous_item_id": None, "item": item}
    yield {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": item_id,
        "content_index": 0,
        "transcript": CALLER_WORDS,
        "usage": {"type": "duration", "seconds": 1.0},
    }


def created_item(item: Event, name: str) -> Iterator[Event]:
    """The answers to `conversation.item.create`."""
    stored = {"id": name, "object": "realtime.item", "status": "completed"} | item
    yield {"type": "conversation.item.added", "previous_item_id": None, "item": stored}
    yield {"type": "conversation.item.done", "previous_item_id": None, "item": stored}


def response_begun(response_id: str, item_id: str) -> Iterator[Event]:
    """From `response.created` to the first delta."""
    yield {"type": "response.created", "response": _response(response_id, "in_progress", [])}
    item = _item(item_id, "assistant", "in_progress")
    yield {"type": "response.output_item.added", "response_id": response_id, "output_index": 0, "item": item}
    yield {"type": "conversation.item.added", "previous_item_id": None, "item": item}
    part = {"type": "audio", "transcript": ""}
    yield {"type": "response.content_part.added", **_place(response_id, item_id), "part": part}


def response_ended(response_id: str, item_id: str, status: str) -> Iterator[Event]:
    """From the last delta to `rate_limits.updated`. `status`: `completed` or `cancelled`."""
    at, said = _place(response_id, item_id), "".join(WORDS)
    yield {"type": "response.output_audio.done", **at}
    yield {"type": "response.output_audio_transcript.done", **at, "transcript": said}
    yield {"type": "response.content_part.done", **at, "part": {"type": "audio", "transcript": said}}
    ended = "completed" if status == "completed" else "incomplete"
    item = _item(item_id, "assistant", ended, {"type": "output_audio", "transcript": said})
    yield {"type": "response.output_item.done", "response_id": response_id, "output_index": 0, "item": item}
    yield {"type": "conversation.item.done", "previous_item_id": None, "item": item}
    usage = {"total_tokens": 300, "input_tokens": 200, "output_tokens": 100}
    response = _response(response_id, status, [item]) | {"usage": usage}
    if status == "cancelled":
        response["status_details"] = {"type": "cancelled", "reason": "client_cancelled"}
    yield {"type": "response.done", "response": response}
    limit = {"name": "tokens", "limit": 1_000_000, "remaining": 999_000, "reset_seconds": 0.1}
    yield {"type": "rate_limits.updated", "rate_limits": [limit]}


def refusal(code: str, message: str, event_id: object) -> Event:
    """An `error` event about a request."""
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": None, "event_id": event_id}
    return {"type": "error", "error": error}


def _item(item_id: str, role: str, status: str, *content: Event) -> Event:
    fixed: Event = {"id": item_id, "object": "realtime.item", "type": "message"}
    return fixed | {"status": status, "role": role, "content": list(content)}


def _response(response_id: str, status: str, output: list[Event]) -> Event:
    fixed: Event = {"id": response_id, "object": "realtime.response", "status": status}
    return fixed | {"output": output, "output_modalities": ["audio"]}


def _place(response_id: str, item_id: str) -> Event:
    return {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
