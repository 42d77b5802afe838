"""The specification's `record_...` methods: each measurement goes into the tally and into its Prometheus series.

Every collection in here is bounded. `MetricsCollector` adds the stream of events and the ways out.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from gateway.audio.quality import AudioQualityMetrics
from gateway.events import ErrorEvent
from gateway.metrics.report import OPERATIONS, Latencies, Operation
from gateway.metrics.series import Series
from gateway.metrics.watch import SessionWatch

MAX_PENDING = 10_000
"""Measurements begun and sessions watched at a time; the oldest is forgotten when there are more."""
OUR_FAULT = frozenset({"draining", "full", "store_away", "crashed"})
"""Outcomes of a webhook that turned a caller away for a reason of ours."""


@dataclass(slots=True)
class Tally:
    """What was counted since the last reset."""

    began: float
    total: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    latencies: dict[Operation, Latencies] = field(default_factory=lambda: {name: Latencies() for name in OPERATIONS})
    peak: int = 0


class Recorder:
    """Measurements of one process, by the specification's names.

    Args:
        clock: monotonic seconds, for measurements between `..._start` and `..._complete` and for rates per minute.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._series = Series()
        self._numbers = count(1)
        self._pending: dict[str, float] = {}
        self._sessions: dict[str, SessionWatch] = {}
        self._live = 0
        self._tally = Tally(clock())

    # --- latencies: the specification's pairs, joined by a correlation id ---

    def record_connection_start(self) -> str:
        """Opening the model's socket begins. Returns the correlation id for `record_connection_complete`."""
        return self._begin("connection")

    def record_connection_complete(self, correlation_id: str) -> None:
        """The model's socket is open."""
        self._complete(correlation_id, "connection")

    def record_audio_capture_start(self) -> str:
        """Transcoding begins; for samples, not for every frame."""
        return self._begin("audio_processing")

    def record_audio_capture_complete(self, correlation_id: str) -> None:
        """Transcoding is done."""
        self._complete(correlation_id, "audio_processing")

    def record_transcription_start(self) -> str:
        """Speech is given to a recogniser."""
        return self._begin("transcription")

    def record_transcription_complete(self, correlation_id: str, accuracy: float | None = None) -> None:
        """The words are there. `accuracy` (0 to 1) where the true words are known, as in tests and the demo."""
        self._complete(correlation_id, "transcription")
        if accuracy is not None:
            self.record_accuracy(accuracy)

    def record_accuracy(self, accuracy: float) -> None:
        """Word accuracy of one transcription, 0 to 1."""
        self._series.transcription_accuracy.observe(accuracy)
        self._add("accuracy", accuracy)
        self._add("accuracies")

    def record_order_processing_start(self) -> str:
        """Text or a tool call is given to the order engine."""
        return self._begin("order_processing")

    def record_order_processing_complete(self, correlation_id: str, success: bool) -> None:
        """The order engine has answered."""
        self._complete(correlation_id, "order_processing")
        if not success:
            self._series.order_failures.inc()

    def record_tts_start(self) -> str:
        """Text is given to a voice."""
        return self._begin("tts")

    def record_tts_complete(self, correlation_id: str) -> None:
        """Sound comes from a voice."""
        self._complete(correlation_id, "tts")

    def record_latency(self, operation: Operation, milliseconds: float) -> None:
        """One sample of an operation."""
        self._tally.latencies[operation].add(milliseconds)
        self._series.latency.labels(operation).observe(milliseconds / 1000)

    # --- errors, audio, business ---

    def record_error(self, error: ErrorEvent) -> None:
        """An error by the taxonomy."""
        data = error.error
        self._series.errors.labels(data.code, data.category, data.severity).inc()
        self._add("errors")

    def record_retry(self, code: str, attempt: int) -> None:
        """A retry because of an error; `attempt` counts from 1."""
        assert attempt > 0
        self._series.retries.labels(code).inc()
        self._add("retries")

    def record_model_opened(self, endpoint: str) -> None:
        """A call got a connection to the model, at the endpoint of this name."""
        self._series.model_openings.labels(endpoint).inc()

    def record_breaker_opened(self, endpoint: str) -> None:
        """A restaurant's breaker opened: this endpoint is not asked for a while."""
        self._series.model_breaker_openings.labels(endpoint).inc()

    def record_audio_quality(self, quality: AudioQualityMetrics) -> None:
        """The audio of one session, at its end."""
        self._series.audio_received_seconds.inc(quality.received_ms / 1000)
        self._series.audio_missing_seconds.inc(quality.missing_ms / 1000)
        self._series.audio_underruns.inc(quality.underruns)
        self._series.audio_jitter.observe(quality.jitter_ms / 1000)
        self._add("received_ms", quality.received_ms)
        self._add("missing_ms", quality.missing_ms)
        self._add("underruns", quality.underruns)

    def record_order_attempt(self, session_id: str) -> None:
        """A caller began to order; counted once per session."""
        watch = self._watch(session_id)
        if not watch.order_begun:
            watch.order_begun = True
            self._series.orders_begun.inc()
            self._add("orders_begun")

    def record_order_success(self, session_id: str, item_count: int) -> None:
        """An order was placed; `item_count` with quantities. Counted once per session."""
        self.record_order_attempt(session_id)
        watch = self._watch(session_id)
        if not watch.order_placed:
            watch.order_placed = True
            self._series.orders_placed.inc()
            self._series.order_items.inc(item_count)
            self._add("orders_placed")
            self._add("items", item_count)

    def record_clarification(self, session_id: str) -> None:
        """A question back about an order."""
        watch = self._watch(session_id)
        self._series.clarifications.inc()
        self._add("clarified", not watch.clarified)
        watch.clarified = True

    def record_order_modification(self, session_id: str) -> None:
        """A line was taken off, or changed after it was read back."""
        watch = self._watch(session_id)
        self._series.modifications.inc()
        self._add("modified", not watch.modified)
        watch.modified = True

    def record_user_interruption(self, session_id: str) -> None:
        """A caller took the turn from the agent."""
        self._watch(session_id)
        self._series.interruptions.inc()
        self._add("interruptions")

    def record_repeat_request(self, session_id: str) -> None:
        """A caller asked to have something repeated."""
        self._watch(session_id)
        self._series.repeat_requests.inc()
        self._add("repeats")

    def record_session_abandonment(self, session_id: str, reason: str) -> None:
        """A caller left without an order. `reason` is one of a few fixed words: it becomes a label."""
        self._watch(session_id)
        self._series.sessions_abandoned.labels(reason).inc()
        self._add("abandoned")

    def record_alert(self, kind: str) -> None:
        """The staff was alarmed. `kind` is one of a few fixed words: it becomes a label."""
        self._series.alerts.labels(kind).inc()

    def record_delivery(self, outcome: str) -> None:
        """A message for a POS was tried, or laid by. `outcome` is one of a few fixed words: it becomes a label."""
        self._series.deliveries.labels(outcome).inc()

    def record_log_problem(self, kind: str) -> None:
        """Something in a call's log was not as it should be. `kind` is one of a few fixed words: it becomes a label."""
        self._series.log_problems.labels(kind).inc()

    # --- the process ---

    def store_away(self, away: bool) -> None:
        """The store went away, or is back; told once for each."""
        self._series.store_away.set(away)
        if away:
            self._series.store_outages.inc()

    def loop_lag(self, milliseconds: float) -> None:
        """How late the event loop was at worst, within a second."""
        self._series.loop_lag_seconds.set(milliseconds / 1000)

    # --- sessions and webhooks ---

    def session_started(self, live: int) -> None:
        """A session began; `live` counts it."""
        self._series.sessions.inc()
        self._add("sessions")
        self._set_live(live)

    def session_failed(self) -> None:
        """A session broke with an exception."""
        self._series.sessions_failed.inc()
        self._add("failed")

    def session_ended(self, live: int) -> None:
        """A session is over; `live` does not count it any more."""
        self._set_live(live)

    def count_webhook(self, path: str, outcome: str) -> None:
        """A webhook was answered. Both become labels: a route's path, and one of a few fixed words."""
        self._series.webhooks.labels(path, outcome).inc()
        if path == "/twiml/voice":
            self._add("turned_away" if outcome in OUR_FAULT else "served")

    # --- parts ---

    def _begin(self, operation: Operation) -> str:
        correlation_id = f"{operation}-{next(self._numbers)}"
        _bound(self._pending)
        self._pending[correlation_id] = self._clock()
        return correlation_id

    def _complete(self, correlation_id: str, operation: Operation) -> None:
        """An id that is unknown, used before or forgotten gives no sample."""
        began = self._pending.pop(correlation_id, None)
        if began is not None:
            self.record_latency(operation, (self._clock() - began) * 1000)

    def _watch(self, session_id: str) -> SessionWatch:
        watch = self._sessions.get(session_id)
        if watch is None:
            _bound(self._sessions)
            watch = self._sessions[session_id] = SessionWatch()
        return watch

    def _set_live(self, live: int) -> None:
        self._live = live
        self._series.sessions_live.set(live)
        self._tally.peak = max(self._tally.peak, live)

    def _add(self, name: str, amount: float = 1) -> None:
        self._tally.total[name] += amount


def _bound(held: dict[str, Any]) -> None:
    """Forget the oldest entry when the limit is reached: a peer that never completes must not cost memory."""
    if len(held) >= MAX_PENDING:
        del held[next(iter(held))]
