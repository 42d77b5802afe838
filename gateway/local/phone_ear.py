"""The caller's ear: Twilio's playout buffer, and what really came out of it.

Rules: audio is played in the order of arrival, gapless while there is any, in real time; only what was played counts as
heard, never what was merely received. A mark is due when everything before it has been played; `clear` forgets the rest
and makes all pending marks due at once. Times are monotonic seconds and are passed in. Nothing waits here.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from gateway.audio import g711
from gateway.local import tonecode

RATE: Final = 8000
BUFFER_LIMIT_S: Final = 600.0
"""Twilio's buffer: about ten minutes (warning 31931)."""

_AUDIBLE: Final = 184  # peak, -45 dBFS
_PAUSE_S: Final = 0.3  # a shorter pause is inside an utterance
_LOUDNESS: Final = np.abs(np.frombuffer(g711.decode(bytes(range(256))), dtype="<i2").astype(np.int32))
_IS_AUDIBLE: Final = _LOUDNESS > _AUDIBLE

Source = Literal["stream", "document"]


@dataclass(slots=True)
class Run:
    """Sound played without a gap.

    Attributes:
        start: When its first sample was played, in seconds.
        audio: mulaw, 8 kHz.
        source: The media stream, or a verb of the document (Say, Play).
        text: What is said, if the source knows it.
        length: How many bytes were to be played.
    """

    start: float
    audio: bytearray
    source: Source
    text: str = ""
    length: int = 0

    @property
    def end(self) -> float:
        """When its last sample is over."""
        return self.start + len(self.audio) / RATE


@dataclass(slots=True)
class Span:
    """A stretch of time in which something was audible, with pauses of less than 0.3 s."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A text that reached the ear.

    Attributes:
        at: When it began, in seconds.
        text: All of it; of a tone code cut inside its text, the part that came through.
        spoken: The part of the text that was played before a clear or the end of the call.
        source: Who said it.
    """

    at: float
    text: str
    spoken: str
    source: Source


