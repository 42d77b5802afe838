"""`gateway states`, `gateway schemas`, `gateway settings`: what the code knows about itself, as text for documents."""

import json

import typer

from gateway.call.states import mermaid
from gateway.events import json_schemas
from gateway.settings import settings_table


def states() -> None:
    """Print the states of a call and every move between them, as a mermaid diagram."""
    typer.echo(mermaid(), nl=False)


def schemas() -> None:
    """Print the JSON Schemas of all events."""
    typer.echo(json.dumps(json_schemas(), indent=2))


def settings() -> None:
    """Print all settings, as a Markdown table."""
    typer.echo(settings_table(), nl=False)
