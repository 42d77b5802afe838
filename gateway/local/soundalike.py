"""Stand-ins for words a recogniser does not know: its own words that sound nearly the same. Pure.

A recogniser can only hear words of its own list, and menus are full of others ("calzone", "margheritas"). English
spelling tells enough of the sound to find replacements: it is folded to a rough sound key ("ph" is "f", vowels are
weak, voiced and unvoiced consonants are close) and the nearest keys of the recogniser's list are taken, as one word
("margaritas") or as two ("cal zone"). Nothing here knows a menu or a language model; the rules are about spelling only.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import product

# Spellings and the sound they stand for, replaced in this order: soft c and g first, longer spellings before the
# shorter that they hold. Capitals are sounds without a letter of their own: C church, J judge, S ship, T thin.
_SOUNDS = {
    "tch": "C", "sch": "S", "ght": "t", "tion": "Sn", "sion": "Sn", "eigh": "e", "dge": "Je",
    "ce": "se", "ci": "si", "cy": "si", "ge": "Je", "gi": "Ji",
    "ch": "C", "sh": "S", "th": "T", "ph": "f", "gh": "g", "ck": "k", "qu": "kw", "wh": "w", "wr": "r", "kn": "n",
    "tz": "ts", "gn": "n", "ee": "i", "ea": "i", "ie": "i", "oo": "u", "ou": "u", "ow": "o", "oa": "o", "ai": "e",
    "ay": "e", "ei": "e", "ey": "i", "au": "o", "aw": "o", "c": "k", "q": "k", "x": "ks", "y": "i", "j": "J",
}  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_SILENT_END = re.compile(r"(?<=[a-z]{2})e(?=[sd]?$)", re.MULTILINE)  # "wine", "wines"; the e of "be" is heard
_VOWELS = frozenset("aeiou")
# Consonants that a telephone line or an accent turns into each other.
_NEAR = {
    frozenset(pair)
    for pair in "sz td pb kg fv wv mn Ss Tt Td Tf CJ CS JS Jg Jz Ck Cs".split()  # noqa: SIM905 - reads as the table it is
}
_BARE = str.maketrans("zdbgvJSCT", "stpkfssst", "aeiou")
_PAIR = 0.2  # a pair must beat a single word by this much
_WORD = re.compile(r"[a-z][a-z']*")


@lru_cache(maxsize=4096)
def sound_key(word: str) -> str:
    """Rough sound of an English (or borrowed) spelling; equal keys are taken to sound the same.

    Args:
        word: One word; case, accents, apostrophes and hyphens do not matter.

    Returns:
        Letters of a small sound alphabet, in no standard notation. Empty for a word without letters.
    """
    plain = unicodedata.normalize("NFKD", word.lower())
    return _fold(re.sub("[^a-z]", "", plain))


def _fold(lines: str) -> str:
    """Sound keys of words, one a line. Many at once, because a hundred thousand words are folded at start."""
    sounds = _SILENT_END.sub("", lines)
    for spelling, sound in _SOUNDS.items():
        sounds = sounds.replace(spelling, sound)
    return _DOUBLED.sub(r"\1", sounds)


def sound_distance(left: str, right: str) -> float:
    """How differently two sound keys are heard: 0 for equal keys, about 1 for each consonant that differs.

    A weighted edit distance: vowels weigh little (spelling says least about them), related consonants half.
    """
    row = [0.0]
    for sound in right:
        row.append(row[-1] + _weight(sound))
    for sound in left:
        above, row = row, [row[0] + _weight(sound)]
        for column, other in enumerate(right):
            change = above[column] + _difference(sound, other)
            row.append(min(change, above[column + 1] + _weight(sound), row[column] + _weight(other)))
    # One final s more or less is a plural: another form of the same word.
    plural = left.removesuffix("s") == right.removesuffix("s") and left != right
    return min(row[-1], 0.1) if plural else row[-1]


def _weight(sound: str) -> float:
    return 0.5 if sound in _VOWELS else 1.0


def _difference(left: str, right: str) -> float:
    if left == right:
        return 0.0
    if left in _VOWELS and right in _VOWELS:
        return 0.25
    return 0.4 if frozenset((left, right)) in _NEAR else 1.2


def _skeletons(keys: str) -> str:
    """The consonants alone, voice removed, of keys, one a line: what survives a bad line, and is compared first."""
    return _DOUBLED.sub(r"\1", keys.translate(_BARE))


class SoundIndex:
    """The words of one recogniser, found by sound.

    Building it folds every word once (about half a second for 150,000 words), so build it when a word is missing.

    Args:
        words: The recogniser's words. What is not plain letters (markers such as ``[unk]``) is left out.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._by_skeleton: dict[str, list[str]] = defaultdict(list)
        plain = [word for word in words if _WORD.fullmatch(word)]
        keys = _fold("".join(f"{word}\n" for word in plain).replace("'", "")).splitlines()
        for word, key in zip(plain, keys, strict=True):
            self._by_key[key].append(word)
        for key, shape in zip(
            self._by_key, _skeletons("".join(f"{key}\n" for key in self._by_key)).splitlines(), strict=True
        ):
            self._by_skeleton[shape].append(key)

    def nearest(self, word: str, count: int = 3, tolerance: float = 0.16) -> tuple[str, ...]:
        """Words, or pairs of words, of the recogniser that sound like ``word``; the nearest first.

        Args:
            word: The word that is missing.
            count: At most so many answers.
            tolerance: Largest sound distance for each sound of the word; larger finds more and worse.

        Returns:
            Texts of one or two words; empty if nothing is near enough.
        """
        wanted = sound_key(word)
        scored = self._scored(word, wanted, [*self._alike(wanted), *self._pairs(wanted, 0)], tolerance)
        if not scored:  # only now, because looser is slower and worse
            scored = self._scored(word, wanted, self._pairs(wanted, 0.5), tolerance)
        return tuple(sorted(scored, key=lambda text: (scored[text], text))[:count])

    @staticmethod
    def _scored(word: str, wanted: str, texts: list[tuple[str, str]], tolerance: float) -> dict[str, float]:
        scored = {}
        for text, key in texts:
            distance = sound_distance(wanted, key) + _PAIR * text.count(" ")
            if text != word and distance <= tolerance * len(wanted):
                # Among equals the one spelled alike is the better guess: the key knows vowels badly.
                scored[text] = distance + 1 - SequenceMatcher(None, word, text.replace(" ", "")).ratio()
        return scored

    def _alike(self, wanted: str) -> list[tuple[str, str]]:
        """Single words with the same consonants, or with one final s more or less (a plural is the same dish)."""
        bare = _skeletons(wanted)
        keys = [key for shape in {bare, bare + "s", bare.removesuffix("s")} for key in self._by_skeleton.get(shape, ())]
        return [(word, key) for key in keys for word in self._by_key[key]]

    def _pairs(self, wanted: str, slack: float) -> list[tuple[str, str]]:
        """Two words that together have this sound key; with slack, each half may differ by so much in its vowels."""
        pairs = []
        for cut in range(2, len(wanted) - 1):
            halves = [self._half(half, slack) for half in (wanted[:cut], wanted[cut:])]
            pairs += [(f"{a} {b}", left + right) for (a, left), (b, right) in product(*halves)]
        return pairs

    def _half(self, wanted: str, slack: float) -> list[tuple[str, str]]:
        near = self._by_skeleton.get(_skeletons(wanted), ()) if slack else (wanted,)
        keys = [key for key in near if sound_distance(wanted, key) <= slack]
        # Words of one letter are letter names, spoken quite differently.
        return [(word, key) for key in keys for word in self._by_key.get(key, ()) if len(word) > 1]
