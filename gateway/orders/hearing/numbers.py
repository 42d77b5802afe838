"""Numbers as people say them: words and digits to integers, in English and Spanish.

Pure tables and one reader. `read_number` looks at a list of folded words and says which number starts there and how
many words it takes, so that the tokeniser can make one token of "twenty one" or "half a dozen".
"""

from collections.abc import Sequence

LARGEST = 1_000_000_000

_UNITS = (
    "zero cero|one uno|two dos|three tres|four cuatro|five cinco|six seis|seven siete|eight ocho|nine nueve|ten diez"
    "|eleven|twelve doce|thirteen trece|fourteen catorce|fifteen quince|sixteen dieciseis|seventeen diecisiete"
    "|eighteen dieciocho|nineteen diecinueve"
)  # Spanish "once", eleven, is left out: in English it is an ordinary word
_DECADES = (
    "twenty veinte|thirty treinta|forty cuarenta|fifty cincuenta|sixty sesenta|seventy setenta|eighty ochenta"
    "|ninety noventa"
)
_ONES = {word: value for value, words in enumerate(_UNITS.split("|")) for word in words.split()}
_TENS = {word: value * 10 for value, words in enumerate(_DECADES.split("|"), 2) for word in words.split()}
_SCALES = {"hundred": 100, "thousand": 1000, "mil": 1000, "million": 1_000_000}
_DOZEN = {"dozen": 12, "docena": 12}
_PHRASES = {
    ("half", "a", "dozen"): 6, ("half", "dozen"): 6, ("media", "docena"): 6, ("a", "couple", "of"): 2,
    ("a", "couple"): 2, ("couple", "of"): 2, ("couple",): 2, ("a", "pair", "of"): 2, ("pair", "of"): 2,
    ("un", "par", "de"): 2,
}  # fmt: skip


def read_number(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """The number that starts at `words[at]`, as (value, words used), or None.

    Words are folded (lower case, no accents). Digits count too ("2", "18,000"); a decimal such as "7.5" does not,
    because nobody orders 7.5 of a thing. Values are capped at one thousand million.
    """
    for length in (3, 2, 1):
        phrase = tuple(words[at : at + length])
        if phrase in _PHRASES:
            return _PHRASES[phrase], len(phrase)
    found = _cardinal(words, at)
    if found is None:
        return None
    value, used = found
    following = words[at + used] if at + used < len(words) else ""
    if following in _DOZEN and words[at] not in _DOZEN:
        return min(value * 12, LARGEST), used + 1
    return min(value, LARGEST), used


def _cardinal(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """A plain cardinal: digits, or words with their scales ("a dozen", "one hundred and fifty")."""
    word = words[at]
    if word[0] == "-":
        return 0, 1  # fewer than none of a thing is none
    if word[0].isdigit():
        digits = word.replace(",", "")
        return (min(int(digits), LARGEST), 1) if digits.isdecimal() and len(digits) < 20 else None
    if word in _DOZEN:
        return 12, 1
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in {"a", "an", "una", "un"}:
        if following in _DOZEN:
            return 12, 2
        return (_SCALES[following], 2) if following in _SCALES else None
    return _with_scales(words, at)


def _with_scales(words: Sequence[str], at: int) -> tuple[int, int] | None:
    total = 0
    part: int | None = None
    index = at
    while index < len(words):
        word = words[index]
        if word in _ONES and part is None:
            part = _ONES[word]
        elif word in _TENS and part is None:
            part = _TENS[word]
        elif word in _ONES and part is not None and _takes_unit(part, _ONES[word]):
            part += _ONES[word]
        elif word in _TENS and part is not None and part % 100 == 0 and part > 0:
            part += _TENS[word]
        elif word in _SCALES and part is not None and part < _SCALES[word]:
            part *= _SCALES[word]
            if _SCALES[word] > 100:
                total, part = total + part, None
        elif word == "and" and part is not None and _continues(words, index):
            pass  # "one hundred and fifty", but never "two and three"
        else:
            break
        index += 1
    return (total + (part or 0), index - at) if index > at else None


def _takes_unit(part: int, unit: int) -> bool:
    """Whether a unit goes on a number: "twenty" takes "one", "one hundred" takes "twelve", "three" takes nothing."""
    return (part % 100 >= 20 and part % 10 == 0 and 0 < unit < 10) or (part % 100 == 0 and part > 0)


def _continues(words: Sequence[str], at: int) -> bool:
    """Whether the "and" at `at` sits inside a number: after a scale, before a further part of it."""
    following = words[at + 1] if at + 1 < len(words) else ""
    return words[at - 1] in _SCALES and (following in _ONES or following in _TENS)
