"""What must not be stored is taken out of events before the core or the log sees them (design.md section 8)."""

from gateway.events import AgentSaid, AnyEvent, ToolCalled, TranscriptionEvent
from gateway.redaction import Redactor, redact


class Redaction:
    """Removes card numbers from what a call's caller and agent say, also where they are spread over several turns."""

    def __init__(self) -> None:
        self._redactor = Redactor()

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
        return event
