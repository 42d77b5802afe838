"""Every way in which the entries of one menu can be called, from the menu's names alone.

Three layers: the names themselves, with what people leave out of them or put to them ("garlic sauce" for the Garlic of
the group "sauce"); the same names in other everyday words; and parts of names that only one entry has ("romaine"). A
later layer never speaks for words that an earlier one explains.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.orders.hearing.everyday import COMMON, DESCRIBING
from gateway.orders.hearing.grammar import CUES
from gateway.orders.hearing.synonyms import PAIRS, SIZES
from gateway.orders.hearing.tokens import stem, tokenise
from gateway.orders.menu import Menu, ModifierGroup

Stems = tuple[str, ...]

SAID_OTHERWISE, IN_PART = 0.97, 0.93
"""How much a name is trusted that was said in other words, and one of which only a part was said."""

_LEAST_PART = 4  # letters of a lone word that stands for a whole name


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase of the menu can mean.

    kind "item": `id`; "category": `id`; "group": `id`; "option": dimension `owner`, option `id`; "modifier": group
    `owner`, option `id`.
    """

    kind: str
    id: str
    owner: str = ""


def phrases_of(menu: Menu) -> dict[Stems, tuple[Sense, ...]]:
    """The names of the menu as stems, each with everything that it can mean."""
    phrases: defaultdict[Stems, dict[Sense, None]] = defaultdict(dict)
    for sense, name in _names(menu):
        if stems := stems_of(name):
            phrases[stems][sense] = None
    return {stems: tuple(senses) for stems, senses in phrases.items()}


def exact_names(menu: Menu, phrases: Mapping[Stems, tuple[Sense, ...]]) -> dict[Stems, tuple[Sense, ...]]:
    """Names that only their ending tells apart: black "pepper" and green "peppers", "eggs" and an "egg" on top."""
    said: defaultdict[Stems, set[Sense]] = defaultdict(set)
    for sense, name in _names(menu):
        if sense.kind in _RIVALS:
            said[tuple(token.word for token in tokenise(name))].add(sense)
    exact: dict[Stems, tuple[Sense, ...]] = {}
    for words, senses in said.items():
        every = phrases.get(tuple(map(stem, words)), ())
        if any(sense.kind in _RIVALS and sense not in senses for sense in every):
            exact[words] = tuple(sense for sense in every if sense.kind not in _RIVALS or sense in senses)
    return exact


_RIVALS = frozenset({"item", "modifier"})


def stems_of(name: str) -> Stems:
    """A name as it is compared: folded words without their plural endings."""
    return tuple(token.stem for token in tokenise(name))


def said_otherwise(phrases: Mapping[Stems, tuple[Sense, ...]]) -> dict[Stems, tuple[Sense, ...]]:
    """The names with everyday words in place of their own, where the menu does not use those words itself."""
    others: defaultdict[Stems, dict[Sense, None]] = defaultdict(dict)
    pairs = [tuple(tuple(map(stem, side)) for side in pair) for pair in PAIRS]
    for name, senses in phrases.items():
        for one, other in (*pairs, *((right, left) for left, right in pairs)):
            for at in _places(name, one):
                changed = (*name[:at], *other, *name[at + len(one) :])
                if changed not in phrases:
                    others[changed] |= dict.fromkeys(senses)
    return {stems: tuple(senses) for stems, senses in others.items()}


def in_part(phrases: Mapping[Stems, tuple[Sense, ...]]) -> dict[Stems, tuple[Sense, ...]]:
    """Parts of names that mean one entry only, among items and among choices: "romaine", "tomato salsa"."""
    whole = {word for name in phrases if len(name) == 1 for word in name}
    meant: defaultdict[Stems, dict[Sense, None]] = defaultdict(dict)
    for name, senses in phrases.items():
        for part in _parts(name, whole):
            if part not in phrases:
                meant[part] |= dict.fromkeys(sense for sense in senses if sense.kind in _PARTIAL)
    return {part: tuple(senses) for part, senses in meant.items() if _one_each(senses)}


