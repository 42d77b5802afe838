"""The session without its socket: every behaviour of the protocol as events in and events out, judged by the oracle."""

import json
from base64 import b64decode
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audio import g711
from gateway.brain.mind import Answered, Called, CallTools, Prompt, Said, Say, ScriptedMind, Step, ToolRequest
from gateway.local import tonecode
from gateway.local.faults import ResponseFault
from gateway.local.realtime_outbox import Close, Forget, HearMore, Listen, Speak, TurnEnded
from tests.local.realtime_harness import Harness, error_of, types

MANUAL = {"input": {"turn_detection": None}}
TRANSCRIBED = {"input": {"transcription": {"model": "gpt-transcribe"}}}
GATEWAY_TURNS = {"type": "server_vad", "create_response": False, "interrupt_response": False}
SPOKEN_ORDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
    "rate_limits.updated",
]


def without_deltas(found: list[dict[str, Any]]) -> list[str]:
    return [kind for kind in types(found) if not kind.endswith("delta")]


# --- session -----------------------------------------------------------------------------------------------------


def test_a_session_begins_with_the_defaults_of_the_service() -> None:
    created = Harness().of("session.created")[0]["session"]
    assert created["audio"]["input"]["turn_detection"]["type"] == "server_vad"
    assert created["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert created["expires_at"] == 1_800_003_600
    assert created["model"] == "gpt-realtime-2.1"


def test_an_update_changes_what_it_names_and_echoes_the_whole_session() -> None:
    harness = Harness()
    harness.configure(instructions="Be brief.", audio={"input": {"format": {"type": "audio/pcmu"}}})
    harness.configure(audio={"output": {"voice": "marin"}})
    session = harness.of("session.updated")[-1]["session"]
    assert session["instructions"] == "Be brief."
    assert session["audio"]["input"]["format"] == {"type": "audio/pcmu"}
    assert session["audio"]["output"] == {
        "format": {"type": "audio/pcm", "rate": 24000},
        "voice": "marin",
        "speed": 1.0,
    }
    assert session["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 500


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"type": "realtime", "voice": "marin"}, "unknown_parameter", "session.voice"),
        ({"instructions": "x"}, "missing_required_parameter", "session.type"),
        (
            {"type": "realtime", "audio": {"input": {"format": {"type": "audio/pcmu", "rate": 8000}}}},
            "unknown_parameter",
            "session.audio.input.format.rate",
        ),
        (
            {"type": "realtime", "audio": {"input": {"format": {"type": "audio/pcm", "rate": 8000}}}},
            "invalid_value",
            "session.audio.input.format.rate",
        ),
        ({"type": "realtime", "model": "gpt-realtime"}, "invalid_value", "session.model"),
        ({"type": "realtime", "instructions": 5}, "invalid_type", "session.instructions"),
        (
            {"type": "realtime", "tools": [{"type": "function", "name": "f"}, {"type": "function", "name": "f"}]},
            "invalid_value",
            "session.tools",
        ),
    ],
)
def test_a_refused_update_leaves_the_configuration_as_it_was(session: dict[str, Any], code: str, param: str) -> None:
    harness = Harness()
    before = harness.session.config
    found = harness.send_raw(json.dumps({"type": "session.update", "event_id": "e7", "session": session}))
    error = error_of(found)
    assert (error["code"], error["param"], error["event_id"]) == (code, param, "e7")
    assert harness.session.config == before


def test_the_voice_is_fixed_once_the_model_has_spoken() -> None:
    harness = Harness([[Say("hello")]])
    harness.configure(audio={"output": {"voice": "cedar"}})
    harness.send("response.create")
    assert error_of(harness.configure(audio={"output": {"voice": "marin"}}))["code"] == "cannot_update_voice"


def test_a_session_ends_after_its_time_with_close_1001() -> None:
    harness = Harness(longest_s=60)
    assert error_of(harness.run(61))["code"] == "session_expired"
    assert harness.closed == Close(1001, "Your session hit the maximum duration of 60 minutes.")


def test_a_refused_session_gets_an_error_and_a_close() -> None:
    harness = Harness()
    assert error_of(harness.take(harness.session.refuse("invalid_api_key", "Incorrect.", 3000)))["param"] is None
    assert harness.closed == Close(3000, "invalid_request_error.invalid_api_key")


