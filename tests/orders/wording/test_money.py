import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.wording.money import number_words, price_text, price_words


@pytest.mark.parametrize(
    ("cents", "english", "spanish"),
    [
        (3139, "thirty-one dollars and thirty-nine cents", "treinta y un dólares con treinta y nueve centavos"),
        (100, "one dollar", "un dólar"),
        (101, "one dollar and one cent", "un dólar con un centavo"),
        (5, "five cents", "cinco centavos"),
        (0, "zero dollars", "cero dólares"),
        (2121, "twenty-one dollars and twenty-one cents", "veintiún dólares con veintiún centavos"),
        (10_000, "one hundred dollars", "cien dólares"),
        (12_150, "one hundred twenty-one dollars and fifty cents", "ciento veintiún dólares con cincuenta centavos"),
    ],
)
def test_a_price_is_said_as_people_say_it(cents: int, english: str, spanish: str) -> None:
    assert price_words(cents) == english
    assert price_words(cents, language="es") == spanish


@pytest.mark.parametrize(
    ("number", "english", "spanish"),
    [
        (0, "zero", "cero"),
        (19, "nineteen", "diecinueve"),
        (20, "twenty", "veinte"),
        (31, "thirty-one", "treinta y uno"),
        (40, "forty", "cuarenta"),
        (100, "one hundred", "cien"),
        (101, "one hundred one", "ciento uno"),
        (200, "two hundred", "doscientos"),
        (1000, "one thousand", "mil"),
        (1515, "one thousand five hundred fifteen", "mil quinientos quince"),
        (21_000, "twenty-one thousand", "veintiún mil"),
        (999_999, "nine hundred ninety-nine thousand nine hundred ninety-nine", None),
    ],
)
def test_a_number_in_words(number: int, english: str, spanish: str | None) -> None:
    assert number_words(number) == english
    assert spanish in (None, number_words(number, "es"))


def test_other_currencies_have_their_own_names_or_are_said_by_their_code() -> None:
    assert price_words(250, "EUR") == "two euros and fifty cents"
    assert price_words(201, "EUR", "es") == "dos euros con un céntimo"
    assert price_words(1250, "CHF") == "twelve CHF and fifty cents"


def test_a_price_in_figures() -> None:
    assert price_text(3139) == "$31.39"
    assert price_text(5, "EUR") == "€0.05"
    assert price_text(120_000, "CHF") == "1200.00 CHF"


@given(st.integers(0, 99_999_999), st.integers(0, 99_999_999))
def test_different_amounts_never_sound_alike(one: int, other: int) -> None:
    assert (price_words(one) == price_words(other)) == (one == other)
    assert (price_words(one, language="es") == price_words(other, language="es")) == (one == other)
