"""Self-corrections: "a large, no sorry, a medium" is a medium. What is taken back is cut out before anything is read.

A correction has three parts: what is taken back, a marker ("no wait", "I mean", "scratch that") and what is meant.
People begin again with words of the same kind, so the words after the marker show how much before it goes. What
corrects the order from before this utterance has nothing to cut here; it stays as it is, for the reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention

_MARKERS = frozenset({Cue.REPAIR, Cue.FORGET})
_DETERMINERS = frozenset({Cue.AN, Cue.THE})
_QUALIFIERS = frozenset({Cue.EXTRA, Cue.LIGHT})
_LONGEST_RESTART = 8
_INTERJECTIONS = frozenset({"well", "oh", "so", "hey", "okay", "ok", "then", "yeah", "yes", "but", "or"})
_BEING = frozenset({"should", "be", "is", "must", "needs", "to", "has"})


@dataclass(frozen=True, slots=True)
class Settled:
    """What is left of an utterance, and how often something was taken back."""

    mentions: tuple[Mention, ...]
    repairs: int


def settle_repairs(mentions: Sequence[Mention]) -> Settled:
    """Carries the corrections out that lie within one utterance."""
    left = _without_denials(_without_doubled_numbers(mentions))
    repairs = at = 0
    while at < len(left):
        end = _marker_end(left, at)
        if end is None:
            at += 1
            continue
        at = _without_interjections(left, at)
        changed = (
            _afterthought(left, at, end)
            or _denied(left, at, end)
            or _pointed_at(left, at, end)
            or _restart(left, at, end)
            or _recounted(left, at, end)
            or _substitution(left, at, end)
        )
        if changed is None:
            at = end
        else:
            left, repairs = changed, repairs + 1
    return Settled(tuple(left), repairs)


def _without_doubled_numbers(mentions: Sequence[Mention]) -> list[Mention]:
    """ "three three medium pizzas": a number that only stammers goes; "two two-liter Cokes" keeps both."""
    return [
        mention for at, mention in enumerate(mentions)
        if mention.number is None or at + 1 == len(mentions) or mentions[at + 1].number != mention.number
    ]  # fmt: skip


def _without_denials(mentions: list[Mention]) -> list[Mention]:
    """ "rare, not rare, medium rare": what is denied and said otherwise is changed where it was said."""
    left = mentions
    for at in range(len(mentions) - 3, 0, -1):
        if left[at].cue is Cue.WITHOUT and at + 2 < len(left):
            denied, place = left[at + 1], at + 2
            while place < len(left) - 1 and left[place].cue in _MARKERS:
                place += 1
            earlier = next(
                (i for i in range(at - 1, -1, -1) if left[i].senses and left[i].senses == denied.senses), None
            )
            wanted = earlier is not None and not _is_refused(left, earlier)
            if wanted and _share(denied, left[place], "modifier") and left[place].senses != denied.senses:
                assert earlier is not None
                left = [*left[:earlier], left[place], *left[earlier + 1 : at], *left[place + 1 :]]
    return left


def _is_refused(mentions: Sequence[Mention], at: int) -> bool:
    return at > 0 and mentions[at - 1].cue in {Cue.NO, Cue.WITHOUT}


def _marker_end(mentions: Sequence[Mention], at: int) -> int | None:
    """Where the words after a marker begin, or None when there is no marker at `at`."""
    if not _marks(mentions, at):
        return None
    end = at
    while end < len(mentions) and (_marks(mentions, end) or mentions[end].cue is Cue.NO):
        end += 1
    return end


def _without_interjections(mentions: Sequence[Mention], at: int) -> int:
    """Where the marker begins with the "well" or "oh" before it."""
    while at > 0 and mentions[at - 1].text in _INTERJECTIONS and not mentions[at - 1].senses:
        at -= 1
    return at


def _marks(mentions: Sequence[Mention], at: int) -> bool:
    mention = mentions[at]
    if mention.cue in _MARKERS:
        return True
    if mention.cue is not Cue.NO or at + 1 == len(mentions) or at == 0:
        return False
    following = mentions[at + 1]
    if following.cue in _MARKERS:
        return True
    begins_anew = following.number is not None or following.cue in _DETERMINERS or bool(following.of("option"))
    resized = any(_share(earlier, following, "option") for earlier in mentions[:at])
    return begins_anew and (resized or following.number is not None or not following.of("modifier"))


# ---------------------------------------------------------------------- beginning again
def _restart(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """Words of the same kinds on both sides of the marker: those before it go.

    Of a list ("ham and tomatoes, no, bacon and mushrooms") only the last goes, unless an entry is said again.
    """
    lengths = range(1, min(_LONGEST_RESTART, at, len(mentions) - end) + 1)
    fitting = [n for n in lengths if _begins_alike(mentions[at - n : at], mentions[end : end + n])]
    again = [n for n in fitting if _says_again(mentions[at - n : at], mentions[end : end + n])]
    alone = [n for n in fitting if not any(mention.cue is Cue.AND for mention in mentions[at - n : at])]
    if not (again or alone):
        return _restart_with_article(mentions, at, end)
    length = again[-1] if again else alone[0]
    before, after = mentions[at - length : at], mentions[end : end + length]
    if (
        length == 1
        and _same_entries(before, after)
        and _is_refused(mentions, at - 1)
        and not _is_refused(mentions, end)
    ):
        return [*mentions[: at - 2], *mentions[end:]]  # "no whip, wait, I do want whip"
    if mentions[end - 1].text.endswith("no") and _same_entries(before, after) and not any(map(_determines, after)):
        return None  # "with basil, actually no basil"
    return [*mentions[: at - length], *mentions[end:]]


def _begins_alike(before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    return all(map(_same_kind, before, after)) and any(map(_has_weight, after))


def _says_again(before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    """Whether a list is begun again with a dish as before: "a roll and a tea, no, two rolls and a tea"."""
    pairs = zip(before, after, strict=True)
    listed = any(mention.cue is Cue.AND for mention in before)
    return listed and any(bool(one.senses) and one.senses == other.senses for one, other in pairs)


def _same_entries(before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    return all(one.senses == other.senses for one, other in zip(before, after, strict=True))


def _restart_with_article(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "large, no, a small": one side alone has the article."""
    if at == 0:
        return None
    if end + 1 < len(mentions) and mentions[end].cue in _DETERMINERS and _alike(mentions[at - 1], mentions[end + 1]):
        start = at - 1
        return [*mentions[:start], *mentions[end + _covered(mentions, start) :]]
    return None


