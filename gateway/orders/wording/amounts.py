"""Finding an amount in what was said, in words or digits, English or Spanish, whoever said it.

Rules kept here: only the whole amount counts, so that "$125.34" is not "25.34"; small words between ("and", "con") and
hyphens do not matter.
"""

import re

from gateway.orders.hearing.tokens import fold
from gateway.orders.restaurant import Language
from gateway.orders.wording.money import number_words, price_words

_LANGUAGES: tuple[Language, ...] = ("en", "es")
_TOKEN = re.compile(r"\d+(?:,\d{3})*(?:[.,]\d+)?|[a-z]+|[$€£¢]")
_LINKS = frozenset({"and", "y", "con", "de", "with", "of"})


def spoken_amounts(cents: int, currency: str = "USD") -> tuple[str, ...]:
    """The ways to say an amount that `end_of_amount` finds."""
    whole, rest = divmod(cents, 100)
    said = [f"{whole}.{rest:02d}", f"{whole} {rest:02d}" if rest else f"${whole}"]
    for language in _LANGUAGES:
        words = price_words(cents, currency, language)
        digits = words
        for number in (whole, rest):
            digits = digits.replace(price_words(number * 100, currency, language).rpartition(" ")[0], str(number), 1)
        said += [words, digits]
        if rest:
            oh = "oh " if language == "en" and rest < 10 else ""
            said.append(f"{number_words(whole, language)} {oh}{number_words(rest, language)}")
    return tuple(dict.fromkeys(" ".join(word for word, _ in _tokens(one)) for one in said))


def end_of_amount(text: str, amounts: tuple[str, ...]) -> int | None:
    """Where in a text an amount ends that is said in one of these ways, the last time; None: it is not said."""
    tokens = _tokens(text)
    ends: dict[int, int] = {}
    joined = " "
    for word, end in tokens:
        joined += f"{word} "
        ends[len(joined)] = end
    found = [joined.rfind(f" {amount} ") + len(amount) + 2 for amount in amounts if f" {amount} " in joined]
    return ends[max(found)] if found else None


def _tokens(text: str) -> list[tuple[str, int]]:
    """The words, numbers and signs of a text, folded, and where each ends in it; numbers as "1025.34"."""
    plain, places = fold(text)
    found: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(plain):
        word = re.sub(r",(?=\d{3}(?!\d))", "", token.group()).replace(",", ".")
        if word not in _LINKS:
            found.append((word, places[token.end() - 1] + 1))
    return found
