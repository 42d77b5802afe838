"""`gateway check`: everything that is wrong with a configuration, at once, each with its fix."""

import asyncio
import os
from typing import Annotated

import typer
from rich.markup import escape

from gateway.check import check_configuration, pos_warnings, probe_store
from gateway.cli.terminal import err, out, problems_table
from gateway.settings import Settings, SettingsErrors, load_settings


def check(
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the store whether it answers.")] = False,
) -> None:
    """Check settings, restaurants, menus and the store; list every problem with its fix. Status 1 if there is one."""
    problems = check_configuration(os.environ)
    settings = _readable()
    if settings is not None and not offline:
        problem = asyncio.run(probe_store(settings))
        problems += [problem] if problem is not None else []
    if problems:
        err.print(problems_table(problems))
        raise typer.Exit(1)
    for warning in pos_warnings(os.environ):
        err.print(f"[yellow]{escape(warning)}[/]", soft_wrap=True)
    asked = "settings and restaurants" if offline else "settings, restaurants and store"
    out.print(f"[green]All is well[/]: {asked} ({settings.gateway_env if settings else ''}).")


def _readable() -> Settings | None:
    """The settings, if they can be read at all: their own problems are listed already."""
    try:
        return load_settings()
    except SettingsErrors:
        return None
