"""The words of one menu, and how to find them in what was said.

A `Lexicon` is built once per menu from names and spoken names alone. It divides an utterance into mentions: menu
entries, cue words, numbers and the rest, choosing the division that explains most of the words. Names are found in the
plural, written together or apart, and when a recogniser or a typist got them slightly wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gateway.orders.grammar import COMMON, CUES, ORDINALS, SIZES_IN_SPANISH, Cue
from gateway.orders.menu import Menu
from gateway.orders.sound import deletions, distance, sound_key
from gateway.orders.tokens import Token, tokenise

SHORTEST_FUZZY = 5  # letters; below that too many real words lie within one edit of each other
TWO_EDITS_FROM = 8  # letters of the sound key
LEAST_LIKENESS = 0.6  # of the spelling; the sound alone would make a kick of a cake
LONGEST_GUESS = 3  # words that a recogniser may have made of one name

EXACT, JOINED = 1.0, 0.99


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase of the menu can mean.

    kind "item": `id`; "category": `id`; "group": `id`; "option": dimension `owner`, option `id`; "modifier": group
    `owner`, option `id`.
    """

    kind: str
    id: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of words with what it can mean. `likeness` is 1.0 for the menu's own words, less for a guess."""

    tokens: tuple[Token, ...]
    senses: tuple[Sense, ...] = ()
    cue: Cue | None = None
    likeness: float = EXACT

    @property
    def number(self) -> int | None:
        """The number said, when the mention is one number word."""
        return self.tokens[0].number if len(self.tokens) == 1 else None

    @property
    def start(self) -> int:
        """Where the first word begins in the transcript."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Where the last word ends in the transcript."""
        return self.tokens[-1].end

    @property
    def pause(self) -> bool:
        """Whether punctuation stands before it."""
        return self.tokens[0].pause

    @property
    def stop(self) -> bool:
        """Whether a sentence ended before it."""
        return self.tokens[0].stop

    @property
    def text(self) -> str:
        """The words, folded."""
        return " ".join(token.word for token in self.tokens)

    def of(self, kind: str) -> tuple[Sense, ...]:
        """The senses of one kind."""
        return tuple(sense for sense in self.senses if sense.kind == kind)


