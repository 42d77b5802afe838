"""Shipped menus as JSON, to be changed in one place and read again."""

import json
from typing import Any

from gateway.orders.menu_file import examine_menu
from gateway.orders.restaurant_files import SHIPPED

Raw = dict[str, Any]


def shipped(restaurant_id: str) -> Raw:
    """The menu of an example restaurant, as JSON has it."""
    raw: Raw = json.loads((SHIPPED / restaurant_id / "menu.json").read_text())
    return raw


def put(raw: Raw, path: str, value: object) -> Raw:
    """Set `items.0.tax` and the like; a list is one longer when its length is named as the place."""
    *steps, last = path.split(".")
    place: Any = raw
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list) and int(last) == len(place):
        place.append(value)
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return raw


def errors(raw: Raw) -> list[str]:
    return [f"{problem.path}: {problem.reason}" for problem in examine_menu(json.dumps(raw), "m").errors]


def warnings(raw: Raw) -> list[str]:
    report = examine_menu(json.dumps(raw), "m")
    assert report.errors == ()
    return [f"{problem.path}: {problem.reason}" for problem in report.warnings]
