"""What a caller is told in TwiML, where no agent speaks: English and Spanish, short, and true. Pure.

Opening times are said as local times of the restaurant's clock; the day is named when it is not today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.orders.restaurant import Language, Restaurant

LOCALES: Mapping[Language, str] = {"en": "en-US", "es": "es-US"}
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPANISH_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences of one language. `{name}` is the restaurant's, `{when}` the next opening."""

    transfer: str
    nobody: str
    apology: str
    after_person: str
    closed: str
    closed_for_long: str
    not_in_service: str
    confirm_by_key: str
    person_by_key: str
    go_on: str
    declined: str
    called_often: str


PHRASES: Mapping[Language, Phrases] = {
    "en": Phrases(
        transfer="One moment, I'll put you through to the restaurant.",
        nobody="I'm sorry, nobody can take your call right now. Please call again a little later. Goodbye.",
        apology="I'm sorry, we can't take your call right now. Please call again a little later. Goodbye.",
        after_person="Thank you for calling. If nobody could speak with you, please call again later. Goodbye.",
        closed="Thank you for calling {name}. We are closed right now, and open again {when}. Goodbye.",
        closed_for_long="Thank you for calling {name}. We are closed at the moment. Goodbye.",
        not_in_service="I'm sorry, this number does not take orders. Goodbye.",
        confirm_by_key="Say yes or press 1 to confirm, or press 2 to change it.",
        person_by_key="Press 0 at any time for a person.",
        go_on="I am listening, please go on.",
        declined="I'm sorry, we can't take your call. Goodbye.",
        called_often="I'm sorry, we have had many calls from you just now. Please call again later. Goodbye.",
    ),
    "es": Phrases(
        transfer="Un momento, le comunico con el restaurante.",
        nobody="Lo siento, nadie puede atenderle en este momento. Llame de nuevo más tarde, por favor. Adiós.",
        apology="Lo siento, no podemos atender su llamada en este momento. Llame de nuevo más tarde, por favor. Adiós.",
        after_person="Gracias por llamar. Si nadie pudo atenderle, llame de nuevo más tarde, por favor. Adiós.",
        closed="Gracias por llamar a {name}. Ahora estamos cerrados; abrimos {when}. Adiós.",
        closed_for_long="Gracias por llamar a {name}. En este momento estamos cerrados. Adiós.",
        not_in_service="Lo siento, este número no toma pedidos. Adiós.",
        confirm_by_key="Diga sí u oprima 1 para confirmar, u oprima 2 para cambiarlo.",
        person_by_key="Oprima 0 en cualquier momento para hablar con una persona.",
        go_on="Le escucho, siga por favor.",
        declined="Lo siento, no podemos atender su llamada. Adiós.",
        called_often="Lo siento, hemos recibido muchas llamadas suyas. Llame de nuevo más tarde, por favor. Adiós.",
    ),
}


def closed_text(restaurant: Restaurant, now: datetime) -> str:
    """That the restaurant is closed, and when it opens.

    Args:
        restaurant: not open at `now`.
        now: aware.
    """
    language = restaurant.languages[0]
    opening = restaurant.next_opening(now)
    phrases = PHRASES[language]
    if opening is None:
        return phrases.closed_for_long.format(name=restaurant.name)
    when = _when(opening, now.astimezone(restaurant.zone), language)
    return phrases.closed.format(name=restaurant.name, when=when)


def _when(opening: datetime, now: datetime, language: Language) -> str:
    days = (opening.date() - now.date()).days
    if language == "es":
        day = ("hoy", "mañana")[days] if days < 2 else f"el {_SPANISH_DAYS[opening.weekday()]}"
        return f"{day} a {_spanish_time(opening)}"
    day = ("today", "tomorrow")[days] if days < 2 else f"on {_ENGLISH_DAYS[opening.weekday()]}"
    return f"{day} at {_english_time(opening)}"


def _english_time(at: datetime) -> str:
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'AM' if at.hour < 12 else 'PM'}"


def _spanish_time(at: datetime) -> str:
    hour = at.hour % 12 or 12
    minutes = f":{at.minute:02d}" if at.minute else ""
    part = "de la mañana" if at.hour < 12 else "de la tarde" if at.hour < 20 else "de la noche"
    return f"{'la' if hour == 1 else 'las'} {hour}{minutes} {part}"
