"""How a word sounds, roughly, and how far two spellings are apart: the measure behind forgiving recogniser errors.

`sound_key` maps a spelling to a crude pronunciation in which vowels are alike and silent letters are gone, so that
"marguerite a" and "margherita" meet. `distance` is the optimal string alignment distance with a bound.
"""

import re
from functools import lru_cache

_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z0-9]", ""),
        (r"^(?:kn|gn)", "n"),
        (r"^wr", "r"),
        (r"^h(?=[aeiou])", "h"),
        (r"tion|sion|cian", "xan"),
        (r"sch|tch|ch|sh", "x"),
        (r"ph", "f"),
        (r"gh(?=[aeiou])", "g"),
        (r"(?<=[aeiou])gh|(?<=[a-z])h|(?<!^)w", ""),
        (r"ck|qu|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"z", "s"),
        (r"dg(?=[eiy])|g(?=[iy])", "j"),
        (r"v", "f"),
        (r"(?<=[^aeiouy])e$", ""),
        (r"[aeiouy]+", "a"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=8192)
def sound_key(word: str) -> str:
    """The crude pronunciation of one folded word or of several written together."""
    for pattern, sound in _RULES:
        word = pattern.sub(sound, word)
    return word


def distance(left: str, right: str, bound: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) between two strings; `bound` + 1 when there are more."""
    if abs(len(left) - len(right)) > bound:
        return bound + 1
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > bound:
            return bound + 1
        before, above = above, row
    return min(above[-1], bound + 1)


def deletions(word: str, depth: int) -> frozenset[str]:
    """The word and everything left of it after up to `depth` letters are taken out: keys for a spelling index."""
    reached = {word}
    edge = {word}
    for _ in range(depth):
        edge = {text[:i] + text[i + 1 :] for text in edge for i in range(len(text))}
        reached |= edge
    return frozenset(reached)
