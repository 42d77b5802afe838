"""Cents as people write and say them, in English and Spanish.

Words are for the read-back: every voice says "thirty-one dollars" alike, while "$31.39" is read in as many ways as
there are voices. Amounts below a million in the larger unit; currencies without a name here are said by their code.
"""

from gateway.orders.restaurant import Language

_ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen | twenty thirty forty fifty sixty seventy eighty ninety"
)
_SPANISH = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve | treinta cuarenta cincuenta sesenta setenta ochenta noventa | ciento doscientos "
    "trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_EN_ONES, _EN_TENS = (words.split() for words in _ENGLISH.split("|"))
_ES_ONES, _ES_TENS, _ES_HUNDREDS = (words.split() for words in _SPANISH.split("|"))
# (one of the larger unit, several, one of the smaller, several) by language and currency.
_UNITS: dict[tuple[Language, str], tuple[str, str, str, str]] = {
    ("en", "USD"): ("dollar", "dollars", "cent", "cents"),
    ("es", "USD"): ("dólar", "dólares", "centavo", "centavos"),
    ("en", "EUR"): ("euro", "euros", "cent", "cents"),
    ("es", "EUR"): ("euro", "euros", "céntimo", "céntimos"),
}
WITH_TAX: dict[Language, str] = {"en": " with tax", "es": " con impuestos"}
"""Said behind a total that has tax in it."""
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def price_text(cents: int, currency: str = "USD") -> str:
    """`$31.39`; `31.39 CHF` where the currency has no sign of its own."""
    amount = f"{cents // 100}.{cents % 100:02d}"
    return f"{_SIGNS[currency]}{amount}" if currency in _SIGNS else f"{amount} {currency}"


def price_words(cents: int, currency: str = "USD", language: Language = "en") -> str:
    """`thirty-one dollars and thirty-nine cents`; `treinta y un dólares con treinta y nueve centavos`."""
    one, several, small_one, small_several = _UNITS.get(
        (language, currency), (currency, currency, *_UNITS[language, "USD"][2:])
    )
    whole, rest = divmod(cents, 100)
    large = f"{counting_words(whole, language)} {one if whole == 1 else several}"
    small = f"{counting_words(rest, language)} {small_one if rest == 1 else small_several}"
    if not rest:
        return large
    return f"{large} {'and' if language == 'en' else 'con'} {small}" if whole else small


def number_words(number: int, language: Language = "en") -> str:
    """A whole number from 0 to 999,999 in words: `twelve`, `doce`."""
    return _english(number) if language == "en" else _spanish(number)


def counting_words(number: int, language: Language = "en") -> str:
    """The number as it stands before a masculine noun: Spanish says "un dólar", "veintiún dólares"."""
    words = number_words(number, language)
    if language == "es" and words.endswith("veintiuno"):
        return words.removesuffix("uno") + "ún"
    return words.removesuffix("o") if language == "es" and words.endswith("uno") else words


def _english(number: int) -> str:
    if number < 20:
        return _EN_ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _EN_TENS[tens - 2] + (f"-{_EN_ONES[ones]}" if ones else "")
    size, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    head, rest = divmod(number, size)
    return f"{_english(head)} {name}" + (f" {_english(rest)}" if rest else "")


def _spanish(number: int) -> str:
    if number < 30:
        return _ES_ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _ES_TENS[tens - 3] + (f" y {_ES_ONES[ones]}" if ones else "")
    if number == 100:
        return "cien"
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return _ES_HUNDREDS[hundreds - 1] + (f" {_spanish(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    head = "mil" if thousands == 1 else f"{counting_words(thousands, 'es')} mil"
    return head + (f" {_spanish(rest)}" if rest else "")
