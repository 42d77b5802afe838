"""The order within a call: the read-back as it was heard, the yes, the one submit, held orders."""

import pytest

from gateway.call import prompts
from gateway.call.effects import (
    AnswerTool,
    HoldOrder,
    Note,
    RequestResponse,
    SubmitOrder,
)
from gateway.call.states import State
from gateway.events import (
    ModelLost,
    ModelOpened,
    OrderEvent,
)
from gateway.orders.order import Order, OrderState
from tests.call.conversation import Conversation, answer, has, only, outcome


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
    assert ordering.state() is State.CLARIFICATION
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
    effects = ordering.wait_for(AnswerTool)
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
    assert answer(ordering.wait_for(AnswerTool))["ok"] is False


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


def test_a_submit_that_fails_leaves_the_order_as_it_was_and_may_be_tried_again(alone: Conversation) -> None:
    alone.reads_back()
    alone.caller_says("yes")
    assert has(alone.tool("confirm_order"), SubmitOrder)
    effects = alone.tell(OrderEvent, **outcome("error"))
    assert "not certain yet" in answer(effects)["error"]
    assert alone.order_state() is OrderState.READ_BACK
    assert has(alone.tool("confirm_order"), SubmitOrder)


def placed(ordering: Conversation) -> Order:
    """The order as it goes to the store, after a read-back and a yes."""
    ordering.reads_back()
    ordering.caller_says("yes")
    return only(ordering.tool("confirm_order"), SubmitOrder).order


def test_an_edit_after_a_submit_that_was_done_unheard_is_told_not_to_be_in_the_order(alone: Conversation) -> None:
    first = placed(alone)
    alone.tell(OrderEvent, **outcome("error"))
    alone.caller_says("then make it three")
    alone.tool("set_line", line_id="L1", quantity=3)
    second = placed(alone)
    assert (second.id, second.lines[0].quantity) == (first.id, 3)
    stood = {"reason": "placed_before", "placed": first.model_dump_json(), "version": second.version}
    told = answer(alone.tell(OrderEvent, **outcome("error"), **stood))
    assert (told["ok"], told["state"]) == (False, "submitted")
    assert "before the last changes, as: one large Pepperoni" in told["error"]
    assert "offer transfer_to_staff" in told["error"]
    for call in (alone.call, alone.folded()):
        assert call.order == first.advance(OrderState.SUBMITTED)
    assert answer(alone.tool("set_line", line_id="L1", quantity=2))["ok"] is False
    assert not has(alone.tool("confirm_order"), SubmitOrder)


def test_late_news_of_an_earlier_version_is_none_of_the_one_on_its_way(alone: Conversation) -> None:
    """The store writes them into the log when it gets to the first submit: only another process reads them there."""
    first = placed(alone)
    alone.tell(OrderEvent, **outcome("error"))
    alone.tool("set_line", line_id="L1", quantity=3)
    second = placed(alone)
    assert alone.tell(OrderEvent, **outcome("complete"), version=first.version) == []
    assert alone.call.desk.waits
    told = answer(alone.tell(OrderEvent, **outcome("complete"), version=second.version))
    assert told["state"] == "submitted"


def test_what_is_placed_is_known_although_nobody_waits_for_it(alone: Conversation) -> None:
    first = placed(alone)
    alone.tell(OrderEvent, **outcome("error"))
    alone.tool("set_line", line_id="L1", quantity=3)
    stood = {"reason": "placed_before", "placed": first.model_dump_json()}
    assert alone.tell(OrderEvent, **outcome("error"), **stood) == []
    assert alone.call.order == first.advance(OrderState.SUBMITTED)
    assert alone.tell(OrderEvent, **outcome("error")) == []
    assert alone.order_state() is OrderState.SUBMITTED


def test_a_placed_order_that_cannot_be_read_is_not_told_to_be_anything(alone: Conversation) -> None:
    placed(alone)
    told = alone.tell(OrderEvent, **outcome("error"), reason="placed_before", placed='{"id":"o1"}')
    assert "not certain yet" in answer(told)["error"]


def test_an_order_cancelled_after_a_submit_without_an_answer_is_not_called_cancelled(ordering: Conversation) -> None:
    placed(ordering)
    ordering.tell(OrderEvent, **outcome("error"))
    effects = ordering.tool("cancel_order")
    assert only(effects, HoldOrder).order is None
    assert "may have gone through" in answer(effects)["say"]


def test_a_number_that_ordered_too_much_in_other_calls_meanwhile_needs_a_person(ordering: Conversation) -> None:
    placed(ordering)
    told = answer(ordering.tell(OrderEvent, **outcome("error"), reason="needs_person"))
    assert told["ok"] is False
    assert "needs the approval of a person" in told["error"]
    assert "offer transfer_to_staff" in told["error"]
    assert ordering.order_state() is OrderState.READ_BACK
    assert "say" in answer(ordering.tool("cancel_order"))
    assert ordering.tell(OrderEvent, **outcome("error"), reason="needs_person") == []


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
    assert other.order_state() is OrderState.SUBMITTED


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
    assert ordering.state() is State.RECOVERING


