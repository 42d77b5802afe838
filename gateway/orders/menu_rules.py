"""What makes a well-formed menu a sensible one: references that hold, choices that can be made, prices that are there.

Rules kept here: a check looks for one kind of mistake and yields all of them; an entry that is malformed itself counts
as existing (`known`), so that one mistake is not reported twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateway.orders.menu import Category, Dimension, Item, ModifierGroup, Tax
from gateway.orders.problems import Problem

_REFER = "use the id of an entry of {}, or add one"


@dataclass(frozen=True, slots=True)
class Parts:
    """The well-formed entries of a menu by their place in the file, and every id that each list names."""

    dimensions: Mapping[int, Dimension]
    categories: Mapping[int, Category]
    items: Mapping[int, Item]
    modifier_groups: Mapping[int, ModifierGroup]
    taxes: Mapping[int, Tax]
    known: Mapping[str, list[str]]


def check(parts: Parts) -> list[Problem]:
    """Every problem of sense in these parts."""
    checks = (_repeated_ids, _references, _variations, _prices, _groups, _prices_by_variation)
    return [problem for check_one in checks for problem in check_one(parts)]


def _repeated_ids(parts: Parts) -> Iterator[Problem]:
    for name, ids in parts.known.items():
        yield from _repeated(name, ids)
    for index, dimension in parts.dimensions.items():
        yield from _repeated(f"dimensions[{index}].options", [option.id for option in dimension.options])
    for index, group in parts.modifier_groups.items():
        yield from _repeated(f"modifier_groups[{index}].options", [option.id for option in group.options])
    for index, item in parts.items.items():
        yield from _repeated(f"items[{index}].variations", [variation.id for variation in item.variations])
        yield from _repeated(f"items[{index}].modifier_groups", list(item.modifier_groups))


def _repeated(path: str, ids: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, entry_id in enumerate(ids):
        if entry_id in seen:
            yield Problem(f"{path}[{index}]", f"{entry_id} is there already", "give every entry an id of its own")
        seen.add(entry_id)


def _references(parts: Parts) -> Iterator[Problem]:
    for index, item in parts.items.items():
        here = f"items[{index}]"
        if item.category not in parts.known["categories"]:
            yield Problem(f"{here}.category", f"no category {item.category}", _REFER.format("categories"))
        if item.tax not in parts.known["taxes"]:
            yield Problem(f"{here}.tax", f"no tax {item.tax}", _REFER.format("taxes"))
        for at, group_id in enumerate(item.modifier_groups):
            if group_id not in parts.known["modifier_groups"]:
                reason = f"no modifier group {group_id}"
                yield Problem(f"{here}.modifier_groups[{at}]", reason, _REFER.format("modifier_groups"))


def _variations(parts: Parts) -> Iterator[Problem]:
    """A caller can name any variation: its options exist, and no two variations look alike."""
    dimensions = {dimension.id: dimension for dimension in parts.dimensions.values()}
    for index, item in parts.items.items():
        for at, variation in enumerate(item.variations):
            here = f"items[{index}].variations[{at}].options"
            for dimension_id, option_id in variation.options.items():
                dimension = dimensions.get(dimension_id)
                if dimension_id not in parts.known["dimensions"]:
                    yield Problem(f"{here}.{dimension_id}", "no such dimension", _REFER.format("dimensions"))
                elif dimension is not None and dimension.option(option_id) is None:
                    reason = f"{dimension_id} has no option {option_id}"
                    yield Problem(f"{here}.{dimension_id}", reason, "use the id of one of its options, or add one")
            if variation.options.keys() != item.variations[0].options.keys():
                fix = "place all variations of an item on the same dimensions"
                yield Problem(here, "the variations are placed on different dimensions", fix)
            if any(dict(other.options) == dict(variation.options) for other in item.variations[:at]):
                fix = "give every variation of an item other options"
                yield Problem(here, "another variation has the same options, so nobody can ask for it", fix)


def _prices(parts: Parts) -> Iterator[Problem]:
    """A menu without any price is a listing to parse against; a price missing among others is a mistake."""
    variations = [
        (f"items[{index}].variations[{at}].price", variation.price)
        for index, item in parts.items.items()
        for at, variation in enumerate(item.variations)
    ]
    if any(price is not None for _, price in variations):
        for path, price in variations:
            if price is None:
                yield Problem(path, "the price is missing", "write the price in cents")


def _groups(parts: Parts) -> Iterator[Problem]:
    """The choices that a group demands can be made, and those it allows make sense."""
    for index, group in parts.modifier_groups.items():
        here = f"modifier_groups[{index}]"
        most = len(group.options) * group.max_per_option
        if group.max is not None and group.min > group.max:
            yield Problem(f"{here}.min", f"min {group.min} is more than max {group.max}", "lower min or raise max")
        elif group.min > most:
            fix = "lower min, add options, or raise max_per_option"
            yield Problem(f"{here}.min", f"its options allow {most} portions, fewer than min {group.min}", fix)
        if group.max == 0:
            yield Problem(f"{here}.max", "max 0 allows no choice", "raise it, or leave it out for no bound")
        if group.max is not None and len(group.defaults) > max(1, group.max):
            yield Problem(f"{here}.options", f"more defaults than max {group.max}", "take defaults off, or raise max")
        if group.max is not None and group.free > group.max:
            yield Problem(f"{here}.free", f"free {group.free} is more than max {group.max}", "lower free or raise max")


def _prices_by_variation(parts: Parts) -> Iterator[Problem]:
    """A price that depends on the variation is there for each variation of each item with that group, and no other."""
    for index, group in parts.modifier_groups.items():
        using = [item for item in parts.items.values() if group.id in item.modifier_groups]
        sold = {variation.id for item in using for variation in item.variations}
        for at, option in enumerate(group.options):
            if isinstance(option.price, int):
                continue
            here = f"modifier_groups[{index}].options[{at}].price"
            for variation_id in sorted(sold - option.price.keys()):
                yield Problem(here, f"no price for the variation {variation_id}", "add it")
            for variation_id in sorted(option.price.keys() - sold):
                fix = "remove it, or correct its spelling"
                yield Problem(f"{here}.{variation_id}", "no item with this group has that variation", fix)
