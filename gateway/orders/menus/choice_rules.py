"""Whether the choices that a menu demands can be made, and those that it allows make sense."""

from collections.abc import Iterator

from gateway.orders.menu import ModifierGroup
from gateway.orders.menus.entries import Entries, opened
from gateway.orders.menus.problems import Problem


def choice_rules(entries: Entries) -> Iterator[Problem]:
    """Every modifier group whose limits contradict each other, that opens itself, or that nobody is ever asked."""
    groups = {group.id: group for group in entries.modifier_groups.values()}
    users = entries.reach()
    for index, group in entries.modifier_groups.items():
        here = f"modifier_groups[{index}]"
        yield from _limits(here, group)
        yield from _swaps(here, group)
        for at, option in enumerate(group.options):
            if group.id in opened(groups, option.modifier_groups):
                reason = f"choosing {option.id} opens {group.id} again, so the questions never end"
                fix = "take the group that leads back here off"
                yield Problem(f"{here}.options[{at}].modifier_groups", reason, fix)
        if group.min and entries.whole and not users[group.id]:
            reason = f"{group.id} is required, and no item and no choice leads to it: nobody is ever asked"
            yield Problem(here, reason, "name it in the modifier_groups of an item or of an option, or remove it")


def _limits(here: str, group: ModifierGroup) -> Iterator[Problem]:
    """What a group demands can be given, and what an item comes with is allowed."""
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


def _swaps(here: str, group: ModifierGroup) -> Iterator[Problem]:
    """A swap puts another option in the place of a default, so there must be both."""
    if not group.swappable:
        return
    if not group.defaults:
        fix = "mark what the item comes with as default, or take swappable off"
        yield Problem(f"{here}.swappable", "no option is a default, so there is nothing to swap", fix)
    elif len(group.defaults) == len(group.options):
        fix = "add an option that is no default, or take swappable off"
        yield Problem(f"{here}.swappable", "every option is a default, so there is nothing to swap for", fix)
