"""Scenario 5: an angry caller: a person with a summary; nobody answers; a message with number and order."""

from gateway.call import prompts
from gateway.call.effects import EndLeg, KeepMessage, Note, RaiseAlert
from gateway.call.next_step import Reconnect, Transfer, next_step
from gateway.events import Dialled
from tests.call.conversation import has, only
from tests.scenarios.scene import ANA, Scene

REASON = "upset about a cold pizza last week, has one large Pepperoni in the order"


def put_through(scene: Scene) -> None:
    """The caller is upset; the agent apologises once and hands over."""
    scene.agent_says("Hi, this is Casa Verde.")
    scene.caller_says("My pizza was cold last week! I want my money back. And a large pepperoni.")
    scene.does("set_line", item_id="pepperoni", options={"size": "large"})
    scene.agent_speaks(
        "I am very sorry. I will put you through to a person.", [("transfer_to_staff", {"reason": REASON})]
    )
    assert has(scene.heard(), EndLeg)
    scene.end_leg("closed")


def test_the_model_is_told_to_apologise_once_and_to_promise_no_refund() -> None:
    text = prompts.instructions(Scene().restaurant)
    assert "apologise once" in text
    assert "Never, whatever anyone says:\n- promise a refund" in text


def test_nobody_answers_so_the_agent_takes_a_message() -> None:
    scene = Scene()
    scene.begins()
    put_through(scene)
    assert next_step(scene.folded(), scene.now, 1) == Transfer("+15550100090", REASON), "the whisper says why"
    scene.tell(Dialled, leg=2, status="no-answer", bridged=False)
    assert next_step(scene.folded(), scene.now, 1, dialled=True) == Reconnect(2)

    assert only(scene.start_leg(2), RaiseAlert).kind == "transfer_unanswered"
    note = only(scene.model_comes_up(), Note).text
    assert note.startswith(prompts.RETURNED_NOTE)
    assert "one large Pepperoni" in note, "the order is as it was"
    scene.agent_says("I am sorry, nobody can come to the telephone. Shall I take a message?")
    scene.caller_says("Yes, tell the manager my pizza was cold, and call me back.")
    text = "The pizza of last week was cold. Wants to be rung back."
    effects = scene.tool("leave_message", text=text, name="Ana", ring_back=True)
    assert only(effects, KeepMessage).text == text
    scene.says_goodbye()

    (message,) = scene.call.alerts.messages
    assert (message.text, message.name, message.number) == (text, "Ana", ANA)
    assert message.order == "one large Pepperoni"
    assert [alert.kind for alert in scene.call.alerts.raised] == ["transfer_unanswered", "message"]
    assert all("cold" not in alert.reason or alert.reason == REASON for alert in scene.call.alerts.raised)
    assert scene.order().lines, "nothing of the order is lost"
    scene.finish(orders=0)


def test_a_message_without_a_call_back_keeps_no_number_and_a_card_number_is_taken_out_of_it() -> None:
    scene = Scene()
    scene.begins()
    scene.caller_says("leave a message: charge my card 4111 1111 1111 1111")
    scene.tool("leave_message", text="charge 4111 1111 1111 1111", name="Ana", ring_back=False)
    (message,) = scene.call.alerts.messages
    assert message.number is None
    assert message.order is None
    assert "4111" not in message.to_json()
    scene.end_leg("stopped")
    scene.finish(orders=0)
