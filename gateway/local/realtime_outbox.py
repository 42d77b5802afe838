"""What a local Realtime session puts out: events for the wire and commands for the shell, in one order. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gateway.local import realtime_events as events
from gateway.local.realtime_events import Event
from gateway.local.realtime_schema import AudioFormat


@dataclass(frozen=True, slots=True)
class Listen:
    """A turn began: get a recogniser ready, which may expect these phrases."""

    item_id: str
    audio_format: AudioFormat
    phrases: Sequence[str]


@dataclass(frozen=True, slots=True)
class HearMore:
    """More sound of a turn, in its `audio_format`."""

    item_id: str
    audio: bytes


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is complete: `heard` or `not_heard` must follow."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Forget:
    """The turn was thrown away: nothing of it is wanted."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Speak:
    """A text to be spoken: `spoken` or `not_spoken` must follow."""

    response_id: str
    text: str
    audio_format: AudioFormat


@dataclass(frozen=True, slots=True)
class Close:
    """Close the WebSocket with this code and reason; nothing follows."""

    code: int
    reason: str


Command: TypeAlias = Listen | HearMore | TurnEnded | Forget | Speak | Close
Output: TypeAlias = bytes | Command


class Outbox:
    """Collects outputs, and gives out ids.

    Args:
        token: Makes the ids of this session differ from those of others; at most 12 characters: an item's id has
            at most 32.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self._count = 0
        self._outputs: list[Output] = []

    def new_id(self, kind: Literal["event", "item", "resp"]) -> str:
        """An id that this session has not used."""
        self._count += 1
        return f"{kind}_{self.token}{self._count:x}"

    def send(self, *found: Event) -> None:
        """Events for the wire."""
        for event in found:
            self._outputs.append(events.encode(event, self.new_id("event")))

    def command(self, command: Command) -> None:
        """Something for the shell to do."""
        self._outputs.append(command)

    def drain(self) -> list[Output]:
        """Everything since the last call."""
        outputs, self._outputs = self._outputs, []
        return outputs
