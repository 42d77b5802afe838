"""A process holds steady: many short calls leave no task, no descriptor and next to no memory behind."""

import asyncio
import gc
import json
import logging
import re
import tracemalloc
from collections.abc import Callable

import httpx2
import pytest
from websockets.asyncio.client import connect

from gateway.local.phone_webhook import sign
from gateway.local.phone_wire import Writer
from tests.stage import TWILIO_TOKEN, Belongings, Stage, casa_verde, open_stage

AT_ONCE, CALLS = 8, 100
GROWTH_PER_CALL = 5 * 1024 * 1024 / 1000
"""Bytes; 5 MB for 1,000 calls."""
PARAMETER = re.compile('<Parameter name="([^"]+)" value="([^"]+)"')


async def short_calls(stage: Stage, first: int, count: int) -> None:
    """Calls of a fifth of a second, eight at a time: answered, spoken to, hung up."""
    places = asyncio.Semaphore(AT_ONCE)

    async def ring(client: httpx2.AsyncClient, number: int) -> None:
        call, stream = f"CA{number:032}", f"MZ{number:032}"
        form = {
            "CallSid": call,
            "From": f"+1555{number:07}",
            "To": stage.restaurant.numbers[0],
            "CallStatus": "ringing",
        }
        async with places:
            document = await post(client, f"{stage.url}/twiml/voice", form)
            parameters = dict(PARAMETER.findall(document))
            url = stage.settings.media_url
            headers = {"x-twilio-signature": sign(TWILIO_TOKEN, url, {})}
            writer = Writer("AC1", call, stream)
            async with connect(url, additional_headers=headers, compression=None) as socket:
                await socket.send(writer.connected())
                await socket.send(writer.start(parameters))
                assert json.loads(await socket.recv())["event"] == "media"
                for frame in range(10):
                    await socket.send(writer.media(b"\xff" * 160, 20 * frame))
                    await asyncio.sleep(0.02)
                await socket.send(writer.stop())
                async for _ in socket:  # until the gateway closes it
                    pass
            over = await post(client, f"{stage.url}/twiml/next?leg=2", form | {"CallStatus": "completed"})
            assert "<Stream" not in over

    async with httpx2.AsyncClient(
        trust_env=False, timeout=20, limits=httpx2.Limits(max_keepalive_connections=0)
    ) as client:
        await asyncio.gather(*(ring(client, first + number) for number in range(count)))
    # What the stand-in keeps for tests is no growth of the gateway's.
    for kept in (stage.model.messages, stage.model.appends, stage.model.events, stage.model.prompts, stage.lived):
        kept.clear()


async def post(client: httpx2.AsyncClient, url: str, form: dict[str, str]) -> str:
    """A signed webhook; returns the TwiML."""
    answer = await client.post(url, data=form, headers={"x-twilio-signature": sign(TWILIO_TOKEN, url, form)})
    assert answer.status_code == 200
    return answer.text


async def settled(measure: Callable[[], int], wanted: int) -> int:
    """A figure that sinks to what is wanted a moment after the last call, or else what it stays at."""
    for _ in range(150):
        if measure() <= wanted:
            break
        await asyncio.sleep(0.02)
    return measure()


async def test_calls_leave_no_task_no_descriptor_and_no_memory_behind(
    valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What the collector can free is not counted: it is bounded by the collector's thresholds, a leak is not."""
    caplog.set_level(logging.CRITICAL)  # pytest keeps every record
    every_call = {
        "max_calls": 1000,
        "max_hang_ups": 1000,
    }  # short calls by the hundred look like an attack, and tracing is slow
    house = casa_verde().model_copy(update=every_call)
    async with open_stage(valkey_url, house=house, max_loop_lag_ms=5000) as stage:
        assert stage.running is not None
        manager = stage.running.manager

        async def calls(first: int, count: int) -> tuple[int, int, int]:
            """Tasks, sockets and traced bytes after so many more calls."""
            await short_calls(stage, first, count)
            assert await settled(lambda: len(manager.sessions), 0) == 0
            await asyncio.sleep(0.3)  # what is closed is freed in the loop's next rounds
            gc.collect()
            return len(Belongings().tasks), Belongings().sockets, tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            tasks, sockets, memory = await calls(0, 2 * AT_ONCE)
            tasks_after, sockets_after, memory_after = await calls(1000, CALLS)
        finally:
            tracemalloc.stop()
        assert tasks_after <= tasks
        assert sockets_after <= sockets + AT_ONCE  # the store's connections: as many as ever worked at a time
        grown = (memory_after - memory) / CALLS
        assert grown < GROWTH_PER_CALL, f"{grown:.0f} bytes a call"