def tails(phrases: Mapping[Stems, tuple[Sense, ...]]) -> dict[Stems, tuple[Sense, ...]]:
    """For every name of a choice the other choices whose names end in it."""
    choices = {name: {sense: None for sense in senses if sense.kind == "modifier"} for name, senses in phrases.items()}
    ending: defaultdict[Stems, dict[Sense, None]] = defaultdict(dict)
    for name, senses in choices.items():
        for cut in range(1, len(name)):
            if choices.get(name[cut:]):
                ending[name[cut:]] |= {sense: None for sense in senses if sense not in choices[name[cut:]]}
    return {name: tuple(senses) for name, senses in ending.items() if senses}


def cut_sizes(phrases: Mapping[Stems, tuple[Sense, ...]]) -> dict[str, tuple[Sense, ...]]:
    """Sizes without the word "size", for where a dish follows: the "lunch" of "two lunch pizzas"."""
    cut: dict[str, tuple[Sense, ...]] = {}
    for name, senses in phrases.items():
        options = tuple(sense for sense in senses if sense.kind == "option")
        if options and len(name) == 2 and name[1] in _SIZE_WORDS and name[:1] not in phrases:
            cut[name[0]] = options
    return cut


_SIZE_WORDS = frozenset({"size", "sized"})
_PARTIAL = frozenset({"item", "modifier", "option"})


def _one_each(senses: Iterable[Sense]) -> bool:
    """Whether the senses are one entry: in several groups it may stand under the same id."""
    return len({(sense.kind, sense.id) for sense in senses}) == 1


def _parts(name: Stems, whole: set[str]) -> Iterator[Stems]:
    for length in range(1, len(name)):
        for at in range(len(name) - length + 1):
            part = name[at : at + length]
            bound = length > 1 and not {part[0], part[-1]} & _BINDING
            if bound or (length == 1 and _says_something(part[0]) and part[0] not in whole):
                yield part


_BINDING = frozenset({"and", "of", "the", "a", "with", "in", "on", "or", "to"})


def _says_something(word: str) -> bool:
    known = word in COMMON or word in DESCRIBING or (word,) in CUES
    return len(word) >= _LEAST_PART and word.isalpha() and not known


def _places(name: Sequence[str], part: Sequence[str]) -> Iterable[int]:
    return (at for at in range(len(name) - len(part) + 1) if tuple(name[at : at + len(part)]) == tuple(part))


def _is_cue(name: str) -> bool:
    """Whether a group is called by a cue word ("extras"): with it after their names, choices would swallow the cue."""
    return tuple(token.word for token in tokenise(name)) in CUES or stems_of(name) in CUES


def _names(menu: Menu) -> Iterator[tuple[Sense, str]]:
    """Every name of the menu with what it stands for."""
    for item in menu.items:
        category = menu.category(item.category)
        for name in (item.name, item.say or item.name, *item.spoken):
            yield Sense("item", item.id), name
            if category is not None and category.name.lower() not in name.lower():
                # "margherita pizza" names the item as well as "margherita" does
                yield Sense("item", item.id), f"{name} {category.name}"
    for category in menu.categories:
        names = (category.name, *category.spoken)
        yield from ((Sense("category", category.id), name) for name in names if not _is_cue(name))
    for dimension in menu.dimensions:
        for option in dimension.options:
            for name in (option.name, *option.spoken, *SIZES.get(option.name.lower(), ())):
                yield Sense("option", option.id, dimension.id), name
    for group in menu.modifier_groups:
        yield from _names_of_choices(group)


def _names_of_choices(group: ModifierGroup) -> Iterator[tuple[Sense, str]]:
    yield Sense("group", group.id), group.name
    for choice in group.options:
        for name in (choice.name, *choice.spoken):
            yield Sense("modifier", choice.id, group.id), name
            if group.name.lower() not in name.lower() and not _is_cue(group.name):
                # "garlic sauce" for Garlic of the group "sauce"
                yield Sense("modifier", choice.id, group.id), f"{name} {group.name}"
