"""What the brain offers besides the order: other dishes, a person, a message, a later time, a way out of danger."""

from dataclasses import replace
from datetime import datetime

import pytest

from gateway.brain.mind import Said, ToolRequest
from gateway.brain.plan import order_calls
from gateway.brain.seen import SeenResult
from gateway.brain.sentences import Sentences
from gateway.brain.times import written
from gateway.brain.view import Outcome, view_of
from gateway.call import prompts
from gateway.orders.intent import IntentItem, IntentModifier, OrderIntent, SaidTime
from gateway.orders.menu import SlotChoice
from gateway.orders.offer import Offer
from gateway.orders.order import OrderState
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.timing import not_then
from gateway.orders.tooling.outcome import ToolContext
from tests.brain.brain_call import Call
from tests.scenarios.house import HOUSE, clock

ONE_PM = clock("2026-11-18", "13:00")
LATE = clock("2026-11-18", "22:40")


def greeted(now: datetime = ONE_PM, **given: object) -> Call:
    call = Call(HOUSE, now=now, **given)  # type: ignore[arg-type]  # the fields of a Call
    notes = [prompts.greeting_note(HOUSE)]
    if (why := not_then(None, HOUSE, ToolContext(now))) is not None:
        notes.append(prompts.closed_note(why))
    call.note(" ".join(notes))
    return call


def sold_out(call: Call, *refs: str) -> None:
    call.offer = Offer(SoldOut(tuple(SoldOutEntry(ref) for ref in refs)))


def read_back_to_ana(call: Call, order: str) -> str:
    call.hear(order)
    call.hear("that's all")
    return call.hear("ana, pickup")


def items(call: Call) -> list[str]:
    return [line.item_id for line in call.order.lines]


# --- sold out ---


@pytest.fixture
def without_tiramisu() -> Call:
    """A caller who has said yes to a read-back with a Tiramisu that is there no more."""
    call = greeted()
    read_back_to_ana(call, "a large pepperoni and a tiramisu")
    sold_out(call, "tiramisu")
    told = call.hear("yes")
    assert told == "We are out of Tiramisu. Would you like the Cannoli in its place, or shall I take it off?"
    return call


def test_another_dish_takes_the_place_and_is_read_back(without_tiramisu: Call) -> None:
    call = without_tiramisu
    assert "One Cannoli." in call.hear("yes please")
    assert "Goodbye" in call.hear("yes")
    assert items(call) == ["pepperoni", "cannoli"]
    assert call.order.state is OrderState.CONFIRMED


@pytest.mark.parametrize("answer", ["no", "no, take it off", "leave it out", "yes, take it off"])
def test_it_is_taken_off(without_tiramisu: Call, answer: str) -> None:
    read_back = without_tiramisu.hear(answer)
    assert read_back.startswith("One large Pepperoni. For Ana")
    assert items(without_tiramisu) == ["pepperoni"]


def test_the_caller_may_name_another_dish(without_tiramisu: Call) -> None:
    assert "One Coke" in without_tiramisu.hear("then a coke")
    assert items(without_tiramisu) == ["pepperoni", "coke"]


def test_the_other_dish_is_offered_once(without_tiramisu: Call) -> None:
    call = without_tiramisu
    assert "yes or no" in call.hear("hm")
    again = call.hear("yes")
    assert again == "We are out of Tiramisu. Shall I take it off?"
    assert call.hear("yes").startswith("One large Pepperoni. For Ana")


def test_a_choice_that_has_run_out_goes_without_its_dish() -> None:
    call = greeted()
    read_back_to_ana(call, "a large pepperoni with basil and mushrooms")
    sold_out(call, "toppings/basil")
    assert call.hear("yes") == "We are out of basil. Shall I take it off?"
    assert call.hear("yes").startswith("One large Pepperoni with mushrooms.")
    assert call.lines == [(1, "pepperoni", "large", ["add mushroom"])]


def test_two_choices_that_have_run_out_go_together_and_what_lies_on_a_half_stays_there() -> None:
    call = greeted()
    half = {"option_id": "jalapeno", "placement": "right"}
    whole = [{"option_id": "basil"}, {"option_id": "mushroom"}]
    line = {"item_id": "pepperoni", "options": {"size": "large"}, "modifiers": [half, *whole]}
    call.execute([ToolRequest("get_menu"), ToolRequest("set_line", line)])
    call.hear("that's all")
    call.hear("ana, pickup")
    sold_out(call, "toppings/basil", "toppings/mushroom")
    assert call.hear("yes").endswith("Shall I take it off?")
    assert "jalapeños on the right half" in call.hear("yes")
    assert [m.option for m in call.order.lines[0].modifiers] == ["jalapeno"]


