"""Where the time goes: a profile of the gateway's process, grouped by what the code is for. Reading it is pure.

A function belongs to the group whose pattern its file matches; what has no file (C code) belongs where its name or, in
the end, its callers say. CPU time outside of any function that the profiler sees is the event loop's: uvloop, picows
and the kernel beneath them. cProfile makes every Python call dearer than it is: shares count, not times.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rich.console import Group
from rich.table import Table

Function = tuple[str, int, str]
"""File, line and name, as pstats has them; the file of C code is "~"."""
Timing = tuple[int, int, float, float, Mapping[Function, tuple[int, int, float, float]]]
"""Primitive calls, calls, own seconds, seconds with callees, and the same per caller."""

LOOP: Final = "event loop, sockets"
GROUPS: Final = (
    ("audio", r"gateway/audio/|audioop|numpy|pybase64"),
    ("protocols", r"gateway/(twilio|realtime)/(protocol|wire|config)|msgspec"),
    ("line, link, session", r"gateway/(twilio|realtime)/|gateway/(session|manager)|gateway/web/media"),
    ("websocket server", r"gateway/framing|uvicorn|websockets|httptools|starlette"),
    ("call, orders, events", r"gateway/(call|orders|events|errors|redaction)|pydantic"),
    ("store", r"gateway/store|redis|hiredis"),
    ("log, metrics", r"gateway/(logs|metrics|masking)|structlog|prometheus|/logging/"),
    ("webhooks", r"gateway/web/|gateway/security|twiml|multipart"),
    (LOOP, r"uvloop|picows|asyncio|selectors|socket|Loop\.run|_asyncio|contextvars"),
)
"""The first pattern that fits counts."""
OTHER: Final = "other"
_PATTERNS: Final = tuple((name, re.compile(pattern)) for name, pattern in GROUPS)


@dataclass(frozen=True, slots=True)
class Share:
    """A function's part: its group, a readable name, own CPU seconds, calls."""

    group: str
    name: str
    seconds: float
    calls: int


def shares(stats: Mapping[Function, Timing], spent: float) -> list[Share]:
    """Every function's part, the largest first. C code without a home is counted with its callers' groups.

    Args:
        stats: of the profile.
        spent: CPU seconds of the thread in all.
    """
    beyond = spent - sum(own for _, _, own, _, _ in stats.values())  # below 0 where others took the core meanwhile
    found = [Share(LOOP, "uvloop, picows, system calls", max(0.0, beyond), 0)]
    for function, (_, calls, own, _, callers) in stats.items():
        group = group_of(function)
        if group is not None:
            found.append(Share(group, _readable(function), own, calls))
            continue
        parts: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0])
        for caller, (_, times, seconds, _) in callers.items():
            part = parts[group_of(caller) or OTHER]
            part[0] += seconds
            part[1] += times
        found += [Share(home, _readable(function), seconds, int(times)) for home, (seconds, times) in parts.items()]
    return sorted(found, key=lambda share: -share.seconds)


def group_of(function: Function) -> str | None:
    """The group of a function; None when neither its file nor its name tells."""
    file, _, name = function
    where = name if file == "~" else file
    return next((group for group, pattern in _PATTERNS if pattern.search(where)), None if file == "~" else OTHER)


def table(found: Iterable[Share], per_group: int = 6, least: float = 0.004) -> Group:
    """The groups by their part of all CPU time, each with its dearest functions (from `least` of the whole up)."""
    found = list(found)
    whole = sum(share.seconds for share in found) or 1.0
    groups: defaultdict[str, list[Share]] = defaultdict(list)
    for share in found:
        groups[share.group].append(share)
    shown = Table(title="Where the CPU time goes (cProfile; shares count, not times)", header_style="bold")
    for column, justify in (("part", "left"), ("%", "right"), ("function", "left"), ("%", "right"), ("calls", "right")):
        shown.add_column(column, justify="right" if justify == "right" else "left")
    for group, members in sorted(groups.items(), key=lambda pair: -sum(s.seconds for s in pair[1])):
        percent = sum(share.seconds for share in members) / whole * 100
        shown.add_row(f"[bold]{group}", f"[bold]{percent:.1f}", "", "", "")
        for share in members[:per_group]:
            if share.seconds >= least * whole:
                shown.add_row("", "", share.name, f"{share.seconds / whole * 100:.1f}", str(share.calls))
    return Group(shown)


def _readable(function: Function) -> str:
    file, line, name = function
    if file == "~":
        return name.removeprefix("<").removesuffix(">").replace("[", "(").replace("]", ")")
    return f"{'/'.join(file.split('/')[-2:])}:{line} {name}"
