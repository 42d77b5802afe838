"""Scenario 6: transfer and return, as far as the core decides it (the dialling itself is Twilio's)."""

from datetime import timedelta

import pytest

from gateway.call import prompts
from gateway.call.effects import EndLeg, Note
from gateway.call.next_step import Goodbye, Reconnect, Transfer, next_step
from gateway.events import CallStarted, Dialled, Disclosed, HungUp, KeyPressed, TransferAccepted, TransferAnswered
from gateway.orders.order import Order
from tests.call.conversation import has, only
from tests.scenarios.house import clock
from tests.scenarios.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """A caller with an order who asks for a person."""
    scene = Scene()
    scene.begins()
    scene.agent_says("Hi, this is Casa Verde.")
    scene.caller_says("a large margherita, and I have a question for a person")
    scene.does("set_line", item_id="margherita", options={"size": "large"})
    scene.agent_speaks("One moment.", [("transfer_to_staff", {"reason": "a question about an event"})])
    assert has(scene.heard(), EndLeg)
    scene.end_leg("closed")
    return scene


def test_a_person_accepts_and_the_agent_is_out_of_it(scene: Scene) -> None:
    assert next_step(scene.folded(), scene.now, 1) == Transfer("+15550100090", "a question about an event")
    scene.tell(TransferAnswered, leg=2)
    scene.tell(TransferAccepted, leg=2)
    scene.tell(Dialled, leg=2, status="completed", bridged=True)
    assert next_step(scene.folded(), scene.now, 1, dialled=True) == Goodbye()
    scene.tell(HungUp)
    scene.finish(orders=0)


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_nobody_answers_and_the_caller_is_back_with_the_order_intact(scene: Scene, status: str) -> None:
    before: Order = scene.order()
    scene.tell(Dialled, leg=2, status=status)  # "completed": a machine answered, or somebody who did not want to
    assert next_step(scene.folded(), scene.now, 1, dialled=True) == Reconnect(2)
    scene.start_leg(2)
    assert only(scene.model_comes_up(), Note).text.startswith(prompts.RETURNED_NOTE)
    assert scene.order() == before
    scene.agent_says("Sorry, nobody could answer. Shall we go on?")
    scene.caller_says("yes. Ana, pickup")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    scene.is_confirmed()
    scene.says_goodbye()
    assert scene.lines() == [(1, "margherita", "large", ())]
    scene.finish()


def test_the_key_0_before_the_agent_has_said_a_word_is_a_transfer_too() -> None:
    scene = Scene()
    scene.begins()
    scene.tell(KeyPressed, digit="0")
    scene.end_leg("closed")
    assert isinstance(next_step(scene.folded(), scene.now, 1), Transfer)
    scene.start_leg(2)
    assert only(scene.model_comes_up(), Note).text.startswith(prompts.RETURNED_NOTE)
    scene.end_leg("stopped")
    scene.finish(orders=0)


def test_after_two_attempts_a_message_is_taken_and_nobody_is_rung(scene: Scene) -> None:
    scene.tell(Dialled, leg=2, status="no-answer")
    scene.start_leg(2)
    scene.model_comes_up()
    scene.agent_says("Sorry, nobody could answer.")
    scene.caller_says("try again please")
    scene.agent_speaks("One moment.", [("transfer_to_staff", {"reason": "a question about an event"})])
    assert has(scene.heard(), EndLeg), "a second time is fair"
    scene.end_leg("closed")
    scene.tell(Dialled, leg=3, status="busy")
    scene.start_leg(3)
    scene.model_comes_up()
    refused = scene.does("transfer_to_staff", reason="the same")
    assert refused["ok"] is False
    assert "was rung already, and nobody took the call. Tell the caller, and offer leave_message" in refused["error"]
    effects = scene.tell(KeyPressed, digit="0")
    assert "was rung already" in only(effects, Note).text
    assert not has(effects, EndLeg)
    assert scene.does("leave_message", text="an event for twenty", name="Ana", ring_back=True)["ok"] is True
    scene.says_goodbye()
    assert [message.text for message in scene.call.alerts.messages] == ["an event for twenty"]
    assert [alert.kind for alert in scene.call.alerts.raised] == ["transfer_unanswered"] * 2 + ["message"]
    scene.finish(orders=0)


def test_some_minutes_later_it_may_be_tried_once_more(scene: Scene) -> None:
    for leg in (2, 3):
        scene.tell(Dialled, leg=leg, status="no-answer")
        scene.start_leg(leg)
        scene.model_comes_up()
        if leg == 2:
            scene.tell(KeyPressed, digit="0")
            scene.end_leg("closed")
    scene.now += timedelta(minutes=5)
    assert has(scene.tell(KeyPressed, digit="0"), EndLeg)
    scene.end_leg("closed")
    scene.finish(orders=0)


def test_the_key_0_before_the_model_is_up_when_nobody_can_be_reached() -> None:
    scene = Scene(at=clock("2026-11-18", "22:40"))
    scene.tell(CallStarted, restaurant_id=scene.restaurant.id)
    scene.tell(Disclosed, text=scene.restaurant.disclosure)
    scene.start_leg(1)
    assert scene.tell(KeyPressed, digit="0") == []
    notes = [effect.text for effect in scene.model_comes_up() if isinstance(effect, Note)]
    assert any("pressed 0" in note and "is closed" in note for note in notes)
    scene.end_leg("stopped")
    scene.finish(orders=0)