# --- responses ---------------------------------------------------------------------------------------------------


def test_a_spoken_response_has_its_events_in_the_documented_order() -> None:
    harness = Harness([[Say("Hello, what can I get you?")]])
    found = harness.send("response.create", response={"metadata": {"purpose": "greeting"}}) + harness.run()
    assert without_deltas(found) == SPOKEN_ORDER
    kinds = [event["type"] for event in found]
    first_audio = kinds.index("response.output_audio.delta")
    assert kinds.index("response.output_audio_transcript.delta") < first_audio < kinds.index("response.done")
    words = "".join(e["delta"] for e in found if e["type"] == "response.output_audio_transcript.delta")
    assert words == "Hello, what can I get you?"
    done = harness.of("response.done")[0]["response"]
    assert done["status"] == "completed"
    assert done["metadata"] == {"purpose": "greeting"}
    assert done["usage"]["output_token_details"]["audio_tokens"] >= 1560 // 50


def test_audio_goes_out_in_bursts_faster_than_real_time() -> None:
    harness = Harness([[Say("x" * 50)]], speed=5)  # 3 s of sound
    harness.send("response.create")
    harness.run(0.19)
    assert len(harness.of("response.output_audio.delta")) == 5  # at 0, 40, 80, 120 and 160 ms
    harness.run(0.42)
    assert harness.of("response.done")


def test_audio_in_mulaw_is_a_sixth_as_long() -> None:
    harness = Harness([[Say("hello there")], [Say("hello there")]])
    harness.send("response.create")
    harness.run()
    harness.configure(audio={"output": {"format": {"type": "audio/pcmu"}}})
    harness.send("response.create")
    harness.run()
    sizes = [len(b64decode(event["delta"])) for event in harness.of("response.output_audio.delta")]
    assert sizes[0] == 6 * sizes[len(sizes) // 2]


def test_text_responses_write_instead_of_speaking() -> None:
    harness = Harness([[Say("Hello.")]])
    found = harness.send("response.create", response={"output_modalities": ["text"]})
    assert "response.output_text.done" in types(found)
    assert "response.output_audio.delta" not in types(found)
    assert harness.of("response.done")[0]["response"]["output_modalities"] == ["text"]


def test_function_calls_come_in_the_documented_order_and_are_answered_once() -> None:
    script: list[list[Step]] = [
        [CallTools((ToolRequest("get_menu"), ToolRequest("get_order", {"a": 1})))],
        [Say("Well.")],
    ]
    harness = Harness(script)
    found = harness.send("response.create")
    assert without_deltas(found) == [
        "response.created",
        *2
        * [
            "response.output_item.added",
            "conversation.item.added",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "conversation.item.done",
        ],
        "response.done",
        "rate_limits.updated",
    ]
    calls = harness.of("response.function_call_arguments.done")
    assert [json.loads(call["arguments"]) for call in calls] == [{}, {"a": 1}]
    for call in calls:
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "{}"}
        assert types(harness.send("conversation.item.create", item=output))[-1] == "conversation.item.done"
    again = {"type": "function_call_output", "call_id": calls[0]["call_id"], "output": "{}"}
    assert error_of(harness.send("conversation.item.create", item=again))["code"] == "invalid_tool_call_id"
    stranger = {"type": "function_call_output", "call_id": "call_nobody", "output": "{}"}
    assert error_of(harness.send("conversation.item.create", item=stranger))["code"] == "invalid_tool_call_id"
    harness.send("response.create")
    assert isinstance(harness.mind, ScriptedMind)
    assert [type(entry) for entry in harness.mind.prompts[-1].history] == [Called, Called, Answered, Answered]


def test_a_second_active_response_is_refused_with_the_events_id() -> None:
    harness = Harness([[Say("one two three four five six")], [Say("seven")]])
    harness.send("response.create", event_id="first")
    error = error_of(harness.send("response.create", event_id="second"))
    assert error["code"] == "conversation_already_has_active_response"
    assert error["event_id"] == "second"
    assert harness.of("response.created")[0]["response"]["id"] in error["message"]
    harness.run()
    harness.send("response.create", event_id="third")
    harness.run()
    assert len(harness.of("response.done")) == 2


