"""The six v1 families against the specification: every field, bound, enum and default; and the family `call.*`."""

import json
import re
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from gateway import events
from gateway.events import (
    V1_FAMILIES,
    AudioEvent,
    CallEvent,
    CallStarted,
    ErrorEvent,
    Event,
    EventValidator,
    Heard,
    Interrupted,
    InvalidEventError,
    LegEnded,
    OrderEvent,
    SessionEvent,
    TranscriptionEvent,
    VADEvent,
    VoiceEvent,
    json_schemas,
    milliseconds,
    read_event,
)

Json = dict[str, Any]

# One full event of every family, with the specification's names.
SHAPES: dict[type[Event], Json] = {
    SessionEvent: {
        "type": "session.created",
        "sessionId": "CA1",
        "timestamp": 1700000000000.5,
        "data": {"model": "gpt-realtime-2.1", "capabilities": ["audio", "tools"], "config": {"voice": "marin"}},
    },
    AudioEvent: {
        "type": "audio.delta",
        "sessionId": "CA1",
        "sequenceNumber": 7,
        "timestamp": 1700000000000,
        "data": {"format": "mulaw", "sampleRate": 8000, "channels": 1, "payload": "//8=", "duration": 20},
    },
    TranscriptionEvent: {
        "type": "transcription.complete",
        "sessionId": "CA1",
        "timestamp": 1700000000000,
        "data": {"text": "two tacos", "confidence": 0.5, "language": "es-US", "isFinal": True},
    },
    OrderEvent: {
        "type": "order.intent",
        "sessionId": "CA1",
        "orderId": "order-1",
        "timestamp": 1700000000000,
        "data": {
            "intent": "add",
            "items": [{"menuItemId": "taco", "quantity": 2, "modifications": ["no onion"], "confidence": 1}],
            "totalAmount": 1250,
            "status": "pending",
        },
    },
    VADEvent: {
        "type": "vad.speech_end",
        "sessionId": "CA1",
        "timestamp": 1700000000000,
        "data": {"audioStartMs": 10, "audioEndMs": 900, "confidence": 0},
    },
    ErrorEvent: {
        "type": "error",
        "sessionId": "CA1",
        "timestamp": 1700000000000,
        "error": {
            "code": "RATE_LIMITED",
            "message": "API rate limit exceeded",
            "category": "connection",
            "severity": "high",
            "retry": True,
            "context": {"attempt": 1},
        },
    },
}

# What may be left out, and what it then is.
OPTIONAL: dict[tuple[type[Event], str], Any] = {
    (SessionEvent, "data.config"): None,
    (AudioEvent, "data.duration"): None,
    (TranscriptionEvent, "data.language"): "en-US",
    (OrderEvent, "orderId"): None,
    (OrderEvent, "data.items"): [],
    (OrderEvent, "data.items.0.modifications"): [],
    (OrderEvent, "data.totalAmount"): None,
    (OrderEvent, "data.status"): None,
    (VADEvent, "data.audioEndMs"): None,
    (ErrorEvent, "error.context"): None,
}

# All values of every closed list.
ENUMS: dict[tuple[type[Event], str], list[Any]] = {
    (SessionEvent, "type"): ["session.created", "session.updated", "session.error"],
    (AudioEvent, "type"): ["audio.input", "audio.output", "audio.delta", "audio.complete"],
    (AudioEvent, "data.format"): ["pcm16", "mulaw"],
    (AudioEvent, "data.channels"): [1],
    (TranscriptionEvent, "type"): ["transcription.partial", "transcription.complete", "transcription.error"],
    (OrderEvent, "type"): ["order.intent", "order.processing", "order.complete", "order.error"],
    (OrderEvent, "data.status"): ["pending", "confirmed", "failed"],
    (VADEvent, "type"): ["vad.speech_start", "vad.speech_end", "vad.silence"],
    (ErrorEvent, "type"): ["error"],
    (ErrorEvent, "error.category"): ["connection", "audio", "api", "business_logic"],
    (ErrorEvent, "error.severity"): ["low", "medium", "high", "critical"],
}

CONFIDENCES = [
    (TranscriptionEvent, "data.confidence"),
    (OrderEvent, "data.items.0.confidence"),
    (VADEvent, "data.confidence"),
]


