"""The reactive caller: lines in order, answers to questions, an end to everything."""

import pytest

from gateway.local.caller import FAREWELL, PATIENCE, Caller, Question, Utterance, first_choices, question_of

GREETING = "Hi, this is Casa Verde. What can I get for you?"
ELSE = "Got it. Anything else?"
READ_BACK = "One large Margherita. That comes to fifteen dollars with tax. Is that right?"
WHO = "What name is it for, and is it pickup or delivery?"
WINGS = "Got it. For the Wings: which size, 6 piece or 12 piece; and sauce, BBQ, Hot or Garlic?"


@pytest.mark.parametrize(
    ("said", "question"),
    [
        (GREETING, Question.WHAT),
        ("Thanks for calling. How can I help?", Question.WHAT),
        (ELSE, Question.ANYTHING_ELSE),
        (READ_BACK, Question.CONFIRM),
        ("Just to be sure: is the order right, yes or no?", Question.CONFIRM),
        (WHO, Question.NAME_AND_FULFILMENT),
        ("What name is the order for?", Question.NAME),
        ("Is it for pickup or delivery?", Question.FULFILMENT),
        ("What is the address for the delivery?", Question.ADDRESS),
        (WINGS, Question.CHOICE),
        ("Which size for the Wings: 6 piece or 12 piece?", Question.CHOICE),
        ("Sorry, I did not get that. Anything else?", Question.ANYTHING_ELSE),
        ("Sorry, I did not get that.", Question.AGAIN),
        ("Are you still there?", Question.AGAIN),
        ("Welcome back. I still have your order: a Coke. Shall we go on with it?", Question.HELD_ORDER),
        (
            "I still have your order: a Coke. Shall we go on with it? Press 0 at any time for a person.",
            Question.HELD_ORDER,
        ),
        ("The order is placed. Goodbye!", Question.FAREWELL),
        ("All right, that is off.", Question.OTHER),
        ("", Question.OTHER),
    ],
)
def test_what_is_asked(said: str, question: Question) -> None:
    assert question_of(said) is question


@pytest.mark.parametrize(
    ("said", "choices"),
    [
        (WINGS, "6 piece, BBQ"),
        ("Got it. Which size for the Margherita: small or large?", "small"),
        ("Which pizza would you like: Margherita, Pepperoni or Funghi?", "Margherita"),
        ("Which one?", ""),
    ],
)
def test_the_first_of_the_choices(said: str, choices: str) -> None:
    assert first_choices(said) == choices


def talk(caller: Caller, *agent: str) -> list[str | None]:
    return [None if (said := caller.reply(words)) is None else said.text for words in agent]


def test_lines_come_in_order_and_questions_beyond_them_are_answered() -> None:
    caller = Caller(["A large margherita.", "Wings."])
    assert talk(caller, GREETING, ELSE, WINGS, ELSE, WHO, READ_BACK, "The order is placed. Goodbye!") == [
        "A large margherita.",
        "Wings.",
        "6 piece, BBQ, please.",
        "No, that's all.",
        "Pickup, for Ana.",
        "Yes.",
        None,
    ]
    assert caller.unsaid == ()


@pytest.mark.parametrize("questions", [(READ_BACK, WHO), (WHO, READ_BACK)])
def test_an_answer_waits_for_its_question(questions: tuple[str, str]) -> None:
    caller = Caller(["A large margherita.", "That's all.", "Yes.", "Eve, pickup."])
    said = talk(caller, GREETING, ELSE, *questions)
    assert said[:2] == ["A large margherita.", "That's all."]
    assert dict(zip(questions, said[2:], strict=True)) == {READ_BACK: "Yes.", WHO: "Eve, pickup."}


def test_what_is_to_be_ordered_does_not_wait_behind_an_answer() -> None:
    caller = Caller(["A coke.", "Yes.", "And a sprite."])
    assert talk(caller, GREETING, ELSE, READ_BACK) == ["A coke.", "And a sprite.", "Yes."]
    assert caller.unsaid == ()


def test_a_line_tells_its_number() -> None:
    caller = Caller(["A coke.", "Yes."])
    assert caller.reply(GREETING) == Utterance("A coke.", line=0)
    assert caller.reply(READ_BACK) == Utterance("Yes.", line=1)


def test_single_questions_have_single_answers() -> None:
    caller = Caller([], name="Eve", fulfilment="delivery", address="1 Elm Road")
    assert talk(
        caller, "What name is the order for?", "Is it for pickup or delivery?", "What is the address for the delivery?"
    ) == ["It's for Eve.", "Delivery.", "1 Elm Road."]


def test_who_was_not_understood_says_it_again_and_then_gives_up() -> None:
    caller = Caller(["A coke."])
    caller.reply(GREETING)
    said = [caller.reply("Sorry, I did not get that.") for _ in range(PATIENCE)]
    assert [utterance and utterance.text for utterance in said] == ["A coke."] * (PATIENCE - 1) + [FAREWELL]
    assert said[-1] is not None
    assert said[-1].last


def test_asked_again_before_anything_was_said() -> None:
    assert talk(Caller(["A coke."]), "Are you still there?") == ["A coke."]


def test_an_order_of_somebody_else_is_not_taken_up() -> None:
    caller = Caller(["A coke."])
    assert talk(caller, "I still have your order. Shall we go on with it?", GREETING) == [
        "No, thank you. A new order.",
        "A coke.",
    ]


def test_with_nothing_to_say_the_caller_leaves() -> None:
    caller = Caller([])
    said = caller.reply("Sorry, we do not have sushi. What can I get you?")
    assert said == Utterance(FAREWELL, last=True)
    assert Caller([]).reply("Which one?") == Utterance("No, that's all.")
