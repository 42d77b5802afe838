"""Card numbers never reach the log: they are found in what was said and replaced before anything is stored.

A card number is 13 to 19 digits that pass the Luhn check (ISO/IEC 7812-1), written with or without separators, or
spoken in English or Spanish words, as single digits, pairs or hundreds. `Redactor` also catches a number that one
speaker spreads over several turns. A false alarm costs one phrase of a transcript; a miss stores a card number.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

MASK = "[card number removed]"

# A number that stays open at the end of a turn is masked at once from this length on (telephone numbers are shorter),
# so that of a card number spread over turns at most the first 11 digits are kept: PCI DSS 3.3 lets 12 of 16 be shown.
_OPEN_DIGITS = 12
_SHORTEST, _LONGEST = 13, 19
_FIRST_DIGITS = "23456"  # of the card networks (ISO/IEC 7812)
_TURNS_WITHOUT_DIGITS = 2

_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)?|[^\w\s]|_|\s+")


def _numbered(text: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * place for place, names in enumerate(text.split()) for word in names.split("/")}


_UNITS: Mapping[str, int] = _numbered(
    "zero/oh/o/nought/cero one/un/uno/una two/dos three/tres four/cuatro five/cinco six/seis seven/siete eight/ocho"
    " nine/nueve",
    0,
)
_TEENS: Mapping[str, int] = _numbered(
    "ten/diez eleven/once twelve/doce thirteen/trece fourteen/catorce fifteen/quince sixteen/dieciseis"
    " seventeen/diecisiete eighteen/dieciocho nineteen/diecinueve",
    10,
) | _numbered(
    "veintiun/veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve", 21
)
_TENS: Mapping[str, int] = _numbered(
    "twenty/veinte thirty/treinta forty/cuarenta fifty/cincuenta sixty/sesenta seventy/setenta eighty/ochenta"
    " ninety/noventa",
    20,
    10,
)
_HUNDREDS: Mapping[str, int] = _numbered(
    "cien/ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
    100,
    100,
)
_REPEAT: Mapping[str, int] = {"double": 2, "doble": 2, "triple": 3}
_NUMBER_WORDS = frozenset({*_UNITS, *_TEENS, *_TENS, *_HUNDREDS, *_REPEAT, "hundred", "thousand", "mil"})
_FILLERS = frozenset(
    {"uh", "um", "er", "erm", "and", "then", "dash", "hyphen", "space", "comma"}
    | {"eh", "este", "y", "luego", "guion", "espacio", "coma"}
)


@dataclass(frozen=True, slots=True)
class _Token:
    word: str  # folded: lower case, no accents
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Digits that were written or spoken as one, and where in the text."""

    digits: str
    start: int
    end: int


_Run = list[_Part]


def redact(text: str) -> str:
    """Replace every card number in a text by `[card number removed]`; everything else stays as it is."""
    return _mask(text, [span for run in _runs(text) for span in _card_spans(run, 0)])


@dataclass(frozen=True, slots=True)
class _Open:
    """The digits with which a speaker's last turn ended, the turns without any since, and whether they were masked."""

    digits: str
    silent_turns: int = 0
    masked: bool = False


_NOTHING = _Open("")


class Redactor:
    """Redacts the turns of one call, each speaker's digits followed from turn to turn.

    Give it every turn once, in order, before the turn is stored.
    """

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def redact(self, speaker: str, text: str) -> str:
        """The text of a turn as it may be stored.

        Args:
            speaker: who said it; speakers are followed apart, since people talk into each other's numbers.
            text: the turn, as recognised.
        """
        runs = _runs(text)
        held = self._open.pop(speaker, _NOTHING)
        if not runs:
            if held.digits and held.silent_turns < _TURNS_WITHOUT_DIGITS:
                self._open[speaker] = replace(held, silent_turns=held.silent_turns + 1)
            return text
        if held.masked:
            # A number was masked, which may have been the beginning of a longer one: by chance, 13 digits of one pass
            # the check too. Digits alone may still belong to it; those with words ("two cokes") do not.
            if _is_digits_only(text):
                self._open[speaker] = _open(held.digits + _digits(runs[0]), masked=True)
                return _mask(text, [(runs[0][0].start, runs[0][-1].end)])
            held = _NOTHING
        runs[0].insert(0, _Part(held.digits, 0, 0))  # stands nowhere in this text, so there is nothing to mask
        spans = [span for run in runs for span in _card_spans(run, len(run[0].digits) if run is runs[0] else 0)]
        last, masked = runs[-1], max((end for _, end in spans), default=-1)
        if masked >= last[-1].end:
            self._open[speaker] = _open(_digits(last), masked=True)
            return _mask(text, spans)
        rest = [part for part in last if part.start >= masked]
        tail = _digits(rest)
        too_long = any(first in _FIRST_DIGITS for first in tail[: max(0, len(tail) - _OPEN_DIGITS + 1)])
        if too_long:
            spans += [(part.start, part.end) for part in rest]
        self._open[speaker] = _open(tail, masked=too_long)
        return _mask(text, spans)


