"""`gateway fallback`: the document that a number answers with while the gateway cannot be reached."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from gateway.cli.terminal import err
from gateway.orders.restaurant_files import SHIPPED, RestaurantErrors, load_restaurants


def fallback(
    restaurant: Annotated[str, typer.Argument(help="The restaurant's id: the name of its folder.")],
    restaurants: Annotated[
        Path, typer.Option("--restaurants", envvar="RESTAURANTS_DIR", help="The folder of all restaurants.")
    ] = SHIPPED,
) -> None:
    """Print a restaurant's fallback document (TwiML): it rings the restaurant. Host it away from the gateway.

    Set its address as the number's fallback address at Twilio ("Primary handler fails").
    """
    from gateway.web.fallback import fallback_document  # noqa: PLC0415 - for this command alone, and slow to load

    try:
        found = {each.id: each for each in load_restaurants(restaurants, os.environ)}
    except RestaurantErrors as errors:
        err.print(escape(str(errors)))
        raise typer.Exit(1) from None
    if restaurant not in found:
        err.print(f"There is no restaurant {escape(restaurant)}. There is: {escape(', '.join(sorted(found)))}.")
        raise typer.Exit(1)
    typer.echo(fallback_document(found[restaurant]))
