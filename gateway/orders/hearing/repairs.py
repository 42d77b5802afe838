"""Self-corrections: "a large, no sorry, a medium" is a medium. What is taken back is cut out before anything is read.

A correction has three parts: what is taken back, a marker ("no wait", "I mean", "scratch that") and what is meant.
People begin again with words of the same kind, so the words after the marker show how much before it goes. What
corrects the order from before this utterance has nothing to cut here; it stays as it is, for the reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.kinds import DETERMINERS, alike, determines, has_weight, same_kind, share
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.substitutions import afterthought, denied, pointed_at, recounted, substitution

_MARKERS = frozenset({Cue.REPAIR, Cue.FORGET})
_LONGEST_RESTART = 8
_INTERJECTIONS = frozenset({"well", "oh", "so", "hey", "okay", "ok", "then", "yeah", "yes", "but", "or"})


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
            afterthought(left, at, end)
            or denied(left, at, end)
            or pointed_at(left, at, end)
            or _restart(left, at, end)
            or recounted(left, at, end)
            or substitution(left, at, end)
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
            if wanted and share(denied, left[place], "modifier") and left[place].senses != denied.senses:
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
    begins_anew = following.number is not None or following.cue in DETERMINERS or bool(following.of("option"))
    resized = any(share(earlier, following, "option") for earlier in mentions[:at])
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
    if mentions[end - 1].text.endswith("no") and _same_entries(before, after) and not any(map(determines, after)):
        return None  # "with basil, actually no basil"
    return [*mentions[: at - length], *mentions[end:]]


def _begins_alike(before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    return all(map(same_kind, before, after)) and any(map(has_weight, after))


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
    if end + 1 < len(mentions) and mentions[end].cue in DETERMINERS and alike(mentions[at - 1], mentions[end + 1]):
        start = at - 1
        return [*mentions[:start], *mentions[end + _covered(mentions, start) :]]
    return None


def _covered(mentions: Sequence[Mention], start: int) -> int:
    """1 when a number or an article before `start` makes the article after the marker needless, else 0."""
    return int(start > 0 and determines(mentions[start - 1]))
