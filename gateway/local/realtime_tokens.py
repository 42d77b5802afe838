"""Tokens, counted roughly as the service bills them, for the `usage` of a local response. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.local.realtime_items import FunctionCall, Item, Message
from gateway.local.realtime_schema import FunctionTool, JsonObject, MaxTokens

LETTERS_PER_TOKEN: Final = 4
_ASSISTANT_MS_PER_TOKEN: Final = 50
_CALLER_MS_PER_TOKEN: Final = 100
_CACHE_BLOCK: Final = 64  # tokens; a shorter common beginning is not found again


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one kind of content."""

    text: int = 0
    audio: int = 0

    @property
    def total(self) -> int:
        """Both."""
        return self.text + self.audio

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.text + other.text, self.audio + other.audio)


@dataclass(slots=True)
class Usage:
    """What a response has cost: the cached tokens are part of the input."""

    input: Tokens = field(default_factory=Tokens)
    cached: Tokens = field(default_factory=Tokens)
    output: Tokens = field(default_factory=Tokens)

    def body(self) -> JsonObject:
        """As `response.done` shows it."""
        cached = {"text_tokens": self.cached.text, "audio_tokens": self.cached.audio, "image_tokens": 0}
        return {
            "total_tokens": self.input.total + self.output.total,
            "input_tokens": self.input.total,
            "output_tokens": self.output.total,
            "input_token_details": {
                "text_tokens": self.input.text,
                "audio_tokens": self.input.audio,
                "image_tokens": 0,
                "cached_tokens": self.cached.total,
                "cached_tokens_details": cached,
            },
            "output_token_details": {"text_tokens": self.output.text, "audio_tokens": self.output.audio},
        }


def input_tokens(instructions: str, tools: Sequence[FunctionTool], items: Sequence[Item]) -> Tokens:
    """Tokens of a context: a caller's audio takes 1 per 100 ms, the assistant's 1 per 50 ms, text 1 per 4 letters."""
    text = text_tokens(instructions)
    text += sum(text_tokens(tool.name + tool.description + json.dumps(tool.parameters)) for tool in tools)
    audio = 0
    for item in items:
        match item:
            case Message(spoken=True, role="assistant"):
                heard_ms = item.audio_ms if item.cut_ms is None else item.cut_ms
                audio += heard_ms // _ASSISTANT_MS_PER_TOKEN
            case Message(spoken=True):
                audio += caller_tokens(item.audio_ms)
            case Message():
                text += text_tokens(item.text or "")
            case FunctionCall():
                text += text_tokens(item.name + item.arguments)
            case _:
                text += text_tokens(item.output)
    return Tokens(text, audio)


def cached_tokens(context: Tokens, before: Tokens) -> Tokens:
    """The part of a context that the response before had too."""
    return Tokens(
        *(
            min(now, old) // _CACHE_BLOCK * _CACHE_BLOCK
            for now, old in ((context.text, before.text), (context.audio, before.audio))
        )
    )


def text_tokens(text: str) -> int:
    """About how many tokens a text takes."""
    return -(-len(text) // LETTERS_PER_TOKEN)


def caller_tokens(ms: float) -> int:
    """Tokens of some of the caller's audio."""
    return round(ms) // _CALLER_MS_PER_TOKEN


def speech_tokens(ms: float) -> int:
    """Tokens of some of the assistant's audio, at least one."""
    return max(round(ms) // _ASSISTANT_MS_PER_TOKEN, 1)


def limit(tokens: MaxTokens) -> float:
    """`max_output_tokens` as a number."""
    return float("inf") if tokens == "inf" else tokens
