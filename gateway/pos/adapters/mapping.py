"""Which entries of a menu a POS system has an id for, and what becomes of an order of the others. Pure.

What the systems call things, `pos_ids` of the menu file:

* square: the id of the CatalogItemVariation on a variation, of the CatalogModifier on an option.
* clover: the id of the item on a variation (or on an item with one form only), of the modifier on an option.
* toast: GUIDs. On an item `MENU-GROUP/ITEM`, on its sizes `SIZE-GROUP/SIZE`; where each size is an item of its own in
  Toast, on the sizes alone `MENU-GROUP/ITEM`. On a group of choices the modifier group, on an option the item.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from gateway.orders.menu import Item, Menu, ModifierGroup, PosIds, Variation
from gateway.pos.order_message import Reference

VendorSystem = Literal["square", "toast", "clover"]
SYSTEMS: tuple[VendorSystem, ...] = ("square", "toast", "clover")


class NotDeliverableError(ValueError):
    """A system cannot take an order because it needs what the menu or the settings lack.

    Attributes:
        system: which system.
        missing: what is missing, each in words with its id in the menu.
    """

    def __init__(self, system: VendorSystem, missing: Iterable[str]) -> None:
        """Name the system and everything that it lacks."""
        self.system, self.missing = system, tuple(dict.fromkeys(missing))
        super().__init__(f"{system} cannot take this order without: {'; '.join(self.missing)}")


@dataclass(frozen=True, slots=True)
class Gap:
    """An entry without an id.

    Attributes:
        path: where it stands in the menu file, such as `items[3].variations[0]`.
        kind: what it is.
        name: as people call it.
        need: what the menu file needs there.
        effect: what an order of it becomes until then.
    """

    path: str
    kind: Literal["item", "size", "group", "choice"]
    name: str
    need: str
    effect: str


def toast_pair(reference: Reference | None) -> tuple[str, str] | None:
    """The two GUIDs of a `GROUP/THING`; None where there is no id of that form."""
    group, slash, thing = ("" if reference is None else reference.pos_ids.get("toast", "")).partition("/")
    return (group, thing) if slash and group and thing else None


def mapping_gaps(menu: Menu, system: VendorSystem) -> tuple[Gap, ...]:
    """Every entry of a menu that the system has no id for, in the menu file's order."""
    items = (gap for at, item in enumerate(menu.items) for gap in _item_gaps(f"items[{at}]", item, system, menu))
    groups = (
        gap
        for at, group in enumerate(menu.modifier_groups)
        for gap in _group_gaps(f"modifier_groups[{at}]", group, system)
    )
    return (*items, *groups)


def _item_gaps(path: str, item: Item, system: VendorSystem, menu: Menu) -> Iterator[Gap]:
    sizes = [(f"{path}.variations[{at}]", v, _named(item, v, menu)) for at, v in enumerate(item.variations)]
    one_form = len(sizes) == 1
    match system:
        case "square":
            effect = "goes as an ad hoc line with its name and price"
            for where, variation, name in sizes:
                if "square" not in variation.pos_ids:
                    yield Gap(where, "size", name, _need("square", "CatalogItemVariation id"), effect)
        case "clover":
            effect = "goes as a custom line with its name and price"
            for where, variation, name in sizes:
                if "clover" not in variation.pos_ids and not (one_form and "clover" in item.pos_ids):
                    yield Gap(where, "size", name, _need("clover", "item id"), effect)
        case "toast":
            effect = "orders with it cannot be delivered"
            whole = _is_pair(item.pos_ids)
            if not whole and not any(_is_pair(variation.pos_ids) for variation in item.variations):
                yield Gap(path, "item", item.name, _need("toast", "menu group GUID>/<item GUID"), effect)
            elif not (whole and one_form):
                kind = "size group GUID>/<size GUID" if whole else "menu group GUID>/<item GUID"
                for where, variation, name in sizes:
                    if not _is_pair(variation.pos_ids):
                        yield Gap(where, "size", name, _need("toast", kind), effect)
        case _:
            assert_never(system)


def _group_gaps(path: str, group: ModifierGroup, system: VendorSystem) -> Iterator[Gap]:
    effect = "goes in words" if system == "square" else "goes in words, without its price"
    if system == "toast" and "toast" not in group.pos_ids:
        yield Gap(path, "group", group.name, _need("toast", "modifier group GUID"), effect)
    what = {"square": "CatalogModifier id", "clover": "modifier id", "toast": "item GUID of the option"}[system]
    for at, option in enumerate(group.options):
        if system not in option.pos_ids:
            name = f"{group.name}: {option.name}"
            yield Gap(f"{path}.options[{at}]", "choice", name, _need(system, what), effect)


def _named(item: Item, variation: Variation, menu: Menu) -> str:
    dimensions = ((menu.dimension(dimension), option) for dimension, option in variation.options.items())
    found = (None if dimension is None else dimension.option(option) for dimension, option in dimensions)
    return ", ".join([item.name, *(option.name for option in found if option is not None)])


def _is_pair(pos_ids: PosIds) -> bool:
    return toast_pair(Reference(ref="", name="", pos_ids=pos_ids)) is not None


def _need(system: VendorSystem, what: str) -> str:
    return f'"pos_ids": {{"{system}": "<{what}>"}}'
