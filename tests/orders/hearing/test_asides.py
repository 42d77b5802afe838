import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.hearing.asides import read_asides
from gateway.orders.hearing.callers import find_name
from gateway.orders.intent import OrderContext, SaidTime, Topic
from gateway.orders.menu import Menu
from gateway.orders.processor import OrderProcessor


def test_what_is_no_food_is_taken_out() -> None:
    said = "I'm allergic to nuts, two cokes delivered to 12 Elm Street at seven thirty, my name is Basil"
    asides = read_asides(said, None)
    assert (asides.allergies, asides.address, asides.name) == (("nuts",), "12 Elm Street", "Basil")
    assert asides.time == SaidTime(7, 30)
    assert len(asides.rest) == len(said)
    assert "".join(asides.rest.split()) == "I'm,,twocokes,,,,"


def test_food_alone_is_left_as_it_is() -> None:
    said = "a large margherita with basil"
    asides = read_asides(said, "line")
    assert (asides.allergies, asides.time, asides.address, asides.name, asides.rest) == ((), None, None, None, said)


def test_an_answer_to_a_question_is_read_as_one() -> None:
    assert read_asides("seven thirty", "time").time == SaidTime(7, 30)
    assert read_asides("seven thirty", None).time is None
    assert read_asides("twelve elm street", "address").address == "12 Elm Street"
    assert read_asides("twelve elm street", "address").rest.strip() == ","


@pytest.mark.parametrize(
    ("said", "ordered"),
    [
        ("a coke, pick it up at six", [("coke", 1)]),
        ("i'm allergic to mushrooms and i want a large margherita", [("margherita", 1)]),
        ("my name is basil and i'd like a large margherita", [("margherita", 1)]),
        ("deliver two cokes to twelve elm street apartment three", [("coke", 2)]),
        ("dos cokes para las siete y media", [("coke", 2)]),
        ("a large margherita in half an hour", [("margherita", 1)]),
        ("add a coke and how much is that", [("coke", 1)]),
        ("how much is a coke", []),
        ("someone is choking on a coke", []),
        ("can i leave a message about a coke", []),
    ],
)
def test_no_aside_is_ordered(menu: Menu, said: str, ordered: list[tuple[str, int]]) -> None:
    intent = OrderProcessor(menu).parse_order_intent(said, OrderContext(menu))
    assert [(item.menu_item_id, item.quantity) for item in intent.items] == ordered
    assert all(not item.modifiers for item in intent.items)
    assert intent.unknown == ()


VOCABULARY = (
    "at six thirty pm tomorrow noon for my name is ana a n a pickup deliver it to twelve elm street apartment three "
    "allergic to nuts and milk celiac no a las siete y media en una hora para llamo under double , . ' - 7:30 \ufe70 ½"
)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40) | st.lists(st.sampled_from(VOCABULARY.split()), max_size=14).map(" ".join),
    st.sampled_from([None, "name", "address", "time", "fulfilment", "read_back", "line"]),
)
def test_whatever_was_said_the_rest_keeps_its_length(text: str, asked: Topic | None) -> None:
    asides = read_asides(text, asked)
    assert len(asides.rest) == len(text)
    assert find_name(text, asked, ("ana",)) != ""
