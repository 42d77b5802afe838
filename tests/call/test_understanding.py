"""A line so bad that nothing is understood: asked twice, then other ways, then an end that is kind."""

import pytest

from gateway import errors
from gateway.call import prompts
from gateway.call.effects import DeleteItem, Effect, EndLeg, Note, RequestResponse, SubmitOrder
from gateway.call.states import State
from gateway.events import KeyPressed
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import Conversation, answer, has, only


def noise(talk: Conversation, text: str = "", kind: str = "transcription.complete") -> list[Effect]:
    """A turn without words, and its transcript."""
    item, effects = talk.turn()
    return [*effects, *talk.words(item, text, kind)]


def replies(talk: Conversation, effects: list[Effect]) -> bool:
    """Whether the agent is asked to speak; it then asks to say it again."""
    if not has(effects, RequestResponse):
        return False
    talk.agent_says("Sorry, could you say that again?")
    return True


def test_noise_is_answered_twice_then_the_keypad_is_offered_and_then_it_is_ignored(talk: Conversation) -> None:
    talk.answered()
    assert [replies(talk, noise(talk, text)) for text in ("", "[unk]")] == [True, True]
    item, effects = talk.turn()
    assert effects == [], "it waits for the words"
    effects = talk.words(item, "uh")
    assert only(effects, Note).text == prompts.keypad_note(person=True)
    assert effects == [Note(prompts.keypad_note(person=True)), RequestResponse(), DeleteItem(item)]
    talk.agent_says("Please press 1 for yes, 2 for no, or 0 for a person.")
    item, effects = talk.turn()
    assert effects == []
    assert talk.words(item, "") == [DeleteItem(item)]
    assert talk.state() is State.IDLE


def test_words_end_the_doubt(talk: Conversation) -> None:
    talk.answered()
    for _ in range(3):
        replies(talk, noise(talk))
    assert has(talk.caller_says("a large pepperoni"), RequestResponse)
    talk.agent_says("One large pepperoni. Anything else?")
    item, effects = talk.turn()
    assert has(effects, RequestResponse), "answered before its words are there, as ever"
    talk.words(item, "no")


def test_words_that_never_come_count_as_noise(talk: Conversation) -> None:
    talk.answered()
    for _ in range(2):
        replies(talk, noise(talk))
    item, effects = talk.turn()
    assert effects == []
    effects = talk.wait()
    assert DeleteItem(item) in effects
    assert has(effects, Note)


def test_a_key_ends_the_doubt(talk: Conversation) -> None:
    talk.answered()
    for _ in range(3):
        replies(talk, noise(talk))
    effects = talk.tell(KeyPressed, digit="1")
    assert only(effects, Note).text == "The caller pressed the key 1, which means yes."
    assert has(effects, RequestResponse)
    assert has(talk.turn()[1], RequestResponse)


def test_a_yes_by_key_to_the_read_back_is_a_yes_where_keys_were_offered(ordering: Conversation) -> None:
    for _ in range(3):
        replies(ordering, noise(ordering))
    ordering.reads_back()
    ordering.tell(KeyPressed, digit="2")
    assert answer(ordering.tool("confirm_order"))["ok"] is False
    ordering.tell(KeyPressed, digit="1")
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_a_key_that_nobody_asked_for_is_no_yes_and_words_count_more(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.tell(KeyPressed, digit="1")
    assert answer(ordering.tool("confirm_order"))["ok"] is False
    for _ in range(3):
        replies(ordering, noise(ordering))
    ordering.reads_back()
    ordering.tell(KeyPressed, digit="1")
    ordering.caller_says("no, wait")
    assert answer(ordering.tool("confirm_order"))["ok"] is False


def test_a_recogniser_that_fails_is_told_to_the_caller_twice_and_no_more(talk: Conversation) -> None:
    talk.answered()
    asked = []
    for _ in range(3):
        effects = noise(talk, "", "transcription.error")
        effects += talk.take(errors.TRANSCRIPTION_FAILED.event("CA1", talk.now))
        asked.append([effect.text for effect in effects if isinstance(effect, Note)])
        talk.agent_says("Sorry?")
    again = prompts.NOT_UNDERSTOOD_NOTE
    assert asked == [[again], [again], [prompts.keypad_note(person=True)]]


@pytest.mark.parametrize("person", [True, False])
def test_in_the_end_a_person_or_a_goodbye(casa_verde: Restaurant, person: bool) -> None:
    house = casa_verde if person else casa_verde.model_copy(update={"transfer_to": None})
    talk = Conversation(house).answered()
    effects: list[Effect] = []
    for _ in range(6):
        effects = noise(talk)
        if has(effects, RequestResponse):
            talk.agent_speaks("...")
            effects += talk.heard()
    assert prompts.giving_up_note(person=person) in [effect.text for effect in effects if isinstance(effect, Note)]
    assert has(effects, EndLeg)
    assert talk.call.ended is not None
    assert talk.call.ended.next == ("transfer" if person else "goodbye")
    assert talk.call.deadline is None


def test_words_of_an_item_that_nobody_spoke_and_repeats_do_not_count(talk: Conversation) -> None:
    talk.answered()
    item, _ = talk.turn()
    for _ in range(4):
        talk.words("item_gone", "")
        talk.words(item, "")
    talk.agent_says("Sorry?")
    assert has(talk.turn()[1], RequestResponse), "one turn without words is no bad line"


def test_sounds_over_the_agent_are_no_sign_of_a_bad_line(talk: Conversation) -> None:
    talk.answered()
    for _ in range(3):
        talk.agent_speaks("We have pizza and wings.")
        noise(talk, "mm-hm")
        talk.heard()
    assert has(talk.turn()[1], RequestResponse)


def test_who_asked_to_wait_is_given_time_and_a_relay_operator_always(talk: Conversation) -> None:
    talk.answered()
    assert talk.patience() == 10
    talk.caller_says("hold on, let me ask my wife")
    talk.agent_says("Of course.")
    assert talk.patience() == 30
    talk.caller_says("a coke")
    talk.agent_says("One coke.")
    assert talk.patience() == 10
    talk.caller_says("hello, this is a relay operator with a call")
    talk.agent_says("Hello!")
    talk.caller_says("one large pepperoni")
    talk.agent_says("Anything else?")
    assert talk.patience() == 30


def test_noise_after_the_goodbye_is_nobodys_concern(talk: Conversation) -> None:
    talk.answered()
    for _ in range(2):
        replies(talk, noise(talk))
    talk.tool("end_call")
    item, _ = talk.turn()
    assert not has(talk.words(item, ""), Note)
