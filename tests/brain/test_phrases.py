from pathlib import Path

import pytest

from gateway.brain.phrases import for_caller, gap_question, joined, menu_aloud, topic_of
from gateway.orders.menu import Category, Menu
from gateway.orders.restaurant_files import SHIPPED


@pytest.fixture(scope="module")
def menu() -> Menu:
    return Menu.model_validate_json((Path(SHIPPED) / "casa-verde" / "menu.json").read_text())


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Got it. Anything else?", "anything_else"),
        ("What name is it for, and is it pickup or delivery?", "name"),
        ("Is it for pickup or delivery?", "fulfilment"),
        ("What is the address for the delivery?", "address"),
        ("One Coke. That comes to three dollars. Is that right?", "read_back"),
        ("Just to be sure: is the order right, yes or no?", "read_back"),
        ("Which size for the Wings: 6 or 12?", "line"),
        ("Shall we go on with it?", "held_order"),
        ("Goodbye!", None),
    ],
)
def test_the_agents_questions_are_known_again(text: str, topic: str | None) -> None:
    assert topic_of(text) == topic


def test_what_a_refusal_says_to_the_model_is_kept_from_the_caller() -> None:
    message = "At most 20 of Coke. Tell the caller. Call set_line with line_id L1."
    assert for_caller(message) == "At most 20 of Coke."
    assert for_caller("Ask for a yes.") == ""


def test_lists() -> None:
    assert joined(["a"], "en") == "a"
    assert joined(["a", "b", "c"], "es") == "a, b o c"


def test_one_question_for_all_that_a_line_lacks(menu: Menu) -> None:
    wings = menu.item("wings")
    one = gap_question(menu, wings, [("sauce", ["bbq", "hot"])], "en")
    both = gap_question(menu, wings, [("pieces", ["6", "12"]), ("sauce", ["bbq", "hot"])], "en")
    assert one == "Which sauce for the Wings: BBQ or Hot?"
    assert both.count("?") == 1
    assert "size" in both
    assert gap_question(menu, None, [("shape", ["round"])], "en") == "Which shape for the : round?"


def test_the_menu_is_read_by_category(menu: Menu) -> None:
    longer = menu.model_copy(update={"categories": (*menu.categories, Category(id="none", name="Nothing"))})
    aloud = menu_aloud(longer, "en")
    assert "Tiramisu, seven dollars" in aloud
    assert "Nothing" not in aloud


def test_a_listing_is_read_without_prices(menu: Menu) -> None:
    coke = menu.items[3]
    bare = coke.model_copy(update={"variations": (coke.variations[0].model_copy(update={"price": None}),)})
    assert "Coke" in menu_aloud(menu.model_copy(update={"items": (bare,)}), "en")
