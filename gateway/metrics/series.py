"""The Prometheus series: names, help and buckets in one place, on a registry of their own.

Names begin with `gateway_` and end in their unit. No label holds anything that grows with use: no call, no number, no
free text.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
# Around the specification's targets: 0.5, 1 and 2 seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30)


class Series:
    """All series of one process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"gateway_{name}", text, labels, registry=registry)

        self.latency = Histogram(
            "gateway_latency_seconds", "Time an operation took.", ("operation",), buckets=_BUCKETS, registry=registry
        )
        self.sessions_live = Gauge("gateway_sessions_live", "Sessions that are going on.", registry=registry)
        self.sessions = counter("sessions", "Sessions started.")
        self.sessions_failed = counter("sessions_failed", "Sessions that broke with an exception.")
        self.sessions_abandoned = counter("sessions_abandoned", "Sessions left without an order.", "reason")
        self.session_seconds = counter("session_seconds", "Time of all sessions.")
        self.connected_seconds = counter("connected_seconds", "Time of all sessions with a model connected.")
        self.errors = counter("errors", "Errors by the taxonomy.", "code", "category", "severity")
        self.retries = counter("retries", "Retries by the error that caused them.", "code")
        self.model_openings = counter("model_openings", "Connections to the model that calls got.", "endpoint")
        self.model_breaker_openings = counter(
            "model_breaker_openings", "Times a restaurant's breaker opened because of limits or quota.", "endpoint"
        )
        self.orders_begun = counter("orders_begun", "Sessions in which an order was begun.")
        self.orders_placed = counter("orders_placed", "Orders submitted.")
        self.order_items = counter("order_items", "Items of all submitted orders.")
        self.order_failures = counter("order_failures", "Orders that could not be processed or submitted.")
        self.clarifications = counter("clarifications", "Questions back about an order.")
        self.modifications = counter("modifications", "Changes to orders.")
        self.interruptions = counter("interruptions", "Times a caller took the turn from the agent.")
        self.repeat_requests = counter("repeat_requests", "Times a caller asked to have something repeated.")
        self.audio_received_seconds = counter("audio_received_seconds", "Caller's sound received.")
        self.audio_missing_seconds = counter("audio_missing_seconds", "Caller's sound that never came.")
        self.audio_underruns = counter("audio_underruns", "Holes in the agent's speech.")
        self.audio_jitter = Histogram(
            "gateway_audio_jitter_seconds",
            "Arrival jitter of a session's caller audio (RFC 3550).",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16),
            registry=registry,
        )
        self.transcription_accuracy = Histogram(
            "gateway_transcription_accuracy_ratio",
            "Word accuracy of transcriptions whose true words are known.",
            buckets=(0.5, 0.8, 0.9, 0.95, 0.98, 1.0),
            registry=registry,
        )
        self.store_away = Gauge("gateway_store_away", "1 while the store does not answer.", registry=registry)
        self.store_outages = counter("store_outages", "Times that the store went away.")
        self.loop_lag_seconds = Gauge(
            "gateway_loop_lag_seconds", "How late the event loop woke sleepers, worst of a second.", registry=registry
        )
        self.alerts = counter("alerts", "Alarms for the staff.", "kind")
        self.deliveries = counter(
            "deliveries", "Messages for a POS, by what came of trying to deliver them.", "outcome"
        )
        self.log_problems = counter("log_problems", "What was not sound in calls' logs, by kind.", "kind")
        self.webhooks = counter("webhooks", "Twilio webhooks by path and outcome.", "path", "outcome")

    def exposition(self) -> bytes:
        """All series in Prometheus' text format."""
        return generate_latest(self.registry)
