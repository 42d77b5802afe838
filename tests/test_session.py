"""The shell of a call: its handlers, the caller's sound let through and not, keys, silence, a store that is away."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import numpy as np
import pytest

from gateway.call import states
from gateway.call.states import State
from gateway.events import AnyEvent, Interrupted, KeyPressed, OrderEvent, TranscriptionData, TranscriptionEvent
from gateway.local.phone import conversation
from gateway.local.phone_line import Line
from gateway.local.phone_setup import Faults
from gateway.session import VoiceSession
from gateway.store import Delivery, SessionStore, StoreUnavailableError
from gateway.web.phrases import PHRASES
from tests.acceptance.judge import Ordered, finished_log, heard_by_caller, judge_call, lines, the_order
from tests.stage import ANA, Stage, casa_verde, open_stage

CLOCKS = ("gateway.session", "gateway.realtime.link")
"""Where a session's events get their times."""
THE_COKE = Ordered(1, "coke", "regular", (), 300)


@pytest.fixture
async def stage(valkey_url: str) -> AsyncIterator[Stage]:
    async with open_stage(valkey_url) as stage:
        yield stage


def session_of(stage: Stage) -> VoiceSession:
    """The one session that runs."""
    assert stage.running is not None
    (session,) = stage.running.manager.sessions
    return session


def loudest(stage: Stage, first: int) -> int:
    """The peak of what the model was sent from the append number `first` on, PCM16."""
    sound = b"".join(base64.b64decode(json.loads(sent.raw)["audio"]) for sent in list(stage.model.appends)[first:])
    assert sound
    return int(np.abs(np.frombuffer(sound, "<i2").astype(int)).max())


async def test_handlers_and_what_is_let_through_while_nobody_listens(stage: Stage) -> None:
    words: list[AnyEvent] = []
    everything: list[AnyEvent] = []

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        session = session_of(stage)
        session.on("transcription.complete", words.append)
        session.on("*", everything.append)
        await session.stop_listening()
        await line.pause(0.1)  # what the filter still holds of before
        first = len(stage.model.appends)
        await line.say("Nobody hears this.")
        await line.pause(0.5)
        assert loudest(stage, first) == 0
        await session.start_listening()
        first = len(stage.model.appends)
        await line.say("A Coke, please.")
        await line.listen_until_quiet(400)
        assert loudest(stage, first) > 1000
        session.off("transcription.complete", words.append)
        session.off("transcription.complete", words.append)  # a handler that is not there is no fault
        await line.say("And a Sprite.")
        await line.listen_until_quiet(400)

    record = await stage.phone().call(talk)
    call = await judge_call(stage, record)
    assert [event.data.text for event in words if event.type == "transcription.complete"] == ["A Coke, please."]
    assert {"call.listening_stopped", "call.listening_started", "call.tool_called"} <= {e.type for e in everything}
    assert call.order is not None
    assert [line.item_id for line in call.order.lines] == ["coke", "sprite"]
    assert len(await stage.keys("*:held:*")) == 1, "an order that was left is kept for the same number"


