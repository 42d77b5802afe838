"""From a time as a model writes it to an instant: local to the restaurant, today unless a day is named.

Rules kept here: a time that the clocks skip is refused, one that comes twice needs its offset from UTC, and an offset
that is not the restaurant's own is no local time; whether an order can be had then is `timing.py`'s question.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling.arguments import Refusal, shown
from gateway.orders.wording.clock_words import WEEKDAYS

_AT_ONCE = frozenset({"now", "asap", "as soon as possible", "right away", "immediately", "as soon as it is ready"})
_DAY_NAMES = tuple(day.lower() for day in WEEKDAYS["en"])
_WRITTEN = re.compile(
    r"(?:(?P<date>\d{4}-\d{2}-\d{2})(?:t| +)|(?P<day>today|tomorrow|" + "|".join(_DAY_NAMES) + r")(?: +at)? +)?"
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?P<offset>z|[+-]\d{2}:?\d{2}))?"
)
_FAR = timedelta(days=366)
FORM = 'YYYY-MM-DDTHH:MM in local time, HH:MM for today, or "now"'


def read_time(text: str, restaurant: Restaurant, now: datetime) -> datetime | None:
    """The instant that is meant, aware UTC; None for as soon as possible.

    Args:
        text: as the model wrote it.
        restaurant: for its time zone and hours.
        now: aware, by which today is known. A time of day that is past today, and comes before the restaurant closes
            tonight, is after midnight.

    Raises:
        Refusal: it is no time, there is no such time, or there are two.
    """
    folded = " ".join(text.casefold().split())
    if folded in _AT_ONCE:
        return None
    found = _WRITTEN.fullmatch(folded)
    local_now = now.astimezone(restaurant.zone)
    clock = None if found is None else _clock(found["hour"], found["minute"], found["half"])
    if found is None or clock is None:
        raise Refusal(f"{shown(text)} is no time. Write it as {FORM}.", "ORDER_PARSE_ERROR")
    if found["date"] is None and found["day"] is None:
        if not _is_past(clock, local_now, restaurant):
            today = _instant(local_now.date(), clock, found["offset"], restaurant)
            if today >= now:
                return today
        until, tomorrow = restaurant.open_until(now), local_now.date() + timedelta(days=1)
        if until is not None and until.date() == tomorrow and clock <= until.time():
            return _instant(tomorrow, clock, found["offset"], restaurant)
        raise Refusal(
            f"{clock:%H:%M} today is past, for it is {local_now:%H:%M}. For another day give the date too: "
            f"{tomorrow}T{clock:%H:%M} is tomorrow. Ask which day is meant."
        )
    return _instant(_date(found["date"], found["day"], clock, local_now, text), clock, found["offset"], restaurant)


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    """The time of day; None where there is no such. A bare "6" does not say whether it is the morning's."""
    hours, minutes = int(hour), int(minute or 0)
    if half is not None and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half == "p" else 0)
    elif half is not None or minute is None:
        return None
    return time(hours, minutes) if hours < 24 and minutes < 60 else None


def _date(written: str | None, day: str | None, clock: time, local_now: datetime, text: str) -> date:
    """The day: by its date, by its name, or as seen from today. A weekday is the next of its name, today included."""
    today = local_now.date()
    if written is not None:
        try:
            named = date.fromisoformat(written)
        except ValueError as error:
            raise Refusal(f"{shown(text)} is no date. Write it as {FORM}.", "ORDER_PARSE_ERROR") from error
        if abs(named - today) > _FAR:
            raise Refusal(f"{shown(text)} is not near today, {today}. Ask which day is meant.")
        return named
    if day in _DAY_NAMES:
        ahead = (_DAY_NAMES.index(day) - today.weekday()) % 7
        return today + timedelta(days=7 if not ahead and clock < local_now.time() else ahead)
    return today + timedelta(days=day == "tomorrow")


def _is_past(clock: time, local_now: datetime, restaurant: Restaurant) -> bool:
    """Whether a time of day is over today, be it there once, twice or, when the clocks skip it, never."""
    today = [local for local in _both(local_now.date(), clock, restaurant) if _returns(local, restaurant)]
    if not today:
        return clock < local_now.time()
    return max(local.astimezone(UTC) for local in today) < local_now


def _both(day: date, clock: time, restaurant: Restaurant) -> list[datetime]:
    """A local time as it is read before and after a change of the clocks: the same, but where they change."""
    return [datetime.combine(day, clock, tzinfo=restaurant.zone).replace(fold=fold) for fold in (0, 1)]


def _instant(day: date, clock: time, offset: str | None, restaurant: Restaurant) -> datetime:
    """A local time as an instant.

    The night the clocks go back has two instants for one local time, `fold` 0 and 1, and the night they go forward
    none: a time that comes back otherwise than it was written does not exist (PEP 495).
    """
    written = datetime.combine(day, clock)
    both = _both(day, clock, restaurant)
    there = [local for local in both if _returns(local, restaurant)]
    if not there:
        after = both[0].astimezone(UTC).astimezone(restaurant.zone)
        raise Refusal(
            f"There is no {written:%H:%M} on {written:%Y-%m-%d}: the clocks go forward. Ask whether {after:%H:%M} will "
            "do, or another time."
        )
    instants = {_offset(local): local.astimezone(UTC) for local in there}
    if offset is not None:
        instant = instants.get(offset.replace(":", "").upper().replace("Z", "+0000"))
        if instant is None:
            raise Refusal(
                f"{restaurant.name} is at {' or '.join(instants)} from UTC then, not {shown(offset)}. Leave the offset "
                "out: times are local.",
                "ORDER_PARSE_ERROR",
            )
        return instant
    if len(instants) > 1:
        first, second = instants
        raise Refusal(
            f"The clocks go back that night, and {written:%H:%M} comes twice. Ask whether it is the first or the "
            f"second; then give {written:%Y-%m-%dT%H:%M}{first} or {written:%Y-%m-%dT%H:%M}{second}."
        )
    return next(iter(instants.values()))


def _returns(local: datetime, restaurant: Restaurant) -> bool:
    back = local.astimezone(UTC).astimezone(restaurant.zone)
    return back.replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0)


def _offset(local: datetime) -> str:
    """`-0500`."""
    return f"{local:%z}"
