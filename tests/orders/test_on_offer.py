from datetime import datetime

import pytest

from gateway.orders.menu import Category, Item, Menu
from gateway.orders.on_offer import NotNow, OnOffer
from gateway.orders.order import Fulfilment, Line, Part
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.outcome import ToolContext
from tests.orders.osteria import HOUSE, LUNCH, OSTERIA, at, chose, combo, group_of, halved, part, with_group, with_item


def offer(
    *sold_out: str,
    now: datetime = LUNCH,
    until: datetime | None = None,
    menu: Menu = OSTERIA,
    fulfilment: Fulfilment | None = None,
) -> OnOffer:
    entries = tuple(SoldOutEntry(ref, until) for ref in sold_out)
    return OnOffer(menu, HOUSE, ToolContext(now, sold_out=SoldOut(entries)), fulfilment)


def said(on_offer: OnOffer, item_id: str, menu: Menu = OSTERIA) -> tuple[str, str] | None:
    not_now = on_offer.item(item(item_id, menu))
    return None if not_now is None else (not_now.reason, not_now.say)


def item(item_id: str, menu: Menu = OSTERIA) -> Item:
    found = menu.item(item_id)
    assert found is not None
    return found


def test_what_nothing_limits_can_be_had() -> None:
    assert said(offer(), "margherita") is None
    assert said(offer(), "lunch") is None


@pytest.mark.parametrize(("clock", "there"), [("10:59", False), ("11:00", True), ("14:59", True), ("15:00", False)])
def test_a_daypart_holds_in_the_restaurants_own_time(clock: str, there: bool) -> None:
    told = said(offer(now=at(clock)), "lunch")
    assert told == (None if there else ("daypart", "The Lunch combo is for lunch only, 11:00 to 15:00."))


def test_what_is_scheduled_is_judged_at_its_time() -> None:
    dinner = Fulfilment(kind="pickup", at=at("19:00"))
    assert said(offer(fulfilment=dinner), "lunch") is not None
    tomorrow = Fulfilment(kind="pickup", at=at("12:00", "2026-11-19"))
    assert said(offer(now=at("19:00"), fulfilment=tomorrow), "lunch") is None
    # An 86 that ends before then does not count.
    assert said(offer("coke", until=at("18:00"), fulfilment=dinner), "coke") is None
    assert said(offer("coke", until=at("18:00")), "coke") == ("sold_out", "We are out of Coke until 18:00.")
    assert said(offer("coke", until=at("20:00"), fulfilment=dinner), "coke") is not None


def test_the_reasons_in_words() -> None:
    assert said(offer(), "roast") == ("weekday", "The Sunday roast is for Sunday only.")
    assert said(offer(), "stollen") == ("date", "The Stollen is sold from December 1 until December 24 only.")
    assert said(offer(now=at("13:00", "2026-12-02")), "stollen") is None
    assert said(offer("tiramisu"), "tiramisu") == ("sold_out", "We are out of tee-ra-mee-soo.")
    back = offer("coke", until=at("12:00", "2026-11-19"))
    assert said(back, "coke") == ("sold_out", "We are out of Coke until November 19 at 12:00.")


def test_a_category_limits_its_items() -> None:
    delivery = Fulfilment(kind="delivery", address="1 Main Street")
    assert said(offer(fulfilment=delivery), "beer") == ("fulfilment", "The Beer is for pickup only.")
    assert said(offer(fulfilment=Fulfilment(kind="pickup")), "beer") is None
    assert said(offer(), "beer") is None


