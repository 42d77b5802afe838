"""The scripted model's mouth: one response at a time, its audio in deltas that come faster than real time."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from infra.bench.answers import WORDS, Event, response_begun, response_ended
from infra.bench.level_code import Encoding, Message, tone
from infra.bench.records import Answer, ModelJob

_GREETING: Final = -1


@cache
def _delta(milliseconds: int, encoding: Encoding) -> bytes:
    """Base64 of the agent's voice: a loud tone from its first sample to its last."""
    return b64encode(tone(milliseconds, encoding))


class Mouth:
    """Speaks on one connection. Events go out through `send`; deltas, built by hand, through `raw`.

    Attributes:
        answers: every response so far.
        encoding: the session's audio format.
    """

    def __init__(
        self, job: ModelJob, send: Callable[[Iterable[Event]], None], raw: Callable[[bytes, bytes], None]
    ) -> None:
        self.answers: list[Answer] = []
        self.encoding: Encoding = "pcm16"
        self._job = job
        self._send = send
        self._raw = raw
        self._timer: asyncio.TimerHandle | None = None
        self._ids = ("", "")

    @property
    def speaking(self) -> bool:
        """Whether a response is active."""
        return self._timer is not None

    def speak(self, message: Message | None) -> None:
        """Answer a message of the caller; without one it is the greeting."""
        assert not self.speaking, "one response at a time"
        plan = self._job.plan
        milliseconds = plan.greeting_ms
        if message is not None:
            milliseconds = plan.second_answer_ms if message.interrupts else plan.answer_ms
        count = len(self.answers) + 1
        self._ids = (f"resp_{count}", f"item_a{count}")
        self._send(response_begun(*self._ids))
        at = time.monotonic()
        call, turn = (message.call, message.turn) if message is not None else (_GREETING, 0)
        self.answers.append(Answer(call, turn, at, milliseconds))
        self._go_on()

    def cancel(self) -> bool:
        """End the active response; False when there is none."""
        if self._timer is None:
            return False
        self._timer.cancel()
        self._finish("cancelled")
        return True

    def hush(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        """Send the next delta, or the end."""
        answer = self.answers[-1]
        if answer.sent_ms >= answer.planned_ms:
            self._finish("completed")
            return
        piece = min(self._job.delta_ms, answer.planned_ms - answer.sent_ms)
        word = WORDS[answer.sent_ms // self._job.delta_ms % len(WORDS)]
        self._raw(b"response.output_audio_transcript.delta", self._fields() + b'"delta":"%b"' % word.encode())
        self._raw(b"response.output_audio.delta", self._fields() + b'"delta":"%b"' % _delta(piece, self.encoding))
        answer.sent_ms += piece
        due = answer.at + answer.sent_ms / 1_000 / self._job.speed
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, due - time.monotonic()), self._go_on)

    def _fields(self) -> bytes:
        response_id, item_id = (name.encode() for name in self._ids)
        return b'"response_id":"%b","item_id":"%b","output_index":0,"content_index":0,' % (response_id, item_id)

    def _finish(self, status: str) -> None:
        self._timer = None
        self._send(response_ended(*self._ids, status))
