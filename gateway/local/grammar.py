"""Phrases put into the words of one recogniser, and what it hears put back into the words of the phrases. Pure.

A word that the recogniser lacks is expected as its stand-ins (see `soundalike`); a stand-in that is heard is reported
as the word it stands for. A stand-in that the phrases use themselves is left out, because what was meant could not be
told; the singular for a plural is the exception, and is reported as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gateway.speech.transcription import Word

UNKNOWN = "[unk]"  # how Kaldi's models write a word that they cannot name


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one recogniser is told to expect.

    Attributes:
        phrases: In the recogniser's own words.
        meanings: Words as heard to the word of the original phrases.
        meaningless: Words that mean nothing alone: `UNKNOWN`, and the halves of stand-ins.
        missing: Words for which no stand-in was found; they will be heard as `UNKNOWN`.
    """

    phrases: tuple[str, ...]
    meanings: dict[tuple[str, ...], str]
    meaningless: frozenset[str]
    missing: tuple[str, ...]

    def restore(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """What was heard, in the words of the original phrases and without unknown words."""
        restored: list[Word] = []
        at = 0
        while at < len(words):
            heard = words[at : at + 2]
            for size in (2, 1):
                meant = self.meanings.get(tuple(word.text for word in heard[:size]))
                if meant is not None:
                    heard = heard[:size]
                    confidence = sum(word.confidence for word in heard) / size
                    restored.append(Word(meant, heard[0].start, heard[-1].end, confidence))
                    break
            else:
                heard = heard[:1]
                if heard[0].text not in self.meaningless:
                    restored.append(heard[0])
            at += len(heard)
        return tuple(restored)


def build_grammar(
    phrases: Iterable[str], knows: Callable[[str], bool], stand_ins: Callable[[str], Sequence[str]]
) -> Grammar:
    """Put phrases into a recogniser's words.

    Args:
        phrases: Lower-case words with single spaces; a phrase that stands there twice weighs twice.
        knows: Whether the recogniser has a word.
        stand_ins: Texts of one or two of the recogniser's words that sound like a word, the best first.

    Returns:
        The grammar. A phrase with missing words is repeated, once for each of their stand-ins.
    """
    split = [phrase.split() for phrase in phrases]
    vocabulary = {word for words in split for word in words}
    pairs = {pair for words in split for pair in pairwise(words)}
    unknown = sorted(word for word in vocabulary if not knows(word))
    chosen: dict[str, list[str]] = {}
    meanings: dict[tuple[str, ...], str] = {}
    for word in unknown:
        for text in stand_ins(word):
            heard = tuple(text.split())
            meant_itself = heard in pairs if len(heard) > 1 else heard[0] in vocabulary
            if heard in meanings or (meant_itself and not _same_dish(word, text)):
                continue
            chosen.setdefault(word, []).append(text)
            if not meant_itself:
                meanings[heard] = word
    written: list[str] = []
    for words in split:
        variants = max((len(chosen.get(word, ())) for word in words if word in chosen), default=1)
        written += [" ".join(_write(word, chosen, turn, knows) for word in words) for turn in range(variants)]
    halves = {half for heard in meanings if len(heard) > 1 for half in heard} - vocabulary
    missing = tuple(word for word in unknown if word not in chosen)
    return Grammar(tuple(written), meanings, frozenset({UNKNOWN, *halves}), missing)


def _same_dish(word: str, other: str) -> bool:
    """Singular and plural: heard as the other form, nothing is lost but an s."""
    return word.removesuffix("s") == other.removesuffix("s")


def _write(word: str, chosen: dict[str, list[str]], turn: int, knows: Callable[[str], bool]) -> str:
    if texts := chosen.get(word):
        return texts[turn % len(texts)]
    return word if knows(word) else UNKNOWN
