"""What a number's fallback address answers when the gateway cannot: the restaurant's telephone rings.

The document is the same at all times and needs no server of ours: it may be kept wherever Twilio can fetch it.
"""

from twiml.message import message
from twiml.transfer import transfer_or_apology


def fallback(number: str | None, announcement: str, apology: str, language: str) -> str:
    """Put the caller through, or ask them to ring again.

    Args:
        number: the restaurant's telephone, E.164; None: it has none.
        announcement: what the caller hears first.
        apology: what they hear when nobody could speak with them, or when there is no number.
        language: of both.
    """
    if number is None:
        return message(apology, language)
    return transfer_or_apology(number, announcement, apology, language)
