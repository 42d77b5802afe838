"""What the caller has heard of the model's speech: every item, every message in Twilio's buffer, every mark.

* A mark follows every message. Twilio echoes it when the message has been played, and echoes all that are outstanding
  on `clear` (Media Streams, `mark` and `clear`). So its name carries the generation, raised by every interruption: an
  echo from an older one means cleared, not heard.
* Heard is what the last echo of this generation confirmed, plus the time since, and never more than was sent.
* For each (item, content index): 0 <= heard <= sent <= accepted <= produced.
* A mark that is 2 s overdue is lost; its message counts as played, so that lost marks never hang a call.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.audio.g711 import BYTES_PER_MS, RATE

MARK_GRACE_S: Final = 2.0
_CLOSED_KEPT: Final = 16  # items played or cut that can still be asked about

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """An item that an interruption kept the caller from hearing whole.

    Attributes:
        item_id: The Realtime item.
        content_index: The part of it.
        heard_ms: What was heard of it, rounded down: `audio_end_ms` for `conversation.item.truncate`.
        produced_ms: What had been produced of it, rounded down; at least `heard_ms`.
    """

    item_id: str
    content_index: int
    heard_ms: int
    produced_ms: int


@dataclass(slots=True, eq=False)
class Item:
    """Bytes of mu-law of one (item, content index)."""

    key: Key
    produced: int = 0  # came from the model
    accepted: int = 0  # found room in the queue
    sent: int = 0
    heard: int = 0
    ended: bool = False  # the model has finished it
    cut: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Message:
    mark: str
    item: Item
    length: int
    starts: float  # when it plays, by the stream clock
    ends: float


class Ledger:
    """The items of one stream and the messages that are on their way to the ear.

    Attributes:
        generation: Raised by each interruption.
        lost_marks: Marks that never came back.
        late: Seconds by which playing lags behind the stream clock, by the last echo.
    """

    def __init__(self) -> None:
        self._open: dict[Key, Item] = {}
        self._closed: dict[Key, Item] = {}
        self._messages: deque[_Message] = deque()
        self._sequence = 0
        self.generation = 0
        self.lost_marks = 0
        self.late = 0.0

    def open(self, key: Key) -> Item | None:
        """The item to which speech is added now; None if an interruption has cut it: the speech is too late."""
        item = self._open.get(key)
        if item is None:
            item = self._closed.get(key)
            if item is not None and item.cut:
                return None
            item = self._closed.pop(key, None) or Item(key)
            self._open[key] = item
        item.ended = False
        return item

    def end(self, key: Key) -> None:
        """The model has finished an item; one never heard of is ignored."""
        item = self._open.get(key)
        if item is not None:
            item.ended = True
            self._close_if_heard(item)

    def end_all(self) -> None:
        """The model has finished every item."""
        for key in tuple(self._open):
            self.end(key)

    def send(self, item: Item, length: int, starts: float, ends: float) -> str:
        """Enters a message that goes out now and plays from `starts` to `ends`; gives the name of its mark."""
        self._sequence += 1
        mark = f"{self.generation}.{self._sequence}"
        item.sent += length
        self._messages.append(_Message(mark, item, length, starts, ends))
        return mark

    def echo(self, mark: str, now: float) -> bool:
        """A mark came back. False: of an older generation (cleared), counted as lost before, or not ours at all."""
        self.expire(now)
        if all(message.mark != mark for message in self._messages):
            return False
        while True:
            message = self._messages.popleft()
            self._count_heard(message)
            if message.mark == mark:
                self.late = now - message.ends
                return True

    def expire(self, now: float) -> None:
        """Counts messages as heard whose marks are lost by now."""
        while self._messages and self._messages[0].ends + MARK_GRACE_S <= now:
            self.lost_marks += 1
            self._count_heard(self._messages.popleft())

    def interrupt(self, now: float) -> tuple[Cut, ...]:
        """Raises the generation and closes every item; gives those not heard whole, in the order they began."""
        self.expire(now)
        for message, played in self._on_air(now):
            message.item.heard += played
        cuts = []
        for item in tuple(self._open.values()):
            item.cut = not item.ended or item.heard < item.produced
            if item.cut:
                cuts.append(Cut(*item.key, item.heard // BYTES_PER_MS, item.produced // BYTES_PER_MS))
            self._close(item)
        self._messages.clear()
        self.generation += 1
        return tuple(cuts)

    @property
    def has_open(self) -> bool:
        """Whether an item is not finished by the model or not heard to its end."""
        return bool(self._open)

    @property
    def settled_at(self) -> float | None:
        """When every mark is back or lost at the latest; None: nothing is on its way."""
        return self._messages[-1].ends + MARK_GRACE_S if self._messages else None

    def heard_ms(self, key: Key, now: float) -> int:
        """How much of an item was heard, rounded down; 0 for one never heard of."""
        item = self._find(key)
        if item is None:
            return 0
        on_air = sum(played for message, played in self._on_air(now) if message.item is item)
        return (item.heard + on_air) // BYTES_PER_MS

    def produced_ms(self, key: Key) -> int:
        """How much of an item the model has produced, rounded down; 0 for one never heard of."""
        item = self._find(key)
        return item.produced // BYTES_PER_MS if item else 0

    def _on_air(self, now: float) -> Iterator[tuple[_Message, int]]:
        """Messages not confirmed, each with the bytes of it that must have been played by now."""
        for message in self._messages:
            played = int((now - self.late - message.starts) * RATE)
            yield message, min(max(played, 0), message.length)

    def _count_heard(self, message: _Message) -> None:
        message.item.heard += message.length
        self._close_if_heard(message.item)

    def _close_if_heard(self, item: Item) -> None:
        if item.ended and item.heard == item.accepted:
            self._close(item)

    def _close(self, item: Item) -> None:
        del self._open[item.key]
        self._closed[item.key] = item
        if len(self._closed) > _CLOSED_KEPT:
            del self._closed[next(iter(self._closed))]

    def _find(self, key: Key) -> Item | None:
        return self._open.get(key) or self._closed.get(key)
