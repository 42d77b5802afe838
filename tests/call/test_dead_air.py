"""The watchdog over dead air, step by step: what the caller hears while something is owed, and what it is taken for."""

from datetime import datetime, timedelta

import pytest

from gateway import errors
from gateway.call.effects import (
    AnswerTool,
    CheckModel,
    ClearPlayout,
    CloseModel,
    Effect,
    EndLeg,
    Note,
    OpenModel,
    PlayClip,
    ReportError,
    RequestResponse,
    SubmitOrder,
)
from gateway.call.states import State
from gateway.events import (
    AgentSaid,
    AudioCommitted,
    CallerPaused,
    ConnectionFailed,
    ModelChecked,
    ModelLost,
    ModelOpened,
    OrderEvent,
    PlaybackStalled,
    PlaybackStarted,
    ResponseFinished,
    SessionRequested,
)
from tests.call.conversation import Conversation, has, only, outcome

CLIP_S = 1.2


def after(seconds: float, since: datetime) -> datetime:
    return since + timedelta(seconds=seconds)


def follow(talk: Conversation, seconds: float) -> list[tuple[float, Effect]]:
    """What is done in so many seconds in which nothing happens but that phrases are heard; with the times."""
    began, end = talk.now, after(seconds, talk.now)
    done: list[tuple[float, Effect]] = []
    heard_until: datetime | None = None

    def note(effects: list[Effect]) -> None:
        nonlocal heard_until
        for effect in effects:
            done.append((round((talk.now - began).total_seconds(), 2), effect))
            if isinstance(effect, PlayClip):
                talk.now -= timedelta(milliseconds=500)
                note(talk.tell(PlaybackStarted, item_id=f"clip.{effect.name}.{talk.new('n')}"))
                heard_until = after(CLIP_S, talk.now)

    while talk.call.deadline is not None and talk.call.state is not State.DISCONNECTED:
        due = talk.call.deadline
        if heard_until is not None and heard_until <= min(due, end):
            talk.now, heard_until = heard_until - timedelta(milliseconds=500), None
            note(talk.heard())
        elif due <= end:
            note(talk.wait())
        else:
            break
    talk.now = end if talk.call.deadline else talk.now
    return done


def sounds(done: list[tuple[float, Effect]]) -> list[tuple[float, str]]:
    return [(at, effect.name) for at, effect in done if isinstance(effect, PlayClip)]


def times(done: list[tuple[float, Effect]], kind: type[Effect]) -> list[float]:
    return [at for at, effect in done if isinstance(effect, kind)]


# --- the stages ---


