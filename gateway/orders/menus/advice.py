"""What looks odd about a menu and may be meant: names that will be mixed up, a large that is cheaper than a small.

Rules kept here: advice refuses nothing, so it may guess; it is given only where the entries that it compares are well
formed; each piece names the place and what would silence it.
"""

from collections.abc import Iterator, Mapping, Sequence

from gateway.orders.hearing.synonyms import SIZES
from gateway.orders.hearing.tokens import tokenise
from gateway.orders.menu import Dimension, DimensionOption, Item, ModifierOption, PosIds
from gateway.orders.menus.entries import Entries, opened
from gateway.orders.menus.names import Called, name_problems, unheard
from gateway.orders.menus.problems import Problem

# Words for sizes, from small to large; a size that is called by none of them is compared with nothing.
_SIZES = (
    ("mini", "tiny"),
    ("small", "little", "personal", "junior", "half"),
    ("medium", "regular", "normal", "standard"),
    ("large", "big", "full"),
    ("extra large", "xl", "king", "king size", "jumbo", "family", "family size", "party"),
)
_RANKS = {word: rank for rank, words in enumerate(_SIZES) for word in words}
_RANKS |= {spanish: _RANKS[word] for word, names in SIZES.items() for spanish in names}

_Options = Sequence[DimensionOption | ModifierOption]


def advice(entries: Entries) -> list[Problem]:
    """Every warning about these entries."""
    checks = (_names, _cheaper_when_larger, _halves, _pos_ids, _unused)
    return [problem for check_one in checks for problem in check_one(entries)]


def _names(entries: Entries) -> Iterator[Problem]:
    items = [called for index, item in entries.items.items() for called in _called_item(f"items[{index}]", item)]
    yield from unheard(items)
    for index, group in entries.modifier_groups.items():
        yield from unheard(_called_options(f"modifier_groups[{index}]", group.options))
    for index, dimension in entries.dimensions.items():
        yield from unheard(_called_options(f"dimensions[{index}]", dimension.options))
    yield from name_problems([items, *_choices_of_each_item(entries)])


def _called_item(here: str, item: Item) -> Iterator[Called]:
    yield Called(f"{here}.name", item.name, here)
    if item.say is not None:
        yield Called(f"{here}.say", item.say, here)
    for at, name in enumerate(item.spoken):
        yield Called(f"{here}.spoken[{at}]", name, here)


def _called_options(here: str, options: _Options, only: frozenset[str] | None = None) -> list[Called]:
    """The names of the options of a group or a dimension; `only` those with these ids."""
    called: list[Called] = []
    for at, option in enumerate(options):
        if only is None or option.id in only:
            place = f"{here}.options[{at}]"
            called.append(Called(f"{place}.name", option.name, place))
            called += [Called(f"{place}.spoken[{i}]", name, place) for i, name in enumerate(option.spoken)]
    return called


def _choices_of_each_item(entries: Entries) -> Iterator[list[Called]]:
    """For each item all sizes and choices that a caller can name with it; items with the same ones count once."""
    groups = {group.id: group for group in entries.modifier_groups.values()}
    places = {group.id: index for index, group in entries.modifier_groups.items()}
    seen: set[tuple[object, ...]] = set()
    for item in entries.items.values():
        sizes: dict[str, frozenset[str]] = {}
        for variation in item.variations:
            for dimension_id, option_id in variation.options.items():
                sizes[dimension_id] = sizes.get(dimension_id, frozenset()) | {option_id}
        asked = tuple(opened(groups, item.modifier_groups))
        if (question := (tuple(sorted(sizes.items())), asked)) in seen:
            continue
        seen.add(question)
        pool = [
            called
            for index, dimension in entries.dimensions.items()
            if dimension.id in sizes
            for called in _called_options(f"dimensions[{index}]", dimension.options, sizes[dimension.id])
        ]
        for group_id in asked:
            pool += _called_options(f"modifier_groups[{places[group_id]}]", groups[group_id].options)
        yield pool