def test_out_of_band_responses_run_beside_and_leave_no_trace() -> None:
    mind = ScriptedMind([[Say("a long answer that takes a while")], [Say("summary")]])
    harness = Harness(mind=mind)
    harness.send("response.create")
    brought = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Summarise."}]}
    wish = {
        "conversation": "none",
        "input": [brought],
        "instructions": "Be short.",
        "tools": [{"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}}],
        "tool_choice": "none",
        "metadata": {"topic": "summary"},
    }
    harness.send("response.create", response=wish)
    harness.run()
    prompt = mind.prompts[-1]
    assert [entry.text for entry in prompt.history if isinstance(entry, Said)] == ["Summarise."]
    assert (prompt.request, prompt.tool_choice, [tool.name for tool in prompt.tools]) == ("Be short.", "none", ["f"])
    outside = next(e["response"] for e in harness.of("response.done") if e["response"]["metadata"])
    assert outside["conversation_id"] is None
    assert [entry.text for entry in harness.session.conversation.history() if isinstance(entry, Said)] == [
        "a long answer that takes a while"
    ]


def test_a_cancelled_response_ends_its_open_output_first() -> None:
    harness = Harness([[Say("one two three four five six seven")]])
    harness.send("response.create")
    harness.run(0.05)
    found = harness.send("response.cancel")
    assert types(found) == SPOKEN_ORDER[4:]
    done = harness.of("response.done")[0]["response"]
    assert done["status"] == "cancelled"
    assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert done["output"][0]["status"] == "incomplete"
    assert "seven" not in done["output"][0]["content"][0]["transcript"]
    assert harness.run() == []
    assert error_of(harness.send("response.cancel", event_id="late"))["code"] == "response_cancel_not_active"
    assert error_of(harness.send("response.cancel", response_id="resp_x"))["code"] == "response_cancel_not_active"


def test_a_response_cancelled_before_its_speech_is_ready_stays_silent() -> None:
    harness = Harness([[Say("hello")]], automatic=False)
    harness.send("response.create")
    speak = harness.commands[-1]
    assert isinstance(speak, Speak)
    harness.send("response.cancel", response_id=speak.response_id)
    assert harness.carry_out(speak) == []


def test_max_output_tokens_cuts_speech_text_and_arguments() -> None:
    harness = Harness([[Say("word " * 40)], [Say("word " * 40)], [CallTools((ToolRequest("f", {"a": "b" * 80}),))]])
    harness.send("response.create", response={"max_output_tokens": 20})
    harness.run()
    harness.send("response.create", response={"max_output_tokens": 5, "output_modalities": ["text"]})
    harness.send("response.create", response={"max_output_tokens": 3})
    for event in harness.of("response.done"):
        response = event["response"]
        assert response["status"] == "incomplete"
        assert response["status_details"]["reason"] == "max_output_tokens"
        assert response["output"][0]["status"] == "incomplete"
        assert response["usage"]["output_tokens"] <= response["max_output_tokens"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(harness.of("response.function_call_arguments.done")[0]["arguments"])


def test_usage_counts_the_context_and_what_of_it_was_cached() -> None:
    harness = Harness([[Say("one")], [Say("two")]])
    harness.configure(instructions="i" * 1000)
    for _ in range(2):
        harness.send("response.create")
        harness.run()
    first, second = (event["response"]["usage"] for event in harness.of("response.done"))
    assert first["input_token_details"]["text_tokens"] == 250
    assert first["input_token_details"]["cached_tokens"] == 0
    assert second["input_token_details"]["cached_tokens"] == 192
    assert second["total_tokens"] == second["input_tokens"] + second["output_tokens"]


def test_a_voice_that_fails_fails_the_response() -> None:
    harness = Harness([[Say("hello")]], automatic=False)
    harness.send("response.create")
    speak = harness.commands[-1]
    harness.take(harness.session.not_spoken(speak.response_id, "no voice"))
    assert harness.of("response.done")[0]["response"]["status_details"]["error"]["message"] == "no voice"
    assert harness.take(harness.session.not_spoken(speak.response_id, "no voice")) == []


# --- faults of responses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("how", "status"), [("failed", "failed"), ("content_filter", "incomplete")])
def test_the_next_response_can_be_made_to_fail(how: Any, status: str) -> None:
    faults = deque([ResponseFault("rate_limit_exceeded", "Slow down.", how)])
    harness = Harness([[Say("hello")]], response_faults=faults)
    harness.send("response.create")
    assert harness.of("response.done")[0]["response"]["status"] == status
    harness.send("response.create")
    harness.run()
    assert harness.of("response.done")[1]["response"]["status"] == "completed"


def test_the_next_response_can_be_refused_or_never_answered() -> None:
    faults = deque([ResponseFault("insufficient_quota", "No money.", "error"), ResponseFault(how="silent")])
    harness = Harness([[Say("hello")]], response_faults=faults)
    assert error_of(harness.send("response.create", event_id="e"))["code"] == "insufficient_quota"
    assert harness.send("response.create") == []
    assert error_of(harness.send("response.create"))["code"] == "conversation_already_has_active_response"
    assert types(harness.send("response.cancel")) == ["response.done", "rate_limits.updated"]


def test_the_first_audio_can_be_late() -> None:
    harness = Harness([[Say("hello")]])
    harness.session.delay_first_audio(2)
    harness.send("response.create")
    harness.run(1.9)
    assert not harness.of("response.output_audio.delta")
    harness.run(0.2)
    assert harness.of("response.output_audio.delta")


# --- turns -------------------------------------------------------------------------------------------------------


def test_a_spoken_turn_is_found_committed_transcribed_and_answered() -> None:
    harness = Harness([[Say("Which size?")]])
    harness.configure(audio=TRANSCRIBED)
    found = harness.append(bytes(48 * 500)) + harness.say("two margheritas please now") + harness.run()
    kinds = without_deltas(found)
    assert (
        kinds[:6]
        == [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
        ]
        or kinds[5] == "conversation.item.input_audio_transcription.completed"
    )
    started, stopped = found[0], found[1]
    assert started["audio_start_ms"] == 500 - 300
    assert stopped["audio_end_ms"] == pytest.approx(500 + 400 + 500, abs=40)
    item_id = started["item_id"]
    completed = harness.of("conversation.item.input_audio_transcription.completed")[0]
    assert (completed["item_id"], completed["transcript"]) == (item_id, "two margheritas please now")
    deltas = harness.of("conversation.item.input_audio_transcription.delta")
    assert "".join(event["delta"] for event in deltas) == "two margheritas please now"
    assert len(deltas) == 2
    assert harness.of("response.done")[0]["response"]["status"] == "completed"


def test_mulaw_callers_are_heard_too() -> None:
    harness = Harness()
    harness.configure(
        audio={"input": {"format": {"type": "audio/pcmu"}, "turn_detection": GATEWAY_TURNS, **TRANSCRIBED["input"]}}
    )
    harness.append(g711.encode(tonecode.encode("a coke", 8000, min_ms=400)) + g711.silence(700), piece=160)
    assert harness.of("conversation.item.input_audio_transcription.completed")[0]["transcript"] == "a coke"


def test_with_create_response_false_the_server_waits_for_the_client() -> None:
    harness = Harness([[Say("Yes?")]])
    harness.configure(audio={"input": {"turn_detection": GATEWAY_TURNS}})
    harness.say("hello")
    assert not harness.of("response.created")
    assert not harness.of("conversation.item.input_audio_transcription.completed"), "transcription is off"
    harness.send("response.create")
    assert isinstance(harness.mind, ScriptedMind)
    entry = harness.mind.prompts[0].history[0]
    assert isinstance(entry, Said)
    assert entry.text == "hello"


def test_speech_interrupts_a_response_only_if_the_session_says_so() -> None:
    harness = Harness([[Say("a very long answer " * 5)], [Say("b " * 100)]])
    harness.send("response.create")
    harness.say("stop")
    assert harness.of("response.done")[0]["response"]["status_details"]["reason"] == "turn_detected"
    other = Harness([[Say("a very long answer " * 5)]])
    other.configure(audio={"input": {"turn_detection": GATEWAY_TURNS}})
    other.send("response.create")
    other.say("stop")
    assert not other.of("response.done")


def test_a_response_waits_for_the_words_of_the_turns_before_it() -> None:
    harness = Harness([[Say("Yes?")]], automatic=False)
    harness.configure(audio={"input": {"turn_detection": GATEWAY_TURNS}})
    harness.say("hello")
    ended = next(command for command in harness.commands if isinstance(command, TurnEnded))
    assert types(harness.send("response.create")) == ["response.created"]
    found = harness.take(harness.session.heard(ended.item_id, "hello", 0.5, harness.now))
    assert types(found)[0] == "response.output_item.added"
    assert harness.take(harness.session.heard(ended.item_id, "hello", 0.5, harness.now)) == []


def test_a_deleted_turn_is_not_waited_for() -> None:
    harness = Harness([[Say("Yes?")]], automatic=False)
    harness.configure(audio={"input": {"turn_detection": GATEWAY_TURNS}})
    harness.say("mm-hm")
    ended = next(command for command in harness.commands if isinstance(command, TurnEnded))
    harness.send("response.create")
    found = harness.send("conversation.item.delete", item_id=ended.item_id)
    assert types(found)[:2] == ["conversation.item.deleted", "response.output_item.added"]


@pytest.mark.parametrize("transcribed", [True, False])
def test_a_recogniser_that_fails_leaves_a_turn_without_words(transcribed: bool) -> None:
    harness = Harness([[Say("Sorry?")]], automatic=False)
    if transcribed:
        harness.configure(audio=TRANSCRIBED)
    harness.say("hello")
    ended = next(command for command in harness.commands if isinstance(command, TurnEnded))
    harness.take(harness.session.not_heard(ended.item_id, "noise", harness.now))
    failed = harness.of("conversation.item.input_audio_transcription.failed")
    assert [event["error"]["message"] for event in failed] == (["noise"] if transcribed else [])
    assert harness.of("response.output_item.added")
    assert harness.take(harness.session.not_heard(ended.item_id, "noise", harness.now)) == []


def test_without_turn_detection_the_client_commits() -> None:
    harness = Harness()
    harness.configure(audio={"input": {"turn_detection": None, "transcription": {"model": "whisper-1"}}})
    harness.append(bytes(48 * 60))
    error = error_of(harness.send("input_audio_buffer.commit", event_id="c"))
    assert (error["code"], error["event_id"]) == ("input_audio_buffer_commit_empty", "c")
    assert "60.00ms" in error["message"]
    harness.append(tonecode.encode("hot", 24_000))
    found = harness.send("input_audio_buffer.commit")
    assert types(found)[0] == "input_audio_buffer.committed"
    completed = harness.of("conversation.item.input_audio_transcription.completed")[0]
    assert completed["transcript"] == "hot"
    assert completed["usage"]["type"] == "duration"
    assert error_of(harness.send("input_audio_buffer.commit"))["code"] == "input_audio_buffer_commit_empty"


def test_the_client_may_commit_and_clear_an_open_turn() -> None:
    harness = Harness()
    harness.configure(audio=TRANSCRIBED)
    harness.append(tonecode.encode("garlic", 24_000, min_ms=400))
    started = harness.of("input_audio_buffer.speech_started")[0]
    found = harness.send("input_audio_buffer.commit")
    assert found[0]["item_id"] == started["item_id"]
    assert harness.of("conversation.item.input_audio_transcription.completed")[0]["transcript"] == "garlic"
    harness.append(tonecode.encode("hot", 24_000, min_ms=400))
    assert types(harness.send("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]
    assert isinstance(harness.commands[-1], Forget)
    harness.append(bytes(48 * 1000))
    assert len(harness.of("input_audio_buffer.committed")) == 1


def test_a_new_format_in_mid_turn_forgets_the_turn() -> None:
    harness = Harness()
    harness.append(tonecode.encode("hot", 24_000, min_ms=400))
    harness.configure(audio={"input": {"format": {"type": "audio/pcmu"}}})
    assert isinstance(harness.commands[-1], Forget)


def test_a_session_that_does_not_hear_asks_for_no_sound() -> None:
    harness = Harness([[Say("Yes?")]], hears=False)
    harness.say("hello")
    kinds = [type(command) for command in harness.commands]
    assert HearMore not in kinds
    assert kinds[:2] == [Listen, TurnEnded]


def test_idle_time_begins_when_the_agents_audio_must_have_been_heard() -> None:
    harness = Harness([[Say("x" * 50)], [Say("Are you still there?")]])  # 3 s of sound
    harness.configure(audio={"input": {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 5000}}})
    harness.send("response.create")
    harness.run(0.8)
    ended = harness.of("response.done")
    assert ended
    harness.run(7)
    assert not harness.of("input_audio_buffer.timeout_triggered")
    harness.run(1)
    triggered = harness.of("input_audio_buffer.timeout_triggered")
    assert len(triggered) == 1
    kinds = types(harness.events)
    at = kinds.index("input_audio_buffer.timeout_triggered")
    assert kinds[at : at + 5] == [
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
    ]


def test_speech_ends_the_idle_time() -> None:
    harness = Harness([[Say("hello")]])
    turns = {**GATEWAY_TURNS, "idle_timeout_ms": 5000}
    harness.configure(audio={"input": {"turn_detection": turns}})
    harness.send("response.create")
    harness.run(1)
    harness.say("yes")
    harness.run(60)
    assert not harness.of("input_audio_buffer.timeout_triggered")


def test_semantic_vad_waits_as_its_eagerness_says() -> None:
    harness = Harness()
    harness.configure(audio={"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}}})
    harness.say("hello", silence_ms=1100)
    assert not harness.of("input_audio_buffer.speech_stopped")
    harness.append(bytes(48 * 200))
    assert harness.of("input_audio_buffer.speech_stopped")
    assert harness.of("session.updated")[0]["session"]["audio"]["input"]["turn_detection"]["type"] == "semantic_vad"


# --- items -------------------------------------------------------------------------------------------------------


def spoken(harness: Harness) -> tuple[str, int]:
    """Lets the harness speak its script's next turn; returns the item and its length."""
    harness.send("response.create")
    harness.run()
    item = harness.of("response.output_item.done")[-1]["item"]
    return item["id"], harness.session.conversation.find(item["id"], "truncate").audio_ms  # type: ignore[union-attr]  # a message


def test_truncation_forgets_sound_and_words_behind_the_point() -> None:
    harness = Harness([[Say("Margherita, pepperoni, wings and tiramisu.")], [Say("ok")]])
    item_id, length = spoken(harness)
    found = harness.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=length // 2)
    assert found == [
        {
            "type": "conversation.item.truncated",
            "event_id": found[0]["event_id"],
            "item_id": item_id,
            "content_index": 0,
            "audio_end_ms": length // 2,
        }
    ]
    retrieved = harness.send("conversation.item.retrieve", item_id=item_id)[0]["item"]
    assert retrieved["content"][0]["transcript"] == "Margherita,"
    harness.send("response.create")
    assert isinstance(harness.mind, ScriptedMind)
    entry = harness.mind.prompts[-1].history[0]
    assert isinstance(entry, Said)
    assert entry.text == "Margherita,"


def test_truncation_beyond_what_is_there_is_refused() -> None:
    harness = Harness([[Say("Hello there.")]])
    item_id, length = spoken(harness)
    too_far = harness.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=length + 1)
    error = error_of(too_far)
    assert error["code"] == "invalid_value"
    assert error["message"] == f"Audio content of {length}ms is already shorter than {length + 1}ms"
    harness.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=100)
    again = harness.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=101)
    assert error_of(again)["message"] == "Audio content of 100ms is already shorter than 101ms"


def test_only_model_audio_can_be_truncated() -> None:
    harness = Harness([[CallTools((ToolRequest("f"),))], [Say("Hello there.")]])
    harness.send("response.create")
    call = harness.of("response.output_item.done")[0]["item"]["id"]
    harness.send("response.create")
    silent = harness.of("response.output_item.added")[-1]["item"]["id"]
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
    typed = harness.send("conversation.item.create", item=user)[0]["item"]["id"]
    harness.run()
    for item_id in (call, typed):
        found = harness.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=0)
        assert error_of(found)["code"] == "unsupported_content_type"
    for fields in ({"content_index": 1, "audio_end_ms": 0}, {"content_index": 0, "audio_end_ms": -1}):
        raw = {"type": "conversation.item.truncate", "item_id": silent, **fields}
        assert error_of(harness.send_raw(json.dumps(raw)))["code"] == "invalid_value"


def test_an_item_without_audio_yet_cannot_be_truncated() -> None:
    harness = Harness([[Say("Hello there.")]], automatic=False)
    harness.send("response.create")
    item_id = harness.of("response.output_item.added")[0]["item"]["id"]
    found = harness.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=0)
    assert error_of(found)["message"] == "Only model output audio messages can be truncated"


def test_deltas_after_a_truncation_do_not_grow_the_memory() -> None:
    harness = Harness([[Say("one two three four five six seven eight nine ten")]])
    harness.send("response.create")
    harness.run(0.05)
    item_id = harness.of("response.output_item.added")[0]["item"]["id"]
    harness.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=300)
    found = harness.run()
    assert "response.output_audio.delta" in types(found)
    done = next(event for event in found if event["type"] == "conversation.item.done")
    assert done["item"]["content"][0]["transcript"] == "one"


