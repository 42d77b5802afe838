"""Halves: "half mushrooms, half ham", "jalapenos on half", "half margherita and half pepperoni".

The first half that is spoken of is the left one. Where a group or a dish does not come in halves, what is said of a
half is said of the whole, except that of a number of dishes half may be of one kind and half of another.
"""

from collections.abc import Sequence
from dataclasses import replace

from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.elided import divide
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.workbench import Workbench
from gateway.orders.menu import Item
from gateway.orders.order import Placement

_FIRST = frozenset({"first", "left"})
_SECOND = frozenset({"other", "second", "right", "otra"})
_BOTH = "half and half"
_GOES_ON = frozenset({Cue.WITH, Cue.EXTRA, Cue.LIGHT, Cue.NO, Cue.WITHOUT, Cue.AN, Cue.THE})


def read_half(bench: Workbench, mentions: Sequence[Mention], at: int) -> None:
    """Takes in the words for a half: about the choices just said, or about those to come."""
    words = set(mentions[at].text.split())
    side: Placement = "left" if words & _FIRST or not (words & _SECOND or bench.halved) else "right"
    bench.halved = True
    if mentions[at].text == _BOTH:
        bench.pair = True
        return
    following = mentions[at + 1] if at + 1 < len(mentions) else None
    if following is not None and _halves_the_number(bench, following):
        return
    leads = following is not None and (bool(following.senses) or following.cue in _GOES_ON) and not following.pause
    if (bench.unplaced and "on" in words | {"en"} & words and not leads) or (bench.unplaced and following is None):
        _place(bench, side)
    else:
        bench.placement = side
    bench.unplaced = []


def _halves_the_number(bench: Workbench, following: Mention) -> bool:
    """ "twelve burgers, half single and half double": six of each; whether it was that."""
    if bench.split is not None and bench.split[1] > 0:
        divide(bench, bench.split[0], bench.split[1], {})
        return True
    draft = bench.current
    if draft is None or draft.item is None or (draft.quantity or 1) % 2 or not draft.quantity:
        return False
    fits = any(map(draft.accepts_option, following.of("option"))) or any(
        draft.accepts_modifier(sense) and group.halves is None
        for sense in following.of("modifier")
        if (group := bench.menu.group(sense.owner)) is not None
    )
    if not fits:
        return False
    bench.split = (draft.twin(), draft.quantity // 2)
    draft.quantity //= 2
    return True


def second_half(bench: Workbench, items: Sequence[Item], before: Mention | None) -> bool:
    """Makes the dish the other half of the one before, where both come in halves; whether it did."""
    if not items or not (bench.pair or (before is not None and before.cue is Cue.HALF)):
        return False
    pointed = bench.current if bench.swapping else None
    first, item = bench.first_half or pointed, items[0]
    if first is None or first.item is None or first.half_item is not None or first.removed:
        return False
    if item.halves is None or first.item.halves is None or item.category != first.item.category:
        return False
    first.half_item, first.touched = (None if item is first.item else item), True
    bench.current, bench.pair = first, False
    return True


def names_a_half(bench: Workbench, mentions: Sequence[Mention], head: int, items: Sequence[Item]) -> bool:
    """ "mushrooms on the pepperoni half": the choices lie there; whether the dish was named for that."""
    current = bench.current
    following = mentions[head + 1] if head + 1 < len(mentions) else None
    if current is None or current.half_item is None or following is None or following.cue is not Cue.HALF:
        return False
    if current.item not in items and current.half_item not in items:
        return False
    _place(bench, "left" if current.item in items else "right")
    bench.unplaced = []
    return True


def half_of_number(bench: Workbench, draft: Draft, before: Mention | None) -> None:
    """ "four cookies, half chocolate and half oatmeal": two of each."""
    if not bench.pair and (before is None or before.cue is not Cue.HALF):
        return
    if draft.item is not None and draft.item.halves is not None:
        bench.first_half = draft
        return
    whole = next(
        (d for d in reversed((*bench.headings, *bench.alive)) if d is not draft and (d.quantity or 1) > 1), None
    )
    if whole is not None and whole.start < draft.start and whole.quantity is not None and whole.quantity % 2 == 0:
        draft.quantity = draft.quantity or whole.quantity // 2


def _place(bench: Workbench, side: Placement) -> None:
    """Puts the choices said since the last half on a side."""
    for draft, modifier in bench.unplaced:
        group = bench.menu.group(modifier.group)
        if group is not None and group.halves is not None and any(m is modifier for m in draft.modifiers):
            draft.modifiers = [replace(m, placement=side) if m is modifier else m for m in draft.modifiers]
