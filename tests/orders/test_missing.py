from gateway.orders.menu import Menu
from gateway.orders.missing import chosen, missing, missing_from_customer, missing_from_lines, required_age
from gateway.orders.on_offer import OnOffer
from gateway.orders.order import Fulfilment, Line, Modifier, Order, open_order
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.outcome import ToolContext
from tests.orders.osteria import (
    HOUSE,
    LUNCH,
    OSTERIA,
    chose,
    combo,
    group_of,
    halved,
    ordered,
    part,
    with_group,
    without,
)


def of(menu: Menu, *lines: Line) -> Order:
    return open_order("o", "r", menu_digest=menu.digest).model_copy(update={"lines": lines})


def test_size_and_sauce_of_the_wings_are_asked_then_whose_order_it_is(menu: Menu) -> None:
    gaps = missing(of(menu, Line(id="L1", item_id="wings")), menu)
    assert [(gap.line_id, gap.what, gap.choices) for gap in gaps] == [
        ("L1", "pieces", ("6", "12")),
        ("L1", "sauce", ("bbq", "hot", "garlic")),
        (None, "name", ()),
        (None, "fulfilment", ("pickup", "delivery")),
    ]
    assert [gap.say for gap in gaps] == [
        "Which size for the Wings: 6 piece or 12 piece?",
        "Which sauce for the Wings: BBQ, Hot or Garlic?",
        "What name is the order for?",
        "Is it for pickup or delivery?",
    ]


def test_the_same_in_spanish(menu: Menu) -> None:
    gaps = missing(of(menu, Line(id="L1", item_id="wings", variation_id="6")), menu, ("pickup",), "es")
    assert [gap.say for gap in gaps] == [
        "¿Qué sauce para Wings: BBQ, Hot o Garlic?",
        "¿A nombre de quién es el pedido?",
        "¿Es para recoger?",
    ]


def test_a_complete_order_lacks_nothing(menu: Menu) -> None:
    sauce = (Modifier(group="sauce", option="hot"),)
    order = of(menu, Line(id="L1", item_id="wings", variation_id="6", modifiers=sauce))
    assert missing_from_lines(order, menu) == ()
    done = order.model_copy(update={"customer_name": "Ana", "fulfilment": Fulfilment(kind="pickup")})
    assert missing(done, menu) == ()


def test_a_delivery_needs_an_address(menu: Menu) -> None:
    named = of(menu).model_copy(update={"customer_name": "Ana", "fulfilment": Fulfilment(kind="delivery")})
    assert [gap.what for gap in missing_from_customer(named)] == ["address"]
    known = named.model_copy(update={"fulfilment": Fulfilment(kind="delivery", address="1 Main Street")})
    assert missing_from_customer(known) == ()


def test_only_sizes_that_are_still_to_be_had_are_offered(bowls: Menu) -> None:
    tofu = (Modifier(group="protein", option="tofu"),)
    king = Line(id="L1", item_id="house-noodles", options={"bowl": "king"}, modifiers=tofu)
    assert [(gap.what, gap.choices) for gap in missing_from_lines(of(bowls, king), bowls)] == [
        ("noodle", ("wheat", "rice"))
    ]
    glass = king.model_copy(update={"options": {"noodle": "glass"}})
    assert missing_from_lines(of(bowls, glass), bowls) == ()


def test_a_line_that_the_menu_lost_asks_for_nothing(menu: Menu) -> None:
    assert missing_from_lines(of(menu, Line(id="L1", item_id="lasagna")), menu) == ()


def test_several_choices_are_asked_for_with_their_number(menu: Menu) -> None:
    sauces = menu.modifier_groups[1].model_copy(update={"min": 2, "max": 3})
    platter = menu.model_copy(update={"modifier_groups": (menu.modifier_groups[0], sauces)})
    line = Line(id="L1", item_id="wings", variation_id="6")
    assert missing_from_lines(of(platter, line), platter)[0].say == (
        "Please choose 2 for the Wings (sauce): BBQ, Hot or Garlic."
    )


def test_portions_of_a_group_count_what_comes_with_the_item(bowls: Menu) -> None:
    herbs, spice = bowls.group("herbs"), bowls.group("spice")
    assert herbs is not None
    assert spice is not None
    assert chosen(herbs, ()) == 3
    assert chosen(herbs, [Modifier(group="herbs", option="lime", action="no")]) == 2
    assert chosen(herbs, [Modifier(group="herbs", option="lime", action="extra")]) == 3
    assert chosen(spice, [Modifier(group="spice", option="very-spicy")]) == 1
    assert chosen(spice, [Modifier(group="herbs", option="lime")]) == 1
    assert chosen(spice, ()) == 1


def asked(order: Order, *sold_out: str) -> list[tuple[str | None, str, tuple[str, ...], str | None]]:
    context = ToolContext(LUNCH, sold_out=SoldOut(tuple(SoldOutEntry(ref) for ref in sold_out)))
    on_offer = OnOffer(OSTERIA, HOUSE, context, order.fulfilment)
    gaps = missing_from_lines(order, OSTERIA, on_offer=on_offer)
    return [(gap.line_id, gap.what, gap.choices, gap.slot) for gap in gaps]


PLATE = Line(id="L1", item_id="chicken", variation_id="one")
SALAD = chose("side", "salad")


def test_a_choice_asks_for_what_is_behind_it() -> None:
    assert asked(ordered(PLATE)) == [("L1", "side", ("fries", "salad"), None)]
    dressing = [("L1", "dressing", ("ranch", "vinaigrette"), None)]
    assert asked(ordered(PLATE.model_copy(update={"modifiers": (SALAD,)}))) == dressing
    fries = PLATE.model_copy(update={"modifiers": (chose("side", "fries"),)})
    assert asked(ordered(fries)) == []
    dressed = PLATE.model_copy(update={"modifiers": (SALAD, chose("dressing", "ranch"))})
    assert asked(ordered(dressed)) == []


