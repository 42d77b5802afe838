"""From a name as a model writes it to the entry of the menu that is meant.

A model is given ids and mostly returns them; now and then it returns the name, another case, a plural, or spaces for
underscores. That is repaired where exactly one entry fits. It is not speech understanding: `processor.py` is.
"""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Generic, Protocol, TypeVar

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CLOSE = 0.75


class Named(Protocol):
    """What can be looked up: items, options, categories."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def name(self) -> str:
        """The name people read."""


N = TypeVar("N", bound=Named)


class Names(Generic[N]):
    """An index of entries by everything they are called. Built once, then each look-up is two dictionary reads."""

    def __init__(self, entries: Iterable[N]) -> None:
        self._by_id: dict[str, N] = {}
        self._by_key: dict[str, dict[str, N]] = {}
        for entry in entries:
            self._by_id[entry.id] = entry
            spoken: tuple[str, ...] = getattr(entry, "spoken", ())
            for name in (entry.id, entry.name, *spoken):
                self._by_key.setdefault(fold(name), {})[entry.id] = entry

    def find(self, text: str) -> tuple[N, ...]:
        """The entries that `text` can mean: one when it is clear, several when it is not, none when nothing fits."""
        exact = self._by_id.get(text)
        return (exact,) if exact is not None else tuple(self._by_key.get(fold(text), {}).values())

    def close_to(self, text: str) -> tuple[N, ...]:
        """Up to three entries spelt much like `text`, the most alike first, to be offered, not taken."""
        keys = get_close_matches(fold(text), self._by_key, n=3, cutoff=_CLOSE)
        found = {entry.id: entry for key in keys for entry in self._by_key[key].values()}
        return tuple(found.values())[:3]


def fold(text: str) -> str:
    """What is left of a name when case, accents, punctuation and plural endings do not count."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    words = _NOT_WORD.sub(" ", plain).split()
    return " ".join(map(_singular, words))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