def test_a_deleted_item_is_gone_also_while_it_is_spoken() -> None:
    harness = Harness([[Say("one two three four five six")], [Say("ok")]])
    harness.send("response.create")
    item_id = harness.of("response.output_item.added")[0]["item"]["id"]
    assert types(harness.send("conversation.item.delete", item_id=item_id)) == ["conversation.item.deleted"]
    found = harness.run()
    assert "conversation.item.done" not in types(found)
    assert "response.output_item.done" in types(found)
    assert harness.session.conversation.history() == ()
    assert harness.session.conversation.last_id is None


@pytest.mark.parametrize("purpose", ["retrieve", "delete", "truncate"])
def test_unknown_items_are_refused_by_purpose(purpose: str) -> None:
    fields = {"content_index": 0, "audio_end_ms": 0} if purpose == "truncate" else {}
    found = Harness().send(f"conversation.item.{purpose}", item_id="item_x", event_id="e", **fields)
    assert error_of(found)["code"] == f"item_{purpose}_invalid_item_id"
    assert error_of(found)["event_id"] == "e"


def test_history_can_be_told_again_in_any_place() -> None:
    mind = ScriptedMind([[Say("ok")]])
    harness = Harness(mind=mind)

    def message(role: str, text: str, item_id: str, **fields: str) -> None:
        kind = "output_text" if role == "assistant" else "input_text"
        item = {"type": "message", "role": role, "id": item_id, "content": [{"type": kind, "text": text}]}
        harness.send("conversation.item.create", item=item, **fields)

    message("user", "two cokes", "u1")
    message("assistant", "Anything else?", "a1")
    call = {"type": "function_call", "id": "f1", "call_id": "c1", "name": "set_line", "arguments": "{}"}
    harness.send("conversation.item.create", item=call)
    output = {"type": "function_call_output", "id": "o1", "call_id": "c1", "output": '{"ok":true}'}
    harness.send("conversation.item.create", item=output)
    message("system", "The order has two cokes.", "s1", previous_item_id="root")
    message("user", "hello?", "u0", previous_item_id="s1")
    harness.send("response.create")
    assert [entry.item_id for entry in mind.prompts[0].history] == ["s1", "u0", "u1", "a1", "f1", "o1"]
    added = harness.of("conversation.item.added")
    assert [event["previous_item_id"] for event in added[:6]] == [None, "u1", "a1", "f1", None, "s1"]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"type": "message", "role": "user", "id": "taken", "content": [{"type": "input_text", "text": "x"}]},
         "item_create_duplicate_item_id"),
        ({"type": "message", "role": "user", "id": "x" * 33, "content": [{"type": "input_text", "text": "x"}]},
         "invalid_value"),
        ({"type": "message", "role": "assistant", "content": [{"type": "input_text", "text": "x"}]}, "invalid_value"),
        ({"type": "message", "role": "user", "content": [{"type": "output_text", "text": "x"}]}, "invalid_value"),
        ({"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "x"}]}, "invalid_value"),
        ({"type": "message", "role": "user", "content": []}, "invalid_value"),
    ],
)  # fmt: skip
def test_items_that_cannot_be_are_refused(item: dict[str, Any], code: str) -> None:
    harness = Harness()
    taken = {"type": "message", "role": "user", "id": "taken", "content": [{"type": "input_text", "text": "x"}]}
    harness.send("conversation.item.create", item=taken)
    found = harness.send_raw(json.dumps({"type": "conversation.item.create", "item": item}))
    assert error_of(found)["code"] == code
    assert len(harness.session.conversation.history()) == 1


