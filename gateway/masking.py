"""What must never leave in a log line or an error report, and how it is taken out. Pure.

Masked by the name of the field: numbers, tokens, headers, audio, callers' words. Masked by their look, wherever they
stand (messages and tracebacks too): telephone and card numbers, credentials in URLs and headers, known key formats,
long base64. And the process's own secrets literally. A call's SID and an event's id are not personal and stay.
"""

import re
from collections.abc import Iterable, Mapping

MASK = "[masked]"
NUMBER = "[number]"
CARD = "[card number]"
MAX_TEXT = 16_000
MAX_DEPTH = 12
_SHORTEST_SECRET = 6  # a literal shorter than this would mask half of every line

# Names of fields whose values say who somebody is, what was said, or open a door. Compared without case, dashes and
# underscores, so that X-Twilio-Signature and x_twilio_signature are one name.
_NAMES = """
    caller called callersid callername number numbers phone phonenumber fromnumber tonumber transferto forwardedfrom
    fromcity fromstate fromzip fromcountry callercity callerstate callerzip callercountry customername address
    authorization proxyauthorization xtwiliosignature cookie setcookie token tokens streamtoken authtoken secret secrets
    gatewaysecret password apikey dsn credentials body form payload audio delta transcript transcripts utterance
    speechresult stablespeechresult unstablespeechresult digits digit arguments
"""
_FIELDS = frozenset(_NAMES.split())
_FORM_FIELDS = frozenset({"From", "To"})  # Twilio's; in lower case they are where a state change comes from and goes to

_PLAIN = re.compile(r"[a-z_. ]{0,60}")  # an event's or a state's name: most of what is logged
_DATA = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")  # base64 of audio or of a document; identifiers are shorter
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE)
_KEY = re.compile(r"\b(?:sk|ek|pk|rk|whsec|SK)[-_][A-Za-z0-9_=+/-]{8,}")
_CARD = re.compile(r"(?<![0-9A-Za-z])\d(?:[ .-]?\d){12,18}(?![0-9A-Za-z])")
_E164 = re.compile(r"(?:\+|%2[Bb])\d[\d ().-]{5,18}\d")
_NATIONAL = re.compile(r"(?<![0-9A-Za-z.:-])(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![0-9A-Za-z])")
_DIGITS = re.compile(r"(?<![0-9A-Za-z.:-])\d{10,15}(?![0-9A-Za-z])")


class Masker:
    """Takes what is personal or secret out of texts and of structures of dicts, lists and texts.

    Args:
        secrets: values that must not appear anywhere, whatever the field is called (`Settings.secret_values`).
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        literal = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, literal))) if literal else None

    def text(self, text: str) -> str:
        """The text with everything masked that looks personal or secret; the middle of very long ones cut out."""
        if self._secrets is not None:
            text = self._secrets.sub(MASK, text)
        if _PLAIN.fullmatch(text):
            return text
        if len(text) > MAX_TEXT:  # a traceback says most at its two ends
            text = f"{text[: MAX_TEXT // 2]} [...] {text[-MAX_TEXT // 2 :]}"
        text = _DATA.sub(_sized, text)
        text = _USER_INFO.sub(MASK, text)
        text = _AUTHORIZATION.sub(rf"\1 {MASK}", text)
        text = _KEY.sub(MASK, text)
        text = _CARD.sub(_card, text)
        text = _E164.sub(NUMBER, text)
        text = _NATIONAL.sub(NUMBER, text)
        return _DIGITS.sub(NUMBER, text)

    def value(self, value: object, depth: int = 0) -> object:
        """A copy with masks: texts and the keys of mappings are looked at, bytes become their length.

        Nesting beyond twelve levels is dropped, so that a structure that contains itself ends.
        """
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            return f"[{len(value)} bytes]"
        if depth >= MAX_DEPTH:
            return "[nested too deep]"
        if isinstance(value, Mapping):
            return self.fields(value, depth)
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(one, depth + 1) for one in value]
        return self.text(repr(value))

    def fields(self, fields: Mapping[str, object], depth: int = 0) -> dict[str, object]:
        """A mapping with masks: a field with a telling name loses its value, the others are looked at."""
        return {
            str(name): MASK if _telling(str(name)) and value not in (None, "") else self.value(value, depth + 1)
            for name, value in fields.items()
        }


def _telling(name: str) -> bool:
    return name in _FORM_FIELDS or name.lower().replace("-", "").replace("_", "") in _FIELDS


def _sized(match: re.Match[str]) -> str:
    return f"[{len(match[0])} characters of data]"


def _card(match: re.Match[str]) -> str:
    """Card numbers pass Luhn's check (ISO/IEC 7812-1, annex B); what does not is judged by the later rules."""
    digits = [int(sign) for sign in reversed(match[0]) if sign.isdecimal()]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return CARD if (sum(digits[0::2]) + doubled) % 10 == 0 else match[0]
