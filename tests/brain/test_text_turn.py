"""Text-only turns without any I/O: what is gathered goes in, events and the answer come out, and the log gives both."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.brain.brain import Brain
from gateway.brain.mind import CallTools, Mind, Prompt, Said, Say, ScriptedMind, Step, ToolRequest
from gateway.brain.text_turn import MOST_RESPONSES, MOST_RETURNS, SURE, USABLE, Input, TextAnswer, TextTurn
from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import (
    AgentSaid,
    AlertRaised,
    AnyEvent,
    CallStarted,
    ConnectionFailed,
    Disclosed,
    Ended,
    HungUp,
    LegEnded,
    LegStarted,
    LogDamaged,
    MessageLeft,
    OfferChanged,
    OrderEvent,
    StaffActed,
    TextAgreed,
    ToolCalled,
    TranscriptionEvent,
    read_event,
)
from gateway.orders.availability import DAYS
from gateway.orders.contact_settings import SmsSettings
from gateway.orders.offer import Offer
from gateway.orders.order import OrderState
from gateway.orders.order_data import order_data
from gateway.orders.restaurant import Hours, Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tools import OrderTools

NOON = datetime(2026, 11, 18, 18, tzinfo=UTC)
CALLER = "+15557654321"


@pytest.fixture(scope="module")
def house() -> Restaurant:
    every_hour = dict.fromkeys(DAYS, (Hours(open="00:00", close="24:00"),))
    return load_restaurants(SHIPPED, {})[0].model_copy(update={"hours": every_hour, "holidays": {}})


@pytest.fixture(scope="module")
def tools(house: Restaurant) -> OrderTools:
    return OrderTools(house.menu, house)


class Turns:
    """A call taken turn by turn, each by a process that knows the log and nothing else."""

    def __init__(
        self,
        house: Restaurant,
        tools: OrderTools,
        mind: Mind | None = None,
        call_id: str = "CA1",
        held: str | None = None,
    ) -> None:
        self.house, self.tools, self.mind, self.call_id = house, tools, mind or Brain(), call_id
        self.now, self.log = NOON, list[str]()
        self.offer: Offer | None = None
        self.turn = self.folded()
        self.add(CallStarted, restaurant_id=house.id, caller_key="k1", held_order=held)
        self.add(Disclosed, text=house.disclosure)
        self.leg = 1

    def folded(self) -> TextTurn:
        turn = TextTurn(Call(self.call_id, self.house, tools=self.tools), self.mind, CALLER)
        turn.fold(read_event(text) for text in self.log)
        return turn

    def add(self, kind: Any, **fields: Any) -> None:
        """An event of others."""
        self.log.append(kind(session_id=self.call_id, timestamp=self.now.timestamp() * 1000, **fields).to_json())

    def begin(self) -> TextAnswer:
        self.turn = self.folded()
        self.turn.begin(self.leg, self.offer, self.now)
        return self.finish()

    def say(self, words: str = "", *, keys: str = "", sure: float | None = 0.9, ready: bool = False) -> TextAnswer:
        self.turn, self.now = self.folded(), self.now + timedelta(seconds=5)
        assert self.turn.rests
        number = self.turn.answer.turn
        self.turn.gathered(number, Input(keys, words, sure), self.offer, self.now, voice_ready=ready)
        return self.finish()

    def finish(self, outcome: str = "order.complete") -> TextAnswer:
        """Store the turn, and its order; the log tells the same as the process that took it."""
        while True:
            self.log += [event.to_json() for event in self.turn.events]
            self.turn.events.clear()
            if (order := self.turn.submit) is None:
                break
            assert not self.turn.rests
            assert not self.folded().rests
            data = order_data(order, 325, "confirmed")
            event = OrderEvent(
                session_id=self.call_id,
                timestamp=self.now.timestamp() * 1000,
                type=outcome,  # type: ignore[arg-type]  # one of two
                order_id=order.id,
                data=data,
                version=order.version,
            )
            logged = outcome == "order.complete"
            self.log += [event.to_json()] if logged else []
            self.turn.stored(event, logged=logged, at=self.now)
        again = self.folded()
        assert again.answer == self.turn.answer
        assert again.call.state is self.turn.call.state
        assert again.call.order == self.turn.call.order
        assert again.rests
        return self.turn.answer

    def events(self) -> list[AnyEvent]:
        return [read_event(text) for text in self.log]

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events() if isinstance(event, kind)]

    @property
    def call(self) -> Call:
        return self.turn.call


@pytest.fixture
def turns(house: Restaurant, tools: OrderTools) -> Turns:
    return Turns(house, tools)


def ordered(turns: Turns) -> TextAnswer:
    """A coke for Ana, read back."""
    turns.begin()
    turns.say("A Coke. That's all.")
    return turns.say("Ana, pickup.")


# --- an order ---


def test_an_order_is_taken_read_back_and_placed(turns: Turns) -> None:
    assert "What can I get" in turns.begin().text
    assert turns.say("A Coke. That's all.").text == "What name is it for, and is it pickup or delivery?"
    read_back = turns.say("Ana, pickup.")
    assert "Is that right?" in read_back.text
    assert read_back.reads_back
    last = turns.say("Yes.")
    assert "The order is placed" in last.text
    assert (last.over, last.reads_back) == (True, False)
    assert turns.call.order is not None
    assert turns.call.order.state is OrderState.SUBMITTED
    assert turns.call.ended is not None
    assert turns.call.ended.next == "goodbye"
    assert [turn.text for turn in turns.call.turns if turn.speaker == "caller"] == [
        "A Coke. That's all.",
        "Ana, pickup.",
        "Yes.",
    ]


def test_names_of_what_was_said_and_called_are_never_used_twice(turns: Turns) -> None:
    ordered(turns)
    turns.say("Yes.")
    names = [event.item_id for event in turns.told(AgentSaid)] + [e.tool_call_id for e in turns.told(ToolCalled)]
    assert len(names) == len(set(names))


def test_a_key_confirms_and_another_does_not(turns: Turns) -> None:
    ordered(turns)
    assert "What should I change?" in turns.say(keys="2").text
    turns.say("Nothing, that's all.")
    assert turns.call.order is not None
    assert turns.call.order.state is OrderState.READ_BACK
    assert "The order is placed" in turns.say(keys="1").text


def test_the_key_0_leads_to_a_person_at_any_time(turns: Turns) -> None:
    turns.begin()
    answer = turns.say(keys="0")
    assert (answer.over, answer.text) == (True, "")
    assert turns.call.ended is not None
    assert turns.call.ended.next == "transfer"
    assert [event.reason for event in turns.told(LegEnded)] == ["closed"]


def test_keys_count_before_words(turns: Turns) -> None:
    turns.begin()
    turns.say("A Coke.", keys="0")
    assert turns.told(TranscriptionEvent) == []


def test_the_language_follows_the_caller(turns: Turns) -> None:
    assert turns.begin().language == "en"
    answer = turns.say("¿Puedo seguir en español?")
    assert (answer.language, "seguimos en español" in answer.text) == ("es", True)
    turns.say("Una Coke. Eso es todo.")
    assert turns.told(TranscriptionEvent)[-1].data.language == "es-US"
    assert "¿Está bien?" in turns.say("Ana, para recoger.").text
    assert "Su pedido está hecho" in turns.say("Sí.").text


# --- what is not understood, and silence ---


def test_words_that_the_recogniser_is_not_sure_of_are_asked_for_again(turns: Turns) -> None:
    turns.begin()
    assert "did not get that" in turns.say("A Coke.", sure=USABLE - 0.01).text
    assert "did not get that" in turns.say("A Coke.", sure=0.0).text
    assert "1 for yes, 2 for no, 0 for a person" in turns.say("A Coke.", sure=0.1).text
    assert turns.call.order is not None
    assert turns.call.order.lines == ()
    for _ in range(3):
        answer = turns.say("A Coke.", sure=0.1)
    assert (answer.over, turns.call.ended and turns.call.ended.next) == (True, "transfer")


def test_words_at_the_threshold_or_without_a_confidence_count(turns: Turns) -> None:
    turns.begin()
    turns.say("A Coke.", sure=USABLE)
    turns.say("And a Sprite.", sure=None)
    assert turns.call.order is not None
    assert [line.item_id for line in turns.call.order.lines] == ["coke", "sprite"]
    assert [event.data.confidence for event in turns.told(TranscriptionEvent)] == [USABLE, 0.0]


def test_a_yes_to_the_read_back_needs_more_certainty(turns: Turns) -> None:
    ordered(turns)
    turns.say("Yes.", sure=SURE - 0.01)
    assert turns.call.order is not None
    assert turns.call.order.state is OrderState.READ_BACK
    assert "The order is placed" in turns.say("Yes.", sure=SURE).text


def test_somebody_in_danger_is_understood_however_unsure_the_words_are(turns: Turns) -> None:
    turns.begin()
    answer = turns.say("Someone is choking!", sure=0.05, ready=True)
    assert "hang up now and dial 9 1 1" in answer.text
    assert not answer.over, "the voice model does not take over here"
    assert [alert.kind for alert in turns.told(AlertRaised)] == ["emergency"]


def test_a_silent_caller_is_asked_three_times_and_told_goodbye(turns: Turns) -> None:
    turns.begin()
    for _ in range(3):
        assert "Are you still there?" in turns.say().text
    last = turns.say()
    assert ("Goodbye" in last.text, last.over) == (True, True)
    assert turns.call.ended is not None
    assert turns.call.ended.next == "goodbye"


def test_a_caller_who_asks_to_wait_is_given_longer(turns: Turns) -> None:
    assert turns.begin().pause == 1
    assert turns.say("Just a moment, let me check.").pause == 3


# --- what happens around a turn ---


def test_what_has_run_out_is_known_from_the_first_turn_on(turns: Turns) -> None:
    turns.offer = Offer(SoldOut((SoldOutEntry("tiramisu", None),)))
    turns.begin()
    answer = turns.say("A tiramisu, please.")
    assert "We are out of Tiramisu" in answer.text
    assert len(turns.told(OfferChanged)) == 1


def test_a_message_is_left_with_the_number_to_ring_back(house: Restaurant, tools: OrderTools) -> None:
    request = ToolRequest("leave_message", {"text": "The soup was cold.", "ring_back": True})
    script = [[Say("Hello.")], [CallTools((request,))], [Say("I will pass it on.")]]
    turns = Turns(house, tools, ScriptedMind(script))
    turns.begin()
    assert turns.say("A message.").text == "I will pass it on."
    (message,) = turns.told(MessageLeft)
    assert (message.text, message.number) == ("The soup was cold.", CALLER)


def test_a_message_without_a_wish_to_be_rung_back_has_no_number(house: Restaurant, tools: OrderTools) -> None:
    request = ToolRequest("leave_message", {"text": "The soup was cold."})
    turns = Turns(house, tools, ScriptedMind([[Say("Hello.")], [CallTools((request,))], [Say("Good.")]]))
    turns.begin()
    turns.say("A message.")
    assert [message.number for message in turns.told(MessageLeft)] == [None]


def test_a_placed_order_is_confirmed_by_text_where_the_caller_agrees(house: Restaurant) -> None:
    texting = house.model_copy(update={"sms": SmsSettings.model_validate({"from": "+15550100000"})})
    request = ToolRequest("text_order", {"agreed": True})
    script = [[Say("A text message?")], [CallTools((request,))], [Say("Noted.")]]
    turns = Turns(texting, OrderTools(texting.menu, texting), ScriptedMind(script))
    turns.begin()
    turns.say("Yes, please.")
    (agreed,) = turns.told(TextAgreed)
    assert (agreed.words, agreed.agreed) == ("Yes, please.", True)
    assert turns.turn.text is None, "nothing is placed"
    turns.mind = Brain()
    turns.say("A Coke. That's all.")
    turns.say("Ana, pickup.")
    turns.say("Yes.")
    assert turns.turn.text is not None
    assert turns.turn.text.order.state is OrderState.SUBMITTED


def test_an_order_is_held_for_the_next_call(turns: Turns) -> None:
    turns.begin()
    turns.say("A Coke.")
    assert turns.turn.hold is not None
    assert turns.turn.hold.order == turns.call.order


def test_what_a_later_call_changes_in_a_held_order_is_changed(house: Restaurant, tools: OrderTools) -> None:
    first = Turns(house, tools)
    first.begin()
    first.say("A Coke.")
    first.say("And a tiramisu.")
    assert first.call.order is not None
    later = Turns(house, tools, call_id="CA2", held=first.call.order.model_dump_json())
    later.begin()
    later.say("Yes.")
    later.say("And a large margherita.")
    later.say("And a small pepperoni.")
    assert later.call.order is not None
    assert len(later.call.order.lines) == 4


def test_a_refused_tool_call_is_reported(house: Restaurant, tools: OrderTools) -> None:
    request = ToolRequest("set_line", {"item_id": "unicorn", "quantity": 1})
    turns = Turns(house, tools, ScriptedMind([[Say("Hello.")], [CallTools((request,))], [Say("We have none.")]]))
    turns.begin()
    turns.say("A unicorn.")
    assert [error.error.code for error in turns.turn.errors] == ["MENU_ITEM_NOT_FOUND"]


def test_a_submit_that_failed_is_told_and_leads_to_a_person(turns: Turns) -> None:
    ordered(turns)
    turns.turn = turns.folded()
    turns.turn.gathered(3, Input("", "Yes.", 0.9), None, turns.now + timedelta(seconds=5), voice_ready=False)
    answer = turns.finish("order.error")
    assert "could not be stored" in answer.text
    assert answer.over
    assert turns.call.ended is not None
    assert turns.call.ended.next == "transfer"
    assert turns.call.order is not None
    assert turns.call.order.is_open


def test_a_hang_up_ends_the_leg(turns: Turns) -> None:
    turns.begin()
    turns.add(HungUp, status="completed")
    call = turns.folded().call
    assert (call.state, call.hung_up) == (State.DISCONNECTED, True)
    turns.add(HungUp, status="completed")
    assert turns.folded().call.state is State.DISCONNECTED


def test_a_process_that_died_while_it_stored_the_order_leaves_a_turn_that_the_next_leg_makes_good(turns: Turns) -> None:
    ordered(turns)
    turns.turn, turns.now = turns.folded(), turns.now + timedelta(seconds=5)
    turns.turn.gathered(3, Input("", "Yes.", 0.9), None, turns.now, voice_ready=False)
    turns.log += [event.to_json() for event in turns.turn.events]
    assert not turns.folded().rests
    turns.leg = 2
    answer = turns.begin()
    assert "order is placed" in answer.text
    assert len([event for event in turns.told(OrderEvent) if event.type == "order.complete"]) == 1
    assert turns.call.turns_lost


def test_a_mind_that_comes_to_no_end_is_stopped(house: Restaurant, tools: OrderTools) -> None:
    turns = Turns(house, tools, ScriptedMind([[CallTools((ToolRequest("get_order"),))]], repeat=True))
    answer = turns.begin()
    assert answer.over
    assert turns.call.ended is not None
    assert turns.call.ended.next == "apologise"
    assert len(turns.told(ToolCalled)) == MOST_RESPONSES


def test_a_mind_without_words_leaves_the_caller_the_word(house: Restaurant, tools: OrderTools) -> None:
    turns = Turns(house, tools, ScriptedMind([]))
    answer = turns.begin()
    assert (answer.text, answer.over) == ("", False)


def test_broken_arguments_go_out_as_they_are(house: Restaurant, tools: OrderTools) -> None:
    broken = CallTools((ToolRequest("set_line", "{broken"),))
    turns = Turns(house, tools, ScriptedMind([[Say("One moment."), broken, Say("Hm.")], [Say("Sorry.")]]))
    answer = turns.begin()
    assert answer.text == "One moment. Hm. Sorry."
    assert [event.arguments for event in turns.told(ToolCalled)] == ["{broken"]


def test_card_numbers_are_not_in_the_log(turns: Turns) -> None:
    turns.begin()
    turns.say("My card is 4111 1111 1111 1111.")
    assert "4111 1111" not in "".join(turns.log)


# --- the voice model takes over again ---


def test_the_voice_model_takes_over_with_the_words_unanswered(turns: Turns) -> None:
    turns.begin()
    answer = turns.say("A Coke. That's all.", ready=True)
    assert (answer.over, answer.text) == (True, "")
    assert [event.next for event in turns.told(Ended)] == ["reconnect"]
    assert [turn.text for turn in turns.call.turns][-1] == "A Coke. That's all."
    turns.add(LegStarted, leg=2, stream_sid="MZ1")
    assert turns.folded().call.returns == 1


@pytest.mark.parametrize("answer", [{"keys": "1"}, {"words": "Yes."}])
def test_after_the_read_back_it_does_not(turns: Turns, answer: dict[str, str]) -> None:
    ordered(turns)
    assert "The order is placed" in turns.say(**answer, ready=True).text  # type: ignore[arg-type]  # words and keys


def test_a_key_is_answered_where_it_was_pressed(turns: Turns) -> None:
    turns.begin()
    assert not turns.say(keys="5", ready=True).over


def test_a_caller_who_is_leaving_is_not_brought_back(turns: Turns) -> None:
    turns.begin()
    for _ in range(3):
        turns.say()
    assert "Goodbye" in turns.say(ready=True).text


@pytest.mark.parametrize("reason", ["MIC_ACCESS_DENIED", None])
def test_where_the_stream_was_the_trouble_there_is_none_again(turns: Turns, reason: str | None) -> None:
    """Nothing of the caller came through it, or it was lost too often."""
    turns.add(LegStarted, leg=1, stream_sid="MZ1")
    if reason is not None:
        turns.add(Ended, reason=reason, next="text_only")
    turns.add(LegEnded, leg=1, reason="lost")
    turns.leg = 2
    turns.begin()
    assert not turns.say("A Coke.", ready=True).over


def test_one_that_comes_and_goes_takes_over_no_more(turns: Turns) -> None:
    for _ in range(MOST_RETURNS):
        turns.begin()
        assert turns.say("Hello?", ready=True).over
        turns.leg += 1
        turns.add(LegStarted, leg=turns.leg, stream_sid="MZ1")
        turns.add(ConnectionFailed)
        turns.leg += 1
    turns.begin()
    assert not turns.say("Hello?", ready=True).over


# --- the model's memory ---


class Attentive(Brain):
    """The brain, which keeps what it was asked with."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []

    def decide(self, prompt: Prompt) -> Sequence[Step]:
        self.prompts.append(prompt)
        return super().decide(prompt)


