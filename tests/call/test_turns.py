"""The turns of a call: order, late words, and what was heard of the agent."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.turns import Turn, Turns, is_backchannel
from gateway.events import Heard

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


SOUNDS = ["Mm-hm.", "mhm", "Mmm", "mm-hm", "Uh-huh", "uh", "Um,", "hmm", "Ah!", "oh", "eh", "ajá", "Aja", "huh"]


@pytest.mark.parametrize("text", ["", " ", "...", "mm hm", "[unk]", *SOUNDS])
def test_a_sound_of_listening_is_no_answer(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["yes", "Yeah.", "okay", "ok", "sí", "no", "right", "uh-huh yes", "um, a coke", "mushrooms", "stop", "ham"]
)
def test_a_word_is_an_answer(text: str) -> None:
    assert not is_backchannel(text)


def test_turns_stand_in_spoken_order_whenever_their_words_come() -> None:
    turns = Turns()
    turns.agent_said("a1", NOW, "Hi")
    first = turns.commit("c1", NOW)
    turns.agent_said("a2", NOW, "Large?")
    turns.commit("c2", NOW)
    turns.heard_caller("c2", NOW, "yes", 0.5, "es-US")
    turns.heard_caller("c1", NOW, "a pizza", 0.9, "en-US")
    assert [(turn.item_id, turn.speaker, turn.text) for turn in turns] == [
        ("a1", "agent", "Hi"),
        ("c1", "caller", "a pizza"),
        ("a2", "agent", "Large?"),
        ("c2", "caller", "yes"),
    ]
    assert turns.get("c1") is first
    assert (first.confidence, first.language) == (0.9, "en-US")
    last = turns.last_of_caller()
    assert last is not None
    assert last.item_id == "c2"
    turns.remove("c2")
    turns.remove("c2")
    assert turns.get("c2") is None


def test_nobody_has_spoken_yet() -> None:
    turns = Turns()
    turns.agent_said("a1", NOW, "Hi")
    assert turns.last_of_caller() is None


def test_an_item_may_be_cut_before_its_words_are_known_and_more_than_once() -> None:
    turns = Turns()
    turns.cut(Heard(item_id="a1", heard_ms=600, produced_ms=1000), NOW)
    turns.cut(Heard(item_id="a1", heard_ms=900, produced_ms=1000), NOW)
    assert turns.agent_said("a1", NOW, "0123 5678 0123").heard_text == "0123"
    turns.cut(Heard(item_id="a2", heard_ms=0, produced_ms=0), NOW)
    assert turns.agent_said("a2", NOW, "Nothing of it").heard_text == ""


@pytest.mark.parametrize(
    ("share", "heard"),
    [
        (0, ""),
        (0.3, ""),
        (0.45, "Hello"),
        (0.5, "Hello"),
        (0.81, "Hello big"),
        (0.99, "Hello big"),
        (1.0, "Hello big dog"),
        (2.0, "Hello big dog"),
    ],
)
def test_what_was_heard_ends_with_a_whole_word(share: float, heard: str) -> None:
    assert Turn("a1", "agent", NOW, "Hello big dog", heard_share=share).heard_text == heard


def test_an_item_without_words_has_none_that_were_heard() -> None:
    assert Turn("a1", "agent", NOW).heard_text == ""
    assert Turn("a1", "agent", NOW, "", heard_share=0.5).heard_text == ""


@given(st.text(max_size=40), st.floats(0, 1))
def test_what_was_heard_is_a_beginning_of_what_was_said(text: str, share: float) -> None:
    heard = Turn("a1", "agent", NOW, text, heard_share=share).heard_text
    assert text.startswith(heard)
    assert len(heard) <= len(text) * share or heard == text