def test_an_unknown_previous_item_is_refused() -> None:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}
    found = Harness().send("conversation.item.create", item=item, previous_item_id="item_x")
    assert error_of(found)["code"] == "item_create_invalid_previous_item_id"


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        ("[]", "invalid_type"),
        ("{}", "missing_required_parameter"),
        ('{"type":"session.close"}', "invalid_value"),
        ('{"type":"response.cancel","event_id":5}', "invalid_type"),
        ('{"type":"input_audio_buffer.append","audio":"not base64!"}', "invalid_value"),
        ('{"type":"output_audio_buffer.clear"}', "invalid_value"),
        ('{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":"12"}', "invalid_type"),
    ],
)
def test_bad_events_are_answered_with_an_error_and_the_session_goes_on(raw: str | bytes, code: str) -> None:
    harness = Harness()
    assert error_of(harness.send_raw(raw))["code"] == code
    assert types(harness.configure(instructions="still here")) == ["session.updated"]


class _Echo:
    """A mind that repeats what it heard."""

    def decide(self, prompt: Prompt) -> list[Step]:
        said = [entry.text for entry in prompt.history if isinstance(entry, Said) and entry.role == "user"]
        return [Say(f"You said: {said[-1]}")] if said and said[-1] else []

    def expects(self, prompt: Prompt) -> list[str]:
        return ["hello"]


