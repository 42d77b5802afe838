"""The OpenAI Realtime protocol (GA) without I/O: bytes of the server in, events of the call out, and back.

Rules: `response.create` is a wish with one writer, sent when no response is active and again after a refusal; late
deltas of a cut response are dropped by response id; a tool call counts only when its response and its item are
`completed`; what is malformed, unknown or repeated is counted and ignored. `take_outgoing` gives what is to be sent.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway import errors
from gateway.call.effects import HistoryItem, LookUp
from gateway.errors import ErrorHandler, ErrorType
from gateway.events import (
    AgentSaid,
    AnyEvent,
    AudioCommitted,
    ModelLost,
    ResponseFinished,
    ResponseStarted,
    SessionData,
    SessionEvent,
    ToolCalled,
    TranscriptionData,
    TranscriptionEvent,
    VADData,
    VADEvent,
    milliseconds,
)
from gateway.realtime.config import JSON, ModelConfig
from gateway.realtime.outgoing import Outgoing
from gateway.realtime.responses import REMEMBERED, Recent, ResponseWriter
from gateway.realtime.wire import ErrorDetail, OutputItem, Response, ServerMessage, decode

ACTIVE_RESPONSE = "conversation_already_has_active_response"
AUDIO_DELTA = "response.output_audio.delta"
_APPEND_HEAD = b'{"type":"input_audio_buffer.append","audio":"'

REPEATS_SEEN = 64
"""Events among which a repeated one is known by its id. Every piece of speech has one, so more would be the most that
a call holds in memory."""

IGNORED_TYPES = frozenset(
    {
        "conversation.created",
        "conversation.item.added",
        "conversation.item.created",
        "conversation.item.deleted",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.segment",
        "conversation.item.retrieved",
        "conversation.item.truncated",
        "input_audio_buffer.cleared",
        "input_audio_buffer.dtmf_event_received",
        "input_audio_buffer.timeout_triggered",
        "mcp_list_tools.completed",
        "mcp_list_tools.failed",
        "mcp_list_tools.in_progress",
        "output_audio_buffer.cleared",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
        "rate_limits.updated",
        "response.content_part.added",
        "response.content_part.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
        "response.output_item.added",
        "response.output_item.done",
        "response.output_text.delta",
        "response.output_text.done",
    }
)
"""Types of the GA union that carry nothing the call needs: text output is off, tools are read from `response.done`."""


@dataclass(frozen=True, slots=True)
class AudioDelta:
    """A piece of the agent's speech: base64 in the session's format. Runs beside the core."""

    response_id: str
    item_id: str
    content_index: int
    payload: str


@dataclass(frozen=True, slots=True)
class AudioDone:
    """An item's speech is complete."""

    item_id: str
    content_index: int


Received = AudioDelta | AudioDone | tuple[AnyEvent, ...]


