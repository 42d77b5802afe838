"""The length of a call: warned, told, ended; over all legs; with an order a person goes on."""

from datetime import timedelta

import pytest

from gateway.call import prompts
from gateway.call.call_length import LAST_WORDS
from gateway.call.effects import Effect, EndLeg, Note, RequestResponse
from gateway.call.next_step import Goodbye, Transfer, next_step
from gateway.events import CallStarted, ModelLost, TimedOut
from gateway.orders.availability import DAYS
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import NOON, Conversation, has

MINUTE = timedelta(minutes=1)


def minute(talk: Conversation, number: float) -> list[Effect]:
    """Nothing but talk up to this minute of the call; what the core wants then."""
    until, effects = NOON + MINUTE * number, []
    while talk.now < until:
        effects += talk.caller_says("what drinks do you have")
        effects += talk.agent_says("Coke, Sprite and water.")
        talk.now = min(talk.now + timedelta(seconds=5), until)
        passed = talk.tell(TimedOut)
        effects += passed
        if has(passed, RequestResponse):
            break  # it wants something said
    return effects


def notes(effects: list[Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, Note)]


def to_the_end(talk: Conversation) -> timedelta:
    """Deadlines alone, until the leg ends; how long it took."""
    began = talk.now
    while not has(talk.wait(), EndLeg):
        assert talk.now - began < 5 * MINUTE
    return talk.now - began


def test_the_model_is_warned_and_says_goodbye_at_the_end(talk: Conversation) -> None:
    talk.answered()
    assert prompts.LONG_CALL_NOTE not in notes(minute(talk, 12.9))
    assert notes(minute(talk, 13.1)) == [prompts.LONG_CALL_NOTE]
    effects = minute(talk, 15.1)
    assert notes(effects) == [prompts.call_over_note(person=False)]
    assert has(effects, RequestResponse)
    assert has(talk.agent_says("I have to end this call now. Goodbye!"), EndLeg)
    talk.end_leg("closed")
    assert next_step(talk.folded(), talk.now, 1) == Goodbye()


def test_with_an_order_a_person_goes_on_and_the_order_is_held(talk: Conversation) -> None:
    talk.answered().order_taken()
    effects = minute(talk, 15.1)
    assert notes(effects) == [prompts.LONG_CALL_NOTE, prompts.call_over_note(person=True)]
    talk.agent_says("I am putting you through.")
    talk.end_leg("closed")
    assert isinstance(next_step(talk.folded(), talk.now, 1), Transfer)
    assert talk.call.order is not None
    assert talk.call.order.is_open


def test_without_a_person_there_is_the_goodbye(casa_verde: Restaurant) -> None:
    talk = Conversation(casa_verde.model_copy(update={"transfer_to": None}))
    talk.answered().order_taken()
    assert notes(minute(talk, 15.1))[1:] == [prompts.call_over_note(person=False)]


def test_an_empty_house_is_not_rung(casa_verde: Restaurant) -> None:
    talk = Conversation(casa_verde.model_copy(update={"hours": dict.fromkeys(DAYS, ()), "holidays": {}}))
    talk.answered().order_taken()
    minute(talk, 15.1)
    to_the_end(talk)
    assert talk.call.ended is not None
    assert talk.call.ended.next == "goodbye"


def test_nothing_that_the_caller_says_makes_it_longer(talk: Conversation) -> None:
    talk.answered()
    minute(talk, 15.1)
    began = talk.now
    for _ in range(4):
        talk.agent_speaks("I have to end this call")
        talk.interrupts(("item_x", 100, 500))
        talk.caller_says("no no no, one moment")
        talk.agent_says("All right.")
    to_the_end(talk)
    assert talk.now - began <= LAST_WORDS
    assert talk.call.ended is not None
    assert talk.call.ended.next == "goodbye"


def test_what_is_being_said_is_said_to_its_end_first(talk: Conversation) -> None:
    talk.answered()
    minute(talk, 14.95)
    talk.agent_speaks("We have a lot of things, and I name them all.")
    talk.now = NOON + 15 * MINUTE
    assert notes(talk.tell(TimedOut)) == []
    talk.heard()
    effects = talk.wait()
    assert notes(effects) == [prompts.call_over_note(person=False)]


