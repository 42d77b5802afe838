"""The table, a column per number of calls, and what a reader must know to believe it."""

import platform
from collections.abc import Sequence
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from infra.bench.analysis import Row

OTHERS_TOLERATED: Final = 5.0
"""Percent of the gateway's core: with more than that taken by others, its figures say little."""
RIG_TOLERATED: Final = 85.0
"""Percent of its own core: above it the rig measures itself."""

_LINES: Final = (
    ("CPU, ms per call-second", "cpu", 2),
    ("  the embedded store's", "cpu_store", 2),
    ("  both", "cpu_total", 2),
    ("of the core, %", "core_pct", 0),
    ("added delay up, p50 ms", "up_p50", 1),
    ("  p99", "up_p99", 1),
    ("added delay down, p50 ms", "down_p50", 1),
    ("  p99", "down_p99", 1),
    ("start to first sound, p50 ms", "start_p50", 1),
    ("  p95", "start_p95", 1),
    ("barge-in to clear, p50 ms", "barge_p50", 1),
    ("  p99", "barge_p99", 1),
    ("memory per call, KB", "memory", 0),
    ("  the embedded store's", "memory_store", 0),
    ("audio lost, ms", "lost", 0),
    ("missed", "missed", 0),
    ("  calls dropped", "dropped", 0),
    ("gaps in the agent's speech", "gaps", 0),
    ("agent speaks, %", "agent_pct", 0),
    ("the rig's lateness, p99 ms", "late_p99", 1),
    ("others on the core, %", "others_pct", 0),
)


def table(rows: Sequence[Row]) -> Group:
    """All rows, side by side, with notes."""
    shown = Table(title="The gateway on one core, by calls at a time", header_style="bold")
    shown.add_column("calls")
    for row in rows:
        shown.add_column(str(row.calls), justify="right")
    for name, figure, places in _LINES:
        shown.add_row(name, *(_cell(getattr(row, figure), places) for row in rows))
    return Group(shown, *(Text(note, style="dim") for note in notes(rows)))


def notes(rows: Sequence[Row]) -> list[str]:
    """What the figures mean, and which of them were disturbed."""
    told = [
        f"{platform.machine()}, Python {platform.python_version()}. CPU is user and system time.",
        "up: a caller's frame sent to its sound appended at the model, the filter's delay included.",
        "down: a response's first delta sent to the first loud sample at the caller.",
        "barge-in: the frame that completes 500 ms of voice sent to `clear` received.",
        "missed: messages, answers, clears and calls that did not arrive.",
    ]
    for row in rows:
        if row.others_pct > OTHERS_TOLERATED:
            told.append(f"{row.calls} calls: others took {row.others_pct:.0f} % of the gateway's core. Measure again.")
        if row.rig_pct > RIG_TOLERATED:
            told.append(f"{row.calls} calls: the rig used {row.rig_pct:.0f} % of its core, the delays are its own.")
    return told


def _cell(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"
