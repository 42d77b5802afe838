"""One call's connection to the model: socket, protocol and transcoding together.

The caller's sound goes up as it comes; while no configured session is there, the last 3 s of it wait in a ring and go
up on return. The model's speech comes down as mu-law; everything else becomes events.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from gateway.audio.formats import AudioFormatError
from gateway.audio.processor import AudioProcessor, CallerRing
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
from gateway.errors import ErrorHandler
from gateway.events import AnyEvent, ModelChecked, ModelLost, ResponseFinished, SessionEvent, milliseconds
from gateway.realtime.config import ModelConfig
from gateway.realtime.dialler import Dialled
from gateway.realtime.protocol import AudioDelta, AudioDone, RealtimeProtocol

MOST_WAITING = 1024 * 1024
"""Bytes that the model's socket may be behind, 16 s of PCM16; the caller's sound beyond that is dropped and counted."""

CHECK_PATIENCE = 0.45
"""Seconds within which a model that is there answers a small question, or sends anything else."""

ModelEffect = (
    ConfigureModel | RequestResponse | CheckModel | Note | AnswerTool | CancelResponse | TruncateItem | DeleteItem
)


class Speaker(Protocol):
    """Where the model's speech goes."""

    def speak(self, item_id: str, content_index: int, mulaw: bytes) -> bool:
        """Queue speech, mu-law 8 kHz; False when the queue is full."""

    def end_item(self, item_id: str, content_index: int) -> None:
        """An item's speech is complete."""

    def end_all(self) -> None:
        """Nothing more comes for anything that was begun."""


