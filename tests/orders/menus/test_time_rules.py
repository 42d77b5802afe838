import pytest

from tests.orders.raw_menus import Raw, errors, put, shipped

COMBO = 6  # Casa Verde's lunch combo, at lunch only
NEVER = "it can never be had: its dayparts, days and dates have no time in common"


@pytest.fixture
def raw() -> Raw:
    menu = shipped("casa-verde")
    assert menu["items"][COMBO]["availability"] == {"dayparts": ["lunch"]}
    menu["dayparts"].append({"id": "late", "name": "late", "start": "22:00", "end": "02:00", "days": ["fri"]})
    menu["categories"][0]["availability"] = {"dayparts": ["late"]}
    return menu


def told(raw: Raw, **availability: object) -> list[str]:
    return errors(put(raw, f"items.{COMBO}.availability", availability))


def test_the_times_of_the_examples_are_possible(raw: Raw) -> None:
    assert errors(raw) == []


def test_a_daypart_that_is_not_there_is_told(raw: Raw) -> None:
    assert told(raw, dayparts=["lunch", "brunch"]) == [f"items[{COMBO}].availability.dayparts[1]: no daypart brunch"]
    put(raw, "categories.4.availability", {"dayparts": ["tea"]})
    assert told(raw, dayparts=["lunch"]) == ["categories[4].availability.dayparts[0]: no daypart tea"]


def test_a_daypart_has_an_id_of_its_own(raw: Raw) -> None:
    put(raw, "dayparts.1", {"id": "lunch", "name": "late lunch", "start": "23:00", "end": "01:00"})
    put(raw, "categories.0.availability", None)
    assert errors(raw) == ["dayparts[1]: lunch is there already"]


def test_no_daypart_begins_at_24(raw: Raw) -> None:
    put(raw, "dayparts.0.start", "24:00")
    assert [line.split(":")[0] for line in errors(raw)] == ["dayparts[0].start"]


def test_a_malformed_daypart_is_not_told_again_where_it_is_used(raw: Raw) -> None:
    put(raw, "dayparts.0.start", "11 am")
    assert [line.split(":")[0] for line in errors(raw)] == ["dayparts[0].start"]


def test_dates_are_in_order(raw: Raw) -> None:
    assert told(raw, since="2026-12-24", until="2026-12-01") == [
        f"items[{COMBO}].availability.since: since is later than until"
    ]
    assert told(raw, since="2026-12-01", until="2026-12-01") == []
    assert told(raw, since="9999-12-31", until="9999-12-31") == [f"items[{COMBO}].availability: {NEVER}"]


@pytest.mark.parametrize(
    ("availability", "possible"),
    [
        ({"dayparts": ["late"], "days": ["fri"]}, True),
        ({"dayparts": ["late"], "days": ["sat"]}, True),  # Friday's night ends on Saturday
        ({"dayparts": ["late"], "days": ["thu"]}, False),
        ({"dayparts": ["late", "lunch"], "days": ["thu"]}, True),
        ({"days": ["mon"], "since": "2026-12-01", "until": "2026-12-06"}, False),  # Tuesday to Sunday
        ({"days": ["mon"], "since": "2026-12-01", "until": "2026-12-07"}, True),
    ],
)
def test_what_is_limited_in_several_ways_can_be_had_at_some_time(raw: Raw, availability: Raw, possible: bool) -> None:
    assert told(raw, **availability) == ([] if possible else [f"items[{COMBO}].availability: {NEVER}"])


def test_an_item_can_be_had_while_its_category_can(raw: Raw) -> None:
    put(raw, "categories.4.availability", {"days": ["mon", "tue"], "fulfilments": ["pickup"]})
    apart = f"items[{COMBO}].availability: it can never be had: its category combos is on offer at other times"
    assert told(raw, days=["tue", "wed"]) == []
    assert told(raw, days=["wed"]) == [apart]
    assert told(raw, fulfilments=["delivery"]) == [apart]
    assert told(raw, dayparts=["late"]) == [apart]
