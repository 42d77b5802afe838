import pytest

from gateway.orders.intent import Fault, FaultKind
from gateway.orders.wording.objections import objection
from gateway.orders.wording.sentences import Speaker
from tests.orders.osteria import OSTERIA


def fault(kind: FaultKind, item: str = "burger", what: str = "onions", most: int = 0, *choices: str) -> Fault:
    return Fault(kind, item, "", 0, what, most, choices)


@pytest.mark.parametrize(
    ("found", "english", "spanish"),
    [
        (
            fault("too_many", "coke", "", 21),
            "Sorry, I can take at most twenty-one of the Coke. How many would you like?",
            "Lo siento, el máximo de Coke es veintiuno. ¿Qué cantidad quiere?",
        ),
        (
            fault("no_such_size", "pepperoni", "medium", 0, "small", "large"),
            "Sorry, the Pepperoni does not come in medium. It comes in small and large. Which do you want?",
            (
                "Lo siento, no ofrecemos Pepperoni en tamaño mediano. Hay en tamaño pequeño y en tamaño grande. "
                "¿Qué prefiere?"
            ),
        ),
        (
            fault("no_such_size", "tea", "iced", 0, "room warm"),
            "Sorry, the Ice tea does not come in iced, only in room warm. Would that do?",
            "Lo siento, no ofrecemos Ice tea con hielo, solo en room warm. ¿Le parece bien?",
        ),
        (
            fault("no_such_size", "coke", ""),
            "Sorry, the Coke does not come that way. How would you like it?",
            "Lo siento, no ofrecemos Coke de esa forma. ¿De qué forma lo quiere?",
        ),
        (
            fault("too_many_choices", "margherita", "toppings", 5),
            "Sorry, the Margherita takes at most five toppings. Which would you like to keep?",
            "Lo siento, el máximo de ingredientes para Margherita es cinco. ¿Qué le gustaría conservar?",
        ),
        (
            fault("too_many_choices", "chicken", "side", 1, "fries", "a salad"),
            "Sorry, the Chicken plate takes one side only. Which one: fries or a salad?",
            "Lo siento, Chicken plate lleva una sola opción de acompañamiento. ¿Cuál prefiere: fries o a salad?",
        ),
        (
            fault("too_many_of_one", "burger", "onions", 3),
            "Sorry, the most is three portions of onions on the Burger. Would that do?",
            "Lo siento, el máximo para Burger es tres porciones de onions. ¿Le parece bien?",
        ),
        (
            fault("too_many_of_one", "burger", "onions", 1),
            "Sorry, the most is one portion of onions on the Burger. Would that do?",
            "Lo siento, el máximo para Burger es una porción de onions. ¿Le parece bien?",
        ),
        (
            fault("not_for_item", "coke"),
            "Sorry, the Coke does not come with onions. Shall I leave that out?",
            "Lo siento, Coke no se ofrece con onions. ¿Lo dejo sin eso?",
        ),
        (
            fault("not_negatable", "chicken", "fries", 0, "rice", "a salad"),
            (
                "Sorry, I cannot leave fries off the Chicken plate. You can have rice or a salad instead. "
                "Which would you like?"
            ),
            (
                "Lo siento, no puedo quitar fries de Chicken plate. En su lugar puede elegir rice o a salad. "
                "¿Qué prefiere?"
            ),
        ),
        (
            fault("not_negatable", "chicken", "fries", 0, "a salad"),
            "Sorry, I cannot leave fries off the Chicken plate. You can have a salad instead. Would that do?",
            "Lo siento, no puedo quitar fries de Chicken plate. En su lugar puede elegir a salad. ¿Le parece bien?",
        ),
        (
            fault("not_negatable", "chicken", "fries"),
            "Sorry, I cannot leave fries off the Chicken plate. Would you like it all the same?",
            "Lo siento, no puedo quitar fries de Chicken plate. ¿Le parece bien así?",
        ),
        (
            fault("not_qualifiable"),
            "Sorry, onions on the Burger only comes as it is. Would that do?",
            "Lo siento, en Burger solo puedo poner onions tal cual. ¿Le parece bien?",
        ),
        (
            fault("no_halves"),
            "Sorry, I can put onions only on the whole Burger, not on a half. Would that do?",
            "Lo siento, en Burger no puedo poner onions en una sola mitad. ¿Lo pongo en todo?",
        ),
        (
            fault("no_half_item", "margherita", "Marinara", 0, "Pepperoni", "Calzone"),
            (
                "Sorry, the Margherita cannot be half Marinara. It can be halved with Pepperoni or Calzone. "
                "What would you like?"
            ),
            (
                "Lo siento, no se puede hacer mitad Margherita y mitad Marinara. "
                "Se combina con Pepperoni o Calzone. ¿Qué prefiere?"
            ),
        ),
        (
            fault("not_swappable", "burger", "onions", 0, "cheddar"),
            "Sorry, I cannot put onions in place of cheddar on the Burger. Shall I leave it as it is?",
            "Lo siento, en Burger no puedo cambiar cheddar por onions. ¿Lo dejo como viene?",
        ),
        (
            fault("not_in_slot", "lunch", "Cider", 0, "Coke", "Ice tea", "Beer"),
            "Sorry, Cider is not part of the Lunch combo. You can have Coke, Ice tea or Beer. Which would you like?",
            "Lo siento, Cider no va en Lunch combo. Puede elegir Coke, Ice tea o Beer. ¿Qué prefiere?",
        ),
        (
            fault("not_in_slot", "gone", "Cider"),
            "Sorry, the gone does not come with Cider. Shall I leave that out?",
            "Lo siento, gone no se ofrece con Cider. ¿Lo dejo sin eso?",
        ),
    ],
)
def test_what_cannot_be_had(found: Fault, english: str, spanish: str) -> None:
    assert objection(found, Speaker(OSTERIA, "en")) == english
    assert objection(found, Speaker(OSTERIA, "es")) == spanish


