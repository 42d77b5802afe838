"""Corrections that put something in the place of what was said some words before: of the size of a dish, of a count."""

from collections.abc import Sequence

from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.kinds import DETERMINERS, alike, determines, is_dish, is_size, same_word, share
from gateway.orders.hearing.lexicon import Mention

_BEING = frozenset({"should", "be", "is", "must", "needs", "to", "has"})


def substitution(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "a small coke, actually a large": numbers and sizes go into the phrase of the dish said last."""
    head = _last_dish(mentions, at)
    if head is None:
        return None
    stop = end
    while stop < len(mentions) and (determines(mentions[stop]) or is_size(mentions[stop])):
        stop += 1
    run = [mention for mention in mentions[end:stop] if mention.cue not in DETERMINERS]
    if stop < len(mentions) and mentions[stop].of("item"):
        head = next((i for i in range(at - 1, -1, -1) if mentions[i].senses == mentions[stop].senses), head)
    start = _phrase_start(mentions, head)
    if stop < len(mentions) and mentions[stop].of("item"):
        phrase = [*_merged(mentions[start:head], run), mentions[stop]]
        return [*mentions[:start], *phrase, *mentions[head + 1 : at], *mentions[stop + 1 :]]
    if not run:
        return None
    phrase = [*_merged(mentions[start:head], run), mentions[head]]
    return [*mentions[:start], *phrase, *mentions[head + 1 : at], *mentions[stop:]]


def _last_dish(mentions: Sequence[Mention], at: int) -> int | None:
    head = next((place for place in range(at - 1, -1, -1) if is_dish(mentions[place])), None)
    return None if head is None or any(mention.stop for mention in mentions[head + 1 : at]) else head


def pointed_at(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "a green tea, no wait, the tea should be medium": that only points at the dish just said."""
    head = _last_dish(mentions, at)
    if head is None or end + 1 >= len(mentions) or mentions[end].cue is not Cue.THE:
        return None
    if mentions[end + 1].tokens[-1].stem != mentions[head].tokens[-1].stem or not mentions[end + 1].senses:
        return None
    end += 2
    while end < len(mentions) and mentions[end].text in _BEING:
        end += 1
    return substitution(mentions, at, end)


def recounted(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "with two slices of cheese, make it three slices": the number before the same word changes."""
    if end + 1 >= len(mentions) or mentions[end].number is None or mentions[end + 1].cue is not None:
        return None
    if mentions[end + 1].senses:
        return None
    for place in range(at - 1, 0, -1):
        if same_word(mentions[place], mentions[end + 1]) and mentions[place - 1].number is not None:
            return [*mentions[: place - 1], mentions[end], *mentions[place:at], *mentions[end + 2 :]]
    return None


def denied(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "on wheat. Sorry, not wheat, sourdough": what is denied goes, and what follows takes its place."""
    if end + 2 >= len(mentions) or mentions[end].cue not in {Cue.WITHOUT, Cue.NO}:
        return None
    denied, meant = mentions[end + 1 : end + 3]
    if not alike(denied, meant):
        return None
    for place in range(at - 1, -1, -1):
        if mentions[place].senses and mentions[place].senses == denied.senses:
            return [*mentions[:place], meant, *mentions[place + 1 : at], *mentions[end + 3 :]]
    return None


def _phrase_start(mentions: Sequence[Mention], head: int) -> int:
    start = head
    while start > 0 and (determines(mentions[start - 1]) or is_size(mentions[start - 1])):
        start -= 1
    return start


def _merged(before: Sequence[Mention], run: Sequence[Mention]) -> list[Mention]:
    """The words before a head with those of `run` in place of their kind."""
    kept = [old for old in before if not any(determines(old) and new.number is not None for new in run)]
    kept = [old for old in kept if not any(share(old, new, "option") for new in run)]
    numbers = [new for new in run if new.number is not None]
    return [*numbers, *kept, *(new for new in run if new.number is None)]


def afterthought(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "with ham, let's do bacon instead": the marker comes after what is meant."""
    if mentions[at].text != "instead" or at < 2:
        return None
    meant = mentions[at - 1]
    for place in range(at - 2, -1, -1):
        if alike(mentions[place], meant):
            start = _opening(mentions, at - 1)
            return [*mentions[:place], meant, *mentions[place + 1 : start], *mentions[end:]]
    return None


def _opening(mentions: Sequence[Mention], at: int) -> int:
    """Where the words begin that lead to `at`: "let's do a"."""
    while at > 0 and (determines(mentions[at - 1]) or mentions[at - 1].cue in {Cue.ADD, Cue.CHANGE}):
        at -= 1
    return at
