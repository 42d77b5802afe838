"""A person takes over: the caller is told and the restaurant's telephone rings."""

from twiml.document import Screen, dial, document, hangup, say

RING_S = 20
"""Seconds that a telephone rings before the caller is told that nobody answers."""


def transfer(
    number: str, announcement: str, language: str, next_url: str, screen: Screen | None = None, *, ring_s: int = RING_S
) -> str:
    """Put the caller through, and ask `next_url` (with `DialCallStatus`) what follows.

    Args:
        number: E.164.
        announcement: what the caller hears first; empty for nothing.
        language: of the announcement.
        next_url: decides when the dialled leg has ended or never came about.
        screen: what the person hears who answers, before the caller does.
        ring_s: seconds.
    """
    return document(say(announcement, language), dial(number, ring_s, next_url, screen))


def transfer_or_apology(number: str, announcement: str, apology: str, language: str, *, ring_s: int = RING_S) -> str:
    """Put the caller through without asking us again, for the times when we cannot answer questions.

    When nobody takes the call the caller hears the apology; when the conversation with the person is over, too, since
    without an action the next verb runs either way; so it must suit both.
    """
    return document(say(announcement, language), dial(number, ring_s), say(apology, language), hangup())
