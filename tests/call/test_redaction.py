"""What is taken out of events before anything is stored. The number is a test number of the card networks."""

from typing import Any

import pytest

from gateway.call.redaction import Redaction
from gateway.events import AgentSaid, HungUp, KeyPressed, MessageLeft, ToolCalled, TranscriptionData, TranscriptionEvent

CARD = "4111 1111 1111 1111"
STAMP: dict[str, Any] = {"session_id": "CA1", "timestamp": 1_000_000}


def words(text: str, kind: Any = "transcription.complete") -> TranscriptionEvent:
    data = TranscriptionData(text=text, confidence=0.5, is_final=True, item_id="i1")
    return TranscriptionEvent(**STAMP, type=kind, data=data)


def test_a_card_number_that_is_said_is_removed_and_the_rest_kept() -> None:
    cleaned = Redaction().clean(words(f"my card is {CARD}"))
    assert isinstance(cleaned, TranscriptionEvent)
    assert "4111" not in cleaned.to_json()
    assert cleaned.data.text.startswith("my card is ")
    assert (cleaned.data.item_id, cleaned.timestamp) == ("i1", 1_000_000)


def test_a_card_number_over_two_turns_is_removed_though_the_agent_speaks_between() -> None:
    redaction = Redaction()
    redaction.clean(words("it is 4111 1111"))
    redaction.clean(AgentSaid(**STAMP, item_id="a", response_id="r", text="Please do not tell me your card."))
    cleaned = redaction.clean(words("1111 1111"))
    assert "1111" not in cleaned.to_json()


def test_what_the_agent_repeats_and_what_tools_are_given_is_cleaned_too() -> None:
    redaction = Redaction()
    said = redaction.clean(AgentSaid(**STAMP, item_id="a", response_id="r", text=f"Was it {CARD}?"))
    call = ToolCalled(
        **STAMP, response_id="r", tool_call_id="c", name="set_customer", arguments=f'{{"notes": "{CARD}"}}'
    )
    called = redaction.clean(call)
    assert "4111" not in said.to_json()
    assert "4111" not in called.to_json()


def test_a_message_for_the_staff_is_cleaned() -> None:
    left = MessageLeft(**STAMP, tool_call_id="c", text=f"charge {CARD} please", name=CARD, order="one Coke")
    cleaned = Redaction().clean(left)
    assert "4111" not in cleaned.to_json()
    assert "charge" in cleaned.to_json()
    assert "4111" not in Redaction().clean(left.model_copy(update={"name": None})).to_json()


def test_other_events_pass() -> None:
    event = HungUp(**STAMP)
    assert Redaction().clean(event) is event


@pytest.mark.parametrize("kind", ["transcription.partial", "transcription.error"])
def test_what_is_not_stored_or_has_no_words_passes(kind: str) -> None:
    event = words(CARD, kind)
    assert Redaction().clean(event) is event


def key(digit: str, at_ms: int) -> KeyPressed:
    return KeyPressed(session_id="CA1", timestamp=at_ms, digit=digit)


def test_of_a_number_that_is_typed_only_the_first_six_keys_are_kept() -> None:
    redaction = Redaction()
    digits = CARD.replace(" ", "")
    cleaned = [redaction.clean(key(digit, 1_000_000 + 900 * place)) for place, digit in enumerate(digits)]
    assert "".join(event.digit for event in cleaned if isinstance(event, KeyPressed)) == "411111" + "*" * 10


def test_after_a_pause_keys_count_anew() -> None:
    redaction = Redaction()
    for place in range(8):
        redaction.clean(key("1", 1_000_000 + place))
    pressed = redaction.clean(key("0", 1_020_000))
    assert isinstance(pressed, KeyPressed)
    assert pressed.digit == "0"
