"""The restaurant is closed: the caller hears when it opens, and goodbye."""

from twiml.document import document, hangup, say


def closed(text: str, language: str) -> str:
    """Say that it is closed and when it opens, then end the call."""
    return document(say(text, language), hangup())