def _covered(mentions: Sequence[Mention], start: int) -> int:
    """1 when a number or an article before `start` makes the article after the marker needless, else 0."""
    return int(start > 0 and _determines(mentions[start - 1]))


def _determines(mention: Mention) -> bool:
    return mention.number is not None or mention.cue in _DETERMINERS


def _same_kind(one: Mention, other: Mention) -> bool:
    if (_determines(one) and _determines(other)) or {one.cue, other.cue} <= _QUALIFIERS:
        return True
    return _alike(one, other) or (one.cue is not None and one.cue is other.cue) or _same_word(one, other)


def _same_word(one: Mention, other: Mention) -> bool:
    """ "two pumps, no, three pumps of hazelnut"."""
    return one.tokens[0].stem == other.tokens[0].stem


def _alike(one: Mention, other: Mention) -> bool:
    """Whether two mentions name entries of one kind: sizes of one dimension, choices of one group, dishes."""
    if _is_dish(one) and _is_dish(other):
        return not (one.of("modifier") and other.of("modifier")) or _share(one, other, "modifier")
    return _share(one, other, "option") or _share(one, other, "modifier")


def _share(one: Mention, other: Mention, kind: str) -> bool:
    return bool({sense.owner for sense in one.of(kind)} & {sense.owner for sense in other.of(kind)})


def _is_dish(mention: Mention) -> bool:
    return bool(mention.of("item") or mention.of("category"))


