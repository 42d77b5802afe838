"""Conversations: lists of events in, lists of effects out. The order engine, the menu and the restaurant are real."""

import json
from typing import Any, TypeVar

import pytest

from gateway import errors
from gateway.call import prompts
from gateway.call.effects import (
    AnswerTool,
    CancelResponse,
    ClearPlayout,
    CloseModel,
    ConfigureModel,
    DeleteItem,
    Effect,
    EndLeg,
    HoldOrder,
    Note,
    OpenModel,
    PlayClip,
    ReportError,
    RequestResponse,
    SubmitOrder,
    TruncateItem,
)
from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import (
    CallStarted,
    ConnectionFailed,
    Ended,
    HungUp,
    KeyPressed,
    LegEnded,
    ListeningStarted,
    ModelLost,
    ModelOpened,
    OrderData,
    OrderEvent,
    PlaybackFinished,
    PlaybackStarted,
    ResponseFinished,
    SessionRequested,
    TimedOut,
)
from gateway.orders.order import OrderState
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import NOON, Conversation

E = TypeVar("E")


def only(effects: list[Effect], kind: type[E]) -> E:
    """The one effect of that kind."""
    (found,) = [effect for effect in effects if isinstance(effect, kind)]
    return found


def has(effects: list[Effect], kind: type[Effect]) -> bool:
    return any(isinstance(effect, kind) for effect in effects)


