"""The short way for text: whatever comes, cut anywhere, the application sees what plain uvicorn would deliver."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Close, Frame, Opcode

from gateway import framing
from gateway.framing import DIRECT_TEXT, MediaWebSocketProtocol

LIMIT = 64 * 1024
REQUEST = (
    b"GET /media HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it logs the text that was no UTF-8 with a traceback


class Wire(asyncio.Transport):
    """The server's end of a connection: keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closing = self.aborted = False
        self.paused = False
        self.stuck = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def get_write_buffer_size(self) -> int:
        return self.stuck


@dataclass
class Seen:
    """What an application saw, and what the peer was sent."""

    messages: list[str | bytes] = field(default_factory=list)
    end: int | None = None
    answer: bytes = b""
    task: asyncio.Task[None] | None = None


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin=fin).serialize(mask=True)


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def serve(protocol: type[WebSocketsSansIOProtocol], pieces: Sequence[bytes], *, sink_after: int) -> Seen:
    """Feed pieces to one connection whose application asks for the short way after some messages, if there is one."""
    seen = Seen()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        direct = scope["extensions"].get(DIRECT_TEXT)
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            if direct is not None and len(seen.messages) >= sink_after:
                direct(seen.messages.append)
                direct = None
            message = await receive()
            if message["type"] == "websocket.disconnect":
                seen.end = message["code"]
                return
            seen.messages.append(message["text"] if message.get("text") is not None else message["bytes"])

    config = uvicorn.Config(
        app, ws_max_size=LIMIT, ws_per_message_deflate=False, ws_ping_interval=None, log_config=None
    )
    config.load()
    wire = Wire()
    connection = protocol(config, ServerState(), {}, asyncio.get_running_loop())
    connection.connection_made(wire)
    connection.data_received(REQUEST)
    await settle()
    wire.written = b""
    for piece in pieces:
        if wire.closing:
            break
        connection.data_received(piece)
        await settle()
    if not wire.closing:
        connection.connection_lost(None)
    await settle()
    seen.answer = wire.written
    return seen


texts = st.text(max_size=140).map(str.encode)
lengths = st.sampled_from([0, 1, 125, 126, 127, 300, 4_000])
text_frames = st.one_of(texts, lengths.map(lambda n: b"x" * n)).map(lambda data: frame(Opcode.TEXT, data))
controls = st.one_of(
    st.binary(max_size=20).map(lambda data: frame(Opcode.PING, data)),
    st.binary(max_size=20).map(lambda data: frame(Opcode.PONG, data)),
)
binaries = st.binary(max_size=200).map(lambda data: frame(Opcode.BINARY, data))


@st.composite
def fragmented(draw: st.DrawFn) -> bytes:
    """A message in pieces, with control frames between them."""
    kind = draw(st.sampled_from([Opcode.TEXT, Opcode.BINARY]))
    data = draw(texts)
    at = draw(st.integers(0, len(data)))
    between = b"".join(draw(st.lists(controls, max_size=2)))
    return frame(kind, data[:at], fin=False) + between + frame(Opcode.CONT, data[at:])


good = st.one_of(text_frames, text_frames, controls, binaries, fragmented())
ends = st.sampled_from(
    [
        b"",
        frame(Opcode.TEXT, b"cut off")[:-3],
        frame(Opcode.CLOSE, Close(1000, "").serialize()) + frame(Opcode.TEXT, b"too late"),
        frame(Opcode.CLOSE),
        frame(Opcode.TEXT, b"\xff not utf-8") + frame(Opcode.TEXT, b"too late"),
        frame(Opcode.TEXT, b"\xff begin", fin=False) + frame(Opcode.CONT, b"end"),
        Frame(Opcode.TEXT, b"not masked").serialize(mask=False),
        frame(Opcode.TEXT, b"y" * (LIMIT + 1)),
        frame(Opcode.TEXT, b"half", fin=False) + frame(Opcode.TEXT, b"another begins"),
        frame(Opcode.CONT, b"of nothing"),
        b"\xc1" + frame(Opcode.TEXT, b"extension bit")[1:],
        b"\x83\x80\x00\x00\x00\x00",  # a reserved opcode
    ]
)


def cuts(data: bytes, places: list[float]) -> list[bytes]:
    at = sorted({round(place * len(data)) for place in places} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(at)]


