"""Receivers that answer badly: every answer is a clear outcome, soon, and nothing but a 2xx is a receipt."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from gateway.orders.restaurant import PosEndpoint
from gateway.pos.attempt import ANSWER_LIMIT, Attempt, attempt_delivery
from gateway.pos.webhook import Failure
from gateway.pos.worker import delivery_client
from gateway.store import Delivery
from tests.pos.bad_receivers import Reply, certificate, has_openssl, receiver, repeats, says, server_context
from tests.pos.conftest import SECRET

DELIVERY = Delivery("order1_1", "order1", "order.confirmed", "{}")
MEGABYTE = b"x" * (1 << 20)
TAKEN = says(b"HTTP/1.1 204 No Content\r\n\r\n")


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with delivery_client(allow_private=True) as client:
        yield client


async def attempt(client: httpx2.AsyncClient, url: str, timeout_s: float = 5.0) -> Attempt:
    endpoint = PosEndpoint.model_construct(url=url, secrets=(SecretStr(SECRET),))
    return await attempt_delivery(client, endpoint, DELIVERY, datetime.now(UTC), timeout_s)


async def outcome(client: httpx2.AsyncClient, reply: Reply, timeout_s: float = 5.0) -> int | Failure:
    async with receiver(reply) as port:
        return (await attempt(client, f"http://127.0.0.1:{port}/", timeout_s)).outcome


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", "protocol"),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "protocol"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.0 200 OK\r\n\r\nfine", 200),
        (b"HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", 301),
        (b"HTTP/1.1 308 Moved\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n", 308),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", 404),
        (b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n", 503),
        (b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n", 999),
        (b"", "protocol"),
        (b"HTTP/1.1 200 OK\r\ncontent-le", "protocol"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", "protocol"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal", "protocol"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\njunk", 200),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx", "protocol"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "protocol"),
    ],
)
async def test_what_an_answer_is_worth(client: httpx2.AsyncClient, text: bytes, expected: int | Failure) -> None:
    assert await outcome(client, says(text)) == expected


@pytest.mark.parametrize(
    ("first", "part"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", MEGABYTE),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n", MEGABYTE),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"100000\r\n" + MEGABYTE + b"\r\n"),
    ],
    ids=["endless", "a hundred megabytes", "endless chunks"],
)
async def test_a_body_that_is_too_long_is_not_read_and_its_status_counts(
    client: httpx2.AsyncClient, first: bytes, part: bytes
) -> None:
    written = 0

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(first)
        while written < 100 << 20:
            writer.write(part)
            await writer.drain()
            written += len(part)

    assert await outcome(client, reply) == 200
    assert ANSWER_LIMIT < written < 20 << 20, "the connection was closed, with what was in its buffers"


@pytest.mark.parametrize(
    ("first", "part", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"x-more: y\r\n" * 1000, "protocol"),
        (b"HTTP/1.1 200 OK\r\nx: ", MEGABYTE, "protocol"),
    ],
    ids=["endless headers", "an endless header"],
)
async def test_a_head_without_an_end_is_given_up(
    client: httpx2.AsyncClient, first: bytes, part: bytes, expected: Failure
) -> None:
    assert await outcome(client, repeats(first, part)) == expected


@pytest.mark.parametrize(
    ("first", "part"),
    [
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"."),
        (b"HTTP/1.1 200 OK\r\n", b"x"),
    ],
    ids=["endless 1xx", "a body by drops", "a head by drops"],
)
async def test_who_never_comes_to_an_end_is_left_when_the_time_is_over(
    client: httpx2.AsyncClient, first: bytes, part: bytes
) -> None:
    began = time.monotonic()
    assert await outcome(client, repeats(first, part, pause_s=0.02), timeout_s=0.3) == "timeout"
    assert time.monotonic() - began < 3


async def test_nobody_there_and_names_that_are_none_are_failed_connections(client: httpx2.AsyncClient) -> None:
    async with receiver(says(b"")) as port:
        pass
    for url in (
        f"http://127.0.0.1:{port}/",
        "http://name.invalid/",
        f"http://{'a' * 70}.example/",
        "http://[::1/",
        "gopher://127.0.0.1/",
    ):
        assert (await attempt(client, url)).outcome == "connect", url
    async with delivery_client(allow_private=False) as guarded:
        for url in ("http://name.invalid/", f"http://{'a' * 70}.example/"):
            assert (await attempt(guarded, url)).outcome == "connect", url


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("soon", None), ("-5", None), ("9" * 30, 86_400.0)])
async def test_what_is_asked_for_by_retry_after(client: httpx2.AsyncClient, value: str, seconds: float | None) -> None:
    reply = says(f"HTTP/1.1 503 Away\r\ncontent-length: 0\r\nretry-after: {value}\r\n\r\n".encode())
    async with receiver(reply) as port:
        assert await attempt(client, f"http://127.0.0.1:{port}/") == Attempt(503, seconds)


@pytest.mark.skipif(not has_openssl(), reason="no openssl command to make certificates with")
class TestTls:
    """A server on loopback that speaks TLS well and cannot prove who it is."""

    async def reach(self, monkeypatch: pytest.MonkeyPatch, url: str, trusted: Path | None = None) -> Attempt:
        """By the guarded client, to which loopback is as good as public here and every name leads."""
        loop = asyncio.get_running_loop()

        async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
            return [(2, 1, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr("gateway.pos.address.is_public", lambda address: True)
        if trusted is not None:
            context = ssl.create_default_context(cafile=str(trusted))
            monkeypatch.setattr(httpx2, "create_ssl_context", lambda **_: context)
        async with delivery_client(allow_private=False) as client:
            return await attempt(client, url)

    async def test_a_certificate_that_nobody_signed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        pair = certificate(tmp_path, "pos.example")
        async with receiver(TAKEN, server_context(pair)) as port:
            assert await self.reach(monkeypatch, f"https://pos.example:{port}/") == Attempt("connect")
            found = await self.reach(monkeypatch, f"https://pos.example:{port}/", trusted=pair[0])
            assert found == Attempt(204), "the server is as it should be, but for who signed it"

    async def test_a_certificate_of_another_name(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        pair = certificate(tmp_path, "other.example")
        async with receiver(TAKEN, server_context(pair)) as port:
            found = await self.reach(monkeypatch, f"https://pos.example:{port}/", trusted=pair[0])
            assert found == Attempt("connect")

    @pytest.mark.parametrize("text", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
    async def test_a_server_that_speaks_no_tls(self, monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
        async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(text)
            writer.close()

        async with await asyncio.start_server(close, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            assert await self.reach(monkeypatch, f"https://pos.example:{port}/") == Attempt("connect")


async def test_a_name_that_changes_its_address_after_the_check_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second answer of the resolver is a private address, where somebody would answer."""
    answers = ["127.0.0.7", "127.0.0.1", "127.0.0.1"]
    asked: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", (answers.pop(0), port))]

    async with receiver(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as port:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
        monkeypatch.setattr("gateway.pos.address.is_public", lambda address: address == "127.0.0.7")
        async with delivery_client(allow_private=False) as client:
            first = await attempt(client, f"http://pos.example:{port}/")
            second = await attempt(client, f"http://pos.example:{port}/")
    assert (first, second) == (Attempt("connect"), Attempt("connect"))
    assert asked == ["pos.example", "pos.example"], "once for each connection: what was checked is what is used"


async def test_no_secret_is_logged_whatever_comes(client: httpx2.AsyncClient) -> None:
    with capture_logs() as logs:
        for text in (b"", b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n"):
            async with receiver(says(text)) as port:
                found = await attempt(client, f"http://user:hunter22@127.0.0.1:{port}/")
                assert "hunter22" not in repr(found)
    assert SECRET.removeprefix("whsec_") not in repr(logs)
