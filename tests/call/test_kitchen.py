"""What the kitchen says of an order whose caller is still on the line."""

from datetime import UTC, datetime

import pytest

from gateway.call import prompts
from gateway.call.commands import event_of, was_taken
from gateway.call.effects import EndLeg, Note, RequestResponse
from gateway.call.kitchen import KitchenNews, kitchen_said
from gateway.call.staff import StaffCommand
from gateway.events import KitchenSaid, ModelLost, ModelOpened, OrderEvent, SessionRequested, StaffActed
from gateway.orders.order import OrderState
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import Conversation, has, only, outcome
from tests.call.same import differences

SOLD = "we are out of dough"


def said(status: str, number: int = 1, **more: object) -> dict[str, object]:
    return {"command_id": f"{number}-0", "order_id": "order-CA1", "status": status, **more}


def placed(talk: Conversation) -> Conversation:
    """The order is with the kitchen, and the caller has heard that it is placed."""
    talk.answered().order_taken()
    talk.reads_back()
    talk.caller_says("yes")
    talk.tool("confirm_order")
    talk.tell(OrderEvent, **outcome("complete"))
    talk.agent_says("Your order is placed. Anything else?")
    return talk


def test_the_caller_hears_that_the_kitchen_has_accepted_the_order_once(talk: Conversation) -> None:
    effects = placed(talk).tell(KitchenSaid, **said("accepted"))
    assert effects == [Note(prompts.accepted_note(None)), RequestResponse()]
    assert talk.order_state() is OrderState.ACCEPTED
    assert talk.tell(KitchenSaid, **said("accepted")) == [], "the same news again"
    assert talk.tell(KitchenSaid, **said("preparing", 2)) == [], "that is what accepting means"
    assert differences(talk.call, talk.folded()) == []


def test_the_caller_hears_when_it_will_be_ready_in_local_time(talk: Conversation) -> None:
    ready = datetime(2026, 11, 18, 18, 25, tzinfo=UTC).timestamp() * 1000
    effects = placed(talk).tell(KitchenSaid, **said("preparing", ready_at=ready))
    assert "ready at 13:25" in only(effects, Note).text


def test_an_order_that_is_ready_while_its_caller_still_speaks(talk: Conversation) -> None:
    placed(talk)
    assert talk.tell(KitchenSaid, **said("ready")) == [Note(prompts.ready_note()), RequestResponse()]
    assert talk.tell(KitchenSaid, **said("completed", 2)) == []
    assert talk.order_state() is OrderState.ACCEPTED


def test_good_news_hold_up_no_goodbye(talk: Conversation) -> None:
    placed(talk).agent_speaks("Goodbye!", [("end_call", {})])
    assert talk.tell(KitchenSaid, **said("accepted")) == []
    assert has(talk.heard(), EndLeg)


@pytest.mark.parametrize("status", ["rejected", "cancelled"])
def test_an_order_that_will_not_be_made_is_told_with_its_reason_and_a_person_is_offered(
    talk: Conversation, status: str
) -> None:
    effects = placed(talk).tell(KitchenSaid, **said(status, reason='we are "out" of dough'))
    note = only(effects, Note).text
    assert has(effects, RequestResponse)
    assert "has rejected the order. They say: \"we are 'out' of dough\". It will not be made." in note
    assert "(transfer_to_staff)" in note
    assert "no rule" in note
    assert talk.order_state() is OrderState.REJECTED
    assert talk.tell(KitchenSaid, **said("rejected", 2)) == []
    assert differences(talk.call, talk.folded()) == []


def test_what_was_accepted_may_still_be_cancelled(talk: Conversation) -> None:
    placed(talk).tell(KitchenSaid, **said("accepted"))
    assert "has rejected the order. It will not" in only(talk.tell(KitchenSaid, **said("cancelled", 2)), Note).text


def test_without_a_telephone_a_message_is_offered(casa_verde: Restaurant) -> None:
    talk = placed(Conversation(casa_verde.model_copy(update={"transfer_to": None})))
    assert "(leave_message)" in only(talk.tell(KitchenSaid, **said("rejected")), Note).text


