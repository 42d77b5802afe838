"""What an order still lacks, as questions that can be asked.

Rules kept here: a gap names the line, what is missing and the ids that would fill it, and comes with words a voice can
say; gaps come in the order in which a person would ask: line by line, size before choices, then the name, then pickup
or delivery, then the address.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.orders.availability import FulfilmentKind
from gateway.orders.menu import Item, Menu, ModifierGroup
from gateway.orders.order import Line, Modifier, Order
from gateway.orders.restaurant import Language

_OR = {"en": " or ", "es": " o "}
_WHICH = {"en": "Which {what} for the {item}: {choices}?", "es": "¿Qué {what} para {item}: {choices}?"}
_AT_LEAST = {
    "en": "Please choose {count} for the {item} ({what}): {choices}.",
    "es": "Elija {count} para {item} ({what}), por favor: {choices}.",
}
_NAME = {"en": "What name is the order for?", "es": "¿A nombre de quién es el pedido?"}
_FULFILMENT = {"en": "Is it for {choices}?", "es": "¿Es para {choices}?"}
_ADDRESS = {"en": "What is the address for the delivery?", "es": "¿Cuál es la dirección de entrega?"}
FULFILMENT_WORDS: dict[Language, dict[FulfilmentKind, str]] = {
    "en": {"pickup": "pickup", "delivery": "delivery"},
    "es": {"pickup": "recoger", "delivery": "entrega a domicilio"},
}


@dataclass(frozen=True, slots=True)
class Missing:
    """One gap.

    Attributes:
        line_id: the line that lacks it; None: the order as a whole.
        what: a dimension id, a modifier group id, "name", "fulfilment" or "address".
        choices: the ids that fill it; empty where any words do.
        say: the question.
    """

    line_id: str | None
    what: str
    choices: tuple[str, ...]
    say: str


def missing(
    order: Order,
    menu: Menu,
    fulfilments: tuple[FulfilmentKind, ...] = ("pickup", "delivery"),
    language: Language = "en",
) -> tuple[Missing, ...]:
    """Everything the order lacks before it can be placed: see `missing_from_lines` and `missing_from_customer`."""
    return (*missing_from_lines(order, menu, language), *missing_from_customer(order, fulfilments, language))


def missing_from_lines(order: Order, menu: Menu, language: Language = "en") -> tuple[Missing, ...]:
    """Open sizes and required choices. A line that the menu no longer has asks for nothing: see `reprice.py`."""
    gaps: list[Missing] = []
    for line in order.lines:
        item = menu.item(line.item_id)
        if item is not None:
            gaps += _line_gaps(line, item, menu, language)
    return tuple(gaps)


def missing_from_customer(
    order: Order, fulfilments: tuple[FulfilmentKind, ...] = ("pickup", "delivery"), language: Language = "en"
) -> tuple[Missing, ...]:
    """The name, how the food reaches the caller, and where to."""
    gaps: list[Missing] = []
    if order.customer_name is None:
        gaps.append(Missing(None, "name", (), _NAME[language]))
    if order.fulfilment is None:
        words = FULFILMENT_WORDS[language]
        say = _FULFILMENT[language].format(choices=_either((words[kind] for kind in fulfilments), language))
        gaps.append(Missing(None, "fulfilment", fulfilments, say))
    elif order.fulfilment.kind == "delivery" and order.fulfilment.address is None:
        gaps.append(Missing(None, "address", (), _ADDRESS[language]))
    return tuple(gaps)


def chosen(group: ModifierGroup, modifiers: Iterable[Modifier]) -> int:
    """How many portions of a group a line has, what the item comes with included.

    In a group of one choice the caller's choice takes the place of what the item comes with.
    """
    named = {m.option: m for m in modifiers if m.group == group.id}
    asked = sum(m.quantity for m in named.values() if m.action != "no")
    included = sum(1 for option in group.defaults if option.id not in named)
    return asked if asked and group.max == 1 else asked + included


def _line_gaps(line: Line, item: Item, menu: Menu, language: Language) -> Iterable[Missing]:
    if line.variation_id is None:
        fitting = item.matching(line.options)
        for dimension in menu.dimensions_of(item):
            choices = [o for o in dimension.options if any(v.options.get(dimension.id) == o.id for v in fitting)]
            if dimension.id not in line.options and len(choices) > 1:
                names = _either((option.name for option in choices), language)
                say = _WHICH[language].format(what=dimension.name, item=item.spoken_name, choices=names)
                yield Missing(line.id, dimension.id, tuple(option.id for option in choices), say)
    for group in menu.groups_of(item):
        lacking = group.min - chosen(group, line.modifiers)
        if lacking > 0:
            names = _either((option.name for option in group.options), language)
            form = _WHICH if group.min == 1 else _AT_LEAST
            say = form[language].format(what=group.name, item=item.spoken_name, choices=names, count=lacking)
            yield Missing(line.id, group.id, tuple(option.id for option in group.options), say)


def _either(names: Iterable[str], language: Language) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, last = names
    return ", ".join(head) + _OR[language] + last if head else last
