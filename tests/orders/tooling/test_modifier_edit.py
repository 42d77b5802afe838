import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Modifier
from gateway.orders.tooling.arguments import Arguments, Refusal
from gateway.orders.tooling.modifier_edit import MODIFIER_ARGUMENTS, ModifierReader, Said, read_said
from tests.orders.tool_menu import DINER


def read(
    menu: Menu,
    item_id: str,
    *records: dict[str, object] | str,
    beside: tuple[Modifier, ...] = (),
    split: bool = False,
) -> tuple[Modifier, ...]:
    item = menu.item(item_id)
    assert item is not None
    whole = [{"option_id": record} if isinstance(record, str) else record for record in records]
    said = [read_said(Arguments(record, "a modifier", MODIFIER_ARGUMENTS)) for record in whole]
    return ModifierReader(menu).read(said, item, beside=beside, split=split)


def told(menu: Menu, item_id: str, *records: dict[str, object] | str, split: bool = False) -> str:
    with pytest.raises(Refusal) as caught:
        read(menu, item_id, *records, split=split)
    return caught.value.message


def topping(option: str, **more: object) -> Modifier:
    return Modifier.model_validate({"group": "toppings", "option": option} | more)


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
    ("item_id", "records", "error", "message"),
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
    menu: Menu, item_id: str, records: list[dict[str, object]], error: str | None, message: str
) -> None:
    with pytest.raises(Refusal) as caught:
        read(menu, item_id, *records)
    assert (caught.value.error, caught.value.message) == (error, message)


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


# --- halves ---


@pytest.mark.parametrize("written", ["left", "LEFT", "half-left", "left half", "on the left", "first half"])
def test_a_choice_lies_on_the_half_it_was_said_to_lie_on(written: str) -> None:
    assert read(DINER, "farmhouse", {"option_id": "ham", "placement": written}) == (topping("ham", placement="left"),)


def test_a_half_may_stand_where_the_action_does() -> None:
    assert read(DINER, "farmhouse", {"option_id": "ham", "action": "right"}) == (topping("ham", placement="right"),)
    assert told(DINER, "farmhouse", {"option_id": "ham", "action": "right", "placement": "left"}) == (
        'action of a modifier must be one of add, no, extra, light, side, swap; it was "right".'
    )
    assert told(DINER, "farmhouse", {"option_id": "ham", "placement": "top"}) == (
        'placement of a modifier must be one of whole, left, right; it was "top".'
    )


def test_the_same_on_both_halves_is_on_the_whole() -> None:
    both = [{"option_id": "ham", "placement": "left"}, "olives", {"option_id": "ham", "placement": "right"}]
    assert read(DINER, "farmhouse", *both) == (topping("ham"), topping("olives"))
    other = [{"option_id": "ham", "placement": "left", "action": "extra"}, {"option_id": "ham", "placement": "right"}]
    assert [modifier.placement for modifier in read(DINER, "farmhouse", *other)] == ["left", "right"]


def test_half_is_one_half_unless_the_halves_are_told_apart() -> None:
    half = {"option_id": "ham", "placement": "half"}
    assert read(DINER, "farmhouse", half, "olives") == (topping("ham", placement="left"), topping("olives"))
    which = "Which half of the Farmhouse? Give placement left or right for each choice."
    assert told(DINER, "farmhouse", half, {"option_id": "olives", "placement": "right"}) == which
    assert told(DINER, "farmhouse", half, split=True) == which


def test_what_has_no_halves_is_not_put_on_one() -> None:
    assert told(DINER, "farmhouse", {"option_id": "thick", "placement": "left"}) == (
        "thick crust on Farmhouse cannot be had on one half only. Tell the caller."
    )


