"""Reading a call's log from the store: what is sound of it, and the operators are told what is not."""

from collections.abc import Sequence

from gateway.call.log_reader import ReadLog, read_log
from gateway.logs import get_logger
from gateway.metrics import MetricsCollector
from gateway.store import LogEntry

log = get_logger(__name__)


def sound_log(entries: Sequence[LogEntry], call_id: str, metrics: MetricsCollector) -> ReadLog:
    """The log of a call as far as it can be read; every problem is logged and counted."""
    written = read_log(((entry.event_id, entry.event) for entry in entries), call_id)
    for problem in written.problems:
        log.warning("log.problem", call_id=call_id, kind=problem.kind, entry=problem.entry, detail=problem.detail)
        metrics.record_log_problem(problem.kind)
    return written
