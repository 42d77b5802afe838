"""Words of danger: the model is told at once, the staff once, whenever the transcript comes."""

from gateway.call import prompts
from gateway.call.effects import BreakOff, CancelResponse, ClearPlayout, EndLeg, Note, RaiseAlert, RequestResponse
from gateway.events import AlertRaised, ModelLost
from tests.call.conversation import Conversation, has, only

CHOKING = "wait, someone is choking!"


def test_the_model_is_told_the_number_and_the_staff_is_alarmed(talk: Conversation) -> None:
    effects = talk.answered().caller_says(CHOKING)
    assert only(effects, RaiseAlert).kind == "emergency"
    note = only(effects, Note).text
    assert note.startswith(prompts.EMERGENCY_NOTE)
    assert "hang up now and dial 9 1 1" in note
    assert effects[-1] == RequestResponse()
    assert "choking" not in only(effects, RaiseAlert).reason


def test_a_transcript_that_comes_late_breaks_off_what_is_being_said(talk: Conversation) -> None:
    item, _ = talk.answered().turn()
    response = talk.begin_response()
    talk.begin_speech(response, "We have pizza, wings")
    effects = talk.words(item, CHOKING)
    assert only(effects, CancelResponse).response_id == response
    assert has(effects, Note)
    assert has(effects, RequestResponse)


def test_the_staff_is_alarmed_once_and_the_model_told_each_time(talk: Conversation) -> None:
    talk.answered().caller_says(CHOKING)
    talk.tell(AlertRaised, kind="emergency")
    effects = talk.caller_says("call an ambulance")
    assert has(effects, Note)
    assert not has(effects, RaiseAlert)
    assert [alert.kind for alert in talk.call.alerts.raised] == ["emergency"]


def test_words_that_come_when_the_line_is_gone_still_alarm(talk: Conversation) -> None:
    item, _ = talk.answered().turn()
    talk.end_leg("stopped")
    effects = talk.words(item, CHOKING)
    assert [type(effect) for effect in effects] == [RaiseAlert]


def test_an_alarm_that_the_log_does_not_show_is_raised_again_by_the_next_leg(talk: Conversation) -> None:
    talk.answered().caller_says(CHOKING)
    other = talk.in_another_process()
    assert only(other.start_leg(2), RaiseAlert).kind == "emergency"
    other.tell(AlertRaised, kind="emergency")
    assert not has(other.in_another_process().start_leg(3), RaiseAlert)


def test_a_goodbye_waits_for_the_words_that_matter(talk: Conversation) -> None:
    talk.answered()
    talk.agent_speaks("Goodbye!", [("end_call", {})])
    item, _ = talk.turn()
    assert has(talk.words(item, CHOKING), Note)
    assert not has(talk.heard(), EndLeg)
    talk.agent_says("Please hang up now and dial 9 1 1.")
    assert talk.call.ended is None


def test_a_burger_is_no_emergency(talk: Conversation) -> None:
    assert not has(talk.answered().caller_says("one heart attack burger"), RaiseAlert)


def test_what_plays_is_broken_off(talk: Conversation) -> None:
    item, _ = talk.answered().turn()
    response = talk.begin_response()
    spoken = talk.begin_speech(response, "We have pizza, wings")
    talk.end_response(response, spoke=True)
    effects = talk.words(item, CHOKING)
    assert has(effects, BreakOff)
    assert has(effects, RequestResponse)
    effects = talk.interrupts((spoken, 500, 9000))
    assert has(effects, ClearPlayout)
    assert not has(effects, RequestResponse)  # the wish stands
    assert not talk.call.playing


def test_a_response_cut_short_takes_no_wish_with_it(talk: Conversation) -> None:
    item, _ = talk.answered().turn()
    spoken = talk.begin_speech(talk.begin_response(), "We have pizza, wings")
    talk.words(item, CHOKING)
    effects = talk.interrupts((spoken, 500, 9000))
    assert has(effects, CancelResponse)
    assert effects[-1] == RequestResponse()
    talk.agent_speaks("Please hang up now")
    assert not has(talk.interrupts(), RequestResponse)  # the caller's own interruption


def test_while_the_model_is_away_the_words_wait_for_it(talk: Conversation) -> None:
    item, _ = talk.answered().turn()
    talk.tell(ModelLost, code="WS_CONNECTION_FAILED")
    assert not has(talk.words(item, CHOKING), Note)
    effects = talk.model_comes_up()
    notes = [effect.text for effect in effects if isinstance(effect, Note)]
    assert notes[-1].startswith(prompts.EMERGENCY_NOTE)
    assert effects[-1] == RequestResponse()


def test_a_planned_move_tells_them_too_and_only_once(talk: Conversation) -> None:
    item, _ = talk.answered().turn()
    talk.tell(ModelLost, planned=True)
    talk.words(item, CHOKING)
    effects = talk.model_comes_up()
    assert effects[-1] == RequestResponse()
    talk.agent_says("Please hang up now")
    talk.tell(ModelLost, planned=True)
    assert not has(talk.model_comes_up(), RequestResponse)
