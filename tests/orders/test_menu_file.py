import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.menu import Menu
from gateway.orders.menu_file import MenuErrors, examine_menu, load_menu, read_menu


def problems(text: str) -> list[str]:
    with pytest.raises(MenuErrors) as caught:
        load_menu(text, "menu.json")
    assert caught.value.where == "menu.json"
    assert str(caught.value).startswith("menu.json: ")
    return [f"{problem.path}: {problem.reason}" for problem in caught.value.problems]


def test_a_menu_that_is_right_is_read(menu: Menu) -> None:
    assert load_menu(menu.model_dump_json(exclude_defaults=True), "menu.json") == menu


def test_all_mistakes_are_told_at_once_those_of_form_and_those_of_sense(menu: Menu) -> None:
    raw = json.loads(menu.model_dump_json())
    raw["items"][0]["variations"][0]["price"] = 9.5
    raw["items"][1]["tax"] = "toll"
    raw["items"][2]["category"] = "nothing"
    raw["modifier_groups"][1]["min"] = 2
    raw["flavour"] = 1
    del raw["taxes"][0]["rate_millipercent"]
    assert problems(json.dumps(raw)) == [
        "items[0].variations[0].price: Input should be a valid integer",
        "taxes[0].rate_millipercent: Field required",
        "flavour: Extra inputs are not permitted",
        "items[1].tax: no tax toll",
        "items[2].category: no category nothing",
        "modifier_groups[1].min: min 2 is more than max 1",
    ]


def test_a_malformed_entry_still_counts_as_existing(menu: Menu) -> None:
    raw = json.loads(menu.model_dump_json())
    raw["taxes"][0]["rate_millipercent"] = "8.25"
    assert problems(json.dumps(raw)) == ["taxes[0].rate_millipercent: Input should be a valid integer"]


def test_a_menu_may_name_its_schema(menu: Menu) -> None:
    raw = json.loads(menu.model_dump_json(exclude_defaults=True))
    assert load_menu(json.dumps({"$schema": "menu.schema.json", **raw}), "menu.json") == menu
    assert problems(json.dumps({"$schema": 5, **raw})) == ["$schema: Extra inputs are not permitted"]


def test_either_format_comes_in_by_one_door(menu: Menu) -> None:
    listing = {
        "items": [{"id": "tea", "kind": "drink", "names": ["tea"]}],
        "option_groups": {},
        "kinds": {"drink": ["d"]},
    }
    assert read_menu(menu.model_dump_json(), "m") == menu
    assert not read_menu(json.dumps(listing), "m").priced
    assert problems(json.dumps(listing))[0] == "categories: Field required"
    with pytest.raises(MenuErrors, match="no kind drink"):
        read_menu(json.dumps(listing | {"kinds": {}}), "m")


def test_a_report_has_the_menu_or_its_errors(menu: Menu) -> None:
    assert examine_menu(menu.model_dump_json(), "m").menu == menu
    assert [problem.path for problem in examine_menu("{", "m").errors] == ["line 1, column 2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1: not JSON: Expecting value"),
        ('{"items": [}', "line 1, column 12: not JSON: Expecting value"),
        ("[]", ": not a JSON object"),
        ('{"taxes": [], "taxes": []}', ": the field taxes is there twice in one object"),
        ("[" * 100_000, ": not JSON that can be read: numbers too long or nested too deep"),
        ('{"x": ' + "1" * 5000 + "}", ": not JSON that can be read: numbers too long or nested too deep"),
    ],
)
def test_text_that_is_no_json_object_is_told_with_its_place(text: str, told: str) -> None:
    assert problems(text) == [told]


def test_lists_that_are_none_and_entries_without_ids_do_not_hide_the_rest() -> None:
    raw = {"categories": 7, "items": [3, {"id": 4}], "taxes": [{"id": "t", "name": "t", "rate_millipercent": 0}] * 2}
    told = problems(json.dumps(raw))
    assert "categories: Input should be a valid tuple" in told
    assert "taxes[1]: t is there already" in told
    assert any(line.startswith("items[0]:") for line in told)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["id", "name", "items", "price", "options"]), inner)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["items", "categories", "taxes", "dimensions", "modifier_groups"]), json_values))
def test_whatever_stands_in_the_file_is_read_or_refused_with_problems(raw: dict[str, object]) -> None:
    assert problems(json.dumps(raw))


@settings(deadline=None)
@given(st.text())
def test_any_text_is_refused_with_problems(text: str) -> None:
    assert problems(text)
