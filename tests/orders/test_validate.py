from dataclasses import replace

import pytest

from gateway.orders.intent import Ambiguity, IntentItem, Subject
from gateway.orders.validate import validate_order
from tests.orders.osteria import OSTERIA, with_group, with_item
from tests.orders.validating import COKE, LARGE, SMALL_PIZZA, choice, offer, said, validate


@pytest.mark.parametrize(
    ("item", "missing"),
    [
        (IntentItem("margherita"), [("margherita", "size", ("small", "large"), None, 1)]),
        (IntentItem("margherita", options=LARGE), []),
        (IntentItem("tea", options=LARGE), [("tea", "ice", ("iced", "room warm"), None, 1)]),
        (IntentItem("tea", options={"size": "small"}), []),
        (IntentItem("chicken"), [("chicken", "side", ("fries", "a salad"), None, 1)]),
        (
            IntentItem("chicken", modifiers=(choice("side", "salad"),)),
            [("chicken", "dressing", ("ranch", "vinaigrette"), None, 1)],
        ),
        (IntentItem("chicken", modifiers=(choice("side", "fries"),)), []),
        (
            IntentItem("lunch"),
            [
                ("lunch", "pizza", ("Margherita", "Pepperoni"), "pizza", 1),
                ("lunch", "drink", ("Coke", "Ice tea", "Beer"), "drink", 1),
            ],
        ),
        (
            IntentItem("lunch", parts=(SMALL_PIZZA, IntentItem("tea", slot="drink"))),
            [("tea", "size", ("small", "large"), "drink", 1)],
        ),
        (IntentItem("lunch", parts=(SMALL_PIZZA, COKE)), []),
        (IntentItem("lunch", parts=(IntentItem("margherita", slot="pizza"), COKE)), []),
        (IntentItem("beer"), [("beer", "age", (), None, 1)]),
        (
            IntentItem("lunch", parts=(SMALL_PIZZA, IntentItem("beer", slot="drink"))),
            [("beer", "age", (), None, 1)],
        ),
        (IntentItem("margherita", action="remove"), []),
        (IntentItem("left-the-menu"), []),
    ],
)
def test_what_is_missing(item: IntentItem, missing: list[tuple[object, ...]]) -> None:
    found = validate(item)
    gaps = [(gap.item_id, gap.what, gap.choices, gap.slot, gap.count) for gap in found.missing]
    assert (gaps, found.faults) == (missing, ())
    assert found.ok is not bool(missing)


def test_several_choices_may_be_lacking() -> None:
    menu = with_group(OSTERIA, "side", min=2, max=3)
    one = IntentItem("chicken", modifiers=(choice("side", "fries"),))
    assert [gap.count for gap in validate(IntentItem("chicken"), one, menu=menu).missing] == [2, 1]


def test_the_age_is_asked_for_once_and_for_the_highest() -> None:
    both = (IntentItem("cider"), IntentItem("beer"))
    assert [(gap.item_id, gap.what) for gap in validate(*both).missing] == [("beer", "age")]
    assert validate(*both, age_confirmed=18).missing != ()
    assert validate(*both, age_confirmed=21).ok


