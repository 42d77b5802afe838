"""The judge of Realtime events: the `openai` package's own types, strict, with no field that they do not know.

`check(CLIENT, raw)` and `check(SERVER, raw)` take the exact text that goes on the wire. The package's unions are
rebuilt with a discriminator (a plain union costs 260 us an event and hides the error), and `model_extra` is walked
because the package's models accept unknown fields. Beside the types some rules are checked that they do not enforce:
see `_beyond_types`. Production code never imports this.
"""

import base64
import json
import typing
from collections.abc import Iterator
from typing import Annotated, Any, Union

from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel, Field, TypeAdapter


def _members(alias: Any) -> tuple[type[BaseModel], ...]:
    members: tuple[type[BaseModel], ...] = typing.get_args(typing.get_args(alias)[0])
    return members


def _adapter(alias: Any) -> TypeAdapter[Any]:
    # A Union built from a tuple at run time cannot be written with `|`.
    return TypeAdapter(Annotated[Union[_members(alias)], Field(discriminator="type")])  # noqa: UP007 - see above


def _tags(alias: Any) -> frozenset[str]:
    return frozenset(typing.get_args(member.model_fields["type"].annotation)[0] for member in _members(alias))


CLIENT = _adapter(RealtimeClientEvent)
SERVER = _adapter(RealtimeServerEvent)
CLIENT_TYPES = _tags(RealtimeClientEvent)
SERVER_TYPES = _tags(RealtimeServerEvent)

# The package types `session.created` with the model of the request, which lacks what the server adds.
_SERVER_ONLY = {"$.session.id", "$.session.object", "$.session.expires_at"}


def check(kind: TypeAdapter[Any], raw: str | bytes) -> Any:
    """Accepts one event.

    Args:
        kind: CLIENT or SERVER.
        raw: The text of the WebSocket message.

    Returns:
        The event as the package's model.

    Raises:
        pydantic.ValidationError: It breaks the types.
        AssertionError: It has fields that nobody knows, or breaks a rule that the types leave open.
    """
    model = kind.validate_json(raw, strict=True)
    unknown = [path for path in _extras(model) if not (kind is SERVER and path in _SERVER_ONLY)]
    assert not unknown, f"unknown fields {unknown}"
    _beyond_types(json.loads(raw))
    return model


def _extras(value: object, path: str = "$") -> Iterator[str]:
    if isinstance(value, BaseModel):
        for key in value.model_extra or {}:
            yield f"{path}.{key}"
        for key in type(value).model_fields:
            yield from _extras(getattr(value, key), f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for place, entry in enumerate(value):
            yield from _extras(entry, f"{path}[{place}]")


def _beyond_types(event: dict[str, Any]) -> None:
    for key in ("audio", "delta"):
        if isinstance(event.get(key), str) and event["type"] in (
            "input_audio_buffer.append",
            "response.output_audio.delta",
        ):
            assert base64.b64decode(event[key], validate=True) or key == "delta", "empty audio"
    if event["type"] == "conversation.item.truncate":
        assert event["audio_end_ms"] >= 0, "a negative end"
    session = event.get("session") or {}
    assert len(session.get("output_modalities", ["audio"])) == 1, "exactly one modality"
    audio = session.get("audio") or {}
    for direction in ("input", "output"):
        audio_format = (audio.get(direction) or {}).get("format") or {}
        assert audio_format.get("type") != "audio/pcm" or audio_format.get("rate") == 24000, "PCM without its rate"
    turns = (audio.get("input") or {}).get("turn_detection") or {}
    idle = turns.get("idle_timeout_ms")
    assert idle is None or 5000 <= idle <= 30000, "idle_timeout_ms out of bounds"
    limit = session.get("max_output_tokens", "inf")
    assert limit == "inf" or 1 <= limit <= 4096, "max_output_tokens out of bounds"
