"""The socket to the model, against real servers: a good one, slow ones, wrong ones."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from gateway import errors
from gateway.brain.mind import ScriptedMind
from gateway.errors import GatewayError
from gateway.local.faults import NO_FAULTS, Faults
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ToneEars, ToneVoice
from gateway.realtime import client as client_module
from gateway.realtime.client import WebSocketClient
from tests.stage import Belongings

KEY = {"Authorization": "Bearer key"}


def model(faults: Faults = NO_FAULTS, keys: frozenset[str] = frozenset()) -> RealtimeServer:
    options = ServerOptions(threads=0, keys=keys)
    return RealtimeServer(lambda: ScriptedMind([]), ToneEars(), ToneVoice(60), options=options, faults=faults)


Act = Callable[[WSTransport], None]


class Peer(WSListener):
    """A server that does what a test says as soon as it is spoken to, or at once."""

    def __init__(self, act: Act, *, at_once: bool) -> None:
        self.act = act
        self.at_once = at_once
        self.closes: list[int] = []
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        if self.at_once:
            self.act(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CLOSE:
            code = frame.get_close_code()
            self.closes.append(int(getattr(code, "value", code)))
            transport.disconnect()
        elif not self.at_once:
            self.act(transport)


@asynccontextmanager
async def peer(act: Act, *, at_once: bool = False) -> AsyncIterator[tuple[str, list[Peer]]]:
    peers: list[Peer] = []

    def accept(_request: object) -> Peer:
        peers.append(Peer(act, at_once=at_once))
        return peers[-1]

    server = await ws_create_server(accept, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", peers
    finally:
        server.close()
        for connected in peers:
            assert connected.transport is not None
            connected.transport.disconnect(graceful=False)
        await asyncio.sleep(0)


def sends(frames: Sequence[tuple[WSMsgType, bytes, bool]]) -> Act:
    def act(transport: WSTransport) -> None:
        for kind, data, fin in frames:
            transport.send(kind, data, fin)

    return act


class Log:
    """What a client's handlers were told."""

    def __init__(self, client: WebSocketClient) -> None:
        self.messages: list[bytes] = []
        self.closed: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        client.on_message(self.messages.append)
        client.on_close(lambda code, reason: self.closed.set_result((code, reason)))

    async def end(self) -> tuple[int, str]:
        return await asyncio.wait_for(self.closed, 5)


async def sockets_back(number: int) -> None:
    for _ in range(100):
        if Belongings().sockets <= number:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{Belongings().sockets - number} sockets are still open")


async def test_messages_that_come_before_a_handler_are_delivered_in_order_by_it() -> None:
    early = [(WSMsgType.TEXT, b"%d" % n, True) for n in range(3)]
    async with peer(sends(early), at_once=True) as (url, _):
        client = WebSocketClient()
        opened: list[bool] = []
        client.on_open(lambda: opened.append(client.alive))
        assert not client.alive
        assert not client.send(b"too early")
        await client.connect(url, {})
        assert opened == [True]
        assert await client.wait_for_message(5) == b"0"
        assert await client.wait_for_message(5) == b"0", "it is only looked at"
        for _ in range(100):
            if len(client._early) == 3:
                break
            await asyncio.sleep(0.01)
        assert Log(client).messages == [b"0", b"1", b"2"]
        await client.close()


async def test_early_messages_are_bounded_and_what_goes_is_counted() -> None:
    early = [(WSMsgType.TEXT, b"%d" % n, True) for n in range(client_module.KEPT_MESSAGES + 2)]
    async with peer(sends(early), at_once=True) as (url, _):
        client = WebSocketClient()
        await client.connect(url, {})
        await client.wait_for_message(5)
        for _ in range(100):
            if client.dropped:
                break
            await asyncio.sleep(0.01)
        assert client.dropped == 2
        assert Log(client).messages[0] == b"2"
        await client.close()
        assert not client.alive


async def test_fragments_are_put_together_and_binary_means_nothing() -> None:
    frames = [
        (WSMsgType.BINARY, b"noise", True),
        (WSMsgType.BINARY, b"more ", False),
        (WSMsgType.CONTINUATION, b"noise", True),
        (WSMsgType.TEXT, b"he", False),
        (WSMsgType.CONTINUATION, b"ll", False),
        (WSMsgType.PING, b"?", True),
        (WSMsgType.CONTINUATION, b"o", True),
        (WSMsgType.TEXT, b"there", True),
    ]

    def act(transport: WSTransport) -> None:
        sends(frames)(transport)
        transport.send_close(4321, b"why not")  # type: ignore[arg-type]  # any number may come

    async with peer(act) as (url, peers):
        client = WebSocketClient()
        await client.connect(url, {})
        log = Log(client)
        assert client.send(b"go")
        assert await log.end() == (4321, "why not")
        assert log.messages == [b"hello", b"there"]
        assert not client.alive
        assert not client.send(b"too late")
        assert peers[0].closes == [4321]


