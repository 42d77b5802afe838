"""Swaps: "a salad instead of the fries", "swap the fries for a salad", where the dish comes with fries."""

from dataclasses import replace

from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.vocabulary import Sense
from gateway.orders.hearing.workbench import Workbench


def takes_the_place(bench: Workbench, draft: Draft, sense: Sense) -> bool:
    """Makes the choice said last a swap for this default ("rings instead of fries"); whether it could be."""
    group = bench.menu.group(sense.owner)
    option = None if group is None else group.option(sense.id)
    if group is None or option is None or bench.last is None or bench.last[0] is not draft:
        return False
    last = bench.last[1]
    if not (group.swappable and option.default and last.group == group.id and last.id != option.id):
        return False
    bench.last = draft, draft.put(replace(last, instead_of=option.id), bench.menu)
    bench.end_negation()
    return True


def swaps(bench: Workbench, draft: Draft, sense: Sense) -> bool:
    """Whether a choice is what the dish comes with and is about to be swapped for another."""
    group = bench.menu.group(sense.owner)
    option = None if group is None else group.option(sense.id)
    if group is None or option is None or not (bench.changing and group.swappable and option.default):
        return False
    bench.swapped = draft, sense
    return True
