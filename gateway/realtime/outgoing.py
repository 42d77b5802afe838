"""The messages of one session that are to be sent: numbered, in order, and each taken once. Pure.

A part of its own, so that the protocol and the writer of its responses do not hold each other: objects in a ring are
not freed when a call is over but at some later collection; till then each call would leave its menu and tools behind.
"""

from typing import Any

from gateway.realtime.wire import encode


class Outgoing:
    """What waits to be sent on one connection."""

    def __init__(self) -> None:
        self._messages: list[bytes] = []
        self._sent = 0

    def send(self, kind: str, **fields: Any) -> str:
        """Add a client event of type `kind`; returns its event id, which an error of the server repeats."""
        self._sent += 1
        event_id = f"gw_{self._sent}"
        self._messages.append(encode({"type": kind, "event_id": event_id, **fields}))
        return event_id

    def take(self) -> list[bytes]:
        """The messages that are to be sent now, in order, each one JSON text in UTF-8."""
        messages, self._messages = self._messages, []
        return messages
