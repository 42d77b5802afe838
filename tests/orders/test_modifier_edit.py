import pytest

from gateway.orders.menu import Menu
from gateway.orders.modifier_edit import MODIFIER_ARGUMENTS, read_modifiers
from gateway.orders.order import Modifier
from gateway.orders.tool_arguments import Arguments, Refusal


def read(menu: Menu, item_id: str, *records: dict[str, object]) -> tuple[Modifier, ...]:
    item = menu.item(item_id)
    assert item is not None
    return read_modifiers([Arguments(record, "a modifier", MODIFIER_ARGUMENTS) for record in records], item, menu)


def test_choices_are_found_in_the_items_own_groups(menu: Menu) -> None:
    assert read(menu, "margherita", {"option_id": "Mushroom"}, {"option_id": "basil", "action": "NO"}) == (
        Modifier(group="toppings", option="mushroom"),
        Modifier(group="toppings", option="basil", action="no"),
    )
    assert read(menu, "wings", {"option_id": "barbecue", "group_id": "Sauces", "quantity": "1"}) == (
        Modifier(group="sauce", option="bbq"),
    )


def test_a_choice_may_be_had_twice_where_the_group_allows_it(menu: Menu) -> None:
    assert read(menu, "margherita", {"option_id": "basil", "quantity": 2})[0].quantity == 2


@pytest.mark.parametrize(
    ("item_id", "records", "error", "told"),
    [
        ("margherita", [{}], "ORDER_PARSE_ERROR", "Every modifier needs option_id."),
        (
            "margherita",
            [{"option_id": "garlic"}],
            "MENU_ITEM_NOT_FOUND",
            (
                'Margherita cannot be had with "garlic". It has toppings: mushroom, extra_cheese, jalapeno, basil. '
                "Tell the caller."
            ),
        ),
        (
            "coke",
            [{"option_id": "lemon"}],
            "MENU_ITEM_NOT_FOUND",
            'Coke cannot be had with "lemon". It has no choices. Tell the caller.',
        ),
        (
            "wings",
            [{"option_id": "bbq", "group_id": "dips"}],
            None,
            'Wings has no modifier group "dips"; it has sauce.',
        ),
        ("coke", [{"option_id": "x", "group_id": "dips"}], None, 'Coke has no modifier group "dips"; it has none.'),
        (
            "wings",
            [{"option_id": "bbq", "action": "no"}],
            None,
            "BBQ of Wings cannot be left off; choose another of bbq, hot, garlic.",
        ),
        (
            "wings",
            [{"option_id": "hot", "action": "extra"}],
            None,
            "Hot of Wings can be added as it is, not as extra. Tell the caller.",
        ),
        (
            "wings",
            [{"option_id": "hot"}, {"option_id": "bbq"}],
            None,
            "At most 1 of sauce on Wings: ask the caller which to keep.",
        ),
        (
            "margherita",
            [{"option_id": "basil", "quantity": 0}],
            "ORDER_PARSE_ERROR",
            'A modifier\'s quantity is 1 or more; to leave it off use action "no".',
        ),
        (
            "margherita",
            [{"option_id": "basil", "quantity": 3}],
            None,
            "At most 2 of basil on Margherita. Tell the caller.",
        ),
        (
            "margherita",
            [{"option_id": "basil"}, {"option_id": "basil"}],
            None,
            "basil is there more than once: give each option once, with its quantity.",
        ),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(
    menu: Menu, item_id: str, records: list[dict[str, object]], error: str | None, told: str
) -> None:
    with pytest.raises(Refusal) as caught:
        read(menu, item_id, *records)
    assert (caught.value.error, caught.value.message) == (error, told)


def test_five_toppings_are_enough(menu: Menu) -> None:
    five = [{"option_id": "basil", "quantity": 2}, {"option_id": "mushroom", "quantity": 2}, {"option_id": "jalapeno"}]
    assert len(read(menu, "margherita", *five)) == 3
    with pytest.raises(Refusal, match="At most 5 of toppings on Margherita"):
        read(menu, "margherita", *five, {"option_id": "extra_cheese"})


def test_a_choice_of_two_groups_needs_its_group(bowls: Menu) -> None:
    group = bowls.group("vegetables")
    assert group is not None
    twin = group.model_copy(update={"id": "more-vegetables"})
    item = bowls.items[2].model_copy(update={"modifier_groups": ("vegetables", "more-vegetables")})
    doubled = bowls.model_copy(update={"modifier_groups": (group, twin), "items": (item,)})
    with pytest.raises(Refusal) as caught:
        read(doubled, item.id, {"option_id": "carrot"})
    assert caught.value.message == (
        '"carrot" on House Noodles can mean carrot of group vegetables, carrot of group more-vegetables: '
        "give option_id and group_id."
    )
    assert read(doubled, item.id, {"option_id": "carrot", "group_id": "vegetables"})[0].group == "vegetables"
