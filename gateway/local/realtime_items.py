"""The conversation of a local Realtime session: its items, and what truncation and deletion leave of them. Pure.

Rules: an item's id is unique; a function output answers a call that is there, once; only an assistant message that has
audio can be truncated, never beyond what was produced, and what lies behind the cut is forgotten, sound and words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gateway.brain.mind import Answered, Called, Entry, Said
from gateway.local.client_events import RefusedError
from gateway.local.realtime_schema import (
    InputText,
    JsonObject,
    NewFunctionCall,
    NewFunctionOutput,
    NewItem,
    NewMessage,
    OutputText,
)

Status: TypeAlias = Literal["completed", "incomplete", "in_progress"]


@dataclass(slots=True)
class Message:
    """Something said or written.

    Attributes:
        id: The item's id.
        role: Who said it.
        spoken: It is audio, so that the event shows a transcript and not a text.
        text: The words; of audio that is still being heard None.
        status: As in the protocol.
        audio_ms: Of an assistant's audio the length produced so far, of caller audio its length.
        text_of_all: What the assistant means to say in all; while it speaks `text` is the part that was sent.
        all_ms: How long all of it lasts.
        cut_ms: Where the client truncated it; None if it did not.
        confidence: The recogniser's, 0 to 1.
    """

    id: str
    role: Literal["system", "user", "assistant"]
    spoken: bool
    text: str | None
    status: Status = "completed"
    audio_ms: int = 0
    text_of_all: str = ""
    all_ms: int = 0
    cut_ms: int | None = None
    confidence: float = 1.0

    def body(self) -> JsonObject:
        """The item as the protocol shows it."""
        return _item(self.id, "message", self.status, role=self.role, content=[self._content()])

    def entry(self) -> Entry:
        """The item as a mind sees it."""
        return Said(self.id, self.role, self.text or "", self.confidence)

    def _content(self) -> JsonObject:
        if self.spoken:
            return {"type": "output_audio" if self.role == "assistant" else "input_audio", "transcript": self.text}
        return {"type": "output_text" if self.role == "assistant" else "input_text", "text": self.text or ""}

    def truncate(self, audio_end_ms: int) -> None:
        """Forgets what lies behind.

        Args:
            audio_end_ms: Where the item ends from now on.

        Raises:
            RefusedError: The item is no assistant audio, has none yet, or is already shorter.
        """
        if self.role != "assistant" or not self.spoken or not self.audio_ms:
            raise RefusedError("unsupported_content_type", "Only model output audio messages can be truncated")
        end_of_all = self.audio_ms if self.cut_ms is None else self.cut_ms
        if audio_end_ms > end_of_all:
            message = f"Audio content of {end_of_all}ms is already shorter than {audio_end_ms}ms"
            raise RefusedError("invalid_value", message, "audio_end_ms")
        self.cut_ms = audio_end_ms
        self.text = heard_part(self.text_of_all, audio_end_ms, self.all_ms)


@dataclass(slots=True)
class FunctionCall:
    """A tool call; `arguments` is JSON text."""

    id: str
    call_id: str
    name: str
    arguments: str
    status: Status = "completed"

    def body(self) -> JsonObject:
        """The item as the protocol shows it."""
        return _item(
            self.id, "function_call", self.status, name=self.name, call_id=self.call_id, arguments=self.arguments
        )

    def entry(self) -> Entry:
        """The item as a mind sees it."""
        return Called(self.id, self.call_id, self.name, self.arguments)


@dataclass(slots=True)
class FunctionOutput:
    """The client's answer to a call."""

    id: str
    call_id: str
    output: str
    status: Status = "completed"

    def body(self) -> JsonObject:
        """The item as the protocol shows it."""
        return _item(self.id, "function_call_output", self.status, call_id=self.call_id, output=self.output)

    def entry(self) -> Entry:
        """The item as a mind sees it."""
        return Answered(self.id, self.call_id, self.output)


Item: TypeAlias = Message | FunctionCall | FunctionOutput


