"""Scenario 1: corrections. The order exactly as meant in the end, asked once for what is missing, placed once."""

from gateway.call.effects import AnswerTool
from gateway.call.states import State
from gateway.orders.order import OrderState
from tests.call.conversation import has
from tests.scenarios.scene import Scene

SAID = [
    ("agent", "Hi, this is Casa Verde. What can I get for you?"),
    ("caller", "Two large margheritas... no, make that one large and one small, and mushrooms on the small."),
    ("agent", "One large and one small Margherita. Anything else?"),
    ("caller", "Wings."),
    ("agent", "Which size, six or twelve, and which sauce: BBQ, Hot or Garlic?"),
    ("caller", "Twelve, garlic. Actually take the mushrooms off."),
]


def test_corrections() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says(SAID[0][1])

    scene.caller_says(SAID[1][1])
    scene.does("set_line", item_id="margherita", options={"size": "large"}, quantity=1)
    mushrooms = [{"option_id": "mushroom"}]
    scene.does("set_line", item_id="margherita", options={"size": "small"}, quantity=1, modifiers=mushrooms)
    scene.agent_says(SAID[2][1])

    scene.caller_says(SAID[3][1])
    wings = scene.does("set_line", item_id="wings", quantity=1)
    assert [gap["what"] for gap in wings["missing"] if gap["line_id"] == "L3"] == ["pieces", "sauce"], "all at once"
    assert scene.state() is State.CLARIFICATION
    scene.agent_says(SAID[4][1])

    scene.caller_says(SAID[5][1])
    done = scene.does("set_line", line_id="L3", options={"pieces": "12"}, modifiers=[{"option_id": "garlic"}])
    assert [gap for gap in done["missing"] if gap["line_id"]] == []
    scene.does("set_line", line_id="L2", modifiers=[])

    read_back = scene.reads_back()
    scene.caller_says("Yes. Ana, pickup.")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    assert scene.order_state() is OrderState.READ_BACK, "filling in blanks does not void it"
    assert scene.does("confirm_order")["state"] == "submitted"
    scene.says_goodbye()

    assert scene.lines() == [
        (1, "margherita", "large", ()),
        (1, "margherita", "small", ()),
        (1, "wings", "12", ("garlic",)),
    ]
    ticket = scene.ticket()
    assert (ticket["totals"]["subtotal"], ticket["totals"]["tax"], ticket["totals"]["total"]) == (3750, 309, 4059)
    assert (ticket["customer"]["name"], ticket["fulfilment"]["kind"]) == ("Ana", "pickup")
    said = scene.call.turns.get(read_back)
    assert said is not None
    assert scene.transcript() == [
        *SAID, ("agent", said.heard_text), ("caller", "Yes. Ana, pickup."), ("agent", "Goodbye!")
    ]  # fmt: skip
    scene.finish()


def test_a_correction_that_comes_with_the_yes_is_no_yes() -> None:
    scene = Scene()
    scene.begins()
    scene.caller_says("a coke for pickup, Ana")
    scene.does("set_line", item_id="coke")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    scene.reads_back()
    scene.caller_says("yes, no wait, make it a Sprite")
    effects = scene.tool("confirm_order")
    assert has(effects, AnswerTool)
    assert scene.submitted == []
    scene.does("remove_line", line_id="L1")
    scene.does("set_line", item_id="sprite")
    scene.is_confirmed("yes, that's right")
    scene.says_goodbye()
    assert scene.lines() == [(1, "sprite", "regular", ())]
    scene.finish()
