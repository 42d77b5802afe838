"""What customers write back to text messages: the words that mean stop, start and help, and what is answered. Pure.

English and Spanish. The English words are those that Twilio acts on itself and answers (Twilio, "Twilio support for
opt-out keywords"): a second answer to STOP would not be delivered, one to START not be needed.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.orders.restaurant import Language

ReplyKind = Literal["stop", "start", "help", "other"]

_WORDS: Mapping[tuple[ReplyKind, Language], str] = {
    ("stop", "en"): "stop stopall unsubscribe cancel end quit revoke optout",
    ("start", "en"): "start unstop",
    ("help", "en"): "help info",
    ("stop", "es"): "alto parar pare detener baja cancelar nomas",
    ("start", "es"): "alta iniciar empezar comenzar reanudar",
    ("help", "es"): "ayuda informacion",
}
_MEANT = {word: meant for meant, words in _WORDS.items() for word in words.split()}
_ANSWERS: Mapping[Language, Mapping[ReplyKind, str]] = {
    "en": {
        "stop": "{name}: you get no more texts from us. Reply START to get them again.",
        "start": "{name}: you get texts about your orders again. Reply STOP to get none.",
        "help": "{name}: texts about your order. For questions call {number}. Reply STOP to get no more texts.",
        "other": "{name}: nobody reads texts here. Please call {number}. Reply STOP to get no more texts.",
    },
    "es": {
        "stop": "{name}: no recibirá más mensajes nuestros. Responda ALTA para volver a recibirlos.",
        "start": "{name}: volverá a recibir mensajes sobre sus pedidos. Responda ALTO para no recibirlos.",
        "help": "{name}: mensajes sobre su pedido. Si tiene preguntas, llame al {number}. Responda ALTO para no recibir"
        " más.",
        "other": "{name}: aquí nadie lee mensajes. Llame al {number}, por favor. Responda ALTO para no recibir más.",
    },
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message means, and the language of its word; None where it has no such word."""

    kind: ReplyKind
    language: Language | None = None


def read_reply(text: str) -> Reply:
    """What a customer's message means: a keyword alone, in any case, with or without accents and punctuation."""
    plain = unicodedata.normalize("NFD", text.casefold())
    meant = _MEANT.get("".join(sign for sign in plain if sign.isalnum()))
    return Reply("other") if meant is None else Reply(*meant)


def reply_answer(reply: Reply, name: str, number: str, language: Language, *, answered: bool) -> str | None:
    """What is answered; None where Twilio has answered.

    Args:
        reply: the customer's.
        name: the restaurant's.
        number: by which the restaurant is called, E.164.
        language: of a message without a keyword.
        answered: Twilio says that it has acted on the keyword and answered ("OptOutType").
    """
    if answered or (reply.kind in ("stop", "start") and reply.language == "en"):
        return None
    return _ANSWERS[reply.language or language][reply.kind].format(name=name, number=number)
