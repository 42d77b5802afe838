"""A small language model from phrases, as text in the ARPA format that recognisers read. Pure.

Trigrams with Witten-Bell smoothing: what was seen often is expected, what was not seen stays possible by backing off to
two words and to one. (Witten and Bell 1991; ARPA format as read by SphinxBase's ``ngram_model_trie``.)
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

_START, _END = "<s>", "</s>"
_NEVER = -99.0  # log10 of no probability, as the format writes it
Gram = tuple[str, ...]


def arpa(phrases: Iterable[str]) -> str:
    """The trigram model of these phrases.

    Args:
        phrases: Words with single spaces. A phrase that stands there twice weighs twice.

    Returns:
        Text of an ARPA file.

    Raises:
        ValueError: If there is no phrase with a word.
    """
    counts: list[Counter[Gram]] = [Counter(), Counter(), Counter()]
    for phrase in phrases:
        words = phrase.split()
        for size in (1, 2, 3):
            counts[size - 1].update(tuple(words[at : at + size]) for at in range(len(words) - size + 1))
    if not counts[0]:
        raise ValueError("a language model needs at least one phrase")
    # Phrases are parts of sentences: nothing begins or ends because a phrase does. So the end is a word like others.
    counts[0][(_END,)] = max(1, counts[0].total() // 8)
    model = _Smoothed(counts)
    blocks = ["\\data\\", *(f"ngram {size}={len(model.grams(size))}" for size in (1, 2, 3)), ""]
    for size in (1, 2, 3):
        blocks += [f"\\{size}-grams:", *model.lines(size), ""]
    return "\n".join([*blocks, "\\end\\", ""])


class _Smoothed:
    """Counts of grams as probabilities; P(word | history) = (count + kinds * P(word | shorter)) / (total + kinds)."""

    def __init__(self, counts: list[Counter[Gram]]) -> None:
        self._counts = counts
        self._totals: dict[Gram, int] = defaultdict(int)
        self._kinds: dict[Gram, int] = defaultdict(int)  # how many different words followed a history
        for by_gram in counts:
            for gram, count in by_gram.items():
                self._totals[gram[:-1]] += count
                self._kinds[gram[:-1]] += 1

    def grams(self, size: int) -> list[Gram]:
        seen = sorted(self._counts[size - 1])
        return [(_START,), *seen] if size == 1 else seen

    def lines(self, size: int) -> Iterable[str]:
        for gram in self.grams(size):
            chance = _NEVER if gram == (_START,) else math.log10(self._chance(gram))
            # What is left for words that were not seen here; the longest grams are no history.
            kinds, total = self._kinds.get(gram, 0), self._totals.get(gram, 0)
            backoff = f"\t{math.log10(kinds / (total + kinds)):.4f}" if size < 3 and kinds else ""
            yield f"{chance:.4f}\t{' '.join(gram)}{backoff}"

    def _chance(self, gram: Gram) -> float:
        history = gram[:-1]
        if not history:
            return self._counts[0][gram] / self._totals[()]
        kinds, total = self._kinds[history], self._totals[history]
        return (self._counts[len(gram) - 1][gram] + kinds * self._chance(gram[1:])) / (total + kinds)
