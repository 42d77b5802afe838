"""Names strung together as people say them, in English and Spanish: `a`, `a and b`, `a, b or c`."""

from collections.abc import Iterable
from typing import Literal

from gateway.orders.restaurant import Language

_WORDS: dict[Literal["and", "or"], dict[Language, str]] = {
    "and": {"en": "and", "es": "y"},
    "or": {"en": "or", "es": "o"},
}


def listed(
    names: Iterable[str], language: Language = "en", word: Literal["and", "or"] = "and", *, long: bool = False
) -> str:
    """One name or more in a row. `long` names have a pause before the last: `a with b, and c`."""
    *head, last = names
    joint = f"{',' if long else ''} {_WORDS[word][language]} "
    return ", ".join(head) + joint + last if head else last