def changed(shape: Json, path: str, value: Any) -> Json:
    """A copy of `shape` with another value at the dotted `path`."""
    copy: Json = json.loads(json.dumps(shape))
    *way, last = path.split(".")
    place: Any = copy
    for key in way:
        place = place[int(key) if key.isdigit() else key]
    place[last] = value
    return copy


def without(shape: Json, path: str) -> Json:
    copy = changed(shape, path, None)
    *way, last = path.split(".")
    place: Any = copy
    for key in way:
        place = place[int(key) if key.isdigit() else key]
    del place[last]
    return copy


def at(event: Event, path: str) -> Any:
    value: Any = json.loads(event.model_dump_json())
    for key in path.split("."):
        value = value[int(key) if key.isdigit() else key]
    return value


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Every dotted path in a shape that names a field, records first."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield path + key
            if key not in ("config", "context"):
                yield from leaves(entry, f"{path}{key}.")
    elif isinstance(value, list):
        for place, entry in enumerate(value):
            yield from leaves(entry, f"{path}{place}.")


FIELDS = [(family, path) for family, shape in SHAPES.items() for path in leaves(shape)]


def test_the_specification_has_six_families() -> None:
    assert tuple(SHAPES) == V1_FAMILIES
    assert set(typing.get_args(typing.get_args(VoiceEvent)[0])) == set(V1_FAMILIES)


@pytest.mark.parametrize("family", SHAPES)
def test_a_specified_event_survives_the_round_trip(family: type[Event]) -> None:
    event = EventValidator.validate(SHAPES[family])
    assert type(event) is family
    assert json.loads(event.to_json()) == SHAPES[family]
    assert EventValidator.validate(event.to_json()) == event == EventValidator.validate(event.to_json().encode())
    assert read_event(event.to_json()) == event