@given(
    st.lists(good, max_size=8),
    ends,
    st.lists(st.floats(0, 1), max_size=12),
    st.integers(0, 4),
)
def test_the_application_sees_what_uvicorn_delivers(
    frames: list[bytes], end: bytes, places: list[float], sink_after: int
) -> None:
    async def both() -> tuple[Seen, Seen]:
        plain = await serve(WebSocketsSansIOProtocol, [*frames, end] if end else frames, sink_after=0)
        ours = await serve(MediaWebSocketProtocol, cuts(b"".join(frames) + end, places), sink_after=sink_after)
        return plain, ours

    plain, ours = asyncio.run(both())
    # uvicorn, given several frames in one piece, forgets those before one that breaks the rules. Ours does not.
    texts_of = [[m for m in seen.messages if isinstance(m, str)] for seen in (plain, ours)]
    data_of = [[m for m in seen.messages if isinstance(m, bytes)] for seen in (plain, ours)]
    assert texts_of[0] == texts_of[1]
    assert data_of[0] == data_of[1]
    assert plain.end == ours.end
    assert plain.answer == ours.answer


@pytest.mark.parametrize("length", [65_535, 65_536])
async def test_the_longest_messages(length: int) -> None:
    message = frame(Opcode.TEXT, b"z" * length)
    seen = await serve(MediaWebSocketProtocol, [message, frame(Opcode.TEXT, b"next")], sink_after=0)
    assert [len(m) for m in seen.messages] == [length, 4]


async def test_a_smaller_limit_holds_on_the_short_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "LIMIT", 1_000)
    seen = await serve(MediaWebSocketProtocol, [frame(Opcode.TEXT, b"z" * 1_001)], sink_after=0)
    assert seen.messages == []
    assert seen.end == 1009


async def test_every_byte_by_itself() -> None:
    data = frame(Opcode.TEXT, b"one") + frame(Opcode.PING, b"?") + frame(Opcode.TEXT, b"w" * 300)
    seen = await serve(MediaWebSocketProtocol, [data[at : at + 1] for at in range(len(data))], sink_after=0)
    assert seen.messages == ["one", "w" * 300]
    assert seen.answer == Frame(Opcode.PONG, b"?").serialize(mask=False)


async def test_frames_before_the_answer_to_the_handshake_are_not_lost() -> None:
    """A peer that does not wait for the 101, with a frame that is cut at that moment."""
    got: list[str] = []
    go = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await go.wait()
        await send({"type": "websocket.accept"})
        scope["extensions"][DIRECT_TEXT](got.append)
        await receive()

    config = uvicorn.Config(app, ws_per_message_deflate=False, log_config=None)
    config.load()
    connection, wire = MediaWebSocketProtocol(config, ServerState(), {}, asyncio.get_running_loop()), Wire()
    connection.connection_made(wire)
    connection.data_received(REQUEST)
    data = frame(Opcode.TEXT, b"early") + frame(Opcode.TEXT, b"cut")
    connection.data_received(data[:-2])
    assert wire.paused
    go.set()
    await settle()
    assert not wire.paused
    connection.data_received(data[-2:])
    assert got == ["early", "cut"]
    connection.connection_lost(None)
    await settle()


async def test_a_refused_handshake_is_uvicorns_business() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("never called")

    config = uvicorn.Config(app, log_config=None)
    config.load()
    connection, wire = MediaWebSocketProtocol(config, ServerState(), {}, asyncio.get_running_loop()), Wire()
    connection.connection_made(wire)
    connection.data_received(REQUEST.replace(b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 12"))
    assert wire.written.startswith(b"HTTP/1.1 400")
    connection.data_received(frame(Opcode.TEXT, b"all the same"))
    connection.connection_lost(None)


async def gone(server: uvicorn.Server) -> None:
    """Uvicorn says nowhere that a connection is over, so it is asked."""
    for _ in range(400):
        if not server.server_state.connections:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the connection stands")


@asynccontextmanager
async def running(app: Callable[[Scope, Receive, Send], Any]) -> AsyncIterator[uvicorn.Server]:
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        loop="uvloop",
        http="httptools",
        ws=MediaWebSocketProtocol,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server
    finally:
        server.force_exit = True
        await server.shutdown()


async def test_a_peer_that_does_not_read_is_cut_when_the_application_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "ABORT_AFTER", 0.05)
    done = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            async with asyncio.timeout(0.3):
                while True:
                    await send({"type": "websocket.send", "text": "x" * 50_000})
        except TimeoutError:
            done.set()

    async with running(app) as server:
        port = server.servers[0].sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(REQUEST)
        async with asyncio.timeout(5):
            await done.wait()
            await gone(server)
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