class Conversation:
    """Items in order."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._items

    @property
    def last_id(self) -> str | None:
        """Id of the newest item."""
        return next(reversed(self._items), None)

    def previous_id(self, item_id: str) -> str | None:
        """Id of the item in front of one; None for the first and for one that was deleted."""
        previous = None
        for known in self._items:
            if known == item_id:
                return previous
            previous = known
        return None

    def add(self, item: Item, behind: str | None = None) -> None:
        """Adds an item.

        Args:
            item: The item.
            behind: `root` for the front, the id of another item, or None for the end.

        Raises:
            RefusedError: The id is taken, `behind` is not there, or a function output fits no open call.
        """
        if item.id in self._items:
            message = f"Error adding item: an item with id '{item.id}' already exists."
            raise RefusedError("item_create_duplicate_item_id", message, "item.id")
        if behind is not None and behind != "root" and behind not in self._items:
            message = f"Previous item with id '{behind}' not found."
            raise RefusedError("item_create_invalid_previous_item_id", message, "previous_item_id")
        if isinstance(item, FunctionOutput):
            self._check_output(item)
        if behind is None:
            self._items[item.id] = item
            return
        before = list(self._items.values())
        place = 0 if behind == "root" else [known.id for known in before].index(behind) + 1
        before.insert(place, item)
        self._items = {known.id: known for known in before}

    def find(self, item_id: str, purpose: Literal["retrieve", "delete", "truncate"]) -> Item:
        """The item with this id.

        Raises:
            RefusedError: There is none; the code names the purpose, as the service's does.
        """
        item = self._items.get(item_id)
        if item is None:
            message = f"Error: the item with id '{item_id}' does not exist, so that it cannot be used to {purpose}."
            raise RefusedError(f"item_{purpose}_invalid_item_id", message, "item_id")
        return item

    def delete(self, item_id: str) -> None:
        """Takes an item out.

        Raises:
            RefusedError: There is no such item.
        """
        self.find(item_id, "delete")
        del self._items[item_id]

    def history(self) -> tuple[Entry, ...]:
        """The conversation as a mind sees it."""
        return tuple(item.entry() for item in self._items.values())

    def _check_output(self, output: FunctionOutput) -> None:
        calls = {item.call_id for item in self if isinstance(item, FunctionCall)}
        if output.call_id not in calls:
            message = f"Tool call ID '{output.call_id}' not found in conversation."
            raise RefusedError("invalid_tool_call_id", message, "item.call_id")
        if any(isinstance(item, FunctionOutput) and item.call_id == output.call_id for item in self):
            message = f"Tool call ID '{output.call_id}' already has an output."
            raise RefusedError("invalid_tool_call_id", message, "item.call_id")


def new_item(given: NewItem, spare_id: str) -> Item:
    """An item made by the client.

    Args:
        given: What the client sent.
        spare_id: The id if the client gave none.

    Raises:
        RefusedError: The id has more than 32 characters, or the content does not fit the role.
    """
    item_id = given.id if given.id is not None else spare_id
    if not 0 < len(item_id) <= 32:
        raise RefusedError("invalid_value", "Invalid 'item.id': 1 to 32 characters are expected.", "item.id")
    match given:
        case NewMessage():
            wanted = OutputText if given.role == "assistant" else InputText
            if not all(isinstance(part, wanted) for part in given.content):
                kind = "output_text" if wanted is OutputText else "input_text"
                message = f"Invalid content: a message of the role '{given.role}' takes '{kind}'."
                raise RefusedError("invalid_value", message, "item.content[0].type")
            return Message(item_id, given.role, spoken=False, text="".join(part.text for part in given.content))
        case NewFunctionCall():
            return FunctionCall(item_id, given.call_id, given.name, given.arguments)
        case NewFunctionOutput():
            return FunctionOutput(item_id, given.call_id, given.output)


def heard_part(text: str, end_ms: int, all_ms: int) -> str:
    """The whole words that lie in the first `end_ms` of a speech of `all_ms`, as if it were spoken evenly."""
    if end_ms >= all_ms:
        return text
    end = len(text) * end_ms // all_ms
    if end < len(text) and not text[end].isspace():
        end = text.rfind(" ", 0, end) + 1
    return text[:end].rstrip()


def _item(item_id: str, kind: str, status: Status, **fields: object) -> JsonObject:
    return {"id": item_id, "object": "realtime.item", "type": kind, "status": status, **fields}
