import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.local.phone_wire import Clear, Mark, Media, MessageRefused, Writer, receive

SID = "MZ1"


def refused(message: object) -> int:
    with pytest.raises(MessageRefused) as caught:
        receive(message if isinstance(message, str) else json.dumps(message), SID)
    return caught.value.code


def test_the_three_messages():
    assert receive('{"event":"media","streamSid":"MZ1","media":{"payload":"//8="}}', SID) == Media(b"\xff\xff")
    assert receive('{"event":"mark","streamSid":"MZ1","mark":{"name":""}}', SID) == Mark("")
    assert receive('{"event":"clear","streamSid":"MZ1"}', SID) == Clear()


@pytest.mark.parametrize("message", ["", "{", "clear"])
def test_no_json_is_malformed(message):
    assert refused(message) == 31950


@pytest.mark.parametrize(
    "message",
    [
        [],
        {},
        {"event": 1, "streamSid": SID},
        {"event": ["clear"], "streamSid": SID},
        {"event": "stop", "streamSid": SID},
        {"event": "clear"},
        {"event": "clear", "streamSid": "MZ2"},
        {"event": "clear", "streamSid": SID, "clear": {}},
        {"event": "mark", "streamSid": SID, "mark": "name"},
        {"event": "mark", "streamSid": SID, "mark": {"name": None}},
        {"event": "mark", "streamSid": SID, "mark": {"name": "a", "id": "b"}},
        {"event": "media", "streamSid": SID, "media": {"payload": "****"}},
        {"event": "media", "streamSid": SID, "media": {"payload": "//8"}},
        {"event": "media", "streamSid": SID, "media": {"payload": ""}},
        {"event": "media", "streamSid": SID, "media": {"payload": "UklGRiQA"}},
        {"event": "media", "streamSid": SID, "media": {"payload": "//8=", "track": "outbound"}},
        {"event": "media", "streamSid": SID, "media": {"payload": "//8="}, "sequenceNumber": "1"},
    ],
)
def test_anything_but_the_exact_shape_is_invalid(message):
    assert refused(message) == 31951


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: st.dictionaries(st.text(max_size=9), inner, max_size=3),
    )
)
def test_no_json_value_does_more_than_be_refused(value):
    assert refused(value if not isinstance(value, str) else json.dumps(value)) == 31951


def test_messages_are_counted_from_the_start_and_media_on_its_own():
    writer = Writer("AC1", "CA1", SID)
    assert "sequenceNumber" not in json.loads(writer.connected())
    messages = [
        json.loads(message)
        for message in (
            writer.start({}),
            writer.media(b"\xff", 20),
            writer.mark("m"),
            writer.media(b"\xff", 40),
            writer.dtmf("1"),
            writer.stop(),
        )
    ]
    assert [message["sequenceNumber"] for message in messages] == ["1", "2", "3", "4", "5", "6"]
    assert [message["media"]["chunk"] for message in messages if message["event"] == "media"] == ["1", "2"]
    assert {message["streamSid"] for message in messages} == {SID}
