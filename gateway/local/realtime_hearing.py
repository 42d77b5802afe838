"""How a local Realtime session hears the caller: turns found in the audio, committed, and their words awaited. Pure.

A turn gets its item id when it begins, so that `speech_started` and the item agree; a recogniser listens from then on.
Its words come later, asynchronously as the service's transcription does, and are told only if transcription is on.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias, assert_never

from gateway.local import realtime_events as events
from gateway.local.client_events import RefusedError
from gateway.local.realtime_config import SessionConfig
from gateway.local.realtime_input import InputBuffer, SpeechAudio, SpeechStarted, SpeechStopped
from gateway.local.realtime_items import Conversation, Message
from gateway.local.realtime_outbox import Forget, HearMore, Listen, Outbox, TurnEnded
from gateway.local.realtime_schema import JsonObject
from gateway.local.realtime_tokens import Tokens, caller_tokens, text_tokens

Edge: TypeAlias = Literal["began", "ended"]

_SHORTEST_COMMIT_MS: Final = 100
_WORDS_PER_DELTA: Final = 3
_NONE: Final[list[Edge]] = []


class Hearing:
    """The input side of a session.

    Args:
        config: What is in force at the start.
        conversation: Where committed turns go.
        outbox: Where events and commands go.
        expect: Phrases that the caller may say now; asked when a turn begins.
        hears: The sound of turns is wanted; without, there are no `HearMore` commands.
    """

    def __init__(
        self,
        config: SessionConfig,
        conversation: Conversation,
        outbox: Outbox,
        expect: Callable[[], Sequence[str]],
        *,
        hears: bool,
    ) -> None:
        self._config = config
        self._conversation = conversation
        self._outbox = outbox
        self._expect = expect
        self._hears = hears
        self._buffer = InputBuffer(config.audio.input.format, config.turns)
        self._turn: str | None = None  # item id of the turn that is being spoken
        self._unheard: dict[str, Message] = {}

    @property
    def speaking(self) -> bool:
        """The caller is speaking."""
        return self._turn is not None

    @property
    def awaits_words(self) -> bool:
        """A turn in the conversation has not been heard yet; one that was deleted is not waited for."""
        return any(item_id in self._conversation for item_id in self._unheard)

    def configure(self, config: SessionConfig) -> None:
        """Takes a new configuration; a new format or turn detection begins with an empty buffer."""
        before, self._config = self._config, config
        if config.audio.input.format != before.audio.input.format or config.turns != before.turns:
            self._forget_turn()
            self._buffer = InputBuffer(config.audio.input.format, config.turns, self._buffer.total_ms)

    def append(self, audio: bytes) -> list[Edge]:
        """Takes caller audio in the session's format; says which turns began and ended in it."""
        heard = self._buffer.append(audio)
        if not heard:
            return _NONE
        edges: list[Edge] = []
        for found in heard:
            match found:
                case SpeechAudio():
                    self._hear_more(found.audio)
                case SpeechStarted():
                    self._outbox.send(events.speech_started(self._listen(), found.audio_start_ms))
                    self._hear_more(found.audio)
                    edges.append("began")
                case SpeechStopped():
                    self._end_turn(found)
                    edges.append("ended")
                case _:
                    assert_never(found)
        return edges

    def commit(self) -> None:
        """The client ends the turn.

        Raises:
            RefusedError: The buffer holds less than 100 ms.
        """
        held_ms = self._buffer.held_ms
        if held_ms < _SHORTEST_COMMIT_MS:
            message = "Error committing input audio buffer: buffer too small. "
            message += f"Expected at least 100ms of audio, but buffer only has {held_ms:.2f}ms of audio."
            raise RefusedError("input_audio_buffer_commit_empty", message)
        if self._turn is None:
            self._listen()
        self._hear_more(self._buffer.take())
        self._commit_turn(held_ms)

    def clear(self) -> None:
        """The client throws the buffer away."""
        self._buffer.take()
        self._forget_turn()
        self._outbox.send(events.cleared())

    def commit_silence(self, silent_ms: int) -> None:
        """Nobody spoke for so long: an empty turn, as the guide describes `idle_timeout_ms`."""
        end_ms = round(self._buffer.total_ms)
        item_id = self._outbox.new_id("item")
        self._outbox.send(events.timeout_triggered(item_id, max(end_ms - silent_ms, 0), end_ms))
        self._add(Message(item_id, "user", spoken=True, text=""))

    def heard(self, item_id: str, text: str, confidence: float) -> None:
        """Takes the words of a turn."""
        message = self._unheard.pop(item_id, None)
        if message is None:
            return
        message.text = text
        message.confidence = confidence
        if self._config.audio.input.transcription is not None:
            words = text.split(" ")
            for at in range(0, len(words), _WORDS_PER_DELTA):
                piece = " ".join(words[at : at + _WORDS_PER_DELTA])
                self._outbox.send(events.transcription_delta(item_id, f" {piece}" if at else piece))
            self._outbox.send(events.transcription_completed(item_id, text, self._usage(message, text)))

    def not_heard(self, item_id: str, reason: str) -> None:
        """The recogniser failed: the turn stays, without words."""
        message = self._unheard.pop(item_id, None)
        if message is None:
            return
        message.text = ""
        message.confidence = 0
        if self._config.audio.input.transcription is not None:
            self._outbox.send(events.transcription_failed(item_id, reason))

    def _listen(self) -> str:
        self._turn = self._outbox.new_id("item")
        phrases = self._expect() if self._hears else ()
        self._outbox.command(Listen(self._turn, self._config.audio.input.format, phrases))
        return self._turn

    def _hear_more(self, audio: bytes) -> None:
        if self._hears and self._turn is not None:
            self._outbox.command(HearMore(self._turn, audio))

    def _forget_turn(self) -> None:
        if self._turn is not None:
            self._outbox.command(Forget(self._turn))
            self._turn = None

    def _end_turn(self, stopped: SpeechStopped) -> None:
        if self._turn is not None:
            self._outbox.send(events.speech_stopped(self._turn, stopped.audio_end_ms))
            self._commit_turn(stopped.duration_ms)

    def _commit_turn(self, duration_ms: int) -> None:
        item_id, self._turn = self._turn, None
        if item_id is not None:
            self._add(Message(item_id, "user", spoken=True, text=None, audio_ms=duration_ms))
            self._outbox.command(TurnEnded(item_id))

    def _add(self, message: Message) -> None:
        previous = self._conversation.last_id
        self._conversation.add(message)
        if message.text is None:
            self._unheard[message.id] = message
        self._outbox.send(
            events.committed(message.id, previous),
            events.item_added(message.body(), previous),
            events.item_done(message.body(), previous),
        )

    def _usage(self, message: Message, text: str) -> JsonObject:
        transcription = self._config.audio.input.transcription
        if transcription is not None and transcription.model == "whisper-1":
            return {"type": "duration", "seconds": message.audio_ms / 1000}
        cost = Tokens(text=text_tokens(text), audio=caller_tokens(message.audio_ms))
        return {
            "type": "tokens",
            "total_tokens": cost.total,
            "input_tokens": cost.audio,
            "output_tokens": cost.text,
            "input_token_details": {"text_tokens": 0, "audio_tokens": cost.audio},
        }
