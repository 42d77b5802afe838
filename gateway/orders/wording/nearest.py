"""What to offer for a dish that the menu does not have: what shares a word with it, or sounds like it.

Rules kept here: nothing is offered that comes no nearer than anything else would; what is offered can be had.
"""

from collections.abc import Iterable

from gateway.orders.hearing.everyday import COMMON
from gateway.orders.hearing.sound import distance, sound_key
from gateway.orders.hearing.tokens import tokenise
from gateway.orders.menu import Item, Menu
from gateway.orders.on_offer import OnOffer

MOST_OFFERED = 3
_SHORTEST = 4  # letters; shorter words sound alike by chance
_KEY, _LONG_KEY = 4, 6  # letters of a sound key, from which one edit and two are allowed
_NAME, _HEADING = 3.0, 2.0


def nearest(
    text: str, menu: Menu, on_offer: OnOffer | None = None, headings: Iterable[str] = (), most: int = MOST_OFFERED
) -> tuple[Item, ...]:
    """Up to `most` items that come near what was asked for, the nearest first; none where nothing does.

    A word of the item's own names counts most, then one of its category's, then how much the words sound alike.

    Args:
        text: the words for it.
        menu: the menu.
        on_offer: what can be had now; None: the whole menu.
        headings: ids of the categories that were named beside it, which count as words of it.
        most: how many.
    """
    said = _words(text, common=True)
    words = frozenset(word for word in said if word not in COMMON)
    rated: list[tuple[float, int, Item]] = []
    named_headings = frozenset(headings)
    titles = {category.id: _words(category.name, *category.spoken, common=True) for category in menu.categories}
    for place, item in enumerate(menu.items):
        named = _words(item.name, *item.spoken)
        score = _NAME * len(words & named) + _HEADING * len(said & titles.get(item.category, frozenset()))
        score += _HEADING * (item.category in named_headings)
        score += max((_likeness(word, name) for word in words for name in named), default=0.0)
        if score and (on_offer is None or on_offer.item(item) is None):
            rated.append((-score, place, item))
    return tuple(item for *_, item in sorted(rated, key=lambda rating: rating[:2])[:most])


def _words(*names: str, common: bool = False) -> frozenset[str]:
    """The words without plural endings; everyday words ("drinks") only where they may be `common`."""
    return frozenset(
        token.stem for name in names for token in tokenise(name)
        if token.number is None and token.word.isalpha() and len(token.word) > 1
        and (common or token.word not in COMMON)
    )  # fmt: skip


def _likeness(word: str, name: str) -> float:
    """How alike two words sound, 0..1; 0 when they are further apart than a slip of the tongue."""
    if len(word) < _SHORTEST or len(name) < _SHORTEST:
        return 0.0
    key, other = sound_key(word), sound_key(name)
    shortest = min(len(key), len(other))
    bound = (shortest >= _KEY) + (shortest >= _LONG_KEY)
    apart = distance(key, other, bound)
    return 0.0 if apart > bound or key[:1] != other[:1] else 1.0 - apart / max(len(key), len(other))
