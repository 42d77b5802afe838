"""A turn of the text-only mode: Twilio says what the agent says, and listens with its own recogniser."""

from collections.abc import Sequence

from twiml.document import document, gather, redirect, say

TIMEOUT_S = 6
"""Seconds that a caller may take to begin their answer."""


def ask(
    text: str,
    language: str,
    action: str,
    *,
    hints: Sequence[str] = (),
    barge_in: bool = True,
    timeout_s: int = TIMEOUT_S,
) -> str:
    """Say the text and take the caller's answer to `action`.

    Args:
        text: the agent's words; empty to listen at once.
        language: such as "en-US"; of the words, and what the recogniser expects.
        action: gets keys, words, or nothing.
        hints: what the caller is likely to say.
        barge_in: False for what must be heard to its end.
        timeout_s: seconds.
    """
    return document(gather(text, language, action, hints=hints, timeout_s=timeout_s, barge_in=barge_in))


def begin_asking(action: str, *, disclosure: str = "", language: str = "en-US") -> str:
    """Go over to such turns; with a disclosure that is said before, as by `twiml.answer`."""
    return document(say(disclosure, language), redirect(action))


def last_words(text: str, language: str, next_url: str) -> str:
    """Say the text to its end, then ask `next_url` what follows."""
    return document(say(text, language), redirect(next_url))
