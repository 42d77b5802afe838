"""The process of the scripted model: `python -m infra.bench.model JOB`.

Speaks as much of the Realtime protocol (GA) as the gateway uses: session, server turn detection on the level code,
transcription, responses in deltas, cancel, truncate, delete, and the refusals of what a real server refuses. It obeys
`create_response`. It prints `serving PORT`; a line on its standard input, or the input's end, makes it write its
account and end.
"""

import asyncio
import gc
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

import msgspec
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server
from pybase64 import b64decode

from infra.bench import answers
from infra.bench.answers import Event
from infra.bench.hearing import Ear
from infra.bench.level_code import RATES, Encoding, Message
from infra.bench.records import Heard, ModelJob, ModelRecord, SessionRecord, write
from infra.bench.speaking import Mouth

_TEXT = WSMsgType.TEXT
_APPEND = "input_audio_buffer.append"
_encode = msgspec.json.Encoder().encode


class _ClientEvent(msgspec.Struct):
    type: str
    audio: str = ""


_decode = msgspec.json.Decoder(_ClientEvent).decode
_decode_whole = msgspec.json.Decoder(dict[str, object]).decode


class Session(WSListener):
    """One connection of the gateway."""

    def __init__(self, job: ModelJob, model: str) -> None:
        self._job = job
        self._model = model
        self._transport: WSTransport | None = None
        self._encoding: Encoding = "pcm16"
        self._creates_responses = True
        self._sent = 0
        self._ear = Ear(self._encoding, job.plan.silence_ms)
        self._mouth = Mouth(job, self._send_all, self._send_raw)
        self._due: Message | None = None  # the message that the next response answers
        self._times, self._positions = array("d"), array("q")
        self._heard: list[Heard] = []
        self._unreadable = 0
        self._events: Counter[str] = Counter()

    def record(self) -> SessionRecord:
        """What happened on this connection."""
        return SessionRecord(
            RATES[self._encoding],
            self._times.tobytes(),
            self._positions.tobytes(),
            self._ear.samples,
            self._heard,
            self._unreadable,
            self._mouth.answers,
            dict(self._events),
        )

    # --- the caller's sound ---

    def _append(self, audio: str) -> None:
        now = time.monotonic()
        self._times.append(now)
        self._positions.append(self._ear.samples)
        signal = self._ear.push(b64decode(audio))
        if signal is Ear.Signal.NONE:
            return
        item_id = f"item_u{len(self._heard) + self._unreadable}"
        if signal is Ear.Signal.BEGAN:
            start = self._ear.edge * 1_000 // RATES[self._encoding]
            self._send({"type": "input_audio_buffer.speech_started", "item_id": item_id, "audio_start_ms": start})
        elif signal is Ear.Signal.ENDED:
            self._turn_ended(item_id)

    def _turn_ended(self, item_id: str) -> None:
        message = self._ear.message
        if message is None:
            self._unreadable += 1
        else:
            self._heard.append(Heard(self._ear.edge, message.call, message.turn, message.interrupts))
        self._due = message
        self._send_all(answers.turn_ended(item_id, self._ear.samples * 1_000 // RATES[self._encoding]))
        if self._creates_responses and not self._mouth.speaking:
            self._respond()

    def _respond(self) -> None:
        message, self._due = self._due, None
        self._mouth.speak(message)

    # --- everything else ---

    def _control(self, kind: str, event: Event) -> None:
        self._events[kind] += 1
        match kind:
            case "session.update":
                self._update(event)
            case "response.create":
                if self._mouth.speaking:
                    text = "Conversation already has an active response in progress"
                    self._refuse("conversation_already_has_active_response", text, event)
                else:
                    self._respond()
            case "response.cancel":
                if not self._mouth.cancel():
                    self._refuse("response_cancel_not_active", "Cancellation failed: no active response found", event)
            case "conversation.item.create":
                item = event.get("item")
                self._send_all(answers.created_item(item if isinstance(item, dict) else {}, f"item_c{self._sent}"))
            case "conversation.item.truncate":
                kept = {key: event.get(key) for key in ("item_id", "content_index", "audio_end_ms")}
                self._send({"type": "conversation.item.truncated", **kept})
            case "conversation.item.delete":
                self._send({"type": "conversation.item.deleted", "item_id": event.get("item_id")})
            case _:
                self._refuse("invalid_value", f"Unknown event type {kind}", event)

    def _update(self, event: Event) -> None:
        encoding = answers.encoding_of(event)
        if encoding is not None and encoding != self._encoding:
            self._encoding = self._mouth.encoding = encoding
            self._ear = Ear(encoding, self._job.plan.silence_ms)
        turns: object = event.get("session")
        for key in ("audio", "input", "turn_detection"):
            turns = turns.get(key) if isinstance(turns, dict) else None
        if isinstance(turns, dict):
            self._creates_responses = turns.get("create_response") is not False
        self._send({"type": "session.updated", "session": self._session()})

    def _session(self) -> Event:
        turns: Event = {
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": 300,
            "silence_duration_ms": self._job.plan.silence_ms,
            "create_response": self._creates_responses,
            "interrupt_response": False,
        }
        return answers.session(f"sess_{id(self):x}", self._model, self._encoding, turns)

    def _refuse(self, code: str, text: str, event: Event) -> None:
        self._send(answers.refusal(code, text, event.get("event_id")))

    def _send(self, event: Event) -> None:
        if self._transport is not None and not self._transport.is_disconnected:
            self._sent += 1
            self._transport.send(_TEXT, _encode(event | {"event_id": f"event_{self._sent}"}))

    def _send_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self._send(event)

    def _send_raw(self, kind: bytes, fields: bytes) -> None:
        if self._transport is not None and not self._transport.is_disconnected:
            self._sent += 1
            self._transport.send(_TEXT, b'{"type":"%b","event_id":"event_%d",%b}' % (kind, self._sent, fields))

    # --- picows ---

    def on_ws_connected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        self._transport = transport
        self._send({"type": "session.created", "session": self._session()})

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: D102 - picows' callback
        if frame.msg_type is _TEXT:
            data = frame.get_payload_as_bytes()
            event = _decode(data)
            if event.type == _APPEND:
                self._append(event.audio)
            else:
                self._control(event.type, _decode_whole(data))
        elif frame.msg_type is WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: D102 - picows' callback
        self._mouth.hush()


async def main(text: str) -> None:
    """Serve until told to end."""
    job = msgspec.json.decode(text, type=ModelJob)
    sessions: list[Session] = []

    def accept(request: WSUpgradeRequest) -> Session:
        query = parse_qs(urlsplit(request.path.decode()).query)
        sessions.append(Session(job, query.get("model", ["gpt-realtime"])[0]))
        return sessions[-1]

    server = await ws_create_server(accept, "127.0.0.1", 0)
    gc.freeze()
    gc.disable()  # a measuring tool adds no pauses of its own
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(f"serving {server.sockets[0].getsockname()[1]}", flush=True)
    await reader.readline()
    server.close()
    write(ModelRecord([session.record() for session in sessions]), job.out)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
