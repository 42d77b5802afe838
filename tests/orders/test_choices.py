import pytest

from gateway.orders.choices import (
    forms_of,
    items_of,
    lacking_in,
    on_side,
    open_groups,
    other_half,
    part_for,
    portions_on,
    same_form,
    taken,
)
from gateway.orders.menu import Item, Menu, ModifierGroup, Slot
from gateway.orders.missing import missing_from_lines
from gateway.orders.order import Line, Modifier
from tests.orders.osteria import OSTERIA, chose, combo, group_of, halved, ordered, part, with_group, with_item


def item(item_id: str) -> Item:
    found = OSTERIA.item(item_id)
    assert found is not None
    return found


def slot(slot_id: str) -> Slot:
    found = item("lunch").slot(slot_id)
    assert found is not None
    return found


def names(group_id: str, *modifiers: Modifier) -> list[str]:
    return [option.id for option in taken(group_of(group_id), modifiers)]


def test_what_comes_with_it_is_there_until_it_is_refused_or_swapped_away() -> None:
    assert names("garnish") == ["lettuce", "cheddar"]
    assert names("garnish", chose("garnish", "lettuce", action="no")) == ["cheddar"]
    assert names("garnish", chose("garnish", "lettuce", action="extra")) == ["lettuce", "cheddar"]
    swap = chose("garnish", "swiss", action="swap", instead_of="cheddar")
    assert names("garnish", swap) == ["lettuce", "swiss"]
    # Only a swap takes the place of something; only its own group counts.
    assert names("garnish", swap.model_copy(update={"action": "add"})) == ["lettuce", "cheddar", "swiss"]
    assert names("garnish", swap.model_copy(update={"group": "toppings"})) == ["lettuce", "cheddar"]


def test_in_a_group_of_one_choice_any_choice_displaces_what_comes_with_it() -> None:
    single = group_of("garnish", max=1)
    assert [option.id for option in taken(single, [chose("garnish", "onion")])] == ["onion"]
    assert [option.id for option in taken(single, [chose("garnish", "onion", action="no")])] == ["lettuce", "cheddar"]


def test_each_half_is_judged_for_itself() -> None:
    halves = group_of("garnish", halves="sum")
    left = [chose("garnish", "lettuce", action="no", placement="left"), chose("garnish", "onion", placement="left")]
    assert [m.option for m in on_side("left", halves, left)] == ["lettuce", "onion"]
    assert on_side("right", halves, left) == []
    assert (portions_on("left", halves, left), portions_on("right", halves, left)) == (2, 2)
    # Refused on one half it is still on the other.
    assert [option.id for option in taken(halves, left)] == ["lettuce", "cheddar", "onion"]


def test_a_group_without_a_rule_for_halves_has_none() -> None:
    left = [chose("garnish", "lettuce", action="no", placement="left")]
    assert [m.option for m in on_side("right", group_of("garnish"), left)] == ["lettuce"]
    assert names("garnish", *left) == ["cheddar"]


def test_portions_count_quantities_and_what_comes_with_it() -> None:
    made = [chose("garnish", "onion", quantity=3), chose("garnish", "cheddar", quantity=2)]
    assert portions_on("left", group_of("garnish"), made) == 3 + 2 + 1


def test_a_choice_opens_the_groups_behind_it_and_those_behind_them() -> None:
    plate = item("chicken")
    assert [g.id for g in open_groups(plate, (), OSTERIA)] == ["side"]
    salad = (chose("side", "salad"),)
    assert [g.id for g in open_groups(plate, salad, OSTERIA)] == ["side", "dressing"]
    dressed = (*salad, chose("dressing", "vinaigrette"))
    assert [g.id for g in open_groups(plate, dressed, OSTERIA)] == ["side", "dressing", "herbs"]
    # What was chosen in a group that is not open opens nothing.
    assert [g.id for g in open_groups(plate, (chose("dressing", "vinaigrette"),), OSTERIA)] == ["side"]
    assert [g.id for g in open_groups(plate, (chose("side", "salad", action="no"),), OSTERIA)] == ["side"]


def test_what_comes_with_it_opens_its_groups_too() -> None:
    side = group_of("side")
    fries, salad = side.options
    default = side.model_copy(update={"options": (fries, salad.model_copy(update={"default": True}))})
    menu = OSTERIA.model_copy(update={"modifier_groups": (default, *OSTERIA.modifier_groups[2:])})
    assert [g.id for g in open_groups(item("chicken"), (), menu)] == ["side", "dressing"]
    assert [g.id for g in open_groups(item("chicken"), (chose("side", "fries"),), menu)] == ["side"]


