"""The README says what the program says."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.call.states import mermaid
from gateway.cli import app
from gateway.settings import settings_table
from tests.cli.width import set_width
from tests.orders.raw_menus import put, shipped

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_state_diagram_is_the_one_printed_from_the_table() -> None:
    assert f"```mermaid\n{mermaid().strip()}\n```" in README


def test_the_settings_are_those_of_the_program() -> None:
    assert settings_table().strip() in README


def test_the_mistakes_of_a_menu_are_told_as_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slips = (
        ("items.1.variations.1.price", 16.5),
        ("items.2.tax", "toll"),
        ("items.6.slots.1.choices.2", {"item": "lemonade"}),
        ("items.4.name", "Spryte"),
        ("items.3.spoken.2", "sprites"),
    )
    raw = shipped("casa-verde")
    for path, value in slips:
        put(raw, path, value)
    (tmp_path / "menu.json").write_text(json.dumps(raw))
    monkeypatch.chdir(tmp_path)
    set_width(monkeypatch, 100)
    result = CliRunner().invoke(app, ["menu", "check", "menu.json"])
    assert f"$ gateway menu check menu.json\n{result.stderr}{result.stdout}```" in README


def test_orders_are_understood_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    told, objects = (
        part.partition("\n```")[0] for part in README.split("$ gateway order parse")[1:2] + README.split("$ echo ")[1:2]
    )
    said = re.findall(r'"([^"]+)"', README.partition("`said.txt` is")[2].partition("With `--jsonl`")[0])
    lines = "\n".join(" ".join(one.split()) for one in said)
    command = ["order", "parse", "--menu", "gateway/restaurants/hilltop-burger"]
    assert _without_confidence(CliRunner().invoke(app, command, input=lines).stdout) in _without_confidence(told)
    given, _, shown = objects.partition("\n")
    command = ["order", "parse", "--menu", "gateway/restaurants/casa-verde", "--jsonl"]
    answer = CliRunner().invoke(app, command, input=given.split("'")[1]).stdout
    assert _without_confidence(answer) == _without_confidence(" ".join(shown.split()))


def _without_confidence(text: str) -> str:
    """How sure the parser is changes with every better one."""
    return re.sub(r"\b\d+%|\b0\.\d+", "", text).strip()