async def test_the_key_0_reaches_a_person_and_others_are_told_to_the_model(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        line.press("7")
        await line.listen_until_quiet(400)
        line.press("0")
        await line.wait_connected(2)  # nobody answers there: back to the agent
        await line.wait_heard("nobody could come to the telephone")
        await line.listen_until_quiet(400)
        await line.say("A message, please.")
        await line.listen_until_quiet(400)
        await line.say("My pizza was cold, call me back.")
        await line.wait_heard("pass that on")

    record = await stage.phone().call(talk)
    call = await judge_call(stage, record, legs=2)
    (message,) = call.alerts.messages
    assert (message.text, message.number) == ("My pizza was cold, call me back.", ANA)
    assert [alert.kind for alert in call.alerts.raised] == ["transfer_unanswered", "message"]
    assert stage.running is not None
    exposed = stage.running.manager._parts.metrics.exposition().decode()
    assert 'gateway_alerts_total{kind="message"} 1.0' in exposed
    assert any(request.params.get("DialCallStatus") == "no-answer" for request in record.requests)
    assert PHRASES["en"].transfer in heard_by_caller(record)
    pressed = [event.digit for event in await stage.events(record.call_sid) if isinstance(event, KeyPressed)]
    assert pressed == ["7", "0"]
    items = [message["item"] for message in stage.model.told("conversation.item.create")]
    assert any("key 7" in item["content"][0]["text"] for item in items if item["type"] == "message")


async def test_an_emergency_breaks_off_what_plays(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        session, speaks = session_of(stage), asyncio.Event()
        session.on("call.playback_started", lambda _: speaks.set())
        await line.say("What do you have?")
        await speaks.wait()
        words = TranscriptionData(text="someone is choking!", confidence=0.9, is_final=True, item_id=None)
        session.post(TranscriptionEvent(**session._now(), type="transcription.complete", data=words))
        await line.wait_heard("dial 9 1 1")
        await line.listen_until_quiet(400)
        line.hang_up()

    record = await stage.phone().call(talk)
    call = await judge_call(stage, record)
    assert [alert.kind for alert in call.alerts.raised] == ["emergency"]
    (broken_off,) = [event for event in await stage.events(record.call_sid) if isinstance(event, Interrupted)]
    (cut,) = broken_off.cut
    assert cut.heard_ms < cut.produced_ms


async def test_a_caller_of_whom_nothing_arrives_is_heard_without_a_stream(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.session.FIRST_FRAME_PATIENCE", 1.0)

    async def order(line: Line) -> None:
        await line.wait_heard("I still have your order")
        for words in ("A Coke. That's all.", "Ana, pickup.", "Yes."):
            await line.listen_until_quiet(400)
            await line.say(words)
        await line.wait_over(20)

    record = await stage.phone(faults=Faults(lose_frames=1)).call(order)
    call = await judge_call(stage, record, legs=2)
    assert not call.stream_serves, "though the model could be had"
    assert call.order is not None
    assert call.order.state.value == "submitted"
    codes = [event.error.code for event in await stage.events(record.call_sid) if event.type == "error"]
    assert codes == ["MIC_ACCESS_DENIED"]


@pytest.fixture
async def unattended(valkey_url: str) -> AsyncIterator[Stage]:
    """A restaurant that has no person to put callers through to."""
    house = casa_verde().model_copy(update={"transfer_to": None})
    async with open_stage(valkey_url, house=house) as stage:
        yield stage


async def test_a_store_that_is_away_at_the_confirm_is_told_and_the_order_placed_once(
    unattended: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller hears that it is not certain, says yes again; what was sent the first time may yet have been done."""
    monkeypatch.setattr("gateway.submission.SUBMIT_PATIENCE", 0.5)
    stage = unattended

    async def talk(line: Line) -> None:
        for text in ("A Coke, please. That's all.", "Ana, pickup."):
            await line.listen_until_quiet(400)
            await line.say(text)
        await line.listen_until_quiet(400)
        await stage.store.connection.command("CLIENT", "PAUSE", 1500, "WRITE")
        for _ in range(6):  # until it says goodbye and hangs up
            await line.say("Yes.")
            await line.listen_until_quiet(600)

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record)
    became = [kind for kind, _ in await outcomes(stage, record.call_sid)]
    assert became[0] == "order.error"
    assert became[-1] == "order.complete"
    assert stage.pos.requests == 1


THE_ORDER = ("A Coke, please. That's all.", "Ana, pickup.", "Yes.")


def says(*texts: str) -> Callable[[Line], Awaitable[None]]:
    """A caller who says this, hears the answer out and hangs up."""

    async def talk(line: Line) -> None:
        for text in texts:
            await line.listen_until_quiet(1200)
            await line.say(text)
        await line.listen_until_quiet(1200)

    return talk


def unheard_submits(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The first submits are done by the store, and their answers lost."""
    really, left = SessionStore.submit, iter(range(times))

    async def submit(*words: Any, **named: Any) -> str:
        answer = await really(*words, **named)
        if next(left, None) is not None:
            raise StoreUnavailableError("the answer was lost")
        return answer

    monkeypatch.setattr(SessionStore, "submit", submit)


async def outcomes(stage: Stage, call_id: str) -> list[tuple[str, str | None]]:
    """What became of the call's submits, with the reasons."""
    return [(event.type, event.reason) for event in await stage.events(call_id) if isinstance(event, OrderEvent)]


async def test_a_submit_whose_answer_is_lost_is_asked_for_again_and_nobody_hears_of_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard_submits(monkeypatch, 2)
    record = await stage.phone().call(conversation(["A Coke, please. That's all.", "Ana, pickup.", "Yes."]))
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record)
    assert await outcomes(stage, record.call_sid) == [("order.complete", None)]


async def test_a_change_after_a_submit_whose_answer_is_lost_is_told_not_to_be_in_the_order(
    unattended: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = unattended
    monkeypatch.setattr("gateway.submission.SUBMIT_PATIENCE", 0.5)
    monkeypatch.setattr("gateway.submission.SUBMIT_PAUSE", 1.0)  # one try
    unheard_submits(monkeypatch, 1)

    record = await stage.phone().call(says(*THE_ORDER, "And a Sprite. That's all.", "Yes."))
    assert lines(await the_order(stage, record)) == [THE_COKE]
    call = await judge_call(stage, record)
    assert call.order is not None
    assert [line.item_id for line in call.order.lines] == ["coke"]
    assert await outcomes(stage, record.call_sid) == [
        ("order.complete", None),  # of the store, with the first submit
        ("order.error", None),
        ("order.error", "placed_before"),
    ]
    told = [message["item"] for message in stage.model.told("conversation.item.create")]
    outputs = [item["output"] for item in told if item["type"] == "function_call_output"]
    assert any("before the last changes, as: one Coke" in output for output in outputs), outputs
    assert stage.pos.requests == 1


async def test_a_submit_that_was_done_unheard_is_found_in_the_log_before_anybody_is_bothered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller was to be put through; the log says that the order is placed, and the next leg tells them so."""
    monkeypatch.setattr("gateway.submission.SUBMIT_PATIENCE", 0.5)
    monkeypatch.setattr("gateway.submission.SUBMIT_PAUSE", 1.0)
    unheard_submits(monkeypatch, 1)

    async def talk(line: Line) -> None:
        await says(*THE_ORDER)(line)
        await line.wait_connected(2)
        await line.wait_heard("order is placed")
        await line.wait_over()

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record, legs=2, folds=False)  # the log has the answer that the session never had
    assert PHRASES["en"].transfer not in heard_by_caller(record)
    assert await outcomes(stage, record.call_sid) == [("order.complete", None), ("order.error", None)]
    assert stage.pos.requests == 1


async def test_a_number_that_orders_in_several_calls_at_once_is_refused_one_too_many(stage: Stage) -> None:
    """When this call began none of the others was placed."""

    async def others() -> None:
        for number in range(stage.restaurant.approval_recent):
            await stage.store.submit(
                stage.restaurant.id,
                f"CA-other-{number}",
                None,
                order_id=f"other-{number}",
                version=1,
                order="{}",
                delivery=Delivery(f"other-{number}_1", f"other-{number}", "order.confirmed", "{}"),
                events=[],
                now=datetime.now(UTC),
                caller_key=session_of(stage).call.caller_key,
                cents=100,
            )

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await others()
        await says(*THE_ORDER)(line)

    record = await stage.phone().call(talk)
    call = await judge_call(stage, record)
    assert call.order is not None
    assert not call.order.is_placed
    assert (await outcomes(stage, record.call_sid))[0] == ("order.error", "needs_person")
    assert await stage.store.placed_order(stage.restaurant.id, call.order.id) is None
    told = [message["item"] for message in stage.model.told("conversation.item.create")]
    outputs = [item["output"] for item in told if item["type"] == "function_call_output"]
    assert any("needs the approval of a person" in output for output in outputs), outputs


async def test_a_placed_order_that_cannot_be_read_is_not_told_to_be_this_one(
    unattended: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = unattended

    async def unreadable(*_: object) -> dict[str, str]:
        return {"order": '{"of":"another version"}'}

    monkeypatch.setattr(SessionStore, "placed_order", unreadable)
    unheard_submits(monkeypatch, 1)
    record = await stage.phone().call(says(*THE_ORDER))
    await judge_call(stage, record)
    assert ("order.error", None) in await outcomes(stage, record.call_sid)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_in_mid_call_is_not_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    class Clock(datetime):
        """The wall clock, which somebody sets."""

        ahead = timedelta()

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return super().now(tz) + cls.ahead

    for module in CLOCKS:
        monkeypatch.setattr(f"{module}.datetime", Clock)
    for state in (State.READY, State.IDLE):
        monkeypatch.setitem(states.PATIENCE, state, 1.5)  # type: ignore[arg-type]  # a dict, given out read-only

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        Clock.ahead = timedelta(hours=hours)
        await line.wait_heard("still there", 6)
        await conversation(["A Coke, please. That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record)


async def test_a_store_that_is_away_in_mid_call_is_not_noticed(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await stage.store.connection.command("CLIENT", "PAUSE", 2500, "WRITE")
        await conversation(["A Coke, please. That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

    started = asyncio.get_running_loop().time()
    record = await stage.phone().call(talk)
    assert asyncio.get_running_loop().time() - started < 20
    assert lines(await the_order(stage, record)) == [THE_COKE]
    await judge_call(stage, record)
    kinds = [event.type for event in await finished_log(stage, record.call_sid)]
    assert kinds.index("call.tool_called") < kinds.index("order.complete"), "the log tells it in order"
