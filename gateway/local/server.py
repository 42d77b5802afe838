"""A Realtime server on one machine: the GA protocol on a real socket, with mind, ears and voice given to it.

What the gateway speaks to when there is no key, and what every test of the model side speaks to. It behaves as the
service does where the gateway can notice: order of events, bursts of audio, refusals, truncation, limits, close codes.
Nothing of the gateway is imported beyond its audio and speech parts. It listens on loopback only.
"""

import asyncio
import secrets
import socket
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener, ws_create_server

from gateway.brain.mind import Mind
from gateway.local.faults import NO_FAULTS, Faults, ResponseFault
from gateway.local.realtime_connection import Connection
from gateway.local.realtime_door import Door
from gateway.local.realtime_outbox import Listen, Output
from gateway.local.realtime_schema import AudioFormat
from gateway.local.realtime_session import RealtimeSession
from gateway.local.realtime_speech import Speech, cut
from gateway.local.utterance import Utterance, runner
from gateway.speech.transcription import Recogniser
from gateway.speech.tts import Voice

_PATH = "/v1/realtime"
_LARGEST_MESSAGE = 24 * 1024 * 1024  # 15 MiB of audio in base64, and the JSON around it
_SPEECHES = 64  # prepared texts that are kept


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server behaves.

    Attributes:
        keys: API keys that are good; empty for any, also none.
        models: Models that exist; empty for any.
        longest_s: Length of a session, seconds.
        speed: How many times faster than real time audio is sent.
        threads: Threads for ears and voice; 0 calls them on the event loop, which is right for quick ones only.
        hears: The sound of a turn goes to the ears; without, they are only asked for their words.
        keep: How many client messages (without audio) are kept for tests; as many audio appends are kept apart.
    """

    keys: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    longest_s: float = 3600
    speed: float = 5.0
    threads: int = 2
    hears: bool = True
    keep: int = 4096


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A message as a client sent it.

    Attributes:
        connection: Number of the connection, from 1.
        at: Seconds of the event loop's clock.
        raw: JSON text.
    """

    connection: int
    at: float
    raw: bytes


