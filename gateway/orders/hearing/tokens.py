"""Words out of a transcript: folded, with their places, numbers read, fillers and stutters gone.

The same splitting is used for what callers say and for the names on the menu, so that the two always meet. Offsets
point into the original text; nothing here knows a menu.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.orders.hearing.numbers import read_number

MAX_WORDS = 1000  # a turn longer than this is noise or an attack; what is beyond is not read

_WORD = re.compile(r"(?<![\w-])-\d+|\d+(?:[.,]\d+)*|[a-z]+(?:'[a-z]+)*|[,.;:!?…&+]")
_SOUNDS = "um umm uh uhh uhm er err erm ah ahh eh hmm hm mm mmm like please thanks porfa este pues"
_FILLERS = frozenset({*_SOUNDS.split(), "let me see", "let me think", "you know", "por favor", "thank you"})
_ASIDES = frozenset({"one more thing", "one other thing", "one last thing", "another thing", "what else", "let's see"})
_NOISE = _FILLERS | _ASIDES
_LONGEST_FILLER = 3
_FIRST_OF_NOISE = frozenset(phrase.split()[0] for phrase in _NOISE)
_NOT_POSSESSIVE = "that's it's what's let's how's who's where's here's there's he's she's"
_CONTRACTIONS = frozenset(_NOT_POSSESSIVE.split())
_APOSTROPHES = "\u2019\u2018`\u00b4"
_ARTICLES = frozenset({"a", "an"})


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `word` as folded, `stem` without its plural ending, `number` when it is one (`stem` is then digits).

    `start` and `end` are offsets in the transcript; `pause` says that punctuation stands before it, `stop` that it
    ends a sentence.
    """

    word: str
    stem: str
    start: int
    end: int
    pause: bool = False
    stop: bool = False
    number: int | None = None


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Lower case without accents, and for every character left the offset that it came from."""
    if text.isascii():
        return text.replace("`", "'").lower(), range(len(text))
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = "'" if char in _APOSTROPHES else unicodedata.normalize("NFKD", char).lower()
        for piece in plain:
            if not unicodedata.combining(piece):
                folded.append(piece)
                places.append(place)
    return "".join(folded), places


def stem(word: str) -> str:
    """The word without its plural ending. Crude on purpose: it only has to be the same on both sides."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "oes", "zzes")):
        return word[:-2]
    return word[:-1]


def tokenise(text: str) -> tuple[Token, ...]:
    """The words of a transcript or of a menu name, numbers joined, fillers and repeated words left in."""
    folded, places = fold(text)
    raw: list[tuple[str, int, int, bool, bool]] = []
    pause = stop = False
    for match in _WORD.finditer(folded):
        word = match.group()
        if not word[-1].isalnum() and word not in "&+":
            pause, stop = True, stop or word in ".;!?"
            continue
        if word in "&+":
            word = "and"
        elif word.endswith("'s") and word not in _CONTRACTIONS:
            word = word[:-2]
        raw.append((word, places[match.start()], places[match.end() - 1] + 1, pause and bool(raw), stop and bool(raw)))
        pause = stop = False
        if len(raw) == MAX_WORDS:
            break
    return _join_numbers(raw)


def _join_numbers(raw: Sequence[tuple[str, int, int, bool, bool]]) -> tuple[Token, ...]:
    words = [entry[0] for entry in raw]
    tokens: list[Token] = []
    at = 0
    while at < len(raw):
        word, start, end, pause, stop = raw[at]
        found = read_number(words, at)
        if found is None:
            tokens.append(Token(word, stem(word), start, end, pause, stop))
            at += 1
            continue
        value, used = found
        spoken = " ".join(words[at : at + used])
        tokens.append(Token(spoken, str(value), start, raw[at + used - 1][2], pause, stop, value))
        at += used
    return tuple(tokens)


def without_noise(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without fillers, stammered beginnings and words said twice. A number may stand twice ("7 7 Up")."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        skip = _filler_length(tokens, at)
        if skip:
            at += skip
            if at < len(tokens) and tokens[at - skip].pause and not tokens[at].pause:
                tokens = [*tokens[:at], _paused(tokens[at]), *tokens[at + 1 :]]
            continue
        kept.append(tokens[at])
        at += 1
    return _without_stutter(kept)


def _paused(token: Token) -> Token:
    return Token(token.word, token.stem, token.start, token.end, True, token.stop, token.number)


def _filler_length(tokens: Sequence[Token], at: int) -> int:
    if tokens[at].word not in _FIRST_OF_NOISE:
        return 0
    for length in range(_LONGEST_FILLER, 0, -1):
        if " ".join(token.word for token in tokens[at : at + length]) in _NOISE:
            return min(length, len(tokens) - at)
    return 0


def _without_stutter(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Drops the first of two equal runs of one to three words ("get me get me"), and "a" before "an"."""
    kept = list(tokens)
    for length in (3, 2, 1):
        at = 0
        while at + 2 * length <= len(kept):
            begins_again = kept[at].word == kept[at + length].word or kept[at].word in _ARTICLES
            if begins_again and _same(kept[at : at + length], kept[at + length : at + 2 * length]):
                del kept[at + length : at + 2 * length]
            else:
                at += 1
    return tuple(kept)


def _same(first: Sequence[Token], second: Sequence[Token]) -> bool:
    words = {token.word for token in first}
    if "and" in words and words & _ARTICLES:
        return False  # "a coke and a coke and a sprite"
    if any(token.word == "half" for token in first):
        return False  # "sugar and half and half"
    if any(token.stop for token in second) or all(token.number is not None for token in first):
        return False
    return all(a.word == b.word or {a.word, b.word} == _ARTICLES for a, b in zip(first, second, strict=True))
