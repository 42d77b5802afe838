"""One call's connection to the model: what goes up, what comes down, what happens when the socket is behind or gone."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from gateway import errors
from gateway.call.effects import (
    AnswerTool,
    CancelResponse,
    CheckModel,
    ConfigureModel,
    DeleteItem,
    Note,
    RequestResponse,
    TruncateItem,
)
from gateway.events import AnyEvent, ModelChecked, ModelLost
from gateway.realtime import link as link_module
from gateway.realtime.client import WebSocketClient
from gateway.realtime.config import ModelConfig
from gateway.realtime.dialler import Dialled
from gateway.realtime.link import ModelLink
from tests.twilio.test_stream import until

CONFIG = ModelConfig("m", audio="pcmu")  # passed through, so that bytes can be told apart
FORMAT = {"format": {"type": "audio/pcmu"}}
UPDATED = {"type": "session.updated", "session": {"audio": {"input": FORMAT, "output": FORMAT}}}
FRAME = b"\x01" * 160


class Model(WSListener):
    """The model's end: keeps what it is sent, and says what the test wants."""

    def __init__(self) -> None:
        self.transport: WSTransport | None = None
        self.got: list[dict[str, Any]] = []

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.TEXT:
            self.got.append(json.loads(frame.get_payload_as_bytes()))

    def say(self, *messages: dict[str, Any]) -> None:
        assert self.transport is not None
        for message in messages:
            self.transport.send(WSMsgType.TEXT, json.dumps(message).encode())

    def types(self) -> list[str]:
        return [message["type"] for message in self.got]

    def heard(self) -> bytes:
        return b"".join(b64decode(m["audio"]) for m in self.got if m["type"] == "input_audio_buffer.append")


class Wire:
    """A link, what it posts, and the playout in whose place the test is."""

    def __init__(self, config: ModelConfig = CONFIG) -> None:
        self.played: list[tuple[Any, ...]] = []
        self.posted: list[AnyEvent] = []
        self.overflows = 0
        self.full = False
        self.model = Model()
        self.link = ModelLink("CA", config, self, self.posted.append, self._overflowed)
        self.link.start_capture()

    def _overflowed(self) -> None:
        self.overflows += 1

    def speak(self, item_id: str, content_index: int, mulaw: bytes) -> bool:
        if mulaw:
            self.played.append((item_id, content_index, mulaw))
        return not self.full

    def end_item(self, item_id: str, content_index: int) -> None:
        self.played.append((item_id, content_index, "end"))

    def end_all(self) -> None:
        self.played.append(("end all",))

    def posts(self) -> list[str]:
        return [event.type for event in self.posted]


@asynccontextmanager
async def wired(config: ModelConfig = CONFIG) -> AsyncIterator[Wire]:
    wire = Wire(config)
    server = await ws_create_server(lambda _: wire.model, "127.0.0.1", 0)
    client = WebSocketClient()
    await client.connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {})
    wire.link.attach(Dialled(client, 1.0))
    try:
        yield wire
    finally:
        await wire.link.close()
        server.close()
        assert wire.model.transport is not None
        wire.model.transport.disconnect(graceful=False)
        await asyncio.sleep(0)


async def configured(wire: Wire) -> None:
    wire.link.apply(ConfigureModel("You are a test.", ()))
    await until(lambda: "session.update" in wire.model.types())
    wire.model.say(UPDATED)
    await until(lambda: "session.updated" in wire.posts())


def delta(payload: bytes, item: str = "item", response: str = "r") -> dict[str, Any]:
    audio = b64encode(payload).decode()
    return {"type": "response.output_audio.delta", "response_id": response, "item_id": item, "delta": audio}


# --- up ---


