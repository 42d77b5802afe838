"""Twilio Media Streams: what Twilio sends, in order and out of it, and the exact shape of what we send."""

import base64
import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gateway import errors
from gateway.errors import GatewayError
from gateway.twilio.protocol import (
    MAX_MESSAGE,
    Digit,
    MarkEcho,
    MediaFrame,
    MediaStream,
    StreamStart,
    StreamStop,
)

SILENCE = base64.b64encode(b"\xff" * 160).decode()


class Exact(BaseModel):
    """A message as documented: Twilio ignores one with any key more or less (warning 31951)."""

    model_config = ConfigDict(extra="forbid", strict=True)


class MediaBody(Exact):
    payload: str


class MarkBody(Exact):
    name: str


class Media(Exact):
    event: Literal["media"]
    streamSid: str  # noqa: N815 - Twilio's name
    media: MediaBody


class Mark(Exact):
    event: Literal["mark"]
    streamSid: str  # noqa: N815 - Twilio's name
    mark: MarkBody


class Clear(Exact):
    event: Literal["clear"]
    streamSid: str  # noqa: N815 - Twilio's name


OUTBOUND: TypeAdapter[Media | Mark | Clear] = TypeAdapter(Media | Mark | Clear)


def start(**changes: Any) -> dict[str, Any]:
    inner = {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "t"},
        **changes,
    }
    return {"event": "start", "sequenceNumber": "1", "streamSid": inner.get("streamSid"), "start": inner}


def media(**changes: Any) -> dict[str, Any]:
    inner = {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": SILENCE, **changes}
    return {"event": "media", "sequenceNumber": "2", "streamSid": "MZ1", "media": inner}


def dtmf(digit: str) -> dict[str, Any]:
    inner = {"track": "inbound_track", "digit": digit}
    return {"event": "dtmf", "streamSid": "MZ1", "sequenceNumber": "9", "dtmf": inner}


MARK = {"event": "mark", "sequenceNumber": "10", "streamSid": "MZ1", "mark": {"name": "1.3"}}
STOP = {"event": "stop", "sequenceNumber": "11", "streamSid": "MZ1", "stop": {"accountSid": "AC1", "callSid": "CA1"}}
CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}


def tell(stream: MediaStream, message: object) -> Any:
    return stream.receive(message if isinstance(message, str) else json.dumps(message))


@pytest.fixture
def stream() -> MediaStream:
    """A stream that has started."""
    begun = MediaStream()
    tell(begun, CONNECTED)
    tell(begun, start())
    return begun


# --- in order ---


def test_a_stream_from_connected_to_stop() -> None:
    stream = MediaStream()
    assert tell(stream, CONNECTED) is None
    assert tell(stream, start()) == StreamStart("MZ1", "CA1", "AC1", {"token": "t"})
    assert tell(stream, media()) == MediaFrame(SILENCE, 20)
    assert tell(stream, dtmf("5")) == Digit("5")
    assert tell(stream, MARK) == MarkEcho("1.3")
    assert tell(stream, STOP) == StreamStop()
    assert stream.stopped
    assert stream.ignored == {}


@pytest.mark.parametrize("digit", list("0123456789*#"))
def test_every_key_of_a_telephone_is_told(stream: MediaStream, digit: str) -> None:
    assert tell(stream, dtmf(digit)) == Digit(digit)


@pytest.mark.parametrize("size", [1, 160, 800])
def test_frames_of_any_length_are_taken(stream: MediaStream, size: int) -> None:
    payload = base64.b64encode(b"\xff" * size).decode()
    assert tell(stream, media(payload=payload)) == MediaFrame(payload, 20)


def test_a_start_may_lack_what_is_not_needed() -> None:
    message = start()
    del message["start"]["customParameters"], message["start"]["accountSid"], message["start"]["mediaFormat"]
    assert tell(MediaStream(), message) == StreamStart("MZ1", "CA1", "", {})


def test_unknown_fields_are_passed_over(stream: MediaStream) -> None:
    assert tell(stream, {**media(), "new": [1], "media": {**media()["media"], "new": {}}}) == MediaFrame(SILENCE, 20)


# --- out of order, and of others ---


@pytest.mark.parametrize("message", [media(), dtmf("1"), MARK, STOP], ids=lambda m: m["event"])
def test_nothing_counts_before_the_start(message: dict[str, Any]) -> None:
    stream = MediaStream()
    assert tell(stream, message) is None
    assert stream.ignored == {"before start": 1}
    assert not stream.stopped


@pytest.mark.parametrize("message", [media(), dtmf("1"), MARK, STOP], ids=lambda m: m["event"])
def test_nothing_counts_after_the_stop(stream: MediaStream, message: dict[str, Any]) -> None:
    tell(stream, STOP)
    assert tell(stream, message) is None
    assert stream.ignored == {"after stop": 1}


@pytest.mark.parametrize("message", [media(), dtmf("1"), MARK, STOP], ids=lambda m: m["event"])
@pytest.mark.parametrize("sid", ["MZ2", "", None])
def test_nothing_of_another_stream_counts(stream: MediaStream, message: dict[str, Any], sid: str | None) -> None:
    assert tell(stream, {**message, "streamSid": sid}) is None
    assert sum(stream.ignored.values()) == 1
    assert not stream.stopped


def test_a_second_start_changes_nothing(stream: MediaStream) -> None:
    assert tell(stream, start(streamSid="MZ2", callSid="CA2")) is None
    assert stream.ignored == {"second start": 1}
    assert stream.start is not None
    assert (stream.start.stream_sid, stream.start.call_sid) == ("MZ1", "CA1")
    assert json.loads(stream.clear())["streamSid"] == "MZ1"


