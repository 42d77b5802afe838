"""What a model is told that comes into a call others began, and the legs of a call as its log has them."""

import pytest

from gateway.call import prompts
from gateway.call.effects import Note, SubmitOrder
from gateway.events import ModelLost, OrderData, OrderEvent
from tests.call.conversation import Conversation


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
    assert told(ordering) == prompts.RECOVERED_NOTE
    ordering.end_leg("lost")
    ordering.start_leg(2)
    assert told(ordering).startswith(prompts.RESUMED_NOTE)
    assert [leg for leg, _ in ordering.call.legs] == [1, 2]