def answer(effects: list[Effect]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(only(effects, AnswerTool).output)
    return found


def outcome(kind: str) -> dict[str, Any]:
    return {"type": f"order.{kind}", "order_id": "order-CA1", "data": OrderData(intent="confirm")}


# --- a call from its beginning to its end ---


def test_a_call_is_greeted(talk: Conversation) -> None:
    assert talk.ring() == [OpenModel()]
    assert talk.call.state is State.CONNECTING
    (configure,) = talk.tell(ModelOpened)
    assert isinstance(configure, ConfigureModel)
    assert "Casa Verde" in configure.instructions
    assert len(configure.tools) == 11
    assert configure.history == ()
    assert talk.call.state is State.CONNECTED
    assert talk.tell(SessionRequested) == []
    assert talk.session("session.updated") == [Note(prompts.greeting_note(talk.restaurant)), RequestResponse()]
    assert talk.call.state is State.READY
    assert (talk.call.leg, talk.call.caller_key, talk.call.playing) == (1, "k1", False)
    talk.agent_speaks("Hi, what can I get for you?")
    assert (talk.call.state, talk.call.playing) == (State.AUDIO_PLAYBACK, True)
    talk.heard()
    assert talk.call.state is State.READY


def test_nothing_is_said_to_a_model_before_its_session_is_right(talk: Conversation) -> None:
    talk.ring()
    talk.tell(ModelOpened)
    assert talk.tell(ModelOpened) == []
    assert talk.tell(KeyPressed, digit="5") == []
    talk.tell(SessionRequested)
    assert talk.tell(KeyPressed, digit="5") == []
    assert has(talk.session("session.updated"), RequestResponse)
    assert talk.session("session.updated") == []
    assert talk.session("session.created") == []


def test_an_order_is_taken_read_back_confirmed_and_submitted_once(talk: Conversation) -> None:
    talk.answered()
    item, effects = talk.turn()
    assert effects == [RequestResponse()]
    assert talk.call.state is State.TRANSCRIBING
    talk.words(item, "a large pepperoni")
    assert talk.call.state is State.ORDER_PROCESSING

    response = talk.begin_response()
    assert talk.call.state is State.RESPONSE_GENERATION
    effects = talk.calls(response, "set_line", {"item_id": "pepperoni", "options": {"size": "large"}})
    assert answer(effects)["ok"] is True
    assert only(effects, HoldOrder).order == talk.call.order
    assert talk.end_response(response) == [RequestResponse()]
    assert talk.call.state is State.READY

    talk.agent_says("One large pepperoni. Your name, and is it pickup?")
    talk.caller_says("Ana, pickup")
    talk.tool("set_customer", name="Ana", fulfilment="pickup")
    talk.reads_back()
    assert talk.call.order is not None
    assert talk.call.order.state is OrderState.READ_BACK

    talk.caller_says("yes please")
    effects = talk.tool("confirm_order")
    assert not has(effects, AnswerTool)
    submitted = only(effects, SubmitOrder).order
    assert (submitted.id, submitted.state, submitted.customer_name) == ("order-CA1", OrderState.CONFIRMED, "Ana")
    effects = talk.tell(OrderEvent, **outcome("complete"))
    assert answer(effects)["ok"] is True
    assert effects[-1] == RequestResponse()
    assert talk.call.order.state is OrderState.SUBMITTED
    assert talk.tell(OrderEvent, **outcome("complete")) == []
    assert talk.tell(OrderEvent, **outcome("error")) == []
    assert talk.tell(OrderEvent, **outcome("processing")) == []
    assert not has(talk.tool("confirm_order"), SubmitOrder)

    effects = talk.agent_speaks("Thank you, goodbye!", [("end_call", {"reason": "done"})])
    assert not has(effects, EndLeg)
    assert talk.heard() == [EndLeg("done"), CloseModel()]
    assert talk.call.state is State.DISCONNECTED
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("goodbye", "done")
    assert talk.call.deadline is None


def test_the_log_gives_the_same_call_in_another_process(ordering: Conversation) -> None:
    ordering.reads_back()
    twin = ordering.folded()
    assert (twin.state, twin.order, twin.deadline) == (
        ordering.call.state,
        ordering.call.order,
        ordering.call.deadline,
    )
    assert [turn.heard_text for turn in twin.turns] == [turn.heard_text for turn in ordering.call.turns]
    assert (twin.leg, twin.ignored, twin.caller_key) == (1, ordering.call.ignored, "k1")


# --- the read-back and the yes ---


def test_a_read_back_that_was_not_heard_to_its_total_is_no_ground_for_a_confirm(ordering: Conversation) -> None:
    item = ordering.reads_back(then_heard=False)
    ordering.interrupts((item, 500, 6000))
    ordering.caller_says("yes yes")
    refused = answer(ordering.tool("confirm_order"))
    assert refused["ok"] is False
    assert "not heard the whole read-back" in refused["error"]


def test_what_is_heard_after_an_interrupted_read_back_does_not_make_it_good(ordering: Conversation) -> None:
    item = ordering.reads_back(then_heard=False)
    ordering.interrupts((item, 500, 6000))
    ordering.caller_says("wait")
    ordering.agent_says("Of course, take your time.")
    ordering.caller_says("ok yes")
    assert answer(ordering.tool("confirm_order"))["ok"] is False
    ordering.reads_back()
    ordering.caller_says("yes")
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_an_interruption_after_the_total_leaves_the_read_back_heard(ordering: Conversation) -> None:
    item = ordering.reads_back(then_heard=False)
    ordering.interrupts((item, 5990, 6000))
    ordering.caller_says("yes that's right")
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_a_read_back_heard_before_its_response_is_over_counts(ordering: Conversation) -> None:
    text = answer(ordering.tool("read_back"))["say"]
    response = ordering.begin_response()
    ordering.begin_speech(response, text)
    ordering.heard()
    ordering.end_response(response, spoke=True)
    ordering.caller_says("yes")
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_a_confirm_without_an_answer_of_the_caller_is_refused(ordering: Conversation) -> None:
    ordering.reads_back()
    effects = ordering.tool("confirm_order")
    assert answer(effects)["ok"] is False
    assert ordering.call.state is State.CLARIFICATION
    assert not has(effects, SubmitOrder)


@pytest.mark.parametrize("words", ["no", "no wait, make it two", "hmm, what was that?"])
def test_a_confirm_without_assent_is_refused(ordering: Conversation, words: str) -> None:
    ordering.reads_back()
    ordering.caller_says(words)
    assert answer(ordering.tool("confirm_order"))["ok"] is False


def test_an_edit_after_the_read_back_needs_a_new_one(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.tool("set_line", item_id="coke", quantity=1)
    ordering.caller_says("yes")
    assert "changed after the read-back" in answer(ordering.tool("confirm_order"))["error"]


def test_a_confirm_waits_for_the_words(ordering: Conversation) -> None:
    ordering.reads_back()
    item, _ = ordering.turn()
    response = ordering.begin_response()
    assert ordering.calls(response, "confirm_order", {}) == []
    assert ordering.end_response(response) == []
    effects = ordering.words(item, "yes")
    assert has(effects, SubmitOrder)
    assert not has(effects, RequestResponse)  # the submit's outcome is still to come


def test_a_confirm_waits_for_the_words_a_second_and_a_half(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.turn()
    response = ordering.begin_response()
    ordering.calls(response, "confirm_order", {})
    asked = ordering.now
    effects = ordering.wait()
    assert (ordering.now - asked).total_seconds() == 1.5
    assert answer(effects)["ok"] is False
    assert not has(effects, RequestResponse)  # one comes when the response that called is over
    assert ordering.end_response(response) == [RequestResponse()]


def test_an_earlier_yes_is_no_answer_while_later_words_are_on_their_way(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    ordering.turn()
    response = ordering.begin_response()
    assert ordering.calls(response, "confirm_order", {}) == []
    assert answer(ordering.wait())["ok"] is False


def test_a_second_confirm_does_not_wait_beside_the_first(ordering: Conversation) -> None:
    ordering.reads_back()
    item, _ = ordering.turn()
    response = ordering.begin_response()
    assert ordering.calls(response, "confirm_order", {}) == []
    assert answer(ordering.calls(response, "confirm_order", {}))["ok"] is False
    assert has(ordering.words(item, "yes"), SubmitOrder)


def test_words_that_cannot_be_understood_are_no_assent(ordering: Conversation) -> None:
    ordering.reads_back()
    item, _ = ordering.turn()
    response = ordering.begin_response()
    ordering.calls(response, "confirm_order", {})
    effects = ordering.words(item, "", "transcription.error")
    assert answer(effects)["ok"] is False


def test_a_submit_that_fails_leaves_the_order_as_it_was_and_may_be_tried_again(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    assert has(ordering.tool("confirm_order"), SubmitOrder)
    effects = ordering.tell(OrderEvent, **outcome("error"))
    assert "not placed" in answer(effects)["error"]
    assert ordering.call.order is not None
    assert ordering.call.order.state is OrderState.READ_BACK
    assert has(ordering.tool("confirm_order"), SubmitOrder)


# --- tools ---


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
    assert talk.call.state is State.CLARIFICATION
    talk.begin_speech(response, "Sorry, we do not have that.")
    assert talk.call.state is State.AUDIO_PLAYBACK


def test_a_line_with_a_gap_leads_to_clarification(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    effects = talk.calls(response, "set_line", {"item_id": "pepperoni"})
    assert answer(effects)["missing"]
    assert talk.call.state is State.CLARIFICATION
    talk.end_response(response)
    talk.agent_speaks("Small or large?")
    assert talk.call.state is State.AUDIO_PLAYBACK


def test_a_low_error_of_others_changes_nothing(talk: Conversation) -> None:
    talk.answered()
    assert talk.take(errors.MENU_ITEM_NOT_FOUND.event("CA1", talk.now)) == []


def test_a_cancelled_order_is_not_held_for_the_next_call(ordering: Conversation) -> None:
    assert only(ordering.tool("cancel_order"), HoldOrder).order is None


def test_a_held_order_is_offered_and_taken_up(talk: Conversation, ordering: Conversation) -> None:
    held = ordering.call.order
    assert held is not None
    second = Conversation(talk.restaurant, "CA1")
    second.ring(held.model_copy(update={"id": "order-CA0"}))
    note = only(second.model_comes_up(), Note)
    assert note.text.startswith(prompts.HELD_ORDER_NOTE)
    assert "one large Pepperoni" in note.text
    effects = second.tool("resume_order", accept=True)
    order = only(effects, HoldOrder).order
    assert order is not None
    assert order.id == "order-CA0"
    assert [line.item_id for line in order.lines] == ["pepperoni"]
    assert answer(second.tool("resume_order", accept=True))["ok"] is False


def test_a_held_order_is_declined(talk: Conversation, ordering: Conversation) -> None:
    held = ordering.call.order
    assert held is not None
    second = Conversation(talk.restaurant, "CA1")
    second.ring(held.model_copy(update={"id": "order-CA0"}))
    second.model_comes_up()
    assert only(second.tool("resume_order", accept=False), HoldOrder).order is None
    assert second.call.desk.held is None


def test_a_held_order_that_cannot_be_read_is_not_offered(talk: Conversation) -> None:
    talk.tell(CallStarted, restaurant_id="casa-verde", held_order='{"of": "another version"}')
    talk.start_leg(1)
    assert only(talk.model_comes_up(), Note).text.startswith(prompts.GREETING_NOTE)


def test_a_call_that_is_started_twice_keeps_its_order(ordering: Conversation) -> None:
    before = ordering.call.order
    ordering.tell(CallStarted, restaurant_id="casa-verde")
    assert ordering.call.order == before


# --- turns ---


def test_the_server_may_answer_turns_by_itself(casa_verde: Restaurant) -> None:
    talk = Conversation(casa_verde, server_creates_responses=True).answered()
    item, effects = talk.turn()
    assert effects == []
    talk.words(item, "a coke")
    talk.agent_speaks("One coke. And?")
    item, _ = talk.turn()
    assert talk.words(item, "no") == []
    assert talk.heard() == []


def test_a_barge_in_silences_the_agent_and_makes_the_model_forget_what_was_not_heard(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    first = talk.begin_speech(response, "We have pizza, wings, and drinks.")
    second = talk.begin_speech(response, "What would you like?")
    talk.voice("speech_start")
    effects = talk.interrupts((first, 1000, 2000), (second, 0, 1500))
    assert effects == [ClearPlayout(), CancelResponse(response), TruncateItem(first, 0, 1000), DeleteItem(second)]
    assert (talk.call.state, talk.call.playing) == (State.LISTENING, False)
    assert [turn.heard_text for turn in talk.call.turns][-2:] == ["We have pizza,", ""]
    talk.end_response(response, status="cancelled", spoke=True)
    talk.voice("speech_end")
    item = talk.new("item")
    assert talk.call.state is State.PROCESSING
    assert talk.tell(ListeningStarted) == []
    assert RequestResponse() in talk.words(item, "wings") + talk.turn()[1]


def test_a_barge_in_after_the_response_is_complete_cancels_nothing(talk: Conversation) -> None:
    talk.answered()
    talk.agent_speaks("We have pizza, wings, and drinks.")
    assert not has(talk.interrupts(("item_9", 100, 200)), CancelResponse)


def test_after_an_interruption_by_noise_the_call_does_not_wait_for_long(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza.")
    talk.interrupts(("item_9", 100, 200))
    assert talk.call.state is State.LISTENING
    assert talk.patience() == 10
    talk.voice("speech_start")
    assert talk.patience() == 30


def test_a_sound_of_listening_over_the_agent_is_forgotten(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza, wings and drinks.")
    item, effects = talk.turn()
    assert effects == []
    assert talk.words(item, "Mm-hm.") == []
    assert talk.heard() == [DeleteItem(item)]
    assert talk.call.turns.get(item) is None
    assert talk.call.state is State.READY


def test_a_yes_over_the_read_back_is_answered_after_it(ordering: Conversation) -> None:
    ordering.reads_back(then_heard=False)
    item, effects = ordering.turn()
    assert effects == []
    assert ordering.words(item, "yes") == []
    assert ordering.heard() == [RequestResponse()]
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_words_over_the_agent_that_come_late_are_waited_for(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza, wings and drinks.")
    first, _ = talk.turn()
    second, _ = talk.turn()
    talk.words(first, "wings")
    assert talk.heard() == [RequestResponse()]
    assert talk.call.state is State.READY
    assert talk.words(second, "uh-huh") == [DeleteItem(second)]


def test_a_turn_over_the_agent_without_words_is_taken_for_a_sound(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza, wings and drinks.")
    item, _ = talk.turn()
    quiet = talk.now
    talk.heard()
    effects = talk.wait()
    assert effects == [DeleteItem(item)]
    assert (talk.now - quiet).total_seconds() == 3.5
    talk.words(item, "wings")  # so late that only the record keeps it
    assert talk.call.turns.get(item) is not None


def test_a_caller_who_speaks_as_the_agent_ends_is_listened_to(talk: Conversation) -> None:
    talk.answered().agent_speaks("What would you like?")
    talk.voice("speech_start")
    talk.heard()
    assert talk.call.state is State.LISTENING


def test_partial_words_change_nothing(talk: Conversation) -> None:
    talk.answered()
    item, _ = talk.turn()
    assert talk.words(item, "a lar", "transcription.partial") == []
    turn = talk.call.turns.get(item)
    assert turn is not None
    assert turn.text is None


def test_words_without_an_item_still_show_that_somebody_is_there(talk: Conversation) -> None:
    talk.answered()
    talk.wait()
    assert talk.words(None, "hello?") == []
    assert [turn.speaker for turn in talk.call.turns] == ["agent"]


# --- silence ---


def test_a_silent_caller_is_asked_three_times_and_then_the_call_ends(talk: Conversation) -> None:
    talk.answered()
    asked = []
    for _ in range(3):
        effects = talk.wait()
        asked.append(only(effects, Note).text)
        assert effects[-1] == RequestResponse()
        assert talk.call.state is State.IDLE
        talk.agent_says("Are you still there?")
    assert asked == [prompts.STILL_THERE_NOTE] * 3
    assert only(talk.wait(), Note).text == prompts.SILENT_GOODBYE_NOTE
    talk.agent_speaks("Ring again at any time. Goodbye!")
    assert has(talk.heard(), EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("goodbye", "the caller stayed silent")


def test_a_silent_caller_who_speaks_again_is_asked_anew(talk: Conversation) -> None:
    talk.answered()
    for _ in range(3):
        talk.wait()
    talk.wait()
    talk.caller_says("I am here, a coke please")
    talk.agent_says("One coke.")
    assert talk.call.state is State.READY
    assert only(talk.wait(), Note).text == prompts.STILL_THERE_NOTE


def test_nobody_is_asked_while_the_farewell_is_under_way(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    deadline = talk.call.deadline
    assert not has(talk.wait(), Note)
    assert deadline is not None
    assert has(talk.wait(), EndLeg)
    assert (talk.now - NOON).total_seconds() < 30


# --- the end of a conversation ---


def test_end_call_without_words_lets_the_model_say_its_farewell(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    talk.calls(response, "end_call", {})
    assert talk.end_response(response) == [RequestResponse()]
    talk.agent_speaks("Goodbye!")
    assert has(talk.heard(), EndLeg)


def test_end_call_after_the_farewell_was_heard_ends_at_once(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    talk.begin_speech(response, "Goodbye!")
    talk.heard()
    talk.calls(response, "end_call", {})
    assert has(talk.end_response(response, spoke=True), EndLeg)


def test_a_farewell_played_before_its_response_is_over_ends_with_it(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    response = talk.begin_response()
    talk.begin_speech(response, "Goodbye!")
    assert talk.heard() == []
    assert has(talk.end_response(response, spoke=True), EndLeg)


def test_a_farewell_that_never_comes_ends_the_call_all_the_same(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    began = talk.now
    while not has(talk.wait(), EndLeg):
        pass
    assert (talk.now - began).total_seconds() <= 12


def test_a_caller_who_speaks_into_the_goodbye_is_listened_to(talk: Conversation) -> None:
    talk.answered().agent_speaks("Goodbye!", [("end_call", {})])
    assert not has(talk.interrupts(("item_2", 100, 900)), EndLeg)
    talk.caller_says("wait, a coke too")
    assert not has(talk.agent_says("Sure."), EndLeg)
    assert talk.call.ended is None


def test_a_transfer_waits_for_its_announcement(talk: Conversation) -> None:
    talk.answered()
    effects = talk.agent_speaks("One moment.", [("transfer_to_staff", {"reason": "asked"})])
    assert not has(effects, EndLeg)
    assert has(talk.heard(), EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("transfer", "asked")


def test_an_interrupted_announcement_does_not_delay_a_transfer(talk: Conversation) -> None:
    talk.answered().agent_speaks("One moment.", [("transfer_to_staff", {})])
    assert has(talk.interrupts(("item_2", 100, 900)), EndLeg)


def test_a_transfer_interrupted_while_it_is_being_said_happens_when_that_is_over(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    item = talk.begin_speech(response, "One moment.")
    talk.calls(response, "transfer_to_staff", {})
    assert not has(talk.interrupts((item, 100, 900)), EndLeg)
    assert has(talk.end_response(response, status="cancelled", spoke=True), EndLeg)


def test_key_0_reaches_a_person_at_once(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have many things.")
    assert talk.tell(KeyPressed, digit="0") == [EndLeg("the caller pressed 0"), CloseModel()]
    assert talk.call.ended is not None
    assert talk.call.ended.next == "transfer"


def test_what_follows_a_leg_is_decided_once(talk: Conversation) -> None:
    talk.answered().agent_speaks("Goodbye!", [("end_call", {})])
    talk.tell(KeyPressed, digit="0")
    assert talk.heard() == []
    assert talk.tell(Ended, reason="late", next="goodbye") == []
    assert talk.tell(KeyPressed, digit="0") == []
    talk.end_leg("closed")
    assert talk.call.ended is not None
    assert talk.call.ended.next == "transfer"


def test_key_0_where_nobody_can_be_reached_goes_on(casa_verde: Restaurant) -> None:
    alone = casa_verde.model_copy(update={"transfer_to": None})
    talk = Conversation(alone).answered()
    assert talk.tell(KeyPressed, digit="0") == [Note(prompts.NOBODY_NOTE), RequestResponse()]


def test_another_key_is_told_to_the_model(talk: Conversation) -> None:
    talk.answered()
    assert talk.tell(KeyPressed, digit="2") == [Note(prompts.key_note("2")), RequestResponse()]
    assert talk.call.state is State.READY


def test_a_decision_from_outside_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    assert talk.tell(Ended, reason="staff takes over", next="transfer") == [EndLeg("staff takes over"), CloseModel()]


def test_a_decision_between_two_legs_stands(talk: Conversation) -> None:
    talk.answered()
    talk.end_leg()
    assert talk.tell(Ended, reason="staff takes over", next="transfer") == []
    assert talk.call.ended is not None
    assert talk.call.ended.next == "transfer"


def test_a_hang_up_is_noted(talk: Conversation) -> None:
    talk.answered()
    assert talk.end_leg("stopped") == [CloseModel()]
    talk.tell(HungUp)
    assert talk.call.hung_up
    assert talk.call.legs_lost == []


# --- the model lost, the leg lost ---


def test_a_lost_model_is_recovered_behind_a_clip(ordering: Conversation) -> None:
    before = ordering.call.order
    effects = ordering.tell(ModelLost, code="WS_CONNECTION_FAILED")
    assert [type(effect) for effect in effects] == [CloseModel, ReportError, PlayClip, OpenModel]
    assert effects[-1] == OpenModel(fresh=True)
    assert ordering.call.state is State.RECOVERING
    assert ordering.turn()[1] == []
    effects = ordering.tell(ModelOpened)
    history = only(effects, ConfigureModel).history
    assert [(item.role, item.text) for item in history] == [
        ("assistant", "Hi, what can I get for you?"),
        ("user", "a large pepperoni for pickup, Ana"),
    ]
    assert ordering.session("session.updated") == [Note(prompts.RECOVERED_NOTE), RequestResponse()]
    assert (ordering.call.state, ordering.call.order) == (State.READY, before)


def test_a_model_lost_before_it_has_greeted_greets_after_all(talk: Conversation) -> None:
    talk.ring()
    talk.tell(ModelOpened)
    talk.tell(ModelLost)
    talk.tell(ModelOpened)
    assert only(talk.session("session.updated"), Note).text.startswith(prompts.GREETING_NOTE)


def test_a_planned_move_says_nothing_to_the_caller(ordering: Conversation) -> None:
    assert ordering.tell(ModelLost, planned=True) == [CloseModel(), OpenModel(fresh=True)]
    ordering.tell(ModelOpened)
    assert ordering.session("session.updated") == [Note(prompts.MOVED_NOTE)]


def test_a_model_lost_while_the_caller_still_hears_it_needs_no_clip(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have many, many things.")
    assert not has(talk.tell(ModelLost), PlayClip)
    talk.tell(ModelOpened)
    talk.session("session.updated")
    assert talk.call.state is State.AUDIO_PLAYBACK
    talk.heard()
    assert talk.call.state is State.READY


def test_a_loss_that_no_retry_mends_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    effects = talk.tell(ModelLost, code="API_KEY_INVALID")
    assert not has(effects, OpenModel)
    assert has(effects, EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("apologise", "model: API_KEY_INVALID")


def test_the_fourth_loss_within_a_minute_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    for _ in range(3):
        assert has(talk.tell(ModelLost, code="of a newer version"), OpenModel)
        talk.tell(ModelOpened)
        talk.session("session.updated")
    assert has(talk.tell(ModelLost), EndLeg)


def test_losses_long_ago_are_forgotten(talk: Conversation) -> None:
    talk.answered()
    for _ in range(6):
        talk.now = talk.now.replace(minute=talk.now.minute + 1)
        assert has(talk.tell(ModelLost), OpenModel)
        talk.tell(ModelOpened)
        talk.session("session.updated")


def test_a_model_that_cannot_be_had_back_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    talk.tell(ModelLost)
    assert has(talk.tell(ConnectionFailed, code="MODEL_OVERLOADED"), EndLeg)
    assert talk.call.ended is not None
    assert talk.call.ended.reason == "model: MODEL_OVERLOADED"


def test_a_model_that_cannot_be_had_at_all_ends_the_leg(talk: Conversation) -> None:
    talk.ring()
    assert talk.tell(ConnectionFailed) == [EndLeg("model: WS_CONNECTION_FAILED"), CloseModel()]
    assert talk.call.state is State.DISCONNECTED
    assert talk.call.ended is not None
    assert talk.call.ended.next == "apologise"


def test_a_late_failure_to_connect_is_ignored(talk: Conversation) -> None:
    talk.answered()
    assert talk.tell(ConnectionFailed) == []
    assert talk.call.state is State.READY


def test_a_session_that_is_not_as_we_want_it_ends_the_leg(talk: Conversation) -> None:
    talk.ring()
    talk.tell(ModelOpened)
    talk.tell(SessionRequested)
    effects = talk.session("session.error")
    assert has(effects, EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("apologise", "model: AUDIO_FORMAT_ERROR")


def test_a_lost_leg_goes_on_in_another_process(ordering: Conversation) -> None:
    ordering.end_leg("lost")
    other = ordering.in_another_process()
    assert (other.call.state, other.call.order) == (State.DISCONNECTED, ordering.call.order)
    assert len(other.call.legs_lost) == 1
    assert other.start_leg(2) == [OpenModel()]
    effects = other.tell(ModelOpened)
    assert [item.role for item in only(effects, ConfigureModel).history] == ["assistant", "user"]
    other.tell(SessionRequested)
    (note, wish) = other.session("session.updated")
    assert isinstance(note, Note)
    assert note.text.startswith(prompts.RESUMED_NOTE)
    assert "one large Pepperoni" in note.text
    assert wish == RequestResponse()
    other.reads_back()
    other.caller_says("yes")
    assert only(other.tool("confirm_order"), SubmitOrder).order.id == "order-CA1"


def test_a_leg_whose_process_was_killed_goes_on_too(ordering: Conversation) -> None:
    other = ordering.in_another_process()
    assert other.start_leg(2) == [CloseModel(), OpenModel()]
    assert other.call.state is State.CONNECTING
    assert (other.call.leg, len(other.call.legs_lost)) == (2, 1)
    other.model_comes_up()
    assert other.call.order == ordering.call.order


def test_a_submit_without_an_outcome_in_the_log_is_asked_for_again(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    first = only(ordering.tool("confirm_order"), SubmitOrder)
    other = ordering.in_another_process()
    again = only(other.start_leg(2), SubmitOrder)
    assert again == first
    other.model_comes_up()
    effects = other.tell(OrderEvent, **outcome("complete"))
    assert not has(effects, AnswerTool)  # the model that asked is gone; this one is told
    assert "is placed" in only(effects, Note).text
    assert other.call.order is not None
    assert other.call.order.state is OrderState.SUBMITTED


def test_a_confirm_that_waited_dies_with_its_model(ordering: Conversation) -> None:
    ordering.reads_back()
    item, _ = ordering.turn()
    ordering.calls(ordering.begin_response(), "confirm_order", {})
    ordering.tell(ModelLost)
    assert ordering.words(item, "yes") == []
    ordering.tell(ModelOpened)
    ordering.session("session.updated")
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_a_confirm_that_waited_for_a_lost_model_is_not_carried_out_later(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.turn()
    ordering.calls(ordering.begin_response(), "confirm_order", {})
    ordering.tell(ModelLost)
    assert ordering.wait() == []
    assert ordering.call.state is State.RECOVERING


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


def test_without_a_leg_late_events_change_nothing(ordering: Conversation) -> None:
    ordering.end_leg("stopped")
    before = ordering.call.ignored
    for kind, fields in [
        (PlaybackStarted, {"item_id": "i"}),
        (PlaybackFinished, {}),
        (ResponseFinished, {"response_id": "r", "status": "failed"}),
        (KeyPressed, {"digit": "0"}),
        (TimedOut, {}),
        (ModelOpened, {}),
    ]:
        assert ordering.tell(kind, **fields) == []
    assert ordering.calls("r", "cancel_order", {}) == []
    assert ordering.call.ignored == before + 7
    assert (ordering.call.deadline, ordering.call.playing) == (None, False)
    assert ordering.call.order is not None
    assert ordering.call.order.lines


def test_a_leg_without_the_beginning_of_its_log_still_takes_an_order(talk: Conversation) -> None:
    talk.start_leg(1)
    talk.model_comes_up()
    assert answer(talk.tool("set_line", item_id="coke"))["ok"] is True
    assert talk.call.order is not None
    assert talk.call.order.id == "order-CA1"


# --- severities ---


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        (errors.TRANSCRIPTION_FAILED, prompts.NOT_UNDERSTOOD_NOTE),
        (errors.AUDIO_BUFFER_OVERFLOW, prompts.TOO_LONG_NOTE),
    ],
)
def test_medium_errors_are_told_to_the_caller_once_per_answer(
    talk: Conversation, kind: errors.ErrorType, note: str
) -> None:
    talk.answered()
    assert talk.take(kind.event("CA1", talk.now)) == [Note(note), RequestResponse()]
    assert talk.take(kind.event("CA1", talk.now)) == []
    talk.agent_says("Sorry, once more?")
    assert has(talk.take(kind.event("CA1", talk.now)), Note)


def test_a_medium_error_that_has_no_words_of_its_own_still_asks_the_model(talk: Conversation) -> None:
    talk.answered()
    event = errors.TRANSCRIPTION_FAILED.event("CA1", talk.now)
    unknown = event.model_copy(update={"error": event.error.model_copy(update={"code": "LATER"})})
    assert talk.take(unknown) == [RequestResponse()]


def test_a_medium_error_before_the_conversation_is_nobodys_concern(talk: Conversation) -> None:
    talk.ring()
    assert talk.take(errors.TRANSCRIPTION_FAILED.event("CA1", talk.now)) == []


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
        assert only(effects, PlayClip).name == "hold"
        failed = talk.now
        item, wishes = talk.turn()  # a wish now would be an attempt before its time
        assert wishes == []
        talk.words(item, "hello?")
        effects = talk.wait()
        while effects != [RequestResponse()]:
            assert effects == []
            effects = talk.wait()
        assert (talk.now - failed).total_seconds() == delay
    effects = talk.end_response(talk.begin_response(), status="failed", code=kind.code)
    assert has(effects, EndLeg)
    assert talk.call.ended is not None
    assert talk.call.ended.next == "apologise"


def test_a_failed_response_behind_speech_needs_no_clip_and_success_forgives(talk: Conversation) -> None:
    talk.answered().agent_speaks("One moment.")
    assert not has(talk.end_response(talk.begin_response(), status="failed"), PlayClip)
    talk.agent_says("Here I am.")
    failed = talk.end_response(talk.begin_response(), status="failed")
    assert has(failed, PlayClip)
    waited_from = talk.now
    talk.wait()
    assert (talk.now - waited_from).total_seconds() == 2


def test_a_failure_without_retry_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    assert has(talk.end_response(talk.begin_response(), status="failed", code="API_KEY_INVALID"), EndLeg)


def test_a_response_without_words_is_asked_for_again_with_backoff(talk: Conversation) -> None:
    talk.answered()
    for delay in (2, 4, 8, 16, 30):
        assert talk.end_response(talk.begin_response()) == []
        assert talk.take(errors.TTS_FAILED.event("CA1", talk.now)) == [PlayClip("hold")]
        failed = talk.now
        while RequestResponse() not in talk.wait():
            pass
        assert (talk.now - failed).total_seconds() == delay
    talk.end_response(talk.begin_response())
    assert has(talk.take(errors.TTS_FAILED.event("CA1", talk.now)), EndLeg)


def test_a_farewell_without_words_is_not_asked_for_for_ever(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    effects = talk.take(errors.TTS_FAILED.event("CA1", talk.now))
    assert effects == []
    assert has(talk.end_response(talk.begin_response()), EndLeg)


@pytest.mark.parametrize("kind", [errors.API_KEY_INVALID, errors.MIC_ACCESS_DENIED, errors.AUDIO_FORMAT_ERROR])
def test_what_is_critical_or_has_no_retry_ends_the_leg(talk: Conversation, kind: errors.ErrorType) -> None:
    talk.answered()
    assert talk.take(kind.event("CA1", talk.now)) == [EndLeg(kind.code), CloseModel()]
    assert talk.call.ended is not None
    assert talk.call.ended.next == "apologise"
    assert talk.take(kind.event("CA1", talk.now)) == []


def test_a_high_error_with_a_retry_leaves_it_to_the_loss_that_carries_it(talk: Conversation) -> None:
    talk.answered()
    assert talk.take(errors.RATE_LIMITED.event("CA1", talk.now)) == []


# --- patience ---


def test_a_model_that_stays_silent_is_asked_once_more_and_then_taken_for_lost(talk: Conversation) -> None:
    talk.answered()
    talk.turn()
    assert talk.wait() == [RequestResponse()]
    effects = talk.wait()
    assert only(effects, ReportError).error.error.code == "MODEL_OVERLOADED"
    assert has(effects, OpenModel)
    assert has(talk.wait(), EndLeg)


@pytest.mark.parametrize("state", [State.CONNECTED, State.SESSION_SETUP])
def test_a_session_that_is_not_answered_is_taken_for_lost(talk: Conversation, state: State) -> None:
    talk.ring()
    talk.tell(ModelOpened)
    if state is State.SESSION_SETUP:
        talk.tell(SessionRequested)
    assert talk.call.state is state
    assert has(talk.wait(), OpenModel)


def test_connecting_does_not_last_for_ever(talk: Conversation) -> None:
    talk.ring()
    assert has(talk.wait(), EndLeg)
    assert (talk.now - NOON).total_seconds() < 22


def test_playback_whose_marks_never_come_ends(talk: Conversation) -> None:
    talk.answered().agent_speaks("Hello")
    talk.wait()
    assert (talk.call.state, talk.call.playing) == (State.READY, False)


def test_time_that_is_not_up_changes_nothing(talk: Conversation) -> None:
    talk.answered()
    deadline = talk.call.deadline
    assert talk.tell(TimedOut) == []
    assert talk.call.deadline == deadline


def test_events_are_counted_that_the_table_does_not_know(talk: Conversation) -> None:
    talk.answered()
    refused: list[tuple[State, str]] = []
    talk.call.machine.on_transition_error(lambda state, trigger: refused.append((state, trigger)))
    talk.tell(LegEnded, leg=1, reason="closed")
    talk.tell(LegEnded, leg=1, reason="closed")
    assert refused == [(State.DISCONNECTED, "call.leg_ended")]


def test_a_fresh_call_waits_for_nothing(casa_verde: Restaurant) -> None:
    call = Call("CA1", casa_verde)
    assert (call.state, call.deadline, call.order, call.ended) == (State.DISCONNECTED, None, None, None)
