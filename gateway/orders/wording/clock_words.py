"""Times of day as people say them, in English and Spanish: `seven thirty in the evening`, `las siete y media`.

In words, for the same reason as prices: every voice says them alike. The part of the day is always said, so that no
caller comes twelve hours late.
"""

from datetime import datetime

from gateway.orders.restaurant import Language
from gateway.orders.wording.money import number_words

WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip
# The hours at which morning, afternoon and evening begin.
_PARTS: dict[Language, tuple[int, int, int]] = {"en": (5, 12, 17), "es": (6, 12, 20)}


def time_words(local: datetime, language: Language = "en") -> str:
    """The time of day of a local time: `seven thirty in the evening`, `noon`."""
    return _spanish(local) if language == "es" else _english(local)


def moment_words(local: datetime, today: datetime, language: Language = "en") -> str:
    """A local time seen from another: the time alone today, else with its day: `tomorrow at noon`, `on Friday at noon`.

    A day a week away or more is told by its date, too.
    """
    clock = f"{'a' if language == 'es' else 'at'} {time_words(local, language)}"
    days = (local.date() - today.date()).days
    if days == 0:
        return clock
    if days == 1:
        return f"{'mañana' if language == 'es' else 'tomorrow'} {clock}"
    day = WEEKDAYS[language][local.weekday()]
    if language == "es":
        date = "" if 0 < days < 7 else f" {local.day} de {_MESES[local.month - 1]}"
        return f"el {day}{date} {clock}"
    date = "" if 0 < days < 7 else f", {local:%B} {local.day},"
    return f"on {day}{date} {clock}"


def _english(local: datetime) -> str:
    hour, minute = local.hour, local.minute
    if not minute and hour in (0, 12):
        return "noon" if hour else "midnight"
    spoken = number_words(hour % 12 or 12)
    if not minute:
        clock = f"{spoken} o'clock"
    elif minute < 10:
        clock = f"{spoken} oh {number_words(minute)}"
    else:
        clock = f"{spoken} {number_words(minute)}"
    part = _part(hour, "en", ("at night", "in the morning", "in the afternoon", "in the evening"))
    return f"{clock} {part}"


def _spanish(local: datetime) -> str:
    hour, minute = local.hour, local.minute
    if not minute and hour in (0, 12):
        return "mediodía" if hour else "medianoche"
    twelve = hour % 12 or 12
    spoken = "la una" if twelve == 1 else f"las {number_words(twelve, 'es')}"
    quarters = {0: "", 15: " y cuarto", 30: " y media"}
    minutes = quarters.get(minute, f" y {number_words(minute, 'es')}")
    part = _part(hour, "es", ("de la madrugada", "de la mañana", "de la tarde", "de la noche"))
    return f"{spoken}{minutes} {part}"


def _part(hour: int, language: Language, names: tuple[str, str, str, str]) -> str:
    """The part of the day."""
    return names[sum(hour >= begins for begins in _PARTS[language])]