def test_only_what_can_be_had_is_offered() -> None:
    assert asked(ordered(PLATE), "side/fries") == [("L1", "side", ("salad",), None)]
    # With nothing left there is nothing to ask: the last check refuses the line.
    assert asked(ordered(PLATE), "side/fries", "side/salad") == []


def test_open_slots_are_asked_for_one_by_one() -> None:
    empty = Line(id="L1", item_id="lunch", variation_id="one")
    gaps = missing_from_lines(ordered(empty), OSTERIA)
    assert [(gap.what, gap.choices, gap.slot) for gap in gaps] == [
        ("pizza", ("margherita", "pepperoni"), "pizza"),
        ("drink", ("coke", "tea", "beer"), "drink"),
    ]
    assert [gap.say for gap in gaps] == [
        "Which pizza for the Lunch combo: Margherita or Pepperoni?",
        "Which drink for the Lunch combo: Coke, Ice tea or Beer?",
    ]
    spanish = missing_from_lines(ordered(empty), OSTERIA, "es")
    assert spanish[1].say == "¿Qué drink para Lunch combo: Coke, Ice tea o Beer?"
    assert asked(ordered(empty), "coke", "margherita") == [
        ("L1", "pizza", ("pepperoni",), "pizza"),
        ("L1", "drink", ("tea", "beer"), "drink"),
    ]
    assert asked(ordered(empty), "coke", "tea", "beer") == [("L1", "pizza", ("margherita", "pepperoni"), "pizza")]
    lost = missing_from_lines(ordered(empty), without(OSTERIA, "tea"))
    assert lost[1].choices == ("coke", "beer")


def test_what_fills_a_slot_is_asked_for_its_size_and_its_choices() -> None:
    pizza = part("pizza", "margherita", "m-small")
    assert asked(ordered(combo(pizza, part("drink", "coke")))) == []
    # Of the three teas this slot takes two, both of them iced.
    tea = combo(pizza, part("drink", "tea"))
    assert asked(ordered(tea)) == [("L1", "size", ("small", "large"), "drink")]
    assert missing_from_lines(ordered(tea), OSTERIA)[0].say == "Which size for the Ice tea: small or large?"
    settled = combo(pizza, part("drink", "tea", options={"size": "large"}))
    assert asked(ordered(settled)) == []
    warm = combo(pizza, part("drink", "tea", "t-warm"))
    assert asked(ordered(warm)) == [("L1", "size", ("small", "large"), "drink")]
    stray = combo(pizza, part("drink", "calzone"))
    assert asked(ordered(stray)) == [("L1", "drink", ("coke", "tea", "beer"), "drink")]
    spiced = with_group(OSTERIA, "toppings", min=1)
    gaps = missing_from_lines(ordered(combo(pizza, part("drink", "coke"))), spiced)
    assert [(gap.what, gap.slot) for gap in gaps] == [("toppings", "pizza")]
    assert missing_from_lines(ordered(combo(pizza, part("drink", "tea"))), without(OSTERIA, "tea")) == ()


def test_both_halves_need_what_a_group_demands() -> None:
    spiced = with_group(OSTERIA, "toppings", min=1)
    one_half = halved("margherita", "pepperoni", "m-small", chose("toppings", "basil", placement="left"))
    assert [gap.what for gap in missing_from_lines(ordered(one_half), spiced)] == ["toppings"]
    both = (*one_half.modifiers, chose("toppings", "mushroom", placement="right"))
    assert missing_from_lines(ordered(one_half.model_copy(update={"modifiers": both})), spiced) == ()


def test_a_group_is_as_full_as_its_fuller_half() -> None:
    toppings = group_of("toppings")
    left = [chose("toppings", "basil", placement="left"), chose("toppings", "cheese", placement="left", quantity=2)]
    right = [chose("toppings", "mushroom", placement="right")]
    assert chosen(toppings, left + right) == 3
    assert chosen(toppings, [*left, *right, chose("toppings", "jalapeno")]) == 4
    assert chosen(group_of("toppings", halves=None), left + right) == 4


def test_a_swap_takes_the_place_of_what_it_comes_with() -> None:
    swap = chose("garnish", "swiss", action="swap", instead_of="cheddar")
    assert chosen(group_of("garnish"), [swap]) == 2
    assert chosen(group_of("garnish"), [chose("garnish", "swiss")]) == 3


BEER, CIDER = Line(id="L1", item_id="beer", variation_id="pint"), Line(id="L2", item_id="cider", variation_id="pint")


def test_what_asks_for_an_age_asks_for_it_once_and_for_the_highest() -> None:
    order = ordered(CIDER, BEER)
    assert required_age(order, OSTERIA) == 21
    assert required_age(ordered(CIDER), OSTERIA) == 18
    assert required_age(ordered(PLATE), OSTERIA) is None
    assert required_age(ordered(combo(part("drink", "beer"))), OSTERIA) == 21
    [gap] = missing_from_lines(order, OSTERIA)
    assert (gap.line_id, gap.what, gap.choices, gap.say) == (None, "age", (), "Are you 21 or older?")
    assert missing_from_lines(order, OSTERIA, "es")[0].say == "¿Tiene 21 años o más?"
    assert missing_from_lines(order.model_copy(update={"age_confirmed": 20}), OSTERIA) == (gap,)
    assert missing_from_lines(order.model_copy(update={"age_confirmed": 21}), OSTERIA) == ()


def test_the_age_is_asked_before_the_name() -> None:
    assert [gap.what for gap in missing(ordered(BEER), OSTERIA)] == ["age", "name", "fulfilment"]
