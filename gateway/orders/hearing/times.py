"""Times of day as callers say them: "for seven thirty", "tomorrow at noon", "a las siete y media", "in an hour".

Nothing here knows the date: a `SaidTime` is what was said, and whoever has the restaurant's clock makes a moment of it.
Rules kept here: a number is a time only where the words around it show that, since most numbers on this telephone
count dishes; half of the day is never guessed.
"""

import re
from collections.abc import Sequence

from gateway.orders.availability import Weekday
from gateway.orders.hearing.numbers import read_number
from gateway.orders.hearing.tokens import fold
from gateway.orders.intent import SaidTime, Span

MAX_MINUTES_AHEAD = 24 * 60


_ONES = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_HOURS_ES = "una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_MINUTE = rf"[0-5]\d|(?:oh|o|zero) (?:{_ONES})|(?:twenty|thirty|forty|fifty)(?:[ -](?:{_ONES}))?|{_TEENS}"
_MINUTE_ES = (
    r"[0-5]?\d|cinco|diez|quince|veinte|veinticinco|treinta|treinta y cinco|cuarenta|cuarenta y cinco|cincuenta"
    r"|cincuenta y cinco|media|cuarto"
)
_HALF = (
    r"(?:a\.? ?m\b\.?(?! i\b)|p\.? ?m\b\.?|(?:in|this) (?:the )?(?:morning|afternoon|evening)|at night|tonight|(?:de"
    r"|por|en) la (?:manana|tarde|noche|madrugada)|del mediodia)"
)
_DAY = r"(?:tomorrow|tonight|today|manana|hoy|on \w+day|(?:this |next )?\w+day)"
# What may follow a bare "at six" that is a time, so that "at six elm street" is none.
_TAIL = (
    rf"(?=\W*$|[,.;!?]| (?:please|{_DAY}|or|and|for|if|so|then|thanks|thank|pick ?up|pick|delivery|sharp|ish|in the"
    r"|this|a (?:nombre|domicilio)|at night|i'?ll|i|we|we'?ll|under|my|por favor|para|y|de la|con)\b)"
)
_AT = r"(?:at|by|before|until|till|at around|at about|by around|by about)"
_READY = (
    r"(?:schedul\w+|ready|pick ?-?up|pick(?:ing)? (?:it|that|this|them) up|picking up|deliver\w*"
    r"|come)(?: \w+){0,2}? for"
)
_A_LAS = r"(?:a|para|sobre|hasta|antes de|como a|tipo) (?:las?|eso de las?)"

_H, _M = rf"(?P<hour>\d{{1,2}}|{_ONES})", rf"(?P<minute>{_MINUTE})"


def _forms(*forms: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?<![\w.$]){form}(?!\w)") for form in forms)


