"""Times as callers say them, written as the tools take them: local, the day named where it is not today. Pure."""

from datetime import datetime, timedelta

from gateway.orders.availability import DAYS
from gateway.orders.intent import SaidTime
from gateway.orders.wording.clock_words import WEEKDAYS

_LAST_OF_THE_EVENING = 10
"""Of the hours whose half of the day was not said, one up to this is taken for the evening's."""


def written(said: SaidTime, now: datetime | None) -> str | None:
    """A time for `set_fulfilment`; None when it cannot be told without knowing what time it is.

    Args:
        said: what the caller said.
        now: the restaurant's own time, without zone; None: not known.
    """
    if said.in_minutes is not None:
        return None if now is None else f"{now + timedelta(minutes=said.in_minutes):%Y-%m-%dT%H:%M}"
    if said.hour is None:
        return None
    evening = not said.half_known and said.hour <= _LAST_OF_THE_EVENING
    clock = f"{said.hour + 12 * evening:02d}:{said.minute:02d}"
    if said.weekday is not None:
        return f"{WEEKDAYS['en'][DAYS.index(said.weekday)].lower()} {clock}"
    if said.day is None:
        return clock
    if said.day <= 1:
        return f"{'tomorrow' if said.day else 'today'} {clock}"
    return None if now is None else f"{now + timedelta(days=said.day):%Y-%m-%d}T{clock}"
