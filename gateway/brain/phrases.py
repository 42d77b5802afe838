"""What the local brain says, in English and Spanish, and how its own questions are known again. Pure."""

import re
from collections.abc import Sequence
from typing import Literal

from gateway.orders.intent import Topic
from gateway.orders.menu import Item, Menu
from gateway.orders.restaurant import Language
from gateway.orders.wording.money import price_words

__all__ = ["Language", "Offered", "for_caller", "gap_question", "joined", "menu_aloud", "offer_of", "say", "topic_of"]

Offered = Literal["instead", "take_off", "alternative", "person", "message", "shall_message", "later", "age"]
"""What the agent offers or asks besides the order itself."""

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "greeting": "Thanks for calling{place}. What can I get you?",
        "held": "Welcome back. I still have your order{summary}. Shall we go on with it?",
        "held_ask": "Shall we go on with it?",
        "held_again": "First, the order from before{summary}. Shall we go on with it, yes or no?",
        "resumed": "Sorry, we were cut off. I still have your order.", "back": "Sorry, I am back.",
        "placed": "Sorry, we were cut off. Your order is placed.", "thanks": "Thank you. Your order is placed.",
        "else": "Anything else?", "what": "What can I get you?", "change": "All right. What should I change?",
        "name_and_fulfilment": "What name is it for, and is it pickup or delivery?",
        "pickup": "pickup", "delivery": "delivery", "name": "What name is the order for?",
        "fulfilment": "Is it for pickup or delivery?",
        "name_one_way": "It is {kind} only; what name is it for?",
        "one_way": "It is {kind} only, is that all right?",
        "address": "What is the address for the delivery?", "sure": "Just to be sure: is the order right, yes or no?",
        "unknown": "Sorry, we do not have {what}. We do have {have}.",
        "which": "Which {what} would you like: {choices}?",
        "gap": "Which {what} for the {item}: {choices}?", "gaps": "For the {item}: which {what}?",
        "choices": "{what}, {choices}", "noted": "Got it.", "off": "All right, that is off.", "good": "Good.",
        "goodbye": "Goodbye!", "person": "One moment, I will put you through.", "again": "Sorry, I did not get that.",
        "still": "Are you still there?", "leaving": "You can ring again at any time. Goodbye!",
        "cancelled": "All right, I have dropped the order. What can I get you instead, if anything?",
        "hours": "I do not have that at hand; I can put you through to a person if you like.",
        "spanish": "I am sorry, I only speak English here. I can put you through to a person if you like.",
        "spanish_ok": "Claro, seguimos en español.", "menu": "We have {items}.", "with": "{group}: {options}",
        "and": "and", "or": "or", "nothing": "There is nothing in the order yet.",
        "failed": "Sorry, that did not work.",
        "held_dropped": "All right, we start anew.",
        "emergency": "Please hang up now and dial {number}.",
        "instead": "Would you like the {what} in its place, or shall I take it off?",
        "take_off": "Shall I take it off?", "alternative": "Would you like that instead?",
        "alternatives": "Would you like one of those instead?",
        "shall_person": "Shall I put you through to a person?",
        "message": "What is the message?", "shall_message": "Shall I take a message for the staff?",
        "kept": "I will pass that on.", "when": "For what time?",
        "later": "Shall I take an order for later, or a message?",
        "returned": "I am sorry, nobody could come to the telephone.",
        "accepted": "The kitchen has accepted your order.", "ready": "Your order is ready.",
        "rejected": "I am sorry, the kitchen cannot make your order{why}.",
        "go_on": "Shall I take a message for them, or shall we go on?",
        "keys": "Sorry, the line is bad. Please use the keys: 1 for yes, 2 for no, 0 for a person.",
        "bad_line_person": "Sorry, the line is too bad. I will put you through to a person.",
        "bad_line": "Sorry, the line is too bad. Please ring again. Goodbye!",
        "no_wish": "Please ring again when you would like to order. Goodbye!",
        "too_long": "I have to end this call now. You can ring again at any time. Goodbye!",
        "too_long_person": "I have to end this call now, and will put you through to a person.",
        "age": "Are you {age} or older?",
    },
    "es": {
        "greeting": "Gracias por llamar{place}. ¿Qué le pongo?",
        "held": "Bienvenido de nuevo. Todavía tengo su pedido{summary}. ¿Quiere seguir con él?",
        "held_ask": "¿Quiere seguir con él?",
        "held_again": "Primero, el pedido de antes{summary}. ¿Quiere seguir con él, sí o no?",
        "resumed": "Perdón, se cortó. Todavía tengo su pedido.", "back": "Perdón, ya estoy aquí.",
        "placed": "Perdón, se cortó. Su pedido está hecho.", "thanks": "Gracias. Su pedido está hecho.",
        "else": "¿Algo más?", "what": "¿Qué le pongo?", "change": "De acuerdo. ¿Qué cambio?",
        "name_and_fulfilment": "¿A nombre de quién, y es para recoger o a domicilio?",
        "name": "¿A nombre de quién es el pedido?", "fulfilment": "¿Es para recoger o a domicilio?",
        "name_one_way": "Solo es {kind}; ¿a nombre de quién?", "one_way": "Solo es {kind}, ¿está de acuerdo?",
        "pickup": "para recoger", "delivery": "a domicilio",
        "address": "¿Cuál es la dirección de entrega?",
        "sure": "Para estar seguros: ¿está bien el pedido, sí o no?",
        "unknown": "Lo siento, no tenemos {what}. Tenemos {have}.", "which": "¿Cuál {what} quiere: {choices}?",
        "gap": "¿Qué {what} para {item}: {choices}?", "gaps": "Para {item}: ¿qué {what}?",
        "choices": "{what}, {choices}", "noted": "Anotado.", "off": "De acuerdo, quitado.", "good": "Muy bien.",
        "goodbye": "¡Adiós!", "person": "Un momento, le comunico con una persona.",
        "again": "Perdón, no le entendí.",
        "still": "¿Sigue ahí?", "leaving": "Puede llamar de nuevo cuando quiera. ¡Adiós!",
        "cancelled": "De acuerdo, he anulado el pedido. ¿Qué le pongo en su lugar?",
        "hours": "No tengo ese dato; si quiere le comunico con una persona.",
        "spanish": "I am sorry, I only speak English here. I can put you through to a person if you like.",
        "spanish_ok": "Claro, seguimos en español.", "menu": "Tenemos {items}.", "with": "{group}: {options}",
        "and": "y", "or": "o", "nothing": "Todavía no hay nada en el pedido.", "failed": "Perdón, eso no funcionó.",
        "held_dropped": "De acuerdo, empezamos de nuevo.",
        "emergency": "Por favor cuelgue ahora y marque el {number}.",
        "instead": "¿Le pongo {what} en su lugar, o lo quito?",
        "take_off": "¿Lo quito?", "alternative": "¿Quiere eso en su lugar?",
        "alternatives": "¿Quiere alguno de esos en su lugar?",
        "shall_person": "¿Le comunico con una persona?",
        "message": "¿Cuál es el mensaje?", "shall_message": "¿Quiere dejar un mensaje para el personal?",
        "kept": "Se lo haré llegar.", "when": "¿Para qué hora?",
        "later": "¿Le tomo un pedido para más tarde, o un mensaje?",
        "returned": "Lo siento, nadie pudo atender el teléfono.",
        "accepted": "La cocina ha aceptado su pedido.", "ready": "Su pedido está listo.",
        "rejected": "Lo siento, la cocina no puede hacer su pedido{why}.",
        "go_on": "¿Les dejo un mensaje, o seguimos?",
        "keys": "Perdón, la línea está mal. Use las teclas, por favor: 1 para sí, 2 para no, 0 para una persona.",
        "bad_line_person": "Perdón, la línea está muy mal. Le comunico con una persona.",
        "bad_line": "Perdón, la línea está muy mal. Llame de nuevo, por favor. ¡Adiós!",
        "no_wish": "Llame de nuevo cuando quiera pedir algo. ¡Adiós!",
        "too_long": "Tengo que terminar esta llamada. Puede llamar de nuevo cuando quiera. ¡Adiós!",
        "too_long_person": "Tengo que terminar esta llamada y le comunico con una persona.",
        "age": "¿Tiene {age} años o más?",
    },
}  # fmt: skip

