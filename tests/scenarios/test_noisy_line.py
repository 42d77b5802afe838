"""Scenario 8: a noisy line: no false interruption, asked again twice at most, then keys or a person; long pauses."""

from gateway import errors
from gateway.call import prompts
from gateway.call.effects import ClearPlayout, EndLeg, RequestResponse
from gateway.call.next_step import Transfer, next_step
from gateway.events import KeyPressed
from tests.call.conversation import has
from tests.scenarios.scene import Scene


def noise(scene: Scene) -> bool:
    """A turn in which nothing can be understood; whether the agent speaks because of it."""
    item, effects = scene.turn()
    effects += scene.words(item, "")
    asked = has(effects, RequestResponse)
    if asked:
        scene.agent_says("Sorry, I did not get that.")
    return asked


def test_noise_is_asked_about_twice_then_the_keys_help() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says("What can I get for you?")
    assert [noise(scene) for _ in range(5)] == [True, True, True, False, False], "the third time it offers the keys"
    assert scene.notes() == [scene.notes()[0], prompts.keypad_note(person=True)]
    scene.tell(KeyPressed, digit="1")
    scene.agent_says("Good. What would you like?")
    scene.caller_says("a coke")
    scene.does("set_line", item_id="coke")
    scene.agent_says("One Coke.")
    scene.tell(KeyPressed, digit="0")
    scene.end_leg("closed")
    assert isinstance(next_step(scene.folded(), scene.now, 1), Transfer)
    scene.finish(orders=0)


def test_noise_without_an_end_leads_to_a_person() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says("What can I get for you?")
    for _ in range(6):
        item, _ = scene.turn()
        scene.words(item, "")
    scene.agent_speaks("The line is too bad. I will put you through.")
    assert has(scene.heard(), EndLeg)
    scene.end_leg("closed")
    step = next_step(scene.folded(), scene.now, 1)
    assert isinstance(step, Transfer)
    assert "not be understood" in step.reason
    scene.finish(orders=0)


def test_noise_and_a_second_voice_over_the_agent_interrupt_nothing() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_speaks("We have pizza, wings and drinks. What would you like?")
    for text in ("", "uh", "[unk]"):
        item, effects = scene.turn()
        effects += scene.words(item, text)
        assert effects == []
        assert not has(effects, ClearPlayout)
    scene.heard()
    assert has(scene.caller_says("a coke please"), RequestResponse)
    scene.end_leg("stopped")
    scene.finish(orders=0)


def test_a_transcription_that_fails_is_told_twice_and_not_a_third_time() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says("What can I get for you?")
    for _ in range(3):
        item, _ = scene.turn()
        scene.words(item, "", "transcription.error")
        scene.take(errors.TRANSCRIPTION_FAILED.event("CA1", scene.now))
        scene.agent_says("...")
    assert scene.notes().count(prompts.NOT_UNDERSTOOD_NOTE) == 2
    assert scene.notes().count(prompts.keypad_note(person=True)) == 1
    scene.end_leg("stopped")
    scene.finish(orders=0)


def test_fifteen_or_fifty() -> None:
    """What was misheard runs into the cap, is asked about, and the read-back says the number in words."""
    scene = Scene()
    scene.begins()
    scene.caller_says("fifty cokes")
    refused = scene.does("set_line", item_id="coke", quantity=50)
    assert refused["ok"] is False
    assert "20" in refused["error"]
    scene.agent_says("Did you say fifteen or fifty?")
    scene.caller_says("fifteen")
    scene.does("set_line", item_id="coke", quantity=15)
    scene.does("set_customer", name="Ana", fulfilment="pickup")
    scene.is_confirmed()
    scene.says_goodbye()
    assert any(text.startswith("Fifteen Coke") for speaker, text in scene.transcript() if speaker == "agent")
    assert scene.lines() == [(15, "coke", "regular", ())]
    scene.finish()


def test_long_silences_are_prompted_and_a_relay_operator_is_given_time() -> None:
    scene = Scene()
    scene.begins()
    scene.agent_says("What can I get for you?")
    began = scene.now
    scene.wait()
    assert scene.notes()[-1] == prompts.STILL_THERE_NOTE
    assert (scene.now - began).total_seconds() == 10
    scene.agent_says("Are you still there?")
    scene.caller_says("Hello, this is the relay service, I have a caller who types. One moment.")
    scene.agent_says("Of course.")
    for _ in range(3):  # nearly half a minute each
        began = scene.now
        scene.wait()
        assert (scene.now - began).total_seconds() >= 30
        scene.agent_says("Take your time.")
        scene.caller_says("one large pepperoni, go ahead")
        scene.agent_says("Got it.")
    assert scene.call.ended is None
    scene.end_leg("stopped")
    scene.finish(orders=0)
