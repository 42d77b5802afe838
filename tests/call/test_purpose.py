"""Callers who want nothing are asked once and let go kindly; slow, foreign and curious ones are not."""

from collections.abc import Sequence
from itertools import cycle, islice

import pytest

from gateway.call import prompts
from gateway.call.effects import Effect, EndLeg, Note
from gateway.call.next_step import Goodbye, next_step
from gateway.events import KeyPressed
from tests.call.conversation import Conversation, has

SILLY = ("why did the duck cross the road", "I am the king of the moon", "do you like me", "are you a duck")
FOREIGN = ("grüß Gott miteinander", "bonsoir monsieur", "dzień dobry panu", "добрый вечер")


def says(talk: Conversation, texts: Sequence[str], times: int) -> list[Effect]:
    """The caller says so many things, and each is answered; what the core wanted done."""
    effects: list[Effect] = []
    for text in islice(cycle(texts), times):
        effects += talk.caller_says(text)
        effects += talk.agent_says("I can take your order.")
    return effects


def notes(effects: list[Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, Note)]


def test_asked_once_then_let_go_with_a_word(talk: Conversation) -> None:
    talk.answered()
    assert notes(says(talk, SILLY, 7)) == []
    assert notes(says(talk, SILLY, 1)) == [prompts.AIMLESS_NOTE]
    assert notes(says(talk, SILLY, 5)) == []
    assert notes(says(talk, SILLY, 1)) == [prompts.AIMLESS_GOODBYE_NOTE]
    assert has(talk.agent_says("Please ring again when you would like to order. Goodbye!"), EndLeg)
    talk.end_leg("closed")
    twin = talk.folded()
    assert twin.ended == talk.call.ended
    assert next_step(twin, talk.now, 1) == Goodbye(), "the restaurant's telephone does not ring for it"


def test_who_speaks_into_the_goodbye_has_the_word_until_the_next_nonsense(talk: Conversation) -> None:
    talk.answered()
    says(talk, SILLY, 14)
    talk.agent_speaks("Please ring")
    talk.interrupts(("item_y", 100, 900))
    talk.caller_says("a large pepperoni")
    talk.tool("set_line", item_id="pepperoni", options={"size": "large"})
    talk.agent_says("One large pepperoni.")
    assert talk.call.ended is None
    assert notes(says(talk, SILLY, 30)) == [], "who has ordered may talk"


def test_a_second_nonsense_after_the_goodbye_was_called_off_ends_the_call(talk: Conversation) -> None:
    talk.answered()
    says(talk, SILLY, 14)
    talk.agent_speaks("Please ring")
    talk.interrupts(("item_y", 100, 900))
    assert notes(says(talk, SILLY, 1)) == [prompts.AIMLESS_GOODBYE_NOTE]


@pytest.mark.parametrize(
    "useful",
    [
        "how much is the pepperoni",
        "do you deliver",
        "when do you close",
        "a large margherita please",
        "is there milk in the tiramisu",
        "can I talk to a person",
        "¿cuánto cuesta la pepperoni?",
    ],
)
def test_a_question_about_the_place_begins_the_count_anew(talk: Conversation, useful: str) -> None:
    talk.answered()
    for _ in range(4):
        assert notes(says(talk, SILLY, 7)) == []
        assert notes(says(talk, [useful], 1)) == []


def test_a_tool_that_did_something_or_a_key_begins_it_anew(talk: Conversation) -> None:
    talk.answered()
    says(talk, SILLY, 7)
    talk.tool("get_hours")
    assert notes(says(talk, SILLY, 7)) == []
    talk.tell(KeyPressed, digit="5")
    talk.agent_says("Yes?")
    assert notes(says(talk, SILLY, 7)) == []
    talk.tool("set_line", item_id="no_such_thing")
    assert notes(says(talk, SILLY, 1)) == [prompts.AIMLESS_NOTE], "a refusal did nothing"


def test_noise_and_callers_who_need_time_are_not_counted(talk: Conversation) -> None:
    talk.answered()
    assert prompts.AIMLESS_NOTE not in notes(says(talk, ["hold on a second"], 30))
    assert prompts.AIMLESS_NOTE not in notes(says(talk, ["", "a coke"], 20))


@pytest.mark.parametrize("texts", [FOREIGN, ("bla bla blub",)])
def test_words_of_no_language_of_ours_count_half(talk: Conversation, texts: Sequence[str]) -> None:
    talk.answered()
    assert notes(says(talk, texts, 15)) == []
    assert notes(says(talk, texts, 1)) == [prompts.AIMLESS_NOTE]
    assert notes(says(talk, texts, 11)) == []
    assert notes(says(talk, texts, 1)) == [prompts.AIMLESS_GOODBYE_NOTE]


def test_what_an_operator_passes_on_counts_half(talk: Conversation) -> None:
    talk.answered()
    says(talk, ["this is the relay service, do you like me"], 1)
    assert notes(says(talk, SILLY, 14)) == []
    assert notes(says(talk, SILLY, 1)) == [prompts.AIMLESS_NOTE]
