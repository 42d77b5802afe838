"""A line of an order in words: how many, in which size, made how.

Rules kept here: everything that costs money or changes the dish is said, on which half it lies and in which slot;
dishes and choices keep the menu's own names. English and Spanish.
"""

from collections.abc import Iterable

from gateway.orders.menu import Item, Menu, Variation
from gateway.orders.order import Line, Modifier, Part, Placement
from gateway.orders.restaurant import Language
from gateway.orders.wording.listing import listed
from gateway.orders.wording.money import number_words
from gateway.orders.wording.spanish_words import size_phrase

_WITH = {"en": "with", "es": "con"}
_NO = {"en": "no", "es": "sin"}
_ACTION = {
    "en": {"add": "{}", "extra": "extra {}", "light": "light {}", "side": "{} on the side", "swap": "{}"},
    "es": {"add": "{}", "extra": "extra de {}", "light": "poco de {}", "side": "{} aparte", "swap": "{}"},
}
_INSTEAD = {"en": "{} instead of {}", "es": "{} en lugar de {}"}
_DOUBLE = {"en": "double {}", "es": "doble de {}"}
_TIMES = {"en": "{1} times {0}", "es": "{1} veces {0}"}
_ONE = {"en": "one", "es": "un"}
_HALVES = {"en": "half {} and half {}", "es": "mitad {} y mitad {}"}
# Where a choice lies: on a half that is another item than the first, and on a half of one and the same.
_FIRST_SECOND: dict[Language, dict[Placement, str]] = {
    "en": {"whole": "", "left": " on the first half", "right": " on the second half"},
    "es": {"whole": "", "left": " en la primera mitad", "right": " en la segunda mitad"},
}
_LEFT_RIGHT: dict[Language, dict[Placement, str]] = {
    "en": {"whole": "", "left": " on the left half", "right": " on the right half"},
    "es": {"whole": "", "left": " en la mitad izquierda", "right": " en la mitad derecha"},
}
_NOTE = {"en": "note: {note}", "es": "nota: {note}"}
_AN = ("a", "e", "i", "o", "u", "8", "11", "18")


def describe_line(line: Line, menu: Menu, language: Language = "en") -> str:
    """One line in words: `two large Margherita with mushrooms, no basil`. The item's id where the menu has lost it."""
    return describe_many(line, line.quantity, menu, language)


def describe_many(line: Line, quantity: int, menu: Menu, language: Language = "en") -> str:
    """A line in words as if there were so many of it: `one large pizza, half Margherita and half Pepperoni`."""
    item = menu.item(line.item_id)
    count = _ONE[language] if quantity == 1 else number_words(quantity, language)
    said, refused = _made(line.modifiers, menu, language, halves=line.half_item_id is not None)
    if item is not None and line.half_item_id is not None:
        clauses = [f"{count} {_halves(line, item, line.half_item_id, quantity, menu, language)}"]
    else:
        form = None if item is None else _form(item, line.variation_id)
        clauses = [f"{count} {line.item_id if item is None else _sized(item.spoken_name, item, form, menu, language)}"]
    if line.parts:
        clauses[0] += f" {_WITH[language]} {_parts(line.parts, menu, language)}"
    if said and (line.parts or line.half_item_id is not None):
        clauses.append(listed(said, language))
    elif said:
        clauses[0] += f" {_WITH[language]} {listed(said, language)}"
    notes = () if line.notes is None else (_NOTE[language].format(note=line.notes),)
    return ", ".join((*clauses, *refused, *notes))


def describe_modifier(modifier: Modifier, menu: Menu, language: Language = "en", *, halves: bool = False) -> str:
    """One choice in words: `extra mushrooms`, `no onions`, `garlic sauce on the side`, `ham on the left half`.

    `halves`: the dish is half one item and half another, so that there is a first half and a second.
    """
    where = (_FIRST_SECOND if halves else _LEFT_RIGHT)[language][modifier.placement]
    name = _option_name(modifier.group, modifier.option, menu)
    if modifier.action == "no":
        return f"{_NO[language]} {name}{where}"
    words = _ACTION[language][modifier.action].format(name)
    if modifier.quantity == 2:
        words = _DOUBLE[language].format(words)
    elif modifier.quantity > 2:
        words = _TIMES[language].format(words, number_words(modifier.quantity, language))
    if modifier.action == "swap" and modifier.instead_of is not None:
        words = _INSTEAD[language].format(words, _option_name(modifier.group, modifier.instead_of, menu))
    return words + where


def _made(
    modifiers: Iterable[Modifier], menu: Menu, language: Language, *, halves: bool = False
) -> tuple[list[str], list[str]]:
    """The choices in words: what is on it, and what is not."""
    said: list[str] = []
    refused: list[str] = []
    for modifier in modifiers:
        words = describe_modifier(modifier, menu, language, halves=halves)
        (refused if modifier.action == "no" else said).append(words)
    return said, refused


def _halves(line: Line, item: Item, half_item_id: str, quantity: int, menu: Menu, language: Language) -> str:
    """`large pizza, half Margherita and half Pepperoni`: the size, what both are, then the two."""
    other, category = menu.item(half_item_id), menu.category(item.category)
    both = item.spoken_name if category is None else _counted(category.name.lower(), quantity)
    sized = _sized(both, item, _form(item, line.variation_id), menu, language)
    second = half_item_id if other is None else other.spoken_name
    return f"{sized}, {_HALVES[language].format(item.spoken_name, second)}"


def _counted(heading: str, quantity: int) -> str:
    """What the things under a heading are called: the heading itself is mostly in the plural."""
    if quantity > 1 or not heading.endswith("s") or heading.endswith("ss"):
        return heading
    return heading.removesuffix("es" if heading.endswith(("ches", "shes", "sses", "xes")) else "s")


def _parts(parts: Iterable[Part], menu: Menu, language: Language) -> str:
    """`a small Margherita with basil, and a Coke`."""
    told: list[str] = []
    plain = True
    for part in parts:
        item = menu.item(part.item_id)
        form = None if item is None else _form(item, part.variation_id)
        name = part.item_id if item is None else _sized(item.spoken_name, item, form, menu, language)
        article = "un" if language == "es" else "an" if name.lower().startswith(_AN) else "a"
        said, refused = _made(part.modifiers, menu, language)
        made = listed([*said, *refused], language) if said or refused else ""
        # Spanish has "sin" where English says "with no".
        joint = f" {_WITH[language]} " if said or (refused and language == "en") else " " if refused else ""
        told.append(f"{article} {name}{joint}{made}")
        plain = plain and not made
    return listed(told, language, long=not plain)


def _sized(name: str, item: Item, variation: Variation | None, menu: Menu, language: Language) -> str:
    """`large Margherita`, `12 pieces Wings`: the size where there is one to choose, with what the dish is called."""
    sizes = _size(item, variation, menu)
    if language == "es":
        return " ".join((name, *(size_phrase(size, "de") for size in sizes)))
    return " ".join((*sizes, name))


def _size(item: Item, variation: Variation | None, menu: Menu) -> Iterable[str]:
    if variation is None or len(item.variations) == 1:
        return
    for dimension in menu.dimensions_of(item):
        option = dimension.option(variation.options.get(dimension.id, ""))
        if option is not None:
            yield option.name


def _form(item: Item, variation_id: str | None) -> Variation | None:
    return None if variation_id is None else item.variation(variation_id)


def _option_name(group_id: str, option_id: str, menu: Menu) -> str:
    """What the menu calls an option; its id where the menu has lost it."""
    group = menu.group(group_id)
    option = None if group is None else group.option(option_id)
    return option_id if option is None else option.name
