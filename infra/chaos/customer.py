"""A caller who wants an order, whatever happens to the call: what to say next, given what was just heard. Pure.

Rules: an answer fits what is asked, never a sequence that somebody had in mind, so that the caller can be cut off at
any moment; a read-back is compared with what is wanted, word for word, and only a right one gets a yes; whoever was cut
off before the end goes on with the order, and whoever said yes does not order again.
"""

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from gateway.local.caller import Question, question_of
from infra.chaos.orders import Line, Wanted

MOST_FIXES: Final = 6
"""So often a caller mends a wrong read-back before asking for a person."""

_PLACED: Final = re.compile(r"\border is (placed|in)\b|\bplaced your order\b", re.IGNORECASE)
_PERSON: Final = re.compile(r"\bput you through\b", re.IGNORECASE)
_READ_BACK: Final = re.compile(r"\bThat comes to\b", re.IGNORECASE)
_PRESS: Final = re.compile(r"\b(press|say) (1|one|yes)\b", re.IGNORECASE)
_STILL_THERE: Final = re.compile(r"\bstill there\?", re.IGNORECASE)
_ONE_WAY: Final = re.compile(r"\bonly, is that all right\?", re.IGNORECASE)
_COUNTED: Final = re.compile(r"(one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|eleven|twelve|twenty) ")
_GREETING: Final = re.compile(r"\bassistant\b|transcribed", re.IGNORECASE)


class Mood(Enum):
    """What the caller does."""

    TALKING = auto()
    WAITING = auto()
    """For a person, or for the other side's goodbye."""
    LEAVING = auto()
    """Hangs up now."""


@dataclass(slots=True)
class Customer:
    """One caller, over all of the calls that it takes.

    Attributes:
        wanted: the order.
        name: whom it is for.
        mood: what the caller does.
        yes: said yes to a right read-back.
        placed: heard that the order is placed.
        fixes: how often a read-back was wrong, or the order was gone.
    """

    wanted: Wanted
    name: str
    mood: Mood = Mood.TALKING
    yes: bool = False
    placed: bool = False
    fixes: int = 0
    _said: int = 0
    _heard_right: bool = False
    _last: str = ""
    _unfit: list[str] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Said its first words."""
        return self._said > 0

    @property
    def unfit(self) -> tuple[str, ...]:
        """The read-backs that were wrong."""
        return tuple(self._unfit)

    def rings(self) -> None:
        """A new call begins."""
        self.mood = Mood.TALKING
        self._last = ""

    def reply(self, agent: str) -> str:
        """What to say; empty to go on listening.

        Args:
            agent: all that was heard since the caller last spoke.
        """
        if _PLACED.search(agent):
            self.placed = True
            self.mood = Mood.WAITING
            return ""
        if _PERSON.search(agent):
            self.mood = Mood.WAITING
            return ""
        words = self._answer(agent)
        self._last = words or self._last
        return words

    def remembers(self, agent: str) -> None:
        """All that was heard in a call that is over; its last words may have come with the end."""
        self.placed = self.placed or bool(_PLACED.search(agent))

    def hello(self) -> str:
        """What to say into a silence."""
        return "Hello?"

    def _answer(self, agent: str) -> str:
        question = question_of(agent)
        if _READ_BACK.search(agent):
            return self._compare(agent)
        if _ONE_WAY.search(agent) or _STILL_THERE.search(agent):
            return "Yes, please."
        if question is Question.AGAIN and self._last:
            return self._last
        match question:
            case Question.CONFIRM:
                return self._confirm()
            case Question.HELD_ORDER:
                return "Yes."
            case Question.NAME_AND_FULFILMENT | Question.NAME:
                return f"{self.name}, pickup."
            case Question.FULFILMENT:
                return "Pickup."
            case Question.CHOICE:
                return self._choice(agent)
            case Question.ANYTHING_ELSE:
                return self._next()
            case Question.WHAT:
                return self._begin()
            case Question.FAREWELL:
                self.mood = Mood.WAITING
                return ""
            case _:
                if _PRESS.search(agent):
                    return self._confirm()
                return self._next() if agent.rstrip().endswith("?") else ""

    # --- ordering ---

    def _next(self) -> str:
        """The next dish, or that there is none."""
        if self._said < len(self.wanted.lines):
            line = self.wanted.lines[self._said]
            self._said += 1
            return line.said
        return "No, that's all."

    def _begin(self) -> str:
        """Asked what it may be: whatever was said before is not known there."""
        if self.yes:  # and yet a new call begins as if nothing had been: so it went through, or nobody would ask
            self.mood = Mood.LEAVING
            return ""
        if self._said:
            self.fixes += 1
        self._said = 0
        self._heard_right = False
        return self._next()

    def _choice(self, agent: str) -> str:
        """The choice for the line that the question names."""
        asked = [line for line in self.wanted.lines if line.answer]
        named = [line for line in asked if _names(agent, line)]
        for line in named or asked:
            return line.answer
        return self._last or "I don't mind."

    # --- the read-back ---

    def _compare(self, agent: str) -> str:
        told = _told(agent)
        wanted = {line.aloud.casefold(): line for line in self.wanted.lines}
        missing = [line for aloud, line in wanted.items() if aloud not in told]
        surplus = [words for words in told if words not in wanted]
        self._said = len(self.wanted.lines)
        if not missing and not surplus and len(told) == len(wanted):
            self._heard_right = True
            return self._confirm()
        self._heard_right = False
        self._unfit.append(agent)
        self.fixes += 1
        if self.fixes > MOST_FIXES:
            return "I want to speak to a person."
        if surplus or not missing:
            self._said, self.yes = 0, False
            return "Please cancel the order."
        return f"Please add {missing[0].said[0].lower()}{missing[0].said[1:]}"

    def _confirm(self) -> str:
        """Yes, if it was read back and right; else it has to be read back."""
        if not self._heard_right:
            return "Could you repeat the order, please?"
        self.yes = True
        return "Yes."


def _told(read_back: str) -> list[str]:
    """The lines that a read-back names, in lower case: its sentences up to whom it is for."""
    whole = read_back[: _READ_BACK.search(read_back).start()]  # type: ignore[union-attr]  # only asked when it is there
    begun = re.split(r"(?<=[.?!])\s+", whole)
    lines: list[str] = []
    for sentence in begun:
        words = sentence.strip().rstrip(".").casefold()
        if lines and words.startswith("for "):
            break
        if _COUNTED.match(words):
            lines.append(words)
    return lines


def _names(question: str, line: Line) -> bool:
    """Whether a question names the dish of a line: "Which size for the Root Beer: ...?"."""
    dish = line.item.replace("-", " ").casefold()
    return dish in question.casefold() or dish.rstrip("s") in question.casefold()


def unfinished(agent: str) -> bool:
    """Whether what was heard breaks off inside a sentence."""
    return bool(agent) and not re.search(r"[.?!]\W*$", agent)


def is_disclosure(text: str) -> bool:
    """Whether this is the announcement before the agent speaks."""
    return bool(_GREETING.search(text))
