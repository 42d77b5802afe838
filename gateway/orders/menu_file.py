"""Reading `menu.json`: the one door through which a menu comes in, with every mistake named at once.

Rules kept here: a menu that gets through is whole - every reference holds, every required choice can be made, every
price is known or none is; a menu that does not is refused with all of its problems, those of form and those of sense.
"""

import contextlib
import json
from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gateway.orders.menu import Category, Dimension, Item, Menu, ModifierGroup, Tax
from gateway.orders.menu_rules import Parts, check
from gateway.orders.problems import Problem, problems_of

P = TypeVar("P", bound=BaseModel)


class MenuErrors(Exception):  # noqa: N818 - it carries all of them
    """A menu that cannot be used. `where` names the file, `problems` says everything that is wrong with it."""

    def __init__(self, where: str, problems: Iterable[Problem]) -> None:
        self.where = where
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{where}: {problem}" for problem in self.problems))


class _RepeatedKey(ValueError):  # noqa: N818 - it never leaves this module
    """A JSON object names a field twice; Python would silently keep the last (RFC 8259, section 4)."""


def load_menu(text: str, where: str) -> Menu:
    """Read a menu.

    Args:
        text: the JSON text.
        where: what to call it in messages, such as its path.

    Raises:
        MenuErrors: with all problems, each with its path in the file, the reason and a fix.
    """
    raw = _json(text, where)
    form: list[Problem] = []
    menu: Menu | None = None
    try:
        menu = Menu.model_validate(raw)
    except ValidationError as error:
        form = problems_of(error)
    # What is well formed is checked for sense even beside what is not, so that one run shows everything.
    problems = [*form, *check(_parts(raw))]
    if menu is None or problems:
        raise MenuErrors(where, problems)
    return menu


def _json(text: str, where: str) -> dict[str, object]:
    try:
        raw = json.loads(text, object_pairs_hook=_object)
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


def _parts(raw: dict[str, object]) -> Parts:
    """The entries that are well formed on their own, and every id there is."""
    return Parts(
        dimensions=_entries(raw, "dimensions", Dimension),
        categories=_entries(raw, "categories", Category),
        items=_entries(raw, "items", Item),
        modifier_groups=_entries(raw, "modifier_groups", ModifierGroup),
        taxes=_entries(raw, "taxes", Tax),
        known={name: _ids(raw, name) for name in ("dimensions", "categories", "items", "modifier_groups", "taxes")},
    )


def _entries(raw: dict[str, object], name: str, model: type[P]) -> dict[int, P]:
    entries: dict[int, P] = {}
    for index, entry in enumerate(_list(raw, name)):
        with contextlib.suppress(ValidationError):
            entries[index] = model.model_validate(entry)
    return entries


def _ids(raw: dict[str, object], name: str) -> list[str]:
    """The ids of a list in their order; an entry without one holds its place with something no id can be."""
    ids = (entry.get("id") if isinstance(entry, dict) else None for entry in _list(raw, name))
    return [entry_id if isinstance(entry_id, str) else f" {index}" for index, entry_id in enumerate(ids)]


def _list(raw: dict[str, object], name: str) -> list[object]:
    entries = raw.get(name)
    return entries if isinstance(entries, list) else []