def _open(digits: str, *, masked: bool) -> _Open:
    """What is carried into the speaker's next turn."""
    if masked:
        return _Open(digits, masked=True) if len(digits) < _LONGEST else _NOTHING
    return _Open(digits[-(_LONGEST - 1) :])


def _digits(parts: list[_Part]) -> str:
    return "".join(part.digits for part in parts)


def _is_digits_only(text: str) -> bool:
    words = (_fold(found.group()) for found in _TOKEN.finditer(text))
    return all(not word.isalpha() or word in _FILLERS or word in _NUMBER_WORDS for word in words)


def _luhn_valid(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _card_spans(run: _Run, carried: int) -> Iterator[tuple[int, int]]:
    """Where in the text the card numbers of a run stand; those within the first `carried` digits are done already."""
    digits = _digits(run)
    ends = list(accumulate(len(part.digits) for part in run))
    start = 0
    while start + _SHORTEST <= len(digits):
        for length in range(min(_LONGEST, len(digits) - start), _SHORTEST - 1, -1):
            stop = start + length
            if stop > carried and _luhn_valid(digits[start:stop]):
                bounds = zip(run, ends, strict=True)
                # the parts that it touches, but for what was said in an earlier turn
                touched = [p for p, end in bounds if start < end and end - len(p.digits) < stop and p.end]
                yield touched[0].start, touched[-1].end
                start = stop - 1
                break
        start += 1


def _mask(text: str, spans: list[tuple[int, int]]) -> str:
    out, done = "", 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        joined = done > 0 and not text[done:start].strip(" -.,/")
        out += "" if joined else text[done:start] + MASK
        done = end
    return out + text[done:]


def _runs(text: str) -> list[_Run]:
    """The digits of a text in runs: numbers with nothing but separators and "uh"s between them."""
    runs: list[_Run] = []
    tokens = [_Token(_fold(found.group()), found.start(), found.end()) for found in _TOKEN.finditer(text)]
    words = [token for token in tokens if not token.word.isspace()]
    open_run, place = False, 0
    while place < len(words):
        word = words[place].word
        if word.isdecimal():
            part, place = _Part(word, words[place].start, words[place].end), place + 1
        elif word in _NUMBER_WORDS:
            part, place = _spoken(words, place)
        else:
            open_run = open_run and (word in _FILLERS or not word.isalpha())
            place += 1
            continue
        if open_run:
            runs[-1].append(part)
        else:
            runs.append([part])
        open_run = True
    return runs


def _spoken(words: list[_Token], place: int) -> tuple[_Part, int]:
    """The number that is spoken from here on, as digits, and the place after it."""
    first = place
    times = _REPEAT.get(words[place].word)
    if times is not None:
        value, place = _below_hundred(words, place + 1)
        digits = "" if value is None else str(value) * times
    else:
        value, place = _below_thousand(words, place)
        thousand = 1 if value is None else value  # "mil ciento once" is 1111
        if _word(words, place) in ("mil", "thousand"):
            rest, place = _below_thousand(words, place + 1)
            value = thousand * 1000 + (rest or 0)
        digits = "" if value is None else str(value)
        place = max(place, first + 1)
    return _Part(digits, words[first].start, words[place - 1].end), place


def _below_thousand(words: list[_Token], place: int) -> tuple[int | None, int]:
    hundreds = _HUNDREDS.get(_word(words, place))
    if hundreds is not None:
        place += 1
    else:
        value, place = _below_hundred(words, place)
        if _word(words, place) != "hundred":
            return value, place
        hundreds, place = (1 if value is None else value) * 100, place + 1
    rest, after = _below_hundred(words, place + (_word(words, place) == "and"))
    return (hundreds, place) if rest is None or rest == 0 else (hundreds + rest, after)


def _below_hundred(words: list[_Token], place: int) -> tuple[int | None, int]:
    word = _word(words, place)
    if word in _TENS:
        joined = place + 1 + (_word(words, place + 1) in ("y", "-"))
        unit = _UNITS.get(_word(words, joined), 0)
        return (_TENS[word] + unit, joined + 1) if unit else (_TENS[word], place + 1)
    value = _UNITS.get(word, _TEENS.get(word))
    return (None, place) if value is None else (value, place + 1)


def _word(words: list[_Token], place: int) -> str:
    return words[place].word if place < len(words) else ""


def _fold(word: str) -> str:
    if word.isdecimal():
        return "".join(str(int(digit)) for digit in word)  # digits of any script
    return "".join(sign for sign in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(sign))
