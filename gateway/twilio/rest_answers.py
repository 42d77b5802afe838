"""What Twilio's REST API answers, and what may be done about it. Pure.

Rules kept here: an error says whether the request may have been carried out, since Twilio knows no idempotency keys for
messages and calls ("Message resource", "Call resource"); telephone numbers, which Twilio repeats in its words, are
taken out before anybody reads them.
"""

import json
import re
from collections.abc import Mapping

UNSUBSCRIBED = 21610
"""The recipient has replied STOP to the sender (Twilio, "Error 21610")."""
CALL_NOT_IN_PROGRESS = 21220
NOT_FOUND = 20404
TOO_MANY_REQUESTS = 429
MAX_WORDS = 200
_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{4,}[0-9]")


class TwilioError(Exception):
    """Twilio did not do what was asked, or nobody knows that it did.

    Hierarchy: `TwilioRefusedError` (it said no), `TwilioUnreachableError` (it never heard of it), `TwilioUnsureError`
    (it may have done it). No message holds a telephone number or a secret.
    """


class TwilioRefusedError(TwilioError):
    """Twilio refused the request; nothing was done.

    Attributes:
        status: HTTP's.
        code: Twilio's (twilio.com/docs/api/errors); None when the answer had none.
        words: Twilio's, without numbers.
        retry_after_s: seconds that it asks to wait; None when it does not.
    """

    def __init__(self, status: int, code: int | None, words: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"Twilio refused it: HTTP {status}, error {code}: {words}")
        self.status = status
        self.code = code
        self.words = words
        self.retry_after_s = retry_after_s

    @property
    def passing(self) -> bool:
        """Whether the same request may well be taken a little later."""
        return self.status == TOO_MANY_REQUESTS

    @property
    def ours_to_mend(self) -> bool:
        """Whether it is the account that was refused: once that is mended the same request is taken."""
        return self.status in (401, 403)


class TwilioUnreachableError(TwilioError):
    """No connection was made, so nothing was done."""


class TwilioUnsureError(TwilioError):
    """The request was sent and has no answer, a broken one, or one of a server in trouble: it may have been done."""


Record = Mapping[str, object]


def read_answer(status: int, body: bytes, retry_after_s: float | None = None) -> Record:
    """The record in a good answer.

    Args:
        status: HTTP's.
        body: JSON.
        retry_after_s: the answer's Retry-After in seconds.

    Raises:
        TwilioRefusedError: 4xx.
        TwilioUnsureError: anything else that is no record.
    """
    record = _record(body)
    if 400 <= status < 500:
        found = {} if record is None else record
        code, words = found.get("code"), found.get("message", found.get("detail"))
        told = without_numbers(words) if isinstance(words, str) else "no reason given"
        raise TwilioRefusedError(status, code if isinstance(code, int) else None, told, retry_after_s)
    if not 200 <= status < 300:
        raise TwilioUnsureError(f"Twilio answered {status}")
    if record is None:
        raise TwilioUnsureError("Twilio's answer cannot be read")
    return record


def may_repeat(error: TwilioError, *, harmless: bool) -> bool:
    """Whether a request that ended so may be made again.

    Args:
        error: how it ended.
        harmless: done twice it is as done once.
    """
    match error:
        case TwilioUnreachableError():
            return True
        case TwilioRefusedError():
            return error.passing
        case _:
            return harmless


def without_numbers(words: str) -> str:
    """Twilio's words without the telephone numbers in them, and not too many of them."""
    return _NUMBER.sub("[number]", " ".join(words.split()))[:MAX_WORDS]


def _record(body: bytes) -> Record | None:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
