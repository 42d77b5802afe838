"""Counts inside a dish: "two shots of espresso" and "a triple shot" count the choice, not the dish.

The words that count and measure are taken up into the mention of the choice, as its `count`.
"""

from collections.abc import Sequence
from dataclasses import replace

from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention

_UNIT_WORDS = """
bit cube dollop layer pack packet piece portion pump scoop serving shot slice spoon spoonful squirt strip tablespoon
teaspoon wedge
"""
_UNITS = frozenset(_UNIT_WORDS.split())
_QUALIFIERS = frozenset({Cue.EXTRA, Cue.LIGHT})
_TIMES = {"single": 1, "double": 2, "triple": 3, "quad": 4, "quadruple": 4}


def take_up_counts(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions with such words taken up."""
    kept: list[Mention] = []
    at = 0
    while at < len(mentions):
        if _counts_a_group(mentions, at):
            at += 2  # "a large two topping pizza": the toppings are named elsewhere
            continue
        if _points_back(mentions, at):
            kept.append(mentions[at])
            at += 3  # "six coffees, two of them decaf"
            continue
        counted = _counted(mentions, at)
        if counted is None:
            kept.append(mentions[at])
            at += 1
        else:
            choice, at = counted
            kept += choice
    return tuple(kept)


def _counted(mentions: Sequence[Mention], at: int) -> tuple[list[Mention], int] | None:
    """The choice that a count at `at` belongs to, with its count, and where to go on; None where nothing is counted.

    A qualifier between them stays before the choice: "two extra slices of bacon".
    """
    first = mentions[at]
    times = first.number if first.number is not None else _TIMES.get(first.text)
    article = first.cue is Cue.AN
    if (times is None and not article) or any(sense.kind != "modifier" for sense in first.senses):
        return None
    place = at + 1
    qualifier = [m for m in mentions[place : place + 1] if m.cue in _QUALIFIERS and first.number is not None]
    place += len(qualifier)
    measured = place < len(mentions) and _is_unit(mentions[place])
    if measured:
        place += 1
        place += place < len(mentions) and mentions[place].text in {"of", "de"}
    if place >= len(mentions) or mentions[place].pause or not mentions[place].of("modifier"):
        return None
    choice = mentions[place]
    # "two sugars", where "2 %" is a name of the milk: the number says no more than how many
    alone = bool(first.senses) and not _leads_to_a_dish(mentions, place)
    counts_itself = times is not None and (alone or any(t.stem in _UNITS for t in choice.tokens))
    if not (measured or counts_itself) or (not measured and choice.of("item")):
        return None
    return [*qualifier, replace(choice, senses=choice.of("modifier"), count=times)], place + 1


def _counts_a_group(mentions: Sequence[Mention], at: int) -> bool:
    if mentions[at].number is None or at + 1 >= len(mentions):
        return False
    senses = mentions[at + 1].senses
    return bool(senses) and all(sense.kind == "group" for sense in senses)


def _leads_to_a_dish(mentions: Sequence[Mention], at: int) -> bool:
    """Whether a dish follows the choices from `at`: "two iced americanos"."""
    while at < len(mentions) and mentions[at].of("modifier") and not mentions[at].of("item"):
        at += 1
    return at < len(mentions) and bool(mentions[at].of("item"))


def _points_back(mentions: Sequence[Mention], at: int) -> bool:
    ahead = [mention.text for mention in mentions[at + 1 : at + 3]]
    return mentions[at].number is not None and ahead in (["of", "them"], ["of", "those"])


def _is_unit(mention: Mention) -> bool:
    return not mention.senses and len(mention.tokens) == 1 and mention.tokens[0].stem in _UNITS