@pytest.mark.parametrize(("family", "path"), FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_a_field_is_required_unless_the_specification_gives_a_default(family: type[Event], path: str) -> None:
    shape = without(SHAPES[family], path)
    if (family, path) in OPTIONAL:
        assert at(EventValidator.validate(shape), path) == OPTIONAL[family, path]
    else:
        with pytest.raises(InvalidEventError, match="discriminator" if path == "type" else re.escape(path)):
            EventValidator.validate(shape)


@pytest.mark.parametrize(("family", "path"), ENUMS, ids=lambda value: getattr(value, "__name__", value))
def test_a_closed_list_takes_its_values_and_no_other(family: type[Event], path: str) -> None:
    for value in ENUMS[family, path]:
        assert at(EventValidator.validate(changed(SHAPES[family], path, value)), path) == value
    for value in ("other", "", 2):
        with pytest.raises(InvalidEventError):
            EventValidator.validate(changed(SHAPES[family], path, value))


@pytest.mark.parametrize(("family", "path"), CONFIDENCES, ids=lambda value: getattr(value, "__name__", value))
def test_confidence_lies_between_0_and_1(family: type[Event], path: str) -> None:
    good: list[object] = [0, 0.5, 1]
    bad: list[object] = [-0.001, 1.001, "high"]
    for value in good:
        EventValidator.validate(changed(SHAPES[family], path, value))
    for value in bad:
        with pytest.raises(InvalidEventError):
            EventValidator.validate(changed(SHAPES[family], path, value))


@pytest.mark.parametrize("type_", ["call.started", "call.timed_out", "session.closed", "order.ready", "", 3, None])
def test_the_validator_accepts_exactly_the_six_families(type_: object) -> None:
    with pytest.raises(InvalidEventError, match="Invalid event format"):
        EventValidator.validate({"type": type_, "sessionId": "CA1", "timestamp": 1})


@pytest.mark.parametrize("value", [None, 7, "not json", "[]", b"\xff", [], "{}", {"type": []}])
def test_what_is_no_event_is_refused(value: object) -> None:
    with pytest.raises(InvalidEventError, match="Invalid event format"):
        EventValidator.validate(value)


def test_a_refusal_names_every_place_and_repeats_no_value() -> None:
    shape = changed(changed(SHAPES[TranscriptionEvent], "data.confidence", 7), "data.text", {"card": "4111"})
    with pytest.raises(InvalidEventError) as refused:
        EventValidator.validate(shape)
    assert "data.confidence" in str(refused.value)
    assert "data.text" in str(refused.value)
    assert "4111" not in str(refused.value)
    with pytest.raises(InvalidEventError, match="event: "):
        EventValidator.validate("no json, 4111")


def test_python_names_are_accepted_and_unknown_fields_dropped() -> None:
    event = EventValidator.validate(
        {
            "type": "vad.silence",
            "session_id": "CA1",
            "timestamp": 1,
            "new": 1,
            "data": {"audioStartMs": 0, "confidence": 0},
        }
    )
    assert isinstance(event, VADEvent)
    assert "new" not in event.to_json()


def test_errors_are_told_apart_and_carry_the_retry() -> None:
    error = EventValidator.validate(SHAPES[ErrorEvent])
    final = EventValidator.validate(changed(SHAPES[ErrorEvent], "error.retry", False))
    silence = EventValidator.validate(SHAPES[VADEvent])
    assert [EventValidator.is_error_event(e) for e in (error, final, silence)] == [True, True, False]
    assert [EventValidator.requires_retry(e) for e in (error, final, silence)] == [True, False, False]


def test_events_are_frozen() -> None:
    event = EventValidator.validate(SHAPES[VADEvent])
    with pytest.raises(ValidationError):
        event.session_id = "CA2"


def test_the_timestamp_is_utc_milliseconds() -> None:
    moment = datetime(2026, 11, 22, 18, 0, 0, 250_000, UTC)
    event = CallStarted(session_id="CA1", timestamp=milliseconds(moment), restaurant_id="casa-verde")
    assert event.timestamp == 1795370400250
    assert event.at == moment
    assert event.at.tzinfo is UTC


def call_events() -> tuple[type[Event], ...]:
    return typing.get_args(typing.get_args(CallEvent)[0])


def test_the_call_family_is_complete_and_all_its_types_begin_with_call() -> None:
    defined = {
        entry
        for entry in vars(events).values()
        if isinstance(entry, type) and issubclass(entry, Event) and entry not in (Event, *V1_FAMILIES)
    }
    assert set(call_events()) == defined
    types = [family.model_fields["type"].default for family in call_events()]
    assert len(set(types)) == len(types)
    assert all(name.startswith("call.") for name in types)


def test_call_events_are_read_back_from_the_log() -> None:
    cut = (Heard(item_id="item_1", heard_ms=400, produced_ms=1000),)
    event = Interrupted(session_id="CA1", timestamp=5, cut=cut)
    assert json.loads(event.to_json()) == {
        "sessionId": "CA1",
        "timestamp": 5,
        "type": "call.interrupted",
        "cut": [{"itemId": "item_1", "contentIndex": 0, "heardMs": 400, "producedMs": 1000}],
    }
    assert read_event(event.to_json()) == event
    assert read_event(event.to_json().encode()) == event


@pytest.mark.parametrize("text", ["", "{}", '{"type":"call.unheard_of","sessionId":"CA1","timestamp":1}', b"\xff"])
def test_a_log_entry_that_this_version_does_not_know_is_an_error(text: str | bytes) -> None:
    with pytest.raises(InvalidEventError, match="Invalid event in the log"):
        read_event(text)


def test_a_leg_ends_for_one_of_three_reasons() -> None:
    with pytest.raises(ValidationError):
        LegEnded(session_id="CA1", timestamp=1, leg=1, reason="bored")  # type: ignore[arg-type]  # what is tested


def test_schemas_show_the_wire_names_and_the_bounds() -> None:
    schemas = json_schemas()
    assert set(schemas) == {family.__name__ for family in V1_FAMILIES} | {"VoiceEvent", "CallEvent"}
    transcription = schemas["TranscriptionEvent"]
    assert set(transcription["required"]) == {"type", "sessionId", "timestamp", "data"}
    data = transcription["$defs"]["TranscriptionData"]
    assert set(data["required"]) == {"text", "confidence", "isFinal"}
    assert {"minimum": 0, "maximum": 1}.items() <= data["properties"]["confidence"].items()
    assert set(schemas["VoiceEvent"]["discriminator"]["mapping"]) == {
        value for (_, path), values in ENUMS.items() if path == "type" for value in values
    }
    assert "call.started" in schemas["CallEvent"]["discriminator"]["mapping"]
    json.dumps(schemas)
