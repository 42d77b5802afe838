"""Utterances from a stream of bytes, one on each line: plain words, or JSON objects with `id` and `utterance`.

Rules kept here: a line that cannot be used is told with what to do and does not stop the rest; no line is held in
memory beyond LONGEST_LINE; empty lines are passed over and still counted. Once a line was a JSON object all are
expected to be: a plain line among them is a mistake, not an order.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST_LINE = 1 << 20
"""Bytes; five thousand words take thirty thousand."""
_EXAMPLE = '{"id": "1", "utterance": "a large pizza"}'


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said. `id` is the line's own, or else its number as text."""

    id: str | int
    text: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used: its number, counted from 1, what is wrong with it, and what to do."""

    number: int
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason} ({self.fix})"


class _Unusable(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason, self.fix = reason, fix


def read_utterances(stream: BinaryIO) -> Iterator[Utterance | BadLine]:
    """Every line of a stream as it comes, in order, until it ends."""
    only_json = False
    for number, line in enumerate(_lines(stream), 1):
        try:
            text = _text(line, first=number == 1)
            only_json = only_json or text.startswith("{")
            if text:
                yield _from_json(text, number) if only_json else Utterance(str(number), text)
        except _Unusable as error:
            yield BadLine(number, error.reason, error.fix)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long only so much that its length tells."""
    while line := stream.readline(LONGEST_LINE + 1):
        rest = line
        while not rest.endswith(b"\n") and len(rest) > LONGEST_LINE:
            rest = stream.readline(LONGEST_LINE + 1)
        yield line


def _text(line: bytes, *, first: bool) -> str:
    if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
        raise _Unusable(f"longer than {LONGEST_LINE} bytes", "break it up: one utterance on each line")
    try:
        text = line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        raise _Unusable("not UTF-8 text", "save the input as UTF-8") from None
    return text.strip()


def _from_json(text: str, number: int) -> Utterance:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise _Unusable("not JSON", f"write one object on a line, as {_EXAMPLE}") from None
    if not isinstance(raw, dict):
        raise _Unusable("not a JSON object", f"write one object on a line, as {_EXAMPLE}")
    said, given = raw.get("utterance"), raw.get("id", str(number))
    if not isinstance(said, str):
        reason = "the field utterance is missing" if "utterance" not in raw else "the field utterance is not text"
        raise _Unusable(reason, f"write what was said, as {_EXAMPLE}")
    if not isinstance(given, str | int) or isinstance(given, bool):
        raise _Unusable("the field id is neither text nor a whole number", f"write it as {_EXAMPLE}, or leave it out")
    return Utterance(given, said)
