"""One response of a local Realtime session: its outputs, their events in the documented order, and its end. Pure.

A response is fed with steps (from the mind) and speech (from the voice) and tells which events are due at a time `now`.
Audio goes out in deltas several times faster than real time, each with its words in front of it. Whatever ends
a response - its last output, a cancellation, a limit, a failure - ends the open output first, in the same order.
"""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from gateway.brain.mind import CallTools, Entry, Say, Step, ToolRequest
from gateway.local import realtime_events as events
from gateway.local.realtime_config import OutputAudio
from gateway.local.realtime_events import Event, Place
from gateway.local.realtime_items import Conversation, FunctionCall, Item, Message
from gateway.local.realtime_schema import FunctionTool, JsonObject, MaxTokens, VoiceId
from gateway.local.realtime_speech import Speech
from gateway.local.realtime_tokens import LETTERS_PER_TOKEN, Tokens, Usage, limit, speech_tokens, text_tokens

Ending: TypeAlias = Literal["completed", "cancelled", "incomplete", "failed"]

_ARGUMENTS_PIECE: Final = 24  # characters in a delta of arguments


@dataclass(frozen=True, slots=True)
class Plan:
    """What a response is made with: the session's settings, with what its `response.create` overrides.

    Attributes:
        instructions: The session's.
        request: The response's own instructions, if it has any.
        tools: Tools in force.
        tool_choice: `auto`, `none`, `required` or a function's name.
        text_only: The output modality is text.
        output: Format and voice.
        max_output_tokens: 1 to 4096, or `inf`.
        metadata: Given back in `response.created` and `response.done`.
        input: The history that the response brings along instead of the conversation's.
    """

    instructions: str
    request: str | None
    tools: tuple[FunctionTool, ...]
    tool_choice: str
    text_only: bool
    output: OutputAudio
    max_output_tokens: MaxTokens
    metadata: dict[str, str] | None = None
    input: tuple[Entry, ...] | None = None


