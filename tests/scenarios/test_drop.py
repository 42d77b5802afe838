"""Scenario 3: the line drops; the same number is offered its order again. One order, however many legs."""

from gateway.call import prompts
from gateway.call.effects import HoldOrder, Note
from gateway.call.next_step import Reconnect, next_step
from gateway.orders.menu import Menu
from gateway.orders.order import Order
from tests.call.conversation import only
from tests.scenarios.house import HOUSE, MENU
from tests.scenarios.scene import Scene


def dropped() -> tuple[Scene, Order]:
    """A call that was lost after two items, and what the store holds of it."""
    scene = Scene()
    scene.begins()
    scene.agent_says("What can I get for you?")
    scene.caller_says("a large pepperoni and a small margherita")
    scene.does("set_line", item_id="pepperoni", options={"size": "large"})
    scene.does("set_line", item_id="margherita", options={"size": "small"})
    scene.end_leg("lost")
    held = [effect.order for effect in scene.effects if isinstance(effect, HoldOrder)][-1]
    assert held is not None
    assert scene.call.deadline is None
    return scene, held


def test_the_same_number_takes_its_order_up_again() -> None:
    first, held = dropped()
    first.finish(orders=0)
    second = Scene(at=first.now)
    second.take_id("CA2")
    note = only(second.begins(held=held), Note).text
    assert note.startswith(prompts.HELD_ORDER_NOTE)
    assert "one large Pepperoni; one small Margherita" in note
    second.agent_says("Welcome back. Shall we go on with your order?")
    second.caller_says("Yes, and a Coke.")
    assert second.does("resume_order", accept=True)["ok"] is True
    second.does("set_line", item_id="coke")
    second.does("set_customer", name="Ana", fulfilment="pickup")
    second.is_confirmed()
    second.says_goodbye()
    assert [(quantity, item) for quantity, item, *_ in second.lines()] == [
        (1, "pepperoni"), (1, "margherita"), (1, "coke")
    ]  # fmt: skip
    (order,) = second.submitted
    assert order.id == held.id, "one order over both calls, so the POS is told once"
    second.finish()


def test_another_number_and_one_that_comes_too_late_learn_nothing() -> None:
    dropped()
    other = Scene()
    other.begins()
    assert other.notes(prompts.HELD_ORDER_NOTE) == []
    assert other.call.desk.held is None
    refused = other.does("resume_order", accept=True)
    assert refused["ok"] is False
    other.end_leg("stopped")
    other.finish(orders=0)


def test_a_process_that_is_killed_is_followed_by_a_leg_that_goes_on() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says("What can I get for you?")
    scene.caller_says("a large pepperoni, Ana, pickup")
    scene.does("set_line", item_id="pepperoni", options={"size": "large"})
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    assert next_step(scene.folded(), scene.now, 1) == Reconnect(2), "no end of the leg is in the log"
    scene.start_leg(2)  # the old leg may even be half open still: what it writes is refused by the store's fence
    note = only(scene.model_comes_up(), Note).text
    assert note.startswith(prompts.RESUMED_NOTE)
    assert "one large Pepperoni" in note
    scene.agent_says("Sorry, I am back.")
    scene.is_confirmed()
    scene.says_goodbye()
    assert [leg for leg, _ in scene.call.legs] == [1, 2]
    scene.finish()


def test_a_leg_that_dies_between_the_yes_and_its_outcome_submits_the_same_order_again() -> None:
    scene = Scene()
    scene.begins()
    scene.caller_says("a coke, Ana, pickup")
    scene.does("set_line", item_id="coke")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    scene.dies_on_submit = True
    scene.reads_back()
    scene.caller_says("yes")
    scene.tool("confirm_order")
    scene.dies_on_submit = False
    scene.start_leg(2)
    first, second = scene.submitted
    assert first == second, "the store places it once, by its id"
    del scene.submitted[1]
    scene.model_comes_up()
    scene.agent_says("Your order is placed.")
    scene.says_goodbye()
    scene.finish()


def test_prices_that_changed_in_between_are_told_and_read_back() -> None:
    _, held = dropped()
    text = MENU.model_dump_json().replace('"price":1650', '"price":1700')
    dearer = HOUSE.model_copy(update={"menu": Menu.model_validate_json(text)})
    second = Scene(dearer)
    second.take_id("CA2")
    second.begins(held=held)
    answered = second.does("resume_order", accept=True)
    (change,) = answered["changes"]
    assert "now $17.00, before $16.50" in change
    assert change in answered["say"]
    second.does("set_customer", name="Ana", fulfilment="pickup")
    second.is_confirmed()
    second.says_goodbye()
    assert second.ticket()["lines"][0]["price"] == 1700
    second.finish()


def test_what_is_declined_is_held_no_more_and_what_is_asked_about_stays_held() -> None:
    _, held = dropped()
    second = Scene()
    second.take_id("CA2")
    note = only(second.begins(held=held), Note).text
    assert "If they ask what was in it, tell them" in note
    second.caller_says("what did I have?")
    assert second.call.desk.held == held
    assert second.does("resume_order", accept=False)["ok"] is True
    assert [effect.order for effect in second.effects if isinstance(effect, HoldOrder)] == [None]
    assert second.does("resume_order", accept=True)["ok"] is False
    second.end_leg("stopped")
    second.finish(orders=0)
