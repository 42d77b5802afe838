"""The call is over: last words if there are any, then hang up."""

from twiml.document import document, hangup, say


def goodbye(text: str, language: str) -> str:
    """Say goodbye (an empty text: the agent has done so already) and end the call."""
    return document(say(text, language), hangup())
