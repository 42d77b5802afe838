"""`gateway serve` and `gateway worker`: the processes that a deployment runs."""

import os
from typing import Annotated

import typer

from gateway.check import check_configuration
from gateway.cli.terminal import err, problems_table
from gateway.settings import Settings, load_settings


def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the port.")] = 1,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on. Default: PORT.")] = None,
    fd: Annotated[int | None, typer.Option(hidden=True, help="A listening socket, inherited.")] = None,
    ready: Annotated[int | None, typer.Option(hidden=True, help="A pipe to say on that calls are taken.")] = None,
    lifeline: Annotated[int | None, typer.Option(hidden=True, help="A pipe; when it closes, drain and end.")] = None,
) -> None:
    """Answer calls until SIGTERM or Ctrl-C; calls that are on then go on (a second signal moves them at once).

    SIGHUP to a process with several workers replaces them one after the other without cutting a call.
    """
    for name, value in (("HOST", host), ("PORT", port)):
        if value is not None:
            os.environ[name] = str(value)  # workers read their settings from the environment, too
    settings = _checked()
    from gateway.cli import processes  # noqa: PLC0415 - loads the whole gateway, which other commands do not need

    if workers == 1:
        processes.serve_here(settings, fd, lifeline, ready)
    else:
        raise typer.Exit(processes.serve_in_workers(settings, workers))


def worker() -> None:
    """Deliver confirmed orders to the restaurants' POS systems. Any number of these may run."""
    settings = _checked()
    from gateway.cli import processes  # noqa: PLC0415 - loads the whole gateway, which other commands do not need

    processes.deliver(settings)


def _checked() -> Settings:
    """The settings, when nothing at all is wrong: a process never starts half-configured."""
    if problems := check_configuration(os.environ):
        err.print(problems_table(problems))
        raise typer.Exit(1)
    return load_settings()
