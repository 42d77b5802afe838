"""Reading a call's log for a webhook: what this version does not know is passed over, so that the caller is served."""

from collections.abc import Sequence

from gateway.events import AnyEvent, InvalidEventError, read_event
from gateway.logs import get_logger
from gateway.store import LogEntry

log = get_logger(__name__)


def known_events(entries: Sequence[LogEntry]) -> list[AnyEvent]:
    """The log's events; one that this version does not know is passed over, as any late event is."""
    events = []
    for entry in entries:
        try:
            events.append(read_event(entry.event))
        except InvalidEventError:
            log.warning("log.unknown_event", event_id=entry.event_id)
    return events