@dataclass(slots=True)
class Ear:
    """Plays what arrives; one for a call, over all of its streams.

    Attributes:
        runs: All sound so far, also what is still to be played.
        spans: When something was audible, also what still will be.
        clears: When a clear cut sound off, and how many seconds of it.
        underruns: How often the stream's sound stopped for less than 0.3 s: the sender was late.
    """

    runs: list[Run] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    clears: list[tuple[float, float]] = field(default_factory=list)
    underruns: int = 0
    _marks: deque[tuple[float, str]] = field(default_factory=deque)

    @property
    def end(self) -> float:
        """When everything received has been played."""
        return self.runs[-1].end if self.runs else float("-inf")

    def buffered(self, now: float) -> float:
        """Seconds of sound still to be played."""
        return max(self.end - now, 0.0)

    def audible(self, now: float) -> bool:
        """Whether something is audible now."""
        return self.speaking_for(now) is not None

    def speaking_for(self, now: float) -> float | None:
        """How long something has been audible, pauses of less than 0.3 s included; None if it is quiet."""
        for span in reversed(self.spans):
            if span.end <= now:
                return None
            if span.start <= now:
                return now - span.start
        return None

    def quiet_since(self, now: float) -> float | None:
        """When the last audible sound ended; None if one is being or will be played, or none was ever."""
        if not self.spans or self.spans[-1].end > now:
            return None
        return self.spans[-1].end

    def play(self, audio: bytes, now: float, source: Source = "stream", text: str = "") -> bool:
        """Appends sound (mulaw, 8 kHz) to the buffer; False if the buffer is full and the sound thrown away."""
        if self.buffered(now) + len(audio) / RATE > BUFFER_LIMIT_S:
            return False
        start = max(self.end, now)
        last = self.runs[-1] if self.runs else None
        if last is not None and last.end == start and last.source == source and not text and not last.text:
            last.audio += audio
            last.length += len(audio)
        else:
            if source == "stream" and last is not None and last.source == source:
                self.underruns += self._continues(last.end, start)
            self.runs.append(Run(start, bytearray(audio), source, text, len(audio)))
        self._add_spans(audio, start)
        return True

    def mark(self, name: str, now: float) -> None:
        """Sets a mark behind everything received so far."""
        self._marks.append((max(self.end, now), name))

    def next_mark(self) -> float | None:
        """When `due_marks` has something to give, if ever."""
        return self._marks[0][0] if self._marks else None

    def due_marks(self, now: float) -> list[str]:
        """The names of the marks that have been reached, each once."""
        names: list[str] = []
        while self._marks and self._marks[0][0] <= now:
            names.append(self._marks.popleft()[1])
        return names

    def clear(self, now: float) -> list[str]:
        """Forgets what is not yet played; returns the names of all pending marks."""
        if (dropped := self.buffered(now)) > 0:
            self.clears.append((now, dropped))
        while self.runs and self.runs[-1].start >= now:
            self.runs.pop()
        if self.runs:
            del self.runs[-1].audio[max(round((now - self.runs[-1].start) * RATE), 0) :]
        while self.spans and self.spans[-1].start >= now:
            self.spans.pop()
        if self.spans:
            self.spans[-1].end = min(self.spans[-1].end, now)
        names = [name for _, name in self._marks]
        self._marks.clear()
        return names

    def texts(self, now: float, since: float = float("-inf")) -> list[Heard]:
        """What was said and played until now, in order, of the utterances that were not over before `since`.

        The stream's sound is searched for tone codes; a verb's text is known.
        """
        heard: list[Heard] = []
        speech = bytearray()
        pieces: list[tuple[int, float]] = []
        """Where in `speech` each run begins, and when it was played."""
        ended = 0.0
        for run in self.runs:
            if run.end + _PAUSE_S < since or run.start >= now:
                continue
            audio = run.audio[: round((now - run.start) * RATE)]
            if run.source == "document":
                if run.text:
                    spoken = run.text[: len(run.text) * len(audio) // max(run.length, 1)]
                    heard.append(Heard(run.start, run.text, spoken, "document"))
                continue
            if pieces and not self._continues(ended, run.start):
                heard.extend(_decode(speech, pieces))
                speech, pieces = bytearray(), []
            pieces.append((len(speech), run.start))
            speech += audio  # a hiccup of the stream loses no word
            ended = run.end
        heard.extend(_decode(speech, pieces))
        return sorted(heard, key=lambda found: found.at)

    def _continues(self, ended: float, start: float) -> bool:
        """Whether what starts here goes on with what ended: after a short pause, and not after a clear."""
        cut = any(ended - 1 / RATE <= at <= start for at, _ in self.clears)
        return start - ended < _PAUSE_S and not cut

    def _add_spans(self, audio: bytes, start: float) -> None:
        places = np.flatnonzero(_IS_AUDIBLE[np.frombuffer(audio, dtype=np.uint8)])
        if not places.size:
            return
        breaks = np.flatnonzero(np.diff(places) > _PAUSE_S * RATE)
        firsts = np.concatenate((places[:1], places[breaks + 1]))
        lasts = np.concatenate((places[breaks], places[-1:]))
        for first, last in zip(firsts, lasts, strict=True):
            begins, ends = start + float(first) / RATE, start + float(last + 1) / RATE
            if self.spans and self._continues(self.spans[-1].end, begins):
                self.spans[-1].end = ends
            else:
                self.spans.append(Span(begins, ends))


def _decode(speech: bytearray, pieces: list[tuple[int, float]]) -> Iterator[Heard]:
    """The tone codes in sound of the stream, whose pieces begin at these places and were played at these times."""
    for message in tonecode.scan(g711.decode(bytes(speech)), RATE):
        place, start = next((place, start) for place, start in reversed(pieces) if place <= message.start)
        yield Heard(start + (message.start - place) / RATE, message.text, message.spoken, "stream")
