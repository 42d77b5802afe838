"""`gateway pos`: what of a menu the POS does not know."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.orders.restaurant_files import SHIPPED
from tests.cli.width import set_width

runner = CliRunner()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    set_width(monkeypatch, 200)
    monkeypatch.delenv("RESTAURANTS_DIR", raising=False)


def mapping(*words: str, status: int) -> str:
    result = runner.invoke(app, ["pos", "mapping", *words])
    assert result.exit_code == status, result.output
    return " ".join((result.stdout + result.stderr).split())


def test_what_has_no_id_is_a_table_and_a_failure() -> None:
    printed = mapping("--restaurant", "hilltop-burger", "--system", "square", status=1)
    assert "Hilltop" in printed
    assert "CatalogItemVariation id" in printed
    assert "entries have no id in square" in printed


def test_a_menu_with_all_ids_is_a_success(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "casa-verde", tmp_path / "casa-verde")
    file = tmp_path / "casa-verde" / "menu.json"
    menu = json.loads(file.read_text())
    sizes = [size for item in menu["items"] for size in item["variations"]]
    options = [option for group in menu["modifier_groups"] for option in group["options"]]
    for number, entry in enumerate([*sizes, *options]):
        entry["pos_ids"] = {"square": f"S{number}"}
    file.write_text(json.dumps(menu))
    words = ("--restaurant", "casa-verde", "--system", "square", "--restaurants", str(tmp_path))
    assert "everything on the menu of Casa Verde has an id in square" in mapping(*words, status=0)
    del options[0]["pos_ids"]
    file.write_text(json.dumps(menu))
    assert "1 entry has no id in square" in mapping(*words, status=1)


@pytest.mark.parametrize(
    ("restaurant", "system", "reason"),
    [
        ("casa-verde", "aloha", "there is no system aloha; there are square, toast, clover"),
        ("elsewhere", "toast", "there is no restaurant elsewhere"),
    ],
)
def test_a_mistake_is_one_line(restaurant: str, system: str, reason: str) -> None:
    assert reason in mapping("--restaurant", restaurant, "--system", system, status=1)
