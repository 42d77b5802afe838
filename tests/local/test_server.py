"""The local Realtime server over its real socket: connections, pacing, engines in threads, and every fault."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gateway.audio import g711
from gateway.brain.mind import CallTools, Mind, Prompt, Said, Say, ScriptedMind, Step, ToolRequest
from gateway.local import tonecode
from gateway.local.faults import Faults, ResponseFault
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ScriptedEars, ToneEars, ToneVoice
from gateway.speech.transcription import TranscriptionFailed
from gateway.speech.tts import SynthesisFailed
from tests.oracle import CLIENT, SERVER, check

Event = dict[str, Any]
QUICK = ServerOptions(threads=0)
GATEWAY_TURNS = {"type": "server_vad", "create_response": False, "interrupt_response": False}
MODEL = "?model=gpt-realtime-2.1"


def judge(raw: bytes) -> None:
    check(SERVER, raw)


def server(
    turns: Sequence[Sequence[Step]] = (), *, mind: Callable[[], Mind] | None = None, **options: Any
) -> RealtimeServer:
    options.setdefault("options", QUICK)
    options.setdefault("on_event", judge)
    make = mind or (lambda: ScriptedMind(turns))
    return RealtimeServer(make, options.pop("ears", ToneEars()), options.pop("voice", ToneVoice(20)), **options)


class Client:
    """A client of the protocol that keeps what it receives."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[Event] = []

    async def send(self, kind: str, **fields: Any) -> None:
        raw = json.dumps({"type": kind, **fields})
        check(CLIENT, raw)
        await self.socket.send(raw)

    async def receive(self) -> Event:
        async with asyncio.timeout(10):
            event: Event = json.loads(await self.socket.recv())
        self.events.append(event)
        return event

    async def until(self, kind: str) -> Event:
        while True:
            event = await self.receive()
            if event["type"] == kind:
                return event

    async def say(self, text: str, *, silence_ms: int = 700) -> None:
        pcm = tonecode.encode(text, 24_000, min_ms=300) + bytes(48 * silence_ms)
        for start in range(0, len(pcm), 960):
            payload = base64.b64encode(pcm[start : start + 960]).decode()
            await self.send("input_audio_buffer.append", audio=payload)

    async def closed(self) -> tuple[int, str]:
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    self.events.append(json.loads(await self.socket.recv()))
        return self.socket.close_code or 0, self.socket.close_reason or ""


@contextlib.asynccontextmanager
async def client(running: RealtimeServer, query: str = MODEL, **headers: str) -> AsyncIterator[Client]:
    async with connect(running.url + query, proxy=None, compression=None, additional_headers=headers) as socket:
        yield Client(socket)


# --- connections -------------------------------------------------------------------------------------------------


async def test_a_whole_turn_over_the_socket() -> None:
    script: list[list[Step]] = [[Say("Hello!")], [CallTools((ToolRequest("get_menu"),))], [Say("We have pizza.")]]
    async with server(script) as running, client(running) as caller:
        assert (await caller.receive())["type"] == "session.created"
        session = {"type": "realtime", "audio": {"input": {"transcription": {"model": "gpt-transcribe"}}}}
        await caller.send("session.update", session=session)
        await caller.until("session.updated")
        await caller.send("response.create")
        await caller.until("response.done")
        await caller.say("what do you have")
        heard = await caller.until("conversation.item.input_audio_transcription.completed")
        assert heard["transcript"] == "what do you have"
        call = await caller.until("response.function_call_arguments.done")
        await caller.until("response.done")
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "{}"}
        await caller.send("conversation.item.create", item=output)
        await caller.send("response.create")
        said = await caller.until("response.output_audio_transcript.done")
        assert said["transcript"] == "We have pizza."
        sent = [message.raw for message in running.messages]
        assert [json.loads(raw)["type"] for raw in sent] == [
            "session.update",
            "response.create",
            "conversation.item.create",
            "response.create",
        ]
        for message in (*running.messages, *running.appends):
            check(CLIENT, message.raw)
            assert message.connection == 1


async def test_audio_comes_several_times_faster_than_real_time_but_not_at_once() -> None:
    async with server([[Say("x" * 100)]]) as running, client(running) as caller:  # 2 s of sound
        await caller.send("response.create")
        await caller.until("response.output_audio.delta")
        begun = time.monotonic()
        await caller.until("response.done")
        assert 0.3 < time.monotonic() - begun < 1.5
        deltas = [e for e in caller.events if e["type"] == "response.output_audio.delta"]
        sound = b"".join(base64.b64decode(event["delta"]) for event in deltas)
        assert tonecode.decode(sound, 24_000) == "x" * 100