class Response:
    """A response from `response.created` to `response.done`.

    Args:
        response_id: Its id; ids of its items and calls are made from it.
        plan: What it is made with.
        conversation: Where its items go; None out of band.
        conversation_id: The id shown; unused out of band.
        speed: How many times faster than real time audio goes out.
        first_audio_delay_s: How long the first audio is held back.

    Attributes:
        id: Its id.
        plan: What it is made with.
        status: `in_progress` until it ends.
        decided: The steps are known.
        wanted: A text that must be spoken before the response can go on; None when nothing is awaited.
        due: When (in the clock of `now`) the next delta is due; None when none waits for its time.
        audio_ms: Audio sent so far, in all its messages.
        usage: Token counts; the input is set by the session.
    """

    def __init__(
        self,
        response_id: str,
        plan: Plan,
        conversation: Conversation | None,
        conversation_id: str,
        *,
        speed: float,
        first_audio_delay_s: float = 0,
    ) -> None:
        self.id = response_id
        self.plan = plan
        self.status: Ending | Literal["in_progress"] = "in_progress"
        self.decided = False
        self.wanted: str | None = None
        self.due: float | None = None
        self.audio_ms = 0
        self.usage = Usage()
        self._conversation = conversation
        self._conversation_id = conversation_id
        self._speed = speed
        self._delay_s = first_audio_delay_s
        self._steps: deque[Say | ToolRequest] = deque()
        self._output: list[Item] = []
        self._open: Message | None = None
        self._speech: Speech | None = None
        self._sent = 0
        self._sent_ms = 0.0

    @property
    def out_of_band(self) -> bool:
        """Its items do not enter the conversation."""
        return self._conversation is None

    def created(self) -> Event:
        """`response.created`."""
        return events.response("response.created", self._body())

    def decide(self, steps: Sequence[Step]) -> None:
        """Takes the outputs that the mind wants. Afterwards call `advance`."""
        for step in steps:
            match step:
                case Say():
                    self._steps.append(step)
                case CallTools():
                    self._steps.extend(step.requests)
        self.decided = True

    def speak(self, speech: Speech, now: float) -> None:
        """Takes the speech of the wanted text. Afterwards call `advance`.

        Args:
            speech: The text, spoken.
            now: Seconds; the first delta is due then, or after the delay of the first audio.
        """
        if self._open is None or self._speech is not None:
            return  # it was cancelled in the meantime
        self.wanted = None
        self._speech = speech
        self._open.text_of_all = speech.text
        self._open.all_ms = speech.ms
        self._sent = 0
        self._sent_ms = 0.0
        self.due = now + self._delay_s
        self._delay_s = 0

    def advance(self, now: float) -> list[Event]:
        """The events that are due at `now` (seconds), in order; at the end of all steps `response.done`."""
        found: list[Event] = []
        while self.decided and self.status == "in_progress":
            if self._open is not None:
                if not self._send_deltas(now, found):
                    break
            elif self._steps:
                match self._steps.popleft():
                    case Say(text) if self.plan.text_only:
                        self._write(text, found)
                    case Say(text):
                        self._begin_speech(text, found)
                    case ToolRequest() as request:
                        self._call(request, found)
            else:
                found += self.end("completed")
        return found

    def end(self, status: Ending, details: JsonObject | None = None) -> list[Event]:
        """Ends the open output and the response.

        Args:
            status: How it ended.
            details: `reason` or `error` of `status_details`.
        """
        found: list[Event] = []
        if self._open is not None:
            self._end_speech(self._open, "completed" if status == "completed" else "incomplete", found)
        self.status = status
        self.wanted = self.due = None
        body = self._body()
        body["status_details"] = {"type": status, **details} if details else None
        body["usage"] = self.usage.body()
        found.append(events.response("response.done", body))
        return found

    def _body(self) -> JsonObject:
        voice = self.plan.output.voice
        output = {"format": self.plan.output.format, "voice": voice.id if isinstance(voice, VoiceId) else voice}
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": self.status,
            "status_details": None,
            "output": [item.body() for item in self._output],
            "conversation_id": None if self.out_of_band else self._conversation_id,
            "output_modalities": ["text" if self.plan.text_only else "audio"],
            "max_output_tokens": self.plan.max_output_tokens,
            "audio": {"output": output},
            "usage": None,
            "metadata": self.plan.metadata,
        }

    # --- outputs -------------------------------------------------------------------------------------------------

    def _place(self) -> Place:
        """Where the newest output is."""
        return Place(self.id, self._output[-1].id, len(self._output) - 1)

    def _begin_output(self, item: Item, found: list[Event]) -> None:
        self._output.append(item)
        found.append(events.output_item("response.output_item.added", self._place(), item.body()))
        if self._conversation is not None:
            previous = self._conversation.last_id
            self._conversation.add(item)
            found.append(events.item_added(item.body(), previous))

    def _end_output(self, item: Item, found: list[Event]) -> None:
        found.append(events.output_item("response.output_item.done", self._place(), item.body()))
        # The client may have deleted the item while it was made.
        if self._conversation is not None and item.id in self._conversation:
            found.append(events.item_done(item.body(), self._conversation.previous_id(item.id)))

    def _new_id(self, kind: str) -> str:
        return f"{kind}{self.id.removeprefix('resp')}_{len(self._output)}"

    def _begin_speech(self, text: str, found: list[Event]) -> None:
        message = Message(self._new_id("item"), "assistant", spoken=True, text="", status="in_progress")
        self._begin_output(message, found)
        found.append(self._place().of("response.content_part.added", part={"type": "audio", "transcript": ""}))
        self._open = message
        self._speech = None
        self.wanted = text

    def _send_deltas(self, now: float, found: list[Event]) -> bool:
        """Sends what is due; False when the response must wait, for speech or for time."""
        message, speech = self._open, self._speech
        if message is None or speech is None or self.due is None:
            return False
        place = self._place()
        while self._sent < len(speech.deltas):
            if self.due > now:
                return False
            delta = speech.deltas[self._sent]
            cost = Tokens(text=text_tokens(delta.words), audio=speech_tokens(delta.ms))
            if self.usage.output.total + cost.total > limit(self.plan.max_output_tokens):
                found += self.end("incomplete", {"reason": "max_output_tokens"})
                return True
            self.usage.output += cost
            if delta.words:
                found.append(place.of("response.output_audio_transcript.delta", delta=delta.words))
            found.append(place.of("response.output_audio.delta", delta=delta.audio))
            self._sent += 1
            self._sent_ms += delta.ms
            self.audio_ms += round(delta.ms)
            message.audio_ms = int(self._sent_ms)
            if message.cut_ms is None:
                message.text = (message.text or "") + delta.words
            self.due += delta.ms / 1000 / self._speed
        self._end_speech(message, "completed", found)
        return True

    def _end_speech(self, message: Message, status: Literal["completed", "incomplete"], found: list[Event]) -> None:
        place = self._place()
        message.status = status
        words = "".join(delta.words for delta in self._speech.deltas[: self._sent]) if self._speech else ""
        found.append(place.of("response.output_audio.done"))
        found.append(place.of("response.output_audio_transcript.done", transcript=words))
        found.append(place.of("response.content_part.done", part={"type": "audio", "transcript": words}))
        self._open = self._speech = None
        self.due = None
        self._end_output(message, found)

    def _write(self, text: str, found: list[Event]) -> None:
        message = Message(self._new_id("item"), "assistant", spoken=False, text="", status="in_progress")
        self._begin_output(message, found)
        place = self._place()
        found.append(place.of("response.content_part.added", part={"type": "text", "text": ""}))
        kept, cut = self._withinlimit(text)
        message.text = kept
        message.status = "incomplete" if cut else "completed"
        found.append(place.of("response.output_text.delta", delta=kept))
        found.append(place.of("response.output_text.done", text=kept))
        found.append(place.of("response.content_part.done", part={"type": "text", "text": kept}))
        self._end_output(message, found)
        if cut:
            found += self.end("incomplete", {"reason": "max_output_tokens"})

    def _call(self, request: ToolRequest, found: list[Event]) -> None:
        call = FunctionCall(self._new_id("item"), self._new_id("call"), request.name, "", status="in_progress")
        self._begin_output(call, found)
        place = self._place()
        given = request.arguments
        arguments, cut = self._withinlimit(given if isinstance(given, str) else json.dumps(given))
        for start in range(0, len(arguments), _ARGUMENTS_PIECE):
            piece = arguments[start : start + _ARGUMENTS_PIECE]
            found.append(events.arguments_delta(place, call.call_id, piece))
        call.arguments = arguments
        call.status = "incomplete" if cut else "completed"
        found.append(events.arguments_done(place, call.call_id, call.name, arguments))
        self._end_output(call, found)
        if cut:
            found += self.end("incomplete", {"reason": "max_output_tokens"})

    def _withinlimit(self, text: str) -> tuple[str, bool]:
        """What of a text the token limit leaves, counted as output; and whether some was cut off."""
        left = limit(self.plan.max_output_tokens) - self.usage.output.total
        kept = text if text_tokens(text) <= left else text[: int(left) * LETTERS_PER_TOKEN]
        self.usage.output += Tokens(text=text_tokens(kept))
        return kept, len(kept) < len(text)
