"""What holds for a call whatever happens to it: nothing raises, nothing is done twice, silence ends it."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import errors
from gateway.call.effects import (
    CheckModel,
    CloseModel,
    Effect,
    EndLeg,
    Note,
    OpenModel,
    RequestResponse,
    SubmitOrder,
)
from gateway.call.log_reader import read_log
from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import (
    AgentSaid,
    AlertRaised,
    AudioCommitted,
    CallerPaused,
    ConnectionFailed,
    Dialled,
    Ended,
    ErrorEvent,
    Event,
    HungUp,
    Interrupted,
    KeyPressed,
    KitchenSaid,
    KitchenStatus,
    LegEnded,
    LegStarted,
    ListeningStarted,
    ListeningStopped,
    LogDamaged,
    MessageLeft,
    ModelChecked,
    ModelLost,
    ModelOpened,
    MoveAsked,
    OfferChanged,
    OrderData,
    OrderEvent,
    PlaybackFinished,
    PlaybackStarted,
    ResponseFinished,
    ResponseStarted,
    SessionData,
    SessionEvent,
    SessionRequested,
    StaffActed,
    SubmitDelayed,
    TimedOut,
    ToolCalled,
    TranscriptionData,
    TranscriptionEvent,
    TransferAccepted,
    TransferAnswered,
    VADData,
    VADEvent,
)
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from tests.call.conversation import NOON, Conversation, tools_of
from tests.call.same import differences

CASA_VERDE = load_restaurants(SHIPPED, {})[0]  # no fixture, which hypothesis would print with every failure

ITEMS = st.sampled_from(["i1", "i2", "i3"])
RESPONSES = st.sampled_from(["r1", "r2", "r3"])
CODES = st.sampled_from(sorted(errors.ERRORS))
TOOLS = st.sampled_from(
    [
        ("set_line", '{"item_id": "coke"}'),
        ("set_line", '{"item_id": "pepperoni"}'),
        ("set_line", "no json"),
        ("remove_line", '{"line_id": "L1"}'),
        ("set_customer", '{"name": "Ana", "fulfilment": "pickup"}'),
        ("read_back", "{}"),
        ("confirm_order", "{}"),
        ("confirm_order", "{}"),
        ("resume_order", '{"accept": true}'),
        ("cancel_order", "{}"),
        ("leave_message", '{"text": "late", "ring_back": true}'),
        ("transfer_to_staff", "{}"),
        ("end_call", "{}"),
        ("no_such_tool", "{}"),
    ]
)

Step = tuple[type[Event], dict[str, Any]]


def step(kind: type[Event], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(kind), st.fixed_dictionaries(fields))


def vad(kind: str) -> st.SearchStrategy[Step]:
    return step(VADEvent, type=st.just(f"vad.{kind}"), data=st.just(VADData(audio_start_ms=0, confidence=0)))


def words(kind: str) -> st.SearchStrategy[Step]:
    data = st.builds(
        TranscriptionData,
        text=st.sampled_from(["", "yes", "no", "mm-hm", "a coke", "someone is choking", "hold on"]),
        confidence=st.just(0.5),
        is_final=st.just(True),
        item_id=ITEMS | st.none(),
    )
    return step(TranscriptionEvent, type=st.just(f"transcription.{kind}"), data=data)


def order(kind: str) -> st.SearchStrategy[Step]:
    return step(OrderEvent, type=st.just(f"order.{kind}"), data=st.just(OrderData(intent="confirm")))


def session(kind: str) -> st.SearchStrategy[Step]:
    return step(SessionEvent, type=st.just(f"session.{kind}"), data=st.just(SessionData(model="m", capabilities=())))


CUT = st.builds(
    lambda item, heard, more: {"item_id": item, "heard_ms": heard, "produced_ms": heard + more},
    ITEMS,
    st.integers(0, 5000),
    st.integers(0, 5000),
)

SOLD_OUT = st.sampled_from(
    [{"ref": "coke"}, {"ref": "pepperoni", "until": NOON.timestamp() * 1000 + 60_000}, {"ref": "toppings/basil"}]
)

ANYTHING: st.SearchStrategy[Step] = st.one_of(
    step(LegStarted, leg=st.integers(1, 5), stream_sid=st.just("MZ1")),
    step(LegEnded, leg=st.integers(1, 5), reason=st.sampled_from(["stopped", "lost", "closed"])),
    step(HungUp),
    step(TransferAnswered, leg=st.integers(2, 4)),
    step(TransferAccepted, leg=st.integers(2, 4)),
    step(Dialled, leg=st.integers(2, 4), status=st.sampled_from(["completed", "busy"]), bridged=st.booleans()),
    step(
        StaffActed,
        command_id=st.sampled_from(["1-0", "2-0", "3-0"]),
        action=st.sampled_from(["hint", "hint", "take_over", "end"]),
        text=st.sampled_from(["", "we have no basil"]),
    ),
    step(
        KitchenSaid,
        command_id=st.sampled_from(["1-0", "2-0", "3-0"]),
        order_id=st.sampled_from(["order-CA1", "order-CA2"]),
        status=st.sampled_from(get_args(KitchenStatus)),
    ),
    step(ModelOpened, spare=st.booleans()),
    step(SessionRequested),
    session("created"),
    session("updated"),
    session("updated"),
    session("error"),
    step(ConnectionFailed, code=CODES),
    step(ModelLost, code=CODES, planned=st.booleans()),
    step(ModelChecked, answers=st.booleans()),
    step(CallerPaused, spoke_ms=st.integers(1, 5000), paused_ms=st.just(800)),
    step(ListeningStarted),
    step(ListeningStopped),
    vad("speech_start"),
    vad("speech_end"),
    vad("silence"),
    step(AudioCommitted, item_id=ITEMS),
    words("complete"),
    words("complete"),
    words("error"),
    words("partial"),
    step(ResponseStarted, response_id=RESPONSES),
    step(
        ResponseFinished,
        response_id=RESPONSES,
        status=st.sampled_from(["completed", "cancelled", "incomplete", "failed"]),
        code=CODES | st.none(),
        spoke=st.booleans(),
    ),
    step(PlaybackStarted, item_id=ITEMS | st.just("clip.hold.1")),
    step(PlaybackFinished),
    step(Interrupted, cut=st.lists(CUT, max_size=2)),
    step(AgentSaid, item_id=ITEMS, response_id=RESPONSES, text=st.sampled_from(["Hi", "It is $3.25 in all. Right?"])),
    TOOLS.flatmap(
        lambda tool: step(
            ToolCalled,
            response_id=RESPONSES,
            tool_call_id=st.sampled_from([f"c{number}" for number in range(30)]),
            name=st.just(tool[0]),
            arguments=st.just(tool[1]),
        )
    ),
    order("complete"),
    order("error"),
    step(KeyPressed, digit=st.sampled_from(list("0125"))),
    step(OfferChanged, sold_out=st.lists(SOLD_OUT, max_size=2), quote_minutes=st.none() | st.integers(1, 90)),
    step(LogDamaged, entries=st.integers(1, 3)),
    step(MessageLeft, tool_call_id=st.sampled_from(["c1", "c2"]), text=st.just("late")),
    step(AlertRaised, kind=st.sampled_from(["emergency", "transfer_unanswered", "message"])),
    CODES.map(lambda code: (ErrorEvent, {"type": "error", "error": errors.ERRORS[code].event("CA1", NOON).error})),
    step(Ended, reason=st.just("staff"), next=st.sampled_from(["goodbye", "transfer", "reconnect"])),
    step(SubmitDelayed, waited_s=st.just(1.5)),
    step(MoveAsked, within_s=st.sampled_from([0, 10])),
    st.just((TimedOut, {})),
    st.just((TimedOut, {})),
)
"""Every event, likely or not; `call.timed_out` comes at the call's deadline."""


