"""The tools that answer about time: get_hours, quote_time.

Rules kept here: times are the restaurant's own and said in words; a last order is one that is ready when the doors
close; what is answered is a sentence for the caller, beside the facts it was made of.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from gateway.orders.availability import DAYS
from gateway.orders.missing import FULFILMENT_WORDS
from gateway.orders.restaurant import Hours, Language, Restaurant
from gateway.orders.timing import not_then, quote
from gateway.orders.tooling.customer_tools import kind_of
from gateway.orders.tooling.desk import Desk, ToolCall, language_of
from gateway.orders.tooling.outcome import ToolOutcome
from gateway.orders.wording.clock_words import WEEKDAYS, moment_words, time_words
from gateway.orders.wording.listing import listed
from gateway.orders.wording.money import number_words

HOLIDAYS_AHEAD = timedelta(days=60)
_SOON = timedelta(days=7)  # beyond that, a closing time says nothing: it is open around the clock

_OPEN = {"en": "We are open now and close {closes}.", "es": "Ahora estamos abiertos y cerramos {closes}."}
_ALWAYS_OPEN = {"en": "We are open around the clock.", "es": "Estamos abiertos las veinticuatro horas."}
_LAST = {"en": "The last order is {last}.", "es": "El último pedido es {last}."}
_TOO_LATE = {"en": "It is too late to order for now.", "es": "Ya es tarde para pedir para ahora."}
_CLOSED = {"en": "We are closed now.", "es": "Ahora estamos cerrados."}
_OPENS = {"en": "We open {opens}.", "es": "Abrimos {opens}."}
_SHUT_ON = {"en": "On {day} we are closed.", "es": "El {day} cerramos."}
_OPEN_ON = {"en": "On {day} we are open from {spans}.", "es": "El {day} abrimos de {spans}."}
_SPAN = {"en": "{opens} to {closes}", "es": "{opens} a {closes}"}
_ABOUT = {"en": "About {count} minutes for {kind}, {ready}.", "es": "Unos {count} minutos para {kind}, {ready}."}
_AT_ONCE = {"en": "About {count} minutes, {ready}.", "es": "Unos {count} minutos, {ready}."}


def get_hours(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Whether it is open, until when, the last order, when it opens next, the week, and holidays to come."""
    language, restaurant = language_of(desk, call), desk.restaurant
    now = call.context.now.astimezone(restaurant.zone)
    until, opens = restaurant.open_until(now), restaurant.next_opening(now)
    # By instants: local times of one zone are subtracted by the clock on the wall, which jumps twice a year.
    last = None if until is None else (until.astimezone(UTC) - quote(restaurant, call.context)).astimezone(now.tzinfo)
    facts: dict[str, object] = {
        "now": f"{now:%A %Y-%m-%dT%H:%M}",
        "open": until is not None,
        "closes": _written(until),
        "last_order": _written(last),
        "opens": None if until is not None else _written(opens),
        "week": {WEEKDAYS["en"][day]: _spans(restaurant.hours.get(name, ())) for day, name in enumerate(DAYS)},
        "holidays": {f"{day}": _spans(spans) for day, spans in _holidays(restaurant, now, HOLIDAYS_AHEAD)},
    }
    said = [*_today(until, last, opens, now, language), *_soon(restaurant, now, language)]
    return desk.unchanged(call.order, {"hours": facts, "say": " ".join(said)}, call.context)


def quote_time(desk: Desk, call: ToolCall) -> ToolOutcome:
    """How long an order takes now, and when that is; or why it cannot be had now, and when it can."""
    language, restaurant, wanted = language_of(desk, call), desk.restaurant, call.arguments.text("kind")
    kind = None if wanted is None else kind_of(desk, wanted)
    reason = not_then(None, restaurant, call.context)
    takes = quote(restaurant, call.context)
    ready = (call.context.now + takes).astimezone(restaurant.zone)
    minutes = takes // timedelta(minutes=1)
    if reason is not None:
        return desk.unchanged(call.order, {"minutes": minutes, "now": False, "say": reason}, call.context)
    words = {
        "count": number_words(minutes, language),
        "kind": "" if kind is None else FULFILMENT_WORDS[language][kind],
        "ready": moment_words(ready, call.context.now.astimezone(restaurant.zone), language),
    }
    said = (_AT_ONCE if kind is None else _ABOUT)[language].format(**words)
    told = {"minutes": minutes, "now": True, "ready": _written(ready), "say": said}
    return desk.unchanged(call.order, told, call.context)


def _today(
    until: datetime | None, last: datetime | None, opens: datetime | None, now: datetime, language: Language
) -> Iterable[str]:
    """How things stand now."""
    if until is None or last is None:
        yield _CLOSED[language]
        if opens is not None:
            yield _OPENS[language].format(opens=moment_words(opens, now, language))
    elif until.astimezone(UTC) - now.astimezone(UTC) > _SOON:
        yield _ALWAYS_OPEN[language]
    else:
        yield _OPEN[language].format(closes=moment_words(until, now, language))
        late = last.astimezone(UTC) < now.astimezone(UTC)
        yield _TOO_LATE[language] if late else _LAST[language].format(last=moment_words(last, now, language))


def _soon(restaurant: Restaurant, now: datetime, language: Language) -> Iterable[str]:
    """The holidays of the coming week: the day is told by its name."""
    for day, spans in _holidays(restaurant, now, _SOON):
        name = WEEKDAYS[language][day.weekday()]
        if not spans:
            yield _SHUT_ON[language].format(day=name)
        else:
            told = listed((_in_words(span, language) for span in spans), language)
            yield _OPEN_ON[language].format(day=name, spans=told)


def _holidays(restaurant: Restaurant, now: datetime, within: timedelta) -> list[tuple[date, tuple[Hours, ...]]]:
    today = now.date()
    return sorted((day, spans) for day, spans in restaurant.holidays.items() if today <= day < today + within)


def _in_words(span: Hours, language: Language) -> str:
    clocks = (time.fromisoformat("00:00" if clock == "24:00" else clock) for clock in (span.open, span.close))
    opens, closes = (time_words(datetime.combine(date.min, clock), language) for clock in clocks)
    return _SPAN[language].format(opens=opens, closes=closes)


def _spans(spans: Iterable[Hours]) -> str:
    """`11:00-15:00, 17:00-22:00`, or "closed"."""
    return ", ".join(f"{span.open}-{span.close}" for span in spans) or "closed"


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M}"