# The last question of what was said tells what an answer is about; the read-back's own question is the tool's.
_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    ("held_order", re.compile(r"go on with it|seguir con él")),
    ("read_back", re.compile(r"(?:Is that right|yes or no|Está bien|sí o no)\?$")),
    ("name", re.compile(r"(?:[Ww]hat name|nombre de quién)[^?]*\?$")),
    ("fulfilment", re.compile(r"(?:pickup or delivery|recoger o a domicilio|is that all right|está de acuerdo)\?$")),
    ("address", re.compile(r"(?:the address|la dirección)[^?]*\?$")),
    ("time", re.compile(r"(?:For what time|Para qué hora)\?$")),
    ("line", re.compile(r"(?:Which|Qué|Cuál|qué|which) [^?]*\?$")),
    ("anything_else", re.compile(r"(?:Anything else|Algo más)\?$")),
)
_OFFERS: tuple[tuple[Offered, re.Pattern[str]], ...] = (
    ("instead", re.compile(r"(?:in its place, or shall I take it off|en su lugar, o lo quito)\?$")),
    ("take_off", re.compile(r"(?:Shall I take it off|Lo quito)\?$")),
    ("alternative", re.compile(r"(?:(?:that|one of those) instead|(?:eso|alguno de esos) en su lugar)\?$")),
    ("person", re.compile(r"(?:Shall I put you through to a person|Le comunico con una persona)\?$")),
    ("message", re.compile(r"(?:What is the message|Cuál es el mensaje)\?$")),
    ("later", re.compile(r"(?:order for later, or a message|para más tarde, o un mensaje)\?$")),
    ("shall_message", re.compile(r"(?:message for the staff|mensaje para el personal|shall we go on|o seguimos)\?$")),
    ("age", re.compile(r"(?:Are you \d+ or older|Tiene \d+ años o más)\?$")),
)
_TO_THE_MODEL = re.compile(
    r"^(?:Tell|Ask|Call|Say|Wait|Give|Take a new|Use|For a new|Something must|Close to it"
    r"|The caller\b|It is not clear|Then (?:give|take)|L\d)|set_line|read_back|"
    r"transfer_to_staff|_id\b|tool\b"
)


