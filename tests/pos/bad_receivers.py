"""Receivers that answer badly, on real sockets, and a TLS server whose certificate nobody should trust."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

Reply = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def receiver(reply: Reply, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of a server that reads a request's head and then replies so, to every connection."""
    serving: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving[asyncio.current_task()] = writer
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await reply(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        del serving[asyncio.current_task()]

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        for writer in serving.values():
            writer.transport.abort()
        await asyncio.gather(*(task for task in serving if task is not None))


def says(text: bytes) -> Reply:
    """A server that writes this and closes."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return reply


def repeats(first: bytes, part: bytes, pause_s: float = 0) -> Reply:
    """A server that writes something and then the same part until the other side has enough of it."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return reply


def has_openssl() -> bool:
    """Whether certificates can be made here."""
    return shutil.which("openssl") is not None


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for a DNS name, signed by itself, and its key: `(certificate, key)`, PEM."""
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    words += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-out", str(made), "-keyout", str(key)]
    subprocess.run(["openssl", *words], check=True, capture_output=True)  # noqa: S603, S607 - the system's own
    return made, key


def server_context(pair: tuple[Path, Path]) -> ssl.SSLContext:
    """A TLS server's context with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context
