"""Something to tell the caller where a conversation is not to be had: an apology, or what to do instead."""

from twiml.document import document, hangup, redirect, say


def message(text: str, language: str, next_url: str | None = None) -> str:
    """Say the text, then ask `next_url` what follows, or end the call when there is nothing to follow."""
    return document(say(text, language), hangup() if next_url is None else redirect(next_url))