async def test_a_close_without_a_code_is_answered_with_one_that_may_be_sent() -> None:
    async with peer(lambda transport: transport.send(WSMsgType.CLOSE, b"")) as (url, peers):
        client = WebSocketClient()
        await client.connect(url, {})
        log = Log(client)
        client.send(b"go")
        assert await log.end() == (1005, "")
        for _ in range(100):
            if peers[0].closes:
                break
            await asyncio.sleep(0.01)
        assert peers[0].closes == [1000]


async def test_a_socket_that_breaks_is_told_as_1006() -> None:
    async with peer(lambda transport: transport.disconnect(graceful=False)) as (url, _):
        client = WebSocketClient()
        await client.connect(url, {})
        log = Log(client)
        client.send(b"go")
        assert await log.end() == (1006, "")


async def test_a_message_in_too_many_pieces_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_FRAME", 1_000)
    frames = [(WSMsgType.TEXT, b"x" * 600, False), (WSMsgType.CONTINUATION, b"x" * 600, False)]
    async with peer(sends(frames)) as (url, _):
        client = WebSocketClient()
        await client.connect(url, {})
        log = Log(client)
        client.send(b"go")
        assert await log.end() == (1009, "")
        assert log.messages == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.API_KEY_INVALID),
        (403, errors.API_KEY_INVALID),
        (404, errors.API_KEY_INVALID),
        (429, errors.RATE_LIMITED),
        (500, errors.MODEL_OVERLOADED),
        (503, errors.MODEL_OVERLOADED),
        (418, errors.WS_CONNECTION_FAILED),
    ],
)
async def test_a_refused_upgrade_is_an_error_of_the_table(status: int, kind: errors.ErrorType) -> None:
    async with model(Faults(refuse_status=status)) as server:
        client = WebSocketClient()
        told: list[Exception] = []
        client.on_error(told.append)
        belongings = Belongings()
        with pytest.raises(GatewayError) as caught:
            await client.connect(server.url + "?model=m", KEY)
        await sockets_back(belongings.sockets)
        assert caught.value.kind is kind
        assert told == [caught.value]
        assert caught.value.__cause__ is None, "it would hold the key"
        assert "key" not in str(caught.value).lower().replace("api_key", "")


async def answer_with(text: bytes) -> tuple[asyncio.Server, str]:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_a_peer_that_speaks_something_else_and_one_that_is_not_there() -> None:
    server, url = await answer_with(b"220 mail.example.com ESMTP\r\n\r\n")
    async with server:
        with pytest.raises(GatewayError) as caught:
            await WebSocketClient().connect(url, KEY)
        assert caught.value.kind is errors.WS_CONNECTION_FAILED
    with pytest.raises(GatewayError) as caught:
        await WebSocketClient().connect(url, KEY)
    assert caught.value.kind is errors.WS_CONNECTION_FAILED


async def test_a_slow_upgrade_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "OPEN_TIMEOUT", 0.1)
    async with model(Faults(slow_upgrade_s=30)) as server:
        belongings = Belongings()
        with pytest.raises(GatewayError) as caught:
            await WebSocketClient().connect(server.url + "?model=m", KEY)
        assert caught.value.kind is errors.WS_CONNECTION_FAILED
        await sockets_back(belongings.sockets)


async def test_cancelled_in_mid_handshake_nothing_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled handshake goes on in picows; the socket that then opens belongs to nobody."""
    monkeypatch.setattr(client_module, "OPEN_TIMEOUT", 5)
    async with model(Faults(slow_upgrade_s=0.2)) as server:
        belongings = Belongings()
        client = WebSocketClient()
        told: list[object] = []
        client.on_open(lambda: told.append("open"))
        connecting = asyncio.create_task(client.connect(server.url + "?model=m", KEY))
        await asyncio.sleep(0.05)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        assert not client.alive
        for _ in range(100):
            if server.accepted:
                break
            await asyncio.sleep(0.02)
        assert server.accepted == 1
        await sockets_back(belongings.sockets)
        assert told == []
        assert not client.alive


async def test_waiting_for_a_session_that_does_not_begin() -> None:
    async with peer(sends([])) as (url, _):
        client = WebSocketClient()
        await client.connect(url, {})
        with pytest.raises(GatewayError, match="did not begin"):
            await client.wait_for_message(0.05)
        await client.close()
    async with peer(lambda t: t.send_close(3000, b""), at_once=True) as (url, _):  # type: ignore[arg-type]  # see above
        client = WebSocketClient()
        await client.connect(url, {})
        with pytest.raises(GatewayError) as caught:
            await client.wait_for_message(5)
        assert caught.value.kind is errors.API_KEY_INVALID
        await client.close()


async def test_closing_twice_and_a_peer_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "ABORT_AFTER", 0.1)
    async with peer(lambda transport: transport.underlying_transport.pause_reading(), at_once=True) as (url, _):
        client = WebSocketClient()
        await client.close()
        assert client.waiting_bytes == 0
        before = Belongings().sockets
        await client.connect(url, {})
        told: list[object] = []
        client.on_close(lambda *_: told.append("closed"))
        while client.waiting_bytes < 1_000_000:
            assert client.send(b"x" * 100_000)
        await client.close()
        await client.close()
        await sockets_back(before + 1)  # the peer's own end stays: it does not read
        assert client.waiting_bytes == 0
        assert told == [], "closing it ourselves concerns nobody"
