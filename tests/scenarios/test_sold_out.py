"""Scenario 4: sold out between the adding and the confirm; a combo outside its hours."""

from gateway.call import prompts
from gateway.call.effects import Note
from gateway.orders.order import OrderState
from tests.call.conversation import has
from tests.scenarios.house import clock
from tests.scenarios.scene import Scene


def test_what_runs_out_before_the_confirm_is_told_and_replaced() -> None:
    scene = Scene()
    scene.begins()
    scene.caller_says("a large pepperoni and a tiramisu, for Ana, pickup")
    scene.does("set_line", item_id="pepperoni", options={"size": "large"})
    scene.does("set_line", item_id="tiramisu")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    item = scene.reads_back()
    first = scene.call.turns.get(item)

    effects = scene.offers("tiramisu")
    assert has(effects, Note), "the model knows before it asks"
    scene.caller_says("yes")
    refused = scene.does("confirm_order")
    assert refused["ok"] is False
    assert "We are out of Tiramisu." in refused["error"]
    assert "Cannoli" in refused["error"], "with what there is instead"
    assert scene.submitted == []
    assert scene.order().is_open, "it stays to be changed"
    scene.agent_says("I am sorry, we are out of Tiramisu. Would you like a Cannoli instead?")

    scene.caller_says("yes, a cannoli then")
    scene.does("remove_line", line_id="L2")
    scene.does("set_line", item_id="cannoli")
    assert scene.order_state() is OrderState.DRAFT, "the old read-back counts no more"
    assert scene.does("confirm_order")["ok"] is False
    scene.is_confirmed("yes, that's right")
    scene.says_goodbye()

    assert [item for _, item, *_ in scene.lines()] == ["pepperoni", "cannoli"]
    assert scene.ticket()["totals"]["subtotal"] == 1650 + 600
    read_backs = [text for speaker, text in scene.transcript() if speaker == "agent" and "Is that right?" in text]
    assert len(read_backs) == 2
    assert first is not None
    assert "Tiramisu" in read_backs[0]
    assert "Tiramisu" not in read_backs[1]
    assert len(scene.notes(prompts.SOLD_OUT_NOTE)) == 1, "told once"
    scene.finish()


def test_what_is_sold_out_already_is_not_taken() -> None:
    scene = Scene()
    scene.offers("tiramisu", "toppings/basil", until=clock("2026-11-18", "17:30"))
    scene.begins()
    refused = scene.does("set_line", item_id="tiramisu")
    assert refused["ok"] is False
    assert "We are out of Tiramisu until 17:30." in refused["error"]
    basil = [{"option_id": "basil"}]
    refused = scene.does("set_line", item_id="pepperoni", options={"size": "large"}, modifiers=basil)
    assert refused["ok"] is False
    assert scene.order().lines == ()
    scene.now = clock("2026-11-18", "17:31")
    assert scene.does("set_line", item_id="tiramisu")["ok"] is True
    scene.end_leg("stopped")
    scene.finish(orders=0)


def test_the_lunch_combo_in_the_afternoon_is_refused_with_the_reason() -> None:
    parts = [
        {"slot": "pizza", "item_id": "pepperoni", "options": {"size": "small"}},
        {"slot": "drink", "item_id": "coke"},
    ]
    scene = Scene(at=clock("2026-11-18", "16:00"))
    scene.begins()
    refused = scene.does("set_line", item_id="lunch_combo", parts=parts)
    assert refused["ok"] is False
    assert "The Lunch combo is for lunch only, 11:00 to 15:00." in refused["error"]
    scene.end_leg("stopped")
    scene.finish(orders=0)

    lunch = Scene(at=clock("2026-11-18", "14:00"))
    lunch.begins()
    assert lunch.does("set_line", item_id="lunch_combo", parts=parts)["totals"]["subtotal"] == 1100
    lunch.does("set_customer", name="Ana", fulfilment="pickup")
    lunch.is_confirmed()
    (line,) = lunch.ticket()["lines"]
    assert [part["item"]["ref"] for part in line["parts"]] == ["pepperoni", "coke"]
    lunch.says_goodbye()
    lunch.finish()


def test_a_combo_that_is_confirmed_after_its_hours_is_refused_at_the_confirm() -> None:
    parts = [
        {"slot": "pizza", "item_id": "margherita", "options": {"size": "small"}},
        {"slot": "drink", "item_id": "sprite"},
    ]
    scene = Scene(at=clock("2026-11-18", "14:58"))
    scene.begins()
    scene.does("set_line", item_id="lunch_combo", parts=parts)
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    scene.reads_back()
    scene.now = clock("2026-11-18", "15:00")
    scene.caller_says("yes")
    assert "lunch only" in scene.does("confirm_order")["error"]
    scene.end_leg("stopped")
    scene.finish(orders=0)
