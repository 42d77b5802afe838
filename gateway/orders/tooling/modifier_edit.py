"""From the `modifiers` of `set_line` to choices that the menu allows for an item.

Rules kept here: an option is looked for in the groups that are open on the item, and choosing it may open more of
them; what the menu allows for one choice and for all together is `modifier_rules.py`; a mistake in writing is repaired
where only one thing can be meant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.orders.choices import open_groups
from gateway.orders.menu import Item, Menu, ModifierGroup, ModifierOption
from gateway.orders.order import Modifier, ModifierAction, Placement
from gateway.orders.tooling.arguments import Arguments, Refusal, shown
from gateway.orders.tooling.item_lookup import ids
from gateway.orders.tooling.lookup import Names
from gateway.orders.tooling.modifier_rules import check_group, check_option, check_quantity, swapped_out
from gateway.orders.tooling.modifier_words import ACTIONS, PLACEMENTS, SaidPlacement, action_of, placement_of, unwrapped

MODIFIER_ARGUMENTS = ("option_id", "group_id", "action", "quantity", "placement", "instead_of")

Choice = tuple[ModifierGroup, ModifierOption, ModifierAction | None]
"""An option with its group, and the action that stuck to its name ("no onions")."""


@dataclass(frozen=True, slots=True)
class Said:
    """One choice as the model wrote it, its words understood but not yet looked up on the menu."""

    wanted: str
    group_id: str | None = None
    action: ModifierAction | None = None
    quantity: int | None = None
    placement: SaidPlacement | None = None
    instead_of: str | None = None


def read_said(record: Arguments) -> Said:
    """Read one record of `modifiers`.

    Raises:
        Refusal: ORDER_PARSE_ERROR, when it is malformed.
    """
    wanted = record.text("option_id")
    if wanted is None:
        raise Refusal("Every modifier needs option_id.", "ORDER_PARSE_ERROR")
    instead_of = record.text("instead_of")
    written, placed = record.text("action"), record.text("placement")
    action = None if written is None else action_of(written)
    if written is not None and action is None:
        # "left" as an action says where, not what.
        if placed is not None or placement_of(written) is None:
            raise _not_one_of("action", ACTIONS, written)
        placed = written
    placement = None if placed is None else placement_of(placed)
    if placed is not None and placement is None:
        raise _not_one_of("placement", PLACEMENTS, placed)
    if instead_of is not None and action in (None, "add"):
        action = "swap"
    return Said(wanted, record.text("group_id"), action, record.whole("quantity"), placement, instead_of)


class ModifierReader:
    """Reads choices for the items of one menu."""

    def __init__(self, menu: Menu) -> None:
        self._menu = menu
        self._options = {group.id: Names(group.options) for group in menu.modifier_groups}

    def knows(self, said: Said, item: Item) -> bool:
        """Whether an item can have that choice, at once or after another one."""
        return bool(self._found(said, self._reachable(item)))

    def read(
        self, said: Sequence[Said], item: Item, *, beside: Sequence[Modifier] = (), split: bool = False
    ) -> tuple[Modifier, ...]:
        """The choices that are meant, after those that stay beside them.

        Args:
            said: what the model wrote, in its order.
            item: what the choices are for.
            beside: choices of the line that stay, unless a new one says otherwise.
            split: the halves of the line are different dishes, so that "half" does not say which.

        Raises:
            Refusal: one of them cannot be had, or they are too many.
        """
        groups = self._open(said, item, beside)
        new = swapped_out(_on_sides([self._modifier(one, item, groups) for one in said], item, split))
        kept = [old for old in beside if not any(_outweighs(other, old, groups) for other in new)]
        modifiers = self._still_open([*kept, *new], new, item)
        for group in open_groups(item, modifiers, self._menu):
            check_group(group, [modifier for modifier in modifiers if modifier.group == group.id], item)
        return modifiers

    def _open(self, said: Sequence[Said], item: Item, beside: Sequence[Modifier]) -> tuple[ModifierGroup, ...]:
        """The groups that the choices are looked for in: the item's own, and those that the choices open."""
        groups = self._menu.groups_of(item)
        while True:
            clear = [modifier for one in said if (modifier := self._clear(one, groups)) is not None]
            opened = open_groups(item, [*beside, *clear], self._menu)
            new = [group for group in opened if group not in groups]
            if not new:
                return groups
            groups = (*groups, *new)

    def _still_open(self, modifiers: list[Modifier], new: Sequence[Modifier], item: Item) -> tuple[Modifier, ...]:
        """The choices without those old ones whose group nothing opens any more (the dressing of a salad let go)."""
        while True:
            there = {group.id for group in open_groups(item, modifiers, self._menu)}
            closed = [modifier for modifier in modifiers if modifier.group not in there]
            if not closed:
                return tuple(modifiers)
            lost = next((modifier for modifier in closed if modifier in new), None)
            if lost is not None:
                raise Refusal(f"{item.name} cannot be had with {lost.option} then. Ask the caller which to keep.")
            modifiers = [modifier for modifier in modifiers if modifier.group in there]

    def _reachable(self, item: Item) -> tuple[ModifierGroup, ...]:
        """The item's groups and all that any choice in them could open."""
        groups = self._menu.groups_of(item)
        while True:
            every = [(group.id, option.id) for group in groups for option in group.options]
            opened = self._menu.open_groups(item, every)
            if len(opened) == len(groups):
                return opened
            groups = opened

    def _found(self, said: Said, groups: Iterable[ModifierGroup]) -> list[Choice]:
        """What a choice can mean among these groups: as it is written first, then without what sticks to the name."""
        if said.group_id is not None:
            groups = Names(groups).find(said.group_id)
        groups = tuple(groups)
        found: list[Choice] = [(g, option, None) for g in groups for option in self._options[g.id].find(said.wanted)]
        bare = unwrapped(said.wanted)
        if found or bare is None or said.action not in (None, "add", bare[1]):
            return found
        return [(group, option, bare[1]) for group in groups for option in self._options[group.id].find(bare[0])]

    def _clear(self, said: Said, groups: Iterable[ModifierGroup]) -> Modifier | None:
        """The choice, as far as it matters for what it opens; None while it can mean several things or nothing."""
        found = self._found(said, groups)
        if len(found) != 1:
            return None
        group, option, stuck = found[0]
        return Modifier(group=group.id, option=option.id, action=stuck or said.action or "add")

    def _modifier(self, said: Said, item: Item, groups: tuple[ModifierGroup, ...]) -> tuple[Modifier, SaidPlacement]:
        """The choice with the half it was said to lie on."""
        group, option, stuck = self._choice(said, item, groups)
        action = stuck or said.action or "add"
        placement = said.placement or "whole"
        action, instead_of = check_option(group, option, action, placement, said.instead_of, item)
        quantity = check_quantity(group, option, action, said.quantity, item)
        made = Modifier(group=group.id, option=option.id, action=action, quantity=quantity, instead_of=instead_of)
        return made, placement

    def _choice(self, said: Said, item: Item, groups: tuple[ModifierGroup, ...]) -> Choice:
        """The one option of the item that is meant."""
        if said.group_id is not None and not Names(self._reachable(item)).find(said.group_id):
            has = ids(groups) or "none"
            raise Refusal(f"{item.name} has no modifier group {shown(said.group_id)}; it has {has}.")
        found = self._found(said, groups)
        if len(found) == 1:
            return found[0]
        if found:
            meant = ", ".join(f"{option.id} of group {group.id}" for group, option, _ in found)
            raise Refusal(f"{shown(said.wanted)} on {item.name} can mean {meant}: give option_id and group_id.")
        closed = self._found(said, self._reachable(item))
        opener = None if not closed else self._opener(closed[0][0], item)
        if opener is not None:
            raise Refusal(
                f"{shown(said.wanted)} on {item.name} goes with {opener.name} only. Ask the caller whether they want "
                f"that; then give {opener.id} too."
            )
        choices = "; ".join(f"{group.id}: {ids(group.options)}" for group in groups) or "no choices"
        close = [option for group in groups for option in self._options[group.id].close_to(said.wanted)]
        offer = f" Close to it: {ids(close)}; ask." if close else ""
        message = f"{item.name} cannot be had with {shown(said.wanted)}.{offer} It has {choices}. Tell the caller."
        raise Refusal(message, "MENU_ITEM_NOT_FOUND")

    def _opener(self, closed: ModifierGroup, item: Item) -> ModifierOption | None:
        """The first choice of the item that opens a group."""
        options = (option for group in self._reachable(item) for option in group.options)
        return next((option for option in options if closed.id in option.modifier_groups), None)


