"""`gateway order parse`: utterances in, orders out, a line at a time, by the parser that also answers calls."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.menu import read_menu_file
from gateway.cli.order_input import BadLine, Utterance, read_utterances
from gateway.cli.order_output import intent_line, intent_record
from gateway.cli.terminal import err
from gateway.orders.intent import OrderContext
from gateway.orders.menu import Menu
from gateway.orders.processor import OrderProcessor

INTERRUPTED, PIPE_CLOSED = 130, 141
"""As a shell reports programs that Ctrl-C ended, and that wrote to a pipe nobody reads any more."""

order = typer.Typer(help="Understand orders.", no_args_is_help=True)


@order.callback()
def _order() -> None:
    """Understand orders."""


@order.command()
def parse(
    menu: Annotated[Path, typer.Option(help="A menu.json, a restaurant's folder, or a plain listing without prices.")],
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object for each utterance.")] = False,
) -> None:
    """Read utterances from standard input, one on each line, and print what each orders.

    A line is plain words, or a JSON object with `id` and `utterance`. Status 1 if a line could not be used.
    """
    read = read_menu_file(menu)
    processor = OrderProcessor(read)
    if sys.stdin.isatty():
        err.print("[dim]Type orders, one on each line; Ctrl-D ends.[/]")
    failed = False
    try:
        for said in read_utterances(sys.stdin.buffer):
            if isinstance(said, BadLine):
                failed = True
                typer.echo(f"error: {said}", err=True)
            else:
                # Whoever reads the other end of a pipe gets each answer when it is there.
                sys.stdout.write(_answer(said, processor, read, jsonl=jsonl) + "\n")
                sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, and that must not fail (docs of `signal`, "Note on SIGPIPE").
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(PIPE_CLOSED) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(1 if failed else 0)


def _answer(said: Utterance, processor: OrderProcessor, menu: Menu, *, jsonl: bool) -> str:
    intent = processor.parse_order_intent(said.text, OrderContext(menu))
    if jsonl:
        return json.dumps(intent_record(said.id, intent))
    line = f"{said.id}  {intent.intent}  {intent.confidence:.0%}  {intent_line(intent, menu)}"
    return line.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8")
