"""The order within a call: tool calls, the read-back as it was heard, the caller's assent, and the one submit.

The tools decide about the order; this part knows what they cannot: what was heard, what the caller answered, and which
answers are still on their way. A confirm waits up to 1.5 s for the caller's words; a submit is asked for once per order
and its outcome answers the tool.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from gateway.call.effects import AnswerTool, Effect, HoldOrder, SubmitOrder
from gateway.call.turns import Turn, Turns
from gateway.events import Heard, ToolCalled
from gateway.orders.menu import Menu
from gateway.orders.order import Order, OrderState
from gateway.orders.processor import assent
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_outcome import (
    Assent,
    CancelOrder,
    DeclineHeld,
    EndCall,
    ReadBack,
    ResumeHeld,
    Submit,
    ToolContext,
    ToolOutcome,
    TransferToStaff,
)
from gateway.orders.tools import OrderTools

CONFIRM_PATIENCE = 1.5
"""Seconds that `confirm_order` waits for the transcript of the caller's turn (design.md section 3, 6)."""
HEARD_ENOUGH = 0.97
"""Share of a read-back that must be heard when its total cannot be found in the words that were spoken."""


@dataclass(slots=True)
class ReadBackWatch:
    """Follows one read-back from the tool's text to the caller's ear."""

    version: int
    total: str
    response_id: str | None = None
    items: dict[str, str] = field(default_factory=dict)
    spoken: bool = False
    heard: bool = False

    def said(self, response_id: str, item_id: str, text: str) -> None:
        """The model spoke; the first response after the tool's answer is the read-back."""
        if response_id == self.response_id:
            self.items[item_id] = text

    def played(self) -> None:
        """All that was said was played to its end."""
        self.heard = self.heard or (self.spoken and bool(self.items))

    def cut(self, cuts: tuple[Heard, ...]) -> None:
        """The caller interrupted: heard only if the total had been played."""
        shares = {c.item_id: c.heard_ms / max(c.produced_ms, 1) for c in cuts}
        for item_id, text in self.items.items():
            end = _end_of(self.total, text)
            self.heard = self.heard or shares.get(item_id, 1.0) >= end


def _end_of(total: str, text: str) -> float:
    """Where in `text` the total ends, as a share. A model may say the total in other words: then nearly all counts."""
    at = text.casefold().rfind(total.casefold())
    return (at + len(total)) / len(text) if at >= 0 else HEARD_ENOUGH


@dataclass(slots=True)
class Waiting:
    """A tool call that waits for something before it is answered."""

    event: ToolCalled
    order_before: Order


