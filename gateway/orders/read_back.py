"""The order in sentences, to be said before the caller is asked for a yes.

Rules kept here: everything that costs money or changes the dish is said; like things are counted together; the total is
the last thing before the question, in words that the core finds again to know that it was heard. English and Spanish;
the dishes keep the menu's own names.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.orders.menu import Item, Menu, Variation
from gateway.orders.missing import FULFILMENT_WORDS
from gateway.orders.money import number_words, price_words
from gateway.orders.order import Line, Modifier, Order
from gateway.orders.pricing import Totals
from gateway.orders.restaurant import Language

_AND = {"en": " and ", "es": " y "}
_WITH = {"en": "with", "es": "con"}
_NO = {"en": "no", "es": "sin"}
_ACTION = {
    "en": {"add": "{}", "extra": "extra {}", "light": "light {}", "side": "{} on the side"},
    "es": {"add": "{}", "extra": "extra de {}", "light": "poco de {}", "side": "{} aparte"},
}
_DOUBLE = {"en": "double {}", "es": "doble de {}"}
_TIMES = {"en": "{1} times {0}", "es": "{1} veces {0}"}
_ONE = {"en": "one", "es": "un"}
_FOR = {"en": "For {name}, {kind}", "es": "Para {name}, {kind}"}
_KIND_ONLY = {"en": "For {kind}", "es": "Para {kind}"}
_NAME_ONLY = {"en": "For {name}", "es": "Para {name}"}
_TO = {"en": " to {address}", "es": " a {address}"}
_NOTE = {"en": "note: {note}", "es": "nota: {note}"}
_TOTAL = {"en": "That comes to {total}{tax}.", "es": "En total son {total}{tax}."}
_TAX = {"en": " with tax", "es": " con impuestos"}
_QUESTION = {"en": "Is that right?", "es": "¿Está bien?"}


@dataclass(frozen=True, slots=True)
class ReadBackText:
    """`text` is what to say, word for word; `total` the sentence in it that names the total; a question follows."""

    text: str
    total: str


def read_back_text(order: Order, menu: Menu, sums: Totals, language: Language = "en") -> ReadBackText:
    """Read an order back. Its lines must be complete: `missing_from_lines` is empty and `sums.unpriced` too."""
    tax = _TAX[language] if sums.tax else ""
    total = _TOTAL[language].format(total=price_words(sums.total, order.currency, language), tax=tax)
    parts = [f"{_capitalised(part)}." for part in (*_things(order, menu, language), *_customer(order, language))]
    return ReadBackText(" ".join((*parts, total, _QUESTION[language])), total)


def describe_line(line: Line, menu: Menu, language: Language = "en") -> str:
    """One line in words: `two large Margherita with mushrooms, no basil`. The item's id where the menu has lost it."""
    return _describe(line, line.quantity, menu, language)


def describe_modifier(modifier: Modifier, menu: Menu, language: Language = "en") -> str:
    """One choice in words: `extra mushrooms`, `no onions`, `garlic sauce on the side`."""
    group = menu.group(modifier.group)
    option = None if group is None else group.option(modifier.option)
    name = modifier.option if option is None else option.name
    if modifier.action == "no":
        return f"{_NO[language]} {name}"
    words = _ACTION[language][modifier.action].format(name)
    count = number_words(modifier.quantity, language)
    if modifier.quantity == 1:
        return words
    return _DOUBLE[language].format(words) if modifier.quantity == 2 else _TIMES[language].format(words, count)


def _things(order: Order, menu: Menu, language: Language) -> Iterable[str]:
    """The lines in words, those for the same thing counted together."""
    kinds: list[tuple[Line, int]] = []
    for line in order.lines:
        same = next((i for i, (kind, _) in enumerate(kinds) if kind.same_thing(line)), None)
        if same is None:
            kinds.append((line, line.quantity))
        else:
            kinds[same] = (kinds[same][0], kinds[same][1] + line.quantity)
    return (_describe(line, quantity, menu, language) for line, quantity in kinds)


def _describe(line: Line, quantity: int, menu: Menu, language: Language) -> str:
    item = menu.item(line.item_id)
    variation = None if item is None or line.variation_id is None else item.variation(line.variation_id)
    name = line.item_id if item is None else _sized(item, variation, menu)
    count = _ONE[language] if quantity == 1 else number_words(quantity, language)
    said = [describe_modifier(modifier, menu, language) for modifier in line.modifiers if modifier.action != "no"]
    refused = [describe_modifier(modifier, menu, language) for modifier in line.modifiers if modifier.action == "no"]
    words = f"{count} {name}" + (f" {_WITH[language]} {_all_of(said, language)}" if said else "")
    notes = () if line.notes is None else (_NOTE[language].format(note=line.notes),)
    return ", ".join((words, *refused, *notes))


def _sized(item: Item, variation: Variation | None, menu: Menu) -> str:
    """`large Margherita`, `12 pieces Wings`: the size where there is one to choose, then the item."""
    sizes = []
    if variation is not None and len(item.variations) > 1:
        for dimension in menu.dimensions_of(item):
            option = dimension.option(variation.options.get(dimension.id, ""))
            sizes += [] if option is None else [option.name]
    return " ".join((*sizes, item.spoken_name))


def _customer(order: Order, language: Language) -> Iterable[str]:
    """Whom it is for and where it goes, as far as that is known, and the order's note."""
    kind = None if order.fulfilment is None else FULFILMENT_WORDS[language][order.fulfilment.kind]
    form = _FOR if order.customer_name and kind else _NAME_ONLY if order.customer_name else _KIND_ONLY if kind else None
    if form is not None:
        address = order.fulfilment.address if order.fulfilment is not None else None
        where = "" if address is None else _TO[language].format(address=address)
        yield form[language].format(name=order.customer_name, kind=kind) + where
    if order.notes is not None:
        yield _NOTE[language].format(note=order.notes)


def _all_of(names: list[str], language: Language) -> str:
    *head, last = names
    return ", ".join(head) + _AND[language] + last if head else last


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
