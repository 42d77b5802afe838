"""Turns, what is said over the agent, interruptions, silence."""

from gateway.call import prompts
from gateway.call.effects import (
    CancelResponse,
    ClearPlayout,
    DeleteItem,
    EndLeg,
    Note,
    RequestResponse,
    SubmitOrder,
    TruncateItem,
)
from gateway.call.states import State
from gateway.events import (
    ListeningStarted,
)
from gateway.orders.restaurant import Restaurant
from tests.call.conversation import Conversation, has, only


def test_the_server_may_answer_turns_by_itself(casa_verde: Restaurant) -> None:
    talk = Conversation(casa_verde, server_creates_responses=True).answered()
    item, effects = talk.turn()
    assert effects == []
    talk.words(item, "a coke")
    talk.agent_speaks("One coke. And?")
    item, _ = talk.turn()
    assert talk.words(item, "no") == []
    assert talk.heard() == []


def test_a_barge_in_silences_the_agent_and_makes_the_model_forget_what_was_not_heard(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    first = talk.begin_speech(response, "We have pizza, wings, and drinks.")
    second = talk.begin_speech(response, "What would you like?")
    talk.voice("speech_start")
    effects = talk.interrupts((first, 1000, 2000), (second, 0, 1500))
    assert effects == [ClearPlayout(), CancelResponse(response), TruncateItem(first, 0, 1000), DeleteItem(second)]
    assert (talk.call.state, talk.call.playing) == (State.LISTENING, False)
    assert [turn.heard_text for turn in talk.call.turns][-2:] == ["We have pizza,", ""]
    talk.end_response(response, status="cancelled", spoke=True)
    talk.voice("speech_end")
    item = talk.new("item")
    assert talk.state() is State.PROCESSING
    assert talk.tell(ListeningStarted) == []
    assert RequestResponse() in talk.words(item, "wings") + talk.turn()[1]


def test_what_was_said_over_the_agent_before_a_barge_in_is_answered_with_it(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza, wings and drinks.")
    item, _ = talk.turn()
    talk.interrupts(("item_9", 100, 200))
    assert talk.words(item, "mm-hm") == []
    assert talk.turn()[1] == [RequestResponse()]


def test_a_barge_in_after_the_response_is_complete_cancels_nothing(talk: Conversation) -> None:
    talk.answered()
    talk.agent_speaks("We have pizza, wings, and drinks.")
    assert not has(talk.interrupts(("item_9", 100, 200)), CancelResponse)


def test_a_sound_of_listening_over_the_agent_is_forgotten(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza, wings and drinks.")
    item, effects = talk.turn()
    assert effects == []
    assert talk.words(item, "Mm-hm.") == []
    assert talk.heard() == [DeleteItem(item)]
    assert talk.call.turns.get(item) is None
    assert talk.state() is State.READY


def test_a_yes_over_the_read_back_is_answered_after_it(ordering: Conversation) -> None:
    ordering.reads_back(then_heard=False)
    item, effects = ordering.turn()
    assert effects == []
    assert ordering.words(item, "yes") == []
    assert ordering.heard() == [RequestResponse()]
    assert has(ordering.tool("confirm_order"), SubmitOrder)


def test_words_over_the_agent_that_come_late_are_waited_for(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza, wings and drinks.")
    first, _ = talk.turn()
    second, _ = talk.turn()
    talk.words(first, "wings")
    assert talk.heard() == [RequestResponse()]
    assert talk.state() is State.READY
    assert talk.words(second, "uh-huh") == [DeleteItem(second)]


def test_a_turn_over_the_agent_without_words_is_taken_for_a_sound(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza, wings and drinks.")
    item, _ = talk.turn()
    quiet = talk.now
    talk.heard()
    effects = talk.wait()
    assert effects == [DeleteItem(item)]
    assert (talk.now - quiet).total_seconds() == 3.5
    talk.words(item, "wings")  # so late that only the record keeps it
    assert talk.call.turns.get(item) is not None


def test_a_caller_who_speaks_as_the_agent_ends_is_listened_to(talk: Conversation) -> None:
    talk.answered().agent_speaks("What would you like?")
    talk.voice("speech_start")
    talk.heard()
    assert talk.state() is State.LISTENING


def test_partial_words_change_nothing(talk: Conversation) -> None:
    talk.answered()
    item, _ = talk.turn()
    assert talk.words(item, "a lar", "transcription.partial") == []
    turn = talk.call.turns.get(item)
    assert turn is not None
    assert turn.text is None


def test_words_without_an_item_still_show_that_somebody_is_there(talk: Conversation) -> None:
    talk.answered()
    talk.wait()
    assert talk.words(None, "hello?") == []
    assert [turn.speaker for turn in talk.call.turns] == ["agent"]


def test_a_silent_caller_is_asked_three_times_and_then_the_call_ends(talk: Conversation) -> None:
    talk.answered()
    asked = []
    for _ in range(3):
        effects = talk.wait()
        asked.append(only(effects, Note).text)
        assert effects[-1] == RequestResponse()
        assert talk.state() is State.IDLE
        talk.agent_says("Are you still there?")
    assert asked == [prompts.STILL_THERE_NOTE] * 3
    assert only(talk.wait(), Note).text == prompts.SILENT_GOODBYE_NOTE
    talk.agent_speaks("Ring again at any time. Goodbye!")
    assert has(talk.heard(), EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("goodbye", "the caller stayed silent")


def test_a_silent_caller_who_speaks_again_is_asked_anew(talk: Conversation) -> None:
    talk.answered()
    for _ in range(3):
        talk.wait()
        talk.agent_says("Are you still there?")
    assert only(talk.wait(), Note).text == prompts.SILENT_GOODBYE_NOTE
    talk.caller_says("I am here, a coke please")
    talk.agent_says("One coke.")
    assert talk.state() is State.READY
    assert only(talk.wait(), Note).text == prompts.STILL_THERE_NOTE
