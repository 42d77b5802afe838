"""A time that a caller said, said back: `tomorrow at seven thirty`, `mañana a las siete y media`.

The part of the day is only said when it is known; see `clock_words.py` for moments that are.
"""

import re
from datetime import datetime

from gateway.orders.availability import DAYS
from gateway.orders.intent import SaidTime
from gateway.orders.restaurant import Language
from gateway.orders.wording.clock_words import WEEKDAYS, time_words
from gateway.orders.wording.money import counting_words, number_words

_PART_OF_DAY = re.compile(r" (?:at night|in the \w+|de la \w+)$")
_NOON: dict[Language, str] = {"en": "twelve o'clock", "es": "las doce"}
_DAY_WORDS: dict[Language, tuple[str, ...]] = {"en": ("today", "tomorrow"), "es": ("hoy", "mañana")}
_DAY_AFTER: dict[Language, str] = {"en": "the day after tomorrow", "es": "pasado mañana"}


def time_phrase(said: SaidTime, language: Language = "en") -> str:
    """A time as it was said, in words that can follow "pickup"."""
    if said.hour is None:
        minutes = said.in_minutes or 0
        words = counting_words(minutes, language) if language == "es" else number_words(minutes)
        unit = {"en": "minute", "es": "minuto"}[language] + ("" if minutes == 1 else "s")
        return f"{'en' if language == 'es' else 'in'} {words} {unit}"
    at = f"{'a' if language == 'es' else 'at'} {_clock(said.hour, said.minute, said.half_known, language)}"
    if said.weekday is not None:
        name = WEEKDAYS[language][DAYS.index(said.weekday)]
        return f"{'el' if language == 'es' else 'on'} {name} {at}"
    if said.day is None:
        return at
    days = _DAY_WORDS[language]
    return f"{days[said.day] if said.day < len(days) else _DAY_AFTER[language]} {at}"


def _clock(hour: int, minute: int, half_known: bool, language: Language) -> str:
    if not half_known and hour == 12 and not minute:
        return _NOON[language]
    words = time_words(datetime(2000, 1, 1, hour, minute), language)  # noqa: DTZ001 - a time of day of no day
    return words if half_known else _PART_OF_DAY.sub("", words)
