"""The sessions of a process: legs that follow each other in it, mistakes that stay with their call, the drain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.brain.mind import Say, ScriptedMind
from gateway.call.machine import Call
from gateway.call.next_step import Reconnect, next_step
from gateway.call.states import State
from gateway.events import CallStarted, TimedOut, milliseconds, read_event
from gateway.houses import Houses
from gateway.local.faults import Faults
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ToneEars, ToneVoice
from gateway.manager import VoiceSessionManager
from gateway.metrics import MetricsCollector
from gateway.model_opening import HARD_AGE, LAST_AGE, may_move
from gateway.orders.offer import Offer
from gateway.realtime import pool as pool_module
from gateway.realtime.config import ModelConfig
from gateway.realtime.dialler import Dialler
from gateway.realtime.pool import MAX_AGE, ModelPool
from gateway.realtime.routes import Routes
from gateway.session import SessionParts, VoiceSession
from gateway.store import EventLog, LogIncompleteError, SessionStore, StaleLegError, StoreUnavailableError
from tests.stage import casa_verde
from tests.twilio.test_stream import START, Twilio, until

CALL = "CA" + "7" * 32
HOUSE = casa_verde()
SERVED = {State.READY, State.IDLE, State.RESPONSE_GENERATION, State.AUDIO_PLAYBACK}


class Process:
    """One gateway process without its web side."""

    def __init__(self, store: SessionStore, log: EventLog, model: RealtimeServer, owner: str) -> None:
        routes = Routes((Dialler(model.url, "m", ()),), lambda: 0.0)
        self.store = store
        self.log = log
        self.model = model
        self.metrics = MetricsCollector()
        self.pool = ModelPool(routes, 1)
        self.parts = SessionParts(
            store=store,
            log=log,
            pool=self.pool,
            metrics=self.metrics,
            model=ModelConfig("m", vad_silence_ms=300),
            held_order_s=60,
            owner=owner,
            houses=Houses([HOUSE], store),
        )
        self.manager = VoiceSessionManager(self.parts)

    async def leg(self, number: int, call_id: str = CALL) -> tuple[Twilio, VoiceSession, "asyncio.Task[None]"]:
        """Takes a leg over and serves it."""
        twilio = Twilio(direct=False)
        twilio.say(START)
        assert await twilio.line.wait_for_start() is not None
        session = await self.manager.create_session(
            HOUSE, twilio.line, call_id=call_id, leg=number, nonce=f"{call_id}-{number}", stream_sid="MZ"
        )
        serving = asyncio.create_task(self.manager.serve(session))
        await asyncio.sleep(0)  # it begins
        return twilio, session, serving

    async def written(self, call_id: str = CALL) -> list[Any]:
        return [read_event(entry.event) for entry in await self.store.read_log(HOUSE.id, call_id)]


@asynccontextmanager
async def process_on(store: SessionStore, owner: str = "a") -> AsyncIterator[Process]:
    held: list[Process] = []

    def lost(call_id: str, error: Any) -> None:
        held[0].manager.lease_lost(call_id, error)

    options = ServerOptions(threads=0)
    async with (
        RealtimeServer(
            lambda: ScriptedMind([[Say("Hi.")]], repeat=True), ToneEars(), ToneVoice(5), options=options
        ) as model,
        EventLog(store, on_lost=lost) as log,
    ):
        process = Process(store, log, model, owner)
        held.append(process)
        yield process
        await until(lambda: not model.connections)


@pytest.fixture
async def process(store: SessionStore) -> AsyncIterator[Process]:
    async with process_on(store) as process:
        yield process


async def begin(store: SessionStore, call_id: str = CALL) -> None:
    now = datetime.now(UTC)
    started = CallStarted(session_id=call_id, timestamp=milliseconds(now), restaurant_id=HOUSE.id)
    await store.begin_call(HOUSE.id, call_id, [("start", started.to_json())], now)


def types(events: list[Any]) -> list[str]:
    return [event.type for event in events]


async def test_a_session_from_start_to_end(process: Process, store: SessionStore) -> None:
    await begin(store)
    twilio, session, serving = await process.leg(1)
    assert process.manager.get_session(CALL) is session
    assert process.manager.sessions == (session,)
    assert (session.id, session.restaurant_id) == (CALL, HOUSE.id)
    await until(lambda: session.state in SERVED)
    assert await store.lease_owner(HOUSE.id, CALL) == "a"
    await process.manager.destroy_session(CALL)
    await serving
    assert twilio.close_code == 1000
    assert process.manager.sessions == ()
    assert await store.lease_owner(HOUSE.id, CALL) is None
    assert types(await process.written())[-1] == "call.leg_ended"
    await process.manager.destroy_session(CALL)
    session.post(TimedOut(session_id=CALL, timestamp=milliseconds(datetime.now(UTC))))  # a timer that came too late


async def test_a_newer_leg_in_the_same_process_silences_the_older(process: Process, store: SessionStore) -> None:
    await begin(store)
    old_line, old, old_serving = await process.leg(1)
    await until(lambda: old.state in SERVED)
    old_line.line.speak("item", 0, b"\x20" * 80_000)
    new_line, new, new_serving = await process.leg(2)
    old.post(TimedOut(session_id=CALL, timestamp=milliseconds(datetime.now(UTC))))
    said = len(old_line.played)
    await asyncio.wait_for(old_serving, 5)
    assert old_line.events[-1] == "clear"
    assert len(old_line.played) == said, "a zombie says nothing"
    assert process.manager.get_session(CALL) is new
    await until(lambda: new.state in SERVED)
    await process.log.flushed(CALL)
    told = await process.written()
    assert [event.leg for event in told if event.type == "call.leg_started"] == [1, 2]
    assert "call.leg_ended" not in types(told), "a zombie writes nothing"
    assert len(process.model.connections) == 1
    new_line.hang_up()
    await new_serving
    assert await store.lease_owner(HOUSE.id, CALL) is None


async def test_a_stale_leg_is_refused_and_harms_nobody(process: Process, store: SessionStore) -> None:
    await begin(store)
    twilio, session, serving = await process.leg(3)
    with pytest.raises(StaleLegError):
        await process.leg(2)
    assert process.manager.get_session(CALL) is session
    twilio.hang_up()
    await serving


async def test_a_claim_that_is_answered_after_a_newer_one_is_stale(process: Process, store: SessionStore) -> None:
    await begin(store)
    twilio, newer, serving = await process.leg(2)
    newer._fence += 5  # as if its claim had come after the next one
    with pytest.raises(StaleLegError):
        await process.leg(3)
    assert not newer._lease_lost
    twilio.hang_up()
    await serving


async def test_a_leg_taken_by_another_process_ends_here(process: Process, store: SessionStore) -> None:
    await begin(store)
    line, session, serving = await process.leg(1)
    await until(lambda: session.state in SERVED)
    async with process_on(store, "b") as other:
        other_line, other_session, other_serving = await other.leg(2)
        await session.start_listening()  # an event to write, which the store refuses
        await asyncio.wait_for(serving, 5)
        assert line.close_code == 1000
        await until(lambda: other_session.state in SERVED)
        other_line.hang_up()
        await other_serving
    assert await store.lease_owner(HOUSE.id, CALL) is None


async def test_a_lease_that_is_not_renewed_ends_the_leg(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.session.LEASE", 0.15)
    await begin(store)
    line, _, serving = await process.leg(1)
    await store.claim_leg(HOUSE.id, CALL, 2, "other", "b", 10)
    await asyncio.wait_for(serving, 5)
    assert line.close_code == 1000


async def test_a_log_that_was_cut_does_not_end_the_call(process: Process, store: SessionStore) -> None:
    await begin(store)
    line, session, serving = await process.leg(1)
    process.manager.lease_lost(CALL, LogIncompleteError(CALL))
    process.manager.lease_lost("CA unknown", StaleLegError("CA unknown"))
    assert not session._lease_lost
    line.hang_up()
    await serving


async def test_a_mistake_of_ours_ends_one_leg_in_good_order_and_is_counted(
    process: Process, store: SessionStore
) -> None:
    other_call = "CA" + "8" * 32
    await begin(store)
    await begin(store, other_call)
    line, session, serving = await process.leg(1)
    other_line, other, other_serving = await process.leg(1, other_call)

    def broken(_event: object) -> None:
        raise ZeroDivisionError

    session.on("call.key_pressed", broken)
    session.key_pressed("1")
    await asyncio.wait_for(serving, 5)
    assert line.close_code == 1000
    # What the model had sent by then may be written behind it.
    assert "call.leg_ended" in types(await process.written())
    assert b"gateway_sessions_failed_total 1.0" in process.metrics.exposition()
    assert process.manager.sessions == (other,)
    await until(lambda: other.state in SERVED)
    other_line.hang_up()
    await other_serving


async def test_a_call_that_ends_while_the_model_is_dialled_leaves_nothing(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await process.model.set_faults(Faults(slow_session_s=30))
    await begin(store)
    line, _, serving = await process.leg(1)
    await until(lambda: bool(process.model.connections))
    began = asyncio.get_running_loop().time()
    line.hang_up()
    await serving
    assert asyncio.get_running_loop().time() - began < 1, "nobody waits for a model that is not needed"
    await until(lambda: not process.model.connections)


async def test_a_session_moves_before_its_model_is_too_old(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.model_opening.MAX_AGE", 0.3)
    monkeypatch.setattr("gateway.model_opening.QUIET_RETRY", 0.02)
    await begin(store)
    line, session, serving = await process.leg(1)
    moved: list[Any] = []
    session.on("call.model_lost", moved.append)
    await until(lambda: len(moved) >= 2)
    assert all(event.planned for event in moved)
    await until(lambda: session.state in SERVED)
    assert len(process.model.connections) == 1
    line.hang_up()
    await serving
    assert session._opening._move is not None
    assert session._opening._move.cancelled(), "a timer would keep the whole call in memory for an hour"


@pytest.mark.parametrize(
    ("age", "quiet", "playing", "moves"),
    [
        (MAX_AGE, True, False, True),
        (MAX_AGE, False, False, False),
        (HARD_AGE - 1, False, True, False),
        (HARD_AGE, False, False, True),
        (HARD_AGE, False, True, False),
        (LAST_AGE - 1, False, True, False),
        (LAST_AGE, False, True, True),
    ],
)
def test_the_moment_to_leave_an_old_session(age: float, quiet: bool, playing: bool, moves: bool) -> None:
    """A caller who speaks all the time leaves no quiet moment, an agent who is heard all the time no breath."""
    assert may_move(age, quiet=quiet, playing=playing) is moves


async def test_a_session_that_cannot_move_yet_is_looked_at_again(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ages: list[float] = []

    def third_time(age: float, *, quiet: bool, playing: bool) -> bool:
        ages.append(age)
        return len(ages) % 3 == 0

    monkeypatch.setattr("gateway.model_opening.MAX_AGE", 0.1)
    monkeypatch.setattr("gateway.model_opening.QUIET_RETRY", 0.02)
    monkeypatch.setattr("gateway.model_opening.may_move", third_time)
    await begin(store)
    line, session, serving = await process.leg(1)
    moved: list[Any] = []
    session.on("call.model_lost", moved.append)
    await until(lambda: bool(moved))
    assert moved[0].planned
    assert ages[0] >= 0.1
    assert ages[:3] == sorted(ages[:3])
    line.hang_up()
    await serving


async def test_a_drain_waits_for_its_calls(process: Process, store: SessionStore) -> None:
    await begin(store)
    line, _, serving = await process.leg(1)
    draining = asyncio.create_task(process.manager.drain(30))
    await asyncio.sleep(0.05)
    assert not draining.done()
    line.hang_up()
    await asyncio.wait_for(draining, 5)
    await serving


async def test_a_drain_moves_calls_that_take_too_long_one_after_the_other_at_a_quiet_moment(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_call = "CA" + "8" * 32
    await begin(store)
    await begin(store, other_call)
    line, session, serving = await process.leg(1)
    other_line, other, other_serving = await process.leg(1, other_call)
    asked: list[float] = []
    for one in (session, other):
        one.on("call.move_asked", lambda event: asked.append(event.timestamp))
    await process.manager.drain(0.05)
    assert line.close_code == other_line.close_code == 1000
    await asyncio.gather(serving, other_serving)
    assert asked[1] - asked[0] > 50
    for call_id in (CALL, other_call):
        events = await process.written(call_id)
        assert types(events)[-1] == "call.leg_ended"
        call = Call.fold(call_id, HOUSE, events)
        assert next_step(call, datetime.now(UTC), 1) == Reconnect(2)
        assert call.legs_lost == []


async def test_a_drain_that_is_hurried_moves_everybody_at_once(process: Process, store: SessionStore) -> None:
    await begin(store)
    line, session, serving = await process.leg(1)
    await until(lambda: session.state in SERVED)
    line.line.speak("item", 0, b"\x20" * 80_000)  # ten seconds, so that no moment is quiet
    draining = asyncio.create_task(process.manager.drain(30))
    await asyncio.sleep(0.05)
    process.manager.hurry()
    await asyncio.wait_for(draining, 5)
    assert line.close_code == 1000
    await serving
    assert types(await process.written())[-1] == "call.leg_ended"


async def test_a_drain_that_is_hurried_while_it_moves_does_not_wait_for_quiet(
    process: Process, store: SessionStore
) -> None:
    await begin(store)
    line, session, serving = await process.leg(1)
    await until(lambda: session.state in SERVED)
    line.line.speak("item", 0, b"\x20" * 80_000)
    draining = asyncio.create_task(process.manager.drain(0))
    await asyncio.sleep(0.5)
    assert not draining.done()
    process.manager.hurry()
    await asyncio.wait_for(draining, 5)
    await serving
    assert line.close_code == 1000


async def test_beside_the_calls_the_pool_is_kept_and_the_lag_measured(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.manager.LAG_INTERVAL", 0.01)
    monkeypatch.setattr(pool_module, "REFILL_PAUSE", 0.01)
    running = asyncio.create_task(process.manager.run())
    await until(lambda: process.pool.warm == 1 and process.manager.loop_lag_ms > 0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert process.pool.warm == 0


async def test_what_has_run_out_reaches_the_calls_and_a_store_that_is_away_harms_nobody(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.manager.OFFER_INTERVAL", 0.02)
    await store.offers.sell_out(HOUSE.id, "tiramisu")
    await begin(store)
    _, session, serving = await process.leg(1)
    await until(lambda: session.call.desk.offer.sold_out.entries != ())
    watching = asyncio.create_task(process.manager.run())
    await store.offers.quote(HOUSE.id, 45)
    await until(lambda: session.call.desk.offer.quote_minutes == 45)
    read = store.offers.read

    async def away(_restaurant_id: str) -> Offer:
        raise StoreUnavailableError("away")

    async def broken(_restaurant_id: str) -> Offer:
        raise ValueError("not to be read")

    for failing in (away, broken):
        monkeypatch.setattr(store.offers, "read", failing)
        await asyncio.sleep(0.1)
    monkeypatch.setattr(store.offers, "read", read)
    assert await store.offers.bring_back(HOUSE.id, "tiramisu")
    await until(lambda: session.call.desk.offer == Offer(quote_minutes=45))
    await process.manager.destroy_session(CALL)
    await serving
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    kinds = types(await process.written())
    assert kinds.count("call.offer_changed") == 3, "only what is news is told"
    assert kinds.index("call.offer_changed") < kinds.index("call.leg_started")


async def test_a_call_begins_though_nobody_can_say_what_has_run_out(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_restaurant_id: str) -> Offer:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(store.offers, "read", away)
    await begin(store)
    _, session, serving = await process.leg(1)
    await until(lambda: session.state in SERVED)
    await process.manager.destroy_session(CALL)
    await serving
    session.offer_is(Offer(quote_minutes=5))  # too late: nothing is written any more
    assert "call.offer_changed" not in types(await process.written())


async def test_a_lease_that_cannot_be_renewed_for_a_while_does_not_end_the_call(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.session.LEASE", 0.15)
    really, left = store.renew_lease, iter(range(3))
    tried: list[bool] = []

    async def renew(*words: Any) -> None:
        tried.append(away := next(left, None) is not None)
        if away:
            raise StoreUnavailableError("away")
        await really(*words)

    monkeypatch.setattr(store, "renew_lease", renew)
    await begin(store)
    line, session, serving = await process.leg(1)
    await until(lambda: tried.count(False) > 1)
    assert not session._lease_lost
    assert await store.lease_owner(HOUSE.id, CALL) == "a", "it has it again"
    await store.claim_leg(HOUSE.id, CALL, 2, "other", "b", 10)
    await asyncio.wait_for(serving, 5)
    assert line.close_code == 1000


async def test_how_late_the_loop_is_is_told_once_a_second(
    process: Process, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.manager.LAG_INTERVAL", 0.01)
    told: list[float] = []
    manager = VoiceSessionManager(process.parts, on_lag=told.append)
    measuring = asyncio.create_task(manager.run())
    await until(lambda: len(told) > 1)
    measuring.cancel()
    await asyncio.gather(measuring, return_exceptions=True)
    assert b"gateway_loop_lag_seconds" in process.metrics.exposition()
    manager.log_restored("CA unknown")
