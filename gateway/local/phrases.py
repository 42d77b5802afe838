"""What a caller is likely to say now: phrase lists from the menu and the state of the conversation. Pure.

A recogniser that is led by such phrases hears a small-vocabulary conversation several times better than free dictation.
The lists are made at run time from the menu's own names and from the ordinary words of ordering; they hold no sentences
of any test, and a new menu needs no work. Recognisers learn which words follow which, so what matters is that every
likely neighbourhood of words occurs, not that every sentence does.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product

from gateway.local.wording import (
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
        menu: The restaurant's names; they are part of every list but that of digits, since a caller may go on ordering
            at any time.

    Returns:
        Phrases of lower-case words, letters and apostrophes only. The same tuple for the same arguments, so that it can
        serve as a key.
    """
    match topic:
        case Topic.ORDERING:
            phrases = [*_ordering(menu), *ASSENTS, *DENIALS, *CLOSINGS, *FULFILMENT]
        case Topic.CONFIRMING:
            # Yes and no weigh twice here, because a wrong one is worth more than any wrong topping.
            phrases = [*2 * _answers(), *CLOSINGS, *CHANGES, *_ordering(menu)]
        case Topic.NAME:
            names = [f"{carrier} {name}".strip() for carrier, name in product(("", *NAME_CARRIERS), FIRST_NAMES)]
            phrases = [*names, *_answers(), *FULFILMENT, *CLOSINGS]
        case Topic.PHONE:
            phrases = _digit_runs()
        case Topic.FULFILMENT:
            phrases = [*2 * FULFILMENT, *_answers(), *CLOSINGS, *_named(), *_ordering(menu)]
        case Topic.ADDRESS:
            phrases = [*_digit_runs(), *ADDRESS_WORDS, *FIRST_NAMES, *FULFILMENT, *_answers()]
    return tuple(phrases)


def spoken(name: str) -> str:
    """A written name as lower-case words: "Jalapeño (hot) & 2 eggs" is "jalapeno hot and two eggs"."""
    plain = unicodedata.normalize("NFKD", name.lower()).replace("&", " and ").replace("\u2019", "'")
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = re.sub(r"\d+", lambda digits: f" {number_in_words(int(digits[0]))} ", plain)
    # An apostrophe belongs to a word only inside of it.
    return " ".join(re.findall(r"[a-z]+(?:'[a-z]+)*", plain))


def plural(name: str) -> str:
    """A dish, more than one of it: the last word takes its s ("garlic knots" stays)."""
    if not name or name.endswith("s"):
        return name
    if name.endswith(("ch", "sh", "x", "z")):
        return name + "es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + "s"


def _ordering(menu: SpokenMenu) -> list[str]:
    items, sizes, extras = (_unique(map(spoken, names)) for names in (menu.items, menu.variations, menu.modifiers))
    several = _unique(plural(item) for item in items)
    dishes = [*items, *(f"{size} {item}" for size, item in product(sizes, items))]
    many = [*several, *(f"{size} {item}" for size, item in product(sizes, several))]
    counted = [f"{number} {dish}" for number, dish in product(NUMBERS, many)]
    single = [f"{article} {dish}" for article, dish in product(("a", "an", "one", "the"), dishes)]
    opened = [f"{opening} {dish}" for opening, dish in product(OPENINGS, dishes)]
    started = [f"{opening} {count}" for opening, count in product(OPENINGS, ("a", "one", *NUMBERS))]
    linked = [f"{item} {link} {extra}" for item, link, extra in product([*items, *several], _LINKS, extras)]
    changed = [f"{change} {thing}" for change, thing in product(CHANGES, [*dishes, *sizes, *extras])]
    sized = [f"{size} {tail}" for size, tail in product(sizes, ("please", "one", "ones", "for the", "and"))]
    topped = [f"{extra} {tail}" for extra, tail in product(extras, (*_WHERE, "please", "and", "sauce", "instead"))]
    joined = [f"{left} and {right}" for left, right in product(extras, extras) if left != right]
    more = [
        f"{dish} {tail}" for dish, tail in product([*items, *several], ("and", "and a", "and two", "please", "too"))
    ]
    on_which = [f"{place} {what}" for place, what in product(_WHERE, [*sizes, *items])]
    halves = [f"half {extra}" for extra in extras] + [f"half with {extra}" for extra in extras]
    answers = [*sizes, *extras, *NUMBERS, "one", *(f"{number} {size}" for number, size in product(NUMBERS, sizes))]
    return [
        *opened, *started, *counted, *single, *linked, *changed, *sized, *topped, *joined, *more, *on_which, *halves,
        *answers, *OPENINGS, *CHANGES, *FILLERS, *QUESTIONS, *CLOSINGS,
        *(f"what's on the {item}" for item in items), *(f"how much is the {dish}" for dish in dishes),
    ]  # fmt: skip


_LINKS = ("with", "and", "with extra", "no", "without", "hold the", "and add", "with no")
_WHERE = ("on the", "on one", "on half", "on both", "on the side", "on that", "off the", "from the")


def _answers() -> list[str]:
    return [*ASSENTS, *DENIALS, *(f"{assent} {tail}" for assent, tail in product(ASSENTS, ("please", "thank you")))]


def _named() -> list[str]:
    return [f"{place} for {name}" for place, name in product(("pickup", "delivery"), FIRST_NAMES)]


def _digit_runs() -> list[str]:
    pairs = [f"{left} {right}" for left, right in product(DIGITS, DIGITS)]
    doubled = [f"{how} {digit}" for how, digit in product(("double", "triple"), DIGITS)]
    teens = [f"{ten} {digit}" for ten, digit in product(TENS, DIGITS)]
    return [*pairs, *doubled, *teens, *DIGITS, *TENS, *PHONE_CARRIERS]


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))
