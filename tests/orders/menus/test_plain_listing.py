import copy
import json
from typing import Any

import pytest

from gateway.orders.menu_file import MenuErrors, examine_menu
from gateway.orders.menus.plain_listing import is_plain_listing, load_plain_listing
from tests.orders.raw_menus import put

LISTING: dict[str, Any] = {
    "kinds": {"drink": ["drink", "drinks"]},
    "items": [{"id": "tea", "kind": "drink", "names": ["tea", "teas"], "option_groups": ["size", "add"]}],
    "option_groups": {
        "size": {"select": "one", "slot": "size", "options": [{"id": "big", "names": ["big", "large"]}]},
        "add": {
            "select": "one",
            "slot": "modifiers",
            "qualifiable": False,
            "options": [
                {"id": "cane", "names": ["cane sugar"]},
                {"id": "palm", "names": ["palm sugar"]},
                {"id": "cane|palm", "names": ["sugar"], "ambiguous_between": ["cane", "palm"]},
            ],
        },
    },
}


def test_a_listing_becomes_a_menu_without_prices() -> None:
    menu = load_plain_listing(json.dumps(LISTING))
    (tea,) = menu.items
    assert not menu.priced
    assert [v.options for v in tea.variations] == [{}, {"size": "big"}]
    assert menu.dimensions[0].options[0].spoken == ("large",)
    group = menu.modifier_groups[0]
    assert (group.max, group.qualifiable, group.negatable) == (1, False, True)
    assert [(o.id, o.spoken) for o in group.options] == [("cane", ("sugar",)), ("palm", ("sugar",))]


def test_groups_of_many_have_no_bound() -> None:
    listing = json.loads(json.dumps(LISTING))
    listing["option_groups"]["add"]["select"] = "many"
    assert load_plain_listing(json.dumps(listing)).modifier_groups[0].max is None


def test_listings_are_told_apart_by_shape() -> None:
    assert is_plain_listing(LISTING)
    assert is_plain_listing({"option_groups": {}})
    assert not is_plain_listing({"items": [], "modifier_groups": []})
    assert not is_plain_listing({"items": [], "categories": [], "kinds": 1})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"items": 1}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MenuErrors, match=r"^listing: "):
        load_plain_listing(text)


def test_what_a_kind_is_called_is_kept_and_fields_of_others_are_passed_over() -> None:
    listing = put(put(copy.deepcopy(LISTING), "items.0.product", "tea"), "domain", "tea")
    menu = load_plain_listing(json.dumps(listing))
    assert [(category.id, category.name, category.spoken) for category in menu.categories] == [
        ("drink", "drink", ("drinks",))
    ]


