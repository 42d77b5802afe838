"""What a caller gets as text messages about a placed order, English and Spanish: its confirmation, and how it ended.

Rules kept here: the whole order with its total, in the caller's language; what is too long for one message is cut at a
line and says so; every first message says how to get no more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from gateway.orders.menu import Menu
from gateway.orders.order import Order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Language
from gateway.orders.wording.clock_words import WEEKDAYS
from gateway.orders.wording.money import WITH_TAX, price_text
from gateway.orders.wording.read_back import describe_lines
from gateway.orders.wording.sentences import capitalised

MESSAGE_LIMIT = 1600
"""Characters of a text message (Twilio, "Message resource", Body)."""
NUMBER_LENGTH = 6

Outcome = Literal["ready", "rejected", "cancelled"]
"""What of the kitchen's words is worth a message."""

_PLACED: Mapping[Language, str] = {
    "en": "{name}: your order {number} is placed.",
    "es": "{name}: su pedido {number} está hecho.",
}
_READY: Mapping[Language, str] = {"en": "Ready {when}.", "es": "Listo {when}."}
_WITH_YOU: Mapping[Language, str] = {"en": "With you {when}.", "es": "Con usted {when}."}
_ABOUT: Mapping[Language, str] = {"en": "about {}", "es": "hacia {}"}
_STOP: Mapping[Language, str] = {
    "en": "Reply STOP to get no more texts.",
    "es": "Responda ALTO para no recibir más mensajes.",
}
_MORE: Mapping[Language, str] = {"en": "... and more.", "es": "... y más."}
_OUTCOMES: Mapping[Language, Mapping[Outcome, str]] = {
    "en": {
        "ready": "{name}: your order {number} is ready.",
        "rejected": "{name}: we are sorry, your order {number} cannot be made{reason}. Please call us.",
        "cancelled": "{name}: your order {number} is cancelled{reason}. Please call us if you have questions.",
    },
    "es": {
        "ready": "{name}: su pedido {number} está listo.",
        "rejected": "{name}: lo sentimos, no podemos preparar su pedido {number}{reason}. Llámenos, por favor.",
        "cancelled": "{name}: su pedido {number} está cancelado{reason}. Si tiene preguntas, llámenos.",
    },
}


def order_number(order_id: str) -> str:
    """The end of an order's id in capitals: short enough to be said, and the kitchen finds it at the end of its own."""
    return order_id[-NUMBER_LENGTH:].upper()


def placed_text(order: Order, menu: Menu, name: str, language: Language, ready: datetime, now: datetime) -> str:
    """The confirmation of a placed order.

    Args:
        order: as placed.
        menu: it was ordered from.
        name: the restaurant's.
        language: of the call.
        ready: when the caller has the food, local time.
        now: local time, by which a time today is told without its day.
    """
    sums, fulfilment = totals(order, menu), order.fulfilment
    scheduled = fulfilment is not None and fulfilment.at is not None
    when = _moment(ready, now, language)
    form = _WITH_YOU if fulfilment is not None and fulfilment.kind == "delivery" else _READY
    tax = WITH_TAX[language] if sums.tax else ""
    head = [_PLACED[language].format(name=name, number=order_number(order.id))]
    lines = [capitalised(line) for line in describe_lines(order.lines, menu, language)]
    foot = [
        f"Total {price_text(sums.total, order.currency)}{tax}.",
        form[language].format(when=when if scheduled else _ABOUT[language].format(when)),
        _STOP[language],
    ]
    text = "\n".join((*head, *lines, *foot))
    while len(text) > MESSAGE_LIMIT and lines:
        lines.pop()
        text = "\n".join((*head, *lines, _MORE[language], *foot))
    return text


def outcome_text(order_id: str, outcome: Outcome, reason: str | None, name: str, language: Language) -> str:
    """What became of an order; `reason` is the kitchen's, if it gave one."""
    told = "" if reason is None else f" ({reason.rstrip('.')})"
    return _OUTCOMES[language][outcome].format(name=name, number=order_number(order_id), reason=told)


def _moment(ready: datetime, now: datetime, language: Language) -> str:
    """`7:30 PM`, `Friday 7:30 PM`; `19:30` in Spanish."""
    clock = f"{ready:%H:%M}" if language == "es" else f"{ready.hour % 12 or 12}:{ready:%M %p}"
    return clock if ready.date() == now.date() else f"{WEEKDAYS[language][ready.weekday()]} {clock}"
