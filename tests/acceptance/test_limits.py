"""Limits as whole calls: calls at a time, blocked numbers, places that come back, and the end of a call that lasts."""

import asyncio
from datetime import UTC, datetime

import pytest

from gateway.local.phone_line import Line
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import DialOutcome
from gateway.security import caller_key
from gateway.session import LEASE
from gateway.web.phrases import PHRASES
from tests.acceptance.judge import finished_log, heard_by_caller, judge_call
from tests.stage import ANA, SECRET, Stage, casa_verde, open_stage

TALK = PHRASES["en"]


async def test_one_number_has_two_calls_at_a_time_and_each_gives_its_place_back(stage: Stage) -> None:
    greeted, leave = asyncio.Semaphore(0), asyncio.Event()

    async def stay(line: Line) -> None:
        await line.listen_until_quiet(300)
        greeted.release()
        await leave.wait()

    async def listen(line: Line) -> None:
        await line.wait_over()

    async def third() -> CallRecord:
        for _ in range(2):
            await greeted.acquire()
        record = await stage.phone().call(listen)
        leave.set()
        return record

    *both, declined = await asyncio.gather(stage.phone().call(stay), stage.phone().call(stay), third())
    assert heard_by_caller(declined) == TALK.called_often
    assert (declined.streams, declined.violations) == ([], [])
    assert await stage.events(declined.call_sid) == []
    for record in both:
        await finished_log(stage, record.call_sid)
    assert await stage.keys("*:places") == []
    later = await stage.phone().call(lambda line: line.wait_connected())
    assert len(later.streams) == 1


async def test_a_blocked_number_hears_one_sentence(stage: Stage) -> None:
    key = caller_key(SECRET, ANA)
    assert key is not None
    await stage.store.admission.block(stage.restaurant.id, key, ANA[-2:], 1, datetime.now(UTC))
    record = await stage.phone().call(lambda line: line.wait_over())
    assert heard_by_caller(record) == TALK.declined
    assert (record.streams, record.violations, record.ended_by) == ([], [], "gateway")
    assert await stage.events(record.call_sid) == []
    other = await stage.phone(from_number="+15557650003").call(lambda line: line.wait_connected())
    assert len(other.streams) == 1


async def test_a_call_that_goes_on_keeps_its_place(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.session.LEASE", 0.6)
    assert LEASE < 120, "a place outlasts two renewals that fail"

    async def stay(line: Line) -> None:
        await line.listen_until_quiet(300)
        (name,) = await stage.keys("*:places")
        before = await stage.store.connection.command("ZRANGE", name, 0, -1, "WITHSCORES")
        await line.pause(0.6)
        assert await stage.store.connection.command("ZRANGE", name, 0, -1, "WITHSCORES") > before  # type: ignore[operator]  # lists

    await stage.phone().call(stay)


async def test_a_call_that_lasts_too_long_is_put_through_with_its_order(valkey_url: str) -> None:
    house = casa_verde().model_copy(update={"max_call_minutes": 0.15})  # nine seconds
    async with open_stage(valkey_url, house=house) as stage:
        person = stage.restaurant.transfer_to
        assert person is not None

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await line.say("A Coke, please.")
            await line.wait_heard("I have to end this call now, and will put you through")
            await line.wait_over()

        record = await stage.phone(dial={person: DialOutcome("completed")}).call(talk)
        call = await judge_call(stage, record)
        assert call.ended is not None
        assert (call.ended.next, call.ended.reason) == ("transfer", "the call has lasted as long as one may")
        assert len(await stage.keys("*:held:*")) == 1
        assert stage.pos.requests == 0