def test_groups_of_one_slot_are_one_dimension_whatever_they_are_called() -> None:
    listing = copy.deepcopy(LISTING)
    listing["option_groups"]["cups"] = {
        "select": "one",
        "slot": "size",
        "options": [
            {"id": "big", "names": ["big", "huge"]},
            {"id": "mug", "names": ["mug"]},
            {"id": "any", "names": ["normal"], "ambiguous_between": ["big", "mug"]},
        ],
    }
    listing["items"].append({"id": "coffee", "kind": "drink", "names": ["coffee"], "option_groups": ["cups"]})
    menu = load_plain_listing(json.dumps(listing))
    (size,) = menu.dimensions
    assert size.id == "size"
    assert [(option.id, option.name, option.spoken) for option in size.options] == [
        ("big", "big", ("large", "huge", "normal")),
        ("mug", "mug", ("normal",)),
    ]
    coffee = menu.item("coffee")
    assert coffee is not None
    assert [dict(variation.options) for variation in coffee.variations] == [{}, {"size": "big"}, {"size": "mug"}]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("items.0.names", [], "items[0].names: Tuple should have at least 1 item after validation, not 0"),
        ("items.0.names", [" "], "items[0].names[0]: String should have at least 1 character"),
        ("items.0.names", ["two\nlines"], "items[0].names[0]: String should match pattern '^.*$'"),
        ("items.0.id", "a tea", "items[0].id: String should match pattern '^[A-Za-z0-9][A-Za-z0-9_:.&'+%-]*$'"),
        ("items.0.kind", "food", "items[0].kind: no kind food"),
        ("items.0.option_groups", ["size", "milk"], "items[0].option_groups[1]: no option group milk"),
        ("items.1", {"id": "tea", "kind": "drink", "names": ["chai"]}, "items[1].id: tea is there already"),
        ("items", [], "items: Tuple should have at least 1 item after validation, not 0"),
        ("kinds", ["drink"], "kinds: Input should be a valid dictionary"),
        ("option_groups.add.select", "some", "option_groups.add.select: Input should be 'one' or 'many'"),
        (
            "option_groups.add.negatable",
            "perhaps",
            "option_groups.add.negatable: Input should be a valid boolean, unable to interpret input",
        ),
        ("option_groups.add.options.1.id", "cane", "option_groups.add.options[1].id: cane is there already"),
        (
            "option_groups.add.options.1.id",
            "c d",
            "option_groups.add.options[1]: not an id: letters, digits, and _ : . & ' + % - inside",
        ),
        (
            "option_groups.add.options.2.ambiguous_between",
            ["cane", "beet"],
            "option_groups.add.options[2].ambiguous_between[1]: no option beet in this group",
        ),
        (
            "option_groups.size.options.0.ambiguous_between",
            ["big"],
            "option_groups.size.options: every option is ambiguous, so there is none to choose",
        ),
    ],
)
def test_a_mistake_is_told_with_its_path_and_a_fix(path: str, value: object, told: str) -> None:
    report = examine_menu(json.dumps(put(copy.deepcopy(LISTING), path, value)), "m")
    assert report.menu is None
    assert f"{report.errors[0].path}: {report.errors[0].reason}" == told
    assert report.errors[0].fix


def test_an_entry_has_so_many_names_and_no_more() -> None:
    listing = copy.deepcopy(LISTING)
    put(listing, "option_groups.add.options.0.names", [f"sugar {number}" for number in range(300)])
    put(listing, "option_groups.add.options.2.names", [f"sweet {number}" for number in range(300)])
    with pytest.raises(MenuErrors, match="at most 400"):
        load_plain_listing(json.dumps(listing))


def test_what_looks_odd_is_told_and_words_for_several_options_do_not() -> None:
    listing = copy.deepcopy(LISTING)
    assert examine_menu(json.dumps(listing), "m").warnings == ()
    listing["items"].append({"id": "chai", "kind": "drink", "names": ["茶"], "option_groups": ["add"]})
    listing["items"].append({"id": "tee", "kind": "drink", "names": ["chai", "teas"], "option_groups": ["add"]})
    put(listing, "option_groups.add.options.1.names.1", "cane sugars")
    put(
        listing,
        "option_groups.milk",
        {"select": "one", "slot": "modifiers", "options": [{"id": "oat", "names": ["oat"]}]},
    )
    report = examine_menu(json.dumps(listing), "m")
    assert report.errors == ()
    assert [f"{problem.path}: {problem.reason}" for problem in report.warnings] == [
        'items[1].names[0]: no word of "茶" can be heard',
        'items[2].names[1]: "teas" is what items[0] is called, too',
        'option_groups.add.options[1].names[1]: "cane sugars" is what option_groups.add.options[0] is called, too',
        "option_groups.milk: no item has this group",
    ]


def test_a_group_that_is_not_there_does_not_stop_the_advice() -> None:
    report = examine_menu(json.dumps(put(copy.deepcopy(LISTING), "items.0.option_groups", ["milk"])), "m")
    assert len(report.errors) == 1
    assert [problem.path for problem in report.warnings] == ["option_groups.size", "option_groups.add"]
