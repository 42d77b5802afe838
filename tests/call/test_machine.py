"""Whole conversations: events in, effects out. The order engine, the menu and the restaurant are real."""

from typing import Any

from gateway.call import prompts
from gateway.call.effects import (
    AnswerTool,
    CloseModel,
    ConfigureModel,
    EndLeg,
    HoldOrder,
    Note,
    OpenModel,
    RequestResponse,
    SubmitOrder,
)
from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import (
    CallStarted,
    Event,
    HungUp,
    KeyPressed,
    LegEnded,
    ModelOpened,
    OrderEvent,
    PlaybackFinished,
    PlaybackStarted,
    ResponseFinished,
    SessionRequested,
    TimedOut,
)
from gateway.orders.order import OrderState
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import Conversation, answer, has, only, outcome


def test_a_call_is_greeted(talk: Conversation) -> None:
    assert talk.ring() == [OpenModel()]
    assert talk.state() is State.CONNECTING
    (configure,) = talk.tell(ModelOpened)
    assert isinstance(configure, ConfigureModel)
    assert "Casa Verde" in configure.instructions
    assert len(configure.tools) == 17
    assert configure.history == ()
    assert talk.state() is State.CONNECTED
    assert talk.tell(SessionRequested) == []
    assert talk.session("session.updated") == [Note(prompts.greeting_note(talk.restaurant)), RequestResponse()]
    assert talk.state() is State.READY
    assert (talk.call.leg, talk.call.caller_key, talk.call.playing) == (1, "k1", False)
    talk.agent_speaks("Hi, what can I get for you?")
    assert (talk.call.state, talk.call.playing) == (State.AUDIO_PLAYBACK, True)
    talk.heard()
    assert talk.state() is State.READY


def test_an_order_is_taken_read_back_confirmed_and_submitted_once(talk: Conversation) -> None:
    talk.answered()
    item, effects = talk.turn()
    assert effects == [RequestResponse()]
    assert talk.state() is State.TRANSCRIBING
    talk.words(item, "a large pepperoni")
    assert talk.state() is State.ORDER_PROCESSING

    response = talk.begin_response()
    assert talk.state() is State.RESPONSE_GENERATION
    effects = talk.calls(response, "set_line", {"item_id": "pepperoni", "options": {"size": "large"}})
    assert answer(effects)["ok"] is True
    assert only(effects, HoldOrder).order == talk.call.order
    assert talk.end_response(response) == [RequestResponse()]
    assert talk.state() is State.READY

    talk.agent_says("One large pepperoni. Your name, and is it pickup?")
    talk.caller_says("Ana, pickup")
    talk.tool("set_customer", name="Ana", fulfilment="pickup")
    talk.reads_back()
    assert talk.order_state() is OrderState.READ_BACK

    talk.caller_says("yes please")
    effects = talk.tool("confirm_order")
    assert not has(effects, AnswerTool)
    submitted = only(effects, SubmitOrder).order
    assert (submitted.id, submitted.state, submitted.customer_name) == ("order-CA1", OrderState.CONFIRMED, "Ana")
    effects = talk.tell(OrderEvent, **outcome("complete"))
    assert answer(effects)["ok"] is True
    assert effects[-1] == RequestResponse()
    assert talk.order_state() is OrderState.SUBMITTED
    assert talk.tell(OrderEvent, **outcome("complete")) == []
    assert talk.tell(OrderEvent, **outcome("error")) == []
    assert talk.tell(OrderEvent, **outcome("processing")) == []
    assert not has(talk.tool("confirm_order"), SubmitOrder)

    effects = talk.agent_speaks("Thank you, goodbye!", [("end_call", {"reason": "done"})])
    assert not has(effects, EndLeg)
    assert talk.heard() == [EndLeg("done"), CloseModel()]
    assert talk.state() is State.DISCONNECTED
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


def test_a_held_order_that_cannot_be_read_is_not_offered(talk: Conversation) -> None:
    talk.tell(CallStarted, restaurant_id="casa-verde", held_order='{"of": "another version"}')
    talk.start_leg(1)
    assert only(talk.model_comes_up(), Note).text.startswith(prompts.GREETING_NOTE)


def test_a_call_that_is_started_twice_keeps_its_order(ordering: Conversation) -> None:
    before = ordering.call.order
    ordering.tell(CallStarted, restaurant_id="casa-verde")
    assert ordering.call.order == before


def test_key_0_reaches_a_person_at_once(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have many things.")
    assert talk.tell(KeyPressed, digit="0") == [EndLeg("the caller pressed 0"), CloseModel()]
    assert talk.call.ended is not None
    assert talk.call.ended.next == "transfer"


def test_key_0_where_nobody_can_be_reached_goes_on(casa_verde: Restaurant) -> None:
    alone = casa_verde.model_copy(update={"transfer_to": None})
    talk = Conversation(alone).answered()
    assert talk.tell(KeyPressed, digit="0") == [
        Note(prompts.nobody_note("Nobody can be reached by telephone.")),
        RequestResponse(),
    ]


def test_another_key_is_told_to_the_model(talk: Conversation) -> None:
    talk.answered()
    assert talk.tell(KeyPressed, digit="2") == [Note(prompts.key_note("2")), RequestResponse()]
    assert talk.state() is State.READY


def test_a_hang_up_is_noted(talk: Conversation) -> None:
    talk.answered()
    assert talk.end_leg("stopped") == [CloseModel()]
    talk.tell(HungUp)
    assert talk.call.hung_up
    assert talk.call.legs_lost == []


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
    assert other.state() is State.CONNECTING
    assert (other.call.leg, len(other.call.legs_lost)) == (2, 1)
    other.model_comes_up()
    assert other.call.order == ordering.call.order


def test_without_a_leg_late_events_change_nothing(ordering: Conversation) -> None:
    ordering.end_leg("stopped")
    before = ordering.call.ignored
    late: list[tuple[type[Event], dict[str, Any]]] = [
        (PlaybackStarted, {"item_id": "i"}),
        (PlaybackFinished, {}),
        (ResponseFinished, {"response_id": "r", "status": "failed"}),
        (KeyPressed, {"digit": "0"}),
        (TimedOut, {}),
        (ModelOpened, {}),
    ]
    for kind, fields in late:
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