def test_a_choice_that_cannot_be_had_is_refused_with_what_can() -> None:
    call = greeted()
    sold_out(call, "sauce/hot", "sauce/bbq")
    assert call.hear("six hot wings").endswith("Would you like that instead?")
    assert call.hear("yes") == "What can I get you?", "a choice is to be named with its dish"
    assert call.hear("six garlic wings") == "Got it. Anything else?"


def test_what_cannot_be_had_is_refused_with_what_can() -> None:
    call = greeted()
    sold_out(call, "tiramisu", "wings", "margherita", "lunch_combo", "pepperoni", "coke", "sprite", "water")
    assert call.hear("two tiramisu").endswith("There is Cannoli. Would you like that instead?")
    assert call.hear("yes") == "Got it. Anything else?"
    assert [(line.quantity, line.item_id) for line in call.order.lines] == [(2, "cannoli")]
    other = greeted()
    sold_out(other, "tiramisu")
    assert other.hear("a tiramisu").endswith("Would you like one of those instead?")
    assert other.hear("yes") == "What can I get you?", "which of them?"
    assert other.hear("a tiramisu").endswith("Would you like one of those instead?")
    assert other.hear("no") == "What can I get you?"
    assert other.hear("a tiramisu").endswith("Would you like one of those instead?")
    other.hear("the cannoli")
    assert items(other) == ["cannoli"]


def test_the_lunch_combo_in_the_afternoon() -> None:
    call = greeted(clock("2026-11-18", "16:00"))
    assert "is for lunch only, 11:00 to 15:00" in call.hear("a lunch combo")


# --- hours and times ---


def test_after_hours_an_order_for_tomorrow() -> None:
    call = greeted(LATE)
    assert call.said[-1] == (
        "Hi, this is Casa Verde. Casa Verde is closed now and takes no orders. It opens Thursday at 11:00. "
        "Shall I take an order for later, or a message?"
    )
    assert call.hear("an order please") == "For what time?"
    assert call.hear("hm") == "For what time?"
    assert call.hear("tomorrow at noon") == "Is it for pickup or delivery?"
    call.hear("pickup")
    call.hear("a coke")
    call.hear("that's all")
    assert "tomorrow at noon" in call.hear("ana")
    assert "ready tomorrow at noon" in call.hear("yes")
    assert call.order.fulfilment is not None
    assert call.order.fulfilment.at == clock("2026-11-19", "12:00")


def test_a_time_that_came_before_pickup_or_delivery_is_not_lost() -> None:
    call = greeted(LATE)
    assert call.hear("yes, for tomorrow at 12:30") == "Is it for pickup or delivery?"
    assert call.hear("a coke").endswith("is it pickup or delivery?")
    assert call.hear("ana, pickup").endswith("Shall I take an order for later, or a message?")
    assert call.hear("tomorrow at 12:30").startswith("One Coke. For Ana, pickup tomorrow at twelve thirty")


def test_after_hours_a_message_with_a_call_back() -> None:
    call = greeted(LATE)
    assert call.hear("a message") == "What is the message?"
    assert call.hear("I left my umbrella there, please call me back").startswith("I will pass that on.")
    (message,) = call.messages
    assert message.number_back
    assert "umbrella" in message.text


def test_after_hours_nothing() -> None:
    call = greeted(LATE)
    assert "Goodbye" in call.hear("no thanks")
    assert call.called[-1] == "end_call"


def test_a_time_in_an_hour_is_reckoned_from_the_clock_and_no_number_of_it_counts_dishes() -> None:
    call = greeted()
    call.hear("a coke for pickup in an hour")
    assert "get_hours" in call.called
    assert call.order.fulfilment is not None
    assert call.order.fulfilment.at == clock("2026-11-18", "14:00")
    other = greeted()
    other.hear("a coke for pickup at seven thirty")
    assert [(line.quantity, line.item_id) for line in other.order.lines] == [(1, "coke")]
    assert other.order.fulfilment is not None
    assert other.order.fulfilment.at == clock("2026-11-18", "19:30")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (SaidTime(19, 30, half_known=True), "19:30"),
        (SaidTime(7, 30), "19:30"),
        (SaidTime(11, 15), "11:15"),
        (SaidTime(12, 0, half_known=True, day=1), "tomorrow 12:00"),
        (SaidTime(6, 0, day=0), "today 18:00"),
        (SaidTime(6, 0, weekday="fri"), "friday 18:00"),
        (SaidTime(6, 0, day=2), "2026-11-20T18:00"),
        (SaidTime(in_minutes=90), "2026-11-18T14:30"),
        (SaidTime(), None),
    ],
)
def test_times_as_the_tools_take_them(said: SaidTime, text: str | None) -> None:
    assert written(said, datetime.fromisoformat("2026-11-18T13:00")) == text


