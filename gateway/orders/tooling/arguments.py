"""The arguments of a tool call, as a model wrote them: read, checked, and repaired where only one thing can be meant.

Rules kept here: an argument that nobody expects is refused, for it may carry what the caller wanted under a wrong name;
null counts as not given; a message says what to write instead, because the model reads it and tries again.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NoReturn

from gateway.orders.hearing.numbers import read_number
from gateway.orders.tooling.outcome import OrderErrorCode

MAX_JSON = 20_000
_SHOWN, _NAMED = 60, 5
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}(\.0+)?")
_YES = frozenset({"true", "yes", "1"})
_NO = frozenset({"false", "no", "0"})
_DIGITS = frozenset({"0", "1"})


class Refusal(Exception):  # noqa: N818 - an answer to the model, not a failure of ours
    """A tool call that is not carried out.

    `message` tells the model why and what to do instead; `beside` is JSON that stands beside it in the answer.
    """

    def __init__(
        self, message: str, error: OrderErrorCode | None = None, beside: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error = error
        self.beside = {} if beside is None else beside


class Arguments:
    """The arguments of one call, or one record inside them. Every reader gives None for what is not there."""

    def __init__(self, values: Mapping[str, object], where: str, allowed: Iterable[str]) -> None:
        names = tuple(allowed)
        unknown = [shown(name) for name in values if name not in names]
        if unknown:
            takes = f"it takes {', '.join(names)}" if names else "it takes none"
            raise _malformed(f"{where} has no argument {', '.join(unknown[:_NAMED])}; {takes}.")
        self._values = {name: value for name, value in values.items() if value is not None}
        self._where = where

    @classmethod
    def parse(cls, arguments_json: str, where: str, allowed: Iterable[str]) -> "Arguments":
        """Read the JSON text of a call; empty text means no arguments.

        Raises:
            Refusal: ORDER_PARSE_ERROR, when it is no JSON object, is too long, or names arguments the tool has not.
        """
        if len(arguments_json) > MAX_JSON:
            raise _malformed(f"The arguments of {where} are too long: at most {MAX_JSON} characters.")
        try:
            values = json.loads(arguments_json or "{}", parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise _malformed(f"The arguments of {where} are not valid JSON. Send one JSON object.") from error
        if not isinstance(values, dict):
            raise _malformed(f"The arguments of {where} must be one JSON object.")
        return cls(values, where, allowed)

    def given(self, name: str) -> bool:
        """Whether the argument is there, be it blank."""
        return name in self._values

    def text(self, name: str, limit: int = 200) -> str | None:
        """Text on one line; a whole number is taken as its digits (`12` for "12")."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value) if abs(value) < 10**9 else "too large"
        if value is None:
            return None
        if not isinstance(value, str):
            raise _malformed(f"{name} of {self._where} must be text.")
        clean = one_line(value)
        if len(clean) > limit:
            raise _malformed(f"{name} of {self._where} is too long: at most {limit} characters.")
        return clean or None

    def whole(self, name: str) -> int | None:
        """A whole number; `2.0`, "2", "two" and "a couple" are taken as 2."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, bool) and isinstance(value, int | float | str):
            digits = str(value).strip() if isinstance(value, str | float) or abs(value) < 10**9 else ""
            if _WHOLE.fullmatch(digits):
                return int(float(digits))
            if (number := _in_words(digits)) is not None:
                return number
        raise _malformed(f"{name} of {self._where} must be a whole number.")

    def flag(self, name: str) -> bool | None:
        """True or false; "yes", "no" and their like are taken as such."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise _malformed(f"{name} of {self._where} must be true or false.")

    def says(self, name: str) -> bool:
        """Whether the argument is a plain yes or no, where a number is expected."""
        value = self._values.get(name)
        return isinstance(value, bool) or (
            isinstance(value, str) and value.strip().casefold() in (_YES | _NO) - _DIGITS
        )

    def choice(self, name: str, choices: Iterable[str]) -> str | None:
        """One of a few words, in any case."""
        value = self.text(name)
        words = tuple(choices)
        if value is None or value.casefold() in words:
            return None if value is None else value.casefold()
        raise _malformed(f"{name} of {self._where} must be one of {', '.join(words)}; it was {shown(value)}.")

    def texts(self, name: str, limit: int = 80, most: int = 20) -> tuple[str, ...] | None:
        """A list of texts, blank ones left out; plain text in place of the list is divided at its commas."""
        values = self._values.get(name)
        if values is None:
            return None
        values = values.split(",") if isinstance(values, str) else values
        if not isinstance(values, list) or len(values) > most:
            raise _malformed(f"{name} of {self._where} must be a list of at most {most} texts.")
        where = f"an entry of {name} of {self._where}"
        texts = (Arguments({name: value}, where, (name,)).text(name, limit) for value in values)
        return tuple(dict.fromkeys(text for text in texts if text is not None))

    def pairs(self, name: str, most: int = 20) -> dict[str, str] | None:
        """An object whose names are the model's own and whose values are text; blank and null values are left out."""
        value = _decoded(self._values.get(name))
        if value is None:
            return None
        if not isinstance(value, dict) or len(value) > most or any(len(key) > _SHOWN for key in value):
            raise _malformed(f"{name} of {self._where} must be an object.")
        record = Arguments(value, f"{name} of {self._where}", value)
        return {key: text for key in value if (text := record.text(key)) is not None}

    def records(self, name: str, allowed: Iterable[str], key: str, limit: int = 30) -> list["Arguments"] | None:
        """A list of objects; plain text in place of an object is taken as its `key`, one object as a list of one."""
        values = _decoded(self._values.get(name))
        if values is None:
            return None
        values = [values] if isinstance(values, dict) else values
        if not isinstance(values, list) or len(values) > limit:
            raise _malformed(f"{name} of {self._where} must be a list of at most {limit} objects.")
        names, where = tuple(allowed), f"an entry of {name} of {self._where}"
        records = [{key: value} if isinstance(value, str) else value for value in values]
        if not all(isinstance(record, dict) for record in records):
            raise _malformed(f"{name} of {self._where} must be a list of objects.")
        return [Arguments(record, where, names) for record in records]


def one_line(text: str) -> str:
    """Text without control characters and half surrogates (they cannot be stored as UTF-8), its spaces made single."""
    return " ".join("".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text).split())


def shown(text: str) -> str:
    """Text from outside, quoted and short enough to stand in a message."""
    clean = one_line(text[: 4 * _SHOWN])
    return f'"{clean}"' if len(clean) <= _SHOWN else f'"{clean[:_SHOWN]}…"'


def _decoded(value: object) -> object:
    """JSON that was written as text inside JSON, as models do now and then."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            decoded: object = json.loads(value, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return value
        return decoded
    return value


def _in_words(text: str) -> int | None:
    """A number that the whole text names in words, or with marks between its thousands."""
    words = text.casefold().replace("-", " ").split()
    found = read_number(words, 0) if words and text.isascii() and not text.startswith("-") else None
    return found[0] if found is not None and found[1] == len(words) else None


def _no_constant(constant: str) -> NoReturn:
    """Python's reader would take NaN and Infinity, which JSON does not have (RFC 8259, section 6)."""
    raise ValueError(constant)


def _malformed(message: str) -> Refusal:
    return Refusal(message, "ORDER_PARSE_ERROR")
