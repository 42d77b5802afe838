"""JSON text to one object, for files that people write: every way to be no such thing is told with its place.

Rules kept here: a field that stands twice in one object is a mistake (Python would silently keep the last); what cannot
be read is refused, never guessed at.
"""

import json
from collections.abc import Iterable

from gateway.orders.menus.problems import Problem


class MenuErrors(ValueError):  # noqa: N818 - it carries all of them
    """A menu that cannot be used. `where` names the file, `problems` says everything that is wrong with it."""

    def __init__(self, where: str, problems: Iterable[Problem]) -> None:
        self.where = where
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{where}: {problem}" for problem in self.problems))


class _RepeatedKey(ValueError):  # noqa: N818 - it never leaves this module
    """A JSON object names a field twice; Python would silently keep the last (RFC 8259, section 4)."""


def read_object(text: str, where: str) -> dict[str, object]:
    """The object that a JSON text holds.

    Args:
        text: the JSON text; a byte order mark before it is passed over.
        where: what to call it in messages, such as its path.

    Raises:
        MenuErrors: with the one problem that there is: its place, the reason and a fix.
    """
    try:
        raw = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_object)
    except _RepeatedKey as error:
        problem = Problem("", f"the field {error} is there twice in one object", "keep one of them")
        raise MenuErrors(where, [problem]) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MenuErrors(where, [Problem(place, f"not JSON: {error.msg}", "correct it there")]) from None
    except (ValueError, RecursionError):
        problem = Problem("", "not JSON that can be read: numbers too long or nested too deep", "correct it")
        raise MenuErrors(where, [problem]) from None
    if not isinstance(raw, dict):
        raise MenuErrors(where, [Problem("", "not a JSON object", "begin with { and the field categories")])
    return raw


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKey(next(name for name in names if names.count(name) > 1))
    return values
