"""MetricsCollector: takes measurements in and gives them out, for one process (specification, "Metric Collection").

Two ways in: the specification's `record_...` methods (`recorder.py`), and `observe`, which reads the events of a
session. Two ways out: `get_metrics` since the last `reset`, and the Prometheus text, whose counters never fall.
"""

from collections.abc import Iterable

from gateway.call.floor import CLIP_ITEM
from gateway.events import (
    AlertRaised,
    AnyEvent,
    AudioCommitted,
    Ended,
    ErrorEvent,
    Interrupted,
    LegEnded,
    LegStarted,
    ModelLost,
    ModelOpened,
    OrderEvent,
    OrderIncomplete,
    OrderReady,
    OrderRefused,
    PlaybackStarted,
    ResponseStarted,
    ToolCalled,
    TranscriptionEvent,
    VADEvent,
)
from gateway.metrics.recorder import Recorder, Tally
from gateway.metrics.report import OPERATIONS, BusinessMetrics, PerformanceMetrics, VoiceSystemMetrics
from gateway.metrics.watch import Sample, SessionWatch

_ORDER_TOOLS = frozenset({"set_line", "resume_order"})


class MetricsCollector(Recorder):
    """One per process; see `Recorder` for its clock."""

    # --- the stream of events ---

    def observe(self, event: AnyEvent, session_id: str) -> None:  # noqa: C901 - one arm per event
        """One event of a session, as the shell passes it on. Not to be called with audio frames: they are no events.

        Times are taken from the events, so that a delayed shell does not look like a slow agent.
        """
        at, watch = event.timestamp, self._watch(session_id)
        match event:
            case LegStarted():
                watch.leg(at)
            case LegEnded(reason=reason):
                self._leg_ended(session_id, watch, at, reason)
            case Ended():
                watch.ended = True
            case ModelOpened():
                watch.connected(at)
            case ModelLost():
                watch.disconnected(at)
            case VADEvent(type="vad.speech_end"):
                watch.speech_end(at)
            case AudioCommitted():
                watch.committed(at)
            case TranscriptionEvent(type="transcription.complete"):
                self._samples(watch.transcribed(at))
            case ResponseStarted():
                watch.response_started = at
            case PlaybackStarted(item_id=item_id) if not item_id.startswith(CLIP_ITEM):
                self._samples(watch.playback(at))
            case Interrupted():
                self.record_user_interruption(session_id)
            case ToolCalled(name=name):
                watch.tool_called = at
                if name in _ORDER_TOOLS:
                    self.record_order_attempt(session_id)
            case OrderReady(tool=tool):
                self._samples(watch.tool_done(at))
                if tool == "remove_line" or (tool == "set_line" and watch.read_back):
                    self.record_order_modification(session_id)
                watch.read_back = tool == "read_back" or (watch.read_back and tool != "set_line")
            case OrderIncomplete():
                self._samples(watch.tool_done(at))
                self.record_clarification(session_id)
            case OrderRefused():
                self._samples(watch.tool_done(at))
            case OrderEvent(type="order.intent"):
                if event.data.intent == "repeat":
                    self.record_repeat_request(session_id)
                elif event.data.items:
                    self.record_order_attempt(session_id)
            case OrderEvent(type="order.complete", data=data):
                if data.status == "confirmed":
                    self.record_order_success(session_id, round(sum(item.quantity for item in data.items)))
            case OrderEvent(type="order.error"):
                self._series.order_failures.inc()
            case ErrorEvent():
                self.record_error(event)
            case AlertRaised(kind=kind):
                self.record_alert(kind)
            case _:
                pass  # most events say nothing about time or trade

    # --- the ways out ---

    def get_metrics(self) -> VoiceSystemMetrics:
        """Everything since the start or the last `reset`. Sorts samples: for reports and tests, not for every call."""
        tally, total = self._tally, self._tally.total
        latencies = {name: samples.summary() for name, samples in tally.latencies.items()}
        minutes = max(self._clock() - tally.began, 1e-9) / 60
        orders, sessions = total["orders_begun"], total["sessions"]
        performance = PerformanceMetrics(
            **{f"{name}_latency": latencies[name].p95 for name in OPERATIONS},
            audio_dropout_rate=_share(total["missing_ms"], total["received_ms"] + total["missing_ms"]),
            audio_buffer_underrun_rate=_share(total["underruns"], total["session_ms"] / 60_000),
            transcription_accuracy=_share(total["accuracy"], total["accuracies"]),
            connection_uptime=_share(total["connected_ms"], total["session_ms"]),
            error_rate=total["errors"] / minutes,
            failed_session_rate=_share(total["failed"], sessions),
            retry_rate=_share(total["retries"], sessions),
            session_duration=_share(total["session_ms"] / 1000, total["legs"]),
        )
        business = BusinessMetrics(
            order_completion_rate=_share(total["orders_placed"], orders),
            average_items_per_order=_share(total["items"], total["orders_placed"]),
            clarification_rate=_share(total["clarified"], orders),
            order_modification_rate=_share(total["modified"], orders),
            session_abandonment_rate=_share(total["abandoned"], sessions),
            user_interruption_rate=_share(total["interruptions"], sessions),
            repeat_request_rate=_share(total["repeats"], sessions),
            peak_concurrent_sessions=tally.peak,
            average_sessions_per_minute=sessions / minutes,
            system_availability=_share(total["served"], total["served"] + total["turned_away"]),
        )
        return VoiceSystemMetrics(performance, business, latencies)

    def reset(self) -> None:
        """Begin `get_metrics` anew. Sessions go on, and Prometheus' counters, which must not fall, stay."""
        self._tally = Tally(self._clock(), peak=self._live)

    def exposition(self) -> bytes:
        """All series in Prometheus' text format (`gateway.metrics.series.CONTENT_TYPE`)."""
        return self._series.exposition()

    # --- parts ---

    def _leg_ended(self, session_id: str, watch: SessionWatch, at: float, reason: str) -> None:
        watch.disconnected(at)
        if watch.leg_started is not None:
            length = max(at - watch.leg_started, 0.0)
            self._series.session_seconds.inc(length / 1000)
            self._series.connected_seconds.inc(watch.connected_ms / 1000)
            self._add("session_ms", length)
            self._add("connected_ms", watch.connected_ms)
            self._add("legs")
            watch.leg_started = None
        if reason == "stopped" and not watch.ended and not watch.order_placed:
            self.record_session_abandonment(session_id, "hung_up")
        if reason != "lost":  # a lost leg may come back, and what was counted once must not count again
            self._sessions.pop(session_id, None)

    def _samples(self, samples: Iterable[Sample]) -> None:
        for operation, milliseconds in samples:
            self.record_latency(operation, milliseconds)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
