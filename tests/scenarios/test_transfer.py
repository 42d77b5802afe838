"""Scenario 6: transfer and return, as far as the core decides it (the dialling itself is Twilio's)."""

import pytest

from gateway.call import prompts
from gateway.call.effects import EndLeg, Note
from gateway.call.next_step import BACK_TO_AGENT, Goodbye, Reconnect, Transfer, next_step
from gateway.events import KeyPressed
from gateway.orders.order import Order
from tests.call.conversation import has, only
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
    assert next_step(scene.folded(), scene.now, 1, "completed") == Goodbye()
    scene.finish(orders=0)


@pytest.mark.parametrize("status", sorted(BACK_TO_AGENT))
def test_nobody_answers_and_the_caller_is_back_with_the_order_intact(scene: Scene, status: str) -> None:
    before: Order = scene.order()
    assert next_step(scene.folded(), scene.now, 1, status) == Reconnect(2)
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