@pytest.mark.parametrize(
    ("query", "headers", "code", "close"),
    [
        (MODEL, {"Authorization": "Bearer wrong"}, "invalid_api_key", 3000),
        (MODEL, {}, "invalid_api_key", 3000),
        (MODEL, {"Authorization": "Bearer right", "OpenAI-Beta": "realtime=v1"}, "beta_api_shape_disabled", 4000),
        ("?model=gpt-4", {"Authorization": "Bearer right"}, "model_not_found", 4004),
        ("", {"Authorization": "Bearer right"}, "missing_model", 4000),
    ],
)
async def test_a_client_without_right_is_refused_after_the_upgrade(
    query: str, headers: dict[str, str], code: str, close: int
) -> None:
    options = ServerOptions(threads=0, keys=frozenset({"right"}), models=frozenset({"gpt-realtime-2.1"}))
    async with server(options=options) as running, client(running, query, **headers) as caller:
        assert await caller.closed() == (close, f"invalid_request_error.{code}")
        assert caller.events[0]["error"]["code"] == code


async def test_a_good_key_and_model_are_let_in() -> None:
    options = ServerOptions(threads=0, keys=frozenset({"right"}), models=frozenset({"gpt-realtime-2.1"}))
    async with server(options=options) as running, client(running, Authorization="Bearer right") as caller:
        assert (await caller.receive())["type"] == "session.created"


async def test_another_path_is_not_found() -> None:
    async with server() as running:
        with pytest.raises(InvalidStatus) as refused:
            await connect(running.url.replace("/v1/", "/v2/"), proxy=None)
    assert refused.value.response.status_code == 404


async def test_a_session_that_is_too_old_is_closed() -> None:
    async with server(options=ServerOptions(threads=0, longest_s=0.1)) as running, client(running) as caller:
        assert (await caller.closed())[0] == 1001
        assert caller.events[-1]["error"]["code"] == "session_expired"


async def test_messages_in_fragments_are_joined_and_binary_ones_refused() -> None:
    async with server([[Say("hi")]]) as running, client(running) as caller:
        await caller.socket.send(iter(['{"type":"resp', "onse.cre", 'ate"}']))
        await caller.until("response.created")
        await caller.socket.send(b'{"type":"response.cancel"}')
        assert (await caller.closed())[0] == 1003


async def test_a_client_that_leaves_is_forgotten() -> None:
    async with server([[Say("x" * 500)]]) as running:
        async with client(running) as caller:
            await caller.send("response.create")
            await caller.until("response.output_audio.delta")
            assert len(running.connections) == 1
            connection = next(iter(running.connections))
        assert connection.close_code == 1000
        assert not running.connections
    with pytest.raises(RuntimeError):
        _ = server().url


# --- engines -----------------------------------------------------------------------------------------------------


async def test_engines_may_run_in_threads_and_mulaw_is_heard() -> None:
    turns = {**GATEWAY_TURNS, "silence_duration_ms": 200}
    transcription = {"model": "gpt-transcribe"}
    audio = {"input": {"format": {"type": "audio/pcmu"}, "turn_detection": turns, "transcription": transcription}}
    async with server([[Say("ok")]], options=ServerOptions()) as running, client(running) as caller:
        await caller.send("session.update", session={"type": "realtime", "audio": audio})
        sound = g711.encode(tonecode.encode("two cokes", 8000, min_ms=400)) + g711.silence(400)
        for start in range(0, len(sound), 160):
            payload = base64.b64encode(sound[start : start + 160]).decode()
            await caller.send("input_audio_buffer.append", audio=payload)
        heard = await caller.until("conversation.item.input_audio_transcription.completed")
        assert heard["transcript"] == "two cokes"
        await caller.send("response.create")
        await caller.until("response.done")


