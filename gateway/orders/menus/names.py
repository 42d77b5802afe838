"""Names that callers and recognisers will take for one another: the same name twice, or two that sound alike.

Rules kept here: names are compared as parsing folds them (`hearing/tokens.py`), so that "Fries" and "fry" are one; two
names sound alike when a word of one can be misheard for the word in its place (`hearing/sound.py`), never when one has
a word more.
Nothing here knows a menu: whoever asks says which names meet in one question.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.orders.hearing.sound import deletions, distance, sound_key
from gateway.orders.hearing.tokens import tokenise
from gateway.orders.menus.problems import Problem

SHORTEST = 5  # letters; shorter words differ in their only letters
TWO_EDITS_FROM, TWO_EDITS_TO = 8, 24  # letters of a sound key, as in the lexicon; a longer one has too many neighbours
# How like each other two spellings must be, by the edits between their sounds: sound alone would make a kick of a cake.
_LIKENESS = (0.6, 0.75, 0.8)


@dataclass(frozen=True, slots=True)
class Called:
    """One name: `path` leads to it in the file, `owner` to the entry that is called so."""

    path: str
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class _Heard:
    """A name as it is heard: its words without endings, those joined, and the sound of them."""

    called: Called
    words: tuple[str, ...]
    joined: str
    key: str


def name_problems(pools: Iterable[Sequence[Called]]) -> list[Problem]:
    """Every name that means two things, and every two entries whose names sound alike.

    Args:
        pools: names that can be meant at the same moment: all items of a menu; all choices of one item.
    """
    problems: dict[frozenset[str], Problem] = {}
    for pool in pools:
        heard = [_heard(called) for called in pool]
        for pair, problem in _shared(heard):
            problems.setdefault(pair, problem)
        for pair, problem in _alike(heard):
            problems.setdefault(pair, problem)
    return list(problems.values())


def unheard(called: Iterable[Called]) -> list[Problem]:
    """Every entry none of whose names has a word that parsing can hear, such as one in another script."""
    named: defaultdict[str, list[Called]] = defaultdict(list)
    for one in called:
        named[one.owner].append(one)
    return [
        Problem(names[0].path, f'no word of "{names[0].name}" can be heard', "add a spoken name in plain letters")
        for names in named.values()
        if not any(tokenise(one.name) for one in names)
    ]


def _heard(called: Called) -> _Heard:
    words = tuple(token.stem for token in tokenise(called.name))
    joined = "".join(words)
    return _Heard(called, words, joined, sound_key(joined))


def _shared(heard: Sequence[_Heard]) -> Iterator[tuple[frozenset[str], Problem]]:
    first: dict[tuple[str, ...], Called] = {}
    for one in heard:
        here = one.called
        there = first.setdefault(one.words, here)
        if one.words and there.owner != here.owner:
            reason = f'"{here.name}" is what {there.owner} is called, too'
            yield frozenset((here.owner, there.owner)), Problem(here.path, reason, "take the name off one of the two")


def _alike(heard: Sequence[_Heard]) -> Iterator[tuple[frozenset[str], Problem]]:
    """Candidates come from an index of keys with letters left out, so that a large menu is not compared all to all."""
    index: defaultdict[str, list[_Heard]] = defaultdict(list)
    for one in heard:
        if len(one.joined) < SHORTEST:
            continue
        shorter = deletions(one.key, _bound(one.key))
        met: dict[int, _Heard] = {id(other): other for key in shorter for other in index[key]}
        for other in met.values():
            here, there = one.called, other.called
            if there.owner != here.owner and one.words != other.words and _sound_alike(one, other):
                reason = f'"{here.name}" sounds like "{there.name}" of {there.owner}'
                fix = "rename one of them, or take that name off"
                yield frozenset((here.owner, there.owner)), Problem(here.path, reason, fix)
        for key in shorter:
            index[key].append(one)


def _sound_alike(one: _Heard, other: _Heard) -> bool:
    """Word by word where they have as many; as a whole where one may be the other run together."""
    if len(one.words) != len(other.words):
        return _words_alike(one.joined, other.joined)
    return all(a == b or _words_alike(a, b) for a, b in zip(one.words, other.words, strict=True))


def _words_alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST or one.isdigit() or other.isdigit():
        return False
    left, right = sound_key(one), sound_key(other)
    bound = min(_bound(left), _bound(right))
    apart = distance(left, right, bound)
    longest = max(len(one), len(other))
    return apart <= bound and 1.0 - distance(one, other, longest) / longest >= _LIKENESS[apart]


def _bound(key: str) -> int:
    return 2 if TWO_EDITS_FROM <= len(key) <= TWO_EDITS_TO else 1
