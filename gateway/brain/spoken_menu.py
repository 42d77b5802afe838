"""What a caller is likely to say now: phrase lists from the menu and the state of the conversation. Pure.

A recogniser that is led by such phrases hears a small-vocabulary conversation several times better than free dictation.
The lists are made at run time from the menu's own names and from the ordinary words of ordering; they hold no sentences
of any test, and a new menu needs no work. Recognisers learn which words follow which, so what matters is that every
likely neighbourhood of words occurs, not that every sentence does.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import assert_never

from gateway.brain.spoken_words import (
    ADDRESS_WORDS,
    ASSENTS,
    CHANGES,
    CLOSINGS,
    DENIALS,
    DIGITS,
    FILLERS,
    FIRST_NAMES,
    FULFILMENT,
    NAME_CARRIERS,
    NUMBERS,
    OPENINGS,
    PHONE_CARRIERS,
    QUESTIONS,
    TENS,
)  # fmt: skip
from gateway.speech.say import number_in_words


class Topic(StrEnum):
    """What the conversation is about, as far as it changes what is likely to be heard."""

    ORDERING = "ordering"
    CONFIRMING = "confirming"
    NAME = "name"
    PHONE = "phone"
    FULFILMENT = "fulfilment"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class SpokenMenu:
    """A menu's names, as people say them.

    Attributes:
        items: Dishes and drinks, every spoken name of each ("margherita", "coke", "diet coke").
        variations: Sizes and kinds ("large", "twelve inch", "six").
        modifiers: What is put on, left out or chosen ("mushrooms", "extra cheese", "garlic").
    """

    items: tuple[str, ...] = ()
    variations: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def phrases_for(topic: Topic, menu: SpokenMenu) -> tuple[str, ...]:
    """What a caller is likely to say.

    Args:
        topic: What was asked, or is being done.
        menu: The restaurant's names. They are part of the list unless a name, a number or an address was asked for,
            since a caller goes on ordering at any time.

    Returns:
        Phrases of lower-case words, letters and apostrophes only. The same tuple for the same arguments, so that it can
        serve as a key.
    """
    match topic:
        case Topic.ORDERING:
            phrases = [*_ordering(menu), *_answers(), *FULFILMENT]
        case Topic.CONFIRMING:
            phrases = _favouring(_answers(), [*_ordering(menu), *FULFILMENT])
        case Topic.NAME:
            names = [f"{carrier} {name}".strip() for carrier, name in product(("", *NAME_CARRIERS), FIRST_NAMES)]
            phrases = [*names, *_answers(), *FULFILMENT, *CLOSINGS]
        case Topic.PHONE:
            phrases = _digit_runs()
        case Topic.FULFILMENT:
            phrases = _favouring(FULFILMENT, [*_answers(), *_named(), *_ordering(menu)])
        case Topic.ADDRESS:
            phrases = [*_digit_runs(), *ADDRESS_WORDS, *FIRST_NAMES, *FULFILMENT, *_answers()]
        case _:
            assert_never(topic)
    return tuple(phrases)


_LONGEST_NUMBER = 12  # digits


def spoken(name: str) -> str:
    """A written name as lower-case words: "Jalapeño (hot) & 2 eggs" is "jalapeno hot and two eggs"."""
    plain = unicodedata.normalize("NFKD", name.lower()).replace("&", " and ").replace("\u2019", "'")
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = re.sub(r"\d+", _spoken_digits, plain)
    # An apostrophe belongs to a word only inside of it.
    return " ".join(re.findall(r"[a-z]+(?:'[a-z]+)*", plain))


def _spoken_digits(digits: re.Match[str]) -> str:
    """A number in words; one that is too long for that, digit by digit."""
    groups = [digits[0]] if len(digits[0]) <= _LONGEST_NUMBER else list(digits[0])
    return f" {' '.join(number_in_words(int(group)) for group in groups)} "


def plural(name: str) -> str:
    """A dish, more than one of it: the last word takes its s ("garlic knots" stays)."""
    if not name or name.endswith("s"):
        return name
    if name.endswith(("ch", "sh", "x", "z")):
        return name + "es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + "s"


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _ends(phrases: Iterable[str]) -> list[str]:
    """The last two words of each: what comes after depends on no more, and there are fewer of them."""
    return _unique(" ".join(phrase.split()[-2:]) for phrase in phrases)


def _ordering(menu: SpokenMenu) -> list[str]:
    """Short runs of words that together form the likely sentences: what is said once the restaurant has answered."""
    items, sizes, extras = (_unique(map(spoken, names)) for names in (menu.items, menu.variations, menu.modifiers))
    several = _unique(plural(item) for item in items)
    dishes = _unique([*items, *several])
    heads = [*sizes, *dishes]  # what an article or a number stands before
    # Names outnumber articles and openings by far, but callers say "a" or "could i" as often: so those are repeated.
    often = max(1, len(heads) // 3)
    counted = [f"{count} {thing}" for count, thing in product(_COUNTS, [*sizes * 2, *several])]
    single = [f"{article} {thing}" for article, thing in product(_ARTICLES, [*sizes * 2, *items])]
    begun = often * [f"{opening} {small}" for opening, small in product(_ends(OPENINGS), (*_ARTICLES, *_COUNTS))]
    opened = [f"{opening} {thing}" for opening, thing in product(_ends(OPENINGS), heads)]
    changed = [f"{change} {thing}" for change, thing in product(_ends(CHANGES), [*_SMALL, *heads, *extras])]
    sized = [f"{size} {item}" for size, item in product(2 * sizes, dishes)]
    trailing = [f"{size} {tail}" for size, tail in product(2 * sizes, _AFTER_SIZE)]
    linked = [f"{item} {link} {extra}" for item, link, extra in product(dishes, _LINKS, extras)]
    followed = [f"{item} {tail}" for item, tail in product(2 * dishes, _AFTER_ITEM)]
    halves = [f"half {link}{extra}" for link, extra in product(("", "with ", "and half "), extras)]
    topped = [f"{extra} {tail}" for extra, tail in product(2 * extras, (*_WHERE, *_AFTER_EXTRA))]
    joined = [f"{left} and {right}" for left, right in product(extras, extras) if left != right]
    placed = [f"{place} {what}" for place, what in product(_WHERE, [*sizes, *items])]
    asked = [f"{asking} {item}" for asking, item in product(_ASKING, items)]
    return [
        *counted, *single, *begun, *opened, *changed, *sized, *trailing, *linked, *followed, *halves, *topped, *joined,
        *placed, *asked, *often * (*sizes, *extras, *_COUNTS, *OPENINGS), *CHANGES, *FILLERS, *QUESTIONS, *CLOSINGS,
    ]  # fmt: skip


# A count that stands here twice is about twice as common in orders.
_COUNTS = ("two", "two", "two", "three", "three", "four", *NUMBERS)
_ARTICLES = ("a", "a", "a", "one", "one", "an", "the", "the")
_SMALL = _unique([*_ARTICLES, *_COUNTS])
_LINKS = ("with", "and", "with extra", "no", "without", "with no")
_WHERE = ("on the", "on one", "on half", "on both", "on the side", "on that", "off the", "off")
_ASKING = ("what's on the", "how much is the", "do you have")
_AFTER_SIZE = ("please", "one", "ones", "for the", "and", "and a", "and one", "and two", "with", "no", "half")
_AFTER_ITEM = (
    "and", "and a", "and a", "and one", "and two", "please", "please", "too", "with", "with a", "with that",
    "no make that", "half", "half with", "on the", "actually", "for dessert", "to drink", "instead", "then",
)  # fmt: skip
_AFTER_EXTRA = ("please", "and", "and a", "sauce", "sauce and a", "instead", "too", "off", "on it", "no", "half")


def _answers() -> list[str]:
    polite = [f"{assent} {tail}" for assent, tail in product(ASSENTS, ("please", "thank you"))]
    return [*2 * ASSENTS, *2 * DENIALS, *polite, *CLOSINGS]


def _favouring(likely: Sequence[str], others: Iterable[str]) -> list[str]:
    """Both, the likely ones repeated until they are half: an answer that was asked for is worth more than a topping."""
    once = _unique(others)
    return max(1, len(once) // len(likely)) * list(likely) + once


def _named() -> list[str]:
    return [f"{place} for {name}" for place, name in product(("pickup", "delivery"), FIRST_NAMES)]


def _digit_runs() -> list[str]:
    pairs = [f"{left} {right}" for left, right in product(DIGITS, DIGITS)]
    doubled = [f"{how} {digit}" for how, digit in product(("double", "triple"), DIGITS)]
    teens = [f"{ten} {digit}" for ten, digit in product(TENS, DIGITS)]
    return [*pairs, *doubled, *teens, *DIGITS, *TENS, *PHONE_CARRIERS]