def read_back_text(ordering: Conversation) -> str:
    text: str = answer(ordering.tool("read_back"))["say"]
    return text


@pytest.mark.parametrize("words", ["I'm not sure", "okay, a large Coke", "is that right?", "right, mushrooms on that"])
def test_a_confirm_without_a_plain_yes_is_refused(ordering: Conversation, words: str) -> None:
    ordering.reads_back()
    ordering.caller_says(words)
    assert answer(ordering.tool("confirm_order"))["ok"] is False


def test_other_words_than_the_read_back_are_no_ground_for_a_confirm(ordering: Conversation) -> None:
    read_back_text(ordering)
    ordering.agent_says("One moment please.")
    ordering.caller_says("okay")
    assert "not heard the whole read-back" in answer(ordering.tool("confirm_order"))["error"]


def test_a_yes_before_the_read_back_is_no_answer_to_it(ordering: Conversation) -> None:
    text = read_back_text(ordering)
    ordering.caller_says("yes please, that's all")
    ordering.agent_says(text)
    assert "not answered the read-back" in answer(ordering.tool("confirm_order"))["error"]


def test_a_yes_over_the_first_words_asks_for_one_more(ordering: Conversation) -> None:
    text = read_back_text(ordering)
    response = ordering.begin_response()
    ordering.begin_speech(response, text)
    ordering.caller_says("okay")
    ordering.end_response(response, spoke=True)
    ordering.heard()
    assert "not answered the read-back" in answer(ordering.tool("confirm_order"))["error"]
    ordering.caller_says("yes")
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_a_no_over_the_first_words_is_a_no(ordering: Conversation) -> None:
    text = read_back_text(ordering)
    response = ordering.begin_response()
    ordering.begin_speech(response, text)
    ordering.caller_says("no, that's wrong")
    ordering.end_response(response, spoke=True)
    ordering.heard()
    assert "did not say yes" in answer(ordering.tool("confirm_order"))["error"]


def test_a_read_back_dies_with_its_model_unless_it_was_heard(ordering: Conversation) -> None:
    read_back_text(ordering)
    ordering.tell(ModelLost, code="WS_CONNECTION_FAILED")
    ordering.model_comes_up()
    ordering.agent_says("Sorry, I am back.")
    ordering.caller_says("okay good")
    assert "not heard the whole read-back" in answer(ordering.tool("confirm_order"))["error"]


def test_a_yes_counts_no_more_once_later_words_were_lost(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    item, _ = ordering.turn()
    ordering.words(item, "", "transcription.error")
    assert "not answered the read-back" in answer(ordering.tool("confirm_order"))["error"]


def test_noise_after_a_yes_leaves_it(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    ordering.caller_says("uh")
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_words_lost_over_the_agent_are_not_forgotten_with_their_turn(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    ordering.agent_speaks("One moment.")
    item, _ = ordering.turn()
    ordering.words(item, "", "transcription.error")
    ordering.heard()
    assert ordering.call.turns.get(item) is None
    assert answer(ordering.tool("confirm_order"))["ok"] is False


def test_a_mere_sound_over_the_agent_is_skipped(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    ordering.agent_speaks("One moment.")
    item, _ = ordering.turn()
    ordering.words(item, "mm-hm")
    ordering.heard()
    assert ordering.call.turns.get(item) is None
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_another_tool_leaves_the_confirm_its_patience(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.turn()
    response = ordering.begin_response()
    assert ordering.calls(response, "confirm_order", {}) == []
    assert answer(ordering.calls(response, "get_order", {}))["ok"] is True
    assert ordering.end_response(response) == []
    effects = ordering.wait_for(AnswerTool)
    assert answer(effects)["ok"] is False
    assert effects[-1] == RequestResponse()


def test_an_emptied_order_is_not_held(ordering: Conversation) -> None:
    assert only(ordering.tool("remove_line", line_id="L1"), HoldOrder).order is None


def test_an_emptied_order_leaves_the_one_held_before_it(talk: Conversation, ordering: Conversation) -> None:
    assert ordering.call.order is not None
    held = ordering.call.order.model_copy(update={"id": "order-CA0"})
    second = Conversation(talk.restaurant, "CA1").answered(held)
    second.tool("set_line", item_id="coke")
    assert only(second.tool("remove_line", line_id="L1"), HoldOrder).order == held


def test_declining_the_held_order_holds_the_new_one(talk: Conversation, ordering: Conversation) -> None:
    assert ordering.call.order is not None
    second = Conversation(talk.restaurant, "CA1").answered(ordering.call.order.model_copy(update={"id": "order-CA0"}))
    second.tool("set_line", item_id="tiramisu")
    kept = only(second.tool("resume_order", accept=False), HoldOrder).order
    assert kept == second.call.order
    assert second.call.desk.held is None
