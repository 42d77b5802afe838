"""The caller of the demo: what a person with some lines in mind says next, given what the agent has just said. Pure.

Rules: the caller's own lines come first, one whenever the agent has stopped; a line that answers another question
("Yes." while the name is asked for) waits for its question. Questions beyond the lines are answered as a friendly
caller would: a name, pickup, yes, the first of the choices, that is all. Asked the same again and again, one gives up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

PATIENCE: Final = 3
"""How often a caller says the same thing again before giving up."""
FAREWELL: Final = "Never mind, then. Goodbye."


class Question(Enum):
    """What the agent wants to know, as far as a caller listens for it."""

    HELD_ORDER = auto()
    CONFIRM = auto()
    NAME = auto()
    FULFILMENT = auto()
    NAME_AND_FULFILMENT = auto()
    ADDRESS = auto()
    CHOICE = auto()
    ANYTHING_ELSE = auto()
    AGAIN = auto()
    WHAT = auto()
    FAREWELL = auto()
    OTHER = auto()


_QUESTIONS: Final[tuple[tuple[Question, re.Pattern[str]], ...]] = tuple(
    (question, re.compile(pattern, re.IGNORECASE))
    for question, pattern in (
        (Question.FAREWELL, r"\b(good)?bye\b[^?]*$"),
        (Question.HELD_ORDER, r"still have your order[^?]*\?|the order from before[^?]*\?"),
        (Question.AGAIN, r"still there\?|did(n't| not) (quite )?(get|catch|understand)|(say|repeat) that again"),
        (Question.CONFIRM, r"\b(is|does) (that|the order|this|everything)\b[^?]*(right|correct|good)\b[^?]*\?"),
        (Question.NAME_AND_FULFILMENT, r"\bname\b[^?]*\b(pick-?up|delivery)\b[^?]*\?|\bpick-?up\b[^?]*\bname\b[^?]*\?"),
        (Question.ADDRESS, r"\baddress\b[^?]*\?"),
        (Question.NAME, r"\bname\b[^?]*\?"),
        (Question.FULFILMENT, r"\b(pick-?up|delivery)\b[^?]*\?"),
        (Question.ANYTHING_ELSE, r"\b(anything|something) else\b[^?]*\?|\bis that all\?"),
        (Question.CHOICE, r"\b(which|what)\b[^?]*\bor\b[^?]*\?|\bwhich\b[^?]*\?"),
        (Question.WHAT, r"\bwhat\b[^?]*\b(get|like|have|order|change|be)\b[^?]*\?|\bhow (can|may) i\b[^?]*\?"),
    )
)
_KEYS: Final = re.compile(r"\s*\bPress 0 at any time for a person\.?$", re.IGNORECASE)
"""What text-only mode says last: nothing that asks."""
_YES = re.compile(
    r"^(yes|yeah|yep|sure|right|correct|that'?s right|no|nope)\b[\s,.!]*(please|thank you|thanks|it is)?\W*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(no[,.]? )?(that'?s|that is|that will be|that'll be) (all|it|everything)\b.{0,20}$", re.IGNORECASE
)
_CUSTOMER = re.compile(
    r"^(\w+[,.]? )?(for )?(pick-?up|delivery|take-?out)\b[^.]*\W*$|^(it'?s for |my name is |this is |under )\w+\W*$",
    re.IGNORECASE,
)
_LIST = re.compile(r"(?P<head>[\w' -]+(?:, [\w' -]+)*),? or (?P<last>[\w' -]+)")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What to say next. `last`: the caller hangs up afterwards. `line`: which of the given lines it is, if any."""

    text: str
    last: bool = False
    line: int | None = None


def question_of(text: str) -> Question:
    """What the end of the agent's words asks for. Only the last two sentences count: a read-back names many things."""
    spoken = _KEYS.sub("", text).strip()
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", spoken) if part]
    for ending in (" ".join(sentences[-1:]), " ".join(sentences[-2:])):
        for question, pattern in _QUESTIONS:
            if pattern.search(ending):
                return question
    return Question.OTHER


