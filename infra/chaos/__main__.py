"""`python -m infra.chaos`: let callers order, break things meanwhile, print what became of them, judge.

Exit status: 0 every line holds, 1 one does not, 2 the request makes no sense, 3 it could not be measured.
"""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from infra.chaos import report
from infra.chaos.faults import SHORT, Kind, Times
from infra.chaos.plan import SPREAD, STRUCK, plan_calls
from infra.chaos.processes import RigError
from infra.chaos.rig import open_rig
from infra.chaos.run import Found, Tell, rolling_restart, struck_calls
from infra.processes import keep_folder, run_folder

_WIDTH = 170

out, err = Console(), Console(stderr=True)
if not out.is_terminal:
    out = Console(width=_WIDTH)  # a table in a file is read as a whole
app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def chaos(
    calls: Annotated[int, typer.Option(min=0, max=1000, help="Callers, each with one fault.")] = 200,
    seed: Annotated[int, typer.Option(help="Of all that is drawn: orders, faults, moments.")] = 1,
    at_once: Annotated[int, typer.Option(min=1, max=40, help="About so many calls are on at a time, at most.")] = 12,
    rolling: Annotated[int, typer.Option(min=0, max=40, help="Live calls of the rolling restart; 0: none.")] = 20,
    fault: Annotated[
        list[str] | None, typer.Option(help="Only this kind, by its name in the table; repeatable.")
    ] = None,
    short: Annotated[bool, typer.Option("--short", help="Shorter outages, the most telling faults first.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Keep all logs in this folder.")] = None,
) -> None:
    """Break lines, processes, model, store and POS under live calls, and count the orders. Linux only."""
    if not sys.platform.startswith("linux"):
        raise typer.BadParameter("it reads /proc, so it needs Linux")
    kinds = _kinds(fault or []) or (SPREAD if short else STRUCK)
    with run_folder(keep, "gateway-chaos-") as folder:
        try:
            found = asyncio.run(_run(folder, calls, seed, at_once, rolling, kinds, SHORT if short else Times()))
        except RigError as error:
            err.print(f"[red]not measured:[/] {error}", soft_wrap=True)
            err.print(f"logs are in {keep_folder(folder)}", soft_wrap=True)
            raise typer.Exit(3) from None
        except (KeyboardInterrupt, asyncio.CancelledError):
            err.print("broken off")
            raise typer.Exit(3) from None
        if not _told(found, folder):
            raise typer.Exit(1)


async def _run(
    folder: Path, calls: int, seed: int, at_once: int, rolling: int, kinds: tuple[Kind, ...], times: Times
) -> list[Found]:
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # as Ctrl-C: what was started is ended
    found = []
    with _progress() as tell:
        async with open_rig(folder, times.sooner) as rig:
            if calls:
                plan = plan_calls(calls, seed, times, at_once, kinds)
                found.append(await struck_calls(rig, plan, times, tell))
            if rolling:
                found.append(await rolling_restart(rig, rolling, tell))
    return found


def _told(found: list[Found], folder: Path) -> bool:
    """Print everything; whether every line holds."""
    verdicts = [verdict for part in found for verdict in part.verdicts]
    rules = [rule for part in found for rule in part.rules]
    stories = [story for part in found for story in part.stories]
    out.print(report.table(verdicts))
    out.print(report.judgement(rules))
    for note in dict.fromkeys(note for part in found for note in part.notes):
        out.print(note, style="dim", soft_wrap=True)
    if stories:
        (folder / "stories.txt").write_text("\n".join(stories), encoding="utf-8")
        kept = keep_folder(folder)
        for part in found:
            for verdict in part.verdicts:
                if verdict.wrong:
                    out.print(
                        f"caller {verdict.number}, {verdict.fault.value}: {'; '.join(verdict.wrong)}", markup=False
                    )
        out.print(f"what they heard, and the logs of all processes: {kept}", soft_wrap=True)
    return all(rule.holds for rule in rules)


@contextmanager
def _progress() -> Iterator[Tell]:
    """A line of progress on standard error, gone when the table comes."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task("starting", total=1.0)
        yield lambda text, share: shown.update(task, description=text, completed=share)


def _kinds(names: list[str]) -> tuple[Kind, ...]:
    known = {kind.value: kind for kind in Kind}
    if unknown := [name for name in names if name not in known]:
        raise typer.BadParameter(f"there is no {unknown[0]!r}; there are {', '.join(known)}")
    return tuple(known[name] for name in names)


if __name__ == "__main__":
    app(prog_name="python -m infra.chaos")
