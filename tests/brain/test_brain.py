"""Conversations with the local brain: what the caller says, what the agent answers, and the order that it leaves."""

from collections.abc import Callable

import pytest

from gateway.brain.brain import Brain
from gateway.brain.mind import Answered, Called, CallTools, Said
from gateway.call import prompts
from gateway.orders.order import OrderState
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.orders.tools import OrderTools
from tests.brain.brain_call import Call

Ring = Callable[..., Call]


@pytest.fixture(scope="module")
def ring() -> Ring:
    casa_verde = next(r for r in load_restaurants(SHIPPED, {}) if r.id == "casa-verde")
    return lambda **given: Call(given.pop("restaurant", casa_verde), **given)


def greeted(ring: Ring, **given: object) -> Call:
    call = ring(**given)
    call.note(prompts.greeting_note(call.restaurant))
    return call


def test_corrections(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("Two large margheritas... no, make that one large and one small, and mushrooms on the small.")
    asked = call.hear("Wings.")
    assert "size" in asked
    assert "sauce" in asked
    read_back = call.hear("Twelve, garlic. Actually take the mushrooms off.")
    assert read_back.endswith("That comes to forty dollars and fifty-nine cents with tax. Is that right?")
    assert call.hear("Yes. Ana, pickup.").endswith("Goodbye!")
    assert call.order.state is OrderState.CONFIRMED
    assert call.lines == [
        (1, "margherita", "large", []),
        (1, "margherita", "small", []),
        (1, "wings", "12", ["add garlic"]),
    ]
    assert call.order.customer_name == "Ana"
    assert call.called[-2:] == ["confirm_order", "end_call"]


def test_an_interrupted_menu(ring: Ring) -> None:
    call = greeted(ring)
    menu = call.hear("what do you have")
    assert len(menu) > 300
    call.history[-1] = Said("cut", "assistant", menu[:40])
    call.hear("just a pepperoni large with jalapeno")
    assert call.lines == [(1, "pepperoni", "large", ["add jalapeno"])]


def test_the_held_order_is_offered_and_taken_up(ring: Ring) -> None:
    first = greeted(ring)
    first.hear("a large margherita and a sprite")
    second = ring(held=first.order)
    offer = second.note(prompts.held_order_note("1 large Margherita, 1 Sprite"))
    assert "1 large Margherita, 1 Sprite" in offer
    assert second.note(prompts.STILL_THERE_NOTE) == "Are you still there? Shall we go on with it?"
    second.hear("Yes, and a Coke.")
    assert [line[1] for line in second.lines] == ["margherita", "sprite", "coke"]
    assert "What name" in second.hear("no that's all")
    second.hear("ana, pickup")
    second.hear("yes")
    assert second.order.state is OrderState.CONFIRMED


def test_the_held_order_is_declined_after_an_unclear_answer(ring: Ring) -> None:
    first = greeted(ring)
    first.hear("a coke")
    second = ring(held=first.order)
    second.note("HELD ORDER: this caller left an order")
    assert "yes or no" in second.hear("what order")
    assert "anew" in second.hear("no")
    assert second.lines == []


def test_a_change_after_the_read_back_is_read_back_anew(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("a large pepperoni and two cokes")
    assert "name" in call.hear("no that's all")
    assert "pickup or delivery?" in call.hear("peter")
    assert "Two Coke" in call.hear("pickup")
    assert "Three Coke" in call.hear("no make it three cokes")
    assert "Goodbye" in call.hear("yes that's right")
    assert call.lines == [(1, "pepperoni", "large", []), (3, "coke", "regular", [])]


def test_delivery_needs_an_address(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("a coke")
    call.hear("that's it")
    assert "address" in call.hear("john smith, delivery")
    assert "12 Oak Street" in call.hear("12 oak street")


def test_where_there_is_one_way_to_get_the_food(ring: Ring) -> None:
    bowls = next(r for r in load_restaurants(SHIPPED, {}) if r.id == "golden-bowl")
    call = greeted(ring, restaurant=bowls)
    call.hear("a lychee soda")
    assert call.hear("done") == "It is pickup only; what name is it for?"
    assert "For Lee, pickup" in call.hear("lee")
    other = greeted(ring, restaurant=bowls)
    other.hear("a lychee soda and my name is lee")
    other.order = other.order.model_copy(update={"fulfilment": None})
    other.history = []
    other.hear("that's all")
    other.hear("yes")
    assert other.order.fulfilment is not None


def test_a_yes_before_the_name_is_known_is_asked_for_again(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("wings")
    call.hear("a coke")
    call.hear("six hot")
    call.hear("that's all")
    call.hear("ana pickup")
    assert "yes or no" in call.hear("hm")
    assert "change" in call.hear("no")
    assert call.hear("sorry can you repeat that").endswith("Is that right?")
    assert call.order.state is OrderState.READ_BACK


def test_yes_to_a_read_back_without_a_name(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("a coke")
    call.hear("wings")
    assert call.hear("six hot").endswith("Is that right?")
    assert "What name" in call.hear("yes")
    assert "yes or no" in call.hear("ana pickup")
    assert "Goodbye" in call.hear("yes")


def test_a_read_back_that_was_not_heard_is_said_again(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("a coke")
    call.hear("that's all")
    call.hear("ana pickup")
    call.heard = False
    assert call.hear("yes").endswith("Is that right?")


def test_what_is_not_on_the_menu(ring: Ring) -> None:
    call = greeted(ring)
    assert "lasagna" in call.hear("i'd like a lasagna")
    assert call.lines == []
    assert "lasagna" in call.hear("a lasagna and a coke")
    assert call.lines == [(1, "coke", "regular", [])]
    assert "do not have cheesecake" in call.hear("do you have cheesecake")


def test_a_kind_of_dish_is_asked_back(ring: Ring) -> None:
    call = greeted(ring)
    assert "Margherita or Pepperoni" in call.hear("a large pizza with basil")
    call.hear("pepperoni")
    assert call.lines == [(1, "pepperoni", "large", ["add basil"])]
    call.hear("another one")
    assert call.lines == [(2, "pepperoni", "large", ["add basil"])]


def test_a_doubt_may_be_dropped(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("a coke")
    assert "Which pizza" in call.hear("and a large pizza")
    assert "What name" in call.hear("no that's all")
    assert call.lines == [(1, "coke", "regular", [])]
    assert "What name" in call.hear("nothing else")
    call.hear("ana pickup")
    assert "yes or no" in call.note(prompts.STILL_THERE_NOTE)


def test_refusals_are_told(ring: Ring) -> None:
    call = greeted(ring)
    assert "20" in call.hear("18000 cokes")
    assert call.lines == []


def test_questions_are_answered_from_the_menu(ring: Ring) -> None:
    call = greeted(ring)
    assert "seven dollars" in call.hear("how much is the tiramisu")
    assert "may contain nuts" in call.hear("does the tiramisu contain nuts")
    assert "We are open now and close at ten o'clock in the evening." in call.hear("what time do you close")


def test_small_talk_and_silence(ring: Ring) -> None:
    call = greeted(ring)
    assert call.hear("hello").endswith("What can I get you?")
    assert call.hear("that's all") == "There is nothing in the order yet."
    call.hear("a coke")
    assert call.hear("yes") == "What can I get you?"
    assert call.hear("hm").startswith("Sorry, I did not get that.")
    assert call.note(prompts.STILL_THERE_NOTE).startswith("Are you still there?")
    assert call.note(prompts.NOT_UNDERSTOOD_NOTE).startswith("Sorry, I did not get that.")
    assert call.note(prompts.TOO_LONG_NOTE).endswith("?")
    assert "Goodbye" in call.note(prompts.SILENT_GOODBYE_NOTE)
    assert call.called[-1] == "end_call"


@pytest.mark.parametrize("said", ["can i talk to a manager", "a person please"])
def test_a_person(ring: Ring, said: str) -> None:
    call = greeted(ring)
    assert "put you through" in call.hear(said)
    assert call.called[-1] == "transfer_to_staff"


def test_the_key_for_a_person(ring: Ring) -> None:
    call = greeted(ring)
    call.note(prompts.key_note("0"))
    assert call.called == ["transfer_to_staff"]


def test_nobody_to_transfer_to(ring: Ring) -> None:
    call = greeted(ring)
    call.restaurant = call.restaurant.model_copy(update={"transfer_to": None})
    call.tools = OrderTools(call.restaurant.menu, call.restaurant)
    call.hear("a manager please")
    assert "Nobody can be reached" in call.respond()


def test_cancelling(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("a coke")
    assert "dropped" in call.hear("cancel my order")
    assert call.order.state is OrderState.CANCELLED


def test_taking_off(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("a coke and a sprite")
    assert "off" in call.hear("take the coke off")
    assert call.lines == [(1, "sprite", "regular", [])]


def test_spanish(ring: Ring) -> None:
    call = greeted(ring)
    offered = "español" in call.hear("¿puedo seguir en español?")
    assert offered is ("es" in call.restaurant.languages)
    call.instructions = "You speak es and en."
    assert call.hear("una margherita grande y dos cocas colas por favor") == "Anotado. ¿Algo más?"
    assert "nombre" in call.hear("eso es todo gracias")
    assert "Para Ana" in call.hear("es para ana, para llevar")


def test_spanish_where_it_is_not_spoken(ring: Ring) -> None:
    call = greeted(ring, instructions="You speak en. Take orders.")
    assert "only speak English" in call.hear("puedo seguir en español")


def test_a_fresh_session_goes_on_where_the_other_was(ring: Ring) -> None:
    first = greeted(ring)
    first.hear("a large margherita and wings")
    said = [entry for entry in first.history if isinstance(entry, Said) and entry.role != "system"]
    second = ring(history=list(said))
    second.order = first.order
    assert "Wings" in second.note(prompts.RECOVERED_NOTE)
    assert second.called == ["get_menu", "get_order"]
    second.hear("six hot")
    assert second.lines[1] == (1, "wings", "6", ["add hot"])


def test_a_fresh_session_answers_what_was_left_unanswered(ring: Ring) -> None:
    call = ring(history=[Said("1", "assistant", "What can I get you?"), Said("2", "user", "a coke")])
    assert call.note(prompts.RECOVERED_NOTE) == "Got it. Anything else?"


def test_a_caller_who_is_back_hears_so(ring: Ring) -> None:
    call = ring(history=[Said("1", "user", "a coke"), Said("2", "assistant", "Got it. Anything else?")])
    assert "cut off" in call.note(prompts.resumed_note("1 Coke", "draft"))


def test_a_caller_who_is_back_after_the_order_was_placed_hears_so_and_goodbye(ring: Ring) -> None:
    call = ring(history=[Said("1", "user", "yes"), Said("2", "assistant", "Is that right?")])
    assert call.note(prompts.placed_note("1 Coke")) == "Sorry, we were cut off. Your order is placed. Goodbye!"
    assert call.called == ["end_call"]


def test_greetings(ring: Ring) -> None:
    call = ring(instructions="You answer the telephone of Nowhere and take orders.")
    assert call.note("CALL STARTED: go on.") == "Thanks for calling Nowhere. What can I get you?"
    assert ring(instructions="Be kind.").respond() == "Thanks for calling. What can I get you?"
    assert ring(instructions='Your greeting: "Moin!"').respond() == "Moin!"


def test_without_tools_there_is_little_to_do(ring: Ring) -> None:
    call = ring(offered=frozenset())
    assert call.hear("a coke") == "Sorry, that did not work."
    only_lookups = ring(offered=frozenset({"get_menu", "get_order"}))
    assert only_lookups.hear("a coke") == "Sorry, that did not work."
    assert only_lookups.hear("a manager") == "Sorry, that did not work."
    assert "Goodbye" in only_lookups.note(prompts.SILENT_GOODBYE_NOTE)
    assert Brain().decide(call.prompt("none"))


def test_a_closed_restaurant_refuses_the_read_back(ring: Ring) -> None:
    call = greeted(ring)
    closed = call.restaurant.model_copy(update={"hours": {}})
    call.tools = OrderTools(closed.menu, closed)
    call.hear("a coke")
    call.hear("that's all")
    assert "closed" in call.hear("ana pickup")


def test_nothing_follows_the_end(ring: Ring) -> None:
    call = greeted(ring)
    call.hear("can i talk to a manager")
    assert Brain().decide(call.prompt()) == ()
    other = greeted(ring)
    other.note(prompts.SILENT_GOODBYE_NOTE)
    assert Brain().decide(other.prompt()) == ()


def test_what_may_be_said_next(ring: Ring) -> None:
    call = greeted(ring)
    assert Brain().expects(call.prompt())
    call.hear("a coke")
    assert any("margherita" in phrase for phrase in Brain().expects(call.prompt()))
    call.hear("that's all")
    assert any("name" in phrase for phrase in Brain().expects(call.prompt()))


def test_answers_that_are_no_json_are_survived(ring: Ring) -> None:
    call = greeted(ring)
    call.history += [Said("u", "user", "a coke"), Called("x", "x", "get_menu", "{}"), Answered("xo", "x", "broken")]
    call.history += [Called("y", "y", "get_order", "{}"), Answered("yo", "y", '{"menu": {"items": []}}')]
    assert [step for step in Brain().decide(call.prompt()) if isinstance(step, CallTools)] == []


def test_what_the_kitchen_says_of_the_order(ring: Ring) -> None:
    call = greeted(ring)
    assert call.note(prompts.accepted_note("18:40")) == "The kitchen has accepted your order."
    assert call.note(prompts.ready_note()) == "Your order is ready."
    told = call.note(prompts.rejected_note("we are out of dough.", person=True))
    assert told == (
        "I am sorry, the kitchen cannot make your order: we are out of dough. Shall I put you through to a person?"
    )
    call.hear("Yes, please.")
    assert call.called[-1] == "transfer_to_staff"


def test_an_order_that_the_kitchen_rejects_where_nobody_can_be_reached(ring: Ring) -> None:
    call = greeted(ring)
    told = call.note(prompts.rejected_note("", person=False))
    assert told == "I am sorry, the kitchen cannot make your order. Shall I take a message for the staff?"
    again = call.note(prompts.rejected_again_note("one Coke"))
    assert again == "I am sorry, the kitchen cannot make your order. Shall I put you through to a person?"
