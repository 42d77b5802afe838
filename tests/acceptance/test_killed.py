"""Scenario 3, the process instead of the line: SIGKILL in mid-call, another one on the same store, the call goes on."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from gateway.local.phone import conversation
from gateway.local.phone_line import Line
from gateway.orders.restaurant_files import SHIPPED
from tests.acceptance.judge import Ordered, heard_by_caller, judge_call, lines, the_order
from tests.stage import MODEL_KEY, POS_SECRET, SECRET, TWILIO_TOKEN, Stage, open_stage

Process = asyncio.subprocess.Process


def restaurants(folder: Path, pos_url: str) -> Path:
    """A restaurants folder as a user would have it: the example, with its POS."""
    shutil.copytree(SHIPPED / "casa-verde", folder / "casa-verde")
    toml = folder / "casa-verde" / "restaurant.toml"
    toml.write_text(f'{toml.read_text()}\n[pos]\nurl = "{pos_url}"\nsecrets = ["env:POS_SECRET_OF_THE_TESTS"]\n')
    return folder


@asynccontextmanager
async def gateway_process(stage: Stage, folder: Path, log: Path) -> AsyncIterator[Process]:
    """`gateway serve` as a process of its own, ready for calls; ended in good order unless it is dead already."""
    assert stage.settings.redis_url is not None
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PORT": str(stage.settings.port),
        "PUBLIC_URL": stage.url,
        "GATEWAY_SECRET": SECRET,
        "REDIS_URL": stage.settings.redis_url.get_secret_value(),
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "OPENAI_API_KEY": MODEL_KEY,
        "OPENAI_REALTIME_URL": stage.model.url,
        "VAD_SILENCE_MS": "300",
        "RESTAURANTS_DIR": str(folder),
        "POS_SECRET_OF_THE_TESTS": POS_SECRET,
    }
    with log.open("wb") as output:
        command = (sys.executable, "-m", "gateway", "serve")
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=output, stderr=output)
    try:
        await ready(f"{stage.url}/readyz", process, log)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            await process.wait()


async def ready(url: str, process: Process, log: Path) -> None:
    """Wait until the process takes calls."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        for _ in range(200):
            assert process.returncode is None, f"see {log}"
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"it does not get ready; see {log}")


async def test_the_gateway_is_killed_in_mid_call_and_another_process_goes_on(valkey_url: str, tmp_path: Path) -> None:
    async with open_stage(valkey_url, in_process=False) as stage:
        folder = restaurants(tmp_path / "restaurants", stage.pos.url)
        killed = asyncio.Event()

        async def talk(line: Line) -> None:
            await line.listen_until_quiet(400)
            await line.say("A large margherita and a Sprite.")
            await line.listen_until_quiet(400)
            await line.say("And a Coke.")
            killed.set()
            await line.wait_connected(2)
            await line.wait_heard("cut off")
            await conversation(["That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

        async with gateway_process(stage, folder, tmp_path / "first.log") as first:
            calling = asyncio.create_task(stage.phone(retry_pause_s=3).call(talk))
            await asyncio.wait([calling, asyncio.ensure_future(killed.wait())], return_when=asyncio.FIRST_COMPLETED)
            first.kill()
        assert first.returncode == -signal.SIGKILL
        async with gateway_process(stage, folder, tmp_path / "second.log") as second:
            record = await calling
        # uvicorn ends in good order and then raises the signal again, so that its parent sees it.
        assert second.returncode == -signal.SIGTERM
        assert "Application shutdown complete" in (tmp_path / "second.log").read_text()

        order = await the_order(stage, record)
        found = lines(order)
        assert found[:2] == [
            Ordered(1, "margherita", "large", (), 1450),
            Ordered(1, "sprite", "regular", (), 300),
        ]
        # Of words on their way when the process died the model may know nothing; never is there a second Coke.
        assert found[2:] in ([], [Ordered(1, "coke", "regular", (), 300)])
        assert [leg["leg"] for leg in order["call"]["legs"]] == [1, 2]
        assert heard_by_caller(record).count(stage.restaurant.disclosure) == 1
        await judge_call(stage, record, legs=2)
        assert stage.pos.requests == 1
        assert len({message.connection for message in stage.model.messages}) == 2