def say(key: str, language: Language, **words: str) -> str:
    """A phrase."""
    return _TEXTS[language][key].format(**words)


def topic_of(text: str) -> Topic | None:
    """What the last question of the agent was about, or None; what it offers besides is `offer_of`."""
    if offer_of(text) is not None:
        return None
    return next((topic for topic, pattern in _TOPICS if pattern.search(text.strip())), None)


def offer_of(text: str) -> Offered | None:
    """What the agent offered, or asked besides the order, at the end of what it said; None when nothing."""
    return next((offered for offered, pattern in _OFFERS if pattern.search(text.strip())), None)


def joined(names: Sequence[str], language: Language, word: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, last = names
    return f"{', '.join(head)} {say(word, language)} {last}" if head else last


def for_caller(message: str) -> str:
    """What of a refusal can be told to a caller: its sentences without those that tell the model what to do."""
    sentences = re.split(r"(?<=[.!?])\s+", message.strip())
    return " ".join(sentence for sentence in sentences if sentence and not _TO_THE_MODEL.search(sentence))


def gap_question(menu: Menu, item: Item | None, gaps: Sequence[tuple[str, Sequence[str]]], language: Language) -> str:
    """One question for all that a line lacks: "Which size for the Wings, ...?", or size and sauce together.

    `gaps` are (dimension or group id, option ids).
    """
    name = item.spoken_name if item is not None else ""
    asked = [_named(menu, item, what, choices, language) for what, choices in gaps]
    if len(asked) == 1:
        what, choices = asked[0]
        return say("gap", language, what=what, item=name, choices=choices)
    listed = [say("choices", language, what=what, choices=choices) for what, choices in asked]
    return say("gaps", language, item=name, what=f"; {say('and', language)} ".join(listed))


def _named(menu: Menu, item: Item | None, what: str, choices: Sequence[str], language: Language) -> tuple[str, str]:
    """How a dimension, a group of choices or a slot is called, and its choices in a row."""
    dimension, group = menu.dimension(what), menu.group(what)
    slot = item.slot(what) if item is not None else None
    options = {o.id: o.name for o in dimension.options} if dimension is not None else {}
    options |= {o.id: o.name for o in group.options} if group is not None else {}
    if slot is not None:
        options = {entry.id: entry.spoken_name for entry in menu.items}
    named = next((part for part in (slot, dimension, group) if part is not None), None)
    title = what if named is None else named.name
    return title, joined([options.get(choice, choice) for choice in choices], language)


def menu_aloud(menu: Menu, language: Language) -> str:
    """The whole menu to be listened to: dishes by category with sizes and prices, then what can be put on them."""
    sentences: list[str] = []
    for category in menu.categories:
        dishes = [_priced(item, menu, language) for item in menu.items if item.category == category.id]
        if dishes:
            sentences.append(f"{category.name}: {'; '.join(dishes)}.")
    for group in menu.modifier_groups:
        options = joined([option.name for option in group.options], language)
        title = group.name[:1].upper() + group.name[1:]
        sentences.append(say("with", language, group=title, options=options) + ".")
    return " ".join(sentences)


def _priced(item: Item, menu: Menu, language: Language) -> str:
    told: list[str] = []
    for variation in item.variations:
        names = [
            option.name
            for dimension in menu.dimensions_of(item)
            if (option := dimension.option(variation.options.get(dimension.id, ""))) is not None
        ]
        price = [] if variation.price is None else [price_words(variation.price, menu.currency, language)]
        told.append(" ".join((*names, *price)))
    return f"{item.spoken_name}, {', '.join(told)}"