_H_ES = rf"(?P<hour>\d{{1,2}}|{_HOURS_ES})"
_FORMS = _forms(
    rf"(?:{_AT} |for |around )?(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?: ?{_HALF})?(?![:\d])",
    rf"(?:{_AT}|for|around) (?P<hour>\d{{1,2}})[. ]?(?P<minute>[0-5]\d)(?: ?{_HALF}|{_TAIL})",
    rf"(?:{_AT} |for |around )?(?:a )?(?P<off>half|quarter)(?: an hour)? (?P<side>past|after|to|till"
    rf"|of) {_H}(?: {_HALF})?",
    rf"(?:{_AT} |around )(?P<off>five|ten|twenty|twenty[ -]five|\d{{1,2}})(?: minutes)? (?P<side>past|after|to"
    rf"|till) {_H}(?: {_HALF}|{_TAIL})",
    rf"(?:{_AT} |for |around )?{_H}(?: {_M})?(?: o'?clock(?: {_HALF})?| ?{_HALF})",
    rf"(?:{_AT}|for|around) {_H}[ -]{_M}{_TAIL}",
    rf"(?:{_AT}|{_READY}) {_H}{_TAIL}",
    rf"for {_H}(?= {_DAY})",
    r"(?:(?:at|by|around|for|before|al|a) )?(?P<name>noon|midday|midnight|mediodia|medianoche)",
    rf"{_A_LAS} {_H_ES} y (?P<minute>media|cuarto)(?: {_HALF})?",
    rf"{_A_LAS} {_H_ES}(?:(?::| y | )(?P<minute>{_MINUTE_ES})| menos (?P<less>{_MINUTE_ES}))(?: ?{_HALF}|{_TAIL})",
    rf"{_A_LAS} {_H_ES}(?: en punto| ?{_HALF}|{_TAIL})",
    rf"(?P<off>cuarto|diez|cinco|veinte) para las? {_H_ES}(?: {_HALF})?",
)
# "Put cheese on both": in Spanish the words are those of a time.
_TO_BOTH = re.compile(r"\b(?:pon|agreg|quit|anad|ech|sub)\w* [^,.;]{0,40}?\ba las (?:dos|tres|cuatro|cinco)\b(?! y )")
# Without one word of both lists, or digits, no time is said: most turns need no closer look.
_HINTS_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve twenty una dos tres cuatro cinco seis siete ocho "
    "nueve diez "
    "once doce veinte half media medio quarter cuarto hour hours minutes minute mins min hora horas minutos minuto "
    "an a "
    "un noon midday midnight mediodia mediod\u00eda medianoche"
)
_MARKS_WORDS = (
    "at by before until till for around about past after to of in o'clock oclock o\u2019clock clock am pm a p this "
    "tonight night "
    "la las en dentro noon midday midnight mediodia mediod\u00eda medianoche"
)
_HINTS, _MARKS = frozenset(_HINTS_WORDS.split()), frozenset(_MARKS_WORDS.split())
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_COUNT = r"(?P<count>\d{1,3}|(?:(?:twenty|thirty|forty|fifty)[ -])?\w+|treinta y cinco|cuarenta y cinco)"
_AHEAD = re.compile(
    rf"\b(?:in|en|dentro de)(?: about| around| like| unos| como)? (?:(?P<half_hour>half an hour|media hora)"
    rf"|{_COUNT} (?P<unit>hours?|minutes?|mins?|horas?|minutos?)(?P<more> and a half| y media)?"
    rf"|(?P<and_half>hora y media))\b"
)
_SPECIAL = {"media": 30, "half": 30, "cuarto": 15, "quarter": 15, "un": 1, "una": 1, "an": 1, "a": 1, "once": 11,
            "veinticinco": 25}  # fmt: skip
_DAYS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (2, re.compile(r"\b(?:the )?day after tomorrow\b|\bpasado manana\b")),
    (1, re.compile(r"\btomorrow\b|(?<!la )\bmanana\b")),
    (0, re.compile(r"\b(?:tonight|today|this (?:morning|afternoon|evening)|hoy|esta (?:noche|tarde|manana))\b")),
)
_WEEKDAYS: tuple[tuple[Weekday, str], ...] = (
    ("mon", "monday|lunes"), ("tue", "tuesday|martes"), ("wed", "wednesday|miercoles"), ("thu", "thursday|jueves"),
    ("fri", "friday|viernes"), ("sat", "saturday|sabado"), ("sun", "sunday|domingo"),
)  # fmt: skip
_ON_DAY = tuple((day, re.compile(rf"\b(?:on |this |next |el |este )*(?:{names})\b")) for day, names in _WEEKDAYS)
_MORNING = re.compile(r"\bmorning\b|(?<![a-z])a\.? ?m\b|\b(?:por|en|de) la (?:manana|madrugada)\b|\besta manana\b")
_EVENING = re.compile(
    r"\b(?:afternoon|evening|tonight|at night)\b|(?<![a-z])p\.? ?m\b|\b(?:por|en|de) la (?:tarde|noche)\b"
    r"|\besta (?:tarde|noche)\b"
)
_ANSWER_LEAD = re.compile(
    r"^(?:(?:um|uh|maybe|like|around|about|let's say|say|at|for|by|to|yes|yeah|ok|okay|make it|oh|so|well|como|pues"
    r"|si)\W+)*"
)
_ANSWER = re.compile(
    rf"(?:las? )?(?P<hour>\d{{1,2}}|{_ONES}|{_HOURS_ES})(?:(?:[ :.-]| y )(?P<minute>{_MINUTE}"
    rf"|{_MINUTE_ES}))?(?: ?{_HALF})?(?: (?:ish|would be (?:fine|good|great)|please|works|por favor|{_DAY}))*\W*$"
)


