"""What a caller must be told besides the order: the allergies that were noted, what the menu says to them, and ID.

Rules kept here: every allergy is said aloud in the caller's own words, so that they hear that it was understood; what
the menu declares is told, what it does not declare is called unknown, and nothing is ever called safe. Of choices the
menu declares nothing, so that their names must do. These sentences are part of every read-back, and an order is placed
only after the read-back that stands was heard: that is how nobody gets a dish without the warning, and why a warning
blocks nobody who wants the dish all the same.
"""

from collections.abc import Iterable

from gateway.orders.allergens import Concern, concerns, suggested
from gateway.orders.choices import added_and_kept, items_of
from gateway.orders.menu import Item, Menu, ModifierOption
from gateway.orders.order import Order
from gateway.orders.restaurant import Language
from gateway.orders.wording.listing import listed

_ALLERGY = {"en": ("Allergy", "Allergies"), "es": ("Alergia", "Alergias")}
_NOTE = {"en": "Please note: {what}.", "es": "Atención: {what}."}
_THE = {"en": "the {}", "es": "{}"}
_CONTAINS = {"en": "contains {what}", "es": "contiene {what}"}
_MAY_CONTAIN = {"en": "may contain {what}", "es": "puede contener {what}"}
_UNKNOWN = {"en": "I do not know what is in {what}.", "es": "No sé qué contiene: {what}."}
_CHOICES_UNKNOWN = {
    "en": "I do not know what is in what was chosen: {what}.",
    "es": "No sé qué contiene lo elegido: {what}.",
}
_ALL_UNKNOWN = {"en": "I do not know what is in these dishes.", "es": "No sé qué contienen estos platos."}
_NO_PROMISE = {
    "en": "We cannot promise that any dish is free of an allergen.",
    "es": "No podemos garantizar que ningún plato esté libre de un alérgeno.",
}
_ID = {
    "en": "Please have an ID ready: the {what} is for people aged {age} or over.",
    "es": "Tenga a mano una identificación: {what} es para mayores de {age} años.",
}


def cautions(order: Order, menu: Menu, language: Language = "en") -> tuple[str, ...]:
    """Sentences to be said with the order; none where nothing calls for one."""
    items = tuple(dict.fromkeys(item.id for line in order.lines for item in items_of(line, menu)))
    ordered = tuple(item for item_id in items if (item := menu.item(item_id)) is not None)
    options = added_and_kept(order.lines, menu) if order.allergies else ()
    return (*_of_allergies(order.allergies, ordered, options, language), *_of_age(ordered, language))


def _of_allergies(
    allergies: tuple[str, ...], ordered: tuple[Item, ...], options: tuple[ModifierOption, ...], language: Language
) -> Iterable[str]:
    if not allergies:
        return
    yield f"{_ALLERGY[language][len(allergies) > 1]}: {listed(allergies, language)}."
    by_name = {option.name: names for option in options if (names := suggested(option.name, allergies))}
    found = [_declared(concern, language) for concern in concerns(ordered, allergies)]
    found += [_suggested(name, of, language) for name, of in by_name.items()]
    if found:
        yield _NOTE[language].format(what=listed(found, language, long=True))
    # A combo is what fills its slots.
    dishes = [item for item in ordered if item.allergens is not None or not item.slots]
    unknown = [item.spoken_name for item in dishes if item.allergens is None]
    if len(unknown) > 1 and len(unknown) == len(dishes):
        yield _ALL_UNKNOWN[language]
    elif unknown:
        yield _UNKNOWN[language].format(what=listed((_THE[language].format(name) for name in unknown), language))
    chosen = dict.fromkeys(o.name for o in options if not o.default and o.name not in by_name)
    if chosen:
        yield _CHOICES_UNKNOWN[language].format(what=listed(chosen, language))
    yield _NO_PROMISE[language]


def _declared(concern: Concern, language: Language) -> str:
    """`the Tiramisu contains egg and may contain nuts`."""
    kinds = ((_CONTAINS, concern.contains), (_MAY_CONTAIN, concern.may_contain))
    has = [words[language].format(what=listed(names, language)) for words, names in kinds if names]
    return f"{_THE[language].format(concern.item.spoken_name)} {listed(has, language)}"


def _suggested(name: str, allergies: tuple[str, ...], language: Language) -> str:
    """`the pecans may contain tree nuts`."""
    what = _MAY_CONTAIN[language].format(what=listed(allergies, language))
    return f"{_THE[language].format(name)} {what}"


def _of_age(ordered: tuple[Item, ...], language: Language) -> Iterable[str]:
    """One sentence for the item that asks for the highest age."""
    aged = [(item.min_age, item.spoken_name) for item in ordered if item.min_age is not None]
    if aged:
        age = max(age for age, _ in aged)
        name = next(name for asked, name in aged if asked == age)
        yield _ID[language].format(what=name, age=age)
