"""What the model owes: tool calls answered together, failed and silent responses asked for again."""

import pytest

from gateway import errors
from gateway.call.effects import (
    AnswerTool,
    CancelResponse,
    EndLeg,
    OpenModel,
    PlayClip,
    ReportError,
    RequestResponse,
)
from gateway.call.states import State
from gateway.events import OrderEvent
from tests.call.conversation import Conversation, answer, has, only, outcome


def test_answered_tools_of_one_response_wish_for_one_response(talk: Conversation) -> None:
    talk.answered().caller_says("a coke and a sprite")
    response = talk.begin_response()
    effects = talk.calls(response, "set_line", {"item_id": "coke"})
    effects += talk.calls(response, "set_line", {"item_id": "sprite"})
    assert sum(isinstance(effect, AnswerTool) for effect in effects) == 2
    assert not has(effects, RequestResponse)
    assert talk.end_response(response) == [RequestResponse()]


def test_a_tool_of_a_response_that_is_over_wishes_at_once(talk: Conversation) -> None:
    talk.answered()
    assert talk.calls("resp_of_old", "get_order", {})[-1] == RequestResponse()


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("set_line", '{"item_id": "sushi"}', "MENU_ITEM_NOT_FOUND"),
        ("set_line", "no json", "ORDER_PARSE_ERROR"),
        ("read_back", "{}", "INCOMPLETE_ORDER"),
    ],
)
def test_low_errors_are_reported_and_the_call_goes_on(talk: Conversation, tool: str, arguments: str, code: str) -> None:
    talk.answered()
    response = talk.begin_response()
    effects = talk.calls(response, tool, arguments)
    error = only(effects, ReportError).error.error
    assert (error.code, error.severity, error.context) == (code, "low", {"tool": tool})
    assert answer(effects)["ok"] is False
    assert talk.state() is State.CLARIFICATION
    talk.begin_speech(response, "Sorry, we do not have that.")
    assert talk.state() is State.AUDIO_PLAYBACK


def test_a_line_with_a_gap_leads_to_clarification(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    effects = talk.calls(response, "set_line", {"item_id": "pepperoni"})
    assert answer(effects)["missing"]
    assert talk.state() is State.CLARIFICATION
    talk.end_response(response)
    talk.agent_speaks("Small or large?")
    assert talk.state() is State.AUDIO_PLAYBACK


def test_a_submits_outcome_during_a_response_is_answered_and_told_after_it(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    response = ordering.begin_response()
    ordering.calls(response, "confirm_order", {})
    (answered,) = ordering.tell(OrderEvent, **outcome("complete"))
    assert isinstance(answered, AnswerTool)
    assert ordering.end_response(response) == [RequestResponse()]


def test_the_end_of_another_response_leaves_the_active_one(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    talk.end_response("resp_0", status="cancelled")
    talk.begin_speech(response, "We have pizza.")
    assert CancelResponse(response) in talk.interrupts()


@pytest.mark.parametrize(
    ("kind", "delays"),
    [(errors.RATE_LIMITED, [1, 2, 4]), (errors.MODEL_OVERLOADED, [2, 4, 8, 16, 30])],
)
def test_high_errors_are_retried_with_backoff_and_then_end_the_leg(
    talk: Conversation, kind: errors.ErrorType, delays: list[float]
) -> None:
    talk.answered().caller_says("a coke")
    for delay in delays:
        effects = talk.end_response(talk.begin_response(), status="failed", code=kind.code)
        assert only(effects, ReportError).error.error.code == kind.code
        due = talk.call._parts.agenda.timers._due["retry"]
        assert delay / 2 <= (due - talk.now).total_seconds() <= delay, "jittered"
        item, wishes = talk.turn()  # a wish now would be an attempt before its time
        assert wishes == []
        talk.words(item, "hello?")
        talk.begin_speech(talk.new("resp"), "what was said meanwhile, so that nobody waits in silence")
        talk.wait_for(RequestResponse)
        assert talk.now == due
        talk.heard()
    effects = talk.end_response(talk.begin_response(), status="failed", code=kind.code)
    assert has(effects, EndLeg)
    assert talk.call.ended is not None
    assert talk.call.ended.next == "text_only"


def test_two_calls_do_not_try_again_at_the_same_time(talk: Conversation) -> None:
    delays = set()
    for name in ("CA1", "CA2"):
        call = Conversation(talk.restaurant, name).answered()
        call.end_response(call.begin_response(), status="failed")
        delays.add(call.patience())
    assert len(delays) == 2


def test_failed_responses_hold_the_line_with_one_phrase_at_a_time(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    assert only(talk.end_response(talk.begin_response(), status="failed"), PlayClip).name == "hold"
    assert not has(talk.end_response(talk.begin_response(), status="failed"), PlayClip)


def test_a_failed_response_behind_speech_needs_no_clip_and_success_forgives(talk: Conversation) -> None:
    talk.answered().agent_speaks("One moment.")
    assert not has(talk.end_response(talk.begin_response(), status="failed"), PlayClip)
    talk.agent_says("Here I am.")
    failed = talk.end_response(talk.begin_response(), status="failed")
    assert has(failed, PlayClip)
    assert 1 <= talk.patience() <= 2


def test_a_response_that_comes_by_itself_is_the_retry(talk: Conversation) -> None:
    talk.answered()
    talk.end_response(talk.begin_response(), status="failed")
    assert 1 <= talk.patience() <= 2
    response = talk.begin_response()
    talk.begin_speech(response, "Here I am.")
    assert talk.patience() == 130


def test_a_response_without_words_is_asked_for_again_with_backoff(talk: Conversation) -> None:
    talk.answered()
    for delay in (2, 4):
        assert talk.end_response(talk.begin_response()) == []
        effects = talk.take(errors.TTS_FAILED.event("CA1", talk.now))
        assert effects in ([PlayClip("hold")], [])
        failed = talk.now
        talk.wait_for(RequestResponse)
        assert delay / 2 <= (talk.now - failed).total_seconds() <= delay


def test_a_failure_without_retry_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    assert has(talk.end_response(talk.begin_response(), status="failed", code="API_KEY_INVALID"), EndLeg)


def test_a_model_that_owes_what_nobody_waits_for_is_asked_once_more_and_then_taken_for_lost(
    talk: Conversation,
) -> None:
    """The last line, behind the watchdog over dead air: an answer to a refused tool call was broken off."""
    talk.answered().tool("set_line", item_id="sushi")
    talk.end_response(talk.begin_response(), status="cancelled")
    assert talk.state() is State.CLARIFICATION
    assert talk.wait() == [RequestResponse(again=True)]
    talk.end_response(talk.begin_response(), status="cancelled")
    assert talk.wait() == [RequestResponse(again=True)]
    talk.call._parts.connection.wished = False  # whatever else may have taken the wish away
    talk.voice("silence")
    effects = talk.wait()
    assert only(effects, ReportError).error.error.code == "MODEL_OVERLOADED"
    assert has(effects, OpenModel)