async def test_scripted_ears_hear_their_lines_without_sound() -> None:
    options = ServerOptions(threads=0, hears=False, keep=0)
    ears = ScriptedEars(["a margherita", "yes"])
    audio = {"input": {"transcription": {"model": "gpt-transcribe"}, "turn_detection": GATEWAY_TURNS}}
    async with server(options=options, ears=ears) as running, client(running) as caller:
        await caller.send("session.update", session={"type": "realtime", "audio": audio})
        for line in ("a margherita", "yes"):
            await caller.say("anything")
            heard = await caller.until("conversation.item.input_audio_transcription.completed")
            assert heard["transcript"] == line
        assert not running.messages
        assert not running.appends


class _NoVoice(ToneVoice):
    def speak(self, text: str, voice: str | None = None, *, sample_rate: int = 24_000) -> bytes:
        raise SynthesisFailed("hoarse")


class _DeafEars(ToneEars):
    def session(self, phrases: Sequence[str] = (), *, sample_rate: int = 16_000) -> Any:
        raise TranscriptionFailed("deaf")


async def test_engines_that_fail_are_reported_as_the_service_does() -> None:
    audio = {"input": {"transcription": {"model": "gpt-transcribe"}}}
    ears, voice = _DeafEars(), _NoVoice()
    async with server([[Say("hello")]], ears=ears, voice=voice) as running, client(running) as caller:
        await caller.send("session.update", session={"type": "realtime", "audio": audio})
        await caller.say("anything")
        failed = await caller.until("conversation.item.input_audio_transcription.failed")
        assert failed["error"]["message"] == "deaf"
        done = await caller.until("response.done")
        assert done["response"]["status_details"]["error"]["message"] == "hoarse"


class _Broken:
    def decide(self, prompt: Prompt) -> Sequence[Step]:
        raise ZeroDivisionError("a bug in the mind")

    def expects(self, prompt: Prompt) -> Sequence[str]:
        return ()


async def test_a_bug_of_ours_is_raised_at_the_end() -> None:
    async def run() -> None:
        async with server(mind=_Broken) as running, client(running) as caller:
            await caller.send("response.create")
            await caller.closed()

    with pytest.raises(BaseExceptionGroup) as broken:
        await run()
    assert broken.group_contains(ZeroDivisionError)


async def test_a_bug_behind_the_ears_closes_the_connection_too() -> None:
    async def run() -> None:
        async with server(mind=_Broken, options=ServerOptions()) as running, client(running) as caller:
            await caller.say("hello")
            assert (await caller.closed())[0] == 1011

    with pytest.raises(BaseExceptionGroup) as broken:
        await run()
    assert broken.group_contains(ZeroDivisionError)


async def test_a_cleared_turn_is_not_heard() -> None:
    async with server() as running, client(running) as caller:
        await caller.say("hello", silence_ms=100)
        await caller.until("input_audio_buffer.speech_started")
        await caller.send("input_audio_buffer.clear")
        await caller.until("input_audio_buffer.cleared")


# --- faults ------------------------------------------------------------------------------------------------------


async def test_an_upgrade_can_be_refused_for_some_connections() -> None:
    faults = Faults(refuse_status=429, retry_after_s=3, connections=1)
    async with server(faults=faults) as running:
        with pytest.raises(InvalidStatus) as refused:
            await connect(running.url + MODEL, proxy=None)
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "3"
        async with client(running) as caller:
            await caller.until("session.created")
        assert (running.accepted, running.refused) == (1, 1)


async def test_an_upgrade_can_be_slow() -> None:
    async with server(faults=Faults(slow_upgrade_s=0.3)) as running:
        for _ in range(2):  # the door shuts again behind the first
            begun = time.monotonic()
            async with client(running) as caller:
                assert time.monotonic() - begun > 0.29
                await caller.until("session.created")
        await running.set_faults(Faults())
        begun = time.monotonic()
        async with client(running) as caller:
            await caller.until("session.created")
        assert time.monotonic() - begun < 0.25


async def test_session_created_can_be_slow_and_early_events_wait_for_it() -> None:
    async with server([[Say("hi")]], faults=Faults(slow_session_s=0.2)) as running, client(running) as caller:
        begun = time.monotonic()
        await caller.send("response.create")
        assert (await caller.receive())["type"] == "session.created"
        assert time.monotonic() - begun > 0.15
        assert (await caller.receive())["type"] == "response.created"


async def test_a_stalled_server_accepts_and_says_nothing() -> None:
    async with server(faults=Faults(stall=True)) as running, client(running) as caller:
        await caller.send("response.create")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await caller.socket.recv()
        assert len(running.messages) == 1
        await running.set_faults(Faults())
        await caller.send("response.create")
        await caller.until("response.created")


