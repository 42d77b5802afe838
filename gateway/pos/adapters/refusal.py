"""What a POS system's refusal means: whether it will ever take the order, and what it says about it. Pure.

Square: {"errors": [{"code", "detail", "field"}]}; Toast: {"message", "developerMessage"}; Clover: {"message"}.
"""

import json
from collections.abc import Iterator
from typing import Final

from gateway.masking import Masker

_MENDABLE: Final = frozenset({401, 403, 404, 408, 409, 423, 425, 429})
"""The order may be taken later: a token is renewed, a merchant's id is mended, another request is over."""
_LONGEST: Final = 300


def refused_for_good(status: int) -> bool:
    """Whether the same order will never be taken: a 4xx that says that the order itself is wrong."""
    return 400 <= status < 500 and status not in _MENDABLE


def refusal_text(status: int, body: bytes) -> str:
    """What came back, in a line without numbers of callers and keys."""
    said = "; ".join(dict.fromkeys(_said(body)))
    whole = f"the POS answered {status}" + (f": {said}" if said else "")
    return Masker(()).text(whole[:_LONGEST])


def _said(body: bytes) -> Iterator[str]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return
    if not isinstance(answer, dict):
        return
    errors = answer.get("errors")
    for part in errors if isinstance(errors, list) else [answer]:
        if not isinstance(part, dict):
            continue
        words = [part.get(name) for name in ("code", "field", "detail", "message", "developerMessage")]
        if told := " ".join(word for word in words if isinstance(word, str) and word):
            yield told