class Lexicon:
    """All phrases of a menu. Immutable after construction, apart from a bounded memory of guesses already made."""

    def __init__(self, menu: Menu) -> None:
        """Reads every name of the menu; costs about a millisecond per fifty names."""
        phrases: defaultdict[tuple[str, ...], dict[Sense, None]] = defaultdict(dict)
        for sense, name in _names(menu):
            stems = tuple(token.stem for token in tokenise(name))
            if stems:
                phrases[stems][sense] = None
        self._phrases = {stems: tuple(senses) for stems, senses in phrases.items()}
        self._longest = max(len(stems) for stems in self._phrases)
        self._words = frozenset(word for stems in self._phrases for word in stems)
        self._joined: dict[str, tuple[str, ...]] = {}
        self._sounds: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
        for stems in self._phrases:
            joined = "".join(stems)
            self._joined.setdefault(joined, stems)
            if len(joined) >= SHORTEST_FUZZY:
                key = sound_key(joined)
                for shorter in deletions(key, 2 if len(key) >= TWO_EDITS_FROM else 1):
                    self._sounds[shorter].add(stems)
        self._guess = lru_cache(maxsize=4096)(self._best_guess)

    def divide(self, tokens: Sequence[Token]) -> tuple[Mention, ...]:
        """The mentions that cover the tokens, chosen for the greatest sum of weights (long exact names weigh most)."""
        best: list[tuple[float, Mention | None]] = [(0.0, None)] * (len(tokens) + 1)
        for at in range(len(tokens) - 1, -1, -1):
            candidates = self._mentions_at(tokens, at)
            best[at] = max(
                ((weight + best[at + len(mention.tokens)][0], mention) for weight, mention in candidates),
                key=lambda entry: entry[0],
            )
        mentions: list[Mention] = []
        at = 0
        while at < len(tokens):
            mention = best[at][1]
            assert mention is not None
            mentions.append(mention)
            at += len(mention.tokens)
        return tuple(mentions)

    def _mentions_at(self, tokens: Sequence[Token], at: int) -> list[tuple[float, Mention]]:
        first = tokens[at]
        found: list[tuple[float, Mention]] = [(0.0 if first.number is None else 8.0, Mention((first,)))]
        for length in range(1, min(max(self._longest, 5), len(tokens) - at) + 1):
            window = tuple(tokens[at : at + length])
            if any(token.stop for token in window[1:]):
                break
            whole = 10.0 * length + 2.0 * (length - 1)
            senses = self._phrases.get(tuple(token.stem for token in window), ())
            cue = CUES.get(tuple(token.word for token in window)) or (Cue.ORDINAL if _ordinal(window) else None)
            if senses:
                found.append((whole, Mention(window, senses, cue)))
            elif cue is not None:
                found.append((whole - 0.5, Mention(window, (), cue)))
            elif length <= LONGEST_GUESS and not any(token.pause for token in window[1:]):
                stems, likeness = self._guess(tuple(token.stem for token in window), tuple(t.word for t in window))
                if stems:
                    weight = (10.0 * len(stems) + 2.0 * (len(stems) - 1)) * likeness - 1.0
                    found.append(
                        (max(weight, 9.0 * length * likeness), Mention(window, self._phrases[stems], None, likeness))
                    )
        return found

    def _best_guess(self, stems: tuple[str, ...], words: tuple[str, ...]) -> tuple[tuple[str, ...], float]:
        """The menu phrase that sounds most like these words, with its likeness; ((), 0) when none comes near."""
        joined = "".join(stems)
        apart = self._joined.get(joined)
        if apart is not None:
            return apart, JOINED
        strange = [word for word, stem in zip(words, stems, strict=True) if not self._is_known(word, stem)]
        if not strange or len(joined) < SHORTEST_FUZZY:
            return (), 0.0
        key = sound_key(joined)
        bound = 2 if len(key) >= TWO_EDITS_FROM else 1
        best: tuple[tuple[str, ...], float] = ((), 0.0)
        candidates = {stems for shorter in deletions(key, bound) for stems in self._sounds.get(shorter, ())}
        for candidate in sorted(candidates):
            name = "".join(candidate)
            apart_by = distance(key, sound_key(name), bound)
            longest = max(len(joined), len(name))
            likeness = 1.0 - distance(joined, name, longest) / longest
            if apart_by <= bound and likeness >= LEAST_LIKENESS and likeness > best[1]:
                best = candidate, 0.75 + 0.2 * likeness - 0.05 * apart_by
        return best

    def _is_known(self, word: str, stem: str) -> bool:
        return word in COMMON or stem in COMMON or stem in self._words or stem.isdigit() or (word,) in CUES


def _ordinal(window: Sequence[Token]) -> bool:
    if window[0].word not in ORDINALS:
        return False
    return len(window) == 1 or (len(window) == 2 and window[1].word in {"one", "uno", "una"})


def _is_cue(name: str) -> bool:
    """Whether a group is called by a cue word ("extras"): with it after their names, choices would swallow the cue."""
    return tuple(token.stem for token in tokenise(name)) in CUES


def _names(menu: Menu) -> Iterable[tuple[Sense, str]]:
    """Every name of the menu with what it stands for."""
    for item in menu.items:
        category = menu.category(item.category)
        for name in (item.name, item.say or item.name, *item.spoken):
            yield Sense("item", item.id), name
            if category is not None and category.name.lower() not in name.lower():
                # "margherita pizza" names the item as well as "margherita" does
                yield Sense("item", item.id), f"{name} {category.name}"
    for category in menu.categories:
        yield Sense("category", category.id), category.name
    for dimension in menu.dimensions:
        for option in dimension.options:
            for name in (option.name, *option.spoken):
                yield Sense("option", option.id, dimension.id), name
            for name in SIZES_IN_SPANISH.get(option.name.lower(), ()):
                yield Sense("option", option.id, dimension.id), name
    for group in menu.modifier_groups:
        yield Sense("group", group.id), group.name
        for choice in group.options:
            for name in (choice.name, *choice.spoken):
                yield Sense("modifier", choice.id, group.id), name
                if group.name.lower() not in name.lower() and not _is_cue(group.name):
                    # "garlic sauce" for Garlic of the group "sauce"
                    yield Sense("modifier", choice.id, group.id), f"{name} {group.name}"
