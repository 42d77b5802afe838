"""`gateway menu`: what is wrong with menus, all at once, and what is on them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.orders.menus.schema import menu_schema
from gateway.orders.restaurant_files import SHIPPED
from tests.cli.width import set_width
from tests.orders.raw_menus import Raw, put, shipped

runner = CliRunner()
LISTING: Raw = {
    "items": [{"id": "tea", "kind": "drink", "names": ["tea"], "option_groups": ["size", "milk"]}],
    "option_groups": {
        "size": {"select": "one", "slot": "size", "options": [{"id": "big", "names": ["big"]}]},
        "milk": {"select": "many", "slot": "modifiers", "options": [{"id": "oat", "names": ["oat milk"]}]},
    },
    "kinds": {"drink": ["drinks"]},
}


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    set_width(monkeypatch, 200)


def check(*words: str | Path) -> Result:
    return runner.invoke(app, ["menu", "check", *map(str, words)])


def show(*words: str | Path) -> str:
    result = runner.invoke(app, ["menu", "show", *map(str, words)])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def written(folder: Path, raw: Raw, name: str = "menu.json") -> Path:
    (folder / name).write_text(json.dumps(raw))
    return folder / name


@pytest.mark.parametrize("place", ["casa-verde/menu.json", "casa-verde"])
def test_a_good_menu(place: str) -> None:
    result = check(SHIPPED / place)
    assert result.exit_code == 0
    assert "casa-verde/menu.json: all is well (7 items, 2 modifier groups, 5 categories)" in result.stdout
    assert result.stderr == ""


def test_a_folder_of_restaurants_means_all_of_them() -> None:
    result = check(SHIPPED)
    assert result.exit_code == 0
    assert result.stdout.count("all is well") == 3


def test_every_mistake_of_every_file_with_its_path_and_fix(tmp_path: Path) -> None:
    bad = written(tmp_path, {"categories": [], "items": [{"id": "x"}], "taxes": []})
    worse = tmp_path / "worse.json"
    worse.write_bytes(b"\xff")
    result = check(bad, worse, tmp_path / "none.json", SHIPPED / "golden-bowl")
    assert result.exit_code == 1
    for told in ("items[0].name", "add it", "save it as UTF-8", "No such file or directory", "error"):
        assert told in result.stderr
    assert "menu.json: 5 errors" in result.stdout
    assert "none.json: 1 error\n" in result.stdout
    assert "all is well (12 items" in result.stdout


def test_warnings_refuse_nothing_unless_that_is_asked_for(tmp_path: Path) -> None:
    odd = written(tmp_path, put(shipped("casa-verde"), "items.4.name", "Coke"))
    result = check(odd)
    assert result.exit_code == 0
    assert "1 warning (7 items, 2 modifier groups, 5 categories)" in result.stdout
    assert '"Coke" is what items[3] is called, too' in result.stderr
    assert "warning" in result.stderr
    strict = check("--strict", odd)
    assert strict.exit_code == 1
    assert "error" in strict.stderr


def test_errors_and_warnings_are_told_together(tmp_path: Path) -> None:
    both = written(tmp_path, put(put(shipped("casa-verde"), "items.4.name", "Coke"), "items.0.tax", "toll"))
    assert "1 error and 1 warning" in check(both).stdout


def test_a_plain_listing(tmp_path: Path) -> None:
    result = check(written(tmp_path, LISTING, "listing.json"))
    assert result.exit_code == 0
    assert "all is well (1 item, 1 modifier group, 1 category, no prices)" in result.stdout
    broken = json.loads(json.dumps(LISTING))
    put(broken, "items.0.option_groups.1", "[sugar]")
    result = check(written(tmp_path, broken))
    assert result.exit_code == 1
    assert "items[0].option_groups[1]" in result.stderr
    assert "no option group [sugar]" in result.stderr


def test_a_narrow_terminal_cuts_no_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_width(monkeypatch, 80)
    raw = put(shipped("hilltop-burger"), "items.5.slots.1.choices.3.item", "tots")
    assert " items[5].slots[1].choices[3].item " in check(written(tmp_path, raw)).stderr


def test_show_a_pizzeria() -> None:
    shown = show(SHIPPED / "casa-verde")
    for told in (
        "prices in USD",
        "small $9.00",
        "large $14.50",
        "half and half: the dearer half counts",
        "on a half: the dearer half counts",
        "at most 5",
        "exactly 1",
        "mushrooms +$1.50",
        "pizza, one of:",
        "Margherita (small)",
        "only at lunch",
        "contains egg, milk",
        "may contain nuts",
        "allergens: unknown",
        "kitchen: LUNCH COMBO",
    ):
        assert told in shown
    assert shown.index("11:00") < shown.index("15:00") < shown.index("every day")


def test_show_a_burger_place_with_the_ids_of_its_pos() -> None:
    shown = show(SHIPPED / "hilltop-burger", "--pos")
    for told in (
        "Meals (only at lunch and dinner)",
        "Hilltop Burger (single, double +$2.50, triple +$4.50)",
        "Onion Rings (6 rings +$1.30, 10 rings +$2.90)",
        "Side Salad (+$1.20)",
        "american cheese (comes with it, extra +$0.99)",
        "lettuce (comes with it)",
        "salad +$1.20 asks for dressing",
        "garlic butter small +$0.69, medium +$0.79, large +$0.99",
        "1 free",
        "any number",
        "1 to 2",
        "can be swapped",
        'no "without"',
        "only on fri",
        "only for pickup",
        "at most 12 of a line",
        "square HTB-M05",
        "clover C111",
        "allergens: none named",
    ):
        assert told in shown
    assert "HTB-101" not in show(SHIPPED / "hilltop-burger")


def test_show_a_noodle_bar() -> None:
    shown = show(SHIPPED / "golden-bowl")
    for told in ('say "fuh"', "king size rice noodles $14.50", "from 21 years", "only on tue", "tue, wed, thu, fri"):
        assert told in shown


def test_show_limits_of_other_kinds(tmp_path: Path) -> None:
    raw = put(
        shipped("casa-verde"),
        "modifier_groups.0",
        shipped("casa-verde")["modifier_groups"][0] | {"max": None, "min": 1},
    )
    put(raw, "items.6.availability", {"since": "2026-12-01", "until": "2026-12-24"})
    put(raw, "items.6.slots.0.choices.0.item", "coke")
    put(raw, "items.6.slots.0.choices.0.variations", [])
    put(raw, "dayparts", [])
    put(raw, "version", None)
    shown = show(written(tmp_path, raw))
    for told in ("at least 1", "from 2026-12-01", "until 2026-12-24"):
        assert told in shown
    assert "Times of day" not in shown


def test_show_a_listing(tmp_path: Path) -> None:
    shown = show(written(tmp_path, LISTING))
    assert "a listing without prices" in shown
    assert "plain" in shown
    assert "$" not in shown


def test_what_cannot_be_shown(tmp_path: Path) -> None:
    result = runner.invoke(app, ["menu", "show", str(tmp_path / "none.json")])
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_schema() -> None:
    assert json.loads(runner.invoke(app, ["menu", "schema"]).stdout) == menu_schema()
