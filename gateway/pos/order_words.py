"""An order's message in the words of people, English and Spanish: for a voice, or a text message. Pure.

Made from the message alone (`order_message.py`), so that it can be told wherever the message lies. Nothing is left out;
an allergy comes first.
"""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from gateway.orders.availability import FulfilmentKind
from gateway.orders.restaurant import Language
from gateway.orders.wording.clock_words import WEEKDAYS
from gateway.orders.wording.clock_words import time_words as clock_in_words
from gateway.pos.order_message import Choice, ConfirmedOrder, OrderLine, OrderPart, Reference

_ACTIONS: Mapping[Language, Mapping[str, str]] = {
    "en": {"add": "{}", "no": "no {}", "extra": "extra {}", "light": "light {}", "side": "{} on the side"},
    "es": {"add": "{}", "no": "sin {}", "extra": "extra de {}", "light": "poco de {}", "side": "{} aparte"},
}
_PLACES: Mapping[Language, Mapping[str, str]] = {
    "en": {"whole": "{}", "left": "{} on the left half", "right": "{} on the right half"},
    "es": {"whole": "{}", "left": "{} en la mitad izquierda", "right": "{} en la mitad derecha"},
}
_INSTEAD: Mapping[Language, str] = {"en": "{} instead of {}", "es": "{} en lugar de {}"}
_HALVES: Mapping[Language, str] = {"en": "in halves: {} and {}", "es": "por mitades: {} y {}"}
_AGE: Mapping[Language, str] = {"en": "check ID, {} or over", "es": "pedir identificación, {} años o más"}
_KINDS: Mapping[Language, Mapping[FulfilmentKind, str]] = {
    "en": {"pickup": "pickup", "delivery": "delivery"},
    "es": {"pickup": "para recoger", "delivery": "a domicilio"},
}
_TO: Mapping[Language, str] = {"en": "{} to {}", "es": "{} en {}"}


def line_words(line: OrderLine, language: Language) -> str:
    """`2 Margherita, large (extra mushrooms on the left half, no onions); cut in squares`."""
    item = _sized(line.item, line.variation)
    if line.half_item is not None:
        item = _HALVES[language].format(item, _sized(line.half_item, line.half_variation))
    made = [*_choices(line.modifiers, language), *(_part(part, language) for part in line.parts)]
    age = None if line.min_age is None else _AGE[language].format(line.min_age)
    return "; ".join(words for words in (f"{line.quantity} {_with(item, made)}", age, line.notes) if words)


def fulfilment_words(data: ConfirmedOrder, language: Language) -> str:
    """`pickup`, `delivery to 12 Elm Street`; empty when nothing was said of it."""
    fulfilment = data.fulfilment
    if fulfilment.kind is None:
        return ""
    kind = _KINDS[language][fulfilment.kind]
    return kind if fulfilment.address is None else _TO[language].format(kind, fulfilment.address)


def time_words(data: ConfirmedOrder, language: Language, *, spoken: bool = False) -> str:
    """`Wednesday 19:30`, the local time at which the order is ready, in UTC where the zone is not known.

    `spoken`: the clock in words, `Wednesday seven thirty in the evening`.
    """
    local = data.fulfilment.ready_at.astimezone(ZoneInfo(data.timezone or "UTC"))
    clock = clock_in_words(local, language) if spoken else f"{local:%H:%M}"
    return f"{WEEKDAYS[language][local.weekday()]} {clock}{'' if data.timezone else ' UTC'}"


def _part(part: OrderPart, language: Language) -> str:
    item = _sized(part.item, part.variation)
    return f"{part.slot.name}: {_with(item, _choices(part.modifiers, language))}"


def _choices(choices: Iterable[Choice], language: Language) -> list[str]:
    return [_choice(choice, language) for choice in choices]


def _choice(choice: Choice, language: Language) -> str:
    name = choice.option.name if choice.quantity == 1 else f"{choice.quantity} {choice.option.name}"
    if choice.instead_of is not None:
        words = _INSTEAD[language].format(name, choice.instead_of.name)
    else:
        words = _ACTIONS[language].get(choice.action, "{}").format(name)
    return _PLACES[language][choice.placement].format(words)


def _sized(item: Reference, variation: Reference | None) -> str:
    return item.name if variation is None or variation.name == item.name else f"{item.name}, {variation.name}"


def _with(item: str, made: Iterable[str]) -> str:
    told = ", ".join(made)
    return f"{item} ({told})" if told else item
