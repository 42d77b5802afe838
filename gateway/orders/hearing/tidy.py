"""After an utterance was read: headings whose dishes were named, and doubts that a later word settles."""

from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.together import close_split
from gateway.orders.hearing.workbench import Workbench
from gateway.orders.intent import Ambiguity
from gateway.orders.menu import Item, Menu


def tidy(bench: Workbench) -> None:
    """Puts the bench in order once everything is read."""
    close_split(bench)
    for draft in bench.alive:
        draft.touched = draft.touched or any(part.touched for part in draft.parts)
    for draft in bench.alive:
        if draft.line_id is None:  # "both large, one roast beef and one ham"
            draft.set_options({key: value for key, value in bench.options_for_all.items() if key not in draft.options})
    _settle_rivals(bench)
    _share_out_headings(bench)
    _settle_doubts(bench)
    bench.give_up_pending()


def _share_out_headings(bench: Workbench) -> None:
    """ "six subs, three ham and three roast beef" are six in all, not twelve: the heading passes on what it says."""
    said = sorted((d for d in (*bench.alive, *bench.headings) if d.line_id is None), key=lambda draft: draft.start)
    for at, heading in enumerate(said):
        named = _named_under(heading, said[at + 1 :], bench.menu)
        bench.leaps += bool(named)
        for draft in named:
            draft.set_options({key: value for key, value in heading.options.items() if key not in draft.options})
        if named and heading.item is not None:
            heading.removed = True
        if heading.heading is None:
            continue
        if not named and _under(heading, said[at + 1 : at + 2], bench.menu):
            named = said[at + 1 : at + 2]  # "a large pizza, half margherita and half pepperoni"
            named[0].set_options({key: value for key, value in heading.options.items() if key not in named[0].options})
            named[0].quantity = named[0].quantity or heading.quantity
        if named:
            bench.ambiguous = [doubt for doubt in bench.ambiguous if doubt is not heading.heading]


def _named_under(heading: Draft, following: list[Draft], menu: Menu) -> list[Draft]:
    """The dishes that make up the number of a heading, or none."""
    wanted = heading.quantity or 1
    if wanted < 2:
        return []
    total = 0
    for count, draft in enumerate(following, 1):
        if not _under(heading, [draft], menu):
            return []
        total += draft.quantity or 1
        if total >= wanted:
            named = following[:count]
            distinct = any(d.item is not heading.item for d in named)
            passed_on = all(m in d.modifiers for d in named for m in heading.modifiers)
            return named if total == wanted and distinct and passed_on else []
    return []


def _under(heading: Draft, drafts: list[Draft], menu: Menu) -> bool:
    """Whether dishes are of the kind that a heading names."""
    for draft in drafts:
        if draft.item is None:
            return False
        if heading.item is None:
            if heading.heading is None or draft.item.id not in heading.heading.between:
                return False
        elif draft.item is not heading.item and not _is_kind_of(heading.item, draft.item, menu):
            return False
    return bool(drafts)


def _is_kind_of(kind: Item, item: Item, menu: Menu) -> bool:
    """Whether a dish bears the name of its kind, as green tea does that of "tea"."""
    if kind.category != item.category:
        return False
    plain = {name.lower() for name in (kind.name, *kind.spoken) if " " not in name}
    category = menu.category(kind.category)
    if category is not None and category.name.lower() in plain:
        return True
    return any(name.lower().split()[-1] in plain for name in (item.name, *item.spoken) if " " in name)


def _settle_rivals(bench: Workbench) -> None:
    """ "three shakes, vanilla, chocolate and strawberry" are one of each; "one, chocolate and vanilla" is a doubt."""
    for draft in list(bench.alive):
        pairs = [(earlier, later) for holder, earlier, later in bench.rivals if holder is draft]
        if not pairs or draft.line_id is not None:
            continue
        choices = [pairs[0][0], *(later for _, later in pairs)]
        bench.leaps += 1
        if draft.quantity == len(choices):
            for choice in choices[:-1]:
                twin = draft.twin()
                twin.quantity = 1
                twin.put(choice, bench.menu)
                bench.drafts.append(twin)
            draft.quantity = 1
        else:
            ids = tuple(dict.fromkeys(choice.id for choice in choices))
            bench.ambiguous.append(Ambiguity(choices[-1].group, ids, (draft.start, draft.end)))


def _settle_doubts(bench: Workbench) -> None:
    """ "a bean burrito with black beans": the doubt which beans is gone."""
    for draft in bench.alive:
        sure = {(m.group, m.id) for m in draft.modifiers if not m.between and not m.negated}
        for modifier in list(draft.modifiers):
            if modifier.between and any((modifier.group, option) in sure for option in modifier.between):
                draft.modifiers.remove(modifier)
                ids = set(modifier.between)
                bench.ambiguous = [doubt for doubt in bench.ambiguous if set(doubt.between) != ids]
