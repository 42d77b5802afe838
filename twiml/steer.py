"""A call is led to another document at once, wherever it is (Twilio, "Call resource", Twiml)."""

from twiml.document import document, redirect


def steer(url: str) -> str:
    """Ask `url` what follows."""
    return document(redirect(url))