def find_time(text: str, *, asked: bool = False) -> SaidTime | None:
    """The time of day that was said, the last one where several were; None without one.

    Args:
        text: what the caller said.
        asked: the agent asked for the time just now, so that "seven thirty" alone is one.
    """
    if not (asked or _may_say_one(text)):
        return None
    words, places = fold(text)
    words = _TO_BOTH.sub(lambda match: " " * len(match.group()), words)
    ahead = _ahead(words)
    if ahead is not None:
        minutes, start, end = ahead
        return SaidTime(in_minutes=minutes, spans=_spans(((start, end),), places))
    found = [said for form in _FORMS for match in form.finditer(words) if (said := _read(match, words)) is not None]
    if not found and asked:
        lead = _ANSWER_LEAD.match(words)
        match = _ANSWER.match(words, lead.end() if lead is not None else 0)
        found = [said] if match is not None and (said := _read(match, words)) is not None else []
    if not found:
        return None
    # Of forms that overlap the longest one counts, as in "at six forty five".
    hour, minute, half_known, span = max(found, key=lambda said: (said[3][1], said[3][1] - said[3][0]))
    day, weekday, where = _day(words)
    return SaidTime(hour, minute, half_known, day, weekday, spans=_spans((span, *where), places))


def _may_say_one(text: str) -> bool:
    """Whether a closer look at a text may find a time."""
    words = frozenset(_WORD.findall(text.lower()))
    numbered = not words.isdisjoint(_HINTS) and not words.isdisjoint(_MARKS)
    return numbered or any(word[0].isdigit() for word in words)


def _ahead(words: str) -> tuple[int, int, int] | None:
    """ "in an hour": (minutes, start, end)."""
    match = _AHEAD.search(words)
    if match is None:
        return None
    if match["half_hour"] or match["and_half"]:
        return (30 if match["half_hour"] else 90), match.start(), match.end()
    count = _number(match["count"])
    if count is None:
        return None
    hours = match["unit"].startswith(("hour", "hora"))
    minutes = count * (60 if hours else 1) + (30 if match["more"] and hours else 0)
    return (minutes, match.start(), match.end()) if 0 < minutes <= MAX_MINUTES_AHEAD else None


_Read = tuple[int, int, bool, Span]


def _read(match: re.Match[str], words: str) -> _Read | None:
    """(hour, minute, half known, span) of one match."""
    said = match.groupdict()
    name = said.get("name")
    if name is not None:
        return (12 if name in {"noon", "midday", "mediodia"} else 0), 0, True, match.span()
    hour = _number(said["hour"])
    minute = _minutes(said.get("minute"))
    less = _minutes(said.get("less") or (said.get("off") if said.get("side") in {None, "to", "till", "of"} else None))
    if said.get("side") in {"past", "after"}:
        minute = _minutes(said["off"])
    if (
        hour is None
        or minute is None
        or less is None
        or not 0 <= hour <= 23
        or not 0 <= minute <= 59
        or hour + less < 1
    ):
        return None
    if less:
        hour, minute = (hour - 1 or 12) if hour <= 12 else hour - 1, 60 - less
    half = _half(match.group()) or _half(words)
    if hour > 12 or hour == 0:
        return hour, minute, True, match.span()
    if half is None:
        return hour, minute, False, match.span()
    night = hour == 12 and match.group().endswith("noche")
    return (hour % 12 + (12 if half == "pm" and not night else 0)), minute, True, match.span()


def _half(words: str) -> str | None:
    return "am" if _MORNING.search(words) else "pm" if _EVENING.search(words) else None


def _day(words: str) -> tuple[int | None, Weekday | None, tuple[Span, ...]]:
    """The day that was named, as (days from today, weekday, where)."""
    for day, pattern in _DAYS:
        match = pattern.search(words)
        if match is not None:
            return day, None, (match.span(),)
    for weekday, pattern in _ON_DAY:
        match = pattern.search(words)
        if match is not None:
            return None, weekday, (match.span(),)
    return None, None, ()


def _minutes(words: str | None) -> int | None:
    """Minutes in words; 0 when none were said, None when it is no number."""
    if words is None:
        return 0
    return _number(re.sub(r"^(?:oh|o|zero) ", "", words))


def _number(words: str) -> int | None:
    if words in _SPECIAL:
        return _SPECIAL[words]
    if " y " in words:
        tens, _, ones = words.partition(" y ")
        return (_number(tens) or 0) + (_number(ones) or 0)
    found = read_number(words.replace("-", " ").split(), 0)
    return None if found is None else found[0]


def _spans(spans: tuple[Span, ...], places: Sequence[int]) -> tuple[Span, ...]:
    """Offsets in the folded words as offsets in the text."""
    return tuple((places[start], places[end - 1] + 1) for start, end in spans)
