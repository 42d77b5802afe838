"""The table by kind of fault, the lines that must hold, and every call that went wrong in full."""

from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from infra.chaos.faults import Kind
from infra.chaos.judge import SILENCE_S, Verdict, recoveries
from infra.chaos.limits import Rule
from infra.chaos.ringing import Ringing, Rung
from infra.chaos.silence import percentile
from infra.chaos.striking import Everybody

_COLUMNS: Final = (
    "calls",
    "struck",
    "confirmed",
    "exact at POS",
    "to a person",
    "text-only",
    "rang again",
    "longest silence, s",
    f"silent > {SILENCE_S:g} s",
    "recovery p95, s",
)


def table(verdicts: Sequence[Verdict]) -> Table:
    """A row for each kind of fault, and one for all."""
    shown = Table(title="What became of the calls, by what went wrong in them", header_style="bold")
    shown.add_column("fault")
    for name in _COLUMNS:
        shown.add_column(name, justify="right")
    for kind in Kind:
        if rows := [verdict for verdict in verdicts if verdict.fault is kind]:
            shown.add_row(kind.value, *_cells(rows))
    shown.add_section()
    shown.add_row("all", *_cells(verdicts))
    return shown


def _cells(rows: Sequence[Verdict]) -> list[str]:
    p95 = percentile([seconds for verdict in rows for seconds in recoveries(verdict)], 0.95)
    return [
        str(len(rows)),
        str(sum(verdict.struck for verdict in rows)),
        str(sum(verdict.confirmed for verdict in rows)),
        str(sum(verdict.exact for verdict in rows)),
        str(sum(verdict.handed for verdict in rows)),
        str(sum(verdict.text_only for verdict in rows)),
        str(sum(verdict.calls > 1 for verdict in rows)),
        f"{max((verdict.silence for verdict in rows), default=0):.1f}",
        str(sum(verdict.silence > SILENCE_S for verdict in rows)),
        "-" if p95 is None else f"{p95:.2f}",
    ]


def judgement(rules: Sequence[Rule]) -> Table:
    """The lines, each with whether it holds."""
    shown = Table(title="What must hold", header_style="bold")
    shown.add_column("line")
    shown.add_column("found")
    shown.add_column("")
    for rule in rules:
        shown.add_row(rule.text, rule.found, Text("holds", "green") if rule.holds else Text("does not hold", "red"))
    return shown


def story(ringing: Ringing, verdict: Verdict, history: Sequence[Everybody]) -> str:
    """A caller's calls from beginning to end, with what went wrong around them. Times from each call's first ring."""
    planned = ringing.planned
    told = [
        f"caller {planned.number}: {planned.fault.value}, at {planned.wanted.restaurant}, for {ringing.customer.name}",
        f"  wrong: {'; '.join(verdict.wrong) or 'nothing'}",
        f"  after lost streams: {', '.join(f'{seconds:.2f} s' for seconds in verdict.lost) or 'none'}",
        f"  wanted: {', '.join(line.aloud for line in planned.wanted.lines)}",
    ]
    for rung in ringing.calls:
        record = rung.record
        told.append(
            f"  call {record.call_sid}: ended by {record.ended_by} after {record.duration_s:.1f} s"
            f"{', put through' if rung.handed else ''}{', line lost' if rung.lost else ''}"
            f"{', given up' if rung.dead else ''}"
        )
        told += [f"    {at:7.2f} {text}" for at, text in sorted(_happened(rung, ringing, history))]
    return "\n".join(told) + "\n"


def _happened(rung: Rung, ringing: Ringing, history: Sequence[Everybody]) -> list[tuple[float, str]]:
    record, began = rung.record, rung.began
    found = [(said.start, f"caller: {said.text}") for said in record.utterances]
    found += [(heard.at, f"{heard.source}: {heard.spoken}") for heard in record.heard]
    found += [(notice.at, f"Twilio {notice.code}: {notice.text}") for notice in (*record.notices, *record.violations)]
    found += [(stream.started, "stream begins") for stream in record.streams]
    found += [
        (stream.ended, f"stream ends, by {stream.ended_by} {stream.close_code or ''}") for stream in record.streams
    ]
    for request in record.requests:
        after = f" after {request.attempts} attempts" if request.attempts > 1 else ""
        found.append((request.at, f"asks {request.url.rpartition('/')[2]}: {request.status}{after}"))
    if ringing.struck_at is not None and 0 <= ringing.struck_at - began <= record.duration_s:
        found.append((ringing.struck_at - began, f"!! {ringing.planned.fault.value}: {ringing.struck}"))
    for fault in history:
        if began <= fault.end and fault.begin <= began + record.duration_s:
            found.append((fault.begin - began, f"!! for everybody: {fault.kind.value}"))
            found.append((fault.end - began, f"!! whole again: {fault.kind.value}"))
    return found
