"""What the restaurant's staff must learn of a call: messages that callers leave, and alarms.

Rules: what is to be kept is asked for until the log shows that it was kept, in whatever leg; an emergency is told once
for a call, anything else each time.
"""

from gateway.call.agenda import Agenda
from gateway.call.effects import KeepMessage, RaiseAlert
from gateway.events import AlertKind, AlertRaised, MessageLeft
from gateway.orders.tooling.outcome import LeaveMessage


class Alerts:
    """Messages and alarms of one call."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._owed: list[KeepMessage | RaiseAlert] = []
        self.messages: list[MessageLeft] = []
        self.raised: list[AlertRaised] = []

    def leg_started(self) -> None:
        """What an earlier leg asked for and the log does not show is asked for again."""
        for effect in self._owed:
            self._agenda.do(effect)

    def keep_message(self, tool_call_id: str, message: LeaveMessage, order: str | None) -> None:
        """The caller leaves a message; `order` is the order as it stands, in words."""
        self._ask(KeepMessage(tool_call_id, message.text, message.name, message.number_back, order))
        self.raise_alert("message", "the caller left a message")

    def raise_alert(self, kind: AlertKind, reason: str) -> None:
        """Call the staff's attention. `reason` holds none of the caller's words."""
        alert = RaiseAlert(kind, reason)
        known = alert in self._owed or any(event.kind == kind for event in self.raised)
        if kind != "emergency" or not known:
            self._ask(alert)

    def message_left(self, event: MessageLeft) -> None:
        """A message is in the log."""
        if all(message.tool_call_id != event.tool_call_id for message in self.messages):
            self.messages.append(event)
        self._owed = [
            owed
            for owed in self._owed
            if not (isinstance(owed, KeepMessage) and owed.tool_call_id == event.tool_call_id)
        ]

    def alert_raised(self, event: AlertRaised) -> None:
        """An alarm is in the log."""
        self.raised.append(event)
        settled = next((o for o in self._owed if isinstance(o, RaiseAlert) and o.kind == event.kind), None)
        if settled is not None:
            self._owed.remove(settled)

    def _ask(self, effect: KeepMessage | RaiseAlert) -> None:
        self._owed.append(effect)
        self._agenda.do(effect)
