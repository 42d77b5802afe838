"""How models write a choice: actions and halves in other words than ours, and qualifiers that stick to a name.

Rules kept here: a word means one thing or nothing; a menu's own names come first, so that "extra cheese" stays an
option where the menu has one of that name.
"""

from collections.abc import Mapping
from typing import Literal

from gateway.orders.order import ModifierAction, Placement
from gateway.orders.tooling.lookup import fold

# In the order in which the schema lists them.
ACTIONS: tuple[ModifierAction, ...] = ("add", "no", "extra", "light", "side", "swap")
PLACEMENTS: tuple[Placement, ...] = ("whole", "left", "right")

SaidPlacement = Placement | Literal["half"]
"""A placement, or "half": one half, whichever."""

_ACTION_WORDS: Mapping[ModifierAction, str] = {
    "add": "add|with|include|included|yes|plus|regular|normal",
    "no": "no|none|without|remove|hold|minus|skip|leave off|take off|sin",
    "extra": "extra|double|more|heavy|add extra",
    "light": "light|lite|less|easy|little|easy on",
    "side": "side|on side|on the side|aside",
    "swap": "swap|replace|substitute|instead|instead of|exchange|switch",
}
_PLACEMENT_WORDS: Mapping[SaidPlacement, str] = {
    "whole": "whole|all|both|both half|both halve|entire|full|everywhere|whole pizza|all over",
    "left": "left|half left|left half|left side|first half|first|on the left|left only|1st half|half 1",
    "right": "right|half right|right half|right side|second half|second|other half|on the right|right only|2nd half"
    "|half 2",
    "half": "half|one half|half only|1 2|on half|on one half|a half",
}
_ASIDE = " on the side"
_LEADING: Mapping[str, ModifierAction] = {
    "no": "no",
    "without": "no",
    "hold the": "no",
    "hold": "no",
    "extra": "extra",
    "double": "extra",
    "light": "light",
    "lite": "light",
    "easy on": "light",
}

_ACTION = {word: action for action, words in _ACTION_WORDS.items() for word in map(fold, words.split("|"))}
_PLACEMENT = {word: placement for placement, words in _PLACEMENT_WORDS.items() for word in map(fold, words.split("|"))}


def action_of(text: str) -> ModifierAction | None:
    """The action that is meant, None when none is."""
    return _ACTION.get(fold(text))


def placement_of(text: str) -> SaidPlacement | None:
    """The half that is meant, None when none is."""
    return _PLACEMENT.get(fold(text))


def unwrapped(text: str) -> tuple[str, ModifierAction] | None:
    """`no onions` as `onion` and "no"; None where nothing sticks to the name."""
    folded = fold(text)
    if folded.endswith(_ASIDE):
        return folded.removesuffix(_ASIDE), "side"
    for lead, action in _LEADING.items():
        if folded.startswith(f"{lead} "):
            return folded.removeprefix(f"{lead} "), action
    return None
