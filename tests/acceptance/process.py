"""`gateway serve` as a process of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from gateway.local.examples import copy_examples
from tests.stage import MODEL_KEY, POS_SECRET, SECRET, TWILIO_TOKEN, Stage

Process = asyncio.subprocess.Process


def restaurants(folder: Path, pos_url: str) -> Path:
    """A restaurants folder as a user would have it: the examples, open at every hour, with a POS that gets orders."""
    pos = f'[pos]\nurl = "{pos_url}"\nsecrets = ["env:POS_SECRET_OF_THE_TESTS"]\nevents = ["order.confirmed"]\n'
    return copy_examples(folder, pos)


@asynccontextmanager
async def gateway_process(
    stage: Stage, folder: Path, log: Path, *options: str, **settings: str
) -> AsyncIterator[Process]:
    """`gateway serve` as a process of its own, ready for calls; ended in good order unless it is dead already.

    Args:
        stage: Whose store, model and POS it uses.
        folder: The restaurants'.
        log: Where it writes its log.
        options: Of `gateway serve`.
        settings: Further environment variables.
    """
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
        **settings,
    }
    with log.open("wb") as output:
        command = (sys.executable, "-m", "gateway", "serve", *options)
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=output, stderr=output)
    try:
        await ready(f"{stage.url}/readyz", process, log)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
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
