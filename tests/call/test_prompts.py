"""What the model is told."""

from datetime import UTC, datetime

from gateway.call import prompts
from gateway.call.turns import Turns
from gateway.events import Heard
from gateway.orders.order import Line, open_order
from gateway.orders.restaurant import Language, Restaurant

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def test_instructions_name_the_restaurant_its_languages_and_what_it_offers(restaurants: dict[str, Restaurant]) -> None:
    text = prompts.instructions(restaurants["casa-verde"])
    assert "telephone of Casa Verde" in text
    assert "Speak English or Spanish;" in text
    assert "pickup or delivery" in text
    assert text.endswith('Your greeting: "Hi, this is Casa Verde. What can I get for you?"\n')
    assert "Speak English;" in prompts.instructions(restaurants["golden-bowl"])


def test_a_greeting_may_be_left_to_the_model(casa_verde: Restaurant) -> None:
    assert "Your greeting" not in prompts.instructions(casa_verde.model_copy(update={"greeting": None}))


def test_every_language_of_a_restaurant_has_a_name() -> None:
    assert set(prompts.LANGUAGES) == set(Language.__args__)  # type: ignore[attr-defined]  # a Literal has them


def test_an_order_in_a_few_words(casa_verde: Restaurant) -> None:
    order = open_order("order-1", "casa-verde", menu_digest=casa_verde.menu.digest)
    assert prompts.summary(order, casa_verde.menu) == "nothing yet"
    order = order.set_line(Line(id="", item_id="pepperoni", variation_id="large", quantity=2), call_id="c1")
    order = order.set_line(Line(id="", item_id="coke", variation_id="regular"), call_id="c2")
    assert prompts.summary(order, casa_verde.menu) == "two large Pepperoni; one Coke"


def test_the_history_is_what_was_heard() -> None:
    turns = Turns()
    turns.agent_said("a1", NOW, "Hi, what can I get for you?")
    turns.heard_caller("c1", NOW, " a pizza ", 0.9, "en-US")
    turns.commit("c2", NOW)
    turns.agent_said("a2", NOW, "Small or large?")
    turns.cut(Heard(item_id="a2", heard_ms=500, produced_ms=1000), NOW)
    assert [(item.role, item.text) for item in prompts.history(turns)] == [
        ("assistant", "Hi, what can I get for you?"),
        ("user", "a pizza"),
        ("assistant", "Small"),
    ]


def test_notes_begin_with_what_they_are_about(casa_verde: Restaurant) -> None:
    assert prompts.greeting_note(casa_verde).startswith("CALL STARTED: ")
    assert prompts.held_order_note("one Coke").startswith("HELD ORDER: ")
    assert prompts.resumed_note("one Coke", "draft").startswith("CALL RESUMED: ")
    assert "key 5" in prompts.key_note("5")
