import pytest

from gateway.orders.menu import Menu
from gateway.orders.tooling.arguments import Refusal
from gateway.orders.tooling.size_edit import OPEN, Size, SizeReader
from tests.orders.tool_menu import DINER


def reader(item_id: str, *only: str, menu: Menu = DINER) -> SizeReader:
    item = menu.item(item_id)
    assert item is not None
    return SizeReader(item, menu, only)


def test_an_item_of_one_form_needs_no_size() -> None:
    assert reader("fries").read(None, {}, OPEN) == Size("one", {})


def test_a_slot_that_allows_one_form_settles_it() -> None:
    assert reader("cola", "big").read(None, {}, OPEN) == Size("big", {})
    assert reader("cola", "big").names_size("regular") is None


def test_a_word_is_a_size_where_it_can_be_nothing_else() -> None:
    assert reader("cola").names_size("Big") == ("cup", "big")
    assert reader("cola").names_size("large") is None
    assert reader("cola").takes("size")
    assert not reader("fries").takes("size")


def test_what_is_settled_stays_until_it_is_said_otherwise(bowls: Menu) -> None:
    noodles = reader("house-noodles", menu=bowls)
    king = noodles.read(None, {"bowl": "king size"}, OPEN)
    assert king == Size(None, {"bowl": "king"})
    assert noodles.read(None, {}, king) == king
    assert noodles.read(None, {"noodle": "rice"}, king) == Size("king-rice", {})
    assert noodles.read(None, {"noodle": "glass"}, Size("king-rice", {})) == Size("regular-glass", {})


def test_a_combination_that_is_not_sold_is_refused(bowls: Menu) -> None:
    with pytest.raises(Refusal, match="House Noodles cannot be had in that combination"):
        reader("house-noodles", menu=bowls).read(None, {"bowl": "king", "noodle": "glass"}, OPEN)
