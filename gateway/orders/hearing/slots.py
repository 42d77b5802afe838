"""Combos: which of the dishes that are said fill the slots of a combo, and which are lines of their own."""

from collections.abc import Sequence

from gateway.orders.hearing.clusters import Cluster
from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.workbench import Workbench
from gateway.orders.menu import Item, Slot


def fill_slot(
    bench: Workbench, items: Sequence[Item], mention: Mention, cluster: Cluster, before: Mention | None
) -> bool:
    """Puts a dish just said into the combo spoken of, where it belongs there; whether it did.

    A combo takes dishes after "with", and while its slots are asked for. "A lunch combo and a Coke" are two lines,
    unless the combo has begun to be filled.
    """
    combo = bench.combo
    if combo is None or combo.item is None or combo.removed or bench.removing or (cluster.quantity or 1) > 1:
        return False
    begun = any(part.touched for part in combo.parts) or combo is bench.asked
    follows = before is not None and (before.cue is Cue.WITH or combo.item in bench.items(before))
    if not (begun or follows):
        return False
    for slot in combo.item.slots:
        item = next((item for item in items if slot.choice(item.id) is not None), None)
        if item is None or not (_open(combo, slot) or bench.repairing or bench.changing):
            continue
        part = Draft(item, start=mention.start, end=mention.end, likeness=mention.likeness, touched=True)
        part.slot = slot.id
        bench.apply(part, cluster)
        combo.parts = [other for other in combo.parts if other.slot != slot.id]
        combo.parts.append(part)
        combo.touched, combo.end = True, max(combo.end, mention.end)
        bench.current, bench.loose, bench.last = part, [], None
        return True
    return False


def _open(combo: Draft, slot: Slot) -> bool:
    return all(part.slot != slot.id or not part.touched for part in combo.parts)
