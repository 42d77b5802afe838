"""`gateway menu check`, `show` and `schema`: a menu file, linted or as people read it.

A menu is named by its file (a `menu.json`, or a plain listing without prices), by the restaurant's folder, or by the
folder that holds the restaurants.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from gateway.cli.terminal import err, out
from gateway.orders.menu import Menu
from gateway.orders.menu_file import MenuErrors, MenuReport, examine_menu, read_menu
from gateway.orders.menus.problems import Problem
from gateway.orders.menus.schema import menu_schema_text
from gateway.orders.restaurant_files import MENU

menu = typer.Typer(help="Check and show menu files.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="A menu.json, a plain listing, or a restaurant's folder.")]
Files = Annotated[
    list[Path], typer.Argument(help="Menus: a menu.json, a plain listing, a restaurant's folder, or a folder of those.")
]


@menu.command()
def check(
    files: Files,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """List every error and every warning of menu files. Status 1 if there is an error."""
    failed = False
    for file in _menus(files):
        report = _examine(file)
        problems = [("error", problem) for problem in report.errors]
        problems += [("error" if strict else "warning", problem) for problem in report.warnings]
        if problems:
            err.print(_problems(file, problems))
        out.print(f"{escape(str(file))}: {_verdict(report)}", soft_wrap=True)
        failed = failed or any(kind == "error" for kind, _ in problems)
    raise typer.Exit(1 if failed else 0)


@menu.command()
def show(
    file: File,
    pos: Annotated[bool, typer.Option("--pos", help="With the ids that POS systems have for the entries.")] = False,
) -> None:
    """Print a menu as people read it: by category, then the choices, then the times of day."""
    from gateway.cli.menu_view import print_menu  # noqa: PLC0415 - the views are for this command alone

    print_menu(out, read_menu_file(file), pos=pos)


@menu.command()
def schema() -> None:
    """Print the JSON Schema of menu.json."""
    typer.echo(menu_schema_text(), nl=False)


def read_menu_file(file: Path) -> Menu:
    """The menu of a file or of a restaurant's folder. Ends the command with all problems when it cannot be used."""
    place = file / MENU if file.is_dir() else file
    try:
        return read_menu(_text(place), str(place))
    except MenuErrors as errors:
        err.print(_problems(place, [("error", problem) for problem in errors.problems]))
        raise typer.Exit(1) from None


def _examine(file: Path) -> MenuReport:
    try:
        return examine_menu(_text(file), str(file))
    except MenuErrors as errors:
        return MenuReport(None, errors.problems, ())


def _menus(paths: list[Path]) -> Iterator[Path]:
    """The menu files that are meant; a folder of restaurants means those of each."""
    for path in paths:
        inside = sorted(path.glob(f"*/{MENU}")) if path.is_dir() and not (path / MENU).exists() else []
        if inside:
            yield from inside
        else:
            yield path / MENU if path.is_dir() else path


def _text(file: Path) -> str:
    """The text of a file; one that cannot be read is a menu with one problem."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        problem = Problem("", "cannot be read: not UTF-8 text", "save it as UTF-8")
    except OSError as error:
        problem = Problem("", f"cannot be read: {error.strerror}", "name a file or folder that is there and readable")
    raise MenuErrors(str(file), [problem])


def _problems(file: Path, problems: list[tuple[str, Problem]]) -> Table:
    table = Table(title=escape(str(file)), title_justify="left", show_lines=True, expand=True)
    table.add_column("")
    table.add_column("where, and what is wrong", overflow="fold", ratio=3)
    table.add_column("what to do", overflow="fold", ratio=2)
    for kind, problem in problems:
        mark = Text(kind, style="red" if kind == "error" else "yellow")
        # Paths are long: beside the other columns they would be cut in the middle of a word.
        where = Text(problem.path or "the file", style="bold").append(f"\n{problem.reason}", style="not bold")
        table.add_row(mark, where, Text(problem.fix))
    return table


def _verdict(report: MenuReport) -> str:
    counts = [_counted(len(report.errors), "error"), _counted(len(report.warnings), "warning")]
    found = " and ".join(count for count in counts if count)
    if report.menu is None:
        return f"[red]{found}[/]"
    read = report.menu
    parts = (len(read.items), "item"), (len(read.modifier_groups), "modifier group"), (len(read.categories), "category")
    size = ", ".join(_counted(number, name) for number, name in parts if number)
    size += "" if read.priced else ", no prices"
    return f"[yellow]{found}[/] ({size})" if found else f"[green]all is well[/] ({size})"


def _counted(number: int, name: str) -> str:
    several = f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
    return f"{number} {name if number == 1 else several}" if number else ""
