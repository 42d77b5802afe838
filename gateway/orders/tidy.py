"""After an utterance was read: headings whose dishes were named, and doubts that a later word settles."""

from gateway.orders.draft import Draft
from gateway.orders.workbench import Workbench


def tidy(bench: Workbench) -> None:
    """Puts the bench in order once everything is read."""
    _share_out_headings(bench)
    _settle_doubts(bench)
    bench.give_up_pending()


def _share_out_headings(bench: Workbench) -> None:
    """ "six subs, three ham and three roast beef" are six in all, not twelve: the heading passes on what it says."""
    said = sorted((d for d in (*bench.alive, *bench.headings) if d.line_id is None), key=lambda draft: draft.start)
    for at, heading in enumerate(said):
        named = _named_under(heading, said[at + 1 :], bench)
        for draft in named:
            draft.set_options({key: value for key, value in heading.options.items() if key not in draft.options})
        if named and heading.item is not None:
            heading.removed = True
        if heading.heading is not None and (named or _under(heading, said[at + 1 : at + 2], bench)):
            bench.ambiguous = [doubt for doubt in bench.ambiguous if doubt is not heading.heading]


def _named_under(heading: Draft, following: list[Draft], bench: Workbench) -> list[Draft]:
    """The dishes that make up the number of a heading, or none."""
    wanted = heading.quantity or 1
    if wanted < 2 or heading.modifiers:
        return []
    total = 0
    for count, draft in enumerate(following, 1):
        if not _under(heading, [draft], bench):
            return []
        total += draft.quantity or 1
        if total >= wanted:
            return following[:count] if total == wanted else []
    return []


def _under(heading: Draft, drafts: list[Draft], bench: Workbench) -> bool:
    """Whether dishes are of the kind that a heading names."""
    for draft in drafts:
        if draft.item is None:
            return False
        if heading.item is None:
            if heading.heading is None or draft.item.id not in heading.heading.between:
                return False
        elif draft.item is heading.item or draft.item.category != heading.item.category or not _is_kind(heading, bench):
            return False
    return bool(drafts)


def _is_kind(heading: Draft, bench: Workbench) -> bool:
    """Whether a dish bears the name of its kind, as plain "tea" does among teas."""
    assert heading.item is not None
    own = {name.lower().split()[-1] for name in (heading.item.name, *heading.item.spoken)}
    others = (
        name.lower().split()[-1]
        for item in bench.menu.items
        if item.category == heading.item.category and item is not heading.item
        for name in (item.name, *item.spoken)
    )
    return any(name in own for name in others) or bench.menu.category(heading.item.category) is None


def _settle_doubts(bench: Workbench) -> None:
    """ "a bean burrito with black beans": the doubt which beans is gone."""
    for draft in bench.alive:
        sure = {(m.group, m.id) for m in draft.modifiers if not m.between and not m.negated}
        for modifier in list(draft.modifiers):
            if modifier.between and any((modifier.group, option) in sure for option in modifier.between):
                draft.modifiers.remove(modifier)
                ids = set(modifier.between)
                bench.ambiguous = [doubt for doubt in bench.ambiguous if set(doubt.between) != ids]