def test_each_half_is_counted_for_itself() -> None:
    def half(option: str, side: str, quantity: int = 1) -> dict[str, object]:
        return {"option_id": option, "placement": side, "quantity": quantity}

    full = [half("ham", "left", 2), half("olives", "left"), half("anchovies", "right", 2), half("olives", "right")]
    assert len(read(DINER, "farmhouse", *full)) == 3
    message = "At most 4 of toppings on Farmhouse: ask the caller which to keep."
    assert told(DINER, "farmhouse", *full, half("extra_olives", "right")) == message
    assert told(DINER, "farmhouse", "ham", half("ham", "left")).startswith("ham is there more than once:")


# --- swaps ---


def test_a_swap_takes_the_place_of_what_the_dish_comes_with() -> None:
    swapped = topping("anchovies", action="swap", instead_of="mozzarella")
    assert read(DINER, "farmhouse", {"option_id": "anchovies", "action": "swap", "instead_of": "Mozzarella"}) == (
        swapped,
    )
    assert read(DINER, "farmhouse", {"option_id": "anchovies", "instead_of": "mozzarella"}) == (swapped,)
    assert read(DINER, "farmhouse", {"option_id": "anchovies", "action": "replace"}) == (swapped,)


def test_what_a_swap_says_already_is_not_said_twice() -> None:
    swap = {"option_id": "anchovies", "action": "swap"}
    assert read(DINER, "farmhouse", swap, "no mozzarella") == (
        topping("anchovies", action="swap", instead_of="mozzarella"),
    )
    twice = told(DINER, "farmhouse", swap, {"option_id": "ham", "action": "swap"})
    assert twice == "mozzarella is there more than once: give each option once, with its quantity."
    assert told(DINER, "farmhouse", swap, {"option_id": "mozzarella", "action": "extra"}) == twice


def test_in_a_group_of_one_choice_a_swap_is_a_choice() -> None:
    assert read(DINER, "calzone", {"option_id": "thick", "action": "swap", "instead_of": "thin"}) == (
        Modifier(group="crust", option="thick"),
    )


@pytest.mark.parametrize(
    ("item_id", "record", "message"),
    [
        (
            "farmhouse",
            {"option_id": "ham", "action": "swap", "instead_of": "olives"},
            (
                'On Farmhouse ham can take the place of mozzarella, not of "olives". Give that as instead_of, or use '
                "action add."
            ),
        ),
        (
            "farmhouse",
            {"option_id": "mozzarella", "action": "swap"},
            "Farmhouse comes with mozzarella already: there is nothing to swap it for. Ask the caller.",
        ),
        (
            "farmhouse",
            {"option_id": "ham", "action": "swap", "quantity": 2},
            "A swap is one portion for one: leave its quantity out. Tell the caller.",
        ),
        (
            "farmhouse",
            {"option_id": "ham", "action": "extra", "instead_of": "mozzarella"},
            'instead_of goes with action "swap" alone.',
        ),
        (
            "cheeseburger",
            {"option_id": "bacon", "action": "swap", "instead_of": "onion"},
            (
                "On Cheeseburger nothing is swapped in toppings: bacon can be added at its price, and what is not "
                "wanted left off. Ask the caller whether they want that."
            ),
        ),
    ],
)
def test_a_swap_that_cannot_be_made_is_refused_with_what_can(
    item_id: str, record: dict[str, object], message: str
) -> None:
    assert told(DINER, item_id, record) == message


def test_a_group_that_the_dish_comes_without_has_nothing_to_swap() -> None:
    groups = tuple(
        group.model_copy(update={"swappable": True}) if group.id == "packets" else group
        for group in DINER.modifier_groups
    )
    menu = DINER.model_copy(update={"modifier_groups": groups})
    assert told(menu, "burger-meal", {"option_id": "mayo", "action": "swap"}) == (
        "On Burger Meal mayo can take the place of nothing. Give that as instead_of, or use action add."
    )


# --- names that something sticks to ---


@pytest.mark.parametrize(
    ("written", "action", "option"),
    [
        ("no onions", "no", "onion"),
        ("hold the pickles", "no", "pickle"),
        ("extra bacon", "extra", "bacon"),
        ("bacon on the side", "side", "bacon"),
    ],
)
def test_a_qualifier_may_stick_to_a_name(written: str, action: str, option: str) -> None:
    (modifier,) = read(DINER, "cheeseburger", written)
    assert (modifier.option, modifier.action) == (option, action)


