"""Compares two calls in everything that decides: the parts are walked, so that no new field is ever forgotten."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel

from gateway.call.machine import Call
from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools

_ALIKE = (Restaurant, OrderTools)
"""What every process has alike, by its configuration."""
_PLAIN = (str, int, float, bytes, bool, datetime, Enum, BaseModel, frozenset, set, type(None))


def differences(one: Call, other: Call) -> list[str]:
    """Where two calls are not the same, as paths with both values; empty when nothing tells them apart."""
    found: list[str] = []
    _compare(one, other, "call", found, set())
    return found


def _compare(one: Any, other: Any, path: str, found: list[str], walked: set[tuple[int, int]]) -> None:
    if isinstance(one, _ALIKE) or callable(one):
        return
    if type(one) is not type(other):
        found.append(f"{path}: {one!r} is not {other!r}")
    elif isinstance(one, _PLAIN):
        if one != other:
            found.append(f"{path}: {one!r} is not {other!r}")
    elif (id(one), id(other)) not in walked:
        walked.add((id(one), id(other)))
        mine, theirs = _parts(one), _parts(other)
        if list(mine) != list(theirs):
            found.append(f"{path}: {list(mine)} is not {list(theirs)}")
        for name in mine.keys() & theirs.keys():
            _compare(mine[name], theirs[name], f"{path}.{name}", found, walked)


def _parts(thing: Any) -> Mapping[Any, Any]:
    """What a thing consists of, by name or place. What only watches a call is no part of it."""
    if isinstance(thing, Mapping):
        return thing
    if hasattr(thing, "__iter__") and not hasattr(thing, "__dict__"):
        return {place: part for place, part in enumerate(thing) if not callable(part)}
    slots = (name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()))
    return {name: getattr(thing, name) for name in (*getattr(thing, "__dict__", ()), *slots)}