class Watch:
    """Follows the effects of a call and holds it to what must never happen."""

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk
        self.connections = 0
        self.asked_to_submit = False
        self.submitted: set[str] = set()
        self.serving = False

    def take(self, kind: type[Event], fields: dict[str, Any]) -> None:
        talk = self.talk
        before = talk.call.state
        if kind is LegStarted or (kind is OrderEvent and fields["type"] in ("order.complete", "order.error")):
            if kind is OrderEvent and fields["type"] == "order.complete" and self.asked_to_submit:
                assert talk.call.order is not None
                self.submitted.add(talk.call.order.id)
            self.asked_to_submit = False
        timed_out = kind is TimedOut and talk.call.deadline is not None
        submitting = talk.call.desk.submitting
        effects = talk.wait() if timed_out else talk.tell(kind, **fields)
        if submitting and timed_out and not talk.call.desk.submitting:
            self.asked_to_submit = False  # nobody said what became of it
        if kind is SessionEvent and fields["type"] == "session.updated" and talk.call.state is not before:
            self.serving = True
        for effect in effects:
            self._check(effect)
        live = talk.call.state is not State.DISCONNECTED
        assert (talk.call.deadline is not None) is live, "a live call waits for something, a dead one for nothing"
        assert live or not talk.call.playing

    def _check(self, effect: Effect) -> None:
        match effect:
            case OpenModel():
                self.connections += 1
                assert self.connections == 1, "two connections to the model"
            case CloseModel():
                self.connections, self.serving = 0, False
            case SubmitOrder(order):
                assert not self.asked_to_submit, "submitted twice without an outcome"
                assert order.id not in self.submitted, "submitted again after it was stored"
                self.asked_to_submit = True
            case Note() | RequestResponse() | CheckModel():
                assert self.serving, "told to a model whose session is not as we want it"
            case _:
                pass