async def test_what_was_said_before_the_session_stands_goes_up_first() -> None:
    async with wired() as wire:
        wire.link.hear(b"\x01" * 160)
        wire.link.hear(b"\x02" * 160)
        await configured(wire)
        wire.link.hear(b"\x03" * 160)
        await until(lambda: len(wire.model.heard()) == 480)
        assert wire.model.heard() == b"\x01" * 160 + b"\x02" * 160 + b"\x03" * 160
        assert wire.model.types().index("session.update") < wire.model.types().index("input_audio_buffer.append")


async def test_while_the_model_is_away_three_seconds_are_kept() -> None:
    wire = Wire()
    for number in range(200):
        wire.link.hear(bytes([number]) * 160)
    assert wire.link._ring.dropped_ms == 1_000


async def test_a_silenced_caller_is_silence_and_not_nothing() -> None:
    async with wired() as wire:
        await configured(wire)
        wire.link.stop_capture()
        wire.link.hear(FRAME)
        wire.link.start_capture()
        wire.link.hear(FRAME)
        await until(lambda: len(wire.model.heard()) == 320)
        assert wire.model.heard() == b"\xff" * 160 + FRAME


async def test_a_model_that_does_not_read_costs_a_bounded_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "MOST_WAITING", 50_000)
    async with wired() as wire:
        await configured(wire)
        assert wire.model.transport is not None
        wire.model.transport.underlying_transport.pause_reading()
        assert wire.link._dialled is not None
        client = wire.link._dialled.client
        for _ in range(200_000):
            wire.link.hear(FRAME * 50)
            if wire.link.ignored():
                break
        for _ in range(100):
            wire.link.hear(FRAME)
        assert client.waiting_bytes < 50_000 + 20_000
        assert wire.link.ignored()["caller audio, model behind"] == 101


async def test_a_socket_that_is_gone_fills_the_ring_until_somebody_says_so() -> None:
    async with wired() as wire:
        await configured(wire)
        assert wire.link._dialled is not None
        await wire.link._dialled.client.close()
        wire.link.hear(FRAME)
        assert wire.link._ring.drain() == FRAME


async def test_effects_are_messages_in_order_and_without_a_connection_they_are_dropped() -> None:
    effects = [
        Note("Be brief."),
        AnswerTool("call", "{}"),
        RequestResponse(),
        CancelResponse("nobody's"),
        TruncateItem("unknown", 0, 10),
        DeleteItem("item"),
    ]
    async with wired() as wire:
        await configured(wire)
        for effect in effects:
            wire.link.apply(effect)
        await until(lambda: "conversation.item.delete" in wire.model.types())
        assert wire.model.types() == [
            "session.update",
            "conversation.item.create",
            "conversation.item.create",
            "response.create",
            "conversation.item.delete",
        ]
        await wire.link.close()
        wire.link.apply(Note("to nobody"))
        assert wire.link.ignored()["no connection"] == 1


# --- down ---


async def test_speech_comes_down_by_item_and_ends_with_it() -> None:
    async with wired() as wire:
        await configured(wire)
        wire.model.say(
            {"type": "response.created", "response": {"id": "r"}},
            delta(b"\x01" * 80),
            delta(b"\x02" * 80),
            delta(b"\x03" * 80, "second"),
            {"type": "response.output_audio.done", "response_id": "r", "item_id": "second"},
            {"type": "response.done", "response": {"id": "r", "status": "completed", "output": []}},
        )
        await until(lambda: ("end all",) in wire.played)
        assert wire.played == [
            ("item", 0, b"\x01" * 80),
            ("item", 0, b"\x02" * 80),
            ("item", 0, "end"),
            ("second", 0, b"\x03" * 80),
            ("second", 0, "end"),
            ("end all",),
        ]
        assert wire.posts()[-2:] == ["call.response_started", "call.response_finished"]


async def test_a_response_that_ends_without_the_end_of_its_item_ends_it() -> None:
    async with wired() as wire:
        await configured(wire)
        wire.model.say(
            delta(b"\x01" * 80), {"type": "response.done", "response": {"id": "r", "status": "cancelled", "output": []}}
        )
        await until(lambda: ("end all",) in wire.played)
        assert wire.played[-2:] == [("item", 0, "end"), ("end all",)]


