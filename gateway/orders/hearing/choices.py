"""Choices said of a dish: which line each belongs to, whether it is wanted, and what of it is taken back."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.strange import is_strange
from gateway.orders.hearing.swaps import swaps, takes_the_place
from gateway.orders.hearing.vocabulary import IN_PART, Sense
from gateway.orders.hearing.workbench import Workbench

_MORE = frozenset({"extra", "double", "more"})
_IN_PLACE_OF = frozenset({"instead of", "en vez de"})


def read_choice(bench: Workbench, mentions: Sequence[Mention], at: int) -> None:
    """Applies the choice at `at` to every line that is spoken of and takes it."""
    mention = mentions[at]
    if _names_another_dish(mentions, at):
        following = mentions[at + 1]
        bench.unknown.append((f"{mention.text} {following.text}", mention.start, following.end))
        bench.current = Draft(None, start=mention.start)
        return
    mention = _for_the_dish(bench, mention)
    drafts = _drafts(bench, mention)
    if not drafts:
        bench.set_aside(mention)
        return
    before = mentions[at - 1] if at else None
    if bench.together:
        bench.loose = []  # what was said of all before does not move to the dish that is pointed at next
    for draft in drafts:
        _read_for(bench, draft, mention, before)
    bench.qualifier, bench.repairing, bench.count = None, False, None
    bench.current = drafts[-1]


def _for_the_dish(bench: Workbench, mention: Mention) -> Mention:
    """The choice as the dish spoken of has it: its fried onions, when "onions" are others'."""
    dish = bench.current
    if not mention.tails or dish is None or any(map(dish.accepts_modifier, mention.of("modifier"))):
        return mention
    own = tuple(sense for sense in mention.tails if dish.accepts_modifier(sense))
    return replace(mention, senses=own, likeness=min(mention.likeness, IN_PART)) if own else mention


def _names_another_dish(mentions: Sequence[Mention], at: int) -> bool:
    """ "an order of onion rings", where there are onions but no rings."""
    if at == 0 or at + 1 == len(mentions) or not is_strange(mentions[at + 1]) or mentions[at + 1].pause:
        return False
    before = mentions[at - 1]
    return before.cue is Cue.AN or before.text == "of" or before.number is not None


def _drafts(bench: Workbench, mention: Mention) -> list[Draft]:
    if bench.together:
        return [draft for draft in bench.together if any(map(draft.accepts_modifier, mention.of("modifier")))]
    draft = bench.draft_for(mention)
    return [] if draft is None else [draft]


def _read_for(bench: Workbench, draft: Draft, mention: Mention, before: Mention | None) -> None:
    sense = next(s for s in mention.of("modifier") if draft.accepts_modifier(s))
    if bench.negated_group not in {None, sense.owner} and (before is None or before.cue is not Cue.OR):
        bench.end_negation()  # "no sausage and thin crust": the negation stays within its kind
    if bench.negated_group is not None and mention.tokens[0].word in _MORE:
        bench.end_negation()  # "no egg, extra noodles", where that is their name
    present = draft.modifier(sense.owner, sense.id)
    if present is None and swaps(bench, draft, sense):
        return
    if before is not None and before.text in _IN_PLACE_OF and takes_the_place(bench, draft, sense):
        return
    if before is not None and before.text in _IN_PLACE_OF and present is not None and not present.negated:
        draft.drop(present)  # "with butter, actually jam instead of butter"
        bench.end_negation()
        return
    wanted = present is not None and not present.negated
    said_last = bench.repairing and wanted and bench.last is not None and bench.last[1] is present
    if bench.removing:
        bench.leave_out(draft, mention, sense)
    elif said_last and not bench.negating and before is not None and before.text.endswith("no"):
        bench.put(draft, mention, None, negated=True)  # "with bacon, actually no bacon"
    else:
        repairing = bench.repairing or _changes_the_one_choice(bench, draft, sense, before)
        negated = bench.take_back(draft, sense, bench.negating) if repairing and bench.repairing else bench.negating
        added = bench.put(draft, mention, bench.qualifier, negated and (bench.repairing or not repairing))
        bench.negated_group = sense.owner if bench.negating else None
        if added is not None:
            bench.last = draft, added
            bench.loose.append(bench.last)
    draft.end = max(draft.end, mention.end)


def _changes_the_one_choice(bench: Workbench, draft: Draft, sense: Sense, before: Mention | None) -> bool:
    """ "with caramel, no, vanilla": in a group of one choice a "no" right after a choice corrects it."""
    group_id, option_id = sense.owner, sense.id
    group = bench.menu.group(group_id)
    if group is None or group.max != 1 or before is None or before.cue is not Cue.NO or bench.last is None:
        return False
    holder, chosen = bench.last
    others = chosen.group == group_id and chosen.id != option_id and not chosen.negated
    return holder is draft and others and chosen in draft.modifiers
