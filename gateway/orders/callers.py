"""Who the caller is and where the food goes: names and addresses out of what was said.

Names are any words at all, on the menu or not, so what was asked last decides how much is believed.
"""

import re

from gateway.orders.acts import without_fulfilment
from gateway.orders.everyday import COMMON
from gateway.orders.intent import Topic
from gateway.orders.tokens import fold

MAX_NAME_WORDS = 3

_NAME = r"([^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*){0,2})"
_SAID_NAME = re.compile(
    r"\b(?:my name is|my name's|the name is|name is|name's|name|under|call me|me llamo|mi nombre es|a nombre de)\s+"
    + _NAME
)
_ASKED_NAME = re.compile(
    r"^(?:(?:yes|yeah|sure|ok|okay|uh|um|oh|hi|si|so)\s+)*"
    r"(?:it is|it's|this is|that's|that is|for|i'm|i am|es|soy|para)\s+" + _NAME
)
_LEAD_WORDS = (
    "yes yeah yep sure ok okay uh um oh hi right correct that's it's it is this for the a so please and my name si "
    "claro es soy para thanks thank you"
)
_LEADS = frozenset(_LEAD_WORDS.split())
_STOPS = frozenset({"and", "for", "please", "thanks", "thank", "y", "con", "with", "is", "it", "a", "an", "the", "to"})
_ADDRESS = re.compile(
    r"\b(?:deliver(?:y|ed|ing)?(?: it)? to|(?:my |the )?address is|it's at|i'm at|i live at|bring it to"
    r"|entrega\w* (?:a|en)|(?:mi |la )?direccion es|domicilio en)\s+(.+)$"
)
_ADDRESS_LEAD = re.compile(r"^(?:(?:yes|sure|ok|okay|um|uh|it's|it is|to|at|the address is|my address is|es|en)\s+)+")


def find_name(text: str, asked: Topic | None, unexplained: tuple[str, ...]) -> str | None:
    """The caller's name, or None.

    Args:
        text: what was said.
        asked: what the agent asked last; to "what name is it for?" any short answer is one.
        unexplained: words that neither the menu nor everyday talk explains; beside a yes, a pickup or a delivery they
            are taken for a name.
    """
    plain = _plain(text)
    said = _SAID_NAME.search(plain)
    if said is not None:
        return _trimmed(said.group(1))
    left = without_fulfilment(plain)
    if asked == "name":
        answered = _ASKED_NAME.search(left)
        words = (answered.group(1) if answered is not None else left).split()
        while words and words[0] in _LEADS:
            del words[0]
        if answered is None and all(word in COMMON for word in words):
            return None  # "nothing else", "what was that"
        if any(char.isdigit() for char in left):
            return None  # an address, perhaps
        return _trimmed(" ".join(words[:MAX_NAME_WORDS])) if len(words) <= MAX_NAME_WORDS + 2 else None
    if asked in {"fulfilment", "read_back", "held_order", "anything_else"} and len(unexplained) == 1:
        rest = [word for word in left.split() if word not in unexplained[0].split()]
        if all(word in COMMON or word in _LEADS for word in rest) and (left != plain or asked == "fulfilment"):
            return _trimmed(unexplained[0])
    return None


def find_address(text: str, asked: Topic | None) -> str | None:
    """Where to deliver, as it was said; None when nothing of the kind was."""
    plain = _plain(text)
    said = _ADDRESS.search(plain)
    if said is not None:
        return _titled(said.group(1))
    if asked != "address":
        return None
    rest = _ADDRESS_LEAD.sub("", plain).strip()
    return _titled(rest) if len(rest.split()) >= 2 else None


def _plain(text: str) -> str:
    """Lower case without accents; punctuation becomes space."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w' -]+", " ", fold(text)[0])).strip()


def _trimmed(words: str) -> str | None:
    """The name as written, up to the first word that goes on with something else."""
    kept: list[str] = []
    for word in words.split():
        if word in _STOPS:
            break
        kept.append(word)
    return _titled(" ".join(kept)) or None


def _titled(words: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in words.split())
