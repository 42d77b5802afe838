"""Names strung together as people say them, in English and Spanish: `a`, `a and b`, `a, b or c`."""

import re
from collections.abc import Iterable
from typing import Literal

from gateway.orders.hearing.tokens import fold
from gateway.orders.restaurant import Language

_WORDS: dict[Literal["and", "or"], dict[Language, str]] = {
    "and": {"en": "and", "es": "y"},
    "or": {"en": "or", "es": "o"},
}

# "y" is "e" before the sound of i, but not of ie; "o" is "u" before that of o.
_E = re.compile(r"h?i(?!e)|y(?![aeiou])")
_U = re.compile(r"h?o|8|11\b")


def listed(
    names: Iterable[str], language: Language = "en", word: Literal["and", "or"] = "and", *, long: bool = False
) -> str:
    """One name or more in a row. `long` names have a pause before the last: `a with b, and c`."""
    *head, last = names
    spoken = _WORDS[word][language]
    if language == "es":
        sounds = fold(last)[0]
        spoken = "e" if word == "and" and _E.match(sounds) else "u" if word == "or" and _U.match(sounds) else spoken
    joint = f"{',' if long else ''} {spoken} "
    return ", ".join(head) + joint + last if head else last
