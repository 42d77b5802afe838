"""What has run out during a call: the tools know at once, the model once and at a good moment."""

from datetime import timedelta

from gateway.call import prompts
from gateway.call.effects import Effect, Note, RequestResponse
from gateway.call.offers import offer_changed, offer_of
from gateway.events import OfferChanged
from gateway.orders.offer import Offer, Pause
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from tests.call.conversation import NOON, Conversation, answer, has, only

PEPPERONI_OUT = Offer(SoldOut((SoldOutEntry("pepperoni"),)))


def told(talk: Conversation, offer: Offer) -> list[Effect]:
    """The call learns what can be had."""
    talk.now += timedelta(milliseconds=500)
    return talk.take(offer_changed(offer, "CA1", talk.now))


def test_an_offer_goes_through_the_log_unchanged() -> None:
    offer = Offer(SoldOut((SoldOutEntry("coke"), SoldOutEntry("toppings/basil", NOON))), 45)
    assert offer_of(offer_changed(offer, "CA1", NOON)) == offer
    for pause in (Pause(), Pause(NOON, "the oven is down")):
        paused = Offer(pause=pause)
        assert offer_of(offer_changed(paused, "CA1", NOON)) == paused
    assert offer_of(OfferChanged(session_id="CA1", timestamp=0)) == Offer()


def test_what_runs_out_of_the_open_order_is_told_without_a_word_to_the_caller(ordering: Conversation) -> None:
    effects = told(ordering, PEPPERONI_OUT)
    note = only(effects, Note).text
    assert note.startswith(prompts.SOLD_OUT_NOTE)
    assert "We are out of Pepperoni." in note
    assert "Margherita" in note, "and what there is in its place"
    assert not has(effects, RequestResponse)
    assert not has(told(ordering, PEPPERONI_OUT), Note), "once"


def test_what_nobody_ordered_is_not_told(ordering: Conversation) -> None:
    assert told(ordering, Offer(SoldOut((SoldOutEntry("tiramisu"),)), 45)) == []
    assert ordering.call.desk.offer.quote_minutes == 45


def test_a_model_that_speaks_is_told_when_it_has_finished(ordering: Conversation) -> None:
    response = ordering.begin_response()
    assert told(ordering, PEPPERONI_OUT) == []
    assert has(ordering.end_response(response), Note)


def test_a_new_model_is_told_again_and_so_is_one_for_whom_it_was_back(ordering: Conversation) -> None:
    told(ordering, PEPPERONI_OUT)
    assert told(ordering, Offer()) == []
    assert has(told(ordering, PEPPERONI_OUT), Note)
    other = ordering.in_another_process()
    other.start_leg(2)
    notes = [effect.text for effect in other.model_comes_up() if isinstance(effect, Note)]
    assert [note.split(":")[0] for note in notes] == ["CALL RESUMED", "SOLD OUT"]


def test_the_tools_refuse_it_at_the_read_back_and_the_order_can_be_changed(ordering: Conversation) -> None:
    told(ordering, PEPPERONI_OUT)
    refused = answer(ordering.tool("read_back"))
    assert refused["ok"] is False
    assert "We are out of Pepperoni." in refused["error"]
    ordering.tool("remove_line", line_id="L1")
    ordering.tool("set_line", item_id="margherita", options={"size": "large"})
    assert answer(ordering.tool("read_back"))["ok"] is True


def test_a_call_that_begins_knows_what_has_run_out_before(talk: Conversation) -> None:
    talk.take(offer_changed(PEPPERONI_OUT, "CA1", NOON))
    talk.answered()
    assert talk.call.desk.offer == PEPPERONI_OUT
    assert talk.folded().desk.offer == PEPPERONI_OUT
