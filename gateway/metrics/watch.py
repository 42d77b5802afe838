"""What one session's events say about time: when a turn ended, when the agent spoke, how long a model was connected.

Times are the events' own timestamps, milliseconds since the epoch; no clock is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.metrics.report import Operation

Sample = tuple[Operation, float]
AGENT_TURN_LIMIT_MS = 60_000.0
"""An answer that comes later answers something else."""


@dataclass(slots=True)
class SessionWatch:
    """The moments of one session that later events are measured from, and what is counted once per session."""

    leg_started: float | None = None
    turn_due: float | None = None
    speech_ended: float | None = None
    words_awaited: float | None = None
    response_started: float | None = None
    tool_called: float | None = None
    model_up_since: float | None = None
    connected_ms: float = 0.0
    order_begun: bool = False
    order_placed: bool = False
    clarified: bool = False
    modified: bool = False
    read_back: bool = False
    ended: bool = False

    def leg(self, at: float) -> None:
        """A leg began: the agent is to greet."""
        self.leg_started = self.turn_due = at
        self.connected_ms = 0.0
        self.ended = False

    def connected(self, at: float) -> None:
        """A model is there."""
        self.model_up_since = at

    def disconnected(self, at: float) -> None:
        """The model is gone."""
        if self.model_up_since is not None:
            self.connected_ms += max(at - self.model_up_since, 0.0)
            self.model_up_since = None

    def speech_end(self, at: float) -> None:
        """The caller stopped speaking."""
        self.speech_ended = self.words_awaited = at

    def committed(self, at: float) -> None:
        """The caller's turn is over: the agent is to answer."""
        self.turn_due = at

    def transcribed(self, at: float) -> Iterator[Sample]:
        """The words of the caller's last turn are there."""
        yield from _since(self.words_awaited, at, "transcription")
        self.words_awaited = None

    def playback(self, at: float) -> Iterator[Sample]:
        """The agent's first sound."""
        yield from _since(self.turn_due, at, "first_response")
        yield from _since(self.speech_ended, at, "end_to_end")
        yield from _since(self.response_started, at, "tts")
        self.turn_due = self.speech_ended = self.response_started = None

    def tool_done(self, at: float) -> Iterator[Sample]:
        """The outcome of a tool call."""
        yield from _since(self.tool_called, at, "order_processing")
        self.tool_called = None


def _since(began: float | None, at: float, operation: Operation) -> Iterator[Sample]:
    if began is not None and 0.0 <= at - began <= AGENT_TURN_LIMIT_MS:
        yield operation, at - began