def test_each_process_has_the_same_memory(house: Restaurant, tools: OrderTools) -> None:
    """It is a fold of the log: tool calls and their answers too, and not what was taken for noise."""
    mind = Attentive()
    turns = Turns(house, tools, mind)
    turns.begin()
    for _ in range(3):
        turns.say("A Coke.", sure=0.1)
    turns.say("A tiramisu.")
    history = mind.prompts[-1].history
    assert [entry.text for entry in history if isinstance(entry, Said) and entry.role == "user"] == ["A tiramisu."]
    assert "You answer the telephone of Casa Verde" in mind.prompts[-1].instructions
    assert {"get_menu", "set_line"} <= {tool.name for tool in mind.prompts[-1].tools}
    json.dumps([str(entry) for entry in history])


def test_a_fresh_leg_knows_what_was_said(house: Restaurant, tools: OrderTools) -> None:
    mind = Attentive()
    turns = Turns(house, tools, mind)
    turns.begin()
    turns.say("A Coke.")
    turns.leg = 2
    assert "I still have your order" in turns.begin().text
    said = [entry.text for entry in mind.prompts[-1].history if isinstance(entry, Said)]
    assert "A Coke." in said


def test_a_damaged_log_and_the_staff_are_heard_between_two_turns(turns: Turns) -> None:
    stamp = {"session_id": "CA1", "timestamp": turns.now.timestamp() * 1000}
    turns.turn = turns.folded()
    turns.turn.begin(1, None, turns.now, LogDamaged(**stamp, entries=2))
    turns.finish()
    assert [damaged.entries for damaged in turns.told(LogDamaged)] == [2]
    turns.turn = turns.folded()
    over = StaffActed(**stamp, command_id="c1", action="end", who="Eve")
    turns.turn.gathered(
        turns.turn.answer.turn, Input("", "A Coke.", 0.9), None, turns.now, voice_ready=False, news=[over]
    )
    turns.finish()
    assert turns.call.state is State.DISCONNECTED
