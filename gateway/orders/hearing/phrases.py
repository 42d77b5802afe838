"""Which words belong to which dish: the part of parsing that looks ahead.

"a large pepperoni pizza" is one phrase around its head; the words before the head are its own when an article or a
number opens them. `noun_phrases` finds the heads of an utterance and where the phrase of each begins.
"""

from collections.abc import Sequence

from gateway.orders.hearing.everyday import COMMON
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.kinds import is_dish
from gateway.orders.hearing.lexicon import Mention
from gateway.orders.hearing.strange import is_strange
from gateway.orders.menu import Item, Menu

_OPENERS = frozenset({Cue.AN, Cue.THE, Cue.ANOTHER, Cue.ORDINAL})
_PUTS_ON = frozenset({"add", "put", "throw in", "and add"})
_QUALIFIERS = frozenset({Cue.EXTRA, Cue.LIGHT})


def noun_phrases(mentions: Sequence[Mention], menu: Menu) -> dict[int, int]:
    """The phrases of an utterance, as {index of the first mention: index of the head}.

    A word that is both a dish and a choice ("guacamole") is a choice while a dish that takes it is being described,
    unless an article, a number or a size makes it a dish of its own.
    """
    found: dict[int, int] = {}
    last_head = -1
    open_groups: frozenset[str] = frozenset()
    for at, mention in enumerate(mentions):
        if not is_dish(mention) or _counts_what_follows(mentions, at):
            continue
        items = [item for sense in mention.of("item") if (item := menu.item(sense.id)) is not None]
        as_choice = any(sense.owner in open_groups for sense in mention.of("modifier"))
        start = _phrase_start(mentions, at, last_head, items, open_groups)
        if as_choice and not _stands_alone(mentions, start, at):
            continue
        if not as_choice and start == at and _said_before_its_dish(mentions, at, menu):
            continue
        found[start] = at
        last_head = at
        if items:
            open_groups = frozenset(group for item in items for group in item.modifier_groups)
    return found


def _said_before_its_dish(mentions: Sequence[Mention], at: int, menu: Menu) -> bool:
    """ "neither onions nor pickles on my sub": a dish by name, and here a choice for the dish that comes."""
    groups = {sense.owner for sense in mentions[at].of("modifier")}
    if not groups or at == 0:
        return False
    before, after = mentions[at - 1], mentions[at + 1] if at + 1 < len(mentions) else None
    linked = before.cue in {Cue.OR, Cue.AND} and at > 1 and bool(mentions[at - 2].of("modifier"))
    led_over = after is not None and after.cue is Cue.ON and not after.pause
    if not (linked or led_over or before.cue in {Cue.NO, Cue.WITHOUT, *_QUALIFIERS}):
        return False
    later = (menu.item(sense.id) for mention in mentions[at + 1 :] for sense in mention.of("item"))
    return any(item is not None and groups & set(item.modifier_groups) for item in later)


def _counts_what_follows(mentions: Sequence[Mention], at: int) -> bool:
    """Whether a kind of dish only measures the dish named next: the "side" of "a large side of fries"."""
    if mentions[at].of("item") or at + 1 >= len(mentions):
        return False
    if mentions[at].tokens[-1].word == "of":
        return is_dish(mentions[at + 1])
    return at + 2 < len(mentions) and mentions[at + 1].text in {"of", "de"} and is_dish(mentions[at + 2])


def _stands_alone(mentions: Sequence[Mention], start: int, head: int) -> bool:
    """Whether the words around a head make it a dish: "a guacamole", "side of guacamole", "guacamole on the side"."""
    counted = start + 1 == head and mentions[start].number is not None
    if counted and start and mentions[start - 1].cue is Cue.WITH:
        return False  # "eggs with four sausages"
    added = start + 1 == head and mentions[start].cue is Cue.AN and start > 0
    if added and mentions[start - 1].text in _PUTS_ON:
        return False  # "a burger, add an egg"
    if start < head and any(_opens_a_dish(m) for m in mentions[start:head]):
        return True
    following = mentions[head + 1] if head + 1 < len(mentions) else None
    before = mentions[head - 1] if head else None
    only_a_heading = before is not None and bool(before.of("category")) and not before.of("item")
    if before is not None and (only_a_heading or before.text in {"of", "side"}):
        return True
    if following is not None and (following.cue is Cue.SIDE or bool(following.of("category"))):
        return True
    return " ".join(m.text for m in mentions[head + 1 : head + 4]).startswith(("as a side", "for a side"))


def _opens_a_dish(mention: Mention) -> bool:
    """ "some" counts no dish: "tacos with some guacamole"."""
    return (
        mention.number is not None or bool(mention.of("option")) or (mention.cue in _OPENERS and mention.text != "some")
    )


def _phrase_start(
    mentions: Sequence[Mention], head: int, last_head: int, items: Sequence[Item], open_groups: frozenset[str]
) -> int:
    """How far back from the head its phrase reaches: to the opening article or number, else what touches the head."""
    groups = {group for item in items for group in item.modifier_groups}
    touching = head
    unbroken = plain = True
    for at in range(head - 1, last_head, -1):
        mention = mentions[at]
        opens = mention.number is not None or mention.cue in _OPENERS
        if mentions[at + 1].stop or (mentions[at + 1].pause and last_head >= 0 and not opens):
            break  # "ham with ranch footlong, turkey six inch": what stands before a pause belongs to the dish before
        choice = any(sense.owner in groups for sense in mention.of("modifier"))
        if mention.number is not None or mention.cue in _OPENERS:
            if mention.cue is Cue.THE and at > last_head + 1 and mentions[at - 1].tokens[-1].word == "of":
                continue  # "a bowl of the chicken noodle"
            return at
        if mention.of("option"):
            # "iced mocha, small hot mocha": a size begins a phrase, whatever stands between it and the head
            touching = at if unbroken or plain else touching
        elif choice or mention.cue in _QUALIFIERS:
            # without an article, a choice goes to the dish that is being described, if that takes it
            unbroken = unbroken and not any(sense.owner in open_groups for sense in mention.of("modifier"))
            touching = at if unbroken else touching
        elif is_strange(mention) and plain:
            unbroken = False  # "a hawaii pizza" where there is none: still one phrase
        elif mention.cue is Cue.AND or _leaves_out(mentions, at) or _measures(mentions, at):
            unbroken = unbroken and _measures(mentions, at)
            plain = plain and mention.cue is not Cue.AND
        else:
            break
    return touching


def _leaves_out(mentions: Sequence[Mention], at: int) -> bool:
    """Whether a "no" before a head is about a choice: "a no egg ramen"."""
    following = mentions[at + 1]
    return mentions[at].cue is Cue.NO and bool(following.of("modifier")) and not is_dish(following)


def _measures(mentions: Sequence[Mention], at: int) -> bool:
    """Whether a word only counts the dish: "order" and "of" in "a large order of fries"."""
    mention = mentions[at]
    if mention.text in {"of", "de"}:
        return True
    plain = mention.cue is None and mention.number is None
    return (plain and not mention.senses and mention.text in COMMON and mention.text != "and") or bool(
        mention.of("category")
    )
