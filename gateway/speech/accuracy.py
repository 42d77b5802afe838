"""How well words were understood: the word error rate, over words as they sound. Pure.

"12 wings" and "twelve wings" are the same words, and so are "Margherita," and "margherita": what differs in writing
only is no error of a recogniser.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.speech.say import say


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Errors against what was said.

    Attributes:
        words: how many words were said.
        errors: the fewest substitutions, insertions and deletions that turn what was said into what was heard.
    """

    words: int
    errors: int

    @property
    def rate(self) -> float:
        """The word error rate: 0 for all right; above 1 when more was heard than said; 0 for nothing at all."""
        return self.errors / self.words if self.words else float(self.errors > 0)

    @property
    def accuracy(self) -> float:
        """1 - rate, not below 0 (TRANSCRIPTION_ACCURACY_MIN of the specification)."""
        return max(0.0, 1.0 - self.rate)


def spoken_words(text: str) -> list[str]:
    """The words of a text as they sound: lower case, numbers in words, no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", say(text).lower()).replace("\u2019", "'")
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)*", plain)


def word_errors(said: str, heard: str) -> WordErrors:
    """Compare two texts word by word (Levenshtein distance over words)."""
    reference, hypothesis = spoken_words(said), spoken_words(heard)
    return WordErrors(len(reference), _distance(reference, hypothesis))


def _distance(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    previous = list(range(len(hypothesis) + 1))
    for row, word in enumerate(reference, 1):
        current = [row]
        for column, other in enumerate(hypothesis, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (word != other)))
        previous = current
    return previous[-1]
