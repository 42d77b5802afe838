"""What a mind can see of a conversation: the cart in the last tool result, what was asked, what is not answered yet.

Everything is derived from the prompt, as a language model does it; nothing is remembered between responses, so a
conversation that was moved to a fresh session goes on where it was. Pure.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pydantic import ValidationError

from gateway.brain.mind import Answered, Called, Entry, Prompt, Said
from gateway.brain.phrases import Language, Offered, offer_of, topic_of
from gateway.brain.seen import SeenGap, SeenResult, SeenUnavailable
from gateway.call.prompts import ACTED_ON
from gateway.orders.hearing.acts import spoken_language
from gateway.orders.intent import KnownLine, Topic
from gateway.orders.menu import Menu

LOOKUPS = frozenset({"get_menu", "get_order", "get_hours"})
_NOW = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A tool call with its arguments (JSON, as far as it is) and its answer."""

    name: str
    result: SeenResult
    arguments: str = "{}"


@dataclass(frozen=True, slots=True)
class View:
    """The conversation as one response finds it.

    Attributes:
        menu: from the last whole get_menu, or None.
        latest: the last result with a cart, or None.
        words: what the caller said and nobody has dealt with yet.
        dealt: what the caller said before the tool calls of this turn.
        outcomes: of the tools called since the agent spoke last, lookups left out.
        looked_up: names of the lookups called since then.
        notes: system messages since the agent spoke last.
        last_said: the agent's last words.
        agent_words: all of the agent's words, in order.
        refused: the last tool call before the agent spoke, when it was refused with alternatives; None else.
        now: the restaurant's own time, as far as get_hours has told it.
        hours: what get_hours says, if it was asked since the agent spoke last.
        earlier_words: the caller's words before those.
        language: of the caller, as far as they have shown it.
    """

    menu: Menu | None
    latest: SeenResult | None
    words: str
    dealt: str
    outcomes: tuple[Outcome, ...]
    looked_up: frozenset[str]
    notes: tuple[str, ...]
    last_said: str
    agent_words: tuple[str, ...]
    refused: Outcome | None
    now: datetime | None
    hours: str
    earlier_words: str
    language: Language
    offered_more: bool

    @property
    def lines(self) -> tuple[KnownLine, ...]:
        """The cart's lines."""
        return tuple(line.known() for line in (self.latest.cart or ())) if self.latest is not None else ()

    @property
    def line_gaps(self) -> tuple[SeenGap, ...]:
        """What the lines lack."""
        return tuple(gap for gap in self.latest.missing if gap.line_id) if self.latest is not None else ()

    @property
    def customer_gaps(self) -> tuple[str, ...]:
        """What is not known of the caller: "name", "fulfilment", "address"."""
        return tuple(gap.what for gap in self.latest.missing if not gap.line_id) if self.latest is not None else ()

    @property
    def offered(self) -> Offered | None:
        """What the agent has offered last, besides the order itself."""
        return offer_of(self.last_said)

    @property
    def unavailable(self) -> tuple[SeenUnavailable, ...]:
        """What of the cart cannot be had now."""
        return self.latest.unavailable if self.latest is not None else ()

    @property
    def only_way(self) -> str | None:
        """The one way in which the caller gets the food, where the restaurant offers one and it is not noted yet."""
        gaps = self.latest.missing if self.latest is not None else ()
        choices = next((gap.choices for gap in gaps if gap.what == "fulfilment"), ())
        return choices[0] if len(choices) == 1 else None

    @property
    def asked(self) -> Topic | None:
        """What the caller's words answer, by what the agent said last and by the state of the order."""
        topic = topic_of(self.last_said)
        if topic is None and self.latest is not None and self.latest.state == "read_back":
            return "read_back"  # the question at its end may have been cut off
        return topic or ("line" if self.line_gaps else None)