def test_the_menus_own_names_come_first() -> None:
    assert read(DINER, "farmhouse", "extra olives") == (topping("extra_olives"),)


def test_what_contradicts_itself_is_not_guessed_at() -> None:
    assert told(DINER, "cheeseburger", {"option_id": "no onions", "action": "extra"}).startswith("Cheeseburger cannot")


# --- groups that open ---


def test_a_choice_opens_its_own_choices_in_whatever_order_they_come() -> None:
    ranch, salad = Modifier(group="dressing", option="ranch"), Modifier(group="side", option="salad")
    assert read(DINER, "steak", "ranch", "salad") == (ranch, salad)
    assert read(DINER, "steak", "salad", {"option_id": "ranch", "group_id": "dressing"}) == (salad, ranch)


def test_what_a_default_opens_is_open() -> None:
    assert read(DINER, "steak", "herb butter") == (Modifier(group="butter", option="herb"),)


def test_a_choice_of_a_closed_group_is_refused_with_what_opens_it() -> None:
    message = '"ranch" on Steak goes with salad only. Ask the caller whether they want that; then give salad too.'
    assert told(DINER, "steak", "ranch", "chips") == message
    assert told(DINER, "steak", {"option_id": "ranch", "group_id": "dressing"}) == message


def test_a_choice_whose_group_another_one_closes_is_refused() -> None:
    assert told(DINER, "steak", "herb", {"option_id": "rare", "action": "swap"}) == (
        "Steak cannot be had with herb then. Ask the caller which to keep."
    )


def test_a_choice_beside_others_takes_the_place_of_its_like() -> None:
    before = (
        Modifier(group="side", option="salad"),
        Modifier(group="dressing", option="ranch"),
        Modifier(group="cooking", option="rare"),
    )
    assert read(DINER, "steak", "chips", beside=before) == (before[2], Modifier(group="side", option="chips"))
    assert read(DINER, "steak", "vinaigrette", beside=before) == (
        before[0],
        before[2],
        Modifier(group="dressing", option="vinaigrette"),
    )
    off = (topping("mozzarella", action="no"), topping("olives"))
    swap = {"option_id": "ham", "action": "swap"}
    assert [m.option for m in read(DINER, "farmhouse", swap, beside=off)] == ["olives", "ham"]
    swapped = (topping("ham", action="swap", instead_of="mozzarella"),)
    assert read(DINER, "farmhouse", "extra mozzarella", beside=swapped) == (topping("mozzarella", action="extra"),)
    light = {"option_id": "rare", "action": "light"}
    assert read(DINER, "steak", light, beside=before)[-1].action == "light"


def test_a_reader_knows_what_an_item_can_have_now_or_later() -> None:
    reader = ModifierReader(DINER)
    steak, cola = DINER.item("steak"), DINER.item("cola")
    assert steak is not None
    assert cola is not None
    assert reader.knows(Said("vinaigrette"), steak)
    assert not reader.knows(Said("vinaigrette"), cola)
    assert not reader.knows(Said("vinaigrette", group_id="side"), steak)


def test_a_choice_that_is_not_there_is_refused_with_those_like_it() -> None:
    assert told(DINER, "calzone", "truffle") == (
        'Calzone cannot be had with "truffle". It has crust: thin, thick. Tell the caller.'
    )
    assert "Close to it: mozzarella; ask. It has" in told(DINER, "farmhouse", "mozarela")


def test_groups_that_open_each_other_come_to_an_end() -> None:
    looped = tuple(
        group.model_copy(
            update={"options": tuple(o.model_copy(update={"modifier_groups": ("side",)}) for o in group.options)}
        )
        if group.id == "dressing"
        else group
        for group in DINER.modifier_groups
    )
    menu = DINER.model_copy(update={"modifier_groups": looped})
    assert len(read(menu, "steak", "salad", "ranch")) == 2