def test_who_is_saying_goodbye_already_is_not_told_to(talk: Conversation) -> None:
    talk.answered()
    minute(talk, 14.95)
    response = talk.begin_response()
    talk.calls(response, "end_call", {})
    talk.end_response(response)
    talk.now = NOON + 15 * MINUTE
    assert notes(talk.tell(TimedOut)) == []
    to_the_end(talk)
    assert talk.call.ended is not None
    assert "long" not in talk.call.ended.reason


def test_a_model_that_is_away_is_told_when_it_is_back(talk: Conversation) -> None:
    talk.answered()
    minute(talk, 12.95)
    talk.tell(ModelLost)
    talk.now = NOON + 13 * MINUTE
    assert notes(talk.tell(TimedOut)) == []
    told = notes(talk.model_comes_up())
    while prompts.LONG_CALL_NOTE not in told:
        assert talk.call.deadline is not None
        told = notes(talk.wait())


def test_a_model_that_stays_away_does_not_keep_the_call(talk: Conversation) -> None:
    talk.answered()
    minute(talk, 14.99)
    talk.tell(ModelLost)
    talk.now = NOON + 15 * MINUTE
    assert to_the_end(talk) <= LAST_WORDS + timedelta(seconds=1)


def test_the_time_runs_over_all_legs_and_a_new_model_is_told(talk: Conversation) -> None:
    talk.answered()
    minute(talk, 13.5)
    talk.end_leg("lost")
    talk.start_leg(2)
    talk.model_comes_up()
    talk.agent_says("I am back.")
    assert notes(talk.tell(TimedOut)) == [prompts.LONG_CALL_NOTE]
    other = talk.in_another_process()
    assert other.call.deadline == talk.call.deadline
    minute(other, 14.9)
    other.end_leg("lost")
    other.now = NOON + 16 * MINUTE
    other.start_leg(3)
    other.model_comes_up()
    other.agent_says("I am back.")
    assert notes(other.wait()) == [prompts.call_over_note(person=False)]


def test_a_caller_for_whom_an_operator_types_has_twice_the_time(talk: Conversation) -> None:
    talk.answered()
    talk.caller_says("this is the relay service, I have a caller who types")
    talk.agent_says("Of course.")
    assert notes(minute(talk, 13.1)) == []
    assert notes(minute(talk, 15.1)) == []
    assert notes(minute(talk, 28.1)) == [prompts.LONG_CALL_NOTE]


def test_an_operator_who_is_heard_after_the_warning_makes_it_longer_too(talk: Conversation) -> None:
    talk.answered()
    assert notes(minute(talk, 13.1)) == [prompts.LONG_CALL_NOTE]
    talk.caller_says("this is the relay service, my caller types")
    talk.agent_says("Of course.")
    assert notes(minute(talk, 27.9)) == []
    assert notes(minute(talk, 30.1)) == [prompts.LONG_CALL_NOTE, prompts.call_over_note(person=False)]


def test_a_clock_that_is_set_during_the_last_words_changes_nothing(talk: Conversation) -> None:
    talk.answered()
    minute(talk, 15.1)
    talk.now -= timedelta(hours=1)
    talk.tell(TimedOut)
    assert to_the_end(talk) <= LAST_WORDS


@pytest.mark.parametrize("minutes", [5, 40])
def test_the_restaurant_says_how_long(casa_verde: Restaurant, minutes: int) -> None:
    talk = Conversation(casa_verde.model_copy(update={"max_call_minutes": minutes}))
    talk.answered()
    assert notes(minute(talk, minutes - 2 - 0.1)) == []
    assert notes(minute(talk, minutes - 2 + 0.1)) == [prompts.LONG_CALL_NOTE]
    assert notes(minute(talk, minutes + 0.1)) == [prompts.call_over_note(person=False)]


def test_a_call_whose_beginning_is_not_known_has_no_end_by_time(talk: Conversation) -> None:
    talk.start_leg(1)
    talk.model_comes_up()
    talk.agent_says("Hi.")
    talk.now -= timedelta(hours=1)
    talk.tell(TimedOut)
    assert talk.patience() <= 10
    assert CallStarted not in map(type, talk.log)
