"""`gateway pos`: what an integrator needs to connect a restaurant's POS.

`mapping` lists which entries of a menu the POS has no id for, and what an order of them becomes; the other commands
have modules of their own.
"""

from typing import Annotated, get_args

import typer
from rich.markup import escape
from rich.table import Table

from gateway.cli.houses import Folder, find_house
from gateway.cli.pos_deliveries import deliveries
from gateway.cli.pos_secret import rotate_secret
from gateway.cli.pos_send_test import send_test
from gateway.cli.pos_simulate import simulate
from gateway.cli.terminal import fail, out
from gateway.pos.adapters.mapping import SYSTEMS, Gap, VendorSystem, mapping_gaps

pos = typer.Typer(help="Connect a restaurant's POS.", no_args_is_help=True)
Whose = Annotated[str, typer.Option("--restaurant", metavar="ID", help="The restaurant's id: the name of its folder.")]
System = Annotated[str, typer.Option("--system", metavar="SYSTEM", help=f"One of {', '.join(get_args(VendorSystem))}.")]


pos.command()(simulate)
pos.command("send-test")(send_test)
pos.add_typer(deliveries, name="deliveries")
pos.command("rotate-secret")(rotate_secret)


@pos.command()
def mapping(restaurant: Whose, system: System, restaurants: Folder = None) -> None:
    """List what of the menu the POS has no id for. Status 1 if there is any."""
    known = next((name for name in SYSTEMS if name == system), None)
    if known is None:
        fail(f"there is no system {system}; there are {', '.join(SYSTEMS)}")
    house = find_house(restaurant, restaurants)
    gaps = mapping_gaps(house.menu, known)
    if not gaps:
        out.print(f"[green]everything on the menu of {escape(house.name)} has an id in {known}[/]")
        raise typer.Exit
    out.print(_table(gaps, f"{house.name}: without an id in {known}"))
    out.print(f"[yellow]{len(gaps)} {'entry has' if len(gaps) == 1 else 'entries have'} no id in {known}[/]")
    raise typer.Exit(1)


def _table(gaps: tuple[Gap, ...], title: str) -> Table:
    table = Table(title=escape(title), title_justify="left", expand=True)
    table.add_column("where in menu.json", overflow="fold", ratio=3)
    table.add_column("what", overflow="fold", ratio=3)
    table.add_column("what the menu needs there", overflow="fold", ratio=4)
    table.add_column("until then", overflow="fold", ratio=3)
    for gap in gaps:
        table.add_row(escape(gap.path), escape(f"{gap.kind} {gap.name}"), escape(gap.need), escape(gap.effect))
    return table