def gone(reason: str, say: str, *choices: str, at: int | None = 0) -> Fault:
    return Fault("not_on_offer", "beer", "", at, "Beer", 0, choices, reason, say)


@pytest.mark.parametrize(
    ("found", "english", "spanish"),
    [
        (
            gone("sold_out", "We are out of Beer.", "Cider", "Coke"),
            "Sorry, we are out of Beer. We do have Cider and Coke. Would you like one of those?",
            "Lo siento, se nos acabó: Beer. Sí tenemos Cider y Coke. ¿Le gustaría algo de eso?",
        ),
        (
            gone("daypart", "The Beer is for late only, 23:00 to 02:00.", "Cider"),
            "Sorry, the Beer is for late only, 23:00 to 02:00. We do have Cider. Would you like that?",
            "Lo siento, a esa hora no ofrecemos Beer. Sí tenemos Cider. ¿Le gustaría?",
        ),
        (
            gone("weekday", "Beer is for Sunday only."),
            "Sorry. Beer is for Sunday only. Would you like something else?",
            "Lo siento, ese día no ofrecemos Beer. ¿Le gustaría otra cosa?",
        ),
        (
            gone("date", "The Beer is sold until May 1 only.", "Cider", at=None),
            "Sorry, the Beer is sold until May 1 only. We do have Cider.",
            "Lo siento, en esa fecha no ofrecemos Beer. Sí tenemos Cider.",
        ),
        (
            gone("fulfilment", "The Beer is for pickup only.", at=None),
            "Sorry, the Beer is for pickup only.",
            "Lo siento, para esa forma de entrega no ofrecemos Beer.",
        ),
    ],
)
def test_what_cannot_be_had_now(found: Fault, english: str, spanish: str) -> None:
    assert objection(found, Speaker(OSTERIA, "en")) == english
    assert objection(found, Speaker(OSTERIA, "es")) == spanish
