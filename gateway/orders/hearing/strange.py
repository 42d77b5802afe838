"""Words that are neither on the menu nor ordinary: dishes we do not have, and names of people."""

from collections.abc import Sequence

from gateway.orders.hearing.everyday import COMMON
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Mention

_OPENING = frozenset({Cue.AN, Cue.ANOTHER, Cue.ADD, Cue.AND, Cue.OR, Cue.WITH, Cue.EXTRA, Cue.LIGHT})


def is_strange(mention: Mention) -> bool:
    """Whether a mention is one word that neither the menu nor everyday talk explains."""
    if mention.senses or mention.cue is not None or mention.number is not None:
        return False
    word = mention.tokens[0]
    return word.word not in COMMON and word.stem not in COMMON and word.word.isalpha() and len(word.word) > 1


def strange_run(mentions: Sequence[Mention], at: int) -> int:
    """How many strange words follow each other from `at`, without a pause between them."""
    length = 0
    while at + length < len(mentions):
        mention = mentions[at + length]
        if not is_strange(mention) or (length and mention.pause):
            break
        length += 1
    return length


def asks_for_more(before: Mention) -> bool:
    """Whether something to eat may follow: "a", "two", "with", "and"; not "my" or "calling"."""
    return before.cue in _OPENING or before.number is not None or bool(before.senses)
