"""Numbers written so that a synthetic voice reads them right: prices, times, telephone numbers. Pure, English only.

Voices read "$18.95" and "(555) 010-0199" each in its own way, and Pico reads some of them wrong. Here they become words
before they reach a voice. What is no number is left as it is.
"""

import re

_SMALL = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
_ONES = tuple(_SMALL.split())
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))

_PRICE = re.compile(r"\$(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?(?!\d)")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!\w)"  # (555) 010-0199, +1 555-010-0199
    r"|(?<!\w)\+?\d{7,15}(?!\w)"  # +15550100199
    r"|(?<!\w)\d{3}-\d{4}(?!\w)"  # 010-0199
)
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?:\s?([ap])\.?m\b\.?)?(?![\d:])", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?%")
_NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w])")


def number_in_words(number: int) -> str:
    """A whole number in words: 1250 is "one thousand two hundred fifty". Negative ones begin with "minus".

    Raises:
        ValueError: For a trillion and more, which nobody says in a restaurant.
    """
    if number < 0:
        return f"minus {number_in_words(-number)}"
    if number >= 1_000_000_000_000:
        raise ValueError(f"{number} is too large to be said")
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
    size, name = next((size, name) for size, name in _SCALES if number >= size)
    count, rest = divmod(number, size)
    words = f"{number_in_words(count)} {name}"
    return f"{words} {number_in_words(rest)}" if rest else words


def money_in_words(cents: int) -> str:
    """An amount in integer cents as it is said: 1895 is "eighteen dollars and ninety-five cents"."""
    if cents < 0:
        return f"minus {money_in_words(-cents)}"
    dollars, rest = divmod(cents, 100)
    parts = []
    if dollars or not rest:
        parts.append(f"{number_in_words(dollars)} {'dollar' if dollars == 1 else 'dollars'}")
    if rest:
        parts.append(f"{number_in_words(rest)} {'cent' if rest == 1 else 'cents'}")
    return " and ".join(parts)


def digits_in_words(digits: str) -> str:
    """Each digit singly, in the groups in which they are written: "555-0199" is "five five five, zero one nine nine".

    Ten digits in one run are grouped as American numbers are said, three, three and four.
    """
    groups = re.findall(r"\d+", digits)
    if len(groups) == 1 and len(groups[0]) in (10, 11):
        run = groups[0]
        groups = [group for group in (run[:-10], run[-10:-7], run[-7:-4], run[-4:]) if group]
    return ", ".join(" ".join(_ONES[int(digit)] for digit in group) for group in groups)


def time_in_words(hour: int, minute: int, half: str = "") -> str:
    """A time of day: 18:05 is "six oh five p m", 6:30 with half "p" "six thirty p m", 12:00 "twelve noon".

    Args:
        hour: 0 to 23 on the 24-hour clock; 1 to 12 with ``half``.
        minute: 0 to 59.
        half: "a" or "p" if it was written with the time; otherwise told from the hour.
    """
    if not half and minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "twelve noon"
    half = half.lower() or ("p" if hour >= 12 else "a")
    words = [number_in_words(hour % 12 or 12)]
    if 0 < minute < 10:
        words.append(f"oh {number_in_words(minute)}")
    elif minute:
        words.append(number_in_words(minute))
    return f"{' '.join(words)} {half} m"


def say(text: str) -> str:
    """A text with its prices, telephone numbers, times, percentages and numbers in words.

    Order numbers such as "A17" and version-like numbers keep their digits, since they are names.
    """
    text = _PRICE.sub(lambda price: money_in_words(_whole(price[1]) * 100 + int(price[2] or 0)), text)
    text = _PHONE.sub(lambda phone: digits_in_words(phone[0]), text)
    text = _TIME.sub(lambda time: time_in_words(int(time[1]), int(time[2]), time[3] or ""), text)
    text = _PERCENT.sub(lambda percent: f"{_decimal(percent[1])} percent", text)
    return _NUMBER.sub(lambda number: _decimal(number[0]), text)


def _whole(digits: str) -> int:
    return int(digits.replace(",", ""))


def _decimal(written: str) -> str:
    whole, _, fraction = written.partition(".")
    if _whole(whole) >= 1_000_000_000_000:
        return digits_in_words(written)
    words = number_in_words(_whole(whole))
    return f"{words} point {' '.join(_ONES[int(digit)] for digit in fraction)}" if fraction else words