def test_without_a_clock_some_times_cannot_be_told() -> None:
    assert written(SaidTime(in_minutes=90), None) is None
    assert written(SaidTime(6, 0, day=2), None) is None


# --- people ---


def test_an_order_that_needs_a_person_is_put_through_on_a_yes() -> None:
    call = greeted()
    assert read_back_to_ana(call, "fifteen large pepperoni").endswith("Shall I put you through to a person?")
    call.hear("yes")
    assert call.called[-1] == "transfer_to_staff"
    many = greeted(recent_cents=(20_000, 24_000, 24_000))
    assert "This number has placed 3 orders" in read_back_to_ana(many, "a coke")
    assert many.hear("no") == "Anything else?"
    assert many.order.state is OrderState.DRAFT


def returned(call: Call) -> str:
    """Nobody answered: a new leg, whose model knows what was said and no tool call."""
    call.history = [entry for entry in call.history if isinstance(entry, Said) and entry.role != "system"]
    return call.note(prompts.returned_note("one Coke", "draft"))


def test_a_yes_that_led_to_a_telephone_nobody_answered_leads_there_once() -> None:
    call = greeted()
    call.hear("sixteen large pepperoni, that's all")
    assert call.hear("Ana, pickup").endswith("Shall I put you through to a person?")
    call.hear("yes")
    call.history = [
        entry for entry in call.history if not (isinstance(entry, Said) and "put you through." in entry.text)
    ]
    assert returned(call).startswith("I am sorry, nobody could come to the telephone.")
    assert call.called.count("transfer_to_staff") == 1


def test_back_from_a_telephone_that_nobody_answered() -> None:
    call = greeted()
    call.hear("a coke")
    call.hear("a person please")
    assert returned(call).endswith("Shall I take a message for them, or shall we go on?")
    assert call.hear("a message please") == "What is the message?"
    assert call.hear("my pizza was cold last week").startswith("I will pass that on.")
    assert items(call) == ["coke"]
    other = greeted()
    other.hear("a coke")
    other.hear("a person please")
    returned(other)
    assert other.hear("yes") == "Anything else?"
    returned(other)
    assert "Anything else?" in other.hear("no")


def test_who_is_asked_about_a_person_may_go_on_ordering() -> None:
    call = greeted()
    read_back_to_ana(call, "fifteen large pepperoni")
    assert call.hear("hm").endswith("Anything else?")
    read_back_to_ana(call, "and a coke")
    call.hear("no")
    call.hear("and a sprite")
    assert items(call) == ["pepperoni", "coke", "sprite"]


def test_a_message_that_is_said_at_once_is_kept_at_once() -> None:
    call = greeted()
    assert call.hear("can you tell the manager that my pizza was cold").startswith("I will pass that on.")
    assert call.messages[0].text == "my pizza was cold"
    other = greeted()
    assert other.hear("can I leave a message") == "What is the message?"
    assert other.hear("no") == "What can I get you?"
    assert other.messages == []


def test_back_from_a_telephone_without_a_person_or_a_message() -> None:
    house = HOUSE.model_copy(update={"transfer_to": None})
    call = Call(house, now=ONE_PM)
    call.note(prompts.greeting_note(house))
    call.hear("a manager please")
    call.respond()
    assert call.hear("no") == "What can I get you?"


def test_nobody_to_put_through_to() -> None:
    house = HOUSE.model_copy(update={"transfer_to": None})
    call = Call(house, now=ONE_PM)
    call.note(prompts.greeting_note(house))
    call.hear("a manager please")
    assert call.respond().endswith("Shall I take a message for the staff?")
    assert call.hear("yes") == "What is the message?"


# --- questions ---


