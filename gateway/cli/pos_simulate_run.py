"""Runs the POS simulator in a terminal: prints what comes, and hands on what is typed (`gateway.local.pos_wishes`)."""

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from gateway.cli.pos_ticket import ticket
from gateway.cli.terminal import err, out
from gateway.local.pos import Seen
from gateway.local.pos_simulator import CONTROL, PosSimulator, Told, outcome
from gateway.local.pos_wishes import WishError


def run(secret: str, variable: str, port: int, gateway: str, first: Sequence[str], *, as_json: bool) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        secret: what messages are verified with.
        variable: the environment variable that it should stand in.
        port: 0 takes a free one.
        gateway: where its status calls go.
        first: what to do first.
        as_json: print messages as they are instead of as tickets.

    Raises:
        WishError: one of `first` cannot be carried out.
        ValueError: `secret` is none.
        OSError: the port is taken.
    """
    view = _View(as_json)
    simulator = PosSimulator(secret, port=port, gateway=gateway, on_seen=view.seen, on_told=view.told)
    for line in first:
        simulator.take(line)
    asyncio.run(_serve(simulator, secret, variable))


async def _serve(simulator: PosSimulator, secret: str, variable: str) -> None:
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)

    def typed(line: str) -> None:
        try:
            out.print(Text(simulator.take(line), style="dim"), soft_wrap=True)
        except WishError as error:
            err.print(Text(str(error), style="red"), soft_wrap=True)

    async with simulator.running():
        _greet(simulator.pos.url, secret, variable)
        with _keyboard(typed):
            await over.wait()


def _greet(url: str, secret: str, variable: str) -> None:
    """Where it is, and what to write where. Lines that are to be copied are never wrapped."""

    def copied(*lines: str) -> None:
        for line in lines:
            out.print(f"  {line}", markup=False, soft_wrap=True)

    out.print(f"[bold]A POS is waiting at {url}[/] (Ctrl-C ends it)\n")
    out.print("In restaurant.toml:")
    copied("[pos]", f'url = "{url}"', f'secrets = ["env:{variable}"]')
    out.print("\nIn the environment of the gateway and its worker:")
    copied(f"export {variable}={secret}")
    out.print("\nOr let a call on this machine order something; in another terminal:")
    copied(f"export {variable}={secret}", f"gateway demo --keep --pos {url}")
    out.print("\nTell it what to do: type `help` here, or from elsewhere")
    copied(f"curl -d help {url.removesuffix('/orders')}{CONTROL}")
    out.print("")


@dataclass(frozen=True, slots=True)
class _View:
    """Prints what comes and what is said, while it happens."""

    as_json: bool

    def seen(self, seen: Seen) -> None:
        """A message."""
        message, fault = seen.message, seen.fault
        if message is None:
            _say("refused: no valid signature (another secret, or the clock), or no message", "red")
            return
        if self.as_json:
            out.print(json.dumps(json.loads(message.body), indent=2, ensure_ascii=False), markup=False, soft_wrap=True)
        elif seen.news and (fault is None or fault.takes):
            out.print(ticket(message))
        again = "" if seen.news else " again, which is kept already"
        _say(f"{message.type}{again}: {outcome(fault)}", "green" if fault is None else "yellow")

    def told(self, told: Told) -> None:
        """A status that the gateway was told."""
        _say(f"told the gateway: {told.status}: {told.answer}", "cyan")


def _say(words: str, style: str) -> None:
    clock = f"{datetime.now().astimezone():%H:%M:%S}  "
    out.print(Text.assemble((clock, "dim"), (words, style)), soft_wrap=not out.is_terminal)


@contextmanager
def _keyboard(typed: Callable[[str], None]) -> Iterator[None]:
    """Hands on lines of standard input, if somebody can write them: a terminal in the foreground, or a pipe."""
    descriptor = sys.stdin.fileno()
    mode = os.fstat(descriptor).st_mode
    # A background job that reads its terminal is stopped by it (SIGTTIN).
    in_front = os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    if not in_front and not stat.S_ISFIFO(mode) and not stat.S_ISSOCK(mode):
        yield
        return
    loop, waiting = asyncio.get_running_loop(), bytearray()

    def read() -> None:
        part = os.read(descriptor, 4096)
        if not part:
            loop.remove_reader(descriptor)
        waiting.extend(part)
        *lines, rest = bytes(waiting).split(b"\n")
        waiting[:] = rest
        for line in lines:
            if line.strip():
                typed(line.decode(errors="replace"))

    loop.add_reader(descriptor, read)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
