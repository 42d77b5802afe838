"""What an order still lacks, as questions that can be asked.

Rules kept here: a gap names the line, what is missing and the ids that would fill it, and comes with words a voice can
say; only what can be had is offered; gaps come in the order in which a person would ask: line by line, size before
choices, slot by slot, then the caller's age, the name, pickup or delivery, and the address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.orders.availability import FulfilmentKind
from gateway.orders.choices import SIDES, forms_of, items_of, lacking_in, open_groups, part_for, portions_on
from gateway.orders.menu import Item, Menu, ModifierGroup, Slot, Variation
from gateway.orders.on_offer import OnOffer
from gateway.orders.order import Line, Modifier, Order, Part
from gateway.orders.restaurant import Language
from gateway.orders.wording.listing import listed

_WHICH = {"en": "Which {what} for the {item}: {choices}?", "es": "¿Qué {what} para {item}: {choices}?"}
_AT_LEAST = {
    "en": "Please choose {count} for the {item} ({what}): {choices}.",
    "es": "Elija {count} para {item} ({what}), por favor: {choices}.",
}
_AGE = {"en": "Are you {age} or older?", "es": "¿Tiene {age} años o más?"}
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
        what: a dimension id, a modifier group id, a slot id, "age", "name", "fulfilment" or "address".
        choices: the ids that fill it; empty where any words do.
        say: the question.
        slot: the slot of the combo that it is about; None: the line itself.
    """

    line_id: str | None
    what: str
    choices: tuple[str, ...]
    say: str
    slot: str | None = None


def missing(
    order: Order,
    menu: Menu,
    fulfilments: tuple[FulfilmentKind, ...] = ("pickup", "delivery"),
    language: Language = "en",
    on_offer: OnOffer | None = None,
) -> tuple[Missing, ...]:
    """Everything the order lacks before it can be placed: see `missing_from_lines` and `missing_from_customer`."""
    lines = missing_from_lines(order, menu, language, on_offer)
    return (*lines, *missing_from_customer(order, fulfilments, language))


def missing_from_lines(
    order: Order, menu: Menu, language: Language = "en", on_offer: OnOffer | None = None
) -> tuple[Missing, ...]:
    """Open sizes, required choices, slots to be filled, and the age that something ordered asks for.

    A line that the menu no longer has asks for nothing: see `reprice.py`. Without `on_offer` the whole menu is offered.
    """
    asker = _Asker(menu, language, on_offer)
    gaps = [gap for line in order.lines for gap in asker.line(line)]
    age = required_age(order, menu)
    if age is not None and (order.age_confirmed is None or order.age_confirmed < age):
        gaps.append(Missing(None, "age", (), _AGE[language].format(age=age)))
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
        say = _FULFILMENT[language].format(choices=listed((words[kind] for kind in fulfilments), language, "or"))
        gaps.append(Missing(None, "fulfilment", fulfilments, say))
    elif order.fulfilment.kind == "delivery" and order.fulfilment.address is None:
        gaps.append(Missing(None, "address", (), _ADDRESS[language]))
    return tuple(gaps)


def required_age(order: Order, menu: Menu) -> int | None:
    """The age in years that the caller must have for what is ordered; None when any will do."""
    ages = (item.min_age for line in order.lines for item in items_of(line, menu))
    return max((age for age in ages if age is not None), default=None)


def chosen(group: ModifierGroup, modifiers: Iterable[Modifier]) -> int:
    """How many portions of a group a dish has, what it comes with included; on the fuller half where there are two.

    In a group of one choice the caller's choice takes the place of what the item comes with, as a swap does in any.
    """
    made = tuple(modifiers)
    return max(portions_on(side, group, made) for side in SIDES)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Finds the gaps of lines, and words them in one language."""

    menu: Menu
    language: Language
    on_offer: OnOffer | None

    def line(self, line: Line) -> Iterable[Missing]:
        """The gaps of one line."""
        item = self.menu.item(line.item_id)
        if item is None:
            return
        if line.variation_id is None:
            yield from self._sizes(line.id, item, item.matching(line.options), line.options)
        yield from self._choices(line.id, item, line.modifiers)
        for slot in item.slots:
            part = part_for(slot, line.parts)
            yield from self._slot(line.id, item, slot) if part is None else self._part(line.id, slot, part)

    def _sizes(
        self,
        line_id: str,
        item: Item,
        fitting: Sequence[Variation],
        settled: Mapping[str, str],
        slot: str | None = None,
    ) -> Iterable[Missing]:
        """The dimensions on which the variations that still fit differ."""
        for dimension in self.menu.dimensions_of(item):
            choices = [o for o in dimension.options if any(v.options.get(dimension.id) == o.id for v in fitting)]
            if dimension.id not in settled and len(choices) > 1:
                say = self._which(dimension.name, item, (option.name for option in choices))
                yield Missing(line_id, dimension.id, tuple(option.id for option in choices), say, slot)

    def _choices(
        self, line_id: str, item: Item, modifiers: Sequence[Modifier], slot: str | None = None
    ) -> Iterable[Missing]:
        """The open groups with too few choices, on the emptier half where there are two."""
        for group in open_groups(item, modifiers, self.menu):
            lacking = lacking_in(group, item, modifiers, self.menu)
            left = group.options if self.on_offer is None else self.on_offer.left_in(group)
            if lacking > 0 and left:
                names = [option.name for option in left]
                if group.min == 1:
                    say = self._which(group.name, item, names)
                else:
                    choices, name = listed(names, self.language, "or"), item.spoken_name
                    say = _AT_LEAST[self.language].format(what=group.name, item=name, choices=choices, count=lacking)
                yield Missing(line_id, group.id, tuple(option.id for option in left), say, slot)

    def _slot(self, line_id: str, combo: Item, slot: Slot) -> Iterable[Missing]:
        """A slot that nothing fills yet."""
        items = (self.menu.item(choice.item) for choice in slot.choices)
        known = tuple(item for item in items if item is not None)
        left = known if self.on_offer is None else self.on_offer.left_for(slot)
        if left:
            say = self._which(slot.name, combo, (item.spoken_name for item in left))
            yield Missing(line_id, slot.id, tuple(item.id for item in left), say, slot.id)

    def _part(self, line_id: str, slot: Slot, part: Part) -> Iterable[Missing]:
        """What fills a slot, and is not settled itself."""
        item = self.menu.item(part.item_id)
        if item is None:
            return
        fitting = forms_of(part, slot, self.menu)
        if not fitting:
            # A size that this slot does not take: any that it takes will do.
            part = part.model_copy(update={"variation_id": None, "options": {}})
            fitting = forms_of(part, slot, self.menu)
        yield from self._sizes(line_id, item, fitting, part.options, slot.id)
        yield from self._choices(line_id, item, part.modifiers, slot.id)

    def _which(self, what: str, item: Item, names: Iterable[str]) -> str:
        choices = listed(names, self.language, "or")
        return _WHICH[self.language].format(what=what, item=item.spoken_name, choices=choices)
