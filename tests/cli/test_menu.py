"""`gateway menu`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.orders.restaurant_files import SHIPPED

runner = CliRunner()
MENU = str(SHIPPED / "casa-verde" / "menu.json")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_a_good_menu() -> None:
    assert "6 items" in runner.invoke(app, ["menu", "check", MENU]).stdout


def test_show() -> None:
    shown = runner.invoke(app, ["menu", "show", MENU]).stdout
    assert "large $14.50" in shown
    assert "mushrooms $1.50" in shown


def test_every_mistake(tmp_path: Path) -> None:
    bad = tmp_path / "menu.json"
    bad.write_text('{"categories": [], "items": [{"id": "x"}], "taxes": []}')
    result = runner.invoke(app, ["menu", "check", str(bad)])
    assert result.exit_code == 1
    assert "items[0].name" in result.stderr


def test_no_such_file(tmp_path: Path) -> None:
    result = runner.invoke(app, ["menu", "show", str(tmp_path / "none.json")])
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
