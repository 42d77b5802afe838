"""The answer to "is there nuts in it?": what the menu declares, dish by dish and allergen by allergen, and in words.

Rules kept here: there are three answers, contains, may contain and unknown, and none of them is "free of"; what is put
on a dish has no declaration, so it may contain what its name says and is unknown else; every answer ends with the
sentence that nothing can be promised. English and Spanish; the allergens keep the menu's own words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gateway.orders.allergens import Concern, concerns, suggested
from gateway.orders.menu import Allergens, Item, ModifierOption
from gateway.orders.restaurant import Language
from gateway.orders.wording.listing import listed

Verdict = Literal["contains", "may contain", "unknown"]

_Words = dict[Language, str]

_CONTAINS: _Words = {"en": "The {item} contains {what}.", "es": "{item} contiene {what}."}
_MAY_CONTAIN: _Words = {"en": "The {item} may contain {what}.", "es": "{item} puede contener {what}."}
_UNKNOWN = {"en": "I do not know about {what} in the {items}.", "es": "No sé si hay {what} en {items}."}
_ANYTHING = {"en": "allergens", "es": "alérgenos"}
_NO_PROMISE = {
    "en": "We cannot promise that any dish is free of an allergen; please ask the staff.",
    "es": "No podemos garantizar que ningún plato esté libre de un alérgeno; consulte al personal, por favor.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: about which items, which options are on them, and which allergens in the caller's words.

    No allergens: everything that is declared.
    """

    items: tuple[Item, ...]
    options: tuple[ModifierOption, ...] = ()
    allergens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """`table` is JSON, an entry for every item and allergen, and for what a choice may contain; `say` the sentences."""

    table: list[dict[str, object]]
    say: str


def answer(asked: Asked, language: Language = "en") -> Answer:
    """What the menu declares."""
    table: list[dict[str, object]] = []
    said: list[str] = []
    unknown: dict[str, list[str]] = {allergen: [] for allergen in asked.allergens}
    for option in asked.options:
        names = suggested(option.name, asked.allergens)
        if names:
            said.append(_MAY_CONTAIN[language].format(item=option.name, what=listed(names, language)))
        for allergen in asked.allergens:
            if allergen in names:
                table.append({"option_id": option.id, "allergen": allergen, "verdict": "may contain"})
            elif not option.default:
                unknown[allergen].append(option.name)
    for item in asked.items:
        for words, names in _declared(item, asked.allergens):
            said.append(words[language].format(item=item.spoken_name, what=listed(names, language)))
        for allergen in asked.allergens:
            verdict, found = _verdict(item, allergen)
            table.append({"item_id": item.id, "allergen": allergen, "verdict": verdict, "declared": list(found)})
            if verdict == "unknown":
                unknown[allergen].append(item.spoken_name)
        if not asked.allergens:
            table.append(_everything(item))
    return Answer(table, " ".join((*said, *_doubts(asked, unknown, language), _NO_PROMISE[language])))


def _declared(item: Item, allergens: tuple[str, ...]) -> Iterable[tuple[_Words, tuple[str, ...]]]:
    """What is declared of an item, as far as it was asked for."""
    found = concerns((item,), allergens)
    declared = item.allergens if not allergens else found[0] if found else None
    if declared is not None:
        yield from ((words, names) for words, names in _kinds(declared) if names)


def _kinds(declared: Allergens | Concern) -> Iterable[tuple[_Words, tuple[str, ...]]]:
    return (_CONTAINS, declared.contains), (_MAY_CONTAIN, declared.may_contain)


def _verdict(item: Item, allergen: str) -> tuple[Verdict, tuple[str, ...]]:
    """The answer for one item and one allergen, with the menu's own words for it."""
    found = concerns((item,), (allergen,))
    if not found:
        return "unknown", ()
    return ("contains", found[0].contains) if found[0].contains else ("may contain", found[0].may_contain)


def _everything(item: Item) -> dict[str, object]:
    """All that is declared of an item; null where nothing is."""
    declared = item.allergens
    if declared is None:
        return {"item_id": item.id, "verdict": "unknown"}
    return {"item_id": item.id, "contains": list(declared.contains), "may contain": list(declared.may_contain)}


def _doubts(asked: Asked, unknown: dict[str, list[str]], language: Language) -> Iterable[str]:
    """What is not known, allergens with the same doubts told together."""
    if not asked.allergens:
        undeclared = [item.spoken_name for item in asked.items if item.allergens is None]
        added = (option.name for option in asked.options if not option.default)
        unknown = {_ANYTHING[language]: [*undeclared, *added]}
    alike: dict[tuple[str, ...], list[str]] = {}
    for allergen, names in unknown.items():
        alike.setdefault(tuple(names), []).append(allergen)
    for items, allergens in alike.items():
        if items:
            yield _UNKNOWN[language].format(what=listed(allergens, language), items=listed(items, language))