class RealtimeProtocol:
    """One session of one call with the model. A new connection gets a new protocol (item ids do not carry over)."""

    def __init__(self, call_id: str, config: ModelConfig) -> None:
        self.call_id = call_id
        self.config = config
        self.ignored: Counter[str] = Counter()
        self._now = datetime.min.replace(tzinfo=UTC)
        self._outgoing = outgoing = Outgoing()
        self._send = outgoing.send
        self._responses = ResponseWriter(lambda: outgoing.send("response.create"))
        self._update_id: str | None = None
        self._configured = False
        self._seen = Recent(REPEATS_SEEN)
        self._answered = Recent()
        self._words: OrderedDict[str, tuple[str, str]] = OrderedDict()  # item id -> response id, words so far
        self._produced: OrderedDict[tuple[str, int], int] = OrderedDict()

    @property
    def active(self) -> str | None:
        """The response that is being made."""
        return self._responses.active

    # --- what we send ---

    def take_outgoing(self) -> list[bytes]:
        """The messages that are to be sent now, in order, each one JSON text in UTF-8."""
        return self._outgoing.take()

    @staticmethod
    def append(audio: bytes) -> bytes:
        """An `input_audio_buffer.append` of base64 audio in the session's format. The hot path: nothing is escaped."""
        return b'%b%b"}' % (_APPEND_HEAD, audio)

    def configure(
        self,
        instructions: str,
        tools: Sequence[JSON],
        history: Sequence[HistoryItem] = (),
        look_ups: Sequence[LookUp] = (),
    ) -> None:
        """Send `session.update`, then tool calls made in advance and the conversation so far (there is no resume)."""
        self._update_id = self._send("session.update", session=self.config.session(instructions, tuple(tools)))
        for asked in look_ups:
            call = {"type": "function_call", "call_id": asked.tool_call_id, "name": asked.name, "arguments": "{}"}
            self._send("conversation.item.create", item=call)
            self.answer_tool(asked.tool_call_id, asked.output)
        for item in history:
            self._message(item.role, item.text)

    def note(self, text: str) -> None:
        """Tell the model something as a system message."""
        self._message("system", text)

    def request_response(self, *, again: bool = False) -> None:
        """Wish for a response: sent now, or when the active one is over. `again`: one that was asked for never came."""
        if again:
            self._responses.ask_again()
        else:
            self._responses.wish()

    def ask_for_a_sign(self) -> None:
        """Ask for an item that does not exist: a server that is there refuses at once, and nothing is changed."""
        self._send("conversation.item.retrieve", item_id="item_of_none")

    def answer_tool(self, tool_call_id: str, output: str) -> None:
        """Give a tool's output back; a second answer to the same call is dropped."""
        if not self._answered.remember(tool_call_id):
            self.ignored["tool answered twice"] += 1
            return
        item = {"type": "function_call_output", "call_id": tool_call_id, "output": output}
        self._send("conversation.item.create", item=item)

    def cancel(self, response_id: str) -> None:
        """Stop a response. Its late audio is dropped in any case; `response.cancel` only while it is active."""
        if self._responses.cut(response_id):
            self._send("response.cancel", response_id=response_id)

    def truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        """Cut the memory of an item to what was heard, never beyond what the model produced for it."""
        produced = self.produced_ms(item_id, content_index)
        if produced == 0:
            self.ignored["truncate without audio"] += 1  # "Only model output audio messages can be truncated"
            return
        end = max(0, min(audio_end_ms, produced))
        self._send("conversation.item.truncate", item_id=item_id, content_index=content_index, audio_end_ms=end)

    def delete(self, item_id: str) -> None:
        """Take an item out of the model's memory."""
        self._send("conversation.item.delete", item_id=item_id)

    def produced_ms(self, item_id: str, content_index: int = 0) -> int:
        """Whole milliseconds of audio that the model made for an item, counted in its own bytes."""
        return self._produced.get((item_id, content_index), 0) // self.config.bytes_per_ms

    def _message(self, role: str, text: str) -> None:
        kind = "output_text" if role == "assistant" else "input_text"
        item = {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}
        self._send("conversation.item.create", item=item)

    # --- what we receive ---

    def receive(self, raw: bytes | str, at: datetime) -> Received:
        """Take one message of the server in.

        Returns:
            A piece of speech, the end of an item's speech, or the events that follow from the message.
        """
        try:
            message = decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            self.ignored["malformed"] += 1
            return ()
        if message.event_id is not None and not self._seen.remember(message.event_id):
            self.ignored["repeated"] += 1
            return ()
        if message.type == AUDIO_DELTA:
            return self._audio(message)
        self._now = at
        return self._event(message, {"session_id": self.call_id, "timestamp": milliseconds(at)})

    def _audio(self, message: ServerMessage) -> Received:
        if self._responses.is_late(message.response_id):
            self.ignored["late audio"] += 1
            return ()
        key = (message.item_id, message.content_index)
        size = len(message.delta) * 3 // 4 - message.delta[-2:].count("=")
        self._produced[key] = self._produced.get(key, 0) + size
        if len(self._produced) > REMEMBERED:
            self._produced.popitem(last=False)
        self._responses.speaks(message.response_id)
        return AudioDelta(message.response_id, message.item_id, message.content_index, message.delta)

    def _event(self, m: ServerMessage, at: dict[str, Any]) -> Received:  # noqa: C901 - one arm per type
        match m.type:
            case "response.output_audio_transcript.delta":
                said = self._words.get(m.item_id, (m.response_id, ""))[1]
                self._words[m.item_id] = (m.response_id, said + m.delta)
                if len(self._words) > REMEMBERED:
                    self._words.popitem(last=False)
                return ()
            case "response.output_audio_transcript.done":
                self._words.pop(m.item_id, None)
                return (AgentSaid(**at, item_id=m.item_id, response_id=m.response_id, text=m.transcript),)
            case "response.output_audio.done":
                return AudioDone(m.item_id, m.content_index) if not self._responses.is_cut(m.response_id) else ()
            case "input_audio_buffer.speech_started":
                data = VADData(audio_start_ms=m.audio_start_ms, confidence=0)
                return (VADEvent(**at, type="vad.speech_start", data=data),)
            case "input_audio_buffer.speech_stopped":
                data = VADData(audio_start_ms=0, audio_end_ms=m.audio_end_ms, confidence=0)
                return (VADEvent(**at, type="vad.speech_end", data=data),)
            case "input_audio_buffer.committed":
                return (AudioCommitted(**at, item_id=m.item_id),)
            case "conversation.item.input_audio_transcription.delta":
                return (self._transcript(m, at, "transcription.partial", m.delta),)
            case "conversation.item.input_audio_transcription.completed":
                return (self._transcript(m, at, "transcription.complete", m.transcript),)
            case "conversation.item.input_audio_transcription.failed":
                return self._transcription_failed(m, at)
            case "response.created":
                return self._response_created(m.response, at)
            case "response.done":
                return self._response_done(m.response, at)
            case "session.created" | "session.updated":
                return self._session(m, at)
            case "error":
                return self._error(m.error or ErrorDetail(), at)
            case kind:
                self.ignored["expected" if kind in IGNORED_TYPES else "unknown type"] += 1
                return ()

    def _transcript(self, m: ServerMessage, at: dict[str, Any], kind: Any, text: str) -> TranscriptionEvent:
        # Confidence: the mean token probability where the model gives it (`include` of logprobs), else unknown.
        logs = [min(0.0, entry.logprob) for entry in m.logprobs or ()]
        confidence = math.exp(sum(logs) / len(logs)) if logs else 0.0
        data = TranscriptionData(
            text=text,
            confidence=confidence,
            language=(m.languages or ["en-US"])[0],
            is_final=kind == "transcription.complete",
            item_id=m.item_id,
        )
        return TranscriptionEvent(**at, type=kind, data=data)

    def _transcription_failed(self, m: ServerMessage, at: dict[str, Any]) -> Received:
        return (
            self._transcript(m, at, "transcription.error", ""),
            self._error_event(errors.TRANSCRIPTION_FAILED, (m.error and m.error.code) or ""),
        )

    def _response_created(self, response: Response | None, at: dict[str, Any]) -> Received:
        if response is None or not response.id or not self._responses.created(response.id):
            self.ignored["response"] += 1
            return ()
        return (ResponseStarted(**at, response_id=response.id),)

    def _response_done(self, response: Response | None, at: dict[str, Any]) -> Received:
        if response is None or not response.id or not self._responses.done(response.id):
            self.ignored["response"] += 1
            return ()
        found: list[AnyEvent] = []
        for item_id, (response_id, text) in list(self._words.items()):
            if response_id == response.id:  # cut before its transcript was done
                del self._words[item_id]
                found.append(AgentSaid(**at, item_id=item_id, response_id=response_id, text=text))
        spoke = self._responses.take_spoke(response.id)
        calls = [] if response.status != "completed" else [c for c in response.output if _is_call(c)]
        found += (_tool_called(item, response.id, at) for item in calls)
        found.append(self._finished(response, at, spoke))
        wanted = response.status in ("completed", "incomplete") and not self._responses.is_cut(response.id)
        if wanted and not spoke and not calls:
            found.append(self._error_event(errors.TTS_FAILED, f"the response ended {response.status} without speech"))
        if not calls:  # else a wish waits for the tools' outputs, and comes with them
            self._responses.after_done()
        return tuple(found)

    def _finished(self, response: Response, at: dict[str, Any], spoke: bool) -> ResponseFinished:
        status = response.status if response.status in ("completed", "cancelled", "incomplete", "failed") else "failed"
        code = None
        if status == "failed":
            details = response.status_details
            raw = details.error.code if details and details.error else None
            code = ErrorHandler.classify_response_failure(raw).code
        return ResponseFinished(**at, response_id=response.id, status=status, code=code, spoke=spoke)  # type: ignore[arg-type]  # narrowed above, mypy keeps str

    def _session(self, m: ServerMessage, at: dict[str, Any]) -> Received:
        session = m.session or {}
        model = session.get("model")
        data = SessionData(
            model=model if isinstance(model, str) else self.config.model, capabilities=("audio", "tools")
        )
        if m.type == "session.created":
            return (SessionEvent(**at, type="session.created", data=data),)
        if self._configured or self._update_id is None:
            self.ignored["session"] += 1
            return ()
        if (reason := self.config.disagreement(session)) is not None:
            return self._session_error(data, at, reason)
        self._configured = True
        return (SessionEvent(**at, type="session.updated", data=data),)

    def _session_error(self, data: SessionData, at: dict[str, Any], reason: str) -> Received:
        return (
            SessionEvent(**at, type="session.error", data=data),
            self._error_event(errors.AUDIO_FORMAT_ERROR, reason),
        )

    def _error(self, error: ErrorDetail, at: dict[str, Any]) -> Received:
        if error.event_id is not None and error.event_id == self._update_id and not self._configured:
            # Refused at start: the old configuration stays in force, and that is the wrong one.
            data = SessionData(model=self.config.model, capabilities=())
            return self._session_error(data, at, error.code or "session.update refused")
        create_refused = self._responses.refused(error.event_id, busy=error.code == ACTIVE_RESPONSE)
        if self._responses.stuck:
            self._send("response.cancel")  # what was wished is asked for when that one is over
        kind = ErrorHandler.classify_model_error(error.code)
        if kind is not None and kind.retry and create_refused:
            # The session is as good as it was; the response is not to be had just now, like one that failed.
            return (ResponseFinished(**at, response_id=error.event_id or "", status="failed", code=kind.code),)
        if kind is None:
            self.ignored[f"error {error.code}"] += 1
            return ()
        if not kind.retry:
            return (self._error_event(kind, error.code or ""),)
        return (ModelLost(**at, code=kind.code),)

    def _error_event(self, kind: ErrorType, detail: str) -> AnyEvent:
        return kind.event(self.call_id, self._now, detail)


def _tool_called(item: OutputItem, response_id: str, at: dict[str, Any]) -> ToolCalled:
    return ToolCalled(
        **at,
        response_id=response_id,
        tool_call_id=item.call_id or "",
        name=item.name or "",
        arguments=item.arguments or "",
    )


def _is_call(item: OutputItem) -> bool:
    return item.type == "function_call" and item.status == "completed" and bool(item.call_id) and bool(item.name)
