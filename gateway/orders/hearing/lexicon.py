"""The words of one menu, and how to find them in what was said.

A `Lexicon` is built once per menu from names and spoken names alone. It divides an utterance into mentions: menu
entries, cue words, numbers and the rest, choosing the division that explains most of the words. Names are found in the
plural, written together or apart, and when a recogniser or a typist got them slightly wrong.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gateway.orders.hearing.everyday import COMMON
from gateway.orders.hearing.grammar import CUES, ORDINALS, Cue
from gateway.orders.hearing.sound import deletions, distance, sound_key
from gateway.orders.hearing.tokens import Token
from gateway.orders.hearing.vocabulary import (
    IN_PART,
    SAID_OTHERWISE,
    Sense,
    Stems,
    cut_sizes,
    exact_names,
    in_part,
    phrases_of,
    said_otherwise,
    tails,
)
from gateway.orders.menu import Menu

SHORTEST_FUZZY = 5  # letters of a name; shorter ones have too many real words within one edit
TWO_EDITS_FROM = 8  # letters of the sound key
LEAST_LIKENESS = 0.6  # of the spelling; the sound alone would make a kick of a cake
LEAST_OF_SHORT = 0.7  # the same below `TWO_EDITS_FROM` letters
LONGEST_GUESS = 3  # words that a recogniser may have made of one name

CUE_REACH: dict[str, int] = {}
for _words in CUES:
    CUE_REACH[_words[0]] = max(len(_words), CUE_REACH.get(_words[0], 0))
"""How many words a cue has at most that begins with a word."""

EXACT, JOINED = 1.0, 0.99
_JOINTS = frozenset({Cue.AND, Cue.OR})


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of words with what it can mean. `likeness` is 1.0 for the menu's own words, less for a guess."""

    tokens: tuple[Token, ...]
    senses: tuple[Sense, ...] = ()
    cue: Cue | None = None
    likeness: float = EXACT
    tails: tuple[Sense, ...] = ()
    """Choices whose names end in these words: the fried onions of "onions", where there are plain ones too."""
    count: int | None = None
    """How many portions of a choice were said: "two shots of espresso"."""

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
        return tuple([sense for sense in self.senses if sense.kind == kind]) if self.senses else ()


