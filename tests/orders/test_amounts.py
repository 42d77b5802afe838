"""An amount is found in whatever way it is said, and only the whole of it."""

import pytest

from gateway.orders.wording.amounts import end_of_amount, spoken_amounts


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (2534, "That comes to twenty-five dollars and thirty-four cents"), (2534, "It is $25.34"), (2534, "25,34 €"),
        (2534, "twenty five thirty four"), (2534, "Son veinticinco dólares con treinta y cuatro centavos"),
        (2534, "25 dollars and 34 cents"), (2534, "25 dólares con 34 centavos"),
        (2534, "veinticinco con treinta y cuatro"),
        (2504, "twenty-five oh four"), (2504, "$25.04"), (2500, "$25"), (2500, "25.00"), (2500, "twenty-five dollars"),
        (2500, "25 dollars"), (50, "fifty cents"), (50, "50 cents"), (102534, "$1,025.34"), (102500, "$1025"),
        (102534, "one thousand twenty-five dollars and thirty-four cents"), (100, "one dollar"), (100, "1 dollar"),
        (202, "2 dollars and 2 cents"), (2525, "25 dollars and 25 cents"), (3100, "treinta y un dólares"),
    ],
)  # fmt: skip
def test_an_amount_is_found(cents: int, said: str) -> None:
    assert end_of_amount(f"{said}, right?", spoken_amounts(cents)) == len(said.removesuffix(" €"))


@pytest.mark.parametrize(
    ("cents", "said"),
    [(2534, "$125.34"), (2534, "$25.3"), (2534, "twenty-five dollars"), (2500, "$25.34"), (2500, "One moment please."),
     (2500, ""), (2534, "25")],
)  # fmt: skip
def test_another_amount_is_not(cents: int, said: str) -> None:
    assert end_of_amount(said, spoken_amounts(cents)) is None


def test_the_last_time_counts() -> None:
    said = "A pizza for $5, and with tax $5.00"
    assert end_of_amount(said, spoken_amounts(500)) == len(said)
