"""A submit that the store does not answer: what the caller hears meanwhile, and who takes over in the end."""

from datetime import timedelta

from gateway.call import prompts
from gateway.call.desk import SUBMIT_LIMIT
from gateway.call.effects import PlayClip, RequestResponse, SubmitOrder
from gateway.call.holding import HOLD_EVERY
from gateway.call.next_step import Transfer, next_step
from gateway.call.states import State
from gateway.events import OrderEvent, PlaybackFinished, PlaybackStarted, SubmitDelayed
from gateway.orders.order import OrderState
from tests.call.conversation import Conversation, answer, has, only, outcome


def confirmed(talk: Conversation) -> Conversation:
    """The caller has said yes, and the order is on its way to the store."""
    talk.reads_back()
    talk.caller_says("yes")
    assert has(talk.tool("confirm_order"), SubmitOrder)
    return talk


def delayed(talk: Conversation) -> list[object]:
    return list(talk.tell(SubmitDelayed, waited_s=1.5))


def test_the_caller_is_told_to_hold_on_as_often_as_it_takes(ordering: Conversation) -> None:
    confirmed(ordering)
    for _ in range(2):
        assert delayed(ordering) == [PlayClip("hold")]
        ordering.tell(PlaybackStarted, item_id="clip.hold.1")
        assert delayed(ordering) == [], "it is being said"
        ordering.tell(PlaybackFinished)
        assert delayed(ordering) == [], "it was said just now"
        ordering.now += timedelta(seconds=HOLD_EVERY)
    told = answer(ordering.tell(OrderEvent, **outcome("complete")))
    assert told["ok"] is True
    assert delayed(ordering) == [], "it is done"
    assert ordering.order_state() is OrderState.SUBMITTED


def test_meanwhile_nobody_is_asked_whether_they_are_there_and_the_model_is_not_taken_for_lost(
    ordering: Conversation,
) -> None:
    confirmed(ordering)
    began = ordering.now
    while (ordering.now - began).total_seconds() < SUBMIT_LIMIT - 1:
        effects = ordering.wait()
        if ordering.call.desk.submitting:
            assert all(isinstance(effect, PlayClip) for effect in effects)
    assert not ordering.call.desk.submitting
    assert (ordering.now - began).total_seconds() > SUBMIT_LIMIT - 2


def test_a_model_that_has_begun_to_answer_is_not_taken_for_silent_either(ordering: Conversation) -> None:
    confirmed(ordering)
    ordering.begin_response()
    assert ordering.state() is State.RESPONSE_GENERATION
    for _ in range(4):
        assert all(isinstance(effect, PlayClip) for effect in ordering.wait())
    assert ordering.state() is State.RESPONSE_GENERATION


def test_an_order_that_is_not_stored_for_certain_goes_to_a_person(ordering: Conversation) -> None:
    confirmed(ordering)
    effects = ordering.tell(OrderEvent, **outcome("error"))
    assert answer(effects)["error"] == prompts.NOT_SURE_PERSON
    assert has(effects, RequestResponse)
    assert ordering.order_state() is OrderState.READ_BACK
    ordering.agent_says("I can't be certain that your order is placed. I am putting you through.")
    step = next_step(ordering.folded(), ordering.now, 1)
    assert step == Transfer("+15550100090", "the order could not be stored for certain")


def test_when_nobody_says_what_became_of_it_that_is_the_same(ordering: Conversation) -> None:
    confirmed(ordering)
    while ordering.call.desk.submitting:
        effects = ordering.wait()
    assert answer(effects)["error"] == prompts.NOT_SURE_PERSON
    assert ordering.tell(OrderEvent, **outcome("error")) == []


def test_where_there_is_no_person_a_message_is_offered(alone: Conversation) -> None:
    confirmed(alone)
    told = answer(alone.tell(OrderEvent, **outcome("error")))["error"]
    assert told == prompts.NOT_SURE
    assert "leave_message" in told
    assert alone.call.ended is None


def test_a_leg_that_has_ended_meanwhile_puts_nobody_through(ordering: Conversation) -> None:
    confirmed(ordering)
    ordering.end_leg("lost")
    ordering.tell(OrderEvent, **outcome("error"))
    assert ordering.call.deadline is None
    assert ordering.call.ended is None


def test_the_next_leg_asks_again_and_waits_again(ordering: Conversation) -> None:
    confirmed(ordering)
    ordering.end_leg("lost")
    other = ordering.in_another_process()
    assert only(other.start_leg(2), SubmitOrder).order.id == "order-CA1"
    other.model_comes_up()
    assert delayed(other) == [PlayClip("hold")]