def beginning(talk: Conversation, how_far: int) -> None:
    """A call at one of several points of an ordinary course, so that chance need not find the way there."""
    talk.ring()
    if how_far > 0:
        talk.model_comes_up()
    if how_far > 1:
        talk.agent_says("Hi, what can I get for you?")
    if how_far > 2:
        talk.order_taken()
    if how_far > 3:
        talk.reads_back()
    if how_far > 4:
        talk.caller_says("yes")


BEGINNINGS = st.integers(0, 5)
property_test = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def watched(how_far: int, steps: list[Step]) -> Conversation:
    talk = Conversation(CASA_VERDE)
    beginning(talk, how_far)
    watch = Watch(talk)
    watch.connections, watch.serving = 1, how_far > 0
    for kind, fields in steps:
        watch.take(kind, fields)
    return talk


@given(BEGINNINGS, st.lists(ANYTHING, max_size=40))
@property_test
def test_nothing_raises_and_nothing_is_done_twice(how_far: int, steps: list[Step]) -> None:
    watched(how_far, steps)


@given(BEGINNINGS, st.lists(ANYTHING, max_size=25))
@property_test
def test_silence_alone_ends_every_call(how_far: int, steps: list[Step]) -> None:
    talk = watched(how_far, steps)
    began = talk.now
    waits = 0
    while talk.call.state is not State.DISCONNECTED:
        waits += 1
        assert waits <= 30, "it goes on for ever"
        talk.wait()
    assert (talk.now - began).total_seconds() <= 300
    assert talk.call.deadline is None
    assert talk.call.ended is not None or not waits


@given(BEGINNINGS, st.lists(ANYTHING, max_size=25))
@property_test
def test_the_log_alone_gives_the_same_call(how_far: int, steps: list[Step]) -> None:
    talk = watched(how_far, steps)
    twin = talk.folded()
    assert differences(talk.call, twin) == []


@given(BEGINNINGS, st.lists(ANYTHING, max_size=25), st.integers(0, 24), st.sampled_from([0, -3_600_000, 3_600_000]))
@property_test
def test_a_call_that_another_process_goes_on_with_is_as_if_it_had_never_been_cut(
    how_far: int, steps: list[Step], cut: int, clock_ms: int
) -> None:
    """Whatever the other process's clock says, also one that is an hour off: the same effects, the same call."""
    talk = Conversation(CASA_VERDE)
    beginning(talk, how_far)
    cut = min(cut, len(steps))
    for kind, fields in steps[:cut]:
        talk.tell(kind, **fields)
    other = talk.in_another_process()
    for here in (talk, other):
        here.now += timedelta(milliseconds=clock_ms)
    for kind, fields in steps[cut:]:
        assert talk.tell(kind, **fields) == other.tell(kind, **fields)
    assert differences(talk.call, other.call) == []


@given(BEGINNINGS, st.lists(st.tuples(ANYTHING, st.sampled_from([0, 0, 0, -3_600_000, 3_600_000])), max_size=25))
@property_test
def test_clocks_that_step_neither_raise_nor_tell_fold_and_call_apart(
    how_far: int, steps: list[tuple[Step, int]]
) -> None:
    talk = Conversation(CASA_VERDE)
    beginning(talk, how_far)
    for (kind, fields), clock_ms in steps:
        talk.now += timedelta(milliseconds=clock_ms)
        talk.tell(kind, **fields)
        assert (talk.call.deadline is not None) is (talk.call.state is not State.DISCONNECTED)
    assert differences(talk.call, talk.folded()) == []


@given(BEGINNINGS, st.lists(ANYTHING, max_size=25), st.sets(st.integers(0, 60), max_size=20))
@property_test
def test_a_log_with_holes_still_folds(how_far: int, steps: list[Step], holes: set[int]) -> None:
    talk = watched(how_far, steps)
    texts = [("", "{" if place in holes else event.to_json()) for place, event in enumerate(talk.log)]
    log = read_log(texts, "CA1")
    assert len(log.events) <= len(talk.log)
    damaged = Conversation(CASA_VERDE)
    damaged.call = Call.fold("CA1", CASA_VERDE, log.events, tools=tools_of(CASA_VERDE))
    damaged.now = talk.now
    damaged.tell(LogDamaged, entries=max(log.damage, 1))
    damaged.start_leg(damaged.call.leg + 1)
    damaged.model_comes_up()


@pytest.mark.parametrize("how_far", range(6))
def test_silence_ends_an_ordinary_call_with_a_word_to_the_caller(how_far: int) -> None:
    talk = Conversation(CASA_VERDE)
    beginning(talk, how_far)
    effects: list[Effect] = []
    while talk.call.state is not State.DISCONNECTED:
        effects += talk.wait()
    assert sum(isinstance(effect, EndLeg) for effect in effects) == 1
    assert talk.call.ended is not None