def _on_sides(made: Sequence[tuple[Modifier, SaidPlacement]], item: Item, split: bool) -> list[Modifier]:
    """The choices with their halves.

    "Half" alone is the left one, for the halves of a dish are alike, unless something else names a half. The same
    choice on both halves is one on the whole.
    """
    named = {placement for _, placement in made} - {"whole", "half"}
    if (named or split) and any(placement == "half" for _, placement in made):
        raise Refusal(f"Which half of the {item.name}? Give placement left or right for each choice.")
    placed = [
        one.model_copy(update={"placement": "left" if placement == "half" else placement}) for one, placement in made
    ]
    whole: list[Modifier] = []
    for one in placed:
        twin = one.model_copy(update={"placement": _OPPOSITE[one.placement]})
        if one.placement != "whole" and twin in whole:
            whole[whole.index(twin)] = one.model_copy(update={"placement": "whole"})
        else:
            whole.append(one)
    return whole


_OPPOSITE: dict[Placement, Placement] = {"left": "right", "right": "left", "whole": "whole"}


def _outweighs(new: Modifier, old: Modifier, groups: Iterable[ModifierGroup]) -> bool:
    """Whether a new choice takes the place of an old one: it says something of the same option, or is the only one."""
    single = any(group.id == new.group and group.max == 1 for group in groups)
    same = {new.option, new.instead_of} & {old.option, old.instead_of} - {None}
    return new.group == old.group and (bool(same) or (single and new.action != "no"))


def _not_one_of(name: str, words: Sequence[str], written: str) -> Refusal:
    message = f"{name} of a modifier must be one of {', '.join(words)}; it was {shown(written)}."
    return Refusal(message, "ORDER_PARSE_ERROR")