@pytest.mark.parametrize(
    ("item", "kind", "text", "what", "most", "choices"),
    [
        (IntentItem("coke", 7), "too_many", "at most 6 of Coke", "", 6, ()),
        (IntentItem("coke", 0), "too_many", "at most 6 of Coke", "", 6, ()),
        (
            IntentItem("calzone", options={"size": "small"}),
            "no_such_size", "no such size of Calzone", "small", 0, ("large",),
        ),
        (IntentItem("coke", options=LARGE), "no_such_size", "no such size of Coke", "", 0, ()),
        (
            IntentItem("tea", options={"size": "small", "ice": "none"}),
            "no_such_size", "no such size of Ice tea", "small", 0, ("large",),
        ),
        (
            IntentItem("tea", options={"ice": "hot"}),
            "no_such_size", "no such size of Ice tea", "", 0, ("iced", "room warm"),
        ),
        (
            IntentItem("tea", options={"size": "huge", "ice": "none"}),
            "no_such_size", "no such size of Ice tea", "", 0, ("large",),
        ),
        (
            IntentItem("margherita", options=LARGE, half_item_id="marinara"),
            "no_half_item", "no half Marinara with Margherita", "Marinara", 0, ("Pepperoni", "Calzone"),
        ),
        (
            IntentItem("margherita", options=LARGE, half_item_id="gone"),
            "no_half_item", "no half gone with Margherita", "gone", 0, ("Pepperoni", "Calzone"),
        ),
        (
            IntentItem("margherita", options={"size": "small"}, half_item_id="calzone"),
            "no_such_size", "no such size of Calzone", "small", 0, ("large",),
        ),
        (
            IntentItem("chicken", modifiers=(choice("side", "fries"), choice("side", "salad"),
                                             choice("dressing", "ranch"))),
            "too_many_choices", "at most 1 side on Chicken plate", "side", 1, ("fries", "a salad"),
        ),
        (
            IntentItem("burger", modifiers=(choice("garnish", "onion", count=3),)),
            "too_many_choices", "at most 4 garnish on Burger", "garnish", 4, (),
        ),
        (
            IntentItem("margherita", options=LARGE, modifiers=(choice("toppings", "basil", count=3),)),
            "too_many_of_one", "at most 2 of basil on Margherita", "basil", 2, (),
        ),
        (
            IntentItem("coke", modifiers=(choice("garnish", "onion"),)),
            "not_for_item", "no onions on Coke", "onions", 0, (),
        ),
        (
            IntentItem("chicken", modifiers=(choice("side", "fries"), choice("dressing", "ranch"))),
            "not_for_item", "no ranch on Chicken plate", "ranch", 0, (),
        ),
        (IntentItem("coke", modifiers=(choice("x", "y"),)), "not_for_item", "no y on Coke", "y", 0, ()),
        (
            IntentItem("chicken", modifiers=(choice("side", "salad"), choice("dressing", "ranch"),
                                             choice("side", "fries", negated=True))),
            "not_negatable", "fries stays on Chicken plate", "fries", 0, ("a salad",),
        ),
        (
            IntentItem("burger", modifiers=(choice("garnish", "onion", placement="left"),)),
            "no_halves", "onions on the whole Burger only", "onions", 0, (),
        ),
        (
            IntentItem("margherita", options=LARGE, modifiers=(choice("toppings", "basil", instead_of="cheese"),)),
            "not_swappable", "no basil instead of extra cheese on Margherita", "basil", 0, ("extra cheese",),
        ),
        (
            IntentItem("burger", modifiers=(choice("garnish", "onion", instead_of="swiss"),)),
            "not_swappable", "no onions instead of swiss cheese on Burger", "onions", 0, ("swiss cheese",),
        ),
        (
            IntentItem("lunch", parts=(SMALL_PIZZA, COKE, IntentItem("coke", slot="dessert"))),
            "not_in_slot", "no Coke in Lunch combo", "Coke", 0, (),
        ),
        (
            IntentItem("lunch", parts=(SMALL_PIZZA, COKE, IntentItem("cider", slot="drink"))),
            "not_in_slot", "no Cider in Lunch combo", "Cider", 0, ("Coke", "Ice tea", "Beer"),
        ),
        (
            IntentItem("lunch", parts=(SMALL_PIZZA, COKE, IntentItem("gone", slot="drink"))),
            "not_in_slot", "no gone in Lunch combo", "gone", 0, ("Coke", "Ice tea", "Beer"),
        ),
        (
            IntentItem("lunch", parts=(IntentItem("margherita", options=LARGE, slot="pizza"), COKE)),
            "no_such_size", "no such size of Margherita", "large", 0, ("small",),
        ),
        (
            IntentItem("lunch", parts=(replace(SMALL_PIZZA, modifiers=(choice("garnish", "onion"),)), COKE)),
            "not_for_item", "no onions on Margherita", "onions", 0, (),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_had(
    item: IntentItem, kind: str, text: str, what: str, most: int, choices: tuple[str, ...]
) -> None:
    found = validate(item)
    (fault,) = found.faults
    assert (fault.kind, fault.text, fault.what, fault.most, fault.choices, fault.at) == (
        kind,
        text,
        what,
        most,
        choices,
        0,
    )
    assert found.problems == (text,)
    assert not found.ok


@pytest.mark.parametrize("qualifier", ["extra", "light", "side"])
def test_not_everything_can_be_had_otherwise(qualifier: str) -> None:
    menu = with_group(OSTERIA, "garnish", qualifiable=False)
    burger = IntentItem("burger", modifiers=(choice("garnish", "onion", qualifier=qualifier),))
    assert validate(burger).ok
    (fault,) = validate(burger, menu=menu).faults
    assert (fault.kind, fault.what) == ("not_qualifiable", "onions")


@pytest.mark.parametrize(
    "item",
    [
        IntentItem("burger", modifiers=(choice("garnish", "swiss", instead_of="cheddar"),)),
        IntentItem("burger", modifiers=(choice("garnish", "lettuce", negated=True),)),
        IntentItem("margherita", options=LARGE, half_item_id="pepperoni"),
        IntentItem(
            "margherita", options=LARGE, modifiers=(choice("toppings", "basil", count=2, placement="left"),
            choice("toppings", "mushroom", count=2), choice("toppings", "cheese", count=2, placement="right")),
        ),
        IntentItem("calzone", options=LARGE, half_item_id="pepperoni", modifiers=(choice("toppings", "basil"),)),
    ],
)  # fmt: skip
def test_what_can_be_had(item: IntentItem) -> None:
    assert validate(item).ok


def test_each_item_is_found_at_its_place() -> None:
    found = validate(IntentItem("coke", action="remove"), IntentItem("coke"), IntentItem("coke", 9))
    assert [fault.at for fault in found.faults] == [2]


def test_another_line_of_the_order_is_validated_as_it_shall_be() -> None:
    change = IntentItem("margherita", action="change", target_line="L7", options=LARGE)
    assert validate(change).ok


def test_what_is_not_on_the_menu_comes_with_what_is_near() -> None:
    doubt = Ambiguity("pizza", ("margherita", "pepperoni"))
    intent = said(unknown=("chicken wrap", "zorb"), ambiguous=(doubt,))
    found = validate_order(intent, OSTERIA)
    assert (found.unknown, found.ambiguous, found.ok) == (("chicken wrap", "zorb"), (doubt,), False)
    assert found.nearest == {"chicken wrap": ("chicken",)}


def test_a_heading_named_beside_it_says_what_is_near() -> None:
    intent = said(unknown=("hawaii",), subjects=(Subject("category", "pizza"), Subject("group", "side")))
    assert validate_order(intent, OSTERIA).nearest == {"hawaii": ("margherita", "pepperoni", "calzone")}
    near = validate_order(intent, OSTERIA, offer("12:00", "pepperoni")).nearest
    assert near == {"hawaii": ("margherita", "calzone", "marinara")}


def test_a_group_and_a_size_may_share_a_name() -> None:
    menu = with_group(OSTERIA, "side", id="ice")
    menu = with_item(menu, "tea", modifier_groups=("ice",))
    gaps = validate(IntentItem("tea", options=LARGE), menu=menu).missing
    assert [gap.choices for gap in gaps] == [("iced", "room warm"), ("fries", "a salad")]


def test_as_many_as_the_cap_can_be_had_and_not_one_more() -> None:
    assert validate(IntentItem("coke", 6)).faults == ()
    (fault,) = validate(IntentItem("coke", 7)).faults
    assert (fault.kind, fault.item_id, fault.most) == ("too_many", "coke", 6)
    (none,) = validate(IntentItem("coke", 0)).faults
    assert none.kind == "too_many"
