"""Deploys under live calls: a process is told to stop, a worker is killed, all workers are replaced. No call is cut."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.call.moves import MOVED
from gateway.events import LegEnded
from gateway.local.phone import conversation
from gateway.local.phone_line import Line
from gateway.local.phone_record import CallRecord
from tests.acceptance.judge import Ordered, heard_by_caller, judge_call, lines, the_order
from tests.acceptance.process import gateway_process, restaurants
from tests.stage import Stage, open_stage

MARGHERITA = Ordered(1, "margherita", "large", (), 1450)
THE_REST = ("That's all.", "Ana, pickup.", "Yes.")
CALLS = 6


def caller(number: int) -> str:
    return f"+155576600{number:02}"


def orders_around(something: Callable[[], Awaitable[None]]) -> Callable[[Line], Awaitable[None]]:
    """A caller who orders, waits until something has happened, and goes on."""

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A large margherita.")
        await line.listen_until_quiet(400)
        await something()
        await conversation(THE_REST, quiet_ms=400)(line)

    return talk


async def judge_order(stage: Stage, record: CallRecord) -> None:
    """One order, once, and a call of which every leg is known."""
    assert lines(await the_order(stage, record)) == [MARGHERITA], heard_by_caller(record)
    assert len(stage.sent(record.call_sid)) == 1
    await judge_call(stage, record, legs=len(record.streams))
    assert record.ended_by == "gateway", "with a goodbye"
    assert heard_by_caller(record).count(stage.restaurant.disclosure) == 1


async def test_a_process_that_is_told_to_stop_hands_its_call_to_another_and_the_caller_is_not_cut_off(
    valkey_url: str, tmp_path: Path
) -> None:
    async with open_stage(valkey_url, in_process=False) as stage:
        folder = restaurants(tmp_path / "restaurants", stage.pos.url)
        ordered, handed_over = asyncio.Event(), asyncio.Event()

        async def deploy() -> None:
            ordered.set()
            await handed_over.wait()

        async with gateway_process(stage, folder, tmp_path / "first.log", DRAIN_SECONDS="6") as first:
            calling = asyncio.create_task(stage.phone().call(orders_around(deploy)))
            await ordered.wait()
            first.send_signal(signal.SIGTERM)
            await no_longer_listening(stage.settings.port)
            async with gateway_process(stage, folder, tmp_path / "second.log") as second:
                assert first.returncode is None, "it serves its call until then"
                assert await asyncio.wait_for(first.wait(), 20) == -signal.SIGTERM
                handed_over.set()
                record = await calling
                assert second.returncode is None
        await judge_order(stage, record)
        assert len(record.streams) == 2
        assert record.streams[0].ended_by == "gateway"
        said = [heard.text for heard in record.heard if heard.source == "stream"]
        assert len(said) == len(set(said)), "nothing is said twice"
        assert not any("cut off" in text for text in said), said
        call = await stage.fold(record.call_sid)
        assert call.legs_lost == []
        ends = [event.reason for event in await stage.events(record.call_sid) if isinstance(event, LegEnded)]
        assert ends[0] == "closed"
        assert stage.pos.requests == 1


async def test_a_second_signal_moves_the_call_at_once(valkey_url: str, tmp_path: Path) -> None:
    async with open_stage(valkey_url, in_process=False) as stage:
        folder = restaurants(tmp_path / "restaurants", stage.pos.url)
        ordered, handed_over = asyncio.Event(), asyncio.Event()

        async def deploy() -> None:
            ordered.set()
            await handed_over.wait()

        async with gateway_process(stage, folder, tmp_path / "first.log") as first:
            calling = asyncio.create_task(stage.phone().call(orders_around(deploy)))
            await ordered.wait()
            first.send_signal(signal.SIGTERM)
            await no_longer_listening(stage.settings.port)
            async with gateway_process(stage, folder, tmp_path / "second.log"):
                first.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(first.wait(), 10) == -signal.SIGTERM
                handed_over.set()
                await judge_order(stage, await calling)
        assert "draining_at_once" in (tmp_path / "first.log").read_text()
        assert MOVED in (tmp_path / "first.log").read_text()


async def test_a_rolling_restart_of_two_workers_cuts_no_call(valkey_url: str, tmp_path: Path) -> None:
    async with open_stage(valkey_url, in_process=False) as stage:
        folder = restaurants(tmp_path / "restaurants", stage.pos.url)
        ordered, restarted = asyncio.Barrier(CALLS + 1), asyncio.Event()

        async def deploy() -> None:
            await ordered.wait()
            await restarted.wait()

        log = tmp_path / "workers.log"
        async with gateway_process(stage, folder, log, "--workers", "2") as parent:
            before = workers_of(parent.pid)
            assert len(before) == 2
            calls = [
                asyncio.create_task(stage.phone(from_number=caller(n)).call(orders_around(deploy)))
                for n in range(CALLS)
            ]
            await ordered.wait()
            parent.send_signal(signal.SIGHUP)
            async with asyncio.timeout(60):
                while "supervisor.renewed" not in log.read_text():  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)
            after = workers_of(parent.pid)
            assert len(after) == 2
            assert not before & after
            restarted.set()
            records = await asyncio.gather(*calls)
        for record in records:
            await judge_order(stage, record)
            assert len(record.streams) > 1
            assert "cut off" not in heard_by_caller(record)
        assert stage.pos.requests == CALLS
        assert "session_failed" not in log.read_text()
        assert "supervisor.worker_died" not in log.read_text()


async def test_the_calls_of_a_worker_that_is_killed_go_on_in_another(valkey_url: str, tmp_path: Path) -> None:
    async with open_stage(valkey_url, in_process=False) as stage:
        folder = restaurants(tmp_path / "restaurants", stage.pos.url)
        ordered, killed = asyncio.Barrier(CALLS + 1), asyncio.Event()

        async def die() -> None:
            await ordered.wait()
            await killed.wait()

        async with gateway_process(stage, folder, tmp_path / "workers.log", "--workers", "2") as parent:
            calls = [
                asyncio.create_task(stage.phone(from_number=caller(n)).call(orders_around(die))) for n in range(CALLS)
            ]
            await ordered.wait()
            owner = await owner_of_a_call(stage)
            assert owner in workers_of(parent.pid)
            os.kill(owner, signal.SIGKILL)
            killed.set()
            records = await asyncio.gather(*calls)
        for record in records:
            await judge_order(stage, record)
        assert any(len(record.streams) == 2 for record in records)
        assert stage.pos.requests == CALLS


async def test_workers_share_the_embedded_store(valkey_url: str, tmp_path: Path) -> None:
    """Each of them uses the one server of the folder; the last one stops it."""
    async with open_stage(valkey_url, in_process=False) as stage:
        folder = restaurants(tmp_path / "restaurants", stage.pos.url)
        data = tmp_path / "data"
        options = {"REDIS_URL": "", "DATA_DIR": str(data)}

        async def nothing() -> None:
            return

        async with gateway_process(stage, folder, tmp_path / "workers.log", "--workers", "2", **options) as parent:
            first = min(workers_of(parent.pid))
            os.kill(first, signal.SIGKILL)
            phones = [stage.phone(from_number=caller(n)) for n in range(2)]
            records = await asyncio.gather(*(phone.call(orders_around(nothing)) for phone in phones))
        assert [record.ended_by for record in records] == ["gateway"] * 2
        assert {str(got.data["order_ref"]) for got in stage.pos.orders} == {f"order-{r.call_sid}" for r in records}
        assert (stage.pos.requests, stage.pos.duplicates) == (2, 0)
        assert not (data / "valkey.sock").exists(), "the server is gone"


def workers_of(pid: int) -> set[int]:
    """The processes that a supervisor has started, and that live."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children}


async def owner_of_a_call(stage: Stage) -> int:
    """The process that has one of the live calls."""
    leases = await stage.keys("*:lease")
    name = str(await stage.store.connection.command("GET", leases[0]))
    return int(name.split(":")[1])


async def no_longer_listening(port: int) -> None:
    """Wait until the process that listened has closed its socket, so that another may open its own."""
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                return
            writer.close()
            await asyncio.sleep(0.02)
