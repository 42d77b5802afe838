"""The sentences of `respond.py`, in English and Spanish, and how names are put into them.

Rules kept here: numbers and prices in words; no more than five names on end; the Spanish ones give no dish a gender,
since the menu does not say which it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.orders.menu import Menu
from gateway.orders.restaurant import Language
from gateway.orders.wording.listing import listed
from gateway.orders.wording.money import counting_words, price_words
from gateway.orders.wording.spanish_words import (
    allergen_in_spanish,
    category_in_spanish,
    heading_in_spanish,
    size_in_spanish,
    size_phrase,
)

MOST_NAMES = 5

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "else": "Anything else?", "done": "All right.", "again": "Sorry, what would you like?",
        "hello": "Hello, what would you like?", "deny": "All right. Tell me if you would like anything else.",
        "noted": "{items}.", "noted_count": "I have noted {count} things.", "removed": "I have taken off {items}.",
        "for_caller": "Noted: {what}.", "for_name": "for {name}", "pickup": "pickup", "delivery": "delivery",
        "to_address": "to {address}",
        "allergies": "I have noted the allergy for the kitchen: {what}. We cannot promise that any dish is without it.",
        "allergies_short": "I have noted the allergy: {what}.",
        "choice_of": "What would you like {what} on?",
        "person": "One moment, I will put you through.", "cancelled": "All right, I have dropped the order.",
        "message": "Of course; tell me your message and your name, and I will pass it on.",
        "repeat": "Of course, I will say it again.", "so_far": "So far: {items}.",
        "nothing_yet": "There is nothing in the order yet.",
        "emergency": "If somebody is in danger, please hang up and dial {number} now.",
        "hours": "I do not have the hours at hand; our staff can tell you.",
        "total": "That comes to {price}{tax}.",
        "total_open": "So far that comes to {price}{tax}, without what is still open.",
        "total_later": "I will tell you the total when I read the order back.",
        # what is asked for
        "unknown": "Sorry, we do not have {what}.", "near": "We have {names}: would you like one of those?",
        "near_one": "We have {names}: would you like that?", "headings": "We have {names}.",
        "which": "Which {what}: {choices}?", "size": "Which {what} for the {item}: {choices}?",
        "several": "For the {item}, which {count} {what}: {choices}?",
        "age": "The {item} is only for people aged {age} or over. Are you at least {age}?",
        "more": "more", "another": "another",
        # questions
        "price": "{item} {is} {prices}.", "is": "is", "are": "are", "price_for": "{price} for {size}",
        "between": "between {low} and {high}", "depending": "{prices}, depending on {what}",
        "extra_price": "{item} {is} {price} extra.", "no_extra": "{item} {is} included.",
        "from": "{item} start at {price}.", "which_price": "Tell me which dish, and I will tell you its price.",
        "heading": "For {what} we have {names}.", "group": "For {what} there are {names}.",
        "menu": "We have {names}; tell me which you would like to hear about.", "plain_menu": "We have {names}.",
        "comes_with": "It comes with {what}.", "choose": "You can choose {what}.",
        "without_price": "We have {item}.", "described": "We have {item}: {prices}.",
        "contains": "The {item} {has}.", "has": "contains {what}", "may_have": "may contain {what}",
        "not_more": "About anything else in it I cannot be sure; please ask our staff.",
        "unknown_allergens": "I cannot say for sure what is in the {item}; please ask our staff.",
        "which_allergens": "Tell me which dish, and I will tell you what it is declared to contain.",
    },
    "es": {
        "else": "¿Algo más?", "done": "De acuerdo.", "again": "Perdón, ¿qué le gustaría pedir?",
        "hello": "Hola, ¿qué le gustaría pedir?", "deny": "De acuerdo. Dígame si desea algo más.",
        "noted": "Anotado: {items}.", "noted_count": "He anotado {count} cosas.", "removed": "Ya quité {items}.",
        "for_caller": "Anotado: {what}.", "for_name": "a nombre de {name}", "pickup": "para recoger",
        "delivery": "a domicilio", "to_address": "en {address}",
        "allergies": (
            "He anotado la alergia para la cocina: {what}. No podemos garantizar que algún plato esté libre de eso."
        ),
        "allergies_short": "He anotado la alergia: {what}.",
        "choice_of": "¿En qué plato quiere {what}?",
        "person": "Un momento, le comunico con una persona.", "cancelled": "De acuerdo, he anulado el pedido.",
        "message": "Claro; dígame su mensaje y su nombre, y lo paso.",
        "repeat": "Claro, se lo repito.", "so_far": "Hasta ahora: {items}.",
        "nothing_yet": "Todavía no hay nada en el pedido.",
        "emergency": "Si alguien está en peligro, cuelgue y marque el {number} ahora mismo.",
        "hours": "No tengo el horario a mano; nuestro personal se lo puede decir.",
        "total": "En total son {price}{tax}.", "total_open": "Por ahora son {price}{tax}, sin lo que falta por elegir.",
        "total_later": "Le digo el total cuando le lea el pedido.",
        "unknown": "Lo siento, no tenemos {what}.", "near": "Tenemos {names}. ¿Le gustaría algo de eso?",
        "near_one": "Tenemos {names}. ¿Le gustaría?", "headings": "Tenemos {names}.",
        "which": "¿Cuál prefiere: {choices}?", "size": "¿Qué {what} quiere para {item}: {choices}?",
        "several": "¿Qué {count} opciones de {what} quiere para {item}: {choices}?",
        "age": "{item}: solo a partir de {age} años. ¿Tiene usted {age} años o más?",
        "more": "más", "another": "otra opción",
        "price": "{item} {is} {prices}.", "is": "cuesta", "are": "cuestan", "price_for": "{price} {size}",
        "between": "entre {low} y {high}", "depending": "{prices}, según {what}",
        "extra_price": "{item} {is} {price} adicionales.", "no_extra": "{item}: sin costo adicional.",
        "from": "{item}: desde {price}.", "which_price": "Dígame qué plato, y le digo el precio.",
        "heading": "En {what} tenemos {names}.", "group": "En {what} hay {names}.",
        "menu": "Tenemos {names}; dígame de qué le gustaría saber más.", "plain_menu": "Tenemos {names}.",
        "comes_with": "Viene con {what}.", "choose": "Puede elegir {what}.",
        "without_price": "Tenemos {item}.", "described": "Tenemos {item}: {prices}.",
        "contains": "{item} {has}.", "has": "contiene {what}", "may_have": "puede contener {what}",
        "not_more": "De lo demás no puedo dar certeza; pregunte a nuestro personal, por favor.",
        "unknown_allergens": "No puedo asegurar qué contiene {item}; pregunte a nuestro personal, por favor.",
        "which_allergens": "Dígame qué plato, y le digo qué declara contener.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Speaker:
    """Words for one menu in one language."""

    menu: Menu
    language: Language

    def text(self, key: str, **words: str) -> str:
        """A sentence with its words put in, its first letter large."""
        return capitalised(_TEXTS[self.language][key].format(**words))

    def part(self, key: str, **words: str) -> str:
        """Part of a sentence."""
        return _TEXTS[self.language][key].format(**words)

    def listed(self, names: Sequence[str], word: Literal["and", "or"] = "and") -> str:
        """All the names; "" without any."""
        return listed(names, self.language, word) if names else ""

    def few(self, names: Sequence[str], word: Literal["and", "or"] = "and") -> str:
        """The names; of more than five the first five, and that there are others."""
        if len(names) > MOST_NAMES:
            names = (*names[:MOST_NAMES], self.part("more" if word == "and" else "another"))
        return self.listed(names, word)

    def heading(self, name: str) -> str:
        """A group, dimension or slot."""
        return heading_in_spanish(name) if self.language == "es" else name

    def category(self, name: str) -> str:
        """A heading of the menu, in the plural as it stands there."""
        return category_in_spanish(name) if self.language == "es" else name.lower()

    def size(self, name: str) -> str:
        """An option of a dimension that was named just before."""
        return size_in_spanish(name) if self.language == "es" else name

    def in_size(self, name: str) -> str:
        """An option of a dimension by itself: `en tamaño grande`."""
        return size_phrase(name, "en") if self.language == "es" else name

    def allergen(self, name: str) -> str:
        """An allergen that the menu declares."""
        return allergen_in_spanish(name) if self.language == "es" else name

    def number(self, number: int) -> str:
        """A whole number in words, as it stands before what it counts."""
        return counting_words(number, self.language)

    def price(self, cents: int) -> str:
        """A price in words."""
        return price_words(cents, self.menu.currency, self.language)


def capitalised(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def is_plural(name: str) -> bool:
    """Whether the name of a dish looks like several: `Wings`, but not `Hummus`."""
    return name.endswith("s") and not name.endswith(("ss", "us", "is"))
