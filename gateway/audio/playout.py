"""The model's speech on its way to the caller: queued here, sent a little ahead of the ear, accounted for in a ledger.

The model delivers faster than real time, and what lies in Twilio's buffer cannot be taken back one by one. Rules:

* What was sent and not yet played never exceeds the lead.
* One stream clock (monotonic seconds, passed in) says when everything sent will have been played. It moves on with
  every message, and is set anew only when the caller has run dry: lateness never adds up.
* The queue holds two minutes. Reading the model's socket never waits for it; what does not fit is dropped and counted.
* After an interruption no byte pushed before it goes out.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from gateway.audio.g711 import BYTES_PER_MS, RATE
from gateway.audio.lead import Lead
from gateway.audio.ledger import Cut, Item, Ledger

__all__ = ["Cut", "Playout"]

_LEAST: Final = 40 * BYTES_PER_MS  # shorter pieces of growing speech sound choppy when they come one by one
_ROUNDING_S: Final = 1e-6  # far below one sample


@dataclass(slots=True, eq=False)
class _Segment:
    """Audio of one item waiting in the queue: pieces as they came, the first of them used up to `used`."""

    item: Item
    pieces: deque[bytes] = field(default_factory=deque)
    used: int = 0
    size: int = 0

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.size += len(piece)

    def take(self, wanted: int) -> bytes:
        self.size -= wanted
        taken: list[bytes] = []
        while wanted:
            piece = self.pieces[0][self.used : self.used + wanted]
            taken.append(piece)
            wanted -= len(piece)
            self.used += len(piece)
            if self.used == len(self.pieces[0]):
                self.pieces.popleft()
                self.used = 0
        return b"".join(taken)


class Playout:
    """Paces the downlink of one stream and keeps its ledger.

    The owner keeps one timer, set to `next_due` after every call that changes something. It sends what `due` gives,
    each payload followed by its mark, and asks `finished` after `due`, `mark_echoed`, `end_item` and `end_all`.

    Args:
        lead_ms: How far ahead of the ear to send when all is calm.
        message_ms: Length of a message, at most the lead; the last one of an item may be shorter.
        limit_s: What the queue holds at most.

    Attributes:
        underruns: How often the caller ran dry in the middle of speech.
    """

    def __init__(self, lead_ms: int = 300, message_ms: int = 100, limit_s: int = 120) -> None:
        assert 0 < message_ms <= lead_ms, "a message fits into the lead"
        self._lead = Lead(lead_ms)
        self._message = message_ms * BYTES_PER_MS
        self._limit = limit_s * RATE
        self._ledger = Ledger()
        self._queue: deque[_Segment] = deque()
        self._queued = 0
        self._dropped = 0
        self._ends = float("-inf")  # the stream clock: when everything sent will have been played
        self._held = False
        self._midway = False  # the last message was not the end of what there was to say
        self._unfinished = False
        self.underruns = 0

    @property
    def generation(self) -> int:
        """Raised by each interruption; the first part of a mark's name."""
        return self._ledger.generation

    @property
    def lead_ms(self) -> float:
        """How far ahead of the ear is sent at present."""
        return self._lead.ms

    @property
    def queued_ms(self) -> int:
        """What waits here, not counting what lies in Twilio's buffer."""
        return self._queued // BYTES_PER_MS

    @property
    def dropped_ms(self) -> int:
        """What did not fit into the queue, or came for an item already cut."""
        return self._dropped // BYTES_PER_MS

    @property
    def lost_marks(self) -> int:
        """Marks that did not come back within 2 s of when they should have."""
        return self._ledger.lost_marks

    @property
    def mark_round_trip_ms(self) -> float:
        """Smoothed time by which marks come back later than the stream clock expects."""
        return self._lead.round_trip_ms

    def push(self, item_id: str, content_index: int, mulaw: bytes) -> bool:
        """Takes speech, mu-law 8 kHz, to be played after everything pushed before.

        Late speech of an item that an interruption has cut is dropped and counted; that is no failure.

        Returns:
            False: the queue is full, and what did not fit was dropped (AUDIO_BUFFER_OVERFLOW).
        """
        item = self._ledger.open((item_id, content_index))
        if item is None:
            self._dropped += len(mulaw)
            return True
        self._unfinished = True
        accepted = mulaw[: self._limit - self._queued]
        item.produced += len(mulaw)
        item.accepted += len(accepted)
        self._queued += len(accepted)
        self._dropped += len(mulaw) - len(accepted)
        if accepted:
            if not self._queue or self._queue[-1].item is not item:
                self._queue.append(_Segment(item))
            self._queue[-1].add(accepted)
        return len(accepted) == len(mulaw)

    def end_item(self, item_id: str, content_index: int) -> None:
        """The model has finished this part: its last, shorter message may go out."""
        self._ledger.end((item_id, content_index))
        self._midway = self._midway and bool(self._queue)

    def end_all(self) -> None:
        """Nothing more comes for any item: the response is over, or the model is gone."""
        self._ledger.end_all()
        self._midway = self._midway and bool(self._queue)

    def due(self, now: float) -> list[tuple[bytes, str]]:
        """Gives what is to be sent now, in order: mu-law, and the name of the mark that must follow it."""
        self._ledger.expire(now)
        messages = []
        while (upcoming := self._upcoming()) and upcoming[1] <= now + _ROUNDING_S:
            length = upcoming[0]
            segment = self._queue[0]
            payload = segment.take(length)
            if not segment.size:
                self._queue.popleft()
            self._queued -= length
            if self._ends < now:  # the caller hears nothing until this arrives, half a round trip from now
                self.underruns += self._midway
                self._ends = now
                self._ledger.late = self._lead.round_trip_ms / 2_000
            starts, self._ends = self._ends, self._ends + length / RATE
            self._midway = bool(self._queue) or not segment.item.ended
            messages.append((payload, self._ledger.send(segment.item, length, starts, self._ends)))
        return messages

    def next_due(self, now: float) -> float | None:
        """When `due` must be called next, never before `now`; None: only another event can change anything."""
        upcoming = self._upcoming()
        at = upcoming[1] if upcoming else self._ledger.settled_at
        return None if at is None else max(now, at)

    def mark_echoed(self, name: str, now: float) -> bool:
        """Twilio sent a mark back: what came before it has been played.

        Returns:
            False: it means nothing, being of an older generation (cleared, not heard), overdue, or not ours at all.
        """
        if not self._ledger.echo(name, now):
            return False
        self._lead.measure(1_000 * self._ledger.late)
        return True

    def hold(self) -> None:
        """Sends nothing more for the moment; what lies in Twilio's buffer plays on and covers the wait."""
        self._held = True

    def resume(self) -> None:
        """Goes on after `hold`. If the caller has run dry meanwhile, the next message counts as an underrun."""
        self._held = False

    def interrupt(self, now: float) -> tuple[Cut, ...]:
        """Stops: drops what waits and raises the generation. The owner sends Twilio `clear`, and nothing before that.

        Returns:
            Every item not heard whole, in order, with `heard_ms` 0 where nothing of it was.
        """
        cuts = self._ledger.interrupt(now)
        self._queue.clear()
        self._queued = 0
        self._ends = min(self._ends, now)
        self._held = self._midway = self._unfinished = False
        return cuts

    def playing(self, now: float) -> bool:
        """Whether something waits to be sent, or was sent and is not known to have been played."""
        self._ledger.expire(now)
        return bool(self._queue) or self._ledger.settled_at is not None

    def finished(self, now: float) -> bool:
        """True exactly once after all that was pushed, with its items ended, was sent and the marks came back.

        An interruption is an end of its own and is not followed by this one.
        """
        if not self._unfinished or self.playing(now) or self._ledger.has_open:
            return False
        self._unfinished = False
        return True

    def ran_dry(self, now: float) -> bool:
        """Whether all that came was played, and an item has not ended: its sound broke off."""
        return self._unfinished and not self.playing(now) and self._ledger.has_open

    def heard_ms(self, item_id: str, content_index: int, now: float) -> int:
        """How much of a part was heard, by the last mark and the time since; 0 for one unknown or long over."""
        return self._ledger.heard_ms((item_id, content_index), now)

    def produced_ms(self, item_id: str, content_index: int) -> int:
        """How much of a part the model has produced; 0 for one unknown or long over."""
        return self._ledger.produced_ms((item_id, content_index))

    def adapt(self, loop_lag_ms: float) -> None:
        """Fits the lead to loop lag (worst since the last call) and marks; to be called about once a second."""
        self._lead.adapt(loop_lag_ms)

    def _upcoming(self) -> tuple[int, float] | None:
        """The message that goes out next, if nothing else happens: its length in bytes, and when.

        It goes as soon as it fits into the lead. What is left at the end of an item goes so too. While the item grows,
        less than a message waits for more, but not until the caller runs dry: an item's first delta is played at once.
        """
        if self._held or not self._queue:
            return None
        segment = self._queue[0]
        length = min(segment.size, self._message)
        fits = self._ends + length / RATE - self._lead.ms / 1_000
        if length == self._message or segment.item.ended or len(self._queue) > 1:
            return length, fits
        return (length, max(fits, self._ends - self._message / RATE)) if length >= _LEAST else None
