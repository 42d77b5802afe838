import pytest

from tests.orders.raw_menus import Raw, errors, put, shipped


@pytest.fixture
def burgers() -> Raw:
    return shipped("hilltop-burger")


def group(raw: Raw, group_id: str) -> tuple[int, Raw]:
    index = next(index for index, one in enumerate(raw["modifier_groups"]) if one["id"] == group_id)
    return index, raw["modifier_groups"][index]


def test_a_choice_does_not_open_a_group_that_is_not_there(burgers: Raw) -> None:
    at, side = group(burgers, "plate-side")
    side["options"][3]["modifier_groups"] = ["dressing", "dips", "dressing"]
    assert errors(burgers) == [
        f"modifier_groups[{at}].options[3].modifier_groups[2]: dressing is there already",
        f"modifier_groups[{at}].options[3].modifier_groups[1]: no modifier group dips",
    ]


def test_groups_that_open_each_other_in_a_circle_are_refused_at_every_step(burgers: Raw) -> None:
    side_at, _ = group(burgers, "plate-side")
    dressing_at, dressing = group(burgers, "dressing")
    dressing["options"][0]["modifier_groups"] = ["plate-side"]
    assert [line.partition(", so the questions never end")[0] for line in errors(burgers)] == [
        f"modifier_groups[{side_at}].options[3].modifier_groups: choosing plate-salad opens plate-side again",
        f"modifier_groups[{dressing_at}].options[0].modifier_groups: choosing ranch opens dressing again",
    ]


def test_a_required_group_that_only_a_choice_opens_can_be_reached(burgers: Raw) -> None:
    for item in burgers["items"]:
        if "dressing" in item.get("modifier_groups", []):
            item["modifier_groups"].remove("dressing")
    assert errors(burgers) == []


def test_a_required_group_that_nothing_leads_to_is_refused(burgers: Raw) -> None:
    side_at, _ = group(burgers, "plate-side")
    for item in burgers["items"]:
        item["modifier_groups"] = [
            one for one in item.get("modifier_groups", []) if one not in ("plate-side", "dressing")
        ]
    dressing_at, _ = group(burgers, "dressing")
    told = errors(burgers)
    assert [line.split(":")[0] for line in told] == [f"modifier_groups[{side_at}]", f"modifier_groups[{dressing_at}]"]
    assert "no item and no choice leads to it" in told[0]


def test_while_an_item_is_malformed_nobody_knows_what_is_used(burgers: Raw) -> None:
    for item in burgers["items"]:
        if "tea-kind" in item.get("modifier_groups", []):
            item["name"] = ""
    assert [line.split(":")[0] for line in errors(burgers)] == ["items[22].name"]


def test_a_nested_group_must_be_fillable_too(burgers: Raw) -> None:
    at, dressing = group(burgers, "dressing")
    dressing |= {"min": 9, "max": 9}
    assert errors(burgers) == [f"modifier_groups[{at}].min: its options allow 8 portions, fewer than min 9"]


def test_a_swap_needs_something_to_take_and_something_to_put(burgers: Raw) -> None:
    at, cheese = group(burgers, "cheese")
    cheese["options"][0]["default"] = False
    assert errors(burgers) == [f"modifier_groups[{at}].swappable: no option is a default, so there is nothing to swap"]
    for option in cheese["options"][:2]:
        option["default"] = True
    cheese["options"] = cheese["options"][:2]
    assert errors(burgers) == [
        f"modifier_groups[{at}].swappable: every option is a default, so there is nothing to swap for"
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"min": 6}, "modifier_groups[0].min: min 6 is more than max 5"),
        ({"max": 0}, "modifier_groups[0].max: max 0 allows no choice"),
        ({"free": 6}, "modifier_groups[0].free: free 6 is more than max 5"),
        ({"min": 5, "max_per_option": 1}, "modifier_groups[0].min: its options allow 4 portions, fewer than min 5"),
        ({"min": 9, "max": None}, "modifier_groups[0].min: its options allow 8 portions, fewer than min 9"),
    ],
)
def test_limits_do_not_contradict_each_other(changes: Raw, problem: str) -> None:
    raw = shipped("casa-verde")
    raw["modifier_groups"][0] |= changes
    assert errors(raw) == [problem]


def test_an_item_does_not_come_with_more_than_it_may_have() -> None:
    raw = put(shipped("casa-verde"), "modifier_groups.1.options", [])
    raw["modifier_groups"][1]["options"] = [{"id": name, "name": name, "default": True} for name in ("bbq", "hot")]
    assert errors(raw) == ["modifier_groups[1].options: more defaults than max 1"]