def test_questions_go_to_the_tools() -> None:
    call = greeted()
    assert "may contain nuts" in call.hear("does the tiramisu have nuts")
    assert "close at ten o'clock" in call.hear("what time do you close")
    assert "About twenty minutes" in call.hear("how long does it take")
    call.hear("a coke")
    assert "So far: one Coke." in call.hear("how much is that altogether")
    assert "gluten in the Coke" in call.hear("is there gluten in it")
    assert call.called[-4:] == ["quote_time", "set_line", "repeat_order", "check_allergens"]


def test_an_allergy_is_noted_said_back_and_closes_nothing() -> None:
    call = greeted()
    call.hear("a coke")
    assert call.hear("I'm allergic to peanuts") == (
        "Noted for the kitchen: peanuts. I do not know about peanuts in the Coke. We cannot promise that any dish is "
        "free of an allergen; please ask the staff. Anything else?"
    )
    first = greeted()
    assert first.hear("I'm allergic to peanuts") == "Noted for the kitchen: peanuts. What can I get you?"
    assert call.order.allergies == ("peanuts",)
    both = greeted()
    both.hear("a tiramisu, and my son is allergic to eggs and milk")
    assert both.order.allergies == ("eggs", "milk")
    assert items(both) == ["tiramisu"]


def test_spanish_to_the_end() -> None:
    call = greeted()
    assert "seguimos en español" in call.hear("¿Puedo seguir en español?")
    call.hear("una margherita grande y un tiramisú, soy alérgica a las nueces")
    call.hear("es todo")
    read_back = call.hear("ana, para llevar")
    assert "Alergia: nueces." in read_back
    assert read_back.endswith("¿Está bien?")
    sold_out(call, "tiramisu")
    assert call.hear("sí, está bien").endswith("¿Le pongo Cannoli en su lugar, o lo quito?")
    assert call.hear("quítelo, por favor").startswith("Un Margherita de tamaño grande.")
    assert call.order.allergies == ("nueces",)
    assert call.hear("sí, está bien") == "Gracias. Su pedido está hecho. ¡Adiós!"


# --- danger, bad lines ---


def test_danger_comes_before_everything() -> None:
    call = greeted()
    call.hear("a coke")
    assert call.hear("someone is choking!") == "Please hang up now and dial 9 1 1."
    assert call.note(prompts.emergency_note("112")) == "Please hang up now and dial 1 1 2."
    assert call.hear("¡se está ahogando!").endswith("9 1 1.")


def test_a_bad_line_is_answered_by_keys() -> None:
    call = greeted()
    read_back_to_ana(call, "a coke")
    assert "1 for yes, 2 for no" in call.note(prompts.keypad_note(person=True))
    call.assent = "yes"
    assert "Goodbye" in call.note(prompts.key_note("1", "yes"))
    assert call.order.state is OrderState.CONFIRMED
    other = greeted()
    other.hear("a coke")
    assert "put you through" in other.note(prompts.giving_up_note(person=True))
    assert "ring again" in other.note(prompts.giving_up_note(person=False))


def test_a_call_that_has_to_end_is_ended_kindly() -> None:
    call = greeted()
    assert "when you would like to order" in call.note(prompts.AIMLESS_GOODBYE_NOTE)
    assert "put you through" in greeted().note(prompts.call_over_note(person=True))
    assert "ring again at any time" in greeted().note(prompts.call_over_note(person=False))


# --- what is put into a line ---


def test_halves_swaps_and_combos_reach_the_tools() -> None:
    call = greeted()
    call.hear("a coke")
    half = IntentModifier("jalapeno", "toppings", placement="right")
    swap = IntentModifier("basil", "toppings", instead_of="mushroom")
    lunch = IntentItem("lunch_combo", parts=(
        IntentItem("pepperoni", options={"size": "small"}, modifiers=(half,), slot="pizza"),
        IntentItem("coke", slot="drink"),
    ))  # fmt: skip
    halved = IntentItem("margherita", options={"size": "large"}, half_item_id="pepperoni", modifiers=(swap,))
    calls = order_calls(OrderIntent("add", items=(lunch, halved)), view_of(call.prompt()))
    assert [dict(request.arguments) for request in calls if not isinstance(request.arguments, str)] == [
        {
            "item_id": "lunch_combo",
            "quantity": 1,
            "parts": [
                {
                    "slot": "pizza",
                    "item_id": "pepperoni",
                    "options": {"size": "small"},
                    "modifiers": [
                        {"option_id": "jalapeno", "group_id": "toppings", "action": "add", "placement": "right"}
                    ],
                },
                {"slot": "drink", "item_id": "coke"},
            ],
        },
        {
            "item_id": "margherita",
            "quantity": 1,
            "options": {"size": "large"},
            "modifiers": [{"option_id": "basil", "group_id": "toppings", "action": "swap", "instead_of": "mushroom"}],
            "half_item_id": "pepperoni",
        },
    ]
    plain = OrderIntent("add", items=(replace(halved, modifiers=()),))
    call.execute((calls[0], *order_calls(plain, view_of(call.prompt()))))
    assert [line.item_id for line in call.order.lines] == ["coke", "lunch_combo", "margherita"]
    (_, combo, pizza) = view_of(call.prompt()).lines
    assert [(part.slot, part.menu_item_id) for part in combo.parts] == [("pizza", "pepperoni"), ("drink", "coke")]
    assert combo.parts[0].modifiers[0].placement == "right"
    assert pizza.half_item_id == "pepperoni"
    more = order_calls(OrderIntent("add", items=(replace(lunch, quantity=1),)), view_of(call.prompt()))
    assert isinstance(more[0].arguments, dict)
    assert (more[0].arguments["line_id"], more[0].arguments["quantity"]) == ("L2", 2)


