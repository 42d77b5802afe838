"""The example restaurants for whoever tries the gateway out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.local.examples import copy_examples, demo_script, examples, opened
from gateway.orders.availability import DAYS
from gateway.orders.intent import OrderContext
from gateway.orders.processor import OrderProcessor
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants

NAMES = tuple(examples())


def test_they_come_in_their_order() -> None:
    assert NAMES == ("casa-verde", "golden-bowl", "hilltop-burger")


@pytest.mark.parametrize("name", NAMES)
def test_each_has_something_to_be_said_to_it_that_it_always_sells(name: str) -> None:
    menu = examples()[name].menu
    processor = OrderProcessor(menu)
    ordered = [
        item for line in demo_script(name) for item in processor.parse_order_intent(line, OrderContext(menu)).items
    ]
    assert ordered
    for said in ordered:
        item = menu.item(said.menu_item_id)
        assert item is not None
        category = menu.category(item.category)
        assert category is not None
        assert (item.availability, category.availability, item.min_age) == (None, None, None)


def test_a_script_of_nobody() -> None:
    with pytest.raises(OSError, match="No such file"):
        demo_script("nobody")


def test_copies_differ_in_their_hours_and_in_what_is_added(tmp_path: Path) -> None:
    folder = copy_examples(tmp_path / "copies", '[pos]\nurl = "http://127.0.0.1:1"\nsecrets = ["env:S"]\n')
    copies = load_restaurants(folder, {"S": "whsec_" + "QUFB" * 8})
    assert tuple(copy.id for copy in copies) == NAMES
    for copy, shipped in zip(copies, examples().values(), strict=True):
        assert copy.pos is not None
        assert (copy.holidays, set(copy.hours)) == ({}, set(DAYS))
        limits = {name: getattr(shipped, name) for name in Restaurant.model_fields if name.startswith("max_")}
        same = {"hours": shipped.hours, "holidays": shipped.holidays, "pos": None} | limits
        assert copy.max_calls_of_caller_hourly > 1000
        assert copy.model_copy(update=same) == shipped


@pytest.mark.parametrize("at", ["2026-11-26T08:00", "2026-12-25T23:59", "2026-12-25T00:00", "2027-03-14T02:30"])
def test_copies_are_open_at_every_hour(tmp_path: Path, at: str) -> None:
    for copy in load_restaurants(copy_examples(tmp_path), {}):
        assert copy.is_open(datetime.fromisoformat(at).replace(tzinfo=UTC))


def test_only_the_timetable_of_a_file_is_replaced() -> None:
    settings = (SHIPPED / "casa-verde" / "restaurant.toml").read_text()
    begin, _, rest = settings.partition("[hours]\n")
    text = opened(settings)
    assert text.startswith(begin.rstrip())
    assert "# [pos]" in rest
    assert text.count("[hours]") == 1
    assert "[holidays]" not in text
