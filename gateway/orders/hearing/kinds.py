"""What kind of thing a mention is, and whether two are of one kind: how a correction shows what it corrects."""

from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention

DETERMINERS = frozenset({Cue.AN, Cue.THE})
_QUALIFIERS = frozenset({Cue.EXTRA, Cue.LIGHT})


def determines(mention: Mention) -> bool:
    """Whether a number or an article opens a phrase here."""
    return mention.number is not None or mention.cue in DETERMINERS


def same_kind(one: Mention, other: Mention) -> bool:
    """Whether two mentions play the same part, as people do who begin again."""
    if (determines(one) and determines(other)) or {one.cue, other.cue} <= _QUALIFIERS:
        return True
    return alike(one, other) or (one.cue is not None and one.cue is other.cue) or same_word(one, other)


def same_word(one: Mention, other: Mention) -> bool:
    """ "two pumps, no, three pumps of hazelnut"."""
    return one.tokens[0].stem == other.tokens[0].stem


def alike(one: Mention, other: Mention) -> bool:
    """Whether two mentions name entries of one kind: sizes of one dimension, choices of one group, dishes."""
    if is_dish(one) and is_dish(other):
        return not (one.of("modifier") and other.of("modifier")) or share(one, other, "modifier")
    return share(one, other, "option") or share(one, other, "modifier")


def share(one: Mention, other: Mention, kind: str) -> bool:
    """Whether two mentions have senses of one owner: a dimension ("option"), a group ("modifier")."""
    return bool({sense.owner for sense in one.of(kind)} & {sense.owner for sense in other.of(kind)})


def is_dish(mention: Mention) -> bool:
    """Whether the words name a dish, or a kind of dish."""
    return bool(mention.of("item") or mention.of("category"))


def has_weight(mention: Mention) -> bool:
    """Whether the words say something of an order."""
    return bool(mention.senses) or mention.number is not None


def is_size(mention: Mention) -> bool:
    """Whether the words are a size, or the like."""
    return bool(mention.of("option")) and not mention.of("item")
