"""`python -m infra.deliveries`: the figures of the delivery to a POS; exits 1 when one of them does not hold."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway.logs import configure_logs
from gateway.settings import Settings
from infra.deliveries.measures import Line, exactly_once, first_attempt, scaling, throughput


def main(
    orders: Annotated[
        int, typer.Option(min=100, help="Orders in the run with faults and kills; the other runs are smaller.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the plan and of the faults.")] = 1,
) -> None:
    """Measure, print the table, and say by the exit status whether it holds."""
    configure_logs(Settings(log_level="error"))
    console = Console()
    lines = asyncio.run(_measure(orders, seed, console))
    table = Table("figure", "measured", "limit", "", title="Deliveries to a POS", header_style="bold")
    for line in lines:
        table.add_row(line.name, line.figure, line.limit, "[green]holds[/]" if line.holds else "[red]does not hold[/]")
    console.print(table)
    raise typer.Exit(0 if all(line.holds for line in lines) else 1)


async def _measure(orders: int, seed: int, console: Console) -> list[Line]:
    lines: list[Line] = []
    for title, measure, count in (
        ("exactly once, with faults and kills", exactly_once, orders),
        ("throughput", throughput, min(max(500, orders // 4), 2000)),
        ("two workers against one", scaling, min(max(300, orders // 10), 1000)),
        ("from confirm to first attempt", first_attempt, min(max(200, orders // 20), 500)),
    ):
        console.print(f"[bold]{title}[/]")
        lines += await measure(count, seed, lambda text: console.print(f"  {text}", style="dim"))
    return lines


if __name__ == "__main__":
    typer.run(main)
