from datetime import datetime

import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Fulfilment, Line, Modifier, Order, open_order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Language
from gateway.orders.wording.read_back import read_back_text
from tests.orders.osteria import LUNCH, OSTERIA, ZONE, at, chose, combo, halved, ordered, part


def of(menu: Menu, *lines: Line, **fields: object) -> Order:
    return open_order("o", "r", menu_digest=menu.digest).model_copy(update={"lines": lines, **fields})


def text(order: Order, menu: Menu, language: Language = "en") -> str:
    said = read_back_text(order, menu, totals(order, menu), language, local_now=LUNCH.astimezone(ZONE))
    assert said.total in said.text
    return said.text


GARLIC = Modifier(group="sauce", option="garlic")
WINGS = Line(id="L3", item_id="wings", variation_id="12", modifiers=(GARLIC,))
LARGE = Line(id="L1", item_id="margherita", variation_id="large")


def test_the_read_back_of_scenario_one(menu: Menu) -> None:
    small = Line(id="L2", item_id="margherita", variation_id="small")
    order = of(menu, LARGE, small, WINGS, customer_name="Ana", fulfilment=Fulfilment(kind="pickup"))
    assert text(order, menu) == (
        "One large Margherita and one small Margherita. One 12 piece Wings with Garlic. For Ana, pickup. "
        "That comes to forty dollars and fifty-nine cents with tax. Is that right?"
    )


def test_the_total_comes_last_before_the_question(menu: Menu) -> None:
    order = of(menu, WINGS)
    said = read_back_text(order, menu, totals(order, menu), local_now=LUNCH.astimezone(ZONE))
    assert said.text.endswith(f"{said.total} Is that right?")


def test_in_spanish(menu: Menu) -> None:
    toppings = (
        Modifier(group="toppings", option="basil"),
        Modifier(group="toppings", option="mushroom", action="extra"),
    )
    order = of(
        menu,
        LARGE.model_copy(update={"quantity": 2, "modifiers": toppings}),
        customer_name="Ana",
        fulfilment=Fulfilment(kind="delivery", address="Calle Mayor 1"),
        notes="sin timbre",
    )
    assert text(order, menu, "es") == (
        "Dos Margherita de tamaño grande con basil y extra de mushrooms. "
        "Para Ana, entrega a domicilio a Calle Mayor 1. Nota: sin timbre. "
        "En total son treinta y ocho dólares con noventa y siete centavos con impuestos. ¿Está bien?"
    )


def test_the_same_thing_on_two_lines_is_counted_together(menu: Menu) -> None:
    again = LARGE.model_copy(update={"id": "L9", "quantity": 2})
    assert text(of(menu, LARGE, WINGS, again), menu).startswith("Three large Margherita. One 12 piece Wings")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"customer_name": "Ana"}, "For Ana."),
        ({"fulfilment": Fulfilment(kind="pickup")}, "For pickup."),
        ({"fulfilment": Fulfilment(kind="delivery", address="1 Main Street")}, "For delivery to 1 Main Street."),
    ],
)
def test_what_is_known_of_the_caller_is_said(menu: Menu, fields: dict[str, object], said: str) -> None:
    assert f" {said} That comes to" in text(of(menu, LARGE, **fields), menu)


def test_untaxed_is_not_called_taxed(menu: Menu) -> None:
    untaxed = menu.model_copy(update={"taxes": (menu.taxes[0].model_copy(update={"rate_millipercent": 0}),)})
    assert "That comes to fourteen dollars and fifty cents. Is" in text(of(untaxed, LARGE), untaxed)


def test_lines_of_one_item_are_told_in_one_sentence(menu: Menu) -> None:
    small = Line(id="L2", item_id="margherita", variation_id="small")
    basil = small.model_copy(update={"id": "L4", "modifiers": (Modifier(group="toppings", option="basil"),)})
    assert text(of(menu, small, WINGS, LARGE, basil), menu).startswith(
        "One small Margherita, one large Margherita, and one small Margherita with basil. One 12 piece Wings with"
    )
    for change in ({"notes": "well done"}, {"half_item_id": "pepperoni"}):
        assert "and one small" in text(of(menu, LARGE, small.model_copy(update=change)), menu)


def test_halves_and_combos_are_read_back() -> None:
    mushrooms = chose("toppings", "mushroom", placement="left")
    order = ordered(halved("margherita", "pepperoni", "m-large", mushrooms), combo(id="L2"))
    # 16.50 and 1.50 and 11.00, and 8.25 % of it: 2.3925.
    assert text(order, OSTERIA) == (
        "One large pizza, half Margherita and half Pepperoni, mushrooms on the first half. "
        "One Lunch combo with a small Margherita and a Coke. "
        "That comes to thirty-one dollars and thirty-nine cents with tax. Is that right?"
    )
    assert text(ordered(combo(), combo(part("pizza", "pepperoni"), part("drink", "beer"))), OSTERIA).startswith(
        "One Lunch combo with a small Margherita and a Coke, and one Lunch combo with a Pepperoni and a Beer."
    )


@pytest.mark.parametrize(
    ("when", "english", "spanish"),
    [
        (at("19:30"), "at seven thirty in the evening", "a las siete y media de la tarde"),
        (at("12:00", "2026-11-19"), "tomorrow at noon", "mañana a mediodía"),
        # Just after midnight UTC it is still today in New York.
        (at("20:15"), "at eight fifteen in the evening", "a las ocho y cuarto de la noche"),
    ],
)
def test_a_scheduled_time_is_said_in_the_restaurants_own(when: datetime, english: str, spanish: str) -> None:
    coke = Line(id="L1", item_id="coke", variation_id="can")
    order = ordered(coke, customer_name="Ana", fulfilment=Fulfilment(kind="pickup", at=when))
    assert text(order, OSTERIA).startswith(f"One Coke. For Ana, pickup {english}. That comes to")
    assert text(order, OSTERIA, "es").startswith(f"Un Coke. Para Ana, recoger {spanish}. En total")
    brought = order.model_copy(update={"fulfilment": Fulfilment(kind="delivery", address="1 Main Street", at=when)})
    assert f"For Ana, delivery to 1 Main Street {english}." in text(brought, OSTERIA)


def test_allergies_and_ages_are_said_before_the_total() -> None:
    beer = Line(id="L1", item_id="beer", variation_id="pint")
    order = ordered(beer, allergies=("milk",), notes="ring twice")
    assert text(order, OSTERIA) == (
        "One Beer. Note: ring twice. Allergy: milk. I do not know what is in the Beer. "
        "We cannot promise that any dish is free of an allergen. "
        "Please have an ID ready: the Beer is for people aged 21 or over. "
        "That comes to seven dollars and fifteen cents with tax. Is that right?"
    )
