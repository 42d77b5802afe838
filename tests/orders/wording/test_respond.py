from dataclasses import replace

import pytest

from gateway.orders.intent import (
    Ambiguity,
    Fault,
    IntentItem,
    IntentModifier,
    MissingChoice,
    OrderIntent,
    OrderValidation,
    SaidTime,
)
from gateway.orders.menu import Menu
from gateway.orders.validate import validate_order
from gateway.orders.wording.respond import respond
from tests.orders.osteria import OSTERIA, with_item

LARGE = {"size": "large"}


def answer(intent: OrderIntent, language: str = "en", menu: Menu = OSTERIA, **fields: object) -> str:
    return respond(intent, validate_order(intent, menu), menu, language, **fields)  # type: ignore[arg-type]  # by name


def added(*items: IntentItem, language: str = "en", menu: Menu = OSTERIA) -> str:
    return answer(OrderIntent("add", items), language, menu)


def test_one_thing_is_asked_at_a_time_and_the_worst_first(menu: Menu) -> None:
    intent = OrderIntent("add")
    gap = MissingChoice("wings", "sauce", ("BBQ", "Hot"))
    doubt = Ambiguity("pizza", ("margherita", "pepperoni"))
    fault = Fault("too_many", "coke", "at most 20 of Coke", most=20)
    every = OrderValidation(False, (gap,), (fault,), ("lasagna",), (doubt,))
    assert respond(intent, every, menu).startswith("Sorry, I can take at most twenty of the Coke.")
    assert respond(intent, replace(every, faults=()), menu).startswith("Sorry, we do not have lasagna.")
    assert respond(intent, replace(every, faults=(), unknown=()), menu) == "Which pizza: Margherita or Pepperoni?"
    assert respond(intent, OrderValidation(False, (gap,)), menu) == "Which sauce for the Wings: BBQ or Hot?"
    strange = OrderValidation(False, (MissingChoice("calzone", "shape", ("round",)),))
    assert respond(intent, strange, menu, "es") == "¿Qué shape quiere para calzone: round?"


@pytest.mark.parametrize(
    ("item", "english", "spanish"),
    [
        (
            IntentItem("margherita"),
            "One Margherita. Which size for the Margherita: small or large?",
            "Anotado: un Margherita. ¿Qué tamaño quiere para Margherita: pequeño o grande?",
        ),
        (
            IntentItem("lunch"),
            "One Lunch combo. Which pizza for the Lunch combo: Margherita or Pepperoni?",
            "Anotado: un Lunch combo. ¿Qué pizza quiere para Lunch combo: Margherita o Pepperoni?",
        ),
        (
            IntentItem("beer"),
            "One Beer. The Beer is only for people aged twenty-one or over. Are you at least twenty-one?",
            "Anotado: un Beer. Beer: solo a partir de veintiún años. ¿Tiene usted veintiún años o más?",
        ),
        (
            IntentItem("coke", 9),
            "Sorry, I can take at most six of the Coke. How many would you like?",
            "Lo siento, el máximo de Coke es seis. ¿Qué cantidad quiere?",
        ),
        (
            IntentItem("coke", 2),
            "Two Coke. Anything else?",
            "Anotado: dos Coke. ¿Algo más?",
        ),
    ],
)
def test_an_item_is_noted_and_the_next_thing_asked(item: IntentItem, english: str, spanish: str) -> None:
    assert (added(item), added(item, language="es")) == (english, spanish)


def test_several_choices_are_asked_for_together() -> None:
    groups = tuple(
        group.model_copy(update={"min": 2, "max": 3}) if group.id == "side" else group
        for group in OSTERIA.modifier_groups
    )
    menu = OSTERIA.model_copy(update={"modifier_groups": groups})
    question = "For the Chicken plate, which two side: fries or a salad?"
    assert added(IntentItem("chicken"), menu=menu) == f"One Chicken plate. {question}"
    spanish = "¿Qué dos opciones de acompañamiento quiere para Chicken plate: fries o a salad?"
    assert added(IntentItem("chicken"), menu=menu, language="es").endswith(spanish)


def test_of_many_choices_five_are_named() -> None:
    doubt = Ambiguity("thing", tuple(item.id for item in OSTERIA.items[:7]))
    validation = OrderValidation(False, ambiguous=(doubt,))
    said = respond(OrderIntent("other"), validation, OSTERIA)
    assert said == "Which thing: Margherita, Pepperoni, Calzone, Marinara, Chicken plate or another?"
    assert respond(OrderIntent("other"), validation, OSTERIA, "es").endswith("Chicken plate u otra opción?")