def view_of(prompt: Prompt) -> View:
    """Reads a prompt."""
    history = prompt.history
    calls = {entry.call_id: entry for entry in history if isinstance(entry, Called)}
    spoken = max((i for i, e in enumerate(history) if isinstance(e, Said) and e.role == "assistant"), default=-1)
    turn = history[spoken + 1 :]
    acted = max((i for i, e in enumerate(turn) if _acts(e)), default=-1)
    results = [_outcome(e, calls) for e in history if isinstance(e, Answered)]
    answered = [_outcome(e, calls) for e in turn if isinstance(e, Answered)]
    before = next((_outcome(e, calls) for e in reversed(history[: spoken + 1]) if isinstance(e, Answered)), None)
    said = [entry for entry in history if isinstance(entry, Said)]
    agent = [entry.text for entry in said if entry.role == "assistant"]
    return View(
        menu=next((m for o in reversed(results) if (m := _menu(o.result)) is not None), None),
        latest=next((o.result for o in reversed(results) if o.result.cart is not None), None),
        words=_caller(turn[acted + 1 :]),
        dealt=_caller(turn[: acted + 1]),
        outcomes=tuple(outcome for outcome in answered if outcome.name not in LOOKUPS),
        looked_up=frozenset(outcome.name for outcome in answered),
        notes=tuple(e.text for e in turn if isinstance(e, Said) and e.role == "system"),
        last_said=agent[-1] if agent else "",
        agent_words=tuple(agent),
        refused=before if before is not None and before.result.alternatives else None,
        now=next((now for o in reversed(results) if (now := _now(o.result)) is not None), None),
        hours=next((o.result.say for o in reversed(answered) if o.name == "get_hours"), ""),
        earlier_words=_last_caller(history[: spoken + 1]),
        language=_language(said, prompt.instructions),
        offered_more=any(topic_of(text) == "anything_else" for text in agent),
    )


def _acts(entry: Entry) -> bool:
    """Whether what was said before has been carried out: by a tool, or by a model before us, as a note tells."""
    if isinstance(entry, Called):
        return entry.name not in LOOKUPS
    return isinstance(entry, Said) and entry.role == "system" and ACTED_ON in entry.text


def _caller(entries: Sequence[object]) -> str:
    return ". ".join(e.text.strip() for e in entries if isinstance(e, Said) and e.role == "user" and e.text.strip())


def _last_caller(entries: Sequence[object]) -> str:
    return next((e.text for e in reversed(entries) if isinstance(e, Said) and e.role == "user"), "")


def _language(said: Sequence[Said], instructions: str) -> Language:
    """The caller's language, if the instructions offer it."""
    if not re.search(r"\b(?:es|Spanish|español)\b", instructions):
        return "en"
    shown = (spoken_language(entry.text) for entry in reversed(said) if entry.role == "user")
    return next((language for language in shown if language is not None), "en")


@lru_cache(maxsize=256)
def _result(output: str) -> SeenResult:
    """A tool's answer; one that is no JSON object of the kind is a failure in words."""
    try:
        return SeenResult.model_validate_json(output)
    except ValidationError:
        return SeenResult(ok=False, error=output[:200])


def _outcome(answer: Answered, calls: Mapping[str, Called]) -> Outcome:
    call = calls.get(answer.call_id)
    return Outcome("" if call is None else call.name, _result(answer.output), "{}" if call is None else call.arguments)


def _now(result: SeenResult) -> datetime | None:
    """The restaurant's own time, without its zone: tools take local times."""
    found = None if result.hours is None else _NOW.search(result.hours.now)
    return None if found is None else datetime.fromisoformat(found.group())


def _menu(result: SeenResult) -> Menu | None:
    return None if result.menu is None else _read_menu(json.dumps(result.menu, sort_keys=True))


@lru_cache(maxsize=16)
def _read_menu(text: str) -> Menu | None:
    try:
        return Menu.model_validate_json(text)
    except ValidationError:
        return None
