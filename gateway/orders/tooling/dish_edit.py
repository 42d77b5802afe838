"""One dish as the arguments of `set_line` describe it: its size and its choices, for a line or for a part of a combo.

Rules kept here: a size among the modifiers and a choice among the options are taken for what they are, where they can
be nothing else; `modifiers`, when given, are the whole new list, choices given elsewhere come beside those there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.orders.menu import Item, Menu
from gateway.orders.order import Modifier
from gateway.orders.tooling.arguments import Arguments
from gateway.orders.tooling.modifier_edit import MODIFIER_ARGUMENTS, ModifierReader, Said, read_said
from gateway.orders.tooling.size_edit import Size, SizeReader


@dataclass(slots=True)
class Wishes:
    """What the arguments say of one dish, each thing where it belongs.

    Attributes:
        variation: `variation_id`.
        sizes: sizes by the names of their dimensions, or by their ids.
        said: the choices.
        replaces: the choices are the whole list; else they come beside those there.
    """

    variation: str | None = None
    sizes: dict[str, str] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Dish:
    """A size and choices that the menu allows together."""

    size: Size
    modifiers: tuple[Modifier, ...] = ()


class DishReader:
    """Reads the dishes of one menu."""

    def __init__(self, menu: Menu) -> None:
        self._menu = menu
        self.modifiers = ModifierReader(menu)

    def sizes(self, item: Item, only: tuple[str, ...] = ()) -> SizeReader:
        """What reads an item's sizes; `only` limits the variations, by id."""
        return SizeReader(item, self._menu, only)

    def wishes(self, arguments: Arguments, item: Item) -> Wishes:
        """Sort `variation_id`, `options` and `modifiers` by what they are for this item.

        Raises:
            Refusal: ORDER_PARSE_ERROR, when they are malformed.
        """
        sizes = self.sizes(item)
        records = arguments.records("modifiers", MODIFIER_ARGUMENTS, key="option_id")
        wishes = Wishes(arguments.text("variation_id"), replaces=records is not None)
        for said in map(read_said, records or ()):
            size = None if said.action not in (None, "add") else sizes.names_size(said.wanted)
            if size is None or self.modifiers.knows(said, item):
                wishes.said.append(said)
            else:
                wishes.sizes[size[0]] = size[1]
        for name, text in (arguments.pairs("options") or {}).items():
            said = Said(text, group_id=name)
            if not sizes.takes(name) and self.modifiers.knows(said, item):
                wishes.said.append(said)
            else:
                wishes.sizes[name] = text
        return wishes

    def dish(
        self,
        wishes: Wishes,
        item: Item,
        before: Dish,
        *,
        only: tuple[str, ...] = (),
        split: bool = False,
    ) -> Dish:
        """The dish that is wished for.

        Args:
            wishes: what was said now.
            item: the dish's item.
            before: what was settled of the same item before.
            only: in a combo's slot, the variations that it allows, by id.
            split: the halves are different dishes.

        Raises:
            Refusal: it cannot be had; the message says what can.
        """
        size = self.sizes(item, only).read(wishes.variation, wishes.sizes, before.size)
        if not wishes.said and not wishes.replaces:
            return Dish(size, before.modifiers)
        beside: Sequence[Modifier] = () if wishes.replaces else before.modifiers
        return Dish(size, self.modifiers.read(wishes.said, item, beside=beside, split=split))