async def test_a_server_can_stall_in_mid_response() -> None:
    async with server([[Say("hello")]], faults=Faults(stall_after_events=4)) as running, client(running) as caller:
        await caller.send("response.create")
        for _ in range(4):
            await caller.receive()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await caller.socket.recv()


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (Faults(drop_after_events=3), 1006),
        (Faults(drop_after_s=0.1), 1006),
        (Faults(drop_after_s=0.1, close_code=1012), 1012),
    ],
)
async def test_connections_can_be_lost(faults: Faults, code: int) -> None:
    async with server([[Say("x" * 200)]], faults=faults) as running, client(running) as caller:
        await caller.send("response.create")
        assert (await caller.closed())[0] == code
        if faults.drop_after_events:
            assert len(caller.events) == 3


async def test_live_connections_can_be_cut_closed_and_fed() -> None:
    async with server() as running:
        async with client(running) as one:
            await one.receive()
            running.inject(b"nonsense")
            assert await one.socket.recv() == "nonsense"
            running.close(1011, "oops")
            assert await one.closed() == (1011, "oops")
        async with client(running) as two:
            await two.receive()
            await running.set_faults(Faults(drop_after_s=0.05))
            assert (await two.closed())[0] == 1006
        await running.set_faults(Faults())
        async with client(running) as three:
            await three.receive()
            running.drop()
            assert (await three.closed())[0] == 1006


async def test_garbage_comes_between_the_right_events() -> None:
    kinds = ("malformed", "binary", "unknown", "beta", "duplicate")
    faults = Faults(garbage=kinds, garbage_every=1)
    async with server([[Say("hello there")]], faults=faults) as running, client(running) as caller:
        await caller.send("response.create")
        raws: list[str | bytes] = []
        async with asyncio.timeout(5):
            while not raws or b"rate_limits.updated" not in (
                raws[-1] if isinstance(raws[-1], bytes) else raws[-1].encode()
            ):
                raws.append(await caller.socket.recv())
        assert any(isinstance(raw, bytes) for raw in raws)
        texts = [raw for raw in raws if isinstance(raw, str)]
        broken = []
        for text in texts:
            try:
                json.loads(text)
            except json.JSONDecodeError:
                broken.append(text)
        assert broken
        assert any("response.thought.delta" in text for text in texts)
        assert any('"response.audio.delta"' in text for text in texts)
        assert len(set(texts)) < len(texts)


async def test_faults_of_responses_are_taken_one_by_one_over_all_connections() -> None:
    faults = Faults(responses=(ResponseFault("rate_limit_exceeded"), ResponseFault("server_error", how="error")))
    async with server([[Say("hello")]], faults=faults) as running:
        async with client(running) as caller:
            await caller.send("response.create")
            done = await caller.until("response.done")
            assert done["response"]["status_details"]["error"]["code"] == "rate_limit_exceeded"
        async with client(running) as caller:
            await caller.send("response.create")
            assert (await caller.until("error"))["error"]["code"] == "server_error"
            await caller.send("response.create")
            assert (await caller.until("response.done"))["response"]["status"] == "completed"


async def test_slow_audio_and_failing_transcription() -> None:
    faults = Faults(slow_audio_s=0.3, transcription_fails=True)
    audio = {"input": {"transcription": {"model": "gpt-transcribe"}, "turn_detection": GATEWAY_TURNS}}
    async with server([[Say("hello")]], faults=faults) as running, client(running) as caller:
        await caller.send("session.update", session={"type": "realtime", "audio": audio})
        await caller.say("hello")
        await caller.until("conversation.item.input_audio_transcription.failed")
        begun = time.monotonic()
        await caller.send("response.create")
        await caller.until("response.output_audio.delta")
        assert time.monotonic() - begun > 0.29


async def test_a_mind_sees_only_what_the_conversation_holds() -> None:
    shared = ScriptedMind([[Say("one")], [Say("two")]])
    async with server(mind=lambda: shared) as running, client(running) as caller:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
        await caller.send("conversation.item.create", item=item)
        await caller.send("response.create", response={"instructions": "Greet."})
        await caller.until("response.done")
        prompt = shared.prompts[0]
        assert prompt.request == "Greet."
        assert [entry.text for entry in prompt.history if isinstance(entry, Said)] == ["hi"]
