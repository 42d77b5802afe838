"""What was said in a call, in spoken order.

Transcripts attach by the model's item id, whenever they come. Of the agent's speech only what was heard counts: an item
that was cut keeps the part of its words that the playout ledger shows as heard, by the share of its audio.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway.events import Heard

BACKCHANNEL = re.compile(
    r"^\W*(?:m+[\s-]*h?m*|mm+|u+h+[\s-]*h+u+h+|u+h+|u+m+|h+m+|a+h+|o+h+|e+h+|aj[aá]|huh|\[unk\])?\W*$", re.IGNORECASE
)
"""Sounds of listening, not words. A "yes" or "okay" is an answer and is never one of them."""


NOISE = re.compile(r"^\W*(?:u+h+|u+m+|h+m+|a+h+|o+h+|e+h+|\[unk\])?\W*$", re.IGNORECASE)
"""What noise is taken for by a recogniser, and what says nothing though a person said it."""
WAIT = re.compile(
    r"\b(?:hold on|hang on|(?:one|just a|give me a|wait a|a) (?:moment|second|sec|minute)|please (?:wait|hold)"
    r"|let me (?:check|ask|think|see|look)|un (?:momento|segundo|minuto)|esp[eé]re?(?:me)?|d[eé]jeme (?:ver|pensar))\b",
    re.IGNORECASE,
)
"""Words of a caller who needs time."""
RELAY = re.compile(
    r"\b(?:relay (?:operator|service|call|assistant)|this is relay|TTY|text relay|typing)\b", re.IGNORECASE
)
"""Words of an operator who types for a caller who cannot hear, or reads out what they type."""


def is_backchannel(text: str) -> bool:
    """Whether a turn spoken over the agent is a mere sound of listening (or nothing at all)."""
    return BACKCHANNEL.match(text) is not None


def is_noise(text: str) -> bool:
    """Whether a turn has no words in it; "mm-hm" and "uh-huh" are an answer when nothing was said meanwhile."""
    return NOISE.match(text) is not None


def asks_to_wait(text: str) -> bool:
    """Whether the caller needs time before they go on."""
    return WAIT.search(text) is not None


def is_relayed(text: str) -> bool:
    """Whether an operator speaks for the caller, so that every pause may be long."""
    return RELAY.search(text) is not None


@dataclass(slots=True)
class Turn:
    """One item of the conversation. `text` is None until its transcript comes."""

    item_id: str
    speaker: Literal["caller", "agent"]
    at: datetime
    text: str | None = None
    confidence: float = 0.0
    language: str = "en-US"
    heard_share: float = 1.0

    @property
    def heard_text(self) -> str:
        """The words that were heard: all, or the share of a cut item, to the last whole word."""
        text = self.text or ""
        if self.heard_share >= 1.0:
            return text
        heard = int(len(text) * self.heard_share)
        return text[: heard + 1].rpartition(" ")[0]  # one sign more, to tell whether the last word is whole


class Turns:
    """The turns of a call in spoken order. The caller's are placed when committed, the agent's when first known."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}

    def __iter__(self) -> Iterator[Turn]:
        return iter(self._turns.values())

    def get(self, item_id: str) -> Turn | None:
        """The turn of an item, if it is known."""
        return self._turns.get(item_id)

    def commit(self, item_id: str, at: datetime) -> Turn:
        """The caller's turn is over; its words may come later."""
        return self._turns.setdefault(item_id, Turn(item_id, "caller", at))

    def heard_caller(self, item_id: str, at: datetime, text: str, confidence: float, language: str) -> Turn:
        """The words of the caller's turn `item_id`."""
        turn = self.commit(item_id, at)
        turn.text, turn.confidence, turn.language = text, confidence, language
        return turn

    def agent_said(self, item_id: str, at: datetime, text: str) -> Turn:
        """The words of the agent's item `item_id`, as the model made them."""
        turn = self._turns.setdefault(item_id, Turn(item_id, "agent", at))
        turn.text = text
        return turn

    def cut(self, heard: Heard, at: datetime) -> None:
        """The agent's item was interrupted; keep the heard share, which may precede its words."""
        turn = self._turns.setdefault(heard.item_id, Turn(heard.item_id, "agent", at))
        turn.heard_share = min(turn.heard_share, heard.heard_ms / max(heard.produced_ms, 1))

    def remove(self, item_id: str) -> None:
        """Forget a turn that was none (a backchannel)."""
        self._turns.pop(item_id, None)

    def last_of_caller(self) -> Turn | None:
        """The caller's latest turn, whether its words are known or not."""
        return next((t for t in reversed(self._turns.values()) if t.speaker == "caller"), None)
