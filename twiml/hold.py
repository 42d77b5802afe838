"""Nothing can be said yet of what comes next: a word to the caller, a moment, and the question again."""

from twiml.document import document, pause, redirect, say

PAUSE_S = 1
"""Seconds: with the words, and the question itself, the caller is not left in silence for long."""


def hold(text: str, language: str, again_url: str) -> str:
    """Say that it takes a moment, then ask `again_url`."""
    return document(say(text, language), pause(PAUSE_S), redirect(again_url))
