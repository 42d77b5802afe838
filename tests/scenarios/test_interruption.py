"""Scenario 2: the caller cuts in; what was not heard is forgotten; an "mm-hm" over the read-back is nothing."""

from gateway.call.effects import CancelResponse, ClearPlayout, DeleteItem, TruncateItem
from gateway.orders.order import OrderState
from tests.call.conversation import has, only
from tests.scenarios.scene import Scene

MENU = "We have pizzas: Margherita and Pepperoni; wings; Coke, Sprite and water; and Tiramisu."


def test_the_caller_cuts_in_with_a_half() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says("Hi, this is Casa Verde.")
    scene.caller_says("What do you have?")
    response = scene.begin_response()
    item = scene.begin_speech(response, MENU)
    scene.voice("speech_start")
    effects = scene.interrupts((item, 2000, 8000))
    assert has(effects, ClearPlayout)
    assert only(effects, CancelResponse).response_id == response
    assert only(effects, TruncateItem) == TruncateItem(item, 0, 2000)
    scene.end_response(response, status="cancelled", spoke=True)
    heard = scene.call.turns.get(item)
    assert heard is not None
    assert heard.heard_text == "We have pizzas:", "a quarter of it, to the last whole word"

    scene.caller_says("just a pepperoni large, half with jalapeno")
    half = [{"option_id": "jalapeno", "placement": "right"}]
    placed = scene.does("set_line", item_id="pepperoni", options={"size": "large"}, modifiers=half)
    assert placed["totals"]["subtotal"] == 1750
    scene.agent_says("Got it. Anything else?")
    scene.caller_says("That's all. Ana, pickup.")
    scene.does("set_customer", name="Ana", fulfilment="pickup")

    read_back = scene.reads_back(then_heard=False)
    mm_hm, effects = scene.turn()
    assert effects == [], "nothing is interrupted"
    assert scene.words(mm_hm, "mm-hm") == []
    assert scene.heard() == [DeleteItem(mm_hm)]
    assert scene.order_state() is OrderState.READ_BACK
    spoken = scene.call.turns.get(read_back)
    assert spoken is not None
    assert "jalapeños on the right half" in spoken.heard_text
    scene.caller_says("yes")
    assert scene.does("confirm_order")["ok"] is True
    scene.says_goodbye()

    (line,) = scene.ticket()["lines"]
    assert (line["item"]["ref"], line["variation"]["ref"], line["price"]) == ("pepperoni", "large", 1750)
    assert [(choice["option"]["ref"], choice["placement"]) for choice in line["modifiers"]] == [("jalapeno", "right")]
    assert "mm-hm" not in [text for _, text in scene.transcript()]
    scene.finish()
