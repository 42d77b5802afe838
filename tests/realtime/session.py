"""A session of the model's protocol, driven by hand."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.realtime.config import ModelConfig
from gateway.realtime.protocol import RealtimeProtocol, Received
from tests.oracle import CLIENT, check

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


class Session:
    """Sends the server's messages to a protocol and looks at what it sends; every message of ours is judged."""

    def __init__(self, config: ModelConfig | None = None) -> None:
        self.protocol = RealtimeProtocol("CA1", config or ModelConfig("gpt-realtime-2.1"))
        self._received = 0

    def hear(self, kind: str, **fields: Any) -> Received:
        """One message of the server, with an event id of its own."""
        self._received += 1
        return self.raw({"type": kind, "event_id": f"event_{self._received}", **fields})

    def raw(self, message: object) -> Received:
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        return self.protocol.receive(text, NOW)

    def events(self, kind: str, **fields: Any) -> list[Any]:
        received = self.hear(kind, **fields)
        assert isinstance(received, tuple)
        return list(received)

    def sent(self) -> list[dict[str, Any]]:
        """What the protocol sends now, without event ids; the oracle accepts all of it."""
        messages = []
        for raw in self.protocol.take_outgoing():
            check(CLIENT, raw)
            message: dict[str, Any] = json.loads(raw)
            assert message.pop("event_id").startswith("gw_")
            messages.append(message)
        return messages

    def types(self) -> list[str]:
        return [message["type"] for message in self.sent()]

    def configured(self) -> "Session":
        """A session that is as asked for."""
        self.protocol.configure("Be brief.", ())
        self.sent()
        self.events("session.updated", session=self.echo())
        return self

    def echo(self, **changed: Any) -> dict[str, Any]:
        """What the server answers to the update."""
        audio = {side: {"format": {**self.protocol.config.format, **changed}} for side in ("input", "output")}
        return {"type": "realtime", "model": "gpt-realtime-2.1", "audio": audio}

    def created(self, response_id: str) -> list[Any]:
        return self.events("response.created", response={"id": response_id, "status": "in_progress"})

    def done(
        self, response_id: str, status: str = "completed", output: Sequence[object] = (), **more: Any
    ) -> list[Any]:
        return self.events("response.done", response={"id": response_id, "status": status, "output": output, **more})

    def audio(self, response_id: str, item_id: str, payload: str, index: int = 0) -> Received:
        return self.hear(
            "response.output_audio.delta",
            response_id=response_id,
            item_id=item_id,
            output_index=0,
            content_index=index,
            delta=payload,
        )

    def error(self, code: str | None, event_id: str | None = None) -> list[Any]:
        return self.events("error", error={"type": "invalid_request_error", "code": code, "event_id": event_id})