def first_choices(text: str) -> str:
    """The first of every list of choices in a question: "6 piece, BBQ" for "..., 6 piece or 12 piece; and sauce, BBQ or
    Hot?"; empty when it names none.
    """
    question = re.split(r"(?<=[.!])\s+", text.strip())[-1]
    chosen = []
    for part in re.split(r"[;:]", question):
        if found := _LIST.search(part):
            names = found["head"].split(", ")
            # "sauce, BBQ, Hot or Garlic": the title of the list stands before it when the question names several.
            titled = len(names) > 1 and ";" in question
            chosen.append(re.sub(r"^(and |which |what )+", "", names[1 if titled else 0].strip()))
    return ", ".join(chosen)


class Caller:
    """A caller with lines in mind.

    Args:
        lines: What to say, in this order; each once.
        name: Whom the order is for, when that is asked and no line says so.
        fulfilment: "pickup" or whatever else to answer.
        address: Where to deliver to, when that is asked.
    """

    def __init__(
        self, lines: Sequence[str], *, name: str = "Ana", fulfilment: str = "pickup", address: str = "12 Oak Street"
    ) -> None:
        self._lines = list(enumerate(lines))
        self._name = name
        self._fulfilment = fulfilment
        self._address = address
        self._said: Utterance | None = None
        self._asked = Question.OTHER
        self._repeated = 0

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The lines that are still to be said."""
        return tuple(text for _, text in self._lines)

    def reply(self, agent: str) -> Utterance | None:
        """What to say to the agent's last words; None to stay on the line and listen.

        Args:
            agent: All that the agent has said since the caller spoke last.
        """
        question = question_of(agent)
        if question is Question.FAREWELL:
            return None
        utterance = self._next(question, agent)
        if self._said is not None and utterance.text == self._said.text:
            self._repeated += 1
            if self._repeated >= PATIENCE:
                utterance = Utterance(FAREWELL, last=True)
        else:
            self._repeated = 0
        self._said, self._asked = utterance, question
        return utterance

    def _next(self, question: Question, agent: str) -> Utterance:
        if question is Question.AGAIN and self._said is not None:
            return self._said
        if question is Question.HELD_ORDER:
            return Utterance("No, thank you. A new order.")
        return self._own_line(question) or self._answer(question, agent)

    def _own_line(self, question: Question) -> Utterance | None:
        """The first of the caller's own lines that fits: what is ordered always, an answer only to its question."""
        for place, (number, text) in enumerate(self._lines):
            answers = _answers(text)
            if answers is None or question in answers:
                del self._lines[place]
                return Utterance(text, line=number)
        return None

    def _answer(self, question: Question, agent: str) -> Utterance:
        match question:
            case Question.CONFIRM:
                return Utterance("Yes.")
            case Question.NAME_AND_FULFILMENT:
                return Utterance(f"{self._fulfilment.capitalize()}, for {self._name}.")
            case Question.NAME:
                return Utterance(f"It's for {self._name}.")
            case Question.FULFILMENT:
                return Utterance(f"{self._fulfilment.capitalize()}.")
            case Question.ADDRESS:
                return Utterance(f"{self._address}.")
            case Question.CHOICE if choices := first_choices(agent):
                return Utterance(f"{choices}, please.")
            case Question.WHAT:
                return Utterance(FAREWELL, last=True)
            case _:
                return Utterance("No, that's all.")


def _answers(line: str) -> frozenset[Question] | None:
    """To which questions a line is an answer; None for a line that orders, which may be said at any time."""
    text = line.strip()
    if _CLOSING.match(text):
        return frozenset({Question.ANYTHING_ELSE, Question.WHAT, Question.OTHER})
    if _YES.match(text):
        return frozenset({Question.CONFIRM, Question.HELD_ORDER})
    if _CUSTOMER.match(text):
        return frozenset({Question.NAME, Question.FULFILMENT, Question.NAME_AND_FULFILMENT})
    return None
