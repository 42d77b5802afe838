import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.intent import (
    IntentItem,
    IntentModifier,
    OrderContext,
    OrderIntent,
)
from gateway.orders.menu import Menu
from gateway.orders.order import Line
from gateway.orders.processor import OrderProcessor
from gateway.orders.validate import validate_order
from gateway.orders.wording.respond import respond
from tests.orders.osteria import OSTERIA, combo, ordered


def answer(intent: OrderIntent, language: str = "en", menu: Menu = OSTERIA, **fields: object) -> str:
    return respond(intent, validate_order(intent, menu), menu, language, **fields)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("act", "english", "spanish"),
    [
        (
            "emergency",
            "If somebody is in danger, please hang up and dial nine one one now.",
            "Si alguien está en peligro, cuelgue y marque el nueve uno uno ahora mismo.",
        ),
        ("transfer", "One moment, I will put you through.", "Un momento, le comunico con una persona."),
        ("cancel", "All right, I have dropped the order.", "De acuerdo, he anulado el pedido."),
        (
            "message",
            "Of course; tell me your message and your name, and I will pass it on.",
            "Claro; dígame su mensaje y su nombre, y lo paso.",
        ),
        (
            "ask_hours",
            "I do not have the hours at hand; our staff can tell you.",
            "No tengo el horario a mano; nuestro personal se lo puede decir.",
        ),
        ("repeat", "Of course, I will say it again.", "Claro, se lo repito."),
        (
            "ask_total",
            "I will tell you the total when I read the order back.",
            "Le digo el total cuando le lea el pedido.",
        ),
    ],
)
def test_other_acts(act: str, english: str, spanish: str) -> None:
    intent = OrderIntent(act)  # type: ignore[arg-type]  # literals come as text from the table
    assert (answer(intent), answer(intent, "es")) == (english, spanish)


def test_another_number_may_be_dialled() -> None:
    assert "dial one one two now" in answer(OrderIntent("emergency"), emergency_number="112")


def test_the_order_is_repeated_with_its_total() -> None:
    order = ordered(combo(), Line(id="L2", item_id="coke", variation_id="can", quantity=2))
    assert answer(OrderIntent("repeat"), order=order) == (
        "So far: one Lunch combo with a small Margherita and a Coke; two Coke. "
        "That comes to eighteen dollars and fifty-one cents with tax."
    )
    assert answer(OrderIntent("repeat"), "es", order=order).startswith(
        "Hasta ahora: un Lunch combo con un Margherita de"
    )
    assert answer(OrderIntent("repeat"), order=ordered()) == "There is nothing in the order yet."


def test_the_total_is_told() -> None:
    order = ordered(Line(id="L1", item_id="coke", variation_id="can"))
    total = "That comes to three dollars and thirty cents with tax."
    assert answer(OrderIntent("ask_total"), order=order) == total
    assert (
        answer(OrderIntent("ask_total"), "es", order=order)
        == "En total son tres dólares con treinta centavos con impuestos."
    )
    both = OrderIntent("ask_total", (IntentItem("coke"),))
    assert answer(both, order=order) == f"One Coke. {total}"
    still_open = ordered(*order.lines, Line(id="L2", item_id="margherita"))
    assert answer(OrderIntent("ask_total"), order=still_open) == (
        "So far that comes to three dollars and thirty cents with tax, without what is still open."
    )
    assert answer(OrderIntent("ask_total"), order=ordered()) == "There is nothing in the order yet."
    taxless = OSTERIA.model_copy(update={"taxes": ()})
    assert answer(OrderIntent("ask_total"), order=order, menu=taxless) == "That comes to three dollars."


# ------------------------------------------------------------------ never too long, never "free of"
SAID = """
    two large margheritas with mushrooms and basil and a coke and a sprite
    a pizza with everything on it, a wings, a dessert, 40 sprites and a lasagna
    i'm allergic to nuts, milk, eggs, soy and wheat, can i get a large margherita with extra cheese and twelve wings
    how much are the pizzas, the wings, the tiramisu, the coke and the sprite
    how much is mushrooms extra cheese jalapenos and basil
    what do you have
    what toppings do you have and what sauces
    does the tiramisu or the coke or the margherita have nuts
    a house noodles, a pho, dumplings, spring rolls, three jasmine teas and a lychee soda
    how much are the house noodles and the pho and the dumplings and the miso ramen
    do you have sushi, lasagna, tacos, burritos and tempura
    my name is Ana Maria Lopez, delivery to 12 elm street apartment 3 at seven thirty tomorrow
    someone is choking
    que tienen
    cuanto cuesta la margherita, la pepperoni y las wings
    dos margheritas grandes con mushrooms y basil
    eso es todo
"""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("said", SAID.strip().splitlines())
def test_no_answer_is_longer_than_forty_words(menu: Menu, bowls: Menu, said: str, language: str) -> None:
    for sold in (menu, bowls):
        processor = OrderProcessor(sold)
        intent = processor.parse_order_intent(said.strip(), OrderContext(sold))
        response = processor.generate_response(intent, processor.validate_order(intent), language)
        assert 0 < len(response.split()) <= 42
        assert response.count("?") <= 1
        assert " free of " not in response


IDS = st.sampled_from(["gone", *(item.id for item in OSTERIA.items)])
CHOICES = [(group.id, option.id) for group in OSTERIA.modifier_groups for option in group.options]


@st.composite
def modifiers(draw: st.DrawFn) -> IntentModifier:
    group, option = draw(st.sampled_from([*CHOICES, ("gone", "gone")]))
    return IntentModifier(
        option, group,
        qualifier=draw(st.sampled_from([None, "extra", "light", "side"])),
        negated=draw(st.booleans()),
        count=draw(st.integers(-1, 9)),
        placement=draw(st.sampled_from(["whole", "left", "right"])),
        instead_of=draw(st.sampled_from([None, "cheddar", "gone"])),
    )  # fmt: skip


@st.composite
def items(draw: st.DrawFn, depth: int = 1) -> IntentItem:
    return IntentItem(
        draw(IDS),
        quantity=draw(st.integers(-5, 30_000)),
        options=draw(
            st.dictionaries(st.sampled_from(["size", "ice", "x"]), st.sampled_from(["small", "large", "none"]))
        ),
        modifiers=tuple(draw(st.lists(modifiers(), max_size=4))),
        action=draw(st.sampled_from(["add", "change"])),
        half_item_id=draw(st.none() | IDS),
        parts=tuple(draw(st.lists(items(depth - 1), max_size=3))) if depth else (),
        slot=draw(st.sampled_from([None, "pizza", "drink", "x"])),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(items(), max_size=4), st.sampled_from(["en", "es"]), st.lists(st.text(max_size=12), max_size=2))
def test_whatever_was_said_there_is_an_answer(said: list[IntentItem], language: str, unknown: list[str]) -> None:
    intent = OrderIntent("add", tuple(said), unknown=tuple(unknown))
    validation = validate_order(intent, OSTERIA)
    known = [item for item in said if OSTERIA.item(item.menu_item_id) is not None]
    assert respond(intent, validation, OSTERIA, language)
    assert validation.ok is not bool(validation.missing or validation.faults or unknown)
    assert all(fault.at is not None and said[fault.at] in known for fault in validation.faults)