@pytest.mark.parametrize("second", ["marinara", "lasagna", "burger", "coke"])
def test_only_dishes_of_a_kind_that_know_halves_share_one(second: str) -> None:
    assert other_half(item("margherita"), second, OSTERIA) is None
    assert other_half(item("margherita"), "pepperoni", OSTERIA) == item("pepperoni")
    assert other_half(item("marinara"), "margherita", OSTERIA) is None


def test_the_other_half_comes_in_the_same_size() -> None:
    small, large = item("margherita").variations
    assert same_form(item("pepperoni"), small) == item("pepperoni").variations[0]
    assert same_form(item("calzone"), large) == item("calzone").variations[0]
    assert same_form(item("calzone"), small) is None


def test_a_slot_is_filled_by_what_is_a_choice_for_it() -> None:
    parts = (part("drink", "coke"), part("pizza", "calzone"))
    assert part_for(slot("drink"), parts) == parts[0]
    assert part_for(slot("pizza"), parts) is None
    assert part_for(slot("pizza"), ()) is None


def test_what_fills_a_slot_comes_in_the_sizes_that_the_slot_takes() -> None:
    def forms(slot_id: str, item_id: str, variation_id: str | None = None, **options: str) -> list[str]:
        filled = part(slot_id, item_id, variation_id, options=options)
        return [form.id for form in forms_of(filled, slot(slot_id), OSTERIA)]

    assert forms("pizza", "margherita") == ["m-small"]
    assert forms("pizza", "margherita", "m-large") == []
    assert forms("drink", "tea") == ["t-small", "t-large"]
    assert forms("drink", "tea", "t-large") == ["t-large"]
    assert forms("drink", "tea", size="large") == ["t-large"]
    assert forms("drink", "tea", ice="none") == []
    assert forms("drink", "coke") == ["can"]
    assert forms("drink", "calzone") == []
    assert forms_of(part("drink", "coke"), slot("drink"), OSTERIA.model_copy(update={"items": ()})) == ()


def test_a_line_is_made_of_its_item_its_other_half_and_its_parts() -> None:
    assert [i.id for i in items_of(halved("margherita", "pepperoni", "m-small"), OSTERIA)] == [
        "margherita",
        "pepperoni",
    ]
    twice = combo(part("pizza", "margherita"), part("drink", "coke"), part("drink", "coke"), part("x", "lasagna"))
    assert [i.id for i in items_of(twice, OSTERIA)] == ["lunch", "margherita", "coke"]
    assert items_of(Line(id="L1", item_id="lasagna"), OSTERIA) == ()


def nested_on_halves(**fields: object) -> Menu:
    """Cheese on a pizza opens a group of its own."""
    toppings = group_of("toppings")
    options = tuple(
        o.model_copy(update={"modifier_groups": ("kind",) if o.id == "cheese" else ()}) for o in toppings.options
    )
    raw = {"id": "kind", "name": "kind", "min": 1, "max": 1, "halves": "sum", "options": [{"id": "old", "name": "old"}]}
    kind = ModifierGroup.model_validate(raw | fields)
    menu = with_group(OSTERIA, "toppings", options=options)
    return menu.model_copy(update={"modifier_groups": (*menu.modifier_groups, kind)})


def test_a_choice_on_one_half_asks_for_what_it_opens_on_that_half_alone() -> None:
    menu = nested_on_halves()
    pizza, kind = item("margherita"), menu.group("kind")
    assert kind is not None
    left = chose("toppings", "cheese", placement="left")
    assert lacking_in(kind, pizza, (left,), menu) == 1
    assert lacking_in(kind, pizza, (left, chose("kind", "old", placement="left")), menu) == 0
    assert lacking_in(kind, pizza, (left, chose("kind", "old", placement="right")), menu) == 1
    assert lacking_in(kind, pizza, (left, chose("kind", "old")), menu) == 0
    whole = chose("toppings", "cheese")
    assert lacking_in(kind, pizza, (whole, chose("kind", "old", placement="left")), menu) == 1
    assert lacking_in(kind, pizza, (), menu) == 0
    unhalved = nested_on_halves(halves=None)
    same = unhalved.group("kind")
    assert same is not None
    assert lacking_in(same, pizza, (left, chose("kind", "old")), unhalved) == 0
    line = Line(id="L1", item_id="margherita", variation_id="m-small", modifiers=(left,))
    assert [gap.what for gap in missing_from_lines(ordered(line), menu)] == ["kind"]
    filled = line.model_copy(update={"modifiers": (left, chose("kind", "old", placement="left"))})
    assert missing_from_lines(ordered(filled), menu) == ()


def test_halves_share_a_dish_only_with_the_same_choices() -> None:
    other = with_item(OSTERIA, "pepperoni", modifier_groups=("toppings", "side"))
    assert other_half(item("margherita"), "pepperoni", other) is None
    assert other_half(item("margherita"), "calzone", other) == other.item("calzone")