# 2026-11-20 is a Friday.
@pytest.mark.parametrize(
    ("rule", "day", "say"),
    [
        ({"days": ["mon", "tue", "wed", "thu", "sat"]}, 20, "is for Monday to Thursday and Saturday only."),
        ({"days": ["sun", "mon", "tue", "fri", "sat"]}, 19, "is for Monday, Tuesday and Friday to Sunday only."),
        ({"days": ["sat", "mon"]}, 20, "is for Monday and Saturday only."),
        ({"since": "2026-12-31"}, 20, "is sold from December 31 only."),
        ({"until": "2026-11-02"}, 20, "is sold until November 2 only."),
        ({"dayparts": ["brunch"]}, 21, "is for brunch only, 10:00 to 14:00, Saturday and Sunday."),
        ({"dayparts": ["brunch", "night"]}, 21, "is for brunch only, 10:00 to 14:00, Saturday and Sunday."),
        ({"dayparts": ["late", "lunch"]}, 20, "is for lunch and late only, 11:00 to 15:00 and 23:00 to 02:00."),
        ({"dayparts": ["night"]}, 20, "cannot be had now."),
    ],
)  # fmt: skip
def test_a_rule_in_words(rule: dict[str, object], day: int, say: str) -> None:
    tables = item("coke").model_dump(mode="json") | {"availability": rule}
    limited = with_item(OSTERIA, "coke", availability=Item.model_validate(tables).availability)
    told = said(offer(menu=limited, now=at("19:00", f"2026-11-{day}")), "coke", limited)
    assert told is not None
    assert told[1] == f"The Coke {say}"


def test_an_item_of_no_known_category_has_the_rules_it_has() -> None:
    loose = OSTERIA.model_copy(update={"categories": (Category(id="x", name="X"),)})
    assert said(offer(menu=loose), "coke", loose) is None


def test_a_combo_can_be_had_while_something_is_left_for_each_slot() -> None:
    assert said(offer("coke", "tea"), "lunch") is None
    told = said(offer("coke", "tea", "beer"), "lunch")
    assert told == ("sold_out", "The Lunch combo cannot be had now: there is no drink left for it.")
    drink = item("lunch").slots[1]
    assert [left.id for left in offer("coke").left_for(drink)] == ["tea", "beer"]
    delivered = offer(fulfilment=Fulfilment(kind="delivery"))
    assert [left.id for left in delivered.left_for(drink)] == ["coke", "tea"]


def test_a_combo_within_a_combo_is_taken_as_it_is() -> None:
    slot = item("lunch").slots[0]
    inner = slot.model_copy(update={"choices": (slot.choices[0].model_copy(update={"item": "lunch"}),)})
    menu = with_item(OSTERIA, "lunch", slots=(inner,))
    assert said(offer(menu=menu), "lunch", menu) is None


def test_a_required_choice_of_which_nothing_is_left_takes_the_dish_along() -> None:
    assert said(offer("side/fries"), "chicken") is None
    told = said(offer("side/fries", "side/salad"), "chicken")
    assert told == ("sold_out", "The Chicken plate cannot be had now: there is no side left for it.")
    two = with_group(OSTERIA, "side", min=2, max=2)
    assert said(offer("side/fries", menu=two), "chicken", two) is not None
    double = with_group(OSTERIA, "side", min=2, max=2, max_per_option=2)
    assert said(offer("side/fries", menu=double), "chicken", double) is None


def test_a_choice_can_run_out() -> None:
    side = group_of("side")
    sold = offer("side/salad", until=at("17:30"))
    assert sold.option(side, side.options[1]) == NotNow("sold_out", "We are out of a salad until 17:30.")
    assert sold.option(side, side.options[0]) is None
    assert [option.id for option in sold.left_in(side)] == ["fries"]


def test_alternatives_are_of_the_category_first_then_near_in_price() -> None:
    ids = [other.id for other in offer("tiramisu").alternatives(item("tiramisu"), 4)]
    # Stollen is of its category and out of season; of the others the price decides: 800, 900, 1000, 1051.
    assert ids == ["marinara", "margherita", "burger", "pepperoni"]
    december = offer("tiramisu", now=at("13:00", "2026-12-02"))
    assert [other.id for other in december.alternatives(item("tiramisu"), 2)] == ["stollen", "marinara"]
    assert len(offer().alternatives(item("tiramisu"))) == 3
    assert [other.id for other in offer("pepperoni").alternatives(item("pepperoni"), 2)] == ["margherita", "marinara"]


