"""What the brain reads out of instructions and system notes, as a model would: names, summaries, keys pressed. Pure."""

import re

from gateway.brain.phrases import say
from gateway.orders.restaurant import Language

_PERSON_KEY = re.compile(r"pressed the key 0\b")
_SUMMARY = re.compile(r"left an open order[^:]*: (.+?)\. Greet", re.DOTALL)
_PLACE = re.compile(r"(?:for|of) ([^.:]+?)(?: and take orders)?\.")
_DIAL = re.compile(r"\bdial ((?:\d ?){2,5}\d)\b")
_KEY = re.compile(r"pressed the key ([12])\b")
_CLOSED = re.compile(r"CLOSED: (.+?) Greet the caller first", re.DOTALL)
_REJECTED = re.compile(r"the kitchen has rejected the order(?:\. They say: \"(?P<why>[^\"]*)\")?")
_OWN_GREETING = re.compile(r'Your greeting: "(.+)"')


def asks_for_a_person(notes: str) -> bool:
    """Whether the caller pressed the key that everywhere leads to a person."""
    return bool(_PERSON_KEY.search(notes))


def emergency_number(notes: str, instructions: str) -> str:
    """What a caller in danger is to dial."""
    found = _DIAL.search(notes) or _DIAL.search(instructions)
    return found.group(1) if found is not None else "9 1 1"


def keyed(notes: str, language: Language) -> str:
    """The answer that a caller gave by a key: 1 is yes, 2 is no; empty when there was none."""
    found = _KEY.findall(notes)
    return "" if not found else {"en": ("yes", "no"), "es": ("sí", "no")}[language][found[-1] == "2"]


def closed_reason(notes: str) -> str | None:
    """Why nothing can be had right away, as the note tells it; None when all is as usual."""
    found = _CLOSED.search(notes)
    return found.group(1) if found is not None else None


def rejected(notes: str) -> str | None:
    """`: we are out of dough`, why the kitchen will not make the order, empty if it does not say; None: it will."""
    found = _REJECTED.search(notes)
    if found is None:
        return None
    return f": {found['why'].rstrip('.')}" if found["why"] else ""


def held_summary(notes: str) -> str:
    """`: 1 large Margherita`, the held order as the note tells it; empty if it tells nothing."""
    summary = _SUMMARY.search(notes)
    return f": {summary.group(1)}" if summary is not None else ""


def greeting(notes: str, instructions: str, language: Language) -> str:
    """The restaurant's own greeting, or one with its name as far as that is known."""
    own = _OWN_GREETING.search(instructions)
    if own is not None:
        return own.group(1)
    place = _PLACE.search(notes) or _PLACE.search(instructions)
    return say("greeting", language, place=f" {place.group(1)}" if place is not None else "")
