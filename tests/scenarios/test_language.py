"""Scenario 9: it goes on in Spanish; the ticket stays in the kitchen's language; an allergy is never lost."""

from gateway.call import prompts
from tests.call.conversation import answer
from tests.scenarios.house import HOUSE
from tests.scenarios.scene import Scene


def test_it_goes_on_in_spanish_and_the_ticket_stays_english() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says("Hi, this is Casa Verde.")
    scene.caller_says("¿Puedo seguir en español?")
    scene.agent_says("Claro, seguimos en español.")
    scene.caller_says("Una margherita grande sin albahaca y una coca, para recoger, Ana.")
    no_basil = [{"option_id": "basil", "action": "no"}]
    scene.does("set_line", item_id="margherita", options={"size": "large"}, modifiers=no_basil)
    scene.does("set_line", item_id="coke")
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    text = answer(scene.tool("read_back", language="es"))["say"]
    assert text.endswith("¿Está bien?")
    response = scene.begin_response()
    scene.begin_speech(response, text)
    scene.end_response(response, spoke=True)
    scene.heard()
    scene.caller_says("Sí, está bien.")
    assert scene.does("confirm_order")["ok"] is True
    scene.says_goodbye()
    margherita, coke = scene.ticket()["lines"]
    assert (margherita["item"]["name"], margherita["variation"]["name"]) == ("Margherita", "large")
    assert [(choice["option"]["name"], choice["action"]) for choice in margherita["modifiers"]] == [("basil", "no")]
    assert coke["item"]["name"] == "Coke"
    scene.finish()


def test_the_model_is_told_which_languages_there_are() -> None:
    assert "Speak English or Spanish" in prompts.instructions(HOUSE)
    assert "Speak English;" in prompts.instructions(HOUSE.model_copy(update={"languages": ("en",)}))


def test_an_allergy_is_read_back_stands_in_capitals_and_survives_every_edit() -> None:
    scene = Scene()
    scene.begins()
    scene.caller_says("Una margherita y un tiramisú. Soy alérgica a las nueces y al huevo. Ana, para recoger.")
    scene.does("set_line", item_id="margherita", options={"size": "large"})
    scene.does("set_line", item_id="tiramisu")
    scene.does("set_customer", name="Ana", fulfilment="pickup", allergies=["nueces", "huevo"])
    for edit in (
        ("set_line", {"line_id": "L1", "quantity": 2}),
        ("set_customer", {"notes": "ring the bell", "allergies": []}),
        ("remove_line", {"line_id": "L1"}),
        ("cancel_order", {}),
        ("set_line", {"item_id": "tiramisu"}),
        ("set_customer", {"name": "Ana", "fulfilment": "pickup"}),
    ):
        scene.does(edit[0], **edit[1])
        assert scene.order().allergies == ("nueces", "huevo"), edit
    item = scene.reads_back()
    said = scene.call.turns.get(item)
    assert said is not None
    assert "nueces" in said.heard_text
    assert "egg" in said.heard_text, "what the menu declares is told"
    scene.caller_says("yes")
    assert scene.does("confirm_order")["ok"] is True
    scene.says_goodbye()
    assert scene.ticket()["allergy_alert"] == "ALLERGY: NUTS (NUECES) / ALLERGY: EGGS (HUEVO)"
    assert scene.ticket()["allergies"] == ["nueces", "huevo"]
    scene.finish()


def test_an_allergy_crosses_to_the_next_call_with_the_held_order() -> None:
    first = Scene()
    first.begins()
    first.does("set_line", item_id="tiramisu")
    first.does("set_customer", name="Ana", fulfilment="pickup", allergies=["eggs"])
    first.end_leg("lost")
    second = Scene()
    second.take_id("CA2")
    second.begins(held=first.order())
    second.does("resume_order", accept=True)
    second.is_confirmed()
    second.says_goodbye()
    assert "EGGS" in second.ticket()["allergy_alert"]
    second.finish()
