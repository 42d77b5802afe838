import pytest

from gateway.orders.caps import needs_approval, over_caps, over_caps_now
from gateway.orders.order import Line, Order
from gateway.orders.pricing import totals
from tests.orders.osteria import HOUSE, OSTERIA, chose, combo, halved, ordered, part, with_group, with_item

COKE = Line(id="L1", item_id="coke", variation_id="can")
BURGER = Line(id="L2", item_id="burger", variation_id="one")


def approval(*lines: Line, recent: tuple[int, ...] = (), **limits: int) -> str | None:
    order = ordered(*lines)
    return needs_approval(order, totals(order, OSTERIA), HOUSE.model_copy(update=limits), recent)


def test_the_cap_of_an_item_counts_over_all_its_lines() -> None:
    four, two = COKE.model_copy(update={"quantity": 4}), COKE.model_copy(update={"quantity": 2, "notes": "no ice"})
    assert over_caps(ordered(four, BURGER, two), OSTERIA) is None
    three = two.model_copy(update={"quantity": 3})
    assert over_caps(ordered(four, BURGER, three), OSTERIA) == (
        "At most 6 Coke in one order, and there are 7. Tell the caller, and offer a person."
    )
    assert over_caps(ordered(BURGER, Line(id="L3", item_id="lasagna", quantity=999)), OSTERIA) is None


def test_so_many_lines_and_no_more() -> None:
    lines = [BURGER.model_copy(update={"item_id": f"x{number}"}) for number in range(51)]
    assert over_caps(ordered(*lines[:50]), OSTERIA) is None
    assert over_caps(ordered(*lines), OSTERIA) == "An order has at most 50 lines, and this one has 51. Take some off."


def test_a_group_holds_no_more_than_it_allows() -> None:
    options = ("mushroom", "cheese", "jalapeno", "basil")
    four = [chose("toppings", option) for option in options]
    pizza = Line(id="L1", item_id="margherita", variation_id="m-small", modifiers=(*four[1:], four[0]))
    assert over_caps(ordered(pizza), with_group(OSTERIA, "toppings", max=4)) is None
    told = "L1: at most 3 of toppings on Margherita. Ask the caller which to keep."
    assert over_caps(ordered(pizza), with_group(OSTERIA, "toppings", max=3)) == told
    filled = combo(part("pizza", "margherita", "m-small", *four), part("drink", "coke"))
    assert over_caps(ordered(filled), with_group(OSTERIA, "toppings", max=3)) == told
    assert over_caps(ordered(filled), with_group(OSTERIA, "toppings", max=None)) is None
    twice = Line(id="L1", item_id="margherita", modifiers=(chose("toppings", "basil", quantity=2),))
    assert over_caps(ordered(twice), OSTERIA) is None
    thrice = Line(id="L1", item_id="margherita", modifiers=(chose("toppings", "basil", quantity=3),))
    assert over_caps(ordered(thrice), OSTERIA) == (
        "L1: at most 2 of basil on Margherita. Ask the caller whether that will do."
    )
    # What is chosen in another group is judged there.
    burger = Line(id="L1", item_id="burger", modifiers=(chose("side", "fries", quantity=9),))
    assert over_caps(ordered(burger), OSTERIA) is None


def test_a_total_above_the_limit_needs_a_person() -> None:
    # 10.00 and 8.25 % of it.
    assert approval(BURGER, approval_cents=1083) is None
    assert approval(BURGER, approval_cents=1082) == (
        "Orders above $10.82 need the approval of a person. Say so, and offer transfer_to_staff."
    )


def test_so_do_many_things() -> None:
    many = BURGER.model_copy(update={"quantity": 7})
    assert approval(many, COKE, approval_quantity=8) is None
    told = approval(many, COKE, approval_quantity=7)
    assert told is not None
    assert told.startswith("Orders of more than 7 things need the approval of a person.")


@pytest.mark.parametrize(("recent", "asked"), [((), False), ((1, 1), False), ((1, 1, 1), True), ((1,) * 4, True)])
def test_so_does_one_order_too_many_in_ten_minutes(recent: tuple[int, ...], asked: bool) -> None:
    told = approval(BURGER, recent=recent)
    assert (told is not None) is asked
    if told is not None:
        assert told.startswith(f"This number has placed {len(recent)} orders within ten minutes: the next needs the")


def test_so_do_recent_orders_that_come_to_too_much_together() -> None:
    assert approval(BURGER, recent=(917,), approval_cents=2000) is None
    assert approval(BURGER, recent=(900, 18), approval_cents=2000) == (
        "With what this number has just ordered it comes to more than $20.00, and needs the approval of a person. "
        "Say so, and offer transfer_to_staff."
    )


def test_a_cap_counts_halves_and_the_parts_of_combos_too() -> None:
    full = combo(quantity=5), COKE.model_copy(update={"id": "L3"})
    assert over_caps(ordered(*full), OSTERIA) is None
    assert over_caps(ordered(*full, COKE), OSTERIA) == (
        "At most 6 Coke in one order, and there are 7. Tell the caller, and offer a person."
    )
    two = with_item(OSTERIA, "pepperoni", max_quantity=2)
    pizza = halved("margherita", "pepperoni", "m-small")
    assert over_caps(ordered(pizza.model_copy(update={"quantity": 2})), two) is None
    assert str(over_caps(ordered(pizza.model_copy(update={"quantity": 3})), two)).startswith("At most 2 Pepperoni")


def test_what_is_too_much_may_become_less_but_not_more() -> None:
    def of(cokes: int) -> Order:
        return ordered(COKE.model_copy(update={"quantity": cokes}), BURGER)

    told = "At most 6 Coke in one order, and there are 9. Tell the caller, and offer a person."
    assert over_caps_now(of(9), of(12), OSTERIA) is None
    assert over_caps_now(of(9), of(9), OSTERIA) is None
    assert over_caps_now(of(9), of(8), OSTERIA) == told
    assert over_caps_now(of(6), of(1), OSTERIA) is None