class Desk:
    """The order of one call. Methods return effects; the call asks for `outcome` to move its state."""

    def __init__(self, restaurant: Restaurant, turns: Turns) -> None:
        self._restaurant = restaurant
        self._turns = turns
        self._tools = OrderTools(restaurant.menu, restaurant)
        self._watch: ReadBackWatch | None = None
        self._assent_turns: list[str] = []
        self._confirm: ToolCalled | None = None
        self._submit: Waiting | None = None
        self.order: Order | None = None
        self.held: Order | None = None

    @property
    def tools(self) -> OrderTools:
        """The tools of this restaurant."""
        return self._tools

    @property
    def waits(self) -> bool:
        """Whether a tool call is not answered yet."""
        return self._confirm is not None or self._submit is not None

    @property
    def waits_for_words(self) -> bool:
        """Whether a confirm waits for the caller's transcript."""
        return self._confirm is not None

    # --- what happens around the order ---

    def response_started(self, response_id: str) -> None:
        """A response began: the first one after a read-back tool is the read-back itself."""
        if self._watch is not None and self._watch.response_id is None:
            self._watch.response_id = response_id

    def response_finished(self, response_id: str, spoke: bool) -> None:
        """A response is complete; what it has said is all that there will be."""
        if self._watch is not None and self._watch.response_id == response_id:
            if spoke:
                self._watch.spoken = True
            else:
                self._watch.response_id = None  # it only called tools; the speech comes in the next one

    def agent_said(self, response_id: str, item_id: str, text: str) -> None:
        """The words of an item of the agent."""
        if self._watch is not None:
            self._watch.said(response_id, item_id, text)

    def played(self) -> None:
        """Everything said so far was heard."""
        if self._watch is not None:
            self._watch.played()

    def cut(self, cuts: tuple[Heard, ...]) -> None:
        """The caller interrupted the agent."""
        if self._watch is not None:
            self._watch.cut(cuts)

    def committed(self, item_id: str) -> None:
        """The caller said something; since a read-back it may be the answer to it."""
        if self._watch is not None:
            self._assent_turns.append(item_id)

    # --- tool calls ---

    def call_tool(self, event: ToolCalled) -> ToolOutcome | None:
        """Carry out a tool call; None when it has to wait (a confirm whose "yes" is not transcribed yet)."""
        if event.name == "confirm_order" and self._words_missing():
            self._confirm = event
            return None
        return self._execute(event)

    def words_came(self) -> tuple[ToolCalled, ToolOutcome] | None:
        """The caller's words are there: carry out the confirm that waited for them."""
        return self._resume_confirm() if self._confirm is not None and not self._words_missing() else None

    def words_overdue(self) -> tuple[ToolCalled, ToolOutcome] | None:
        """The caller's words did not come in time: carry out the confirm without them (it is refused)."""
        return self._resume_confirm() if self._confirm is not None else None

    def effects_of(self, event: ToolCalled, outcome: ToolOutcome, before: Order) -> list[Effect]:
        """Take the outcome over; the tool is answered now, or when the submit has its outcome."""
        self.order = outcome.order
        effects: list[Effect] = []
        match outcome.action:
            case ReadBack(total=total, version=version):
                self._watch = ReadBackWatch(version, total)
                self._assent_turns = []
            case Submit():
                self._submit = Waiting(event, before)
                return [SubmitOrder(outcome.order)]
            case ResumeHeld() | DeclineHeld():
                self.held = None
                if isinstance(outcome.action, DeclineHeld):
                    effects.append(HoldOrder(None))
            case CancelOrder():
                effects.append(HoldOrder(None))
            case TransferToStaff() | EndCall() | None:
                pass
        if outcome.order != before and outcome.order.is_open and outcome.order.lines:
            effects.append(HoldOrder(outcome.order))
        effects.append(AnswerTool(event.tool_call_id, json.dumps(outcome.output, ensure_ascii=False)))
        return effects

    # --- the submit's outcome ---

    def submitted(self) -> list[Effect]:
        """The order is stored for the POS: answer the confirm."""
        if self._submit is None or self.order is None:
            return []
        event, self._submit = self._submit.event, None
        self.order = self.order.advance(OrderState.SUBMITTED)
        return [AnswerTool(event.tool_call_id, json.dumps({"ok": True, "state": "submitted", "say": PLACED}))]

    def submit_failed(self) -> list[Effect]:
        """The order could not be stored: it is as before the confirm, and the caller is not told that it is placed."""
        if self._submit is None:
            return []
        waiting, self._submit = self._submit, None
        self.order = waiting.order_before
        return [AnswerTool(waiting.event.tool_call_id, json.dumps({"ok": False, "error": NOT_PLACED}))]

    def resubmit(self) -> list[Effect]:
        """A new leg finds a confirmed order whose submit has no outcome in the log: ask for it again (idempotent)."""
        return [SubmitOrder(self.order)] if self._submit is not None and self.order is not None else []

    # --- inside ---

    def _resume_confirm(self) -> tuple[ToolCalled, ToolOutcome]:
        event, self._confirm = self._confirm, None
        assert event is not None
        return event, self._execute(event)

    def _execute(self, event: ToolCalled) -> ToolOutcome:
        assert self.order is not None
        return self._tools.execute(event.tool_call_id, event.name, event.arguments, self.order, self._context(event.at))

    def _context(self, now: datetime) -> ToolContext:
        last = self._turns.last_of_caller()
        return ToolContext(
            now=now,
            turn_ids=(last.item_id,) if last else (),
            confidence=last.confidence if last else 0.0,
            held=self.held,
            heard_read_back=self._watch is not None and self._watch.heard,
            assent=self._assent(),
        )

    def _answers(self) -> list[Turn]:
        found = (self._turns.get(item_id) for item_id in self._assent_turns)
        return [turn for turn in found if turn is not None]

    def _words_missing(self) -> bool:
        answers = self._answers()
        return bool(answers) and answers[-1].text is None

    def _assent(self) -> Assent | None:
        spoken = [turn for turn in self._answers() if turn.text]
        return assent(spoken[-1].text or "", spoken[-1].language) if spoken else None


PLACED = "The order is placed. Tell the caller, say goodbye, then call end_call."
NOT_PLACED = "The order could not be stored just now. Tell the caller that it is not placed yet; offer to try again."


def new_order_id(call_id: str) -> str:
    """The id of a call's own order: the call's id, so that it is the same in every process that folds the log."""
    return f"order-{call_id}"


def summary(order: Order, menu: Menu) -> str:
    """The order in a few words, for a note to the model."""
    found = [(line.quantity, menu.item(line.item_id), line) for line in order.lines]
    parts = [
        " ".join((str(count), *line.options.values(), item.name if item else line.item_id))
        for count, item, line in found
    ]
    return ", ".join(parts) or "nothing yet"
