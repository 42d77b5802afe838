"""`gateway pos simulate` as a process, typed to and delivered to; `gateway pos send-test` against a receiver."""

import asyncio
import base64
import io
import json
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from rich.console import Console

from gateway.cli.pos_ticket import WIDTH, ticket
from gateway.local.pos import PosReceiver, Received
from gateway.orders.restaurant import PosEndpoint
from gateway.orders.restaurant_files import SHIPPED
from gateway.pos.attempt import attempt_delivery
from gateway.pos.examples import examples
from gateway.pos.worker import delivery_client
from gateway.store import Delivery
from tests.cli.conftest import environment

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
ORDER = examples()["order.confirmed"]


class Simulator:
    """The process, and what it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.seen = ""

    async def until(self, text: str) -> str:
        """What it prints up to a line with a text in it."""
        begin = len(self.seen)
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while text not in self.seen[begin:]:
                line = (await self.process.stdout.readline()).decode()
                assert line, f"it ended without {text!r}:\n{self.seen}"
                self.seen += line
        return self.seen[begin:]

    async def types(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()


async def program(*words: str, **more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "pos", *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment() | {"COLUMNS": "80"} | more,
    )


@asynccontextmanager
async def simulator(*words: str) -> AsyncIterator[Simulator]:
    process = await program("simulate", "--port", "0", *words, POS_SECRET=SECRET)
    try:
        yield Simulator(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def deliver(url: str, message_id: str = "m1") -> object:
    endpoint = PosEndpoint(url=url, secrets=(SecretStr(SECRET),))
    async with delivery_client(allow_private=True) as client:
        delivery = Delivery(message_id, "order", "order.confirmed", json.dumps(ORDER))
        return (await attempt_delivery(client, endpoint, delivery, datetime.now(UTC))).outcome


async def test_an_order_is_a_ticket_and_lines_are_obeyed() -> None:
    async with simulator("--first", "fail 503") as pos:
        greeting = await pos.until("curl -d help")
        url = re.search(r'^  url = "(\S+)"$', greeting, re.MULTILINE)
        assert url is not None
        for line in ("  [pos]", '  secrets = ["env:POS_SECRET"]', f"  export POS_SECRET={SECRET}"):
            assert f"\n{line}\n" in greeting
        assert f"gateway demo --keep --pos {url[1]}\n" in greeting
        assert await deliver(url[1]) == 503
        assert "Margherita" not in await pos.until("order.confirmed: answered with 503")
        assert await deliver(url[1]) == 204
        printed = await pos.until("order.confirmed: answered with 204")
        for told in ("ALLERGY: PEANUTS", "Margherita, Large", "LEFT HALF: Mushrooms", "$17.32", "number ends in 34"):
            assert told in printed
        assert "+1555" not in printed
        await pos.types("half kept")
        await pos.until("one request: answered by half, and kept")
        assert await deliver(url[1]) == "protocol"
        await pos.until("order.confirmed again, which is kept already: answered by half")
        await pos.types("explode")
        await pos.types("state")
        await pos.until("repeated: 1")
        pos.process.send_signal(signal.SIGINT)
        _, errors = await pos.process.communicate()
        assert pos.process.returncode == 0
        assert "nothing is called 'explode'" in errors.decode()
        assert "Traceback" not in errors.decode()


async def test_the_whole_message_as_json() -> None:
    async with simulator("--json") as pos:
        greeting = await pos.until("curl -d help")
        url = re.search(r'url = "(\S+)"', greeting)
        assert url is not None
        async with httpx2.AsyncClient(trust_env=False) as client:
            assert (await client.post(url[1], content=b"{}")).status_code == 401
        await pos.until("refused: no valid signature")
        await deliver(url[1])
        printed = await pos.until("answered with 204")
        assert json.loads(printed[printed.index("{") : printed.rindex("}") + 1]) == ORDER


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("simulate", "--port", "0", "--secret", "whsec_?"), "--secret cannot be used: a webhook secret"),
        (("simulate", "--port", "0", "--first", "explode"), "--first: nothing is called 'explode'"),
        (("send-test", "casa-verde"), "casa-verde has no POS: write a table [pos]"),
        (("send-test", "casa-verde", "--event", "order.eaten"), "there is no message order.eaten; there are order."),
    ],
)
async def test_mistakes_are_a_line(words: tuple[str, ...], reason: str) -> None:
    process = await program(*words)
    out, errors = await process.communicate()
    assert process.returncode == 1, out
    assert reason in " ".join(errors.decode().split())
    assert "Traceback" not in errors.decode()


async def test_a_port_that_is_taken_is_a_line() -> None:
    async with PosReceiver(SECRET) as taken:
        process = await program("simulate", "--port", re.findall(r":(\d+)/", taken.url)[0])
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert "cannot be listened on" in errors.decode()


async def test_a_test_message_and_what_its_answer_means(tmp_path: Path) -> None:
    async with PosReceiver(SECRET) as pos:
        shutil.copytree(SHIPPED / "casa-verde", tmp_path / "casa-verde")
        file = tmp_path / "casa-verde" / "restaurant.toml"
        file.write_text(f'{file.read_text()}\n[pos]\nurl = "{pos.url}"\nsecrets = ["env:POS_SECRET"]\n')
        settings = {"RESTAURANTS_DIR": str(tmp_path), "POS_SECRET": SECRET}
        good = await program("send-test", "casa-verde", **settings)
        guarded = await program("send-test", "casa-verde", GATEWAY_ENV="production", **settings)
        odd = await program("send-test", "casa-verde", GATEWAY_ENV="moon", **settings)
        told = [(await one.communicate(), one.returncode) for one in (good, guarded, odd)]
    assert (told[0][1], told[1][1], told[2][1]) == (0, 1, 1)
    assert "received: answered 204 after" in told[0][0][0].decode()
    assert "has a private address" in told[1][0][1].decode()
    assert "POS_ALLOW_PRIVATE=true" in told[1][0][1].decode()
    assert "GATEWAY_ENV or POS_ALLOW_PRIVATE cannot be read" in told[2][0][1].decode()
    [message] = pos.orders
    assert json.loads(message.body)["test"] is True


@pytest.mark.parametrize("kind", examples())
def test_every_message_is_a_ticket_of_80_columns_without_a_number(kind: str) -> None:
    example = examples()[kind]
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(ticket(Received("m1", kind, example["data"], b"")))
    printed = console.export_text()
    assert max(map(len, printed.splitlines())) == WIDTH
    assert "Casa Verde" in printed
    assert "+1555" not in printed


def test_what_is_no_order_is_shown_all_the_same() -> None:
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(ticket(Received("m1", "order.confirmed", {"lines": "many", "odd": "[red]x"}, b"")))
    assert "[red]x" in console.export_text()
