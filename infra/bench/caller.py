"""One simulated caller behind Twilio: what it says in each frame, and what it makes of what comes back. Pure.

It plays out what it gets at 8,000 bytes a second from a buffer, as Twilio does: a mark is echoed when the sound before
it has been played, `clear` empties the buffer and returns all pending marks. It counts what was not as it should be.
"""

from array import array
from base64 import b64encode
from collections import deque
from typing import Final

from pybase64 import b64decode

from gateway.audio.g711 import RATE
from infra.bench.level_code import FRAME_MS, Message, first_voice, noise_frames, strengths, tone
from infra.bench.plan import BARGE_IN_FRAMES, Plan
from infra.bench.records import CallRecord, Said

_NOISE: Final = [b64encode(frame) for frame in noise_frames(50, seed=5)]
_TONES: Final = {strong: b64encode(tone(FRAME_MS, "pcmu", strong=strong)) for strong in (True, False)}
_ROUNDING_S: Final = 1e-6


class Caller:
    """The telephone's end of one call. Times are monotonic seconds, passed in."""

    def __init__(self, call: int, plan: Plan) -> None:
        self.call = call
        self.frames = 0
        self._plan = plan
        self._sent = array("d")
        self._said: list[Said] = []
        self._strengths: list[bool] = []
        self._marks: deque[tuple[float, str]] = deque()  # when the sound before it is over, and its name
        self._played_until = 0.0
        self._expected = plan.greeting_ms * RATE // 1_000  # bytes of what the agent says at present
        self._received = 0
        self._waiting = False  # for the first sample of an answer
        self._stray = 0
        self._gaps: list[tuple[float, float]] = []
        self._started_at = 0.0
        self._first_media_at: float | None = None

    # --- up ---

    def start(self, now: float) -> None:
        """The stream begins; frames follow."""
        self._started_at = now

    def frame(self, now: float) -> bytes:
        """The next 20 ms of the caller's sound: base64 of mu-law 8 kHz. `now`: when it is sent."""
        number, self.frames = self.frames, self.frames + 1
        self._sent.append(now)
        part = self._plan.part(self.call, number)
        if part is None:
            return _NOISE[(number + self.call) % len(_NOISE)]
        interrupts, place = part
        if place == 0:
            self._begin(number, now, interrupts)
        if interrupts and place == BARGE_IN_FRAMES - 1:
            self._said[-1].confirmed_at = now
        return _TONES[self._strengths[place]]

    def _begin(self, frame: int, now: float, interrupts: bool) -> None:
        turn = len(self._said)
        self._strengths = strengths(Message(self.call, turn, interrupts))
        self._said.append(Said(turn, interrupts, frame, now))
        if not interrupts:  # while interrupting, what comes is still the old answer, until `clear`
            self._expect(self._plan.answer_ms)

    def _expect(self, milliseconds: int) -> None:
        self._waiting, self._received = True, 0
        self._expected = milliseconds * RATE // 1_000

    # --- down ---

    def media(self, payload: str, now: float) -> None:
        """The agent's sound has come: base64 of mu-law 8 kHz."""
        if self._first_media_at is None:
            self._first_media_at = now
        size = len(payload) * 3 // 4 - payload[-2:].count("=")
        if 0 < self._received < self._expected and now > self._played_until + _ROUNDING_S:
            self._gaps.append((now, now - self._played_until))
        if self._waiting:
            voice = first_voice(b64decode(payload), "pcmu")
            if voice >= 0:
                self._waiting = False
                self._said[-1].answer_at = now + voice / RATE
        self._played_until = max(self._played_until, now) + size / RATE
        self._received += size
        if self._said:
            self._answered().answer_bytes += size

    def _answered(self) -> Said:
        """The message to which what comes now is the answer."""
        last = self._said[-1]
        return self._said[-2] if last.interrupts and last.cleared_at is None else last

    def mark(self, name: str, now: float) -> None:
        """A mark has come."""
        self._marks.append((max(self._played_until, now), name))

    def due_marks(self, now: float) -> list[str]:
        """The marks to be echoed now, in order."""
        due = []
        while self._marks and self._marks[0][0] <= now:
            due.append(self._marks.popleft()[1])
        return due

    def clear(self, now: float) -> list[str]:
        """The buffer is to be emptied; returns the marks that are sent back because of it."""
        last = self._said[-1] if self._said else None
        if last is not None and last.interrupts and last.cleared_at is None:
            self._answered().cut = True
            last.cleared_at = now
            self._expect(self._plan.second_answer_ms)
        else:
            self._stray += 1
        self._played_until = now
        pending = [name for _, name in self._marks]
        self._marks.clear()
        return pending

    # --- the account ---

    def record(self, *, dropped: bool) -> CallRecord:
        """What happened to this call; `dropped`: the gateway closed the stream."""
        return CallRecord(
            self.call,
            self._started_at,
            self._first_media_at,
            self._sent.tobytes(),
            self._said,
            self._gaps,
            self._stray,
            dropped,
        )
