"""The oracle must refuse what the service refuses, or it proves nothing."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.oracle import CLIENT, CLIENT_TYPES, SERVER, SERVER_TYPES, check

PCMU = {"format": {"type": "audio/pcmu"}}


def update(**session: Any) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": "realtime", **session}}


@pytest.mark.parametrize(
    "event",
    [
        update(audio={"input": {**PCMU, "turn_detection": None}, "output": {**PCMU, "voice": "marin"}}),
        {"type": "input_audio_buffer.append", "audio": "/w=="},
        {"type": "conversation.item.truncate", "item_id": "i", "content_index": 0, "audio_end_ms": 0},
        {
            "type": "conversation.item.create",
            "item": {"type": "function_call_output", "call_id": "c", "output": "{}"},
        },
        {"type": "response.cancel"},
        {"type": "response.create", "event_id": "e1"},
    ],
)
def test_right_client_events_pass(event: dict[str, Any]) -> None:
    assert check(CLIENT, json.dumps(event)).type == event["type"]


@pytest.mark.parametrize(
    "event",
    [
        update(voice="marin"),
        {"type": "session.update", "session": {"audio": {}}},
        update(audio={"output": {"format": {"type": "audio/pcmu", "rate": 8000}}}),
        update(audio={"input": {"format": {"type": "audio/pcm"}}}),
        update(audio={"input": {"format": {"type": "audio/pcm", "rate": 8000}}}),
        update(audio={"input": {"turn_detection": {"type": "semantic_vad", "silence_duration_ms": 200}}}),
        update(audio={"input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 1}}}),
        update(output_modalities=["audio", "text"]),
        update(max_output_tokens=99999),
        {"type": "conversation.item.truncate", "item_id": "i", "content_index": 0, "audio_end_ms": "12"},
        {"type": "conversation.item.truncate", "item_id": "i", "content_index": 0, "audio_end_ms": -1},
        {
            "type": "conversation.item.create",
            "item": {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "x"}]},
        },
        {"type": "input_audio_buffer.append", "audio": "no base64"},
        {"type": "input_audio_buffer.append", "audio": ""},
        {"type": "session.close"},
    ],
)
def test_wrong_client_events_do_not(event: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, AssertionError, ValueError)):
        check(CLIENT, json.dumps(event))


PLACE = {"event_id": "e", "response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.audio.delta", **PLACE, "delta": ""},
        {"type": "response.cancelled", "event_id": "e"},
        {"type": "response.content_part.done", **PLACE, "part": {"type": "output_audio", "transcript": "x"}},
        {
            "type": "conversation.item.input_audio_transcription.completed",
            "event_id": "e",
            "item_id": "i",
            "content_index": 0,
            "transcript": "hi",
        },
        {"type": "error", "event_id": "e", "error": {"type": "t", "message": "m", "retry": True}},
    ],
)
def test_wrong_server_events_do_not(event: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, AssertionError)):
        check(SERVER, json.dumps(event))


def test_what_the_server_adds_to_a_session_is_known() -> None:
    session = {"type": "realtime", "object": "realtime.session", "id": "s", "model": "m", "expires_at": 1}
    check(SERVER, json.dumps({"type": "session.created", "event_id": "e", "session": session}))


def test_the_unions_are_whole() -> None:
    assert len(CLIENT_TYPES) == 11
    assert len(SERVER_TYPES) == 46
