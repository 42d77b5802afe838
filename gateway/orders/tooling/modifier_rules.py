"""What the menu allows of choices: one by one, and for a group as a whole.

Rules kept here: too many choices are refused, too few are a gap to be asked for (`missing.py`); the halves of a dish
are counted each for itself; every refusal says what can be had instead.
"""

from collections.abc import Sequence

from gateway.orders.choices import SIDES, on_side, portions_on
from gateway.orders.menu import Item, ModifierGroup, ModifierOption
from gateway.orders.order import Modifier, ModifierAction
from gateway.orders.tooling.arguments import Refusal, shown
from gateway.orders.tooling.item_lookup import ids
from gateway.orders.tooling.lookup import Names
from gateway.orders.tooling.modifier_words import SaidPlacement


def check_option(
    group: ModifierGroup,
    option: ModifierOption,
    action: ModifierAction,
    placement: SaidPlacement,
    instead_of: str | None,
    item: Item,
) -> tuple[ModifierAction, str | None]:
    """The action, and the id of the default whose place is taken, as the menu allows them.

    Raises:
        Refusal: it does not.
    """
    if placement != "whole" and group.halves is None:
        raise Refusal(f"{option.name} on {item.name} cannot be had on one half only. Tell the caller.")
    if instead_of is not None and action != "swap":
        raise Refusal('instead_of goes with action "swap" alone.', "ORDER_PARSE_ERROR")
    if action == "no" and not group.negatable:
        raise Refusal(f"{option.name} of {item.name} cannot be left off; choose another of {ids(group.options)}.")
    if action in ("extra", "light", "side") and not group.qualifiable:
        raise Refusal(f"{option.name} of {item.name} can be added as it is, not as {action}. Tell the caller.")
    if action != "swap":
        return action, None
    if not group.swappable and group.max == 1:
        return "add", None  # in a group of one choice, any choice takes the place of what the item comes with
    return action, _place_of(group, option, instead_of, item)


def check_quantity(
    group: ModifierGroup, option: ModifierOption, action: ModifierAction, quantity: int | None, item: Item
) -> int:
    """How many portions, 1 when nothing was said.

    Raises:
        Refusal: so many cannot be had.
    """
    if quantity is None:
        return 1
    if quantity < 1:
        raise Refusal('A modifier\'s quantity is 1 or more; to leave it off use action "no".', "ORDER_PARSE_ERROR")
    if action == "swap" and quantity > 1:
        raise Refusal("A swap is one portion for one: leave its quantity out. Tell the caller.")
    if quantity > group.max_per_option:
        raise Refusal(f"At most {group.max_per_option} of {option.name} on {item.name}. Tell the caller.")
    return quantity


def swapped_out(modifiers: Sequence[Modifier]) -> list[Modifier]:
    """The choices without those that only say again what a swap says: that the default is left off."""
    gone = {(m.group, m.instead_of, m.placement) for m in modifiers if m.action == "swap"}
    return [m for m in modifiers if m.action != "no" or (m.group, m.option, m.placement) not in gone]


def check_group(group: ModifierGroup, modifiers: Sequence[Modifier], item: Item) -> None:
    """See that the choices made in one group can be had together.

    Raises:
        Refusal: an option is named twice, or they are too many.
    """
    for side in SIDES:
        there = on_side(side, group, modifiers)
        named = [m.option for m in there] + [m.instead_of for m in there if m.instead_of is not None]
        twice = sorted({option for option in named if named.count(option) > 1})
        if twice:
            raise Refusal(f"{', '.join(twice)} is there more than once: give each option once, with its quantity.")
        if group.max is not None and portions_on(side, group, modifiers) > group.max:
            raise Refusal(f"At most {group.max} of {group.name} on {item.name}: ask the caller which to keep.")


def _place_of(group: ModifierGroup, option: ModifierOption, instead_of: str | None, item: Item) -> str:
    """The default whose place an option takes."""
    defaults = group.defaults
    if not group.swappable:
        raise Refusal(
            f"On {item.name} nothing is swapped in {group.name}: {option.name} can be added at its price, and what is "
            "not wanted left off. Ask the caller whether they want that."
        )
    if option.default:
        raise Refusal(f"{item.name} comes with {option.name} already: there is nothing to swap it for. Ask the caller.")
    found = defaults if instead_of is None else Names(defaults).find(instead_of)
    if len(found) != 1:
        said = "" if instead_of is None else f", not of {shown(instead_of)}"
        raise Refusal(
            f"On {item.name} {option.name} can take the place of {ids(defaults) or 'nothing'}{said}. Give that as "
            "instead_of, or use action add."
        )
    return found[0].id
