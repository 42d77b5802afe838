"""What must not be stored is taken out of events before the core or the log sees them (design.md section 8).

Card numbers are removed from what is said, also where they are spread over several turns, and from what is typed: of
many keys in a row only the first six are kept (PCI DSS 3.3 lets the first six digits be shown).
"""

from gateway.events import AgentSaid, AnyEvent, KeyPressed, MessageLeft, ToolCalled, TranscriptionEvent
from gateway.redaction import Redactor, redact

KEYS_KEPT = 6
KEYS_PAUSE_MS = 10_000
"""After so long without a key a new row begins."""
HIDDEN_KEY = "*"


class Redaction:
    """Cleans the events of one call. Give it every event once, in order."""

    def __init__(self) -> None:
        self._redactor = Redactor()
        self._keys = 0
        self._last_key = 0.0

    def clean(self, event: AnyEvent) -> AnyEvent:
        """The event as it may be stored."""
        if isinstance(event, TranscriptionEvent):
            if event.type != "transcription.complete":
                return event
            text = self._redactor.redact("caller", event.data.text)
            return event.model_copy(update={"data": event.data.model_copy(update={"text": text})})
        if isinstance(event, AgentSaid):
            return event.model_copy(update={"text": self._redactor.redact("agent", event.text)})
        if isinstance(event, ToolCalled):
            return event.model_copy(update={"arguments": redact(event.arguments)})
        if isinstance(event, MessageLeft):
            name = None if event.name is None else redact(event.name)
            return event.model_copy(update={"text": redact(event.text), "name": name})
        if isinstance(event, KeyPressed):
            return self._key(event)
        return event

    def _key(self, event: KeyPressed) -> KeyPressed:
        new_row = event.timestamp - self._last_key > KEYS_PAUSE_MS
        self._keys = 1 if new_row else self._keys + 1
        self._last_key = event.timestamp
        return event if self._keys <= KEYS_KEPT else event.model_copy(update={"digit": HIDDEN_KEY})
