"""What the severity of an error means in a call."""

import pytest

from gateway import errors
from gateway.call import prompts
from gateway.call.effects import (
    CloseModel,
    EndLeg,
    Note,
    RequestResponse,
)
from tests.call.conversation import Conversation, has


def test_a_low_error_of_others_changes_nothing(talk: Conversation) -> None:
    talk.answered()
    assert talk.take(errors.MENU_ITEM_NOT_FOUND.event("CA1", talk.now)) == []


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        (errors.TRANSCRIPTION_FAILED, prompts.NOT_UNDERSTOOD_NOTE),
        (errors.AUDIO_BUFFER_OVERFLOW, prompts.TOO_LONG_NOTE),
    ],
)
def test_medium_errors_are_told_to_the_caller_once_per_answer(
    talk: Conversation, kind: errors.ErrorType, note: str
) -> None:
    talk.answered()
    assert talk.take(kind.event("CA1", talk.now)) == [Note(note), RequestResponse()]
    assert talk.take(kind.event("CA1", talk.now)) == []
    talk.agent_says("Sorry, once more?")
    assert has(talk.take(kind.event("CA1", talk.now)), Note)


def test_a_medium_error_that_has_no_words_of_its_own_still_asks_the_model(talk: Conversation) -> None:
    talk.answered()
    event = errors.TRANSCRIPTION_FAILED.event("CA1", talk.now)
    unknown = event.model_copy(update={"error": event.error.model_copy(update={"code": "LATER"})})
    assert talk.take(unknown) == [RequestResponse()]


def test_a_medium_error_before_the_conversation_is_nobodys_concern(talk: Conversation) -> None:
    talk.ring()
    assert talk.take(errors.TRANSCRIPTION_FAILED.event("CA1", talk.now)) == []


def test_a_farewell_without_words_is_not_asked_for_for_ever(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    effects = talk.take(errors.TTS_FAILED.event("CA1", talk.now))
    assert effects == []
    assert has(talk.end_response(talk.begin_response()), EndLeg)


@pytest.mark.parametrize("kind", [errors.API_KEY_INVALID, errors.MIC_ACCESS_DENIED, errors.AUDIO_FORMAT_ERROR])
def test_what_is_critical_or_has_no_retry_ends_the_leg(talk: Conversation, kind: errors.ErrorType) -> None:
    talk.answered()
    assert talk.take(kind.event("CA1", talk.now)) == [EndLeg(kind.code), CloseModel()]
    assert talk.call.ended is not None
    assert talk.call.ended.next == ("apologise" if kind is errors.MIC_ACCESS_DENIED else "text_only")
    assert talk.take(kind.event("CA1", talk.now)) == []


def test_a_high_error_with_a_retry_leaves_it_to_the_loss_that_carries_it(talk: Conversation) -> None:
    talk.answered()
    assert talk.take(errors.RATE_LIMITED.event("CA1", talk.now)) == []
