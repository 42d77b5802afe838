"""The collector: the specification's methods, the stream of events, and the two ways out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import errors
from gateway.audio.quality import AudioQualityMetrics
from gateway.events import (
    AgentSaid,
    AlertRaised,
    AnyEvent,
    AudioCommitted,
    Ended,
    Interrupted,
    LegEnded,
    LegStarted,
    ModelLost,
    ModelOpened,
    OrderData,
    OrderEvent,
    OrderIncomplete,
    OrderItem,
    OrderReady,
    OrderRefused,
    PlaybackStarted,
    ResponseStarted,
    ToolCalled,
    TranscriptionEvent,
    VADEvent,
    read_event,
)
from gateway.metrics import PERFORMANCE_TARGETS, MetricsCollector, VoiceSystemMetrics
from gateway.metrics.recorder import MAX_PENDING
from gateway.metrics.report import SAMPLES, Latencies

CALL = "CA1"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def metrics(clock: Clock) -> MetricsCollector:
    return MetricsCollector(clock)


def at(milliseconds: float) -> dict[str, object]:
    return {"session_id": CALL, "timestamp": 1_800_000_000_000 + milliseconds}


def vad(kind: str, when: float) -> AnyEvent:
    return VADEvent.model_validate(at(when) | {"type": kind, "data": {"audio_start_ms": 0, "confidence": 0}})


def words(when: float) -> AnyEvent:
    data = {"text": "hi", "confidence": 0.5, "is_final": True}
    return TranscriptionEvent.model_validate(at(when) | {"type": "transcription.complete", "data": data})


def order(kind: str, intent: str = "", status: str | None = None, quantities: tuple[int, ...] = ()) -> AnyEvent:
    items = tuple(OrderItem(menu_item_id="m", quantity=quantity, confidence=0) for quantity in quantities)
    data = OrderData.model_validate({"intent": intent, "items": items, "status": status})
    return OrderEvent.model_validate(at(0) | {"type": kind, "data": data})


def observe(metrics: MetricsCollector, *events: AnyEvent, call: str = CALL) -> VoiceSystemMetrics:
    for event in events:
        metrics.observe(event, call)
    return metrics.get_metrics()


def leg(when: float = 0) -> LegStarted:
    return LegStarted.model_validate(at(when) | {"leg": 1, "stream_sid": "MZ"})


def leg_ended(when: float, reason: str) -> LegEnded:
    return LegEnded.model_validate(at(when) | {"leg": 1, "reason": reason})


def tool(name: str, when: float = 0) -> ToolCalled:
    fields = {"response_id": "r", "tool_call_id": "t", "name": name, "arguments": "{}"}
    return ToolCalled.model_validate(at(when) | fields)


def ready(name: str, when: float = 0) -> OrderReady:
    return OrderReady.model_validate(at(when) | {"tool": name})


def played(when: float) -> PlaybackStarted:
    return PlaybackStarted.model_validate(at(when) | {"item_id": "i"})


# --- pairs ---


@pytest.mark.parametrize(
    ("pair", "metric"),
    [
        ("connection", "connection_latency"),
        ("audio_capture", "audio_processing_latency"),
        ("transcription", "transcription_latency"),
        ("order_processing", "order_processing_latency"),
        ("tts", "tts_latency"),
    ],
)
def test_a_pair_measures_the_time_between(metrics: MetricsCollector, clock: Clock, pair: str, metric: str) -> None:
    correlation = getattr(metrics, f"record_{pair}_start")()
    clock.now += 0.25
    arguments = {"order_processing": [True]}.get(pair, [])
    for _ in range(2):  # the second time the id is used up
        getattr(metrics, f"record_{pair}_complete")(correlation, *arguments)
    assert getattr(metrics.get_metrics().performance, metric) == pytest.approx(250)


def test_an_unknown_correlation_gives_nothing(metrics: MetricsCollector) -> None:
    metrics.record_connection_complete("connection-99")
    assert metrics.get_metrics().performance.connection_latency is None


def test_measurements_that_never_end_are_bounded(metrics: MetricsCollector) -> None:
    first = metrics.record_connection_start()
    for _ in range(MAX_PENDING):
        metrics.record_connection_start()
    metrics.record_connection_complete(first)
    assert metrics.get_metrics().performance.connection_latency is None
    for number in range(MAX_PENDING + 1):
        metrics.record_user_interruption(f"CA{number}")
    assert len(metrics._sessions) == MAX_PENDING


def test_accuracy_and_failures_are_kept(metrics: MetricsCollector) -> None:
    metrics.record_transcription_complete(metrics.record_transcription_start(), 0.9)
    metrics.record_accuracy(1.0)
    metrics.record_order_processing_complete(metrics.record_order_processing_start(), success=False)
    assert metrics.get_metrics().performance.transcription_accuracy == pytest.approx(0.95)
    assert b"gateway_order_failures_total 1.0" in metrics.exposition()


# --- the stream of events ---


def test_a_turn_gives_its_latencies(metrics: MetricsCollector) -> None:
    found = observe(
        metrics,
        leg(),
        vad("vad.speech_start", 900),
        vad("vad.speech_end", 1000),
        AudioCommitted.model_validate(at(1100) | {"item_id": "i"}),
        ResponseStarted.model_validate(at(1200) | {"response_id": "r"}),
        words(1350),
        words(1400),  # a second transcript of the same turn is not measured
        played(1500),
        played(1600),
    )
    assert found.performance.end_to_end_latency == 500
    assert found.performance.first_response_latency == 400
    assert found.performance.tts_latency == 300
    assert found.performance.transcription_latency == 350
    assert found.latencies["end_to_end"].count == 1


def test_the_greeting_is_a_first_response(metrics: MetricsCollector) -> None:
    assert observe(metrics, leg(), played(80)).performance.first_response_latency == 80


def test_an_answer_after_a_minute_answers_something_else(metrics: MetricsCollector) -> None:
    found = observe(metrics, vad("vad.speech_end", 0), played(60_001), vad("vad.speech_end", 9), played(8))
    assert found.performance.end_to_end_latency is None


def test_the_model_s_presence_is_measured(metrics: MetricsCollector) -> None:
    up, lost = ModelOpened.model_validate, ModelLost.model_validate
    found = observe(metrics, leg(), up(at(0)), lost(at(600)), up(at(800)), lost(at(900)), lost(at(950)))
    found = observe(metrics, leg_ended(1000, "stopped"), leg_ended(1000, "stopped"))
    assert found.performance.connection_uptime == pytest.approx(0.7)
    assert found.performance.session_duration == pytest.approx(1.0)


def test_an_order_is_counted_once_per_session(metrics: MetricsCollector) -> None:
    found = observe(
        metrics,
        tool("set_line"),
        ready("set_line", 30),
        tool("set_line"),
        order("order.intent", "add", quantities=(1,)),
        OrderIncomplete.model_validate(at(0) | {"tool": "set_line"}),
        OrderIncomplete.model_validate(at(0) | {"tool": "set_line"}),
        ready("read_back"),
        ready("get_order"),
        ready("set_line"),
        ready("remove_line"),
        ready("read_back"),
        OrderRefused.model_validate(at(0) | {"tool": "confirm_order"}),
        order("order.complete", status="pending", quantities=(9,)),
        order("order.complete", status="confirmed", quantities=(2, 1)),
        order("order.complete", status="confirmed", quantities=(2, 1)),
    )
    business = found.business
    assert business.order_completion_rate == 1
    assert business.average_items_per_order == 3
    assert business.clarification_rate == 1
    assert business.order_modification_rate == 1
    assert found.performance.order_processing_latency == 30


def test_a_question_is_no_order(metrics: MetricsCollector) -> None:
    found = observe(metrics, tool("get_menu"), ready("set_line"), order("order.intent", "ask_hours"))
    assert found.business.order_completion_rate is None
    observe(
        metrics,
        order("order.error"),
        AgentSaid.model_validate(at(0) | {"response_id": "r", "item_id": "i", "text": "t"}),
    )
    assert b"gateway_order_failures_total 1.0" in metrics.exposition()


def test_interruptions_and_repeats_are_per_session(metrics: MetricsCollector) -> None:
    metrics.session_started(1)
    metrics.session_started(2)
    found = observe(metrics, Interrupted.model_validate(at(0)), order("order.intent", "repeat"))
    assert found.business.user_interruption_rate == 0.5
    assert found.business.repeat_request_rate == 0.5


@pytest.mark.parametrize(
    ("events", "abandoned"),
    [
        ([leg_ended(9, "stopped")], 1),
        ([leg_ended(9, "lost")], 0),
        ([leg_ended(9, "closed")], 0),
        ([Ended.model_validate(at(1) | {"reason": "done"}), leg_ended(9, "stopped")], 0),
        ([order("order.complete", status="confirmed"), leg_ended(9, "stopped")], 0),
    ],
)
def test_who_leaves_without_an_order_is_counted(
    metrics: MetricsCollector, events: list[AnyEvent], abandoned: int
) -> None:
    metrics.session_started(1)
    assert observe(metrics, leg(), *events).business.session_abandonment_rate == abandoned


def test_a_lost_leg_does_not_count_an_order_twice(metrics: MetricsCollector) -> None:
    confirmed = order("order.complete", status="confirmed", quantities=(1,))
    found = observe(metrics, leg(), confirmed, leg_ended(5, "lost"), leg(9), confirmed, leg_ended(12, "closed"))
    assert found.business.order_completion_rate == 1


# --- errors, audio, sessions, webhooks ---


def test_errors_and_retries(metrics: MetricsCollector, clock: Clock) -> None:
    error = errors.WS_CONNECTION_FAILED.event(CALL, read_event(leg().to_json()).at)
    metrics.session_started(1)
    metrics.record_error(error)
    observe(metrics, error)
    metrics.record_retry("WS_CONNECTION_FAILED", 1)
    clock.now += 120
    found = metrics.get_metrics().performance
    assert found.error_rate == pytest.approx(1.0)
    assert found.retry_rate == 1
    line = b'gateway_errors_total{category="connection",code="WS_CONNECTION_FAILED",severity="high"} 2.0'
    assert line in metrics.exposition()


def test_audio_of_a_session(metrics: MetricsCollector) -> None:
    quality = AudioQualityMetrics(
        frames=50, received_ms=990, missing_ms=10, loss=0.01, jitter_ms=3.0, level_dbfs=-20.0, clipping=0.0, underruns=2
    )
    metrics.record_audio_quality(quality)
    found = observe(metrics, leg(), leg_ended(60_000, "closed")).performance
    assert found.audio_dropout_rate == pytest.approx(0.01)
    assert found.audio_buffer_underrun_rate == pytest.approx(2)


def test_sessions_and_their_peak(metrics: MetricsCollector, clock: Clock) -> None:
    metrics.session_started(1)
    metrics.session_started(2)
    metrics.session_failed()
    metrics.session_ended(1)
    clock.now += 60
    found = metrics.get_metrics()
    assert found.business.peak_concurrent_sessions == 2
    assert found.business.average_sessions_per_minute == pytest.approx(2)
    assert found.performance.failed_session_rate == 0.5
    metrics.reset()
    assert metrics.get_metrics().business.peak_concurrent_sessions == 1
    assert metrics.get_metrics().performance.failed_session_rate is None
    assert b"gateway_sessions_total 2.0" in metrics.exposition()
    assert b"gateway_sessions_live 1.0" in metrics.exposition()


def test_availability_counts_what_we_could_not_serve(metrics: MetricsCollector) -> None:
    for outcome in ("answered", "closed", "repeated", "full"):
        metrics.count_webhook("/twiml/voice", outcome)
    metrics.count_webhook("/twiml/next", "crashed")
    assert metrics.get_metrics().business.system_availability == 0.75


# --- targets and percentiles ---


def test_targets_are_judged_and_nothing_measured_is_no_judgement(metrics: MetricsCollector) -> None:
    empty = metrics.get_metrics()
    assert {target.met(empty) for target in PERFORMANCE_TARGETS} == {None}
    metrics.record_latency("connection", 1001)
    metrics.record_latency("end_to_end", 2000)
    metrics.record_accuracy(0.95)
    met = {target.name: target.met(metrics.get_metrics()) for target in PERFORMANCE_TARGETS}
    assert met["CONNECTION_LATENCY_MS"] is False
    assert met["END_TO_END_LATENCY_MS"] is True
    assert met["TRANSCRIPTION_ACCURACY_MIN"] is True
    assert len(met) == 9


def test_percentiles_are_of_the_latest_samples() -> None:
    latencies = Latencies()
    for value in (*[1e6] * 10, *range(1, SAMPLES + 1)):
        latencies.add(value)
    summary = latencies.summary()
    assert (summary.count, summary.p50, summary.p99) == (SAMPLES + 10, SAMPLES / 2, 4056)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_percentiles_are_samples_in_order(values: list[float]) -> None:
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    summary = latencies.summary()
    assert summary.p50 is not None
    assert summary.p95 is not None
    assert summary.p99 is not None
    assert summary.p50 <= summary.p95 <= summary.p99 <= max(values)
    assert {summary.p50, summary.p95, summary.p99} <= set(values)


def test_alarms_for_the_staff_are_counted_by_their_kind(metrics: MetricsCollector) -> None:
    for kind in ("emergency", "message", "message"):
        metrics.observe(AlertRaised.model_validate(at(0) | {"kind": kind}), CALL)
    exposed = metrics.exposition().decode()
    assert 'gateway_alerts_total{kind="emergency"} 1.0' in exposed
    assert 'gateway_alerts_total{kind="message"} 2.0' in exposed
