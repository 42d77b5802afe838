"""What is said of several dishes at once: "both large", "two lattes, one with oat milk", "a small and a large"."""

from dataclasses import replace

from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.vocabulary import Sense
from gateway.orders.hearing.workbench import Workbench
from gateway.orders.intent import IntentModifier


def add_sizes_before(bench: Workbench, draft: Draft) -> None:
    """ "a small and a large shake": one more of the dish for each size that was said before it."""
    for cluster in bench.sizes_before:
        bench.leaps += 1
        twin = draft.twin()
        twin.quantity, twin.start = cluster.quantity, draft.start
        twin.set_options(cluster.options)
        bench.drafts.append(twin)
    bench.sizes_before = []


def speak_of_all(bench: Workbench, two: bool) -> None:
    """What follows is about every dish of this utterance (the last two for "both"), or else of the order."""
    bench.leaps += 1
    said = [draft for draft in bench.alive if draft.item is not None and draft.line_id is None]
    drafts = said or [draft for draft in bench.alive if draft.item is not None]
    bench.together = drafts[-2:] if two else drafts
    bench.for_all = not drafts


def spread(bench: Workbench) -> None:
    """Gives the choices said last to all the dishes spoken of."""
    for draft in bench.together:
        draft.set_options({key: value for key, value in bench.options_last.items() if key not in draft.options})
    for _, modifier in bench.loose[bench.fresh :]:
        for draft in bench.together:
            if draft.modifier(modifier.group, modifier.id) is None and draft.accepts_modifier(
                Sense("modifier", modifier.id, modifier.group)
            ):
                draft.put(replace(modifier), bench.menu)


def go_without_the_others(bench: Workbench) -> None:
    """ "one with whip and one without": what its brothers have is refused for the part spoken of."""
    part = bench.current
    bench.leaps += 1
    if part is None or part.item is None:
        return
    base = {(m.group, m.id) for m in bench.split[0].modifiers} if bench.split is not None else set()
    for brother in bench.alive:
        if brother is part or brother.item is not part.item or brother.line_id is not None:
            continue
        for m in brother.modifiers:
            group = bench.menu.group(m.group)
            if (m.group, m.id) not in base and not m.negated and group is not None and group.negatable:
                part.put(IntentModifier(m.id, m.group, negated=True, between=m.between), bench.menu)


def close_split(bench: Workbench) -> None:
    """What is left of a number that was shared out stays as it was before: "two lattes, one with oat milk"."""
    if bench.split is not None and bench.split[1] > 0 and bench.split[0].item is not None:
        bench.leaps += 1
        rest = bench.split[0].twin()
        rest.quantity = bench.split[1]
        current, bench.split = bench.current, None
        bench.drafts.append(rest)
        bench.current = current
