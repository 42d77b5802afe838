"""`gateway menu check` and `gateway menu show`: a menu file, linted or as people read it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from gateway.cli.terminal import err, fail, out, problems_table
from gateway.orders.menu import Menu, ModifierOption
from gateway.orders.menu_file import MenuErrors, load_menu
from gateway.orders.money import price_text
from gateway.settings import Problem

menu = typer.Typer(help="Check and show menu files.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="A menu.json.")]


@menu.command()
def check(file: File) -> None:
    """List every mistake in a menu file. Status 1 if there is one."""
    read = _read(file)
    out.print(f"[green]All is well[/]: {len(read.items)} items, {len(read.modifier_groups)} modifier groups.")


@menu.command()
def show(file: File) -> None:
    """Print a menu: items with sizes and prices, modifier groups with their limits."""
    read = _read(file)
    table = Table("item", "id", "sizes and prices", "choices")
    for item in read.items:
        prices = [
            f"{variation.id} {price_text(variation.price, read.currency)}"
            if variation.price is not None
            else variation.id
            for variation in item.variations
        ]
        groups = ", ".join(group.name for group in read.groups_of(item))
        table.add_row(escape(item.name), escape(item.id), escape(", ".join(prices)), escape(groups))
    out.print(table)
    for group in read.modifier_groups:
        options = ", ".join(f"{option.name} {_price(option, read.currency)}" for option in group.options)
        most = "any number" if group.max is None else f"at most {group.max}"
        out.print(f"[bold]{escape(group.name)}[/] (at least {group.min}, {most}): {escape(options)}", soft_wrap=True)


def _price(option: ModifierOption, currency: str) -> str:
    return price_text(option.price, currency) if isinstance(option.price, int) else "(price by size)"


def _read(file: Path) -> Menu:
    try:
        return load_menu(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}")
    except MenuErrors as errors:
        found = [Problem(f"{file}: {problem.path}", problem.reason, problem.fix) for problem in errors.problems]
        err.print(problems_table(found))
        raise typer.Exit(1) from None
