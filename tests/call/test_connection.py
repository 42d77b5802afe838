"""The model's side of a call: lost and recovered, what it is told that comes into a call others began, and the legs."""

import pytest

from gateway.call import prompts
from gateway.call.effects import (
    CloseModel,
    ConfigureModel,
    EndLeg,
    Note,
    OpenModel,
    PlayClip,
    ReportError,
    RequestResponse,
    SubmitOrder,
)
from gateway.call.states import State
from gateway.events import (
    ConnectionFailed,
    KeyPressed,
    ModelLost,
    ModelOpened,
    OrderData,
    OrderEvent,
    SessionRequested,
)
from tests.call.conversation import Conversation, has, only


@pytest.fixture
def placed(ordering: Conversation) -> Conversation:
    """A caller whose order the store has taken; the goodbye was not said."""
    ordering.reads_back()
    ordering.caller_says("yes")
    (submit,) = [effect for effect in ordering.tool("confirm_order") if isinstance(effect, SubmitOrder)]
    data = OrderData(intent="confirm", items=(), total_amount=1786, status="confirmed")
    ordering.tell(OrderEvent, type="order.complete", order_id=submit.order.id, data=data)
    return ordering


def told(talk: Conversation) -> str:
    """The note that the model begins with."""
    (note,) = [effect for effect in talk.model_comes_up() if isinstance(effect, Note)]
    return note.text


def test_a_caller_who_comes_back_after_the_order_was_placed_is_told_so_and_not_asked_on(placed: Conversation) -> None:
    placed.end_leg("lost")
    other = placed.in_another_process()
    other.start_leg(2)
    assert told(other) == prompts.placed_note(prompts.summary(other.call.order, other.restaurant.menu))  # type: ignore[arg-type]  # a leg has an order
    assert [leg for leg, _ in other.call.legs] == [1, 2]


def test_a_model_that_is_lost_after_the_order_was_placed_is_told_so_too(placed: Conversation) -> None:
    placed.tell(ModelLost)
    assert told(placed).startswith(
        f"{prompts.RESUMED_NOTE} the line dropped for a moment and is back. The order is placed"
    )


def test_before_that_the_order_is_gone_on_with(ordering: Conversation) -> None:
    ordering.tell(ModelLost)
    assert told(ordering) == f"{prompts.RECOVERED_NOTE} {prompts.ACTED_ON}", "the wish was carried out, and not told"
    ordering.caller_says("and what do you have with mushrooms?")
    ordering.tell(ModelLost)
    assert told(ordering) == prompts.RECOVERED_NOTE
    ordering.end_leg("lost")
    ordering.start_leg(2)
    assert told(ordering).startswith(prompts.RESUMED_NOTE)
    assert [leg for leg, _ in ordering.call.legs] == [1, 2]


def test_a_held_order_that_was_asked_about_and_not_answered_is_asked_about_again(talk: Conversation) -> None:
    talk.answered(Conversation(talk.restaurant, "CA0").answered().order_taken().call.order)
    talk.tell(ModelLost)
    assert told(talk).startswith(prompts.HELD_ORDER_NOTE)
    talk.caller_says("no, a coke")
    talk.tool("resume_order", accept=False)
    talk.tell(ModelLost)
    assert told(talk).startswith(prompts.RECOVERED_NOTE)


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


def test_a_lost_model_is_recovered_behind_a_clip(ordering: Conversation) -> None:
    before = ordering.call.order
    effects = ordering.tell(ModelLost, code="WS_CONNECTION_FAILED")
    assert [type(effect) for effect in effects] == [CloseModel, ReportError, PlayClip, OpenModel]
    assert effects[-1] == OpenModel(fresh=True, after="WS_CONNECTION_FAILED")
    assert ordering.state() is State.RECOVERING
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
    ordering.agent_says("Anything else?")
    assert ordering.tell(ModelLost, planned=True) == [CloseModel(), OpenModel(fresh=True)]
    ordering.tell(ModelOpened)
    assert ordering.session("session.updated") == [Note(prompts.MOVED_NOTE)]


def test_a_model_lost_while_the_caller_still_hears_it_needs_no_clip(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have many, many things.")
    assert not has(talk.tell(ModelLost), PlayClip)
    talk.tell(ModelOpened)
    talk.session("session.updated")
    assert talk.state() is State.AUDIO_PLAYBACK
    talk.heard()
    assert talk.state() is State.READY


def test_a_loss_that_no_retry_mends_ends_the_leg(talk: Conversation) -> None:
    talk.answered()
    effects = talk.tell(ModelLost, code="API_KEY_INVALID")
    assert not has(effects, OpenModel)
    assert has(effects, EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("text_only", "model: API_KEY_INVALID")


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
    assert talk.state() is State.DISCONNECTED
    assert talk.call.ended is not None
    assert talk.call.ended.next == "text_only"


def test_a_late_failure_to_connect_is_ignored(talk: Conversation) -> None:
    talk.answered()
    assert talk.tell(ConnectionFailed) == []
    assert talk.state() is State.READY


def test_a_session_that_is_not_as_we_want_it_ends_the_leg(talk: Conversation) -> None:
    talk.ring()
    talk.tell(ModelOpened)
    talk.tell(SessionRequested)
    effects = talk.session("session.error")
    assert has(effects, EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("text_only", "model: AUDIO_FORMAT_ERROR")