class Lexicon:
    """All phrases of a menu. Immutable after construction, apart from a bounded memory of guesses already made."""

    def __init__(self, menu: Menu) -> None:
        """Reads every name of the menu; costs about a millisecond per fifty names."""
        self._phrases = phrases_of(menu)
        self._exact = exact_names(menu, self._phrases)
        self._otherwise = said_otherwise(self._phrases)
        self._parts = {
            stems: senses for stems, senses in in_part(self._phrases).items() if stems not in self._otherwise
        }
        self._cut_sizes = cut_sizes(self._phrases)
        known = (*self._phrases, *self._otherwise)
        self._reach: dict[str, int] = {}
        for stems in (*known, *self._parts):
            self._reach[stems[0]] = max(len(stems), self._reach.get(stems[0], 0))
        self._words = frozenset(word for stems in known for word in stems)
        self._begins_dish = frozenset(
            stems[0]
            for stems, senses in self._phrases.items()
            if len(stems) > 1 and any(s.kind == "item" for s in senses)
        )
        self._joined: dict[str, Stems] = {}
        self._sounds: defaultdict[str, set[Stems]] = defaultdict(set)
        for stems, senses in self._phrases.items():
            joined = "".join(stems)
            self._joined.setdefault(joined, stems)
            if len(joined) >= SHORTEST_FUZZY and any(sense.kind != "group" for sense in senses):
                key = sound_key(joined)
                for shorter in deletions(key, 2 if len(key) >= TWO_EDITS_FROM else 1):
                    self._sounds[shorter].add(stems)
        self._tails = tails(self._phrases)
        self._guess = lru_cache(maxsize=4096)(self._best_guess)

    def divide(self, tokens: Sequence[Token]) -> tuple[Mention, ...]:
        """The mentions that cover the tokens, chosen for the greatest sum of weights (long exact names weigh most)."""
        tokens = self._regrouped(tokens)
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
        return self._with_lent_heads(self._with_shared_heads(mentions))

    def means(self, stems: Stems) -> tuple[Sense, ...]:
        """What exactly these stems stand for, in the menu's own words or in other everyday ones; () for nothing."""
        return self._phrases.get(stems) or self._otherwise.get(stems, ())

    # ------------------------------------------------------------------ candidates
    def _mentions_at(self, tokens: Sequence[Token], at: int) -> list[tuple[float, Mention]]:
        first = tokens[at]
        found: list[tuple[float, Mention]] = [(0.0 if first.number is None else 8.0, Mention((first,)))]
        reach = max(self._reach.get(first.stem, 0), CUE_REACH.get(first.word, 0), LONGEST_GUESS)
        stems: Stems = ()
        words: Stems = ()
        for length in range(1, min(reach, len(tokens) - at) + 1):
            token = tokens[at + length - 1]
            if length > 1 and token.stop:
                break
            stems, words = (*stems, token.stem), (*words, token.word)
            candidate = self._named(tokens[at : at + length], stems, words)
            if candidate is not None:
                found.append(candidate)
        return found

    def _named(self, window: Sequence[Token], stems: Stems, words: Stems) -> tuple[float, Mention] | None:
        """What a stretch of words is when it is one thing, and how much that explains."""
        tokens, length = tuple(window), len(words)
        whole = 10.0 * length + 2.0 * (length - 1)
        cue = CUES.get(words) or (Cue.ORDINAL if _ordinal(words) else None)
        if cue is not None and words[0] == "everything" and self.means(("everything",)):
            cue = None  # "everything but onions", where everything can be had
        if senses := self._exact.get(words) or self._phrases.get(stems, ()):
            only_a_heading = all(sense.kind == "group" for sense in senses)
            mention = Mention(tokens, senses, cue, tails=self._tails.get(stems, ()))
            return 8.0 * length if only_a_heading else whole, mention
        if cue is not None:
            return whole - 0.5, Mention(tokens, (), cue)
        if senses := self._otherwise.get(stems, ()):
            return whole - 1.0, Mention(tokens, senses, None, SAID_OTHERWISE)
        if senses := self._parts.get(stems, ()):
            return whole * 0.7, Mention(tokens, senses, None, IN_PART)
        if length > LONGEST_GUESS or any(token.pause for token in tokens[1:]):
            return None
        guessed, likeness = self._guess(stems, words)
        if not guessed:
            return None
        named = min(len(guessed), length)
        weight = (10.0 * named + 2.0 * (named - 1)) * likeness - 1.0
        return max(weight, 9.0 * length * likeness), Mention(tokens, self._phrases[guessed], None, likeness)

    def _best_guess(self, stems: Stems, words: tuple[str, ...]) -> tuple[Stems, float]:
        """The menu phrase that sounds most like these words, with its likeness; ((), 0) when none comes near."""
        joined = "".join(stems)
        apart = self._joined.get(joined)
        if apart is not None:
            return apart, JOINED
        strange = [word for word, stem in zip(words, stems, strict=True) if not self._is_known(word, stem)]
        if not strange or len(joined) < SHORTEST_FUZZY - 1:
            return (), 0.0
        key = sound_key(joined)
        bound = 2 if len(key) >= TWO_EDITS_FROM else 1
        best: tuple[Stems, float] = ((), 0.0)
        candidates = {stems for shorter in deletions(key, bound) for stems in self._sounds.get(shorter, ())}
        for candidate in sorted(candidates):
            name = "".join(candidate)
            apart_by = distance(key, sound_key(name), bound)
            longest = max(len(joined), len(name))
            likeness = 1.0 - distance(joined, name, longest) / longest
            least = LEAST_LIKENESS if min(len(joined), len(name)) >= TWO_EDITS_FROM else LEAST_OF_SHORT
            near = apart_by <= bound and likeness >= least and likeness > best[1]
            if near and _word_by_word(stems, candidate):
                best = candidate, 0.75 + 0.2 * likeness - 0.05 * apart_by
        return best

    def _is_known(self, word: str, stem: str) -> bool:
        return word in COMMON or stem in COMMON or stem in self._words or stem.isdigit() or (word,) in CUES

    # ------------------------------------------------------------------ names that are not said in one piece
    def _regrouped(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """ "a double bacon cheeseburger" is a double cheeseburger with bacon: the name is put together again."""
        moved = list(tokens)
        for at in range(len(moved) - 2):
            if moved[at].stem not in self._begins_dish or self._is_dish(moved[at : at + 2]):
                continue
            for length in (1, 2):
                choice = moved[at + 1 : at + 1 + length]
                rest = moved[at + 1 + length : at + 2 + length]
                if (
                    self._is_choice(choice)
                    and self._is_dish([moved[at], *rest])
                    and not self._is_dish([*choice, *rest])
                ):
                    moved[at : at + 1 + length] = [*choice, moved[at]]
                    break
        return moved

    def _is_dish(self, tokens: Sequence[Token]) -> bool:
        senses = self._phrases.get(tuple(token.stem for token in tokens), ())
        return len(tokens) > 1 and any(sense.kind == "item" for sense in senses)

    def _is_choice(self, tokens: Sequence[Token]) -> bool:
        senses = self._phrases.get(tuple(token.stem for token in tokens), ())
        return bool(tokens) and any(sense.kind == "modifier" for sense in senses)

    def _with_shared_heads(self, mentions: list[Mention]) -> list[Mention]:
        """ "black and pinto beans" are black beans and pinto beans: the last name lends its head to those before."""
        for at in range(len(mentions) - 3, -1, -1):
            mention, joint, full = mentions[at : at + 3]
            article = full.cue is Cue.AN and at + 3 < len(mentions) and at > 0 and mentions[at - 1].cue is Cue.AN
            if article:
                full = mentions[at + 3]  # "a chocolate and a strawberry shake"
            known = bool(mention.senses) and not (article and not mention.of("item"))
            if known or mention.cue is not None or len(mention.tokens) > 1 or joint.cue not in _JOINTS:
                continue
            stems = tuple(token.stem for token in full.tokens)
            for cut in range(1, len(stems) if full.senses else 1):
                if senses := self.means((mention.tokens[0].stem, *stems[cut:])):
                    mentions[at] = Mention(mention.tokens, senses, None, SAID_OTHERWISE)
                    break
        return mentions

    def _with_lent_heads(self, mentions: list[Mention]) -> tuple[Mention, ...]:
        """ "two teas, one green and one mint": the dish named first lends its name to the parts of the number."""
        head = ""
        for at, mention in enumerate(mentions):
            cut = () if mention.senses or mention.cue is not None else self._cut_sizes.get(mention.tokens[0].stem, ())
            if cut and any(m.of("item") or m.of("category") for m in mentions[at + 1 : at + 2]):
                mentions[at] = Mention(mention.tokens, cut, None, SAID_OTHERWISE)
            if mention.of("item") or mention.of("category"):
                head = mention.tokens[-1].stem if mention.likeness > IN_PART else head
            elif head and at and (mentions[at - 1].number is not None or mentions[at - 1].cue is Cue.AN):
                senses = self.means((*(token.stem for token in mention.tokens), head))
                dishes = tuple(sense for sense in senses if sense.kind == "item")
                if dishes and not any(m.of("item") for m in mentions[at + 1 : at + 2]):
                    mentions[at] = Mention(mention.tokens, (*dishes, *mention.senses), mention.cue, SAID_OTHERWISE)
        return tuple(mentions)


def _word_by_word(stems: Stems, candidate: Stems) -> bool:
    """Whether each word resembles its counterpart, where there are as many: "bell pepper" is no "hot pepper"."""
    if len(stems) != len(candidate) or len(stems) == 1:
        return True
    bounds = [max(1, min(len(one), len(other)) // 3) for one, other in zip(stems, candidate, strict=True)]
    return all(
        distance(sound_key(one), sound_key(other), bound) <= bound
        for one, other, bound in zip(stems, candidate, bounds, strict=True)
    )


def _ordinal(words: Stems) -> bool:
    if words[0] not in ORDINALS:
        return False
    return len(words) == 1 or (len(words) == 2 and words[1] in {"one", "uno", "una"})
