"""What a person hears who answers the restaurant's telephone, before the caller does: who rings and why.

Twilio runs these documents on the dialled leg; one that runs to its end without hanging up joins the two.
"""

from twiml.document import document, hangup, press_key

KEY_S = 8
"""Seconds after the last word within which the key must be pressed: a machine that answers never does."""


def whisper(text: str, language: str, accept_url: str) -> str:
    """Say the text, which names the key, and ask `accept_url` with the key; without one, hang up."""
    return document(press_key(text, language, accept_url, KEY_S), hangup())


def accepted() -> str:
    """Join the person and the caller."""
    return document()