def test_a_goodbye_is_called_off_for_bad_news_also_one_that_the_model_is_still_making(talk: Conversation) -> None:
    placed(talk).agent_speaks("Goodbye!", [("end_call", {})])
    assert talk.call.closing
    assert has(talk.tell(KitchenSaid, **said("rejected", reason=SOLD)), RequestResponse)
    assert not talk.call.closing
    assert not has(talk.heard(), EndLeg)

    other = placed(Conversation(talk.restaurant))
    response = other.begin_response()
    other.begin_speech(response, "Your order is placed. Goodbye!")
    other.tell(KitchenSaid, **said("rejected", reason=SOLD))
    other.calls(response, "end_call", {})
    assert not other.call.closing, "nobody says goodbye before the bad news were told"
    other.end_response(response, spoke=True)
    other.heard()
    other.agent_says("I am sorry, they are out of dough.")
    other.agent_speaks("Goodbye!", [("end_call", {})])
    assert other.call.closing


def test_bad_news_wait_for_a_model_and_a_later_one_knows_how_things_stand(talk: Conversation) -> None:
    placed(talk).tell(ModelLost)
    assert not has(talk.tell(KitchenSaid, **said("rejected", reason=SOLD)), Note)
    talk.tell(ModelOpened)
    talk.tell(SessionRequested)
    told = [effect.text for effect in talk.session("session.updated") if isinstance(effect, Note)]
    assert told[0].startswith(f"{prompts.RESUMED_NOTE} ")
    assert told[-1] == prompts.rejected_note(SOLD, person=True)
    talk.end_leg()
    talk.start_leg(2)
    assert only(talk.model_comes_up(), Note).text == prompts.rejected_again_note("one large Pepperoni")


def test_news_between_two_legs_reach_the_next_one(talk: Conversation) -> None:
    placed(talk).end_leg()
    talk.tell(KitchenSaid, **said("rejected", reason=SOLD))
    talk.start_leg(2)
    notes = [effect.text for effect in talk.model_comes_up() if isinstance(effect, Note)]
    assert notes == [prompts.rejected_again_note("one large Pepperoni"), prompts.rejected_note(SOLD, person=True)]


def test_news_of_another_order_or_of_one_that_is_not_placed_are_none(talk: Conversation) -> None:
    assert talk.tell(KitchenSaid, **said("accepted")) == [], "the call has not begun"
    talk.answered().order_taken()
    assert talk.tell(KitchenSaid, **said("accepted") | {"order_id": "order-CA9"}) == []
    for number, status in enumerate(("accepted", "ready", "rejected")):
        assert talk.tell(KitchenSaid, **said(status, number)) == []
    assert talk.order_state() is OrderState.DRAFT


def test_news_as_an_event_hold_no_card_number_and_one_short_line() -> None:
    at, ready = datetime(2026, 11, 18, 18, tzinfo=UTC), datetime(2026, 11, 18, 19, tzinfo=UTC)
    news = KitchenNews("1-0", "CA1", "order-CA1", "rejected", "card 4111 1111 1111 1111\n" + "x" * 500, ready)
    event = kitchen_said(news, at)
    assert (event.at, event.command_id, event.order_id, event.status) == (at, "1-0", "order-CA1", "rejected")
    assert event.ready_at == ready.timestamp() * 1000
    assert "4111" not in event.to_json()
    assert len(event.reason) < 350
    assert "\n" not in event.reason


def test_what_reaches_a_call_from_outside_is_taken_once(talk: Conversation) -> None:
    at = talk.now
    staff, news = StaffCommand("1-0", "CA1", "hint", "no basil"), KitchenNews("2-0", "CA1", "order-CA1", "accepted")
    placed(talk)
    for command, kind in ((staff, StaffActed), (news, KitchenSaid)):
        event = event_of(command, at)
        assert isinstance(event, kind)
        assert not was_taken(command, talk.call)
        talk.take(event)
        assert was_taken(command, talk.call)
