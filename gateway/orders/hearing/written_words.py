"""The words of a turn as they were written down, beside their folded forms: names keep their capitals and accents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.orders.hearing.tokens import fold

MAX_WRITTEN = 300  # words; names and addresses stand in turns far shorter than that

_WORD = re.compile(r"[^\W_]+(?:['\u2019\u2018`\u00b4-][^\W_]+)*|[,.;:!?\u00a1\u00bf]")
_APOSTROPHES = str.maketrans("\u2019\u2018`\u00b4", "''''")


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """One word or punctuation mark: `word` is folded, `written` as it stood, `start` and `end` its offsets."""

    word: str
    written: str
    start: int
    end: int

    @property
    def is_mark(self) -> bool:
        """Whether it is punctuation."""
        return not self.word[0].isalnum()


def written_words(text: str) -> tuple[WrittenWord, ...]:
    """The first 300 words and punctuation marks of a text."""
    found: list[WrittenWord] = []
    for match in _WORD.finditer(text):
        word = fold(match.group())[0].replace(" ", "")  # some ligatures fold to several words, some to none
        if word:
            found.append(WrittenWord(word, match.group().translate(_APOSTROPHES), *match.span()))
        if len(found) == MAX_WRITTEN:
            break
    return tuple(found)


def joined(words: Sequence[WrittenWord]) -> str:
    """The folded words with single spaces, for patterns; `index_at` leads back."""
    return " ".join(word.word for word in words)


def index_at(text: str, place: int) -> int:
    """Which word of a joined text stands at an offset."""
    return text.count(" ", 0, place)


def titled(written: str) -> str:
    """A word of a name as one writes it: its own capitals where it mixes cases, else each part with one."""
    if not (written.islower() or written.isupper()):
        return written
    return re.sub(r"(?<![^\W\d_])(?<![^\W\d_]')[^\W\d_]|(?<=^o')[^\W\d_]", lambda m: m.group().upper(), written.lower())
