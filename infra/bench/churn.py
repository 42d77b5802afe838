"""Many short calls: whether a process is afterwards what it was before. Started through `infra.bench.inside`."""

import asyncio
import os
import signal
import time
from pathlib import Path

import msgspec
from rich.table import Table

from infra.bench.plan import Plan
from infra.bench.proc import snapshot
from infra.bench.records import ChurnJob, Counts, LoadRecord, read
from infra.bench.rig import AUTH_TOKEN, CALLED, START_LIMIT_S, Rig, RunError
from infra.bench.run import WAIT_S, Progress

TOGETHER = 25
CALL_S = 1.0
_COUNTS_LIMIT_S = 10.0


class Steady(msgspec.Struct, kw_only=True):
    """A process before and after: tasks, file descriptors, threads, tracked objects, resident memory (KB)."""

    calls: int
    failed: int
    tasks_before: int
    tasks_after: int
    descriptors_before: int
    descriptors_after: int
    threads_before: int
    threads_after: int
    objects_before: int
    objects_after: int
    memory_before: float
    memory_after: float
    memory_store_before: float
    memory_store_after: float

    @property
    def growth_mb(self) -> float:
        """Memory that the gateway's process kept, MB."""
        return (self.memory_after - self.memory_before) / 1_000


LARGEST_GROWTH_MB = 5.0
"""What the product promises after 1,000 short calls; tasks and descriptors are to be as before."""


async def churn(rig: Rig, calls: int, progress: Progress) -> Steady:
    """Run `calls` short calls, 25 at a time, each of one second, after a first 25 that are not counted.

    Raises:
        RunError: it could not be measured.
    """
    counts = rig.folder / "counts.json"
    out = rig.folder / "churn.record"
    progress("starting", 10 + calls * CALL_S / TOGETHER)
    async with rig.gateway(TOGETHER, Plan(), ("counts", str(counts))) as (gateway, model, _):
        job = ChurnJob(gateway.voice_url, AUTH_TOKEN, CALLED, str(out), calls, TOGETHER, CALL_S)
        async with rig.load("churn", job) as load:
            await load.line(START_LIMIT_S)  # idle
            first, before = await _counts(gateway.pid, counts), snapshot(gateway.pid)
            await load.go_on()
            for call in range(calls):
                await load.line(WAIT_S)  # ended
                progress(f"call {call + 1}", 2 + (calls - call) * CALL_S / TOGETHER)
            await load.line(WAIT_S)  # measured
            last, after = await _counts(gateway.pid, counts), snapshot(gateway.pid)
            await load.finish()
        await model.finish()
    return Steady(
        calls=calls,
        failed=len(read(str(out), LoadRecord).failures),
        tasks_before=first.tasks,
        tasks_after=last.tasks,
        descriptors_before=before.own.descriptors,
        descriptors_after=after.own.descriptors,
        threads_before=before.own.threads,
        threads_after=after.own.threads,
        objects_before=first.objects,
        objects_after=last.objects,
        memory_before=before.own.rss / 1_000,
        memory_after=after.own.rss / 1_000,
        memory_store_before=before.store.rss / 1_000,
        memory_store_after=after.store.rss / 1_000,
    )


def unsteady(steady: Steady) -> list[str]:
    """What is not as it was, one line each."""
    told = []
    if steady.failed:
        told.append(f"{steady.failed} of {steady.calls} short calls failed")
    if steady.tasks_after > steady.tasks_before:
        told.append(f"tasks: {steady.tasks_before} before, {steady.tasks_after} after {steady.calls} calls")
    if steady.descriptors_after > steady.descriptors_before:
        told.append(
            f"file descriptors: {steady.descriptors_before} before, {steady.descriptors_after} "
            f"after {steady.calls} calls"
        )
    if steady.growth_mb >= LARGEST_GROWTH_MB:
        told.append(f"memory: {steady.growth_mb:.1f} MB more after {steady.calls} calls")
    return told


def table(steady: Steady) -> Table:
    """Before and after."""
    shown = Table(title=f"{steady.calls} short calls, {steady.failed} failed", header_style="bold")
    for column in ("", "before", "after"):
        shown.add_column(column, justify="right" if column else "left")
    for name, key, form in (
        ("tasks", "tasks", "{:.0f}"),
        ("file descriptors", "descriptors", "{:.0f}"),
        ("threads", "threads", "{:.0f}"),
        ("tracked objects", "objects", "{:,.0f}"),
        ("memory, KB", "memory", "{:,.0f}"),
        ("memory of the store, KB", "memory_store", "{:,.0f}"),
    ):
        shown.add_row(name, *(form.format(getattr(steady, f"{key}_{when}")) for when in ("before", "after")))
    return shown


async def _counts(pid: int, file: Path) -> Counts:
    """Ask the process to count, and read what it wrote."""
    os.kill(pid, signal.SIGUSR1)
    deadline = time.monotonic() + _COUNTS_LIMIT_S
    while time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        if (text := _taken(file)) is not None:
            return msgspec.json.decode(text, type=Counts)
    raise RunError("the gateway did not count its tasks")


def _taken(file: Path) -> bytes | None:
    """What is in the file, which is then gone, so that the next answer is a new one."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return None
    file.unlink()
    return text
