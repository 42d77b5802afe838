"""What makes a well-formed menu a sensible one: references that hold, variations that can be named.

Here are the rules about entries and what they refer to; those about choices, combos, prices and times stand beside, one
module each. Rules kept here: a check looks for one kind of mistake and yields all of them; each refuses the menu (what
only looks odd is advice: `advice.py`).
"""

from collections.abc import Iterable, Iterator

from gateway.orders.menu import Item
from gateway.orders.menus.choice_rules import choice_rules
from gateway.orders.menus.combo_rules import combo_rules
from gateway.orders.menus.entries import Entries
from gateway.orders.menus.price_rules import price_rules
from gateway.orders.menus.problems import Problem
from gateway.orders.menus.time_rules import time_rules

_REFER = "use the id of an entry of {}, or add one"


def check(entries: Entries) -> list[Problem]:
    """Every problem of sense in these entries."""
    checks = (_repeated_ids, _references, _variations, price_rules, choice_rules, combo_rules, time_rules, _halves)
    return [problem for check_one in checks for problem in check_one(entries)]


def _repeated_ids(entries: Entries) -> Iterator[Problem]:
    for name, ids in entries.known.items():
        yield from _repeated(name, ids)
    for index, dimension in entries.dimensions.items():
        yield from _repeated(f"dimensions[{index}].options", [option.id for option in dimension.options])
    for index, group in entries.modifier_groups.items():
        here = f"modifier_groups[{index}].options"
        yield from _repeated(here, [option.id for option in group.options])
        for at, option in enumerate(group.options):
            yield from _repeated(f"{here}[{at}].modifier_groups", option.modifier_groups)
    for index, item in entries.items.items():
        yield from _repeated(f"items[{index}].variations", [variation.id for variation in item.variations])
        yield from _repeated(f"items[{index}].modifier_groups", item.modifier_groups)
        yield from _repeated(f"items[{index}].slots", [slot.id for slot in item.slots])


def _repeated(path: str, ids: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, entry_id in enumerate(ids):
        if entry_id in seen:
            yield Problem(f"{path}[{index}]", f"{entry_id} is there already", "give every entry an id of its own")
        seen.add(entry_id)


def _references(entries: Entries) -> Iterator[Problem]:
    for index, item in entries.items.items():
        here = f"items[{index}]"
        if item.category not in entries.known["categories"]:
            yield Problem(f"{here}.category", f"no category {item.category}", _REFER.format("categories"))
        if item.tax not in entries.known["taxes"]:
            yield Problem(f"{here}.tax", f"no tax {item.tax}", _REFER.format("taxes"))
        yield from _known_groups(here, item.modifier_groups, entries)
    for index, group in entries.modifier_groups.items():
        for at, option in enumerate(group.options):
            yield from _known_groups(f"modifier_groups[{index}].options[{at}]", option.modifier_groups, entries)


def _known_groups(here: str, group_ids: Iterable[str], entries: Entries) -> Iterator[Problem]:
    for at, group_id in enumerate(group_ids):
        if group_id not in entries.known["modifier_groups"]:
            reason = f"no modifier group {group_id}"
            yield Problem(f"{here}.modifier_groups[{at}]", reason, _REFER.format("modifier_groups"))


def _variations(entries: Entries) -> Iterator[Problem]:
    """A caller can name any variation: its options exist, and no two variations look alike."""
    dimensions = {dimension.id: dimension for dimension in entries.dimensions.values()}
    for index, item in entries.items.items():
        for at, variation in enumerate(item.variations):
            here = f"items[{index}].variations[{at}].options"
            for dimension_id, option_id in variation.options.items():
                dimension = dimensions.get(dimension_id)
                if dimension_id not in entries.known["dimensions"]:
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


def _halves(entries: Entries) -> Iterator[Problem]:
    """A half needs another half: an item of the same category with `halves` that comes in one of the same sizes."""
    for index, item in entries.items.items():
        here = f"items[{index}].halves"
        if item.halves is None:
            continue
        if item.slots:
            yield Problem(here, "a combo has no halves", "take halves off, or the slots")
        elif not any(entries.halves_with(item, variation) for variation in item.variations) and entries.whole:
            reason = f"nothing else in {item.category} with halves comes in one of its sizes"
            yield Problem(here, reason, "give another item of the category halves, or take halves off")
        else:
            yield from _alike(index, item, entries)


def _alike(index: int, item: Item, entries: Entries) -> Iterator[Problem]:
    """Two halves are one dish: one rule prices it, whichever is named first, and its choices are those of both."""
    earlier = [other for at, other in entries.items.items() if at < index and other.category == item.category]
    first = next((other for other in earlier if other.halves is not None), None)
    if first is not None and first.halves != item.halves:
        reason = f"{first.id} of the same category has {first.halves}, so that the price depends on what is named first"
        yield Problem(f"items[{index}].halves", reason, "give all halves of a category the same rule")
    sharing = {o.id for variation in item.variations for o in entries.halves_with(item, variation)}
    for other in earlier:
        if other.id in sharing and set(other.modifier_groups) != set(item.modifier_groups):
            reason = f"{other.id} can be its other half and has other modifier groups"
            fix = "give both the same modifier_groups, or take halves off one of them"
            yield Problem(f"items[{index}].modifier_groups", reason, fix)
            return