class RealtimeServer:
    """The server; use it as an async context manager.

    A mistake inside the server or its mind is raised at the end of the context, as an ExceptionGroup: a stand-in that
    breaks must not look like a peer that hangs up.

    Args:
        mind: Makes the mind of a connection.
        ears: Hears the callers of all connections.
        voice: Speaks for all connections, with its own choice of voice.
        options: How it behaves.
        faults: What goes wrong from the start.
        host: Address to listen on.
        port: Port, 0 for a free one.
        on_event: Called with every event that is sent.

    Attributes:
        connections: Those that stand.
        accepted: How many upgrades were accepted so far.
        refused: How many were refused.
        messages: Client messages, but no audio.
        appends: Audio appends.
    """

    def __init__(
        self,
        mind: Callable[[], Mind],
        ears: Recogniser,
        voice: Voice,
        *,
        options: ServerOptions | None = None,
        faults: Faults = NO_FAULTS,
        host: str = "127.0.0.1",
        port: int = 0,
        on_event: Callable[[bytes], None] | None = None,
    ) -> None:
        self.connections: set[Connection] = set()
        self.accepted = 0
        self.refused = 0
        self._mind = mind
        self._ears = ears
        self._voice = voice
        self._options = options or ServerOptions()
        self.messages: deque[ClientMessage] = deque(maxlen=self._options.keep)
        self.appends: deque[ClientMessage] = deque(maxlen=self._options.keep)
        self._faults = faults
        self._strikes = 0
        self._response_faults: deque[ResponseFault] = deque(faults.responses)
        self._host = host
        self._port = port
        self._on_event = on_event
        self._door: Door | None = None
        threads = self._options.threads
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="realtime") if threads else None
        self._run = runner(self._executor)
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []
        self._speeches: OrderedDict[tuple[str, AudioFormat], Speech] = OrderedDict()

    @property
    def url(self) -> str:
        """The WebSocket URL without `?model=`; the server must be running."""
        if self._door is None:
            raise RuntimeError("the server is not running")
        return f"ws://{self._host}:{self._door.port}{_PATH}"

    async def __aenter__(self) -> Self:
        self._door = Door(self._serve, self._host, self._port)
        await self._door.set_delay(self._faults.slow_upgrade_s)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._door is not None:
            self._door.close()
        for connection in list(self.connections):
            connection.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        if self._failures and error is None:
            raise BaseExceptionGroup("the local Realtime server failed", self._failures)

    # --- control -------------------------------------------------------------------------------------------------

    async def set_faults(self, faults: Faults) -> None:
        """From now on these things go wrong, on live connections too; `Faults()` makes everything right again."""
        self._faults = faults
        self._strikes = 0
        self._response_faults.clear()
        self._response_faults.extend(faults.responses)
        if self._door is not None:
            await self._door.set_delay(faults.slow_upgrade_s)
        for connection in self.connections:
            connection.set_faults(faults)

    def drop(self) -> None:
        """Cuts every connection, without a close frame."""
        for connection in list(self.connections):
            connection.cut()

    def fail(self, code: str, close_code: int | None = None) -> None:
        """Sends every connection an `error` event with this code, and closes it if there is a close code."""
        for connection in list(self.connections):
            connection.fail(code, close_code)

    def close(self, code: int, reason: str = "") -> None:
        """Closes every connection with this code."""
        for connection in list(self.connections):
            connection.close(code, reason)

    def inject(self, raw: bytes) -> None:
        """Sends a message, right or wrong, on every connection."""
        for connection in list(self.connections):
            connection.send(raw)

    # --- upgrades ------------------------------------------------------------------------------------------------

    async def _serve(self, listening: socket.socket) -> asyncio.Server:
        return await ws_create_server(
            self._upgrade, sock=listening, max_frame_size=_LARGEST_MESSAGE, websocket_handshake_timeout=10
        )

    def _upgrade(self, request: WSUpgradeRequest) -> Connection | WSUpgradeResponseWithListener | None:
        url = urlsplit(request.path.decode("ascii", "replace"))
        if url.path != _PATH:
            return None  # 404
        faults = self._next_faults()
        if faults.refuse_status is not None:
            self.refused += 1
            headers = {} if faults.retry_after_s is None else {"Retry-After": str(faults.retry_after_s)}
            refusal = WSUpgradeResponse.create_error_response(faults.refuse_status, b"", headers)
            return WSUpgradeResponseWithListener(refusal, None)
        self.accepted += 1
        model = parse_qs(url.query).get("model", [""])[0]
        session = RealtimeSession(
            model,
            self._mind(),
            token=secrets.token_hex(4),
            opened=asyncio.get_running_loop().time(),
            opened_unix=int(time.time()),
            longest_s=self._options.longest_s,
            speed=self._options.speed,
            hears=self._options.hears,
            response_faults=self._response_faults,
        )
        return Connection(self.accepted, session, lambda: self._begin(request, model, session), faults, self)

    def _begin(self, request: WSUpgradeRequest, model: str, session: RealtimeSession) -> list[Output]:
        """Greets a client, or refuses it as the service does: the upgrade succeeds, an error and a close follow."""
        keys, models = self._options.keys, self._options.models
        if "OpenAI-Beta" in request.headers:
            return session.refuse("beta_api_shape_disabled", "The beta shape of this API is not available.", 4000)
        if keys and request.headers.get("Authorization", "").removeprefix("Bearer ") not in keys:
            return session.refuse("invalid_api_key", "Incorrect API key provided.", 3000)
        if not model:
            return session.refuse("missing_model", "You must provide a model parameter.", 4000)
        if models and model not in models:
            return session.refuse("model_not_found", f"The model '{model}' does not exist.", 4004)
        return session.start()

    def _next_faults(self) -> Faults:
        if self._faults.connections is None:
            return self._faults
        self._strikes += 1
        return self._faults if self._strikes <= self._faults.connections else self._faults.spare_connection()

    # --- what connections need (`realtime_connection.Host`) ------------------------------------------------------

    def begin(self, connection: Connection) -> None:
        """See `Host`."""
        self.connections.add(connection)

    def end(self, connection: Connection) -> None:
        """See `Host`."""
        self.connections.discard(connection)

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """See `Host`."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def failed(self, error: BaseException) -> None:
        """See `Host`."""
        self._failures.append(error)

    def listen(self, command: Listen) -> Utterance:
        """See `Host`."""
        return Utterance(self._ears, command.audio_format, command.phrases, self._run)

    async def speak(self, text: str, audio_format: AudioFormat) -> Speech:
        """See `Host`; a text that was spoken lately is not spoken anew."""
        key = (text, audio_format)
        speech = self._speeches.get(key)
        if speech is None:
            speech = await self._run(lambda: cut(text, self._voice.speak(text), audio_format))
            self._speeches[key] = speech
            while len(self._speeches) > _SPEECHES:
                self._speeches.popitem(last=False)
        self._speeches.move_to_end(key)
        return speech

    def sent(self, connection: Connection, raw: bytes) -> None:
        """See `Host`."""
        if self._on_event is not None:
            self._on_event(raw)

    def received(self, connection: Connection, raw: bytes) -> None:
        """See `Host`."""
        if self._options.keep:
            kept = self.appends if b'"input_audio_buffer.append"' in raw else self.messages
            kept.append(ClientMessage(connection.number, asyncio.get_running_loop().time(), raw))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed(error)