def _cheaper_when_larger(entries: Entries) -> Iterator[Problem]:
    """Two variations that differ in one size alone, of which the larger costs less."""
    dimensions = {dimension.id: dimension for dimension in entries.dimensions.values()}
    for index, item in entries.items.items():
        for at, large in enumerate(item.variations):
            for small in item.variations:
                differing = [d for d, option in large.options.items() if small.options.get(d) != option]
                if large.price is None or small.price is None or large.price >= small.price or len(differing) != 1:
                    continue
                dimension = dimensions.get(differing[0])
                if dimension is not None and _larger(dimension, large.options, small.options):
                    reason = f"{large.id} is larger than {small.id} and costs less"
                    yield Problem(f"items[{index}].variations[{at}].price", reason, "correct one of the two prices")


def _larger(dimension: Dimension, large: Mapping[str, str], small: Mapping[str, str]) -> bool:
    options = dimension.option(large[dimension.id]), dimension.option(small.get(dimension.id, ""))
    ranks = [None if option is None else _rank(option) for option in options]
    if ranks[0] is None or ranks[1] is None:
        return False
    return ranks[0][0] == ranks[1][0] and ranks[0][1] > ranks[1][1]


def _rank(option: DimensionOption) -> tuple[tuple[str, ...], int] | None:
    """What a size is measured in, and how large it is: "12 pieces" by number, "large" among the words for sizes."""
    for name in (option.name, *option.spoken):
        tokens = tokenise(name)
        if tokens and tokens[0].number is not None:
            return tuple(token.stem for token in tokens[1:]), tokens[0].number
        if name.lower() in _RANKS:
            return ("",), _RANKS[name.lower()]
    return None


def _halves(entries: Entries) -> Iterator[Problem]:
    """An item with halves that has them in some sizes only; choices for one half where there is one choice only."""
    for index, item in entries.items.items():
        alone = [v.id for v in item.variations if item.halves is not None and not entries.halves_with(item, v)]
        if alone and len(alone) < len(item.variations) and entries.whole:
            reason = f"nothing else in {item.category} with halves comes in {', '.join(alone)}"
            fix = "give another item of the category that size, or say nothing of halves there"
            yield Problem(f"items[{index}].halves", reason, fix)
    for index, group in entries.modifier_groups.items():
        if group.halves is not None and group.max == 1:
            reason = "max 1 lets a caller have a choice on one half only, and none on the other"
            yield Problem(f"modifier_groups[{index}].halves", reason, "raise max to 2, or take halves off")


def _pos_ids(entries: Entries) -> Iterator[Problem]:
    """One id of a POS that stands for two entries."""
    first: dict[tuple[str, str], str] = {}
    for path, pos_ids in _with_pos_ids(entries):
        for system, pos_id in pos_ids.items():
            there = first.setdefault((system, pos_id), path)
            if there != path:
                reason = f"{there} has the same id in {system}"
                yield Problem(f"{path}.pos_ids.{system}", reason, "give each entry the id that the POS has for it")


def _with_pos_ids(entries: Entries) -> Iterator[tuple[str, PosIds]]:
    for index, item in entries.items.items():
        yield f"items[{index}]", item.pos_ids
        for at, variation in enumerate(item.variations):
            yield f"items[{index}].variations[{at}]", variation.pos_ids
    for index, group in entries.modifier_groups.items():
        yield f"modifier_groups[{index}]", group.pos_ids
        for at, option in enumerate(group.options):
            yield f"modifier_groups[{index}].options[{at}]", option.pos_ids


def _unused(entries: Entries) -> Iterator[Problem]:
    """What the file defines and nothing refers to. A required group without users is an error (`menu_choice_rules`)."""
    if not entries.whole:
        return
    items, users = entries.items.values(), entries.reach()
    limits = [item.availability for item in items] + [one.availability for one in entries.categories.values()]
    used = {
        "dimensions": {dimension_id for item in items for v in item.variations for dimension_id in v.options},
        "dayparts": {daypart_id for limit in limits if limit is not None for daypart_id in limit.dayparts},
        "categories": {item.category for item in items},
        "modifier_groups": {g.id for g in entries.modifier_groups.values() if g.min or users[g.id]},
        "taxes": {item.tax for item in items},
    }
    for name, ids in used.items():
        for index, entry_id in enumerate(entries.known[name]):
            if entry_id not in ids:
                yield Problem(f"{name}[{index}]", f"nothing on the menu uses {entry_id}", "remove it, or use it")