def _has_weight(mention: Mention) -> bool:
    return bool(mention.senses) or mention.number is not None


# ---------------------------------------------------------------------- something else in the same place
def _substitution(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "a small coke, actually a large": numbers and sizes go into the phrase of the dish said last."""
    head = _last_dish(mentions, at)
    if head is None:
        return None
    stop = end
    while stop < len(mentions) and (_determines(mentions[stop]) or _is_size(mentions[stop])):
        stop += 1
    run = [mention for mention in mentions[end:stop] if mention.cue not in _DETERMINERS]
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
    head = next((place for place in range(at - 1, -1, -1) if _is_dish(mentions[place])), None)
    return None if head is None or any(mention.stop for mention in mentions[head + 1 : at]) else head


def _pointed_at(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "a green tea, no wait, the tea should be medium": that only points at the dish just said."""
    head = _last_dish(mentions, at)
    if head is None or end + 1 >= len(mentions) or mentions[end].cue is not Cue.THE:
        return None
    if mentions[end + 1].tokens[-1].stem != mentions[head].tokens[-1].stem or not mentions[end + 1].senses:
        return None
    end += 2
    while end < len(mentions) and mentions[end].text in _BEING:
        end += 1
    return _substitution(mentions, at, end)


def _recounted(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "with two slices of cheese, make it three slices": the number before the same word changes."""
    if end + 1 >= len(mentions) or mentions[end].number is None or mentions[end + 1].cue is not None:
        return None
    if mentions[end + 1].senses:
        return None
    for place in range(at - 1, 0, -1):
        if _same_word(mentions[place], mentions[end + 1]) and mentions[place - 1].number is not None:
            return [*mentions[: place - 1], mentions[end], *mentions[place:at], *mentions[end + 2 :]]
    return None


def _denied(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "on wheat. Sorry, not wheat, sourdough": what is denied goes, and what follows takes its place."""
    if end + 2 >= len(mentions) or mentions[end].cue not in {Cue.WITHOUT, Cue.NO}:
        return None
    denied, meant = mentions[end + 1 : end + 3]
    if not _alike(denied, meant):
        return None
    for place in range(at - 1, -1, -1):
        if mentions[place].senses and mentions[place].senses == denied.senses:
            return [*mentions[:place], meant, *mentions[place + 1 : at], *mentions[end + 3 :]]
    return None


def _phrase_start(mentions: Sequence[Mention], head: int) -> int:
    start = head
    while start > 0 and (_determines(mentions[start - 1]) or _is_size(mentions[start - 1])):
        start -= 1
    return start


def _is_size(mention: Mention) -> bool:
    return bool(mention.of("option")) and not mention.of("item")


def _merged(before: Sequence[Mention], run: Sequence[Mention]) -> list[Mention]:
    """The words before a head with those of `run` in place of their kind."""
    kept = [old for old in before if not any(_determines(old) and new.number is not None for new in run)]
    kept = [old for old in kept if not any(_share(old, new, "option") for new in run)]
    numbers = [new for new in run if new.number is not None]
    return [*numbers, *kept, *(new for new in run if new.number is None)]


# ---------------------------------------------------------------------- the marker at the end
def _afterthought(mentions: Sequence[Mention], at: int, end: int) -> list[Mention] | None:
    """ "with ham, let's do bacon instead": the marker comes after what is meant."""
    if mentions[at].text != "instead" or at < 2:
        return None
    meant = mentions[at - 1]
    for place in range(at - 2, -1, -1):
        if mentions[place + 1].stop:
            return None
        if _alike(mentions[place], meant):
            start = _opening(mentions, at - 1)
            moved = replace(meant)
            return [*mentions[:place], moved, *mentions[place + 1 : start], *mentions[end:]]
    return None


def _opening(mentions: Sequence[Mention], at: int) -> int:
    """Where the words begin that lead to `at`: "let's do a"."""
    while at > 0 and (_determines(mentions[at - 1]) or mentions[at - 1].cue in {Cue.ADD, Cue.CHANGE}):
        at -= 1
    return at
