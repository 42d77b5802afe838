import json

import pytest

from gateway.local.faults import NO_FAULTS, Faults, ResponseFault, garbage_event, parse_faults


def test_faults_are_read_from_json() -> None:
    text = '{"drop_after_s": 20, "connections": 1, "responses": [{"code": "server_error", "how": "error"}]}'
    response = ResponseFault("server_error", how="error")
    assert parse_faults(text) == Faults(drop_after_s=20, connections=1, responses=(response,))
    assert parse_faults("{}") == NO_FAULTS


@pytest.mark.parametrize(
    "text", ["", "{", '{"explode": true}', '{"refuse_status": 200}', '{"garbage": ["x"]}', '{"slow_audio_s": -1}']
)
def test_faults_that_do_not_exist_are_named(text: str) -> None:
    with pytest.raises(ValueError, match="these are no faults"):
        parse_faults(text)


def test_a_spared_connection_keeps_the_faults_of_responses() -> None:
    faults = Faults(connections=1, stall=True, slow_audio_s=2, transcription_fails=True)
    assert faults.spare_connection() == Faults(slow_audio_s=2, transcription_fails=True)


def test_garbage_is_what_it_says() -> None:
    last = b'{"type":"x","event_id":"e"}'
    assert garbage_event("duplicate", last) == garbage_event("binary", last) == last
    with pytest.raises(json.JSONDecodeError):
        json.loads(garbage_event("malformed", last))
    for kind in ("unknown", "beta"):
        assert "type" in json.loads(garbage_event(kind, last))  # type: ignore[arg-type]  # a str of the literal