def test_a_turn_that_is_not_answered_is_bridged_asked_again_and_given_up(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    done = follow(talk, 20)
    # The caller stopped a second ago, half a second before the turn was committed.
    assert sounds(done) == [(0.2, "let_me_see"), (3.7, "hold"), (7, "technical_trouble")]
    assert [(at, effect) for at, effect in done if isinstance(effect, RequestResponse)] == [
        (3, RequestResponse(again=True))
    ]
    assert times(done, EndLeg) == [7 + CLIP_S]
    assert only([effect for _, effect in done], ReportError).error.error.code == "MODEL_OVERLOADED"
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("text_only", "model: dead air")


def test_an_answer_in_time_is_answered_by_nothing(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    response = talk.begin_response()
    talk.begin_speech(response, "A Coke, gladly.")
    assert "dead_air" not in talk.call._parts.agenda.timers._due
    talk.end_response(response, spoke=True)
    talk.heard()
    assert talk.patience() == 10, "now it is the caller's turn"


def test_a_model_that_comes_back_before_it_is_given_up_is_used(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    assert len(sounds(follow(talk, 6))) == 2
    talk.agent_speaks("A Coke, gladly.")
    talk.heard()
    assert follow(talk, 9) == []
    talk.caller_says("that's all")
    assert sounds(follow(talk, 3)) == [(0.2, "let_me_see")], "a new wait, from its beginning"


def test_a_phrase_does_not_end_the_wait_but_speech_behind_it_does(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    assert only(talk.wait(), PlayClip)
    talk.tell(PlaybackStarted, item_id="clip.let_me_see.1")
    response = talk.begin_response()
    item = talk.new("item")
    talk.tell(PlaybackStarted, item_id=item)  # the line says so when speech follows a phrase
    assert "dead_air" not in talk.call._parts.agenda.timers._due
    talk.tell(AgentSaid, item_id=item, response_id=response, text="A Coke, gladly.")
    talk.heard()
    assert talk.call._parts.agenda.timers.running("dead_air"), "the response still goes on"


def test_a_phrase_that_takes_long_is_not_followed_by_another(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    talk.wait()
    talk.tell(PlaybackStarted, item_id="clip.let_me_see.1")  # and its end is not told
    effects: list[Effect] = []
    while talk.state() is not State.DISCONNECTED and not talk.call._parts.farewell.closing:
        effects += talk.wait()
    assert [effect.name for effect in effects if isinstance(effect, PlayClip)] == ["technical_trouble"]


def test_the_first_words_of_a_leg_are_waited_for_too(talk: Conversation) -> None:
    talk.ring()
    done = follow(talk, 20)
    assert sounds(done) == [(1.2, "hold"), (4.7, "hold"), (8, "technical_trouble")]
    assert times(done, RequestResponse) == [], "there is no model to ask"
    assert times(done, EndLeg) == [8 + CLIP_S]


def test_a_greeting_that_does_not_come_is_asked_for_again(talk: Conversation) -> None:
    talk.ring()
    talk.model_comes_up()
    done = follow(talk, 6)
    assert [name for _, name in sounds(done)] == ["hold", "hold"], "nobody has asked anything yet"
    assert len(times(done, RequestResponse)) == 1


def test_speech_that_breaks_off_is_silence(talk: Conversation) -> None:
    talk.answered().caller_says("Hello")
    talk.begin_speech(talk.begin_response(), "We have")
    assert follow(talk, 3) == [], "the agent is heard"
    talk.tell(PlaybackStalled)
    assert not talk.call.playing
    done = follow(talk, 20)
    assert sounds(done) == [(1.2, "let_me_see"), (4.7, "hold"), (8, "technical_trouble")]
    assert times(done, EndLeg) == [8 + CLIP_S]


def test_speech_that_goes_on_ends_the_wait(talk: Conversation) -> None:
    talk.answered().caller_says("Hello")
    talk.begin_speech(talk.begin_response(), "We have")
    talk.tell(PlaybackStalled)
    talk.tell(PlaybackStarted, item_id="item_1")
    assert talk.call.playing
    assert follow(talk, 3) == []


def test_a_submit_under_way_is_bridged_and_not_asked_for_twice(ordering: Conversation) -> None:
    ordering.reads_back()
    ordering.caller_says("yes")
    assert has(ordering.tool("confirm_order"), SubmitOrder)
    done = follow(ordering, 5)
    assert len(sounds(done)) == 2
    assert times(done, RequestResponse) == []
    ordering.call._parts.replies.stalled(ordering.now)
    assert not has(ordering.wait(), RequestResponse)


def test_after_a_long_submit_the_model_has_its_own_time(ordering: Conversation) -> None:
    """The submit's answer bears the time at which it was asked for, long before."""
    ordering.reads_back()
    ordering.caller_says("yes")
    assert has(ordering.tool("confirm_order"), SubmitOrder)
    asked_at = ordering.now.timestamp() * 1000
    follow(ordering, 10)
    fields = {"session_id": "CA1", "timestamp": asked_at, **outcome("complete")}
    assert has(ordering.take(OrderEvent.model_validate(fields)), AnswerTool)
    done = follow(ordering, 3)
    assert "technical_trouble" not in [name for _, name in sounds(done)]
    assert times(follow(ordering, 7), CloseModel), "which it has used up"


def test_a_response_that_is_being_made_is_not_asked_for_twice(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    talk.begin_response()
    assert times(follow(talk, 6), RequestResponse) == []


def test_the_watchdog_wins_over_the_slower_retries(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    began = talk.now - timedelta(milliseconds=1000)
    effects: list[Effect] = []
    while not talk.call._parts.farewell.closing:
        response = talk.begin_response()
        effects += talk.end_response(response, status="failed", code="MODEL_OVERLOADED")
        while not has(effects, RequestResponse) and not talk.call._parts.farewell.closing:
            effects += talk.wait()
        effects = [effect for effect in effects if not isinstance(effect, RequestResponse)]
    assert (talk.now - began).total_seconds() == pytest.approx(8)


def test_a_lost_model_is_waited_for_with_phrases(talk: Conversation) -> None:
    talk.answered()
    effects = talk.tell(ModelLost)
    assert only(effects, PlayClip).name == "hold"
    lost = talk.now
    talk.tell(PlaybackStarted, item_id="clip.hold.1")
    talk.heard()
    waited = (talk.now - lost).total_seconds()
    done = follow(talk, 20)
    assert sounds(done) == [(3.5 - waited, "hold"), (7 - waited, "hold"), (8 - waited, "technical_trouble")]


def test_what_a_lost_model_had_said_is_heard_first(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have many, many things.")
    assert not has(talk.tell(ModelLost), PlayClip)
    assert "dead_air" not in talk.call._parts.agenda.timers._due
    talk.heard()
    assert sounds(follow(talk, 2)) == [(1.2, "hold")]


def test_after_it_was_given_up_nothing_of_the_model_is_heard(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    effects = talk.wait_for(CloseModel)
    assert effects[-2:] == [CloseModel(), PlayClip("technical_trouble")]
    assert not has(talk.session("session.updated"), RequestResponse)
    talk.wait_for(EndLeg)  # also when the end of the phrase is never told
    assert talk.state() is State.DISCONNECTED
    talk.start_leg(2)
    assert talk.patience() == 1.2, "a new leg waits anew"


def test_words_over_the_apology_end_it(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    talk.wait_for(CloseModel)
    talk.tell(PlaybackStarted, item_id="clip.technical_trouble.1")
    assert has(talk.interrupts(), EndLeg)


def test_a_farewell_that_hangs_ends_as_it_was_meant_to(talk: Conversation) -> None:
    talk.answered()
    talk.tool("end_call")
    done = follow(talk, 20)
    assert [name for _, name in sounds(done)] == ["hold", "hold"], "a phrase is no farewell"
    assert talk.call.ended is not None
    assert talk.call.ended.next == "goodbye"


# --- what is no dead air ---


def test_a_silent_caller_is_not_ours_to_fill(talk: Conversation) -> None:
    talk.answered()
    assert follow(talk, 9) == []


def test_while_the_caller_speaks_the_wait_stands_still(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    talk.voice("speech_start")
    talk.now = after(7, talk.now)
    item = talk.new("item")
    talk.voice("speech_end")
    talk.tell(AudioCommitted, item_id=item)
    done = follow(talk, 2)
    assert sounds(done) == [(0.7, "let_me_see")], "the caller has just been heard, by themselves"


def test_turns_that_must_show_that_they_have_words_are_not_owed(talk: Conversation) -> None:
    talk.answered()
    for _ in range(2):
        item, _ = talk.turn()
        talk.words(item, "", "transcription.error")
        talk.agent_says("Sorry, could you say that again?")
    talk.turn()
    assert "dead_air" not in talk.call._parts.agenda.timers._due
    talk.wait()  # the words did not come: it was noise
    assert talk.state() is State.IDLE


def test_what_was_said_over_the_agent_is_owed_once_it_has_words(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza.")
    item, _ = talk.turn()
    talk.heard()
    assert "dead_air" not in talk.call._parts.agenda.timers._due
    assert has(talk.words(item, "a pizza"), RequestResponse)
    assert sounds(follow(talk, 2)) == [(1.2, "let_me_see")]


def test_an_interruption_by_noise_owes_nothing(talk: Conversation) -> None:
    talk.answered().agent_speaks("We have pizza.")
    talk.interrupts(("item_9", 100, 200))
    assert follow(talk, 9) == []


def test_an_interrupted_answer_takes_its_wish_with_it(talk: Conversation) -> None:
    talk.answered().caller_says("what do you have?")
    response = talk.begin_response()
    item = talk.begin_speech(response, "We have pizza and wings and")
    talk.tell(AudioCommitted, item_id=talk.new("item"))
    talk.interrupts((item, 500, 9000))
    talk.tell(ResponseFinished, response_id=response, status="cancelled")
    assert follow(talk, 9) == []


def test_a_voice_over_a_phrase_leaves_the_answer_owed(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    response = talk.begin_response()
    talk.wait()
    talk.tell(PlaybackStarted, item_id="clip.let_me_see.1")
    assert talk.interrupts() == [ClearPlayout()], "nothing is cancelled and nothing cut"
    assert talk.state() is State.LISTENING
    talk.begin_speech(response, "A Coke, gladly.")
    assert talk.state() is State.AUDIO_PLAYBACK


def test_a_phrase_over_the_read_back_is_not_the_read_back(ordering: Conversation) -> None:
    (effect,) = [effect for effect in ordering.tool("read_back") if isinstance(effect, AnswerTool)]
    assert effect
    response = ordering.begin_response()
    ordering.wait()
    ordering.tell(PlaybackStarted, item_id="clip.hold.1")
    ordering.tell(AgentSaid, item_id="i1", response_id=response, text="It is $17.86 in all. Right?")
    ordering.interrupts()
    ordering.end_response(response, status="cancelled")
    ordering.caller_says("yes")
    assert not has(ordering.tool("confirm_order"), SubmitOrder)


def test_a_planned_move_has_time_before_anybody_notices(talk: Conversation) -> None:
    talk.answered().tell(ModelLost, planned=True)
    assert sounds(follow(talk, 4)) == [(3.2, "hold")]


def test_a_planned_move_in_the_middle_of_something_answers_it(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    assert not has(talk.tell(ModelLost, planned=True), PlayClip)
    effects = talk.model_comes_up()
    assert has(effects, RequestResponse)
    assert only(effects, Note).text.startswith("You were away")


def test_when_the_server_answers_by_itself_its_answer_is_owed(talk: Conversation) -> None:
    other = Conversation(talk.restaurant, server_creates_responses=True).answered()
    other.caller_says("a coke")
    done = follow(other, 5)
    assert sounds(done)[0] == (0.2, "let_me_see")
    assert len(times(done, RequestResponse)) == 1


def test_a_late_check_of_a_model_that_is_gone_says_nothing(talk: Conversation) -> None:
    talk.answered().tell(ModelLost)
    assert talk.call._parts.connection.deaf_since is None
    talk.tell(ModelChecked, answers=False)
    assert talk.call._parts.connection.deaf_since is None


# --- a model that does not notice the caller ---


def pauses(talk: Conversation, spoke_ms: int = 1000) -> list[Effect]:
    return talk.tell(CallerPaused, spoke_ms=spoke_ms, paused_ms=800)


def test_a_caller_whom_the_model_hears_asks_for_nothing(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    assert pauses(talk, 2000) == []
    talk.agent_speaks("A Coke, gladly.")
    talk.now = after(5, talk.now)
    assert pauses(talk) == [], "an echo of the agent"


@pytest.mark.parametrize("begun", [False, True])
def test_a_model_that_does_not_notice_the_caller_is_asked_whether_it_is_there(talk: Conversation, begun: bool) -> None:
    talk.answered()
    talk.now = after(5, talk.now)
    if begun:
        talk.voice("speech_start")
        talk.now = after(1.3, talk.now)
    assert pauses(talk, 2000) == [CheckModel()]
    stopped = talk.now - timedelta(milliseconds=800)
    talk.tell(ModelChecked, answers=False)
    done = follow(talk, 0.5)
    assert len(sounds(done)) == 1
    assert (talk.now - stopped).total_seconds() < 2.5
    assert pauses(talk) == [], "it is known already"
    effects = talk.wait_for(OpenModel)
    assert only(effects, OpenModel) == OpenModel(fresh=True, after="MODEL_OVERLOADED")
    assert (talk.now - stopped).total_seconds() == pytest.approx(4, abs=0.01)


def test_a_model_that_answers_after_all_is_left_alone(talk: Conversation) -> None:
    talk.answered()
    talk.now = after(5, talk.now)
    pauses(talk)
    talk.tell(ModelChecked, answers=False)
    talk.tell(ModelChecked, answers=True)
    assert follow(talk, 8) == []


# --- another endpoint ---


def with_spare(talk: Conversation) -> Conversation:
    talk.ring()
    talk.tell(ModelOpened, spare=True)
    talk.tell(SessionRequested)
    talk.session("session.updated")
    talk.agent_says("Hi, what can I get for you?")
    return talk


def test_an_answer_that_does_not_come_is_asked_of_the_other_endpoint(talk: Conversation) -> None:
    with_spare(talk).caller_says("a coke")
    done = follow(talk, 4)
    assert [effect for _, effect in done if isinstance(effect, OpenModel)] == [
        OpenModel(fresh=True, after="MODEL_OVERLOADED")
    ]
    talk.tell(ModelOpened)
    assert has([*talk.tell(SessionRequested), *talk.session("session.updated")], RequestResponse)


@pytest.mark.parametrize(("code", "failures"), [("API_KEY_INVALID", 1), ("RATE_LIMITED", 2), ("MODEL_OVERLOADED", 2)])
def test_a_response_that_fails_is_asked_of_the_other_endpoint(talk: Conversation, code: str, failures: int) -> None:
    with_spare(talk).caller_says("a coke")
    effects: list[Effect] = []
    for _ in range(failures):
        assert not has(effects, OpenModel)
        effects = talk.end_response(talk.begin_response(), status="failed", code=code)
    assert only(effects, OpenModel).after == code
    talk.tell(ModelOpened)
    talk.tell(SessionRequested)
    talk.session("session.updated")
    talk.begin_response()
    assert talk.state() is not State.DISCONNECTED


def test_a_loss_that_no_retry_mends_is_mended_by_the_other_endpoint_if_it_can_be_had(talk: Conversation) -> None:
    with_spare(talk)
    assert only(talk.tell(ModelLost, code="API_KEY_INVALID"), OpenModel).after == "API_KEY_INVALID"
    assert has(talk.tell(ConnectionFailed, code="API_KEY_INVALID"), EndLeg)


def test_the_watchdog_is_the_same_in_every_process(talk: Conversation) -> None:
    talk.answered().caller_says("a coke")
    for _ in range(3):
        twin = talk.folded()
        assert twin.deadline == talk.call.deadline
        assert twin._parts.agenda.timers._due == talk.call._parts.agenda.timers._due
        talk.wait()


def test_a_key_refused_in_mid_call_is_no_end_while_another_endpoint_can_serve(talk: Conversation) -> None:
    with_spare(talk)
    assert only(talk.take(errors.API_KEY_INVALID.event("CA1", talk.now)), OpenModel).after == "API_KEY_INVALID"


def test_a_goodbye_without_words_is_not_ended_by_a_phrase(talk: Conversation) -> None:
    talk.answered()
    response = talk.begin_response()
    talk.wait()
    talk.tell(PlaybackStarted, item_id="clip.hold.1")
    talk.calls(response, "end_call", {})
    assert has(talk.end_response(response), RequestResponse), "the farewell is still to be said"
    assert not has(talk.heard(), EndLeg)
    assert has(talk.agent_says("Goodbye."), EndLeg)
