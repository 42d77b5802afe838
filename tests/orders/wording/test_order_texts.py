"""What a caller gets as text messages about a placed order."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.orders.order import Fulfilment, Line, Modifier
from gateway.orders.restaurant import Language
from gateway.orders.wording.order_texts import MESSAGE_LIMIT, Outcome, order_number, outcome_text, placed_text
from tests.orders.osteria import LUNCH, OSTERIA, ZONE, at, chose, ordered

NOW = LUNCH.astimezone(ZONE)
SOON = NOW + timedelta(minutes=20)


def line(item_id: str, *modifiers: Modifier, **fields: Any) -> Line:
    form = {"margherita": "m-large", "beer": "pint"}[item_id]
    return Line(id=f"L-{item_id}", item_id=item_id, variation_id=form, modifiers=modifiers).model_copy(update=fields)


def test_a_confirmation_has_the_number_the_lines_the_total_and_the_time() -> None:
    order = ordered(line("margherita", chose("toppings", "mushroom")), line("beer", quantity=2), id="order-CA00ab12")
    assert placed_text(order, OSTERIA, "Osteria", "en", SOON, NOW).splitlines() == [
        "Osteria: your order 00AB12 is placed.",
        "One large Margherita with mushrooms",
        "Two Beer",
        "Total $31.62 with tax.",
        "Ready about 1:20 PM.",
        "Reply STOP to get no more texts.",
    ]


@pytest.mark.parametrize(
    ("language", "fulfilment", "told"),
    [
        ("en", Fulfilment(kind="pickup", at=at("19:30")), "Ready 7:30 PM."),
        ("en", Fulfilment(kind="delivery", address="12 Elm"), "With you about 7:30 PM."),
        ("es", Fulfilment(kind="delivery", address="12 Elm"), "Con usted hacia 19:30."),
    ],
)
def test_the_time_is_told_as_it_was_agreed(language: Language, fulfilment: Fulfilment, told: str) -> None:
    order = ordered(line("beer"), fulfilment=fulfilment)
    text = placed_text(order, OSTERIA, "Osteria", language, at("19:30").astimezone(ZONE), NOW)
    assert told in text.splitlines()


def test_another_day_is_named() -> None:
    order = ordered(line("beer"), fulfilment=Fulfilment(kind="pickup", at=at("12:05")))
    text = placed_text(order, OSTERIA, "Osteria", "en", NOW.replace(hour=12, minute=5) + timedelta(days=2), NOW)
    assert "Ready Friday 12:05 PM." in text.splitlines()


def test_a_long_order_is_cut_at_a_line() -> None:
    lines = [line("margherita", id=f"L{n}").model_copy(update={"notes": f"note {n} " * 8}) for n in range(40)]
    text = placed_text(ordered(*lines), OSTERIA, "Osteria", "en", SOON, NOW)
    assert len(text) <= MESSAGE_LIMIT
    assert "... and more." in text.splitlines()
    assert text.endswith("Reply STOP to get no more texts.")


@pytest.mark.parametrize(
    ("outcome", "reason", "language", "told"),
    [
        ("ready", None, "en", "Osteria: your order 00AB12 is ready."),
        (
            "rejected",
            "out of dough.",
            "en",
            "Osteria: we are sorry, your order 00AB12 cannot be made (out of dough). Please call us.",
        ),
        ("cancelled", None, "es", "Osteria: su pedido 00AB12 está cancelado. Si tiene preguntas, llámenos."),
    ],
)
def test_what_became_of_an_order(outcome: Outcome, reason: str | None, language: Language, told: str) -> None:
    assert outcome_text("order-CA00ab12", outcome, reason, "Osteria", language) == told
    assert order_number("o1") == "O1"