class ModelLink:
    """The model's end of one call."""

    def __init__(
        self,
        call_id: str,
        config: ModelConfig,
        speaker: Speaker,
        post: Callable[[AnyEvent], None],
        overflowed: Callable[[], None],
    ) -> None:
        """A link that is not connected yet.

        Args:
            call_id: for the events.
            config: what a session is asked to be.
            speaker: gets the speech.
            post: gets the events.
            overflowed: told when speech did not fit into the queue.
        """
        self._call_id = call_id
        self._config = config
        self._speaker = speaker
        self._post = post
        self._overflowed = overflowed
        self._audio = AudioProcessor("pcm16" if config.audio == "pcm16" else "mulaw")
        self._ring = CallerRing()
        self._dialled: Dialled | None = None
        self._protocol = RealtimeProtocol(call_id, config)
        self._serving = False
        self._speaking_item: tuple[str, int] | None = None
        self._overflowed_item: tuple[str, int] | None = None
        self._received = 0
        self._silent = False
        self._checking: asyncio.TimerHandle | None = None

    # --- the connection ---

    @property
    def opened(self) -> float | None:
        """When the socket was opened (monotonic seconds); None without one."""
        return self._dialled.opened if self._dialled is not None else None

    def attach(self, dialled: Dialled) -> None:
        """Serve the call with this socket. The call must have no other."""
        assert self._dialled is None, "never two serving connections for a call"
        self._dialled = dialled
        self._protocol = RealtimeProtocol(self._call_id, self._config)
        self._silent = False
        dialled.client.on_close(self._closed)
        dialled.client.on_message(self._message)

    async def close(self) -> None:
        """Close the socket, if there is one; what it had begun to say may be played to its end."""
        dialled, self._dialled, self._serving = self._dialled, None, False
        self._end_speech()
        self._speaker.end_all()
        if self._checking is not None:
            self._checking.cancel()
        if dialled is not None:
            await dialled.client.close()

    def ignored(self) -> dict[str, int]:
        """What the protocol counted and passed over, by reason."""
        return dict(self._protocol.ignored)

    # --- up ---

    def start_capture(self) -> None:
        """Let the caller's voice through."""
        self._audio.start_capture()

    def stop_capture(self) -> None:
        """Send silence in place of the caller's voice."""
        self._audio.stop_capture()

    def hear(self, mulaw: bytes) -> None:
        """The caller's sound, mu-law 8 kHz: to the model, or into the ring while the model is away."""
        dialled = self._dialled
        if dialled is None or not self._serving:
            self._ring.push(mulaw)
        elif dialled.client.waiting_bytes > MOST_WAITING:
            self._protocol.ignored["caller audio, model behind"] += 1
        elif not dialled.client.send(RealtimeProtocol.append(self._audio.encode_chunk(mulaw))):
            self._ring.push(mulaw)  # the socket is gone; the close handler is about to say so

    def apply(self, effect: ModelEffect) -> None:
        """Carry out an effect that concerns the model. Without a connection it is dropped: a new one is reseeded."""
        protocol = self._protocol
        if self._dialled is None:
            protocol.ignored["no connection"] += 1
            return
        match effect:
            case ConfigureModel(instructions, tools, look_ups, history):
                protocol.configure(instructions, tools, history, look_ups)
            case RequestResponse(again):
                protocol.request_response(again=again)
            case CheckModel():
                protocol.ask_for_a_sign()
                self._wait_for_a_sign()
            case Note(text):
                protocol.note(text)
            case AnswerTool(tool_call_id, output):
                protocol.answer_tool(tool_call_id, output)
            case CancelResponse(response_id):
                protocol.cancel(response_id)
                self._audio.reset_model_audio()
                self._speaking_item = None
            case TruncateItem(item_id, content_index, audio_end_ms):
                protocol.truncate(item_id, content_index, audio_end_ms)
            case DeleteItem(item_id):
                protocol.delete(item_id)
        self._flush()

    def _wait_for_a_sign(self) -> None:
        """A model that is there answers at once; its silence is told, and the end of that silence."""
        before = self._received

        def unanswered() -> None:
            if self._received == before:
                self._silent = True
                self._post(self._checked(answers=False))

        if self._checking is not None:
            self._checking.cancel()
        self._checking = asyncio.get_running_loop().call_later(CHECK_PATIENCE, unanswered)

    def _checked(self, *, answers: bool) -> ModelChecked:
        return ModelChecked(session_id=self._call_id, timestamp=milliseconds(datetime.now(UTC)), answers=answers)

    def _flush(self) -> None:
        outgoing = self._protocol.take_outgoing()
        if self._dialled is not None:
            for raw in outgoing:
                self._dialled.client.send(raw)

    # --- down ---

    def _message(self, raw: bytes) -> None:
        self._received += 1
        if self._silent:
            self._silent = False
            self._post(self._checked(answers=True))
        received = self._protocol.receive(raw, datetime.now(UTC))
        if type(received) is AudioDelta:
            self._speech(received)
        elif type(received) is AudioDone:
            self._end_speech()
        else:
            assert isinstance(received, tuple)
            for event in received:
                if isinstance(event, SessionEvent) and event.type == "session.updated":
                    self._serve()
                elif isinstance(event, ResponseFinished):
                    self._end_speech()
                    self._speaker.end_all()
                self._post(event)
            self._flush()

    def _speech(self, delta: AudioDelta) -> None:
        key = (delta.item_id, delta.content_index)
        if key != self._speaking_item:
            self._end_speech()
            self._speaking_item = key
        try:
            mulaw = self._audio.model_audio(delta.payload)
        except AudioFormatError:
            self._protocol.ignored["bad base64"] += 1
            return
        kept = self._speaker.speak(*key, mulaw)
        if not kept and self._overflowed_item != key:  # told once per item, however many deltas do not fit
            self._overflowed_item = key
            self._overflowed()

    def _end_speech(self) -> None:
        if self._speaking_item is not None:
            key, self._speaking_item = self._speaking_item, None
            self._speaker.speak(*key, self._audio.flush_model_audio())
            self._speaker.end_item(*key)

    def _serve(self) -> None:
        """The session is as we want it: the caller's sound goes up from here, what waited first."""
        self._serving = True
        if (waiting := self._ring.drain()) and self._dialled is not None:
            self._dialled.client.send(RealtimeProtocol.append(self._audio.encode_chunk(waiting)))

    def _closed(self, code: int, _reason: str) -> None:
        kind = ErrorHandler.classify_close(code)
        self._post(ModelLost(session_id=self._call_id, timestamp=milliseconds(datetime.now(UTC)), code=kind.code))
