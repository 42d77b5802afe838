"""Which addresses an endpoint may have, and that the address that was checked is the one that is connected to."""

import asyncio
import socket
from typing import Any

import httpcore2
import httpx2
import pytest

from gateway.pos.address import GuardedTransport, PrivateAddressError, is_public, public_addresses


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


async def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Have the loop's resolver answer so, whatever is asked."""
    asyncio.get_running_loop()

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    await resolve_to(monkeypatch, "93.184.215.14", "127.0.0.1")
    with pytest.raises(PrivateAddressError):
        await public_addresses("two-faced.example", 443)


async def test_an_unknown_name_is_a_failed_connection() -> None:
    with pytest.raises(httpcore2.ConnectError, match="not known"):
        await public_addresses("name.invalid", 443)


async def test_the_guarded_client_reports_a_failed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = GuardedTransport(httpx2.Limits(max_connections=1))
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError, match="not public"):
            await client.post("http://127.0.0.1:9/")
        await resolve_to(monkeypatch)
        with pytest.raises(httpx2.ConnectError, match="no address"):
            await client.post("http://nowhere.example/")


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is resolved once; here the check is told that loopback is public, to have somebody answer."""
    asked: list[str] = []

    def pretend(address: str) -> bool:
        asked.append(address)
        return True

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (len(head), head))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    monkeypatch.setattr("gateway.pos.address.is_public", pretend)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
        transport = GuardedTransport(httpx2.Limits(max_connections=1))
        async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
            reply = await client.get(f"http://pos.example:{port}/orders")
    assert asked == ["127.0.0.2", "127.0.0.1"]
    assert f"host: pos.example:{port}" in reply.text.lower(), "the name stays the name"
