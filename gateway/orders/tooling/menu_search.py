"""Finding things on a menu that is too large to be spelt out: by any of their words, forgiving about spelling.

For `find_item` alone; what callers say is understood by `processor.py`. Rules kept here: a rare word says more than a
common one; an entry is found by its name, its spoken names and its heading; the order of results depends on nothing but
the menu and the words.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from gateway.orders.hearing.sound import sound_key
from gateway.orders.hearing.tokens import tokenise
from gateway.orders.menu import Menu

MAX_WORDS = 12
_LIKE = 0.75  # what counts as the same word, misspelt
_PART = 4  # letters from which on a word may be a part of another ("burger" of "cheeseburger")
_GUESSED = 0.6  # how much a misspelt word counts
_NEAR = 0.5  # of the best result's score: what is worth showing beside it


@dataclass(frozen=True, slots=True)
class Found:
    """An item, or an option of a group: then `group_id` is set and `id` is the option's."""

    id: str
    name: str
    group_id: str | None = None


class MenuSearch:
    """The words of one menu with what they stand for. Immutable after construction."""

    def __init__(self, menu: Menu) -> None:
        self._entries: list[Found] = []
        self._lengths: list[int] = []
        self._by_word: defaultdict[str, set[int]] = defaultdict(set)
        headings = {category.id: (category.name, *category.spoken) for category in menu.categories}
        for item in menu.items:
            self._add(Found(item.id, item.name), (item.name, *item.spoken), headings.get(item.category, ()))
        for group in menu.modifier_groups:
            for option in group.options:
                self._add(Found(option.id, option.name, group.id), (option.name, *option.spoken), (group.name,))
        self._by_sound: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._by_word:
            self._by_sound[sound_key(word)].append(word)

    def find(self, words: str, most: int = 8) -> tuple[Found, ...]:
        """The entries that the words fit best, the best first; none when no word is on the menu."""
        scores: defaultdict[int, float] = defaultdict(float)
        stems = list(dict.fromkeys(token.stem for token in tokenise(words)[:MAX_WORDS]))
        joined = [f"{first}{second}" for first, second in pairwise(stems)]
        for stem in (*stems, *(word for word in joined if word in self._by_word)):
            best: dict[int, float] = {}
            for word, weight in self._readings(stem):
                for entry in self._by_word[word]:
                    best[entry] = max(best.get(entry, 0.0), weight)
            for entry, weight in best.items():
                scores[entry] += weight
        # Of two that fit the words alike, the one with fewer other words is meant.
        ranked = sorted((-score, self._lengths[entry], entry) for entry, score in scores.items())
        return tuple(self._entries[entry] for score, _, entry in ranked[:most] if score <= _NEAR * ranked[0][0])

    def _add(self, entry: Found, names: Sequence[str], heading: Iterable[str]) -> None:
        number = len(self._entries)
        self._entries.append(entry)
        self._lengths.append(min(len(tokenise(name)) for name in names))
        for name in (*names, *heading):
            for token in tokenise(name):
                self._by_word[token.stem].add(number)

    def _readings(self, stem: str) -> list[tuple[str, float]]:
        """The menu's words that a word can be, with what each says.

        They are the word itself and those that it is a part of; where there is none, those that are like it.
        """
        inside = [word for word in self._by_word if len(stem) >= _PART and stem in word and word != stem]
        if stem in self._by_word:
            return [(stem, self._weight(stem)), *((word, _GUESSED * self._weight(word)) for word in inside)]
        alike = inside or self._by_sound.get(sound_key(stem)) or get_close_matches(stem, self._by_word, 3, _LIKE)
        return [(word, _GUESSED * self._weight(word)) for word in alike]

    def _weight(self, word: str) -> float:
        return 1.0 + math.log(len(self._entries) / len(self._by_word[word]))