def test_nothing_that_asks_for_an_age_is_offered_in_place_of_what_does_not() -> None:
    for_coke = [other.id for other in offer("coke").alternatives(item("coke"), 99)]
    assert "beer" not in for_coke
    assert "coke" not in for_coke
    assert offer("beer").alternatives(item("beer"), 1) == (item("cider"),)
    assert item("beer") not in offer().alternatives(item("cider"), 99)
    unpriced = with_item(OSTERIA, "coke", variations=(item("coke").variations[0].model_copy(update={"price": None}),))
    assert offer(menu=unpriced).alternatives(item("coke", unpriced), 1) == (item("tea"),)


def shortfalls(on_offer: OnOffer, line: Line) -> list[tuple[str, list[str]]]:
    return [(short.not_now.say, [entry for entry, _ in short.instead]) for short in on_offer.shortfalls(line)]


def test_a_line_falls_short_of_its_item_and_then_of_nothing_else() -> None:
    line = Line(id="L1", item_id="tiramisu", variation_id="one")
    assert shortfalls(offer("tiramisu"), line) == [
        ("We are out of tee-ra-mee-soo.", ["marinara", "margherita", "burger"])
    ]
    assert shortfalls(offer("coke"), line) == []
    assert shortfalls(offer(now=at("16:00")), combo(part("drink", "coke")))[0][0].startswith("The Lunch combo is for")
    assert shortfalls(offer(), Line(id="L1", item_id="lasagna")) == []


def test_a_line_falls_short_of_its_other_half() -> None:
    line = halved("margherita", "pepperoni", "m-large")
    assert shortfalls(offer("pepperoni"), line) == [("We are out of Pepperoni.", ["calzone"])]
    assert shortfalls(offer("pepperoni", "calzone"), line) == [("We are out of Pepperoni.", [])]
    assert shortfalls(offer("calzone"), line) == []


def test_a_line_falls_short_of_its_parts_and_their_choices() -> None:
    mushroom = chose("toppings", "mushroom")
    line = combo(part("pizza", "margherita", "m-small", mushroom), part("drink", "coke", "can"))
    assert shortfalls(offer("coke"), line) == [("We are out of Coke.", ["tea", "beer"])]
    assert shortfalls(offer("toppings/mushroom"), line) == [
        ("We are out of mushrooms.", ["cheese", "jalapeno", "basil"])
    ]
    stray = combo(*line.parts, Part(slot="soup", item_id="tea"), Part(slot="x", item_id="lasagna"))
    assert shortfalls(offer("tea"), stray) == [("We are out of Ice tea.", [])]


def test_a_line_falls_short_of_what_it_comes_with_unless_that_is_refused() -> None:
    burger = Line(id="L1", item_id="burger", variation_id="one")
    assert shortfalls(offer("garnish/cheddar"), burger) == [("We are out of cheddar.", ["swiss", "onion"])]
    bare = burger.model_copy(update={"modifiers": (chose("garnish", "cheddar", action="no"),)})
    assert shortfalls(offer("garnish/cheddar"), bare) == []


def test_a_line_falls_short_of_a_required_choice_behind_a_choice() -> None:
    salad = Line(id="L1", item_id="chicken", variation_id="one", modifiers=(chose("side", "salad"),))
    gone = offer("dressing/ranch", "dressing/vinaigrette")
    assert shortfalls(gone, salad) == [("The Chicken plate cannot be had now: there is no dressing left for it.", [])]
    assert shortfalls(offer("dressing/ranch"), salad) == []
    assert gone.line(salad) == (gone.shortfalls(salad)[0].not_now,)


def test_the_same_reason_is_named_once() -> None:
    doubled = combo(part("drink", "coke"), part("drink", "coke"))
    assert [not_now.say for not_now in offer("coke").line(doubled)] == ["We are out of Coke."]