def test_what_is_unclear_may_be_a_choice() -> None:
    doubt = Ambiguity("cheese", ("cheddar", "swiss"))
    validation = OrderValidation(False, ambiguous=(doubt,))
    assert respond(OrderIntent("other"), validation, OSTERIA) == "Which cheese: cheddar or swiss cheese?"


# ------------------------------------------------------------------ what the menu does not have
@pytest.mark.parametrize(
    ("intent", "english", "spanish"),
    [
        (
            OrderIntent("other", unknown=("lasagna",)),
            "Sorry, we do not have lasagna. We have pizzas, plates, drinks and more.",
            "Lo siento, no tenemos lasagna. Tenemos pizzas, plates, bebidas y más.",
        ),
        (
            OrderIntent("other", unknown=("lasagna", "sushi", "ramen", "pho")),
            "Sorry, we do not have lasagna, sushi or ramen. We have pizzas, plates, drinks and more.",
            "Lo siento, no tenemos lasagna, sushi o ramen. Tenemos pizzas, plates, bebidas y más.",
        ),
        (
            OrderIntent("other", unknown=("chicken wrap",)),
            "Sorry, we do not have chicken wrap. We have Chicken plate: would you like that?",
            "Lo siento, no tenemos chicken wrap. Tenemos Chicken plate. ¿Le gustaría?",
        ),
        (
            OrderIntent("other", unknown=("root beer bar",)),
            "Sorry, we do not have root beer bar. We have Beer and Cider: would you like one of those?",
            "Lo siento, no tenemos root beer bar. Tenemos Beer y Cider. ¿Le gustaría algo de eso?",
        ),
        (
            OrderIntent("add", (IntentItem("coke"),), unknown=("anchovies",)),
            "One Coke. Sorry, we do not have anchovies. Anything else?",
            "Anotado: un Coke. Lo siento, no tenemos anchovies. ¿Algo más?",
        ),
        (
            OrderIntent("add", (IntentItem("margherita"),), unknown=("anchovies",)),
            "One Margherita. Sorry, we do not have anchovies. Which size for the Margherita: small or large?",
            (
                "Anotado: un Margherita. Lo siento, no tenemos anchovies. "
                "¿Qué tamaño quiere para Margherita: pequeño o grande?"
            ),
        ),
        (
            OrderIntent("other", unknown=("mushrooms",)),
            "What would you like mushrooms on?",
            "¿En qué plato quiere mushrooms?",
        ),
        (
            OrderIntent("ask_menu", unknown=("lasagna",)),
            "Sorry, we do not have lasagna. We have pizzas, plates, drinks and more.",
            "Lo siento, no tenemos lasagna. Tenemos pizzas, plates, bebidas y más.",
        ),
    ],
)
def test_unknown_things_come_with_known_ones(intent: OrderIntent, english: str, spanish: str) -> None:
    assert (answer(intent), answer(intent, "es")) == (english, spanish)


def test_what_was_asked_about_may_be_sold_out() -> None:
    gone = Fault(
        "not_on_offer", "coke", "Coke: sold_out", None, "Coke", 0, ("Beer",), "sold_out", "We are out of Coke."
    )
    validation = OrderValidation(False, faults=(gone,))
    asked = OrderIntent("ask_price", about=("coke",))
    assert respond(asked, validation, OSTERIA) == "Sorry, we are out of Coke. We do have Beer."
    assert respond(asked, validation, OSTERIA, "es") == "Lo siento, se nos acabó: Coke. Sí tenemos Beer."


def test_without_headings_there_is_nothing_to_offer() -> None:
    menu = OSTERIA.model_copy(update={"categories": ()})
    assert answer(OrderIntent("other", unknown=("lasagna",)), menu=menu) == "Sorry, we do not have lasagna."


def test_what_is_near_may_have_left_the_menu() -> None:
    validation = OrderValidation(False, unknown=("wrap",), nearest={"wrap": ("gone",)})
    assert respond(OrderIntent("other"), validation, OSTERIA).startswith("Sorry, we do not have wrap. We have pizzas")


# ------------------------------------------------------------------ what was understood
def test_like_things_are_told_together() -> None:
    basil = (IntentModifier("basil", "toppings"),)
    small = IntentItem("margherita", options={"size": "small"})
    said = added(small, replace(small, modifiers=basil), IntentItem("coke"), IntentItem("coke"))
    assert said == "One small Margherita, and one small Margherita with basil; two Coke. Anything else?"


