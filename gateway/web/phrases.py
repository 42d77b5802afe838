"""What a caller is told in TwiML, where no agent speaks: English and Spanish, short, and true. Pure.

Opening times are said as local times of the restaurant's clock; the day is named when it is not today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.call.machine import Call
from gateway.call.staff import one_line
from gateway.orders.order import OrderState
from gateway.orders.restaurant import LOCALES, Language, Restaurant
from gateway.orders.wording.read_back import describe_line

_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPANISH_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences of one language. `{name}` is the restaurant's, `{when}` the next opening.

    Those from `whisper` to the end are for the restaurant's people; see `gateway.web.whisper`.
    """

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
    hold: str
    declined: str
    called_often: str
    goodbye: str
    whisper: str
    whisper_briefly: str
    a_caller: str
    number_ends: str
    ordered: str
    placed: str
    rejected: str
    nothing_ordered: str
    caller_gone: str


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
        hold="One moment, please.",
        declined="I'm sorry, we can't take your call. Goodbye.",
        called_often="I'm sorry, we have had many calls from you just now. Please call again later. Goodbye.",
        goodbye="Thank you for calling. Goodbye.",
        whisper="A call for {name}. {caller} wants a person. Reason: {reason}. {order} Press 1 to take the call.",
        whisper_briefly="A caller of {name} wants a person. Press 1 to take the call.",
        a_caller="A caller",
        number_ends="{caller}, number ending in {digits},",
        ordered="In the order: {order}; not placed yet.",
        placed="The order is placed: {order}.",
        rejected="The kitchen has rejected the order: {order}.",
        nothing_ordered="Nothing is ordered.",
        caller_gone="The caller is no longer on the line.",
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
        hold="Un momento, por favor.",
        declined="Lo siento, no podemos atender su llamada. Adiós.",
        called_often="Lo siento, hemos recibido muchas llamadas suyas. Llame de nuevo más tarde, por favor. Adiós.",
        goodbye="Gracias por llamar. Adiós.",
        whisper="Llamada para {name}. {caller} quiere hablar con una persona. Motivo: {reason}. {order}"
        " Pulse 1 para tomar la llamada.",
        whisper_briefly="Un cliente de {name} quiere hablar con una persona. Pulse 1 para tomar la llamada.",
        a_caller="Un cliente",
        number_ends="{caller}, con un número que termina en {digits},",
        ordered="En el pedido: {order}; aún sin confirmar.",
        placed="El pedido está hecho: {order}.",
        rejected="La cocina ha rechazado el pedido: {order}.",
        nothing_ordered="No hay nada pedido.",
        caller_gone="El cliente ya no está en la línea.",
    ),
}


def locale_of(restaurant: Restaurant) -> str:
    """The language in which Twilio speaks for a restaurant, as a BCP 47 tag."""
    return LOCALES[restaurant.languages[0]]


def whisper_text(call: Call, last_two: str | None) -> str:
    """Who rings and why, for the person who answers the restaurant's telephone.

    Args:
        call: which is to be put through.
        last_two: the last digits of the caller's number, or None when it is withheld. More of it is not said.
    """
    restaurant, order = call.restaurant, call.order
    language = restaurant.languages[0]
    phrases = PHRASES[language]
    caller = (order.customer_name if order is not None else None) or phrases.a_caller
    if last_two is not None:
        caller = phrases.number_ends.format(caller=caller, digits=" ".join(last_two))
    lines = order.lines if order is not None else ()
    listing = "; ".join(describe_line(line, restaurant.menu, language) for line in lines)
    told = phrases.nothing_ordered
    if order is not None and listing:
        stands = phrases.placed if order.is_placed else phrases.ordered
        told = (phrases.rejected if order.state is OrderState.REJECTED else stands).format(order=listing)
    reason = call.ended.reason if call.ended is not None else ""
    said = phrases.whisper.format(name=restaurant.name, caller=caller, reason=one_line(reason, 200), order=told)
    return said if reason else phrases.whisper_briefly.format(name=restaurant.name)


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