async def test_bad_audio_is_counted_and_too_much_of_it_is_told() -> None:
    async with wired() as wire:
        await configured(wire)
        wire.full = True
        wire.model.say(delta(b"") | {"delta": "not base64!"}, delta(b"\x01" * 80))
        await until(lambda: wire.overflows == 1)
        assert wire.link.ignored()["bad base64"] == 1


async def test_late_speech_of_a_cancelled_response_is_not_said() -> None:
    async with wired(ModelConfig("m")) as wire:
        pcm = {"format": {"type": "audio/pcm", "rate": 24000}}
        wire.link.apply(ConfigureModel("You are a test.", ()))
        wire.model.say(
            {"type": "session.updated", "session": {"audio": {"input": pcm, "output": pcm}}},
            {"type": "response.created", "response": {"id": "r"}},
            delta(b"\x10" * 4_800),
        )
        await until(lambda: bool(wire.played))
        said = list(wire.played)
        wire.link.apply(CancelResponse("r"))
        wire.model.say(delta(b"\x10" * 4_800), {"type": "input_audio_buffer.committed", "item_id": "i"})
        await until(lambda: "call.audio_committed" in wire.posts())
        assert wire.played == said, "nor is what was left of it in the filter"


# --- the end ---


@pytest.mark.parametrize(("code", "kind"), [(1012, errors.WS_CONNECTION_FAILED), (3000, errors.API_KEY_INVALID)])
async def test_a_lost_connection_is_an_event_with_the_reason(code: int, kind: errors.ErrorType) -> None:
    async with wired() as wire:
        await configured(wire)
        assert wire.link.opened == 1.0
        assert wire.model.transport is not None
        wire.model.transport.send_close(code)  # type: ignore[arg-type]  # any number may come
        await until(lambda: isinstance(wire.posted[-1], ModelLost))
        lost = wire.posted[-1]
        assert isinstance(lost, ModelLost)
        assert lost.code == kind.code
        assert not lost.planned


async def test_closed_by_us_nothing_is_told_and_what_was_begun_is_finished() -> None:
    async with wired() as wire:
        await configured(wire)
        wire.model.say(delta(b"\x01" * 80))
        await until(lambda: bool(wire.played))
        posted = len(wire.posted)
        await wire.link.close()
        await wire.link.close()
        assert wire.played == [("item", 0, b"\x01" * 80), ("item", 0, "end"), ("end all",), ("end all",)]
        assert wire.link.opened is None
        await asyncio.sleep(0.05)
        assert len(wire.posted) == posted
        wire.link.hear(FRAME)
        assert wire.link._ring.drain() == FRAME


async def test_never_two_connections() -> None:
    async with wired() as wire:
        with pytest.raises(AssertionError):
            wire.link.attach(Dialled(WebSocketClient(), 2.0))


async def test_a_model_that_does_not_answer_a_question_is_told_of_and_when_it_does_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.realtime.link.CHECK_PATIENCE", 0.05)
    async with wired() as wire:
        await configured(wire)
        wire.posted.clear()
        wire.link.apply(CheckModel())
        wire.link.apply(CheckModel())
        await until(lambda: bool(wire.posted))
        (silent,) = wire.posted
        assert isinstance(silent, ModelChecked)
        assert not silent.answers
        wire.model.say({"type": "rate_limits.updated", "event_id": "e_late"})
        await until(lambda: len(wire.posted) == 2)
        assert isinstance(wire.posted[1], ModelChecked)
        assert wire.posted[1].answers
        wire.link.apply(CheckModel())
        wire.model.say({"type": "rate_limits.updated", "event_id": "e_answer"})
        await asyncio.sleep(0.1)
        assert len(wire.posted) == 2, "one that answers is not worth a word"
