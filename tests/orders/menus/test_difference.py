"""What is different between two versions of a menu."""

import json
from importlib.resources import files
from typing import Any

import pytest

from gateway.orders.menu import Menu
from gateway.orders.menus.difference import MenuChange, difference

TEXT = files("gateway").joinpath("restaurants/casa-verde/menu.json").read_text()
MENU = Menu.model_validate_json(TEXT)


def changed(edit: Any) -> tuple[MenuChange, ...]:
    """The difference that an edit of the file makes."""
    raw = json.loads(TEXT)
    edit(raw)
    return difference(MENU, Menu.model_validate(raw))


def item(raw: dict[str, Any], item_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in raw["items"] if entry["id"] == item_id)
    return found


def test_a_menu_is_not_different_from_itself() -> None:
    assert changed(lambda raw: None) == ()
    assert changed(lambda raw: raw.update(version="of another day")) == ()
    assert changed(lambda raw: raw["items"].reverse()) == (), "ids are what counts"


def test_a_price_is_told_with_both_values() -> None:
    (change,) = changed(lambda raw: item(raw, "coke")["variations"][0].update(price=325))
    assert (change.kind, change.before, change.after) == ("changed", 300, 325)
    assert change.path.startswith("items/coke/variations/")
    assert change.path.endswith("/price")


def test_a_new_and_a_missing_entry_are_one_change_each() -> None:
    def edit(raw: dict[str, Any]) -> None:
        raw["items"] = [entry for entry in raw["items"] if entry["id"] != "sprite"]
        raw["items"].append(item(raw, "coke") | {"id": "cola-zero", "name": "Coke Zero", "spoken": []})

    assert changed(edit) == (MenuChange("added", "items/cola-zero"), MenuChange("removed", "items/sprite"))


@pytest.mark.parametrize(("before", "after"), [(["a", "b"], ["b"]), ([], ["c"])])
def test_a_list_without_ids_is_a_value(before: list[str], after: list[str]) -> None:
    def with_names(names: list[str]) -> Menu:
        raw = json.loads(TEXT)
        item(raw, "coke")["spoken"] = names
        return Menu.model_validate(raw)

    assert difference(with_names(before), with_names(after)) == (
        MenuChange("changed", "items/coke/spoken", before, after),
    )


def test_an_entry_that_was_not_there_counts_from_nothing() -> None:
    (change,) = changed(lambda raw: item(raw, "coke").update(kitchen_name="COLA"))
    assert change == MenuChange("changed", "items/coke/kitchen_name", None, "COLA")
