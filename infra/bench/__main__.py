"""`python -m infra.bench`: measure, print the table, judge by limits.

Exit status: 0 all limits hold, 1 one does not (each is named), 2 the request makes no sense, 3 it could not be
measured.
"""

import asyncio
import pstats
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, cast

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from infra.bench import churn, profile, report
from infra.bench.analysis import Row
from infra.bench.level_code import MOST_CALLS, Encoding
from infra.bench.limits import PRODUCT, Limit, LimitError, applicable, parse_limit, violations
from infra.bench.plan import SHORTEST_CYCLE_S, Plan
from infra.bench.records import Spent, spent_file
from infra.bench.rig import Cores, Rig, RunError
from infra.bench.run import Progress as Told
from infra.bench.run import Timing, measure
from infra.processes import run_folder

CALLS = "1,10,25,50,100,150,180"

out, err = Console(), Console(stderr=True)
app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Outcome(msgspec.Struct):
    """What `--json` writes."""

    at: datetime
    python: str
    audio: str
    store: str
    plan: Plan
    rows: list[Row]
    steady: churn.Steady | None
    violations: list[str]


@app.command()
def bench(
    calls: Annotated[str, typer.Option(help="Calls at a time, one row each.")] = CALLS,
    seconds: Annotated[float, typer.Option(min=2, max=600, help="Length of the measured window.")] = 16.0,
    warm: Annotated[float, typer.Option(min=0, max=120, help="Seconds between the last call's start and that.")] = 9.5,
    rate: Annotated[float, typer.Option(min=0.1, max=200, help="New calls a second.")] = 20.0,
    cycle: Annotated[
        float, typer.Option(min=SHORTEST_CYCLE_S, max=120, help="Seconds between a caller's turns.")
    ] = 8.0,
    interrupt: Annotated[int, typer.Option(min=0, help="One turn in so many has an interruption; 0: none.")] = 3,
    audio: Annotated[str, typer.Option(help="pcm16 (transcoded) or pcmu (passed through).")] = "pcm16",
    redis_url: Annotated[str | None, typer.Option(envvar="REDIS_URL", help="Unset: the embedded store.")] = None,
    limit: Annotated[list[str] | None, typer.Option(help="FIGURE=MOST or FIGURE=MOST@CALLS; repeatable.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Judge by what the product promises.")] = False,
    profiled: Annotated[
        bool, typer.Option("--profile", help="Show where the time goes, with --calls of one row.")
    ] = False,
    short_calls: Annotated[int, typer.Option("--churn", min=0, help="Run so many short calls instead of rows.")] = 0,
    json: Annotated[Path | None, typer.Option(help="Write everything there.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep logs and accounts in this folder.")] = None,
) -> None:
    """Measure what the gateway costs per call. Linux only; about 45 s a row; nothing leaves this machine."""
    if not sys.platform.startswith("linux"):
        raise typer.BadParameter("the benchmark reads /proc, so it needs Linux")
    numbers = _numbers(calls)
    if audio not in ("pcm16", "pcmu"):
        raise typer.BadParameter("--audio is pcm16 or pcmu")
    if profiled and len(numbers) != 1:
        raise typer.BadParameter("--profile takes one row: give --calls one number")
    limits = _limits(limit or [], check, numbers)
    plan, timing = Plan(cycle_s=cycle, every=interrupt), Timing(rate, warm, seconds)
    with run_folder(keep, "gateway-bench-") as folder:
        rig = Rig(Cores.of_this_machine(), redis_url=redis_url, audio=cast("Encoding", audio), folder=folder)
        try:
            rows, steady = asyncio.run(_run(rig, numbers, plan, timing, short_calls, folder if profiled else None))
        except RunError as error:
            err.print(f"[red]not measured:[/] {error}")
            raise typer.Exit(3) from None
        except (KeyboardInterrupt, asyncio.CancelledError):
            err.print("broken off")
            raise typer.Exit(3) from None
    broken = violations(rows, limits)
    if steady is not None:
        out.print(churn.table(steady))
        broken += churn.unsteady(steady) if check else []
    else:
        out.print(report.table(rows))
    for line in broken:
        err.print(f"[red]does not hold:[/] {line}")
    if json is not None:
        store = "embedded" if redis_url is None else "redis"
        outcome = Outcome(datetime.now(UTC), sys.version.split()[0], audio, store, plan, rows, steady, broken)
        json.write_bytes(msgspec.json.format(msgspec.json.encode(outcome)) + b"\n")
    if broken:
        raise typer.Exit(1)
    if limits or (check and steady is not None):
        out.print("[green]all limits hold")


async def _run(
    rig: Rig, numbers: list[int], plan: Plan, timing: Timing, short_calls: int, profiles: Path | None
) -> tuple[list[Row], churn.Steady | None]:
    """All rows, or the short calls; with `profiles`, the folder for it, the profile is printed."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # as Ctrl-C: what was started is ended
    with _progress() as tell:
        if short_calls:
            return [], await churn.churn(rig, short_calls, tell("short calls"))
        if profiles is None:
            return [await measure(rig, count, plan, timing, tell(f"{count} calls")) for count in numbers], None
        file = profiles / "profile.pstats"
        row = await measure(rig, numbers[0], plan, timing, tell("profile"), file)
    stats = cast("dict[profile.Function, profile.Timing]", vars(pstats.Stats(str(file)))["stats"])
    out.print(profile.table(profile.shares(stats, _spent(file))))
    return [row], None


def _spent(file: Path) -> float:
    return msgspec.json.decode(spent_file(file).read_bytes(), type=Spent).seconds


@contextmanager
def _progress() -> Iterator["_Tell"]:
    """A line of progress on standard error, gone when the table comes."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        yield _Tell(shown)


class _Tell:
    """Makes the function that a run reports to."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._task = shown.add_task("starting", total=1)

    def __call__(self, title: str) -> Told:
        whole = 0.0

        def tell(step: str, left_s: float) -> None:
            nonlocal whole
            whole = max(whole, left_s)
            self._shown.update(self._task, description=f"{title}: {step}", total=whole, completed=whole - left_s)

        return tell


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(f"--calls {text!r} is no list of numbers") from None
    if not all(0 < number <= MOST_CALLS for number in numbers):
        raise typer.BadParameter(f"--calls takes numbers from 1 to {MOST_CALLS}")
    return numbers


def _limits(texts: list[str], check: bool, numbers: list[int]) -> list[Limit]:
    """The limits to judge by: those given must be judged, those of `--check` as far as their rows are measured."""
    try:
        given, unfit = applicable([parse_limit(text) for text in texts], numbers)
    except LimitError as error:
        raise typer.BadParameter(str(error)) from None
    if unfit:
        raise typer.BadParameter(f"no row is measured for {', '.join(map(str, unfit))}")
    promised, skipped = applicable(PRODUCT, numbers) if check else ([], [])
    if skipped:
        err.print(f"[yellow]not judged, their rows are not measured:[/] {', '.join(map(str, skipped))}")
    return [*given, *promised]


if __name__ == "__main__":
    app(prog_name="python -m infra.bench")
