"""A menu from a plain listing: names and choices without prices, as other programs export them.

The format is one JSON object: `items` (id, kind, names, option_groups), `option_groups` (select "one" or "many", slot,
negatable, qualifiable, options with id and names, `ambiguous_between` where words stand for several of them) and
`kinds` (what each kind is called); other fields are passed over. Groups with a slot of their own (size, volume) become
the dimension of that slot, groups with the slot "modifiers" modifier groups. Such a menu can be parsed against; nothing
can be sold from it, since every price is None.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from gateway.orders.menu import (
    Category,
    Dimension,
    DimensionOption,
    Id,
    Item,
    Menu,
    ModifierGroup,
    ModifierOption,
    Tax,
    Variation,
)
from gateway.orders.menus.json_text import MenuErrors, read_object
from gateway.orders.menus.names import Called, name_problems, unheard
from gateway.orders.menus.problems import Problem, problems_of

UNTAXED = "none"
MODIFIERS = "modifiers"
_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_:.&'+%-]{0,79}$")

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^.*$")]
_Names = Annotated[tuple[_Word, ...], Field(min_length=1, max_length=400)]


class _Listed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _ListedOption(_Listed):
    id: str
    names: _Names
    ambiguous_between: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_be_chosen(self) -> Self:
        """Words for several options are no choice of their own, and their id may have any form."""
        if not self.ambiguous_between and not _ID.match(self.id):
            raise ValueError("not an id: letters, digits, and _ : . & ' + % - inside")
        return self


class _ListedGroup(_Listed):
    select: Literal["one", "many"]
    slot: Id
    negatable: bool = True
    qualifiable: bool = True
    options: Annotated[tuple[_ListedOption, ...], Field(min_length=1)]

    @property
    def single(self) -> tuple[_ListedOption, ...]:
        """The options themselves, without the words that stand for several of them."""
        return tuple(option for option in self.options if not option.ambiguous_between)

    def names_of(self, option: _ListedOption) -> tuple[str, ...]:
        """What an option is called; words that stand for several options are names of each of them.

        That is how parsing sees an ambiguity.
        """
        shared = [name for other in self.options if option.id in other.ambiguous_between for name in other.names]
        return (*option.names, *shared)


class _ListedItem(_Listed):
    id: Id
    kind: Id
    names: _Names
    option_groups: tuple[str, ...] = ()


class _Listing(_Listed):
    items: Annotated[tuple[_ListedItem, ...], Field(min_length=1)]
    option_groups: Mapping[Id, _ListedGroup]
    kinds: Mapping[Id, _Names]


def is_plain_listing(raw: Mapping[str, object]) -> bool:
    """Whether a JSON object has the shape of a plain listing: where the product's own menus have categories."""
    return bool({"option_groups", "kinds"} & raw.keys()) and not {"modifier_groups", "categories"} & raw.keys()


def load_plain_listing(text: str, where: str = "listing") -> Menu:
    """The menu of a plain listing, from its JSON text.

    Raises:
        MenuErrors: with all problems, each with its path in the listing, the reason and a fix.
    """
    return read_plain_listing(read_object(text, where), where)


def read_plain_listing(raw: Mapping[str, object], where: str) -> Menu:
    """The menu of a plain listing, from its JSON object.

    Raises:
        MenuErrors: with all problems, each with its path in the listing, the reason and a fix.
    """
    try:
        listing = _Listing.model_validate(raw)
    except ValidationError as error:
        raise MenuErrors(where, problems_of(error)) from None
    if problems := list(_problems(listing)):
        raise MenuErrors(where, problems)
    try:
        return _menu(listing)
    except ValidationError as error:  # more names than one entry may have, once those for several options are added
        raise MenuErrors(where, problems_of(error)) from None


def _menu(listing: _Listing) -> Menu:
    groups = {name: group for name, group in listing.option_groups.items() if group.slot == MODIFIERS}
    return Menu(
        dimensions=tuple(_dimensions(listing)),
        categories=tuple(Category(id=kind, name=names[0], spoken=names[1:]) for kind, names in listing.kinds.items()),
        items=tuple(_item(item, listing.option_groups) for item in listing.items),
        modifier_groups=tuple(_group(name, group) for name, group in groups.items()),
        taxes=(Tax(id=UNTAXED, name="no tax", rate_millipercent=0),),
    )


