"""What a store is told of an order that its POS does not take: spoken, or as a text message. Pure.

The order itself is told, so that it can be made from what is heard; where its message cannot be read, what is told is
that there is one. A message is cut where it is too long, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from gateway.orders.restaurant import Language
from gateway.orders.wording.money import price_text, price_words
from gateway.pos.order_message import ConfirmedOrder
from gateway.pos.order_words import fulfilment_words, line_words, time_words

MESSAGE_LIMIT = 1600
"""Characters of a text message (Twilio, "Message resource", Body)."""


class _Envelope(BaseModel):
    """What every message about a whole order is: `order.confirmed`, `order.changed`."""

    type: str
    data: ConfirmedOrder


@dataclass(frozen=True, slots=True)
class _Phrases:
    placed: str
    changed: str
    unknown: str
    who: str
    nameless: str
    phone: str
    withheld: str
    ready: str
    total: str
    note: str
    more: str


_WORDS: Mapping[Language, _Phrases] = {
    "en": _Phrases(
        placed="{name}: a telephone order has not reached your order system. Please take it down.",
        changed="{name}: a change of a telephone order has not reached your order system. This is the whole order now.",
        unknown="{name}: a message about the order {order} has not reached your order system. Please look after it.",
        who="For {}",
        nameless="No name was given",
        phone="telephone {}",
        withheld="the number is withheld",
        ready="ready {}",
        total="Total {}",
        note="Note: {}",
        more="There is more in this order than can be told here. Please ask the customer.",
    ),
    "es": _Phrases(
        placed="{name}: un pedido por teléfono no llegó a su sistema. Por favor, anótelo.",
        changed="{name}: el cambio de un pedido por teléfono no llegó a su sistema. Este es ahora el pedido completo.",
        unknown="{name}: un mensaje sobre el pedido {order} no llegó a su sistema. Por favor, revíselo.",
        who="Para {}",
        nameless="Sin nombre",
        phone="teléfono {}",
        withheld="número oculto",
        ready="listo {}",
        total="Total {}",
        note="Nota: {}",
        more="El pedido tiene más de lo que se puede decir aquí. Por favor, pregunte al cliente.",
    ),
}


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """The sentences, in order, and the one that stands in place of those for which there is no room."""

    sentences: tuple[str, ...]
    more: str


def alarm_words(payload: str, order_id: str, name: str, language: Language, *, spoken: bool) -> AlarmWords:
    """What the store is told.

    Args:
        payload: the message that was not delivered, JSON.
        order_id: the order, for a message that cannot be read.
        name: the restaurant's.
        language: of the store.
        spoken: amounts in words, and digits of telephone numbers one by one.
    """
    phrases = _WORDS[language]
    try:
        message = _Envelope.model_validate_json(payload)
    except ValidationError:
        return AlarmWords((phrases.unknown.format(name=name, order=order_id),), phrases.more)
    data = message.data
    intro = (phrases.changed if message.type == "order.changed" else phrases.placed).format(name=name)
    cents, currency = data.totals.total, data.currency
    total = price_words(cents, currency, language) if spoken else price_text(cents, currency)
    told = [
        intro,
        None if data.allergy_alert is None else _said(data.allergy_alert, spoken=spoken),
        _customer(data, language, spoken=spoken),
        *(line_words(line, language) for line in data.lines),
        None if data.notes is None else phrases.note.format(data.notes),
        phrases.total.format(total),
    ]
    return AlarmWords(tuple(_sentence(words) for words in told if words), phrases.more)


def alarm_text(words: AlarmWords, limit: int = MESSAGE_LIMIT) -> str:
    """The words as one text message."""
    whole = "\n".join(words.sentences)
    kept = list(words.sentences)
    while len(whole) > limit and kept:
        kept.pop()
        whole = "\n".join((*kept, words.more))
    return whole


def _customer(data: ConfirmedOrder, language: Language, *, spoken: bool) -> str:
    phrases, customer = _WORDS[language], data.customer
    number = customer.phone
    if number is not None and spoken:
        number = " ".join(number.removeprefix("+"))
    parts = (
        phrases.nameless if customer.name is None else phrases.who.format(customer.name),
        phrases.withheld if number is None else phrases.phone.format(number),
        fulfilment_words(data, language),
        phrases.ready.format(time_words(data, language, spoken=spoken)),
    )
    return ", ".join(part for part in parts if part)


def _said(words: str, *, spoken: bool) -> str:
    """Capitals are for the eye: a voice may spell them out."""
    return words.capitalize() if spoken else words


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."