def test_what_goes_is_told_too() -> None:
    coke = IntentItem("coke", 2, action="remove", target_line="L1")
    tea = IntentItem("tea", options={"size": "small"})
    intent = OrderIntent("replace", (coke, tea))
    assert answer(intent) == "One small Ice tea. I have taken off two Coke. Anything else?".replace(
        "small", "small iced"
    )
    assert answer(OrderIntent("remove", (coke,)), "es") == "Ya quité dos Coke. ¿Algo más?"


def test_a_long_order_is_noted_in_short() -> None:
    toppings = tuple(IntentModifier(option, "toppings") for option in ("mushroom", "cheese", "jalapeno", "basil"))
    pizzas = [IntentItem(name, 2, LARGE, modifiers=toppings) for name in ("margherita", "pepperoni")]
    assert added(*pizzas).startswith("Two large Margherita with mushrooms,")
    many = [
        *pizzas,
        *(IntentItem(name, 2, {"size": "small"}, modifiers=toppings) for name in ("margherita", "pepperoni")),
    ]
    assert added(*many) == (
        "Two large Margherita, and two small Margherita; two large Pepperoni, and two small Pepperoni. Anything else?"
    ).replace(", and", " and")
    plates = [IntentItem(item.id, 2) for item in OSTERIA.items]
    assert added(*pizzas, *plates, *plates, *plates, *plates).startswith("I have noted")


@pytest.mark.parametrize(
    ("intent", "english", "spanish"),
    [
        (OrderIntent("other"), "Sorry, what would you like?", "Perdón, ¿qué le gustaría pedir?"),
        (OrderIntent("greeting"), "Hello, what would you like?", "Hola, ¿qué le gustaría pedir?"),
        (OrderIntent("confirm"), "Anything else?", "¿Algo más?"),
        (
            OrderIntent("deny"),
            "All right. Tell me if you would like anything else.",
            "De acuerdo. Dígame si desea algo más.",
        ),
        (OrderIntent("done", done=True), "All right.", "De acuerdo."),
        (OrderIntent("add", (IntentItem("coke"),), done=True), "One Coke. All right.", "Anotado: un Coke. De acuerdo."),
        (
            OrderIntent("other", name="Ana", fulfilment="pickup", time=SaidTime(7, 30)),
            "Noted: for Ana, pickup, at seven thirty. Anything else?",
            "Anotado: a nombre de Ana, para recoger, a las siete y media. ¿Algo más?",
        ),
        (
            OrderIntent("other", fulfilment="delivery", address="12 Elm Street"),
            "Noted: delivery, to 12 Elm Street. Anything else?",
            "Anotado: a domicilio, en 12 Elm Street. ¿Algo más?",
        ),
        (
            OrderIntent("ask_allergen", allergies=("peanuts", "milk")),
            (
                "I have noted the allergy for the kitchen: peanuts and milk. "
                "We cannot promise that any dish is without it."
            ),
            (
                "He anotado la alergia para la cocina: peanuts y milk. "
                "No podemos garantizar que algún plato esté libre de eso."
            ),
        ),
        (
            OrderIntent("add", (IntentItem("coke"),), allergies=("peanuts",)),
            (
                "One Coke. I have noted the allergy for the kitchen: peanuts. "
                "We cannot promise that any dish is without it. Anything else?"
            ),
            (
                "Anotado: un Coke. He anotado la alergia para la cocina: peanuts. "
                "No podemos garantizar que algún plato esté libre de eso. ¿Algo más?"
            ),
        ),
    ],
)
def test_how_it_goes_on(intent: OrderIntent, english: str, spanish: str) -> None:
    assert (answer(intent), answer(intent, "es")) == (english, spanish)


def test_what_is_too_long_is_cut_where_it_hurts_least() -> None:
    address = " ".join(["Long"] * 25)
    intent = OrderIntent("add", (IntentItem("beer"),), name="Ana", fulfilment="delivery", address=address)
    question = "The Beer is only for people aged twenty-one or over. Are you at least twenty-one?"
    assert answer(intent) == f"One Beer. Noted: for Ana, delivery. {question}"
    allergies = tuple(f"thing{number}" for number in range(12))
    assert answer(replace(intent, allergies=allergies)).startswith(
        "One Beer. Noted: for Ana, delivery. I have noted the allergy: thing0, thing1"
    )
    long_name = " ".join(["Word"] * 45)
    menu = with_item(OSTERIA, "coke", name=long_name)
    assert added(IntentItem("coke"), menu=menu) == f"One {long_name}. Anything else?"