def listing_advice(raw: Mapping[str, object]) -> list[Problem]:
    """What looks odd about a well-formed listing: names that will be mixed up, groups that no item has."""
    try:
        listing = _Listing.model_validate(raw)
    except ValidationError:
        return []
    items = [
        Called(f"items[{index}].names[{at}]", name, f"items[{index}]")
        for index, item in enumerate(listing.items)
        for at, name in enumerate(item.names)
    ]
    asked = dict.fromkeys(item.option_groups for item in listing.items)
    choices = [
        [called for name in names for called in _called(name, listing.option_groups.get(name))] for names in asked
    ]
    warnings = [*unheard([*items, *(called for pool in choices for called in pool)]), *name_problems([items, *choices])]
    used = {name for names in asked for name in names}
    unused = (name for name in listing.option_groups if name not in used)
    warnings += (Problem(f"option_groups.{name}", "no item has this group", "remove it, or use it") for name in unused)
    return warnings


def _called(name: str, group: _ListedGroup | None) -> Iterator[Called]:
    for at, option in enumerate(() if group is None else group.options):
        here = f"option_groups.{name}.options[{at}]"
        if not option.ambiguous_between:
            yield from (Called(f"{here}.names[{i}]", word, here) for i, word in enumerate(option.names))


def _problems(listing: _Listing) -> Iterator[Problem]:
    """Every reference that does not hold and every id that is there twice."""
    ids: set[str] = set()
    for index, item in enumerate(listing.items):
        if item.id in ids:
            yield Problem(f"items[{index}].id", f"{item.id} is there already", "give every item an id of its own")
        ids.add(item.id)
        if item.kind not in listing.kinds:
            yield Problem(f"items[{index}].kind", f"no kind {item.kind}", "use one of kinds, or add it there")
        for at, name in enumerate(item.option_groups):
            if name not in listing.option_groups:
                fix = "use one of option_groups, or add it there"
                yield Problem(f"items[{index}].option_groups[{at}]", f"no option group {name}", fix)
    for name, group in listing.option_groups.items():
        yield from _group_problems(f"option_groups.{name}", group)


def _group_problems(here: str, group: _ListedGroup) -> Iterator[Problem]:
    if not group.single:
        fix = "list the options that ambiguous_between means"
        yield Problem(f"{here}.options", "every option is ambiguous, so there is none to choose", fix)
    ids: set[str] = set()
    single = {option.id for option in group.single}
    for at, option in enumerate(group.options):
        path = f"{here}.options[{at}]"
        if option.id in ids:
            yield Problem(f"{path}.id", f"{option.id} is there already", "give every option an id of its own")
        ids.add(option.id)
        for place, option_id in enumerate(option.ambiguous_between):
            if option_id not in single:
                fix = "use the id of an option of this group that is itself not ambiguous"
                yield Problem(f"{path}.ambiguous_between[{place}]", f"no option {option_id} in this group", fix)


def _dimensions(listing: _Listing) -> Iterator[Dimension]:
    """One dimension for each slot: two groups of sizes, for pizzas and for drinks, are one question."""
    slots: dict[str, dict[str, dict[str, None]]] = {}
    for group in listing.option_groups.values():
        if group.slot != MODIFIERS:
            options = slots.setdefault(group.slot, {})
            for option in group.single:
                options.setdefault(option.id, {}).update(dict.fromkeys(group.names_of(option)))
    for slot, named in slots.items():
        options_of_slot = [(option_id, tuple(names)) for option_id, names in named.items()]
        yield Dimension(
            id=slot,
            name=slot,
            options=tuple(DimensionOption(id=one, name=names[0], spoken=names[1:]) for one, names in options_of_slot),
        )


def _group(name: str, group: _ListedGroup) -> ModifierGroup:
    return ModifierGroup(
        id=name,
        name=name.replace("_", " ").strip(),
        max=1 if group.select == "one" else None,
        negatable=group.negatable,
        qualifiable=group.qualifiable,
        options=tuple(
            ModifierOption(id=option.id, name=names[0], spoken=names[1:])
            for option in group.single
            if (names := group.names_of(option))
        ),
    )


def _item(item: _ListedItem, groups: Mapping[str, _ListedGroup]) -> Item:
    """A listing does not say which sizes go together, so each choice stands alone, beside the item as such."""
    choices = {
        (groups[name].slot, option.id): None
        for name in item.option_groups
        if groups[name].slot != MODIFIERS
        for option in groups[name].single
    }
    variations = [Variation(id="plain", options={}, price=None)]
    variations += [Variation(id=f"{slot}:{option}", options={slot: option}, price=None) for slot, option in choices]
    return Item(
        id=item.id,
        category=item.kind,
        name=item.names[0],
        spoken=item.names[1:],
        variations=tuple(variations),
        modifier_groups=tuple(name for name in item.option_groups if groups[name].slot == MODIFIERS),
        tax=UNTAXED,
    )
