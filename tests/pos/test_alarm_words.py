"""What a store is told of an order that its POS does not take."""

import json

import pytest

from gateway.pos.alarm_words import MESSAGE_LIMIT, AlarmWords, alarm_text, alarm_words
from gateway.pos.order_message import OrderConfirmed
from tests.orders.osteria import OSTERIA
from tests.pos.adapters.orders import asap, everything, message_of

TOPPINGS = "mushrooms on the left half, extra jalapeños on the right half, 2 extra cheese"
INGREDIENTES = "mushrooms en la mitad izquierda, extra de jalapeños en la mitad derecha, 2 extra cheese"


def payload(message: OrderConfirmed, **changes: object) -> str:
    return json.dumps(json.loads(message.model_dump_json()) | changes)


def test_the_whole_order_is_told_and_the_allergy_comes_first() -> None:
    order = payload(message_of(everything(), OSTERIA))
    told = alarm_text(alarm_words(order, "order-1", "Osteria", "en", spoken=False))
    assert told.splitlines() == [
        "Osteria: a telephone order has not reached your order system. Please take it down.",
        "ALLERGY: PEANUTS.",
        "For Ana Lopez, telephone +15550100123, pickup, ready Wednesday 19:30.",
        f"2 in halves: Margherita, large and Pepperoni, large ({TOPPINGS}); cut in squares.",
        "1 Chicken plate (dill, vinaigrette on the side, a salad).",
        "1 Burger (no lettuce, swiss cheese instead of cheddar, light onions).",
        "1 Lunch combo (extra napkins, pizza: Pepperoni, small (basil, extra mushrooms), drink: Ice tea, large, iced).",
        "3 Beer; check ID, 21 or over.",
        "Note: call when you arrive.",
        "Total $114.99.",
    ]


def test_a_voice_gets_amounts_and_times_in_words_and_digits_one_by_one() -> None:
    order = payload(message_of(everything(), OSTERIA))
    sentences = alarm_words(order, "order-1", "Osteria", "en", spoken=True).sentences
    assert sentences[1:3] == (
        "Allergy: peanuts.",
        "For Ana Lopez, telephone 1 5 5 5 0 1 0 0 1 2 3, pickup, ready Wednesday seven thirty in the evening.",
    )
    assert sentences[-1] == "Total one hundred fourteen dollars and ninety-nine cents."


def test_a_spanish_store_is_told_in_spanish() -> None:
    delivery = asap(*everything().lines, kind="delivery", address="12 Elm Street", customer_name=None)
    order = payload(message_of(delivery, OSTERIA, phone=None), type="order.changed")
    told = alarm_text(alarm_words(order, "order-2", "Osteria", "es", spoken=False)).splitlines()
    assert told[:3] == [
        "Osteria: el cambio de un pedido por teléfono no llegó a su sistema. Este es ahora el pedido completo.",
        "Sin nombre, número oculto, a domicilio en 12 Elm Street, listo miércoles 13:20.",
        f"2 por mitades: Margherita, large y Pepperoni, large ({INGREDIENTES}); cut in squares.",
    ]
    assert told[4] == "1 Burger (sin lettuce, swiss cheese en lugar de cheddar, poco de onions)."
    assert told[6] == "3 Beer; pedir identificación, 21 años o más."


def test_an_order_without_particulars_is_told_without_them() -> None:
    message = message_of(asap(*everything().lines[4:], customer_name="Al", allergies=()), OSTERIA)
    fulfilment = message.data.fulfilment.model_copy(update={"kind": None})
    data = message.data.model_copy(update={"timezone": None, "fulfilment": fulfilment})
    order = payload(message.model_copy(update={"data": data}))
    told = alarm_words(order, "o", "Osteria", "en", spoken=False).sentences
    assert told[1:] == (
        "For Al, telephone +15550100123, ready Wednesday 18:20 UTC.",
        "3 Beer; check ID, 21 or over.",
        "Total $21.45.",
    )


@pytest.mark.parametrize("unreadable", ["", "{}", "{", '{"type": "order.cancelled", "data": {}}'])
def test_a_message_that_cannot_be_read_is_told_of_all_the_same(unreadable: str) -> None:
    words = alarm_words(unreadable, "order-7", "Osteria", "en", spoken=True)
    assert words.sentences == (
        "Osteria: a message about the order order-7 has not reached your order system. Please look after it.",
    )


def test_a_text_that_is_too_long_says_that_it_is_cut() -> None:
    words = AlarmWords(("First.", *("x" * 100 + "." for _ in range(30))), "There is more.")
    told = alarm_text(words)
    assert len(told) <= MESSAGE_LIMIT
    assert told.startswith("First.\n")
    assert told.endswith("\nThere is more.")
    assert alarm_text(AlarmWords(("x" * 50,), "More."), 10) == "More."
