"""What is measured: the specification's performance and business metrics, and the same as Prometheus series.

Metrics watch the stream of events in the shell; nothing is counted per audio frame, and the core never counts.
"""

from gateway.metrics.collector import MetricsCollector
from gateway.metrics.report import (
    PERFORMANCE_TARGETS,
    BusinessMetrics,
    LatencySummary,
    PerformanceMetrics,
    Target,
    VoiceSystemMetrics,
)

__all__ = [
    "PERFORMANCE_TARGETS",
    "BusinessMetrics",
    "LatencySummary",
    "MetricsCollector",
    "PerformanceMetrics",
    "Target",
    "VoiceSystemMetrics",
]