# --- malformed ---


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        "null",
        '{"event":7}',
        '{"event":"media","media":[]}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":7}}',
        '{"event":"start","start":{"streamSid":"MZ1"}}',
        '{"event":"\ud800"}',
        '{"event":"x","y":' + "[" * 60_000,
    ],
)
def test_what_is_malformed_is_counted_and_passed_over(stream: MediaStream, text: str) -> None:
    assert tell(stream, text) is None
    assert stream.ignored == {"malformed": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"streamSid": ""},
        {"callSid": ""},
        {"callSid": None},
        {"customParameters": {"token": 7}},
        {"mediaFormat": {"sampleRate": "8000"}},
    ],
)
def test_a_start_that_says_too_little_is_none(changes: dict[str, Any]) -> None:
    stream = MediaStream()
    assert tell(stream, start(**changes)) is None
    assert stream.ignored == {"malformed": 1}
    assert stream.start is None


def test_a_start_that_names_two_streams_is_none() -> None:
    stream = MediaStream()
    assert tell(stream, {**start(), "streamSid": "MZ2"}) is None
    assert tell(stream, {"event": "start", "streamSid": "MZ1"}) is None
    assert stream.ignored == {"malformed": 2}


@pytest.mark.parametrize("timestamp", ["", "-20", "2.5", "soon", " 20", "1_000", "٢٠", "9" * 13])
def test_a_timestamp_that_is_no_time_of_a_stream_is_malformed(stream: MediaStream, timestamp: str) -> None:
    assert tell(stream, media(timestamp=timestamp)) is None
    assert stream.ignored == {"malformed": 1}


@pytest.mark.parametrize("track", ["outbound", "", "inbound_track"])
def test_only_the_caller_is_heard(stream: MediaStream, track: str) -> None:
    assert tell(stream, media(track=track)) is None
    assert tell(stream, {"event": "media", "streamSid": "MZ1"}) is None
    assert stream.ignored == {"no inbound media": 2}


@pytest.mark.parametrize(
    "message",
    [
        dtmf("A"),
        dtmf("12"),
        dtmf(""),
        {"event": "dtmf", "streamSid": "MZ1"},
        {"event": "mark", "streamSid": "MZ1"},
        {"event": "new", "streamSid": "MZ1"},
    ],
)
def test_what_says_nothing_to_us_is_counted(stream: MediaStream, message: dict[str, Any]) -> None:
    assert tell(stream, message) is None
    assert stream.ignored == {"unknown event": 1}


def test_an_oversize_message_is_not_even_read(stream: MediaStream) -> None:
    assert tell(stream, media(payload="A" * MAX_MESSAGE)) is None
    assert stream.ignored == {"oversize": 1}


# --- streams that cannot be served ---


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"encoding": "audio/l16"}, "audio/l16, 8000 Hz, 1 channels"),
        ({"sampleRate": 16000}, "audio/x-mulaw, 16000 Hz, 1 channels"),
        ({"channels": 2}, "audio/x-mulaw, 8000 Hz, 2 channels"),
    ],
)
def test_another_format_cannot_be_served(change: dict[str, Any], found: str) -> None:
    shape = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1, **change}
    with pytest.raises(GatewayError, match=found) as refused:
        tell(MediaStream(), start(mediaFormat=shape))
    assert refused.value.kind is errors.AUDIO_FORMAT_ERROR


@pytest.mark.parametrize("tracks", [[], ["outbound"]])
def test_a_stream_without_the_caller_cannot_be_served(tracks: list[str]) -> None:
    with pytest.raises(GatewayError) as refused:
        tell(MediaStream(), start(tracks=tracks))
    assert refused.value.kind is errors.MIC_ACCESS_DENIED


# --- what we send ---


def test_what_we_send_has_exactly_the_documented_keys(stream: MediaStream) -> None:
    sent = [OUTBOUND.validate_json(text) for text in (stream.media(SILENCE), stream.mark("2.7"), stream.clear())]
    assert sent == [
        Media(event="media", streamSid="MZ1", media=MediaBody(payload=SILENCE)),
        Mark(event="mark", streamSid="MZ1", mark=MarkBody(name="2.7")),
        Clear(event="clear", streamSid="MZ1"),
    ]


def test_the_judge_is_strict(stream: MediaStream) -> None:
    for wrong in ({**json.loads(stream.clear()), "sequenceNumber": "1"}, {"event": "clear"}, {**MARK}):
        with pytest.raises(ValidationError):
            OUTBOUND.validate_json(json.dumps(wrong))


@given(st.text(min_size=1, max_size=40).filter(lambda sid: sid.isprintable()))
def test_whatever_a_stream_is_called_our_messages_stay_valid(sid: str) -> None:
    stream = MediaStream()
    tell(stream, start(streamSid=sid))
    for text in (stream.media(SILENCE), stream.mark("0.1"), stream.clear()):
        assert OUTBOUND.validate_json(text).streamSid == sid


@given(
    st.lists(
        st.sampled_from([start(), media(), dtmf("1"), MARK, STOP, CONNECTED])
        | st.fixed_dictionaries({"event": st.text(max_size=8)}, optional={"streamSid": st.text(max_size=4)}),
        max_size=20,
    )
)
def test_no_order_of_messages_raises_and_media_comes_only_between_start_and_stop(messages: list[Any]) -> None:
    stream = MediaStream()
    started = stopped = False
    for message in messages:
        found = tell(stream, message)
        assert started or found is None or isinstance(found, StreamStart)
        assert not (stopped and found is not None)
        started = started or isinstance(found, StreamStart)
        stopped = stopped or isinstance(found, StreamStop)
