"""One row: a fresh model, a fresh gateway, N callers, and the row that follows from their accounts."""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.bench.analysis import Measured, Row, row
from infra.bench.plan import Plan
from infra.bench.proc import core_busy, snapshot
from infra.bench.records import LoadJob, LoadRecord, ModelRecord, read
from infra.bench.rig import AUTH_TOKEN, CALLED, START_LIMIT_S, Rig

WAIT_S = 30.0
"""How much longer than planned a step may take before the run is given up."""

Progress = Callable[[str, float], None]
"""Told the step begun, and how many seconds the row still takes."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of a run: new calls a second, from the last call's start to the window, the window."""

    rate: float = 20.0
    warm_s: float = 9.5
    window_s: float = 16.0

    def row_s(self, calls: int) -> float:
        """About how long a row takes."""
        return 12.0 + calls / self.rate + self.warm_s + self.window_s


async def measure(
    rig: Rig, calls: int, plan: Plan, timing: Timing, progress: Progress, profile: Path | None = None
) -> Row:
    """Measure `calls` calls at a time.

    Args:
        rig: starts the processes.
        calls: at a time.
        plan: who speaks when.
        timing: how long.
        progress: told about each step.
        profile: file for a profile of the window (see `infra.bench.inside`); the figures are then not the product's.

    Raises:
        RunError: it could not be measured.
    """
    total = timing.row_s(calls)
    progress("starting", total)
    out = rig.folder / "load.record"
    inside = () if profile is None else ("profile", str(profile))
    async with rig.gateway(calls, plan, inside) as (gateway, model, account):
        job = LoadJob(
            gateway.voice_url,
            AUTH_TOKEN,
            CALLED,
            str(out),
            plan,
            calls,
            timing.rate,
            timing.warm_s,
            timing.window_s,
        )
        async with rig.load("steady", job) as load:
            await load.line(START_LIMIT_S)  # idle
            idle = snapshot(gateway.pid)
            await load.go_on()
            for call in range(calls):
                await load.line(WAIT_S)  # dialled
                progress(f"dialling {call + 1}", timing.row_s(calls - call) - 5)
            progress("warming up", timing.warm_s + timing.window_s + 5)
            await load.line(timing.warm_s + WAIT_S)  # window
            pids = (load.pid, model.pid)
            rig_before = _rig_cpu(pids)
            busy = None if rig.cores.gateway is None else core_busy(rig.cores.gateway)
            if profile is not None:
                os.kill(gateway.pid, signal.SIGUSR1)
            before = snapshot(gateway.pid, memory=False)
            await load.go_on()
            progress("measuring", timing.window_s + 5)
            await load.line(timing.window_s + WAIT_S)  # measured
            after = snapshot(gateway.pid)
            if profile is not None:
                os.kill(gateway.pid, signal.SIGUSR1)
            if busy is not None and rig.cores.gateway is not None:
                busy = core_busy(rig.cores.gateway) - busy
            measured = Measured(idle, before, after, _rig_cpu(pids) - rig_before, busy)
            progress("hanging up", 4)
            await load.finish()
        await model.finish()
    return row(read(str(out), LoadRecord), _account(account), measured, plan, calls)


def _account(path: Path) -> ModelRecord:
    return read(str(path), ModelRecord)


def _rig_cpu(pids: Sequence[int]) -> float:
    return sum(snapshot(pid, memory=False).own.cpu for pid in pids)
