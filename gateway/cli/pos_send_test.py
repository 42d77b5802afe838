"""`gateway pos send-test`: one signed example to a restaurant's endpoint, now, and what its answer means."""

import asyncio
import os
import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from gateway.cli.houses import Folder, find_house
from gateway.cli.terminal import err, fail, out
from gateway.orders.restaurant import PosEndpoint
from gateway.settings import Settings

Whose = Annotated[str, typer.Argument(metavar="RESTAURANT", help="The restaurant's id: the name of its folder.")]


def send_test(
    restaurant: Whose,
    event: Annotated[str, typer.Option(metavar="TYPE", help="The type of message.")] = "order.confirmed",
    restaurants: Folder = None,
) -> None:
    """Send an example, marked as a test, to a restaurant's POS, and say what the answer means. Status 1 if it failed.

    No order is made of it here; what the POS makes of it is up to the POS ("test": true, and a note in capitals).
    """
    from gateway.pos.examples import examples  # noqa: PLC0415 - loads the HTTP client, which other commands do not need
    from gateway.pos.probe import SLOW_S, Probe, probe, trial_message  # noqa: PLC0415 - likewise
    from gateway.pos.worker import delivery_client  # noqa: PLC0415 - likewise

    if event not in examples():
        fail(f"there is no message {event}; there are {', '.join(examples())}")
    house = find_house(restaurant, restaurants)
    endpoint = _endpoint(house.pos, house.id)
    allow_private = _allow_private()

    async def send() -> Probe:
        now = datetime.now(UTC)
        message_id, body = trial_message(event, house, now, secrets.token_hex(4))
        out.print(f"{escape(event)} {escape(message_id)}, {len(body)} bytes", soft_wrap=True)
        async with delivery_client(allow_private=allow_private) as client:
            return await probe(client, endpoint, message_id, body, now)

    found = asyncio.run(send())
    answer = "no answer" if found.status is None else f"answered {found.status}"
    took = f"{answer} after {1000 * found.seconds:.0f} ms"
    if found.reason:
        err.print(f"[red]failed[/]: {took}")
        told = Table.grid(padding=(0, 2))
        told.add_row("  what it means", escape(found.reason))
        told.add_row("  what to do", escape(found.fix))
        err.print(told)
        raise typer.Exit(1)
    out.print(f"[green]received[/]: {took}")
    if found.seconds > SLOW_S:
        out.print("[yellow]That is slow[/]: keep the message, answer, and do the work afterwards; 10 s is the limit.")


def _endpoint(pos: PosEndpoint | None, restaurant_id: str) -> PosEndpoint:
    if pos is None:
        fail(f"{restaurant_id} has no POS: write a table [pos] with url and secrets into its restaurant.toml")
    if pos.system != "neutral":
        fail(f"{restaurant_id} delivers to {pos.system} in its own form, where a test would be an order that is made")
    return pos


def _allow_private() -> bool:
    """As the settings have it; the others need not be there for a test."""
    names = ("gateway_env", "pos_allow_private")
    try:
        return Settings.model_validate(
            {name: os.environ[name.upper()] for name in names if os.environ.get(name.upper(), "").strip()}
        ).pos_allow_private
    except ValidationError:
        fail("GATEWAY_ENV or POS_ALLOW_PRIVATE cannot be read; `gateway check` says more")
