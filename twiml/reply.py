"""The answer to a text message: another one, or none (Twilio, "TwiML for Programmable Messaging")."""

from twiml.document import document, text_message


def reply(text: str | None) -> str:
    """Answer with a text; None: with nothing."""
    return document() if text is None else document(text_message(text))
