import shutil
from datetime import datetime
from pathlib import Path

import pytest

from gateway.orders.restaurant_files import SHIPPED, RestaurantErrors, load_restaurants

SECRET = "whsec_" + "QUFB" * 8
POS = '\n[pos]\nurl = "env:POS_URL"\nsecrets = ["env:POS_SECRET", "env:POS_OLD"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "restaurants")
    return tmp_path / "restaurants"


def told(folder: Path, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(RestaurantErrors) as caught:
        load_restaurants(folder, environment or {})
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [f"{p.file.relative_to(folder)} {p.path}: {p.reason}" for p in caught.value.problems]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_examples_are_read_in_their_order() -> None:
    restaurants = load_restaurants(SHIPPED, {})
    assert [restaurant.id for restaurant in restaurants] == ["casa-verde", "golden-bowl", "hilltop-burger"]
    assert restaurants[0].numbers == ("+15550100000",)
    assert restaurants[0].pos is None


def test_the_pos_comes_from_the_environment(folder: Path) -> None:
    with (folder / "casa-verde" / "restaurant.toml").open("a") as file:
        file.write(POS)
    environment = {"POS_URL": "https://pos.example.com", "POS_SECRET": SECRET, "POS_OLD": SECRET}
    pos = load_restaurants(folder, environment)[0].pos
    assert pos is not None
    assert pos.url == "https://pos.example.com"
    assert [secret.get_secret_value() for secret in pos.secrets] == [SECRET, SECRET]
    assert told(folder, {"POS_SECRET": SECRET, "POS_OLD": "geheim"}) == [
        "casa-verde/restaurant.toml pos.url: the environment variable POS_URL is not set",
        "casa-verde/restaurant.toml pos.secrets[1]: not a webhook secret: whsec_ and base64 of 24 to 64 random bytes",
    ]


def test_all_problems_of_all_files_are_told_at_once(folder: Path) -> None:
    casa, bowl = folder / "casa-verde", folder / "golden-bowl"
    edit(casa / "restaurant.toml", "quote_minutes = 20", 'quote_minutes = "soon"\nid = "x"')
    edit(casa / "menu.json", '"tax": "food"', '"tax": "toll"')
    edit(bowl / "restaurant.toml", "+15550100001", "+15550100000")
    (folder / "third").mkdir()
    (folder / "third" / "menu.json").write_bytes(b"\xff\xfe")
    found = told(folder)
    assert found[0] == "casa-verde/menu.json items[0].tax: no tax toll"
    assert "casa-verde/restaurant.toml : id and menu do not belong here" in found
    assert "casa-verde/restaurant.toml quote_minutes: Input should be a valid integer" in found
    assert "third/restaurant.toml : cannot be read: No such file or directory" in found
    assert "third/menu.json : not UTF-8 text" in found
    assert found[-1] == "golden-bowl/restaurant.toml numbers[0]: casa-verde answers this number too"
    assert len(found) == 12


def test_a_file_that_is_no_toml_is_told_with_its_place(folder: Path) -> None:
    edit(folder / "casa-verde" / "restaurant.toml", "order = 1 ", "order = ")
    assert told(folder) == [
        "casa-verde/restaurant.toml : not TOML: Invalid value (at line 3, column 30)",
    ]


def test_a_menu_without_prices_cannot_be_sold_from(folder: Path) -> None:
    listing = (
        '{"categories": [{"id": "c", "name": "c"}], "taxes": [{"id": "t", "name": "t", "rate_millipercent": 0}], '
        '"items": [{"id": "i", "name": "i", "category": "c", "tax": "t", "variations": [{"id": "v", "price": null}]}]}'
    )
    (folder / "casa-verde" / "menu.json").write_text(listing)
    assert told(folder) == ["casa-verde/menu.json items: a listing without prices cannot be sold from"]
    plain = '{"items": [{"id": "i", "kind": "k", "names": ["i"]}], "option_groups": {}, "kinds": {"k": ["k"]}}'
    (folder / "casa-verde" / "menu.json").write_text(plain)
    assert told(folder) == ["casa-verde/menu.json items: a listing without prices cannot be sold from"]


def test_numbers_that_are_no_list_are_told_once(folder: Path) -> None:
    edit(folder / "casa-verde" / "restaurant.toml", '["+15550100000"]', "5")
    assert told(folder) == ["casa-verde/restaurant.toml numbers: Input should be a valid tuple"]


def test_a_folder_without_restaurants_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == [". : no restaurant in this folder"]
    with pytest.raises(RestaurantErrors, match="no such folder"):
        load_restaurants(tmp_path / "none", {})


@pytest.mark.parametrize(
    ("restaurant_id", "at", "is_open"),
    [
        ("casa-verde", "2026-11-25T21:59", True),
        ("casa-verde", "2026-11-25T22:00", False),
        ("casa-verde", "2026-11-26T12:00", False),  # Thanksgiving
        ("casa-verde", "2026-12-24T19:00", False),
        ("golden-bowl", "2026-11-23T12:00", False),  # a Monday
        ("golden-bowl", "2026-11-25T15:00", False),  # between lunch and dinner
        ("golden-bowl", "2027-02-06T11:10", True),  # Lunar New Year
        ("golden-bowl", "2027-02-07T00:59", True),
        ("hilltop-burger", "2026-11-28T00:29", True),  # Friday's night
        ("hilltop-burger", "2026-11-26T14:00", False),
        ("hilltop-burger", "2027-03-28T10:00", True),
    ],
)
def test_the_examples_have_hours_and_holidays_as_restaurants_have_them(
    restaurant_id: str, at: str, is_open: bool
) -> None:
    restaurant = next(one for one in load_restaurants(SHIPPED, {}) if one.id == restaurant_id)
    assert restaurant.is_open(datetime.fromisoformat(at).replace(tzinfo=restaurant.zone)) is is_open


@pytest.mark.parametrize(
    ("entry", "told_as"),
    [
        ("2026-11-31 = []", "holidays.2026-11-31: "),
        ('2026-11-30 = [{ open = "9", close = "12:00" }]', "holidays.2026-11-30[0].open: "),
        ("2026-11-30 = true", "holidays.2026-11-30: "),
    ],
)
def test_a_holiday_is_a_date_with_hours(folder: Path, entry: str, told_as: str) -> None:
    edit(folder / "casa-verde" / "restaurant.toml", "2026-12-25 = []", entry)
    (problem,) = told(folder)
    assert problem.startswith(f"casa-verde/restaurant.toml {told_as}")


def test_the_examples_answer_numbers_that_belong_to_nobody() -> None:
    for restaurant in load_restaurants(SHIPPED, {}):
        assert all(number.startswith("+155501000") for number in (*restaurant.numbers, restaurant.transfer_to))


def test_what_is_no_restaurant_is_passed_over(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "menu.json").write_text("x")
    (folder / "pictures").mkdir()
    (folder / "README").write_text("x")
    assert len(load_restaurants(folder, {})) == 3


def test_a_message_that_there_is_not_is_told_with_its_place_and_those_there_are(folder: Path) -> None:
    settings = folder / "casa-verde" / "restaurant.toml"
    pos = f'\n[pos]\nurl = "https://pos.example.com"\nsecrets = ["{SECRET}"]\n'
    settings.write_text(settings.read_text() + pos + 'events = ["order.confirmed", "order.paid"]\n')
    (problem,) = told(folder)
    assert problem.startswith("casa-verde/restaurant.toml pos.events[1]: no such message; there are order.confirmed, ")