def test_phrases_come_from_the_mind_when_a_turn_begins() -> None:
    harness = Harness(mind=_Echo())
    harness.say("hello")
    listen = next(command for command in harness.commands if isinstance(command, Listen))
    assert listen.phrases == ["hello"]
    harness.run()
    assert harness.of("response.output_audio_transcript.done")[0]["transcript"] == "You said: hello"


ACTIONS = st.sampled_from(["create", "cancel", "say", "tick", "truncate", "delete", "commit", "clear", "oob", "quiet"])


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTIONS, max_size=14))
def test_whatever_the_client_does_every_response_ends_once_and_one_is_active(actions: list[str]) -> None:
    harness = Harness(mind=_Echo(), ms_per_char=20)
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a few words"}]}
    harness.send("conversation.item.create", item=user)
    for action in actions:
        items = [entry.item_id for entry in harness.session.conversation.history()]
        match action:
            case "create":
                harness.send("response.create")
            case "oob":
                harness.send("response.create", response={"conversation": "none"})
            case "cancel":
                harness.send("response.cancel")
            case "say":
                harness.say("hello", silence_ms=600)
            case "quiet":
                harness.append(bytes(48 * 100))
            case "tick":
                harness.run(0.1)
            case "truncate" if items:
                harness.send("conversation.item.truncate", item_id=items[-1], content_index=0, audio_end_ms=100)
            case "delete" if items:
                harness.send("conversation.item.delete", item_id=items[-1])
            case "commit":
                harness.send("input_audio_buffer.commit")
            case "clear":
                harness.send("input_audio_buffer.clear")
        active = 0
        for event in harness.events:
            inside = event.get("response", {}).get("conversation_id") is not None
            active += (event["type"] == "response.created") & inside
            active -= (event["type"] == "response.done") & inside
            assert active in (0, 1)
    harness.run(60)
    begun = [event["response"]["id"] for event in harness.of("response.created")]
    ended = [event["response"]["id"] for event in harness.of("response.done")]
    assert sorted(begun) == sorted(ended)
    ids = [event["event_id"] for event in harness.events]
    assert len(ids) == len(set(ids))
