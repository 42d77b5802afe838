"""The text-only mode's model: a mind in the place of the voice model, for a call that goes on without one. Pure.

Rules: it is told what a voice model is told, by the core's effects, and answers in the events that a voice model
causes, so that the core cannot tell the difference; its memory is a fold of the call's log like everything else, so
that any process may take the next turn.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.brain.mind import Answered, Called, Entry, Mind, Prompt, Said, Say
from gateway.brain.view import view_of
from gateway.call.effects import (
    AnswerTool,
    CloseModel,
    ConfigureModel,
    DeleteItem,
    Effect,
    Note,
    RequestResponse,
)
from gateway.events import (
    AgentSaid,
    AnyEvent,
    PlaybackStarted,
    ResponseFinished,
    ResponseStarted,
    ToolCalled,
    TranscriptionEvent,
    milliseconds,
)
from gateway.orders.restaurant import Language


@dataclass(frozen=True, slots=True)
class NamedTool:
    """A tool as a mind sees it."""

    name: str


class TextModel:
    """The model of one call. Give it every event of the call with the effects that followed from it, in order."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind
        self._instructions = ""
        self._tools: tuple[NamedTool, ...] = ()
        self._history: list[Entry] = []
        self._names = 0
        self.wished = False
        """Whether the core waits for a response."""

    @property
    def language(self) -> Language:
        """The language of the conversation, as far as the caller has shown it."""
        return view_of(self._prompt()).language

    def take(self, event: AnyEvent, effects: Iterable[Effect]) -> None:
        """What happened, and what the core wants done about it."""
        match event:
            case ResponseStarted():
                self.wished = False
            case AgentSaid(item_id=item_id, text=text):
                self._history.append(Said(item_id, "assistant", text))
            case ToolCalled(tool_call_id=call_id, name=name, arguments=arguments):
                self._history.append(Called(call_id, call_id, name, arguments))
            case TranscriptionEvent(type="transcription.complete", data=data) if data.item_id is not None:
                self._history.append(Said(data.item_id, "user", data.text, data.confidence))
            case _:
                pass
        for effect in effects:
            self._apply(effect)

    def respond(self, call_id: str, turn: str, at: datetime, *, playing: bool) -> list[AnyEvent]:
        """One response, as the events of a model's session.

        Args:
            call_id: for the events.
            turn: names what is said and called in this turn; no other turn of the call has it.
            at: now.
            playing: whether the caller hears the agent already.
        """
        stamp = {"session_id": call_id, "timestamp": milliseconds(at)}
        response_id = self._name(turn, "r")
        events: list[AnyEvent] = [ResponseStarted.model_validate(stamp | {"response_id": response_id})]
        calls: list[AnyEvent] = []
        spoke = False
        for step in self._mind.decide(self._prompt()):
            if isinstance(step, Say):
                item = {"item_id": self._name(turn, "i")}
                events += [] if playing or spoke else [PlaybackStarted.model_validate(stamp | item)]
                events.append(AgentSaid.model_validate(stamp | item | {"response_id": response_id, "text": step.text}))
                spoke = True
                continue
            for request in step.requests:
                given = request.arguments
                called = {
                    "response_id": response_id,
                    "tool_call_id": self._name(turn, "c"),
                    "name": request.name,
                    "arguments": given if isinstance(given, str) else json.dumps(given, ensure_ascii=False),
                }
                calls.append(ToolCalled.model_validate(stamp | called))
        finished = ResponseFinished.model_validate(stamp | {"response_id": response_id, "spoke": spoke})
        return [*events, *calls, finished]

    def _apply(self, effect: Effect) -> None:
        match effect:
            case ConfigureModel():
                self._begin(effect)
            case CloseModel():
                self.wished = False
            case RequestResponse():
                self.wished = True
            case Note(text):
                self._history.append(Said("", "system", text))
            case AnswerTool(tool_call_id, output):
                self._history.append(Answered("", tool_call_id, output))
            case DeleteItem(item_id):
                self._history = [entry for entry in self._history if entry.item_id != item_id]
            case _:
                pass  # a turn without a stream has nothing to be cut, cleared or played

    def _begin(self, session: ConfigureModel) -> None:
        """A fresh session knows what it is configured with, and nothing else."""
        self._instructions = session.instructions
        self._tools = tuple(NamedTool(str(schema["name"])) for schema in session.tools)
        self._history = []
        for asked in session.look_ups:
            self._history.append(Called("", asked.tool_call_id, asked.name, "{}"))
            self._history.append(Answered("", asked.tool_call_id, asked.output))
        self._history += [Said("", turn.role, turn.text) for turn in session.history]

    def _prompt(self) -> Prompt:
        return Prompt(self._instructions, None, self._tools, "auto", tuple(self._history))

    def _name(self, turn: str, kind: str) -> str:
        """A name for something of this turn, which one process takes as a whole."""
        self._names += 1
        return f"text_{turn}_{kind}{self._names}"
