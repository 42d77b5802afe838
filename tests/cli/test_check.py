"""`gateway check` and the start of `serve`: all problems at once, no secret in any."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.orders.restaurant_files import SHIPPED
from tests.cli.width import set_width

runner = CliRunner()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("REDIS_URL", "RESTAURANTS_DIR", "OPENAI_API_KEY", "TWILIO_AUTH_TOKEN", "PORT"):
        monkeypatch.delenv(name, raising=False)
    set_width(monkeypatch, 200)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OPENAI_REALTIME_URL", "ws://127.0.0.1:9")


def test_all_is_well() -> None:
    result = runner.invoke(app, ["check"])
    assert result.exit_code == 0, result.output
    assert "All is well" in result.stdout


def test_a_menu_that_a_pos_does_not_know_is_told_and_keeps_nothing_from_starting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    house = tmp_path / "menus" / "casa-verde"
    shutil.copytree(SHIPPED / "casa-verde", house)
    settings = (house / "restaurant.toml").read_text()
    pos = '[pos]\nsystem = "square"\nurl = "https://connect.squareupsandbox.com"\n'
    pos += '[pos.square]\nlocation_id = "L1"\ntoken = "a-token"\n'
    (house / "restaurant.toml").write_text(settings + pos)
    monkeypatch.setenv("RESTAURANTS_DIR", str(tmp_path / "menus"))
    result = runner.invoke(app, ["check", "--offline"])
    assert result.exit_code == 0, result.output
    assert "entries of the menu have no id in square: gateway pos mapping" in result.stderr
    assert "All is well" in result.stdout


def test_every_problem_with_its_fix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "menus" / "trattoria").mkdir(parents=True)
    (tmp_path / "menus" / "trattoria" / "menu.json").write_text("{")
    monkeypatch.setenv("RESTAURANTS_DIR", str(tmp_path / "menus"))
    monkeypatch.setenv("PORT", "seventy")
    monkeypatch.setenv("OPENAI_REALTIME_URL", "http://not-a-socket")
    result = runner.invoke(app, ["check"])
    assert result.exit_code == 1
    for told in ("PORT", "OPENAI_REALTIME_URL", "not JSON", "cannot be read"):
        assert told in result.stderr


def test_a_store_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://user:hidden-password@127.0.0.1:1/0")
    result = runner.invoke(app, ["check"])
    assert result.exit_code == 1
    assert "REDIS_URL" in result.stderr
    assert "hidden-password" not in result.output + result.stderr
    assert runner.invoke(app, ["check", "--offline"]).exit_code == 0


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers", "2"], ["worker"]])
def test_nothing_starts_half_configured(monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setenv("OPENAI_REALTIME_URL", "http://not-a-socket")
    result = runner.invoke(app, command)
    assert result.exit_code == 1
    assert "OPENAI_REALTIME_URL" in result.stderr
