"""The Realtime protocol: what the server says as events of the call, what we say as the `openai` package's types."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.effects import HistoryItem, LookUp
from gateway.events import (
    AgentSaid,
    AudioCommitted,
    ErrorEvent,
    ModelLost,
    ResponseFinished,
    ResponseStarted,
    SessionEvent,
    ToolCalled,
    TranscriptionEvent,
    VADEvent,
)
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.orders.tools import OrderTools
from gateway.realtime.config import ModelConfig
from gateway.realtime.protocol import IGNORED_TYPES, AudioDelta, AudioDone, RealtimeProtocol
from gateway.realtime.responses import REMEMBERED
from tests.oracle import CLIENT, SERVER_TYPES, check
from tests.realtime.session import NOW, Session

PCM_100_MS = base64.b64encode(bytes(4800)).decode()
CALL = {"id": "item_9", "type": "function_call", "status": "completed", "name": "get_order", "call_id": "call_1"}

HANDLED_TYPES = {
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.delta",
    "conversation.item.input_audio_transcription.failed",
    "error",
    "input_audio_buffer.committed",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "response.created",
    "response.done",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.delta",
    "response.output_audio_transcript.done",
    "session.created",
    "session.updated",
}


# --- every type of the server ---


def test_every_type_of_the_server_is_handled_or_known_to_be_of_no_use() -> None:
    assert HANDLED_TYPES.isdisjoint(IGNORED_TYPES)
    assert HANDLED_TYPES | IGNORED_TYPES == SERVER_TYPES


@pytest.mark.parametrize("kind", sorted(IGNORED_TYPES))
def test_a_type_of_no_use_is_expected(session: Session, kind: str) -> None:
    assert session.events(kind) == []
    assert session.protocol.ignored == {"expected": 1}


@pytest.mark.parametrize("kind", sorted(HANDLED_TYPES))
def test_a_handled_type_without_any_field_breaks_nothing(session: Session, kind: str) -> None:
    session.hear(kind)
    assert "expected" not in session.protocol.ignored
    assert "unknown type" not in session.protocol.ignored


def test_an_unknown_type_is_counted(session: Session) -> None:
    assert session.events("response.smelled") == []
    assert session.protocol.ignored == {"unknown type": 1}


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "no json",
        "[]",
        "{}",
        b"\xff",
        b'{"type":"\xff"}',
        '{"type":"\ud800"}',
        '{"type":7}',
        '{"type":"response.created","response":[]}',
        '{"type":"response.output_audio.delta","delta":7}',
        '{"type":"session.updated","session":{"a":' + "[" * 100_000,
    ],
)
def test_what_is_malformed_is_counted_and_passed_over(session: Session, raw: str | bytes) -> None:
    assert session.raw(raw) == ()
    assert session.protocol.ignored == {"malformed": 1}


def test_a_repeated_event_is_passed_over(session: Session) -> None:
    message = {"type": "input_audio_buffer.committed", "event_id": "e", "item_id": "item_1"}
    assert session.raw(message) != ()
    assert session.raw(message) == ()
    assert session.protocol.ignored == {"repeated": 1}


def test_an_event_without_an_id_is_taken(session: Session) -> None:
    assert session.raw({"type": "input_audio_buffer.committed", "item_id": "item_1"}) != ()


# --- what we send ---


def test_appended_audio_is_what_the_types_ask_for() -> None:
    raw = RealtimeProtocol.append(PCM_100_MS.encode())
    assert check(CLIENT, raw).audio == PCM_100_MS


@pytest.mark.parametrize("audio", ["pcm16", "pcmu"])
@pytest.mark.parametrize("noise_reduction", ["near_field", "far_field", "off"])
@pytest.mark.parametrize("turn_detection", ["server_vad", "semantic_vad"])
def test_the_session_update_is_accepted_with_every_setting(
    audio: Any, noise_reduction: Any, turn_detection: Any
) -> None:
    config = ModelConfig("m", audio=audio, noise_reduction=noise_reduction, turn_detection=turn_detection)
    session = Session(config)
    restaurant = load_restaurants(SHIPPED, {})[0]
    tools = OrderTools(restaurant.menu, restaurant).schemas()
    turns = [HistoryItem("assistant", "Hi"), HistoryItem("user", "a coke"), HistoryItem("system", "note")]
    session.protocol.configure("Be brief.", tools, turns)
    update, *history = session.sent()
    settings = update["session"]
    assert (settings["instructions"], len(settings["tools"])) == ("Be brief.", 17)
    assert settings["audio"]["input"]["turn_detection"]["interrupt_response"] is False
    assert settings["audio"]["input"]["turn_detection"]["create_response"] is False
    assert settings["audio"]["input"]["format"] == settings["audio"]["output"]["format"] == config.format
    assert [(item["item"]["role"], item["item"]["content"]) for item in history] == [
        ("assistant", [{"type": "output_text", "text": "Hi"}]),
        ("user", [{"type": "input_text", "text": "a coke"}]),
        ("system", [{"type": "input_text", "text": "note"}]),
    ]


def test_every_other_client_event_is_accepted(session: Session) -> None:
    session.protocol.note("The caller pressed the key 5.")
    session.protocol.answer_tool("call_1", '{"ok": true}')
    session.protocol.delete("item_1")
    session.protocol.request_response()
    session.created("resp_1")
    session.audio("resp_1", "item_2", PCM_100_MS)
    session.protocol.truncate("item_2", 0, 50)
    session.protocol.cancel("resp_1")
    assert session.types() == [
        "conversation.item.create",
        "conversation.item.create",
        "conversation.item.delete",
        "response.create",
        "conversation.item.truncate",
        "response.cancel",
    ]
    assert session.sent() == []


def test_a_tool_is_answered_once(session: Session) -> None:
    session.protocol.answer_tool("call_1", "{}")
    session.protocol.answer_tool("call_1", "{}")
    assert session.sent() == [
        {
            "type": "conversation.item.create",
            "item": {"type": "function_call_output", "call_id": "call_1", "output": "{}"},
        }
    ]
    assert session.protocol.ignored == {"tool answered twice": 1}


def test_what_was_looked_up_in_advance_stands_before_the_conversation() -> None:
    session = Session()
    looked_up = LookUp("look-up-get_menu", "get_menu", '{"ok": true}')
    session.protocol.configure("Be brief.", (), [HistoryItem("user", "a coke")], [looked_up])
    _, call, output, turn = (message.get("item") for message in session.sent())
    assert call == {"type": "function_call", "call_id": "look-up-get_menu", "name": "get_menu", "arguments": "{}"}
    assert output == {"type": "function_call_output", "call_id": "look-up-get_menu", "output": '{"ok": true}'}
    assert turn is not None
    assert turn["role"] == "user"


# --- the session ---


def test_a_session_as_asked_for_is_an_event() -> None:
    session = Session()
    (created,) = session.events("session.created", session={"type": "realtime", "model": "gpt-realtime-2.1-mini"})
    assert (created.type, created.data.model) == ("session.created", "gpt-realtime-2.1-mini")
    session.protocol.configure("Be brief.", ())
    (updated,) = session.events("session.updated", session=session.echo())
    assert isinstance(updated, SessionEvent)
    assert (updated.type, updated.session_id, updated.at) == ("session.updated", "CA1", NOW)
    assert session.events("session.updated", session=session.echo()) == []
    assert session.protocol.ignored == {"session": 1}


def test_an_update_that_nobody_asked_for_is_ignored() -> None:
    session = Session()
    assert session.events("session.updated", session=session.echo()) == []


@pytest.mark.parametrize(
    "echo",
    [
        {},
        {"audio": None},
        {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 24000}}}},
        {"audio": {"input": {"format": {"type": "audio/pcmu"}}, "output": {"format": {"type": "audio/pcmu"}}}},
        {
            "audio": {
                "input": {"format": {"type": "audio/pcm"}},
                "output": {"format": {"type": "audio/pcm", "rate": 8000}},
            }
        },
    ],
)
def test_a_session_in_another_format_is_an_error_and_nothing_is_spoken(echo: dict[str, Any]) -> None:
    session = Session()
    session.protocol.configure("Be brief.", ())
    refused, error = session.events("session.updated", session=echo)
    assert (refused.type, refused.data.model) == ("session.error", "gpt-realtime-2.1")
    assert (error.error.code, error.error.retry) == ("AUDIO_FORMAT_ERROR", False)
    assert "audio." in error.error.message


def test_the_passed_through_format_takes_no_rate() -> None:
    config = ModelConfig("m", audio="pcmu")
    session = Session(config)
    assert config.disagreement(session.echo()) is None
    assert config.disagreement(session.echo(rate=24000)) == "audio.input.format has rate 24000, asked for none"
    assert (config.bytes_per_ms, ModelConfig("m").bytes_per_ms) == (8, 48)


def test_a_refused_update_is_fatal_at_the_start_and_harmless_later() -> None:
    session = Session()
    session.protocol.configure("Be brief.", ())
    update = json.loads(session.protocol.take_outgoing()[0])["event_id"]
    refused, error = session.error("unknown_parameter", update)
    assert refused.type == "session.error"
    assert "unknown_parameter" in error.error.message
    nameless = session.error(None, update)
    assert "session.update refused" in nameless[1].error.message
    session.events("session.updated", session=session.echo())
    assert session.error("unknown_parameter", update) == []


# --- turns ---


def test_speech_and_its_end_are_told_in_milliseconds(session: Session) -> None:
    (began,) = session.events("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=320)
    (ended,) = session.events("input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=900)
    assert isinstance(began, VADEvent)
    assert (began.type, began.data.audio_start_ms) == ("vad.speech_start", 320)
    assert (ended.type, ended.data.audio_end_ms) == ("vad.speech_end", 900)
    assert session.events("input_audio_buffer.committed", item_id="item_1") == [
        AudioCommitted(session_id="CA1", timestamp=NOW.timestamp() * 1000, item_id="item_1")
    ]


def test_the_callers_words_come_with_their_item_and_language(session: Session) -> None:
    kind = "conversation.item.input_audio_transcription"
    (partial,) = session.events(f"{kind}.delta", item_id="item_1", delta="two ta")
    (whole,) = session.events(f"{kind}.completed", item_id="item_1", transcript="dos tacos", languages=["es", "en"])
    assert isinstance(partial, TranscriptionEvent)
    assert (partial.type, partial.data.text, partial.data.is_final) == ("transcription.partial", "two ta", False)
    assert (whole.type, whole.data.text, whole.data.is_final) == ("transcription.complete", "dos tacos", True)
    assert (whole.data.item_id, whole.data.language, whole.data.confidence) == ("item_1", "es", 0)
    assert partial.data.language == "en-US"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4))
def test_confidence_stays_between_0_and_1_whatever_the_log_probabilities(values: list[float]) -> None:
    session = Session().configured()
    (event,) = session.events(
        "conversation.item.input_audio_transcription.completed",
        item_id="item_1",
        transcript="a coke",
        logprobs=[{"token": "a", "logprob": value, "bytes": []} for value in values],
    )
    assert 0 <= event.data.confidence <= 1


def test_words_that_are_not_understood_are_an_event_and_an_error(session: Session) -> None:
    event, error = session.events(
        "conversation.item.input_audio_transcription.failed", item_id="item_1", error={"code": "audio_unintelligible"}
    )
    assert (event.type, event.data.item_id) == ("transcription.error", "item_1")
    assert isinstance(error, ErrorEvent)
    assert (error.error.code, error.error.severity) == ("TRANSCRIPTION_FAILED", "medium")
    assert "audio_unintelligible" in error.error.message


# --- speech ---


def test_speech_goes_by_beside_the_core(session: Session) -> None:
    session.created("resp_1")
    assert session.audio("resp_1", "item_1", PCM_100_MS) == AudioDelta("resp_1", "item_1", 0, PCM_100_MS)
    done = session.hear("response.output_audio.done", response_id="resp_1", item_id="item_1", content_index=0)
    assert done == AudioDone("item_1", 0)
    assert session.protocol.produced_ms("item_1") == 100
    assert session.protocol.produced_ms("item_2") == 0


@pytest.mark.parametrize("size", [0, 1, 2, 3, 48, 95, 4801])
def test_what_was_produced_is_counted_in_decoded_bytes(session: Session, size: int) -> None:
    for _ in range(3):
        session.audio("resp_1", "item_1", base64.b64encode(bytes(size)).decode())
    assert session.protocol.produced_ms("item_1") == 3 * size // 48


def test_the_agents_words_are_complete_or_what_there_was_of_them(session: Session) -> None:
    session.created("resp_1")
    transcript = "response.output_audio_transcript"
    session.events(f"{transcript}.delta", response_id="resp_1", item_id="item_1", delta="Hi, ")
    session.events(f"{transcript}.delta", response_id="resp_1", item_id="item_2", delta="What wo")
    (said,) = session.events(f"{transcript}.done", response_id="resp_1", item_id="item_1", transcript="Hi, you.")
    assert isinstance(said, AgentSaid)
    assert (said.item_id, said.response_id, said.text) == ("item_1", "resp_1", "Hi, you.")
    session.events(f"{transcript}.delta", response_id="resp_2", item_id="item_3", delta="Other")
    cut, finished = session.done("resp_1", "cancelled")
    assert (cut.item_id, cut.text) == ("item_2", "What wo")
    assert finished.status == "cancelled"


def test_late_audio_of_a_cut_or_finished_response_is_dropped(session: Session) -> None:
    session.created("resp_1")
    session.audio("resp_1", "item_1", PCM_100_MS)
    session.protocol.cancel("resp_1")
    assert session.audio("resp_1", "item_1", PCM_100_MS) == ()
    assert session.hear("response.output_audio.done", response_id="resp_1", item_id="item_1") == ()
    session.done("resp_1", "cancelled")
    session.created("resp_2")
    session.done("resp_2")
    assert session.audio("resp_2", "item_2", PCM_100_MS) == ()
    assert session.protocol.ignored["late audio"] == 2
    assert session.protocol.produced_ms("item_1") == 100


@given(st.lists(st.integers(0, 2000), max_size=6), st.integers(-(10**9), 10**9))
def test_truncate_never_goes_below_0_or_beyond_what_was_produced(sizes: list[int], wanted: int) -> None:
    session = Session().configured()
    session.created("resp_1")
    for size in sizes:
        session.audio("resp_1", "item_1", base64.b64encode(bytes(size)).decode())
    produced = sum(sizes) // 48
    session.protocol.truncate("item_1", 0, wanted)
    messages = session.sent()
    if produced == 0:
        assert messages == []
        assert session.protocol.ignored["truncate without audio"] == 1
    else:
        (message,) = messages
        assert message["audio_end_ms"] == min(max(wanted, 0), produced)
        assert 0 <= message["audio_end_ms"] <= produced


def test_parts_of_an_item_are_counted_apart(session: Session) -> None:
    session.audio("resp_1", "item_1", PCM_100_MS, index=0)
    session.audio("resp_1", "item_1", PCM_100_MS, index=1)
    session.audio("resp_1", "item_1", PCM_100_MS, index=1)
    assert [session.protocol.produced_ms("item_1", index) for index in (0, 1, 2)] == [100, 200, 0]


# --- responses: one writer ---


def test_a_response_is_a_wish_with_one_writer(session: Session) -> None:
    protocol = session.protocol
    protocol.request_response()
    protocol.request_response()
    assert session.types() == ["response.create"]
    (started,) = session.created("resp_1")
    assert isinstance(started, ResponseStarted)
    assert protocol.active == "resp_1"
    protocol.request_response()
    protocol.request_response()
    assert session.sent() == []
    session.audio("resp_1", "item_1", PCM_100_MS)
    (finished,) = session.done("resp_1")
    assert finished == ResponseFinished(
        session_id="CA1", timestamp=NOW.timestamp() * 1000, response_id="resp_1", spoke=True
    )
    assert session.types() == ["response.create"]
    assert protocol.active is None


def test_a_refusal_because_another_response_is_active_is_asked_for_again(session: Session) -> None:
    session.protocol.request_response()
    ours = json.loads(session.protocol.take_outgoing()[0])["event_id"]
    session.created("resp_of_server")
    assert session.error("conversation_already_has_active_response", ours) == []
    assert session.sent() == []
    session.audio("resp_of_server", "item_1", PCM_100_MS)
    session.done("resp_of_server")
    assert session.types() == ["response.create"]


def test_a_refusal_that_names_no_event_is_ours_if_we_asked(session: Session) -> None:
    session.error("conversation_already_has_active_response")
    session.created("resp_0")
    session.done("resp_0", "cancelled")
    assert session.sent() == []
    session.protocol.request_response()
    session.sent()
    session.error("conversation_already_has_active_response")
    session.created("resp_1")
    session.done("resp_1", "cancelled")
    assert session.types() == ["response.create"]


def test_a_response_that_is_not_to_be_had_just_now_has_failed(session: Session) -> None:
    session.protocol.request_response()
    ours = json.loads(session.protocol.take_outgoing()[0])["event_id"]
    (failed,) = session.error("rate_limit_exceeded", ours)
    assert (type(failed), failed.status, failed.code) == (ResponseFinished, "failed", "RATE_LIMITED")
    session.protocol.request_response()
    assert session.types() == ["response.create"]


def test_a_response_refused_for_a_reason_unknown_may_be_asked_for_again(session: Session) -> None:
    session.protocol.request_response()
    ours = json.loads(session.protocol.take_outgoing()[0])["event_id"]
    assert session.error("something_new", ours) == []
    session.protocol.request_response()
    assert session.types() == ["response.create"]


def test_cancel_is_sent_only_while_the_response_is_active(session: Session) -> None:
    session.created("resp_1")
    session.protocol.request_response()
    session.protocol.cancel("resp_0")
    assert session.sent() == []
    session.protocol.cancel("resp_1")
    assert session.sent() == [{"type": "response.cancel", "response_id": "resp_1"}]
    session.done("resp_1", "cancelled")
    assert session.sent() == []  # what was wished before the caller took the turn is wished no more
    session.protocol.cancel("resp_1")
    assert session.sent() == []


def test_a_response_begins_and_ends_once(session: Session) -> None:
    assert session.created("resp_1") != []
    assert session.created("resp_1") == []
    assert session.events("response.created", response={"status": "in_progress"}) == []
    assert session.done("resp_1", "cancelled") != []
    assert session.done("resp_1", "cancelled") == []
    assert session.created("resp_1") == []
    assert session.events("response.done") == []
    assert session.protocol.ignored == {"response": 5}


def test_the_end_of_another_response_leaves_the_active_one(session: Session) -> None:
    session.created("resp_1")
    session.protocol.request_response()
    session.done("resp_0", "cancelled")
    assert session.protocol.active == "resp_1"
    assert session.sent() == []


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"type": "failed", "error": {"type": "x", "code": "rate_limit_exceeded"}}, "RATE_LIMITED"),
        ({"type": "failed", "error": {"code": "insufficient_quota"}}, "API_KEY_INVALID"),
        ({"type": "failed"}, "MODEL_OVERLOADED"),
        (None, "MODEL_OVERLOADED"),
    ],
)
def test_a_failed_response_says_why(session: Session, details: object, code: str) -> None:
    (finished,) = session.done("resp_1", "failed", status_details=details)
    assert (finished.status, finished.code) == ("failed", code)


def test_a_status_of_a_newer_server_counts_as_failed(session: Session) -> None:
    assert session.done("resp_1", "in_limbo")[0].status == "failed"


@pytest.mark.parametrize("status", ["completed", "incomplete"])
def test_a_response_without_speech_and_tools_is_an_error(session: Session, status: str) -> None:
    finished, error = session.done("resp_1", status)
    assert (finished.status, finished.spoke) == (status, False)
    assert (error.error.code, error.error.severity) == ("TTS_FAILED", "medium")


def test_a_response_without_speech_because_it_was_cut_is_none(session: Session) -> None:
    session.created("resp_1")
    session.protocol.cancel("resp_1")
    assert len(session.done("resp_1")) == 1


# --- tools ---


def test_completed_tool_calls_of_a_completed_response_count(session: Session) -> None:
    session.created("resp_1")
    session.protocol.request_response()
    second = {**CALL, "call_id": "call_2", "name": "set_line", "arguments": '{"item_id": "coke"}'}
    first, other, finished = session.done("resp_1", output=[CALL, {"type": "message"}, second])
    assert isinstance(first, ToolCalled)
    assert (first.tool_call_id, first.name, first.arguments) == ("call_1", "get_order", "")
    assert (other.tool_call_id, other.arguments) == ("call_2", '{"item_id": "coke"}')
    assert isinstance(finished, ResponseFinished)
    assert session.sent() == []  # the wish waits for the outputs
    session.protocol.answer_tool("call_1", "{}")
    session.protocol.answer_tool("call_2", "{}")
    session.protocol.request_response()
    assert session.types() == ["conversation.item.create", "conversation.item.create", "response.create"]


@pytest.mark.parametrize(
    ("status", "change"),
    [
        ("cancelled", {}),
        ("incomplete", {}),
        ("failed", {}),
        ("completed", {"status": "incomplete"}),
        ("completed", {"call_id": None}),
        ("completed", {"name": ""}),
        ("completed", {"type": "mcp_call"}),
    ],
)
def test_a_tool_call_that_is_not_complete_does_not_count(
    session: Session, status: str, change: dict[str, object]
) -> None:
    events = session.done("resp_1", status, output=[{**CALL, "arguments": '{"item', **change}])
    assert not any(isinstance(event, ToolCalled) for event in events)


# --- errors ---


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("session_expired", "WS_CONNECTION_FAILED"),
        ("server_error", "MODEL_OVERLOADED"),
        ("rate_limit_exceeded", "RATE_LIMITED"),
    ],
)
def test_an_error_that_another_attempt_may_mend_is_a_loss(session: Session, code: str, kind: str) -> None:
    (lost,) = session.error(code)
    assert isinstance(lost, ModelLost)
    assert (lost.code, lost.planned) == (kind, False)


@pytest.mark.parametrize("code", ["invalid_api_key", "model_not_found", "insufficient_quota"])
def test_an_error_that_no_attempt_mends_is_critical(session: Session, code: str) -> None:
    (error,) = session.error(code)
    assert isinstance(error, ErrorEvent)
    assert (error.error.code, error.error.severity) == ("API_KEY_INVALID", "critical")
    assert code in error.error.message


@pytest.mark.parametrize("code", ["response_cancel_not_active", "item_delete_invalid_item_id", "something_new", None])
def test_other_errors_are_counted(session: Session, code: str | None) -> None:
    assert session.error(code, "gw_99") == []
    assert session.protocol.ignored == {f"error {code}": 1}


# --- a long call stays small ---


def test_what_is_remembered_is_bounded(session: Session) -> None:
    for number in range(REMEMBERED + 10):
        session.audio(f"resp_{number}", f"item_{number}", PCM_100_MS)
        session.events("response.output_audio_transcript.delta", response_id="r", item_id=f"item_{number}", delta="Hi")
    assert session.protocol.produced_ms("item_0") == 0
    assert session.protocol.produced_ms(f"item_{REMEMBERED}") == 100
    said = [event for event in session.done("r", "cancelled") if isinstance(event, AgentSaid)]
    assert len(said) == REMEMBERED


@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(sorted(SERVER_TYPES | {"new"}))},
            optional={
                "event_id": st.sampled_from(["e1", "e2", "gw_1", "gw_2"]),
                "response_id": st.sampled_from(["r1", "r2"]),
                "item_id": st.sampled_from(["i1", "i2"]),
                "content_index": st.integers(-1, 2),
                "delta": st.sampled_from(["", "AAAA", "!", PCM_100_MS]),
                "transcript": st.text(max_size=3),
                "response": st.fixed_dictionaries(
                    {"id": st.sampled_from(["r1", "r2", ""])},
                    optional={
                        "status": st.sampled_from(["completed", "cancelled", "failed", "incomplete", "new"]),
                        "output": st.lists(st.just({**CALL, "arguments": "{"}), max_size=2),
                    },
                ),
                "error": st.fixed_dictionaries(
                    {"code": st.sampled_from(["conversation_already_has_active_response", "server_error", "new"])},
                    optional={"event_id": st.sampled_from(["gw_1", "gw_2", "gw_3"])},
                ),
                "session": st.dictionaries(st.sampled_from(["audio", "model"]), st.integers() | st.none()),
            },
        )
        | st.sampled_from(["wish", "cancel", "truncate"]),
        max_size=40,
    )
)
def test_no_order_of_messages_raises_or_has_two_responses_asked_for(messages: list[Any]) -> None:
    session = Session()
    session.protocol.configure("Be brief.", ())
    session.sent()
    for message in messages:
        before = session.protocol.active
        if message == "wish":
            session.protocol.request_response()
        elif message == "cancel":
            session.protocol.cancel("r1")
        elif message == "truncate":
            session.protocol.truncate("i1", 0, 50)
        else:
            session.raw(message)
        created = session.types().count("response.create")
        assert created <= 1
        if created:
            assert session.protocol.active is None, f"asked for while {before} is active"


def test_an_answer_that_does_not_begin_is_asked_for_anew(session: Session) -> None:
    session.protocol.request_response()
    session.protocol.request_response(again=True)
    assert session.types() == ["response.create", "response.create"]
    session.created("resp_1")
    session.protocol.request_response(again=True)
    assert session.types() == [], "it has begun"
    session.done("resp_1")
    assert session.types() == []


def test_asked_anew_when_the_first_begins_after_all_one_answer_is_enough(session: Session) -> None:
    session.protocol.request_response()
    session.protocol.request_response(again=True)
    again = json.loads(session.protocol.take_outgoing()[-1])["event_id"]
    session.created("resp_1")
    assert session.error("conversation_already_has_active_response", again) == []
    session.done("resp_1")
    assert session.types() == []


def test_an_answer_that_is_made_and_never_told_of_is_cancelled_and_asked_for_again(session: Session) -> None:
    session.protocol.request_response()
    session.protocol.request_response(again=True)
    again = json.loads(session.protocol.take_outgoing()[-1])["event_id"]
    assert session.error("conversation_already_has_active_response", again) == []
    assert session.types() == ["response.cancel"]
    session.done("resp_0", "cancelled")
    assert session.types() == ["response.create"]


def test_a_sign_of_life_is_asked_for_with_something_that_changes_nothing(session: Session) -> None:
    session.protocol.ask_for_a_sign()
    assert session.types() == ["conversation.item.retrieve"]
    assert session.error("item_retrieve_invalid_item_id") == []
