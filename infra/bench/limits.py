"""Limits on rows: reading them from the command line, judging rows by them. Pure.

A limit says that a figure is at most a value, for one number of calls or for every row: `cpu=4.5@100`, `barge_p99=20`.
A figure that was not measured does not hold its limit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.bench.analysis import Row


class LimitError(ValueError):
    """The text is no limit; the message says why."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`figure` (a field of `Row`) is at most `most`, in the row of `calls` or in every row (None)."""

    figure: str
    most: float
    calls: int | None = None

    def __str__(self) -> str:
        return f"{self.figure}={self.most:g}" + ("" if self.calls is None else f"@{self.calls}")


def parse_limit(text: str) -> Limit:
    """Read `figure=most` or `figure=most@calls`.

    Raises:
        LimitError: it is neither, or no such figure is measured.
    """
    figure, equals, rest = text.partition("=")
    most, at, calls = rest.partition("@")
    if not equals or figure not in Row.__struct_fields__ or figure == "calls":
        known = ", ".join(name for name in Row.__struct_fields__ if name != "calls")
        raise LimitError(f"{text!r} is no limit; write FIGURE=MOST or FIGURE=MOST@CALLS with one of {known}")
    try:
        return Limit(figure, float(most), int(calls) if at else None)
    except ValueError:
        raise LimitError(f"{text!r}: {rest!r} is not MOST or MOST@CALLS") from None


PRODUCT = tuple(
    parse_limit(text)
    for text in (
        "cpu=4.5@100",
        "up_p99=10@50",
        "down_p99=10@50",
        "up_p99=50@180",
        "down_p99=50@180",
        "lost=0@180",
        "missed=0@180",
        "memory=150@100",
        "memory=150@180",
        "start_p95=100",
        "barge_p99=20",
    )
)
"""What the product promises (its first milestone, section "Speed"), on one core. Memory of few calls is noise."""


def applicable(limits: Iterable[Limit], calls: Sequence[int]) -> tuple[list[Limit], list[Limit]]:
    """The limits that rows of these numbers of calls can be judged by, and the others."""
    fitting: list[Limit] = []
    others: list[Limit] = []
    for limit in limits:
        (fitting if limit.calls is None or limit.calls in calls else others).append(limit)
    return fitting, others


def violations(rows: Iterable[Row], limits: Iterable[Limit]) -> list[str]:
    """What does not hold, one line each."""
    told = []
    limits = list(limits)
    for row in rows:
        for limit in limits:
            if limit.calls not in (None, row.calls):
                continue
            found = getattr(row, limit.figure)
            if found is None:
                told.append(f"{limit}: nothing was measured with {row.calls} calls")
            elif found > limit.most:
                told.append(f"{limit}: {found:g} with {row.calls} calls")
    return told
