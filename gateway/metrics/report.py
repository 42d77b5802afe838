"""The specification's metrics as records, its targets as a table, and the percentiles behind them.

Latencies are milliseconds and stand for the 95th percentile of the latest samples, as the targets do. Rates are shares
from 0 to 1 unless they say otherwise. None means that nothing was measured, which is not the same as 0.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

Operation = Literal[
    "connection", "first_response", "audio_processing", "transcription", "order_processing", "tts", "end_to_end"
]
OPERATIONS: tuple[Operation, ...] = (
    "connection",
    "first_response",
    "audio_processing",
    "transcription",
    "order_processing",
    "tts",
    "end_to_end",
)
SAMPLES = 4_096
"""Latest samples that percentiles are taken of, per operation."""


@dataclass(frozen=True, slots=True)
class LatencySummary:
    """Percentiles of one operation, milliseconds, by the nearest-rank method; `count` is of all samples ever."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None


class Latencies:
    """A ring of the latest samples of one operation."""

    def __init__(self) -> None:
        self._samples: deque[float] = deque(maxlen=SAMPLES)
        self._count = 0

    def add(self, milliseconds: float) -> None:
        """Take one sample in."""
        self._samples.append(milliseconds)
        self._count += 1

    def summary(self) -> LatencySummary:
        """The percentiles now. Sorts the samples: for reports, not for every call."""
        ordered = sorted(self._samples)
        if not ordered:
            return LatencySummary(0, None, None, None)
        p50, p95, p99 = (ordered[ceil(share * len(ordered)) - 1] for share in (0.50, 0.95, 0.99))
        return LatencySummary(self._count, p50, p95, p99)


@dataclass(frozen=True, slots=True)
class PerformanceMetrics:
    """How fast and how well it works (specification, "Performance Metrics").

    Attributes:
        connection_latency: opening the model's socket, ms.
        first_response_latency: from the agent's turn to its first sound (TTFP), ms. Its turn begins with the leg, or
            when the caller's turn is committed.
        audio_processing_latency: transcoding, ms.
        transcription_latency: from the end of speech to its words, ms.
        order_processing_latency: from a tool call to its outcome, ms.
        tts_latency: from the start of a response to its first sound, ms.
        end_to_end_latency: from the end of the caller's speech to the agent's first sound, ms.
        audio_dropout_rate: caller's sound that never came.
        audio_buffer_underrun_rate: holes in the agent's speech per minute of call.
        transcription_accuracy: mean word accuracy where the true words are known.
        connection_uptime: share of the calls' time with a model connected.
        error_rate: errors per minute.
        failed_session_rate: sessions that broke, of all.
        retry_rate: retries per session.
        session_duration: mean, seconds.
    """

    connection_latency: float | None
    first_response_latency: float | None
    audio_processing_latency: float | None
    transcription_latency: float | None
    order_processing_latency: float | None
    tts_latency: float | None
    end_to_end_latency: float | None
    audio_dropout_rate: float | None
    audio_buffer_underrun_rate: float | None
    transcription_accuracy: float | None
    connection_uptime: float | None
    error_rate: float
    failed_session_rate: float | None
    retry_rate: float | None
    session_duration: float | None


@dataclass(frozen=True, slots=True)
class BusinessMetrics:
    """What it is good for (specification, "BusinessMetrics"). Orders are counted once per session.

    Attributes:
        order_completion_rate: orders placed, of those begun.
        average_items_per_order: items, quantities counted, per order placed.
        clarification_rate: begun orders that needed a question back.
        order_modification_rate: begun orders that were changed.
        session_abandonment_rate: sessions that the caller left without an order.
        user_interruption_rate: interruptions per session.
        repeat_request_rate: "can you repeat that?" per session.
        peak_concurrent_sessions: most sessions at a time.
        average_sessions_per_minute: since start or reset.
        system_availability: calls that were not turned away by a fault or a limit of ours.
    """

    order_completion_rate: float | None
    average_items_per_order: float | None
    clarification_rate: float | None
    order_modification_rate: float | None
    session_abandonment_rate: float | None
    user_interruption_rate: float | None
    repeat_request_rate: float | None
    peak_concurrent_sessions: int
    average_sessions_per_minute: float
    system_availability: float | None


@dataclass(frozen=True, slots=True)
class VoiceSystemMetrics:
    """Everything at one moment. `latencies` has the percentiles of each operation."""

    performance: PerformanceMetrics
    business: BusinessMetrics
    latencies: Mapping[Operation, LatencySummary]


@dataclass(frozen=True, slots=True)
class Target:
    """A limit of the specification ("Performance Targets"). `least`: the value must not be below it, else not above.

    Attributes:
        name: as the specification has it.
        part, metric: where the value stands in `VoiceSystemMetrics`.
        limit: milliseconds or a share.
    """

    name: str
    part: Literal["performance", "business"]
    metric: str
    limit: float
    least: bool

    def value(self, metrics: VoiceSystemMetrics) -> float | None:
        """The measured value; None when nothing was measured."""
        value: float | None = getattr(getattr(metrics, self.part), self.metric)
        return value

    def met(self, metrics: VoiceSystemMetrics) -> bool | None:
        """Whether the target is met; None when nothing was measured."""
        value = self.value(metrics)
        if value is None:
            return None
        return value >= self.limit if self.least else value <= self.limit


PERFORMANCE_TARGETS: tuple[Target, ...] = (
    Target("CONNECTION_LATENCY_MS", "performance", "connection_latency", 1000, least=False),
    Target("FIRST_RESPONSE_LATENCY_MS", "performance", "first_response_latency", 500, least=False),
    Target("END_TO_END_LATENCY_MS", "performance", "end_to_end_latency", 2000, least=False),
    Target("TRANSCRIPTION_ACCURACY_MIN", "performance", "transcription_accuracy", 0.95, least=True),
    Target("AUDIO_DROPOUT_RATE_MAX", "performance", "audio_dropout_rate", 0.01, least=False),
    Target("CONNECTION_UPTIME_MIN", "performance", "connection_uptime", 0.999, least=True),
    Target("ERROR_RATE_MAX", "performance", "failed_session_rate", 0.05, least=False),
    Target("ORDER_COMPLETION_RATE_MIN", "business", "order_completion_rate", 0.85, least=True),
    Target("SESSION_ABANDONMENT_RATE_MAX", "business", "session_abandonment_rate", 0.15, least=False),
)
