"""What the code prints about itself."""

import json

from typer.testing import CliRunner

from gateway.call.states import mermaid
from gateway.cli import app
from gateway.events import json_schemas
from gateway.settings import settings_table

runner = CliRunner()


def test_states() -> None:
    assert runner.invoke(app, ["states"]).stdout == mermaid()


def test_schemas() -> None:
    assert json.loads(runner.invoke(app, ["schemas"]).stdout) == json_schemas()


def test_settings() -> None:
    assert runner.invoke(app, ["settings"]).stdout == settings_table()


def test_every_command_has_help() -> None:
    for name in (
        "demo",
        "serve",
        "worker",
        "check",
        "call",
        "replay",
        "states",
        "schemas",
        "settings",
        "menu",
        "order",
    ):
        result = runner.invoke(app, [name, "--help"])
        assert result.exit_code == 0
        assert "--help" in result.stdout
