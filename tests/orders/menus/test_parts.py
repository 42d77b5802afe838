from gateway.orders.menu import Menu, SlotChoice
from tests.orders.raw_menus import shipped

BURGERS = Menu.model_validate(shipped("hilltop-burger"))


def test_a_slot_knows_its_choices_and_what_they_cost_beyond_the_combo() -> None:
    meal = BURGERS.item("hilltop-meal")
    assert meal is not None
    side = meal.slot("side")
    assert side is not None
    assert meal.slot("dessert") is None
    rings = side.choice("onion-rings")
    assert rings is not None
    assert side.choice("coleslaw") is None
    assert [rings.upcharge_for(variation_id) for variation_id in ("6", "10", "20")] == [130, 290, 0]
    assert SlotChoice(item="x", upcharge=50).upcharge_for("any") == 50


def test_a_choice_opens_the_groups_that_it_names() -> None:
    plate = BURGERS.item("chicken-plate")
    assert plate is not None

    def opened(*chosen: tuple[str, str]) -> list[str]:
        return [group.id for group in BURGERS.open_groups(plate, chosen)]

    assert opened() == ["plate-side", "plate-vegetables"]
    assert opened(("plate-side", "plate-fries")) == ["plate-side", "plate-vegetables"]
    assert opened(("plate-side", "plate-salad")) == ["plate-side", "plate-vegetables", "dressing"]


def test_groups_that_open_each_other_are_each_there_once_and_unknown_ones_are_not() -> None:
    raw = shipped("hilltop-burger")
    dressing = next(group for group in raw["modifier_groups"] if group["id"] == "dressing")
    dressing["options"][0]["modifier_groups"] = ["plate-side", "gone"]
    circle = Menu.model_validate(raw)
    plate = circle.item("chicken-plate")
    assert plate is not None
    chosen = [("plate-side", "plate-salad"), ("dressing", "ranch")]
    assert [group.id for group in circle.open_groups(plate, chosen)] == ["plate-side", "plate-vegetables", "dressing"]
