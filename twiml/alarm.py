"""A store is rung about an order that its POS does not take: the order is spoken, several times if there is room.

The document travels inside a REST request, which takes about 4000 characters (Twilio, "Call resource", Twiml).
"""

from collections.abc import Sequence

from twiml.document import document, hangup, pause, say

DOCUMENT_LIMIT = 4000
TIMES = 3
PAUSE_S = 1


def alarm(sentences: Sequence[str], more: str, language: str, *, limit: int = DOCUMENT_LIMIT) -> str:
    """Speak the sentences, up to three times, and hang up.

    Args:
        sentences: in order, what matters most first.
        more: stands in place of those for which there is no room.
        language: of all of them.
        limit: characters of the whole document.
    """
    for times in range(TIMES, 0, -1):
        whole = _spoken(sentences, language, times)
        if len(whole) <= limit:
            return whole
    kept = list(sentences)
    while len(whole) > limit and kept:
        kept.pop()
        whole = _spoken([*kept, more], language, 1)
    return whole


def _spoken(sentences: Sequence[str], language: str, times: int) -> str:
    """A pause goes before everything: whoever picks up says hello first."""
    return document(*[pause(PAUSE_S), say(" ".join(sentences), language)] * times, hangup())
