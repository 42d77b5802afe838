"""Who decides what an agent says: the part of a language model, as an interface. Pure.

A mind is given what a model is given, and nothing else: instructions, tools, and the conversation as it is held
- with items made by the client, without deleted ones, with what truncation left of a message. It answers with steps.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

JsonObject: TypeAlias = dict[str, object]


class Tool(Protocol):
    """A tool that may be called."""

    @property
    def name(self) -> str:
        """What it is called by."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the conversation.

    Attributes:
        item_id: The conversation item.
        role: Who said it.
        text: The words; of a truncated message those that were heard, of caller audio what the recogniser heard.
        confidence: The recogniser's, 0 to 1; 1 for text, 0 if unknown.
    """

    item_id: str
    role: Literal["system", "user", "assistant"]
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Called:
    """A tool that was called; `arguments` is JSON text."""

    item_id: str
    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the client answered to a call."""

    item_id: str
    call_id: str
    output: str


Entry: TypeAlias = Said | Called | Answered


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one response is made from.

    Attributes:
        instructions: The session's instructions.
        request: The response's own instructions, which come before the session's; None if it has none.
        tools: The tools in force for this response.
        tool_choice: `auto`, `none`, `required`, or the name of the function to call.
        history: The conversation in order; of an out-of-band response with `input`, that input.
    """

    instructions: str
    request: str | None
    tools: tuple[Tool, ...]
    tool_choice: str
    history: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """Speak (or write, if the response is text)."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """One call; the server gives it a call id. Arguments are written as JSON; text goes out as it is, even broken."""

    name: str
    arguments: JsonObject | str = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallTools:
    """Call tools, all in one response."""

    requests: tuple[ToolRequest, ...]


Step: TypeAlias = Say | CallTools


class Mind(Protocol):
    """Decides the responses of one connection."""

    def decide(self, prompt: Prompt) -> Sequence[Step]:
        """The steps of a response, in order; none for a response without output."""
        ...

    def expects(self, prompt: Prompt) -> Sequence[str]:
        """Phrases that the caller may say next, for the recogniser; none to leave it free."""
        ...


class ScriptedMind:
    """Gives prepared responses in turn: for deterministic tests and for measuring, where no words are understood.

    Args:
        turns: The steps of the first, second ... response.
        repeat: After the last turn the first comes again; else later responses have no output.

    Attributes:
        prompts: What each decision was made from, the last `remember` of them.
    """

    def __init__(self, turns: Sequence[Sequence[Step]], *, repeat: bool = False, remember: int = 64) -> None:
        self._turns = [tuple(turn) for turn in turns]
        self._repeat = repeat
        self._next = 0
        self.prompts: deque[Prompt] = deque(maxlen=remember)

    def decide(self, prompt: Prompt) -> Sequence[Step]:
        """The next turn of the script, whatever was said."""
        self.prompts.append(prompt)
        place = self._next % len(self._turns) if self._repeat and self._turns else self._next
        self._next += 1
        return self._turns[place] if place < len(self._turns) else ()

    def expects(self, prompt: Prompt) -> Sequence[str]:
        """Nothing: a script does not listen."""
        return ()
