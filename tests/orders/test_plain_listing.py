import json

import pytest

from gateway.orders.plain_listing import is_plain_listing, load_plain_listing

LISTING = {
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
    assert not is_plain_listing({"items": [], "modifier_groups": []})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"items": 1}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's message is not ours
        load_plain_listing(text)
