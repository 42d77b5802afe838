"""The order in sentences, to be said before the caller is asked for a yes.

Rules kept here: everything that costs money or changes the dish is said, with the allergies that were noted and what
the menu says to them (`cautions.py`); like things are counted together and told together; the total is the last thing
before the question, in words that the core finds again to know that it was heard. English and Spanish; the dishes keep
the menu's own names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.orders.cautions import cautions
from gateway.orders.menu import Menu
from gateway.orders.missing import FULFILMENT_WORDS
from gateway.orders.order import Line, Order
from gateway.orders.pricing import Totals
from gateway.orders.restaurant import Language
from gateway.orders.wording.clock_words import moment_words
from gateway.orders.wording.line_words import describe_line, describe_many, describe_modifier
from gateway.orders.wording.listing import listed
from gateway.orders.wording.money import WITH_TAX, price_words
from gateway.orders.wording.sentences import capitalised

__all__ = ["ReadBackText", "describe_line", "describe_lines", "describe_modifier", "read_back_text"]

_FOR = {"en": "For {name}, {kind}", "es": "Para {name}, {kind}"}
_KIND_ONLY = {"en": "For {kind}", "es": "Para {kind}"}
_NAME_ONLY = {"en": "For {name}", "es": "Para {name}"}
_TO = {"en": " to {address}", "es": " a {address}"}
_NOTE = {"en": "note: {note}", "es": "nota: {note}"}
_TOTAL = {"en": "That comes to {total}{tax}.", "es": "En total son {total}{tax}."}
_QUESTION = {"en": "Is that right?", "es": "¿Está bien?"}


@dataclass(frozen=True, slots=True)
class ReadBackText:
    """`text` is what to say, word for word; `total` the sentence in it that names the total; a question follows."""

    text: str
    total: str


def read_back_text(
    order: Order, menu: Menu, sums: Totals, language: Language = "en", *, local_now: datetime
) -> ReadBackText:
    """Read an order back. Its lines must be complete: `missing_from_lines` is empty and `sums.unpriced` too.

    Args:
        order: as it stands.
        menu: it is ordered from.
        sums: its totals.
        language: to say it in.
        local_now: the time in the restaurant's own zone, by which a scheduled time is told.
    """
    tax = WITH_TAX[language] if sums.tax else ""
    total = _TOTAL[language].format(total=price_words(sums.total, order.currency, language), tax=tax)
    facts = (*describe_lines(order.lines, menu, language), *_customer(order, language, local_now))
    parts = [f"{capitalised(part)}." for part in facts]
    return ReadBackText(" ".join((*parts, *cautions(order, menu, language), total, _QUESTION[language])), total)


def describe_lines(lines: Iterable[Line], menu: Menu, language: Language = "en") -> Iterable[str]:
    """Lines in words: those for the same thing counted together, those for the same item in one sentence."""
    kinds: list[tuple[Line, int]] = []
    for line in lines:
        same = next((i for i, (kind, _) in enumerate(kinds) if kind.same_thing(line)), None)
        if same is None:
            kinds.append((line, line.quantity))
        else:
            kinds[same] = (kinds[same][0], kinds[same][1] + line.quantity)
    by_item: dict[str, list[tuple[Line, int]]] = {}
    for line, quantity in kinds:
        by_item.setdefault(line.item_id, []).append((line, quantity))
    for made in by_item.values():
        told = [describe_many(line, quantity, menu, language) for line, quantity in made]
        long = any(line.modifiers or line.parts or line.half_item_id or line.notes for line, _ in made)
        yield listed(told, language, long=long)


def _customer(order: Order, language: Language, local_now: datetime) -> Iterable[str]:
    """Whom it is for, where it goes and when, as far as that is known, and the order's note."""
    fulfilment = order.fulfilment
    kind = None if fulfilment is None else FULFILMENT_WORDS[language][fulfilment.kind]
    form = _FOR if order.customer_name and kind else _NAME_ONLY if order.customer_name else _KIND_ONLY if kind else None
    if form is not None:
        address = None if fulfilment is None else fulfilment.address
        where = "" if address is None else _TO[language].format(address=address)
        at = None if fulfilment is None else fulfilment.at
        when = "" if at is None else f" {moment_words(at.astimezone(local_now.tzinfo), local_now, language)}"
        yield form[language].format(name=order.customer_name, kind=kind) + where + when
    if order.notes is not None:
        yield _NOTE[language].format(note=order.notes)
