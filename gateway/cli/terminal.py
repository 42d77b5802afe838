"""What all commands share: the consoles, and the ways to stop with one clear line."""

import importlib.util
from collections.abc import Iterable
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.settings import Problem

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

INSTALL_LOCAL = "pip install 'voice-ordering-gateway[local]'"


def fail(message: str, status: int = 1) -> NoReturn:
    """Say why on standard error and end with a status."""
    err.print(f"[red]error:[/] {escape(message)}", soft_wrap=True)
    raise typer.Exit(status)


def problems_table(problems: Iterable[Problem]) -> Table:
    """What is wrong, where, and what to do about it."""
    table = Table("where", "what is wrong", "what to do", title="Problems", title_justify="left", show_lines=True)
    for problem in problems:
        table.add_row(escape(problem.setting), escape(problem.reason), escape(problem.fix))
    return table


def need_local(*modules: str) -> None:
    """Stop with the command that installs them, if parts of the extra `local` are missing."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        fail(f"this needs the speech parts ({', '.join(missing)} missing): {INSTALL_LOCAL}")