def test_what_a_part_of_a_combo_lacks_is_asked_for_by_the_name_of_the_part() -> None:
    lunch = next(item for item in HOUSE.menu.items if item.slots)
    free = [
        slot.model_copy(update={"choices": tuple(SlotChoice(item=choice.item) for choice in slot.choices)})
        for slot in lunch.slots
    ]
    others = [item for item in HOUSE.menu.items if item.id != lunch.id]
    menu = HOUSE.menu.model_copy(update={"items": (*others, lunch.model_copy(update={"slots": tuple(free)}))})
    call = Call(HOUSE.model_copy(update={"menu": menu}), now=ONE_PM)
    call.note(prompts.greeting_note(HOUSE))
    parts = [{"slot": "pizza", "item_id": "pepperoni"}, {"slot": "drink", "item_id": "coke"}]
    call.execute([ToolRequest("get_menu"), ToolRequest("set_line", {"item_id": "lunch_combo", "parts": parts})])
    assert call.note(prompts.STILL_THERE_NOTE).endswith("Which size for the Pepperoni: small or large?")


def test_what_a_combo_lacks_is_asked_for_by_name() -> None:
    call = greeted()
    assert call.hear("a lunch combo").endswith("Which pizza for the Lunch combo: Margherita or Pepperoni?")


# --- age ---


def with_wine() -> Call:
    """A house that sells wine, and a caller who wants it."""
    coke = next(item for item in HOUSE.menu.items if item.id == "coke")
    wine = coke.model_copy(update={"id": "wine", "name": "Wine", "min_age": 21})
    menu = HOUSE.menu.model_copy(update={"items": (*HOUSE.menu.items, wine)})
    call = Call(HOUSE.model_copy(update={"menu": menu}), now=ONE_PM)
    call.note(prompts.greeting_note(call.restaurant))
    call.hear("a coke and a wine")
    return call


def test_an_age_is_asked_for_and_taken_by_a_yes_or_by_its_number() -> None:
    call = with_wine()
    assert call.hear("that's all") == "Are you 21 or older?"
    assert "Please have an ID ready" in call.hear("yes")
    assert call.order.age_confirmed == 21
    other = with_wine()
    other.hear("that's all")
    other.hear("I'm 34")
    assert other.order.age_confirmed == 34


def test_who_is_too_young_gets_the_rest() -> None:
    call = with_wine()
    call.hear("that's all")
    call.hear("no")
    assert items(call) == ["coke"]
    other = with_wine()
    other.hear("that's all")
    assert other.hear("hm") == "Are you 21 or older?"
    assert other.hear("and a sprite").startswith("Got it.")
    assert items(other) == ["coke", "wine", "sprite"]
    assert other.hear("and wings").endswith("BBQ, Hot or Garlic?")
    other.execute([ToolRequest("read_back")])
    assert other.respond().endswith("BBQ, Hot or Garlic?"), "what the lines lack is asked for first"


def test_a_refusal_that_is_for_the_model_alone_is_an_excuse_to_the_caller() -> None:
    sentences = Sentences(view_of(greeted().prompt()))
    assert sentences.refused(Outcome("x", SeenResult(ok=False, error="We bake no bread."))) == "We bake no bread."
    assert sentences.refused(Outcome("x", SeenResult(ok=False, error="Ask again."))) == "Sorry, that did not work."
