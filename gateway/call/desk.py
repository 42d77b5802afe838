"""The order within a call: tool calls, the read-back as it was heard, the caller's assent, and the one submit.

The tools decide about the order; this part knows what they cannot: what was heard, what the caller answered, and which
answers are still on their way. A confirm waits up to 1.5 s for the caller's words; a submit is asked for once per order
and its outcome answers the tool.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from gateway.call import prompts
from gateway.call.answers import Answers
from gateway.call.effects import AnswerTool, Effect, HoldOrder, LookUp, Note, SubmitOrder
from gateway.call.read_back_watch import ReadBackWatch
from gateway.call.staff_line import StaffLine
from gateway.call.turns import Turns
from gateway.events import Heard, RecentOrder, ResponseFinished, ToolCalled, milliseconds
from gateway.orders.caps import TOO_MUCH_LATELY
from gateway.orders.offer import AS_THE_MENU_SAYS, Offer
from gateway.orders.on_offer import OnOffer, Shortfall
from gateway.orders.order import Order, OrderState, open_order
from gateway.orders.restaurant import Restaurant
from gateway.orders.timing import not_then
from gateway.orders.tooling.outcome import (
    AgreeToText,
    Assent,
    CancelOrder,
    DeclineHeld,
    EndCall,
    LeaveMessage,
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
SUBMIT_LIMIT = 30.0
"""Seconds after which a submit counts as failed though nobody said so; longer than the store is asked."""
NO_TEXTS = "No text messages are sent here."
RECENT_MS = 600_000
"""Orders that were placed longer ago say nothing about the one that is being taken."""


@dataclass(slots=True)
class Submitting:
    """A confirm that waits for the submit's outcome; `tool_call_id` is None once the model that called it is gone.

    `say` is what the caller is told once it is stored.
    """

    tool_call_id: str | None
    order_before: Order
    say: str


class Desk:
    """The order of one call. What its methods return is for the caller of the method to carry out."""

    def __init__(
        self, restaurant: Restaurant, turns: Turns, staff_line: StaffLine, tools: OrderTools | None = None
    ) -> None:
        self._restaurant = restaurant
        self._staff_line = staff_line
        self._turns = turns
        self._tools = tools or OrderTools(restaurant.menu, restaurant)
        self._watch: ReadBackWatch | None = None
        self._answers = Answers(turns, self._tools.assent)
        self._confirm: ToolCalled | None = None
        self._submit: Submitting | None = None
        self._not_sure = False
        self.order: Order | None = None
        self.held: Order | None = None
        self.recent: tuple[RecentOrder, ...] = ()
        self.offer: Offer = AS_THE_MENU_SAYS
        self.no_text: str | None = NO_TEXTS
        """Why the caller cannot get text messages, in words for the model."""

    @property
    def tools(self) -> OrderTools:
        """The tools of this restaurant."""
        return self._tools

    @property
    def waits(self) -> bool:
        """Whether a tool call is not answered yet."""
        return self._confirm is not None or self._submit is not None

    @property
    def submitting(self) -> bool:
        """Whether an order is on its way to the store."""
        return self._submit is not None

    @property
    def confirm_waits(self) -> bool:
        """Whether a confirm waits for the caller's words."""
        return self._confirm is not None

    @property
    def reads_back(self) -> bool:
        """Whether the caller is hearing the read-back."""
        return self._watch is not None and self._watch.sounds

    def summary(self) -> str | None:
        """The order in a few words; None when nothing is ordered."""
        return prompts.summary(self.order, self._restaurant.menu) if self.order and self.order.lines else None

    @property
    def unplaced(self) -> bool:
        """Whether something is ordered that is not placed yet."""
        return self.order is not None and self.order.is_open and bool(self.order.lines)

    def run_out(self, now: datetime) -> tuple[Shortfall, ...]:
        """What of the open order cannot be had any more, because it has run out."""
        order = self.order
        if order is None or not order.is_open or not self.offer.sold_out.entries:
            return ()
        on_offer = OnOffer(self._restaurant.menu, self._restaurant, self._context(now), order.fulfilment)
        short = (short for line in order.lines for short in on_offer.shortfalls(line))
        return tuple(dict.fromkeys(one for one in short if one.not_now.reason == "sold_out"))

    def not_right_now(self, now: datetime) -> str | None:
        """Why nothing can be ordered for as soon as possible (closed, or after last orders), in words for the model."""
        return not_then(None, self._restaurant, self._context(now))

    # --- what happens around the order ---

    def open_order(self, call_id: str) -> None:
        """Begin an order, if there is none. Its id is the same in every process that folds the call's log."""
        if self.order is None:
            menu = self._restaurant.menu
            self.order = open_order(
                f"order-{call_id}", self._restaurant.id, menu_digest=menu.digest, currency=menu.currency
            )

    def response_started(self, response_id: str) -> None:
        """A response began: the first one after a read-back tool is the read-back itself."""
        if self._watch is not None and self._watch.response_started(response_id):
            self._answers.clear()  # what was said before is no answer to it

    def response_finished(self, event: ResponseFinished, *, heard: bool) -> None:
        """A response is over; `heard`: it is complete and was played to its end already."""
        if self._watch is not None:
            self._watch.response_finished(event, heard=heard)

    def agent_said(self, response_id: str, item_id: str, text: str) -> None:
        """The words of an item of the agent."""
        if self._watch is not None:
            self._watch.said(response_id, item_id, text)

    def played(self, at: datetime) -> None:
        """Everything said so far was heard."""
        if self._watch is not None:
            self._watch.played(at)

    def cut(self, cuts: tuple[Heard, ...], at: datetime) -> None:
        """The caller interrupted the agent."""
        if self._watch is not None:
            self._watch.cut(cuts, at)

    def committed(self, item_id: str) -> None:
        """The caller said something; since a read-back has begun it may be the answer to it."""
        self._answers.committed(item_id)

    def not_transcribed(self, item_id: str) -> None:
        """What the caller said with an item will never be known."""
        self._answers.not_transcribed(item_id)

    def answered_by_key(self, answer: Assent, at: datetime) -> None:
        """The caller was asked to answer by a key and did: as good as words, until there are words."""
        self._answers.pressed(answer, at)

    def doubt(self) -> None:
        """The order may be another than is known here: what was read back is no longer what counts."""
        self._watch = None
        self._answers.clear()

    def model_gone(self) -> None:
        """The model that called tools is gone: its confirm is asked for anew, and a submit's outcome becomes a note.

        A read-back of it that was not heard by now is said anew.
        """
        self._confirm = None
        if self._watch is not None and self._watch.heard_at is None:
            self._watch = None
        if self._submit is not None:
            self._submit.tool_call_id = None

    # --- tool calls ---

    def call_tool(self, event: ToolCalled) -> ToolOutcome | None:
        """Carry out a tool call; None when it has to wait (a confirm whose "yes" is not transcribed yet)."""
        if event.name == "confirm_order" and self._confirm is None and self._answers.words_missing:
            self._confirm = event
            return None
        return self._execute(event, event.at)

    def words_came(self, now: datetime) -> tuple[ToolCalled, ToolOutcome] | None:
        """The caller's words are there: carry out the confirm that waited for them."""
        return None if self._answers.words_missing else self._resume_confirm(now)

    def words_overdue(self, now: datetime) -> tuple[ToolCalled, ToolOutcome] | None:
        """The caller's words did not come in time: carry out the confirm without them (it is refused)."""
        return self._resume_confirm(now)

    def effects_of(self, event: ToolCalled, outcome: ToolOutcome) -> list[Effect]:
        """Take the outcome over; the tool is answered now, or when the submit has its outcome."""
        before, self.order = self.order, outcome.order
        assert before is not None
        effects: list[Effect] = []
        output = dict(outcome.output)
        match outcome.action:
            case ReadBack(total=total, amounts=amounts):
                self._watch = ReadBackWatch(total, amounts)
                self._answers.clear()
            case Submit():
                self._submit = Submitting(event.tool_call_id, before, str(outcome.output.get("say", "")))
                return [SubmitOrder(outcome.order)]
            case ResumeHeld():
                self.held = None
            case DeclineHeld():
                self.held = None
                effects.append(HoldOrder(self._to_hold()))
            case CancelOrder():
                effects.append(HoldOrder(None))
                if self._not_sure:
                    output |= {"say": prompts.MAY_BE_PLACED}
            case TransferToStaff() | LeaveMessage() | AgreeToText() | EndCall() | None:
                pass
            case _:
                assert_never(outcome.action)
        if outcome.order != before and outcome.order.is_open and (outcome.order.lines or before.lines):
            effects.append(HoldOrder(self._to_hold()))
        effects.append(AnswerTool(event.tool_call_id, json.dumps(output, ensure_ascii=False)))
        return effects

    # --- the submit's outcome ---

    def submitted(self, version: int | None = None) -> AnswerTool | Note | None:
        """The order is stored for the POS: answer the confirm. Late news of another `version` are none of this one."""
        if self._submit is None:
            return None
        assert self.order is not None
        if version not in (None, self.order.version):
            return None
        self.order = self.order.advance(OrderState.SUBMITTED)
        told = f"{self._submit.say} {PLACED}".strip()
        return self._settle(told, {"ok": True, "state": "submitted", "say": told})

    def person(self, now: datetime) -> bool:
        """Whether the caller can be put through to a person now."""
        return self._staff_line.number(now) is not None

    def submit_failed(self, now: datetime) -> AnswerTool | Note | None:
        """The store did not answer: the order is as before the confirm, and the caller is told that nothing is sure."""
        self._not_sure = self._submit is not None or self._not_sure
        return self._not_done(prompts.NOT_SURE_PERSON if self.person(now) else prompts.NOT_SURE)

    def needs_person(self) -> AnswerTool | Note | None:
        """The order is not placed, since the caller's number has ordered too much of late."""
        return self._not_done(TOO_MUCH_LATELY)

    def placed_before(self, placed: Order) -> AnswerTool | Note | None:
        """A submit that was not answered had been done: the order is placed as it stood then, without later changes."""
        self.order = placed.advance(OrderState.SUBMITTED)
        if self._submit is None:
            return None
        told = prompts.placed_before(prompts.summary(placed, self._restaurant.menu))
        return self._settle(told, {"ok": False, "state": "submitted", "error": told})

    def kitchen_said(self, state: OrderState) -> bool:
        """What became of the placed order in the kitchen; whether that is news. Nothing is, of one that is not placed.

        Args:
            state: ACCEPTED or REJECTED.
        """
        before = self.order
        assert before is not None, "the news name an order of this call"
        self.order = before.advance(state)
        return self.order is not before

    def resubmit(self) -> SubmitOrder | None:
        """A new leg finds a confirmed order whose submit has no outcome in the log: ask for it again (idempotent)."""
        return SubmitOrder(self.order) if self._submit is not None and self.order is not None else None

    # --- inside ---

    def _not_done(self, told: str) -> AnswerTool | Note | None:
        if self._submit is None:
            return None
        self.order = self._submit.order_before
        return self._settle(told, {"ok": False, "error": told})

    def _to_hold(self) -> Order | None:
        """What a later call may go on with: this order once it has lines, else the one held that was not declined."""
        return self.order if self.order is not None and self.order.is_open and self.order.lines else self.held

    def _settle(self, note: str, output: dict[str, object]) -> AnswerTool | Note:
        assert self._submit is not None
        tool_call_id, self._submit = self._submit.tool_call_id, None
        return Note(note) if tool_call_id is None else AnswerTool(tool_call_id, json.dumps(output))

    def _resume_confirm(self, now: datetime) -> tuple[ToolCalled, ToolOutcome] | None:
        event, self._confirm = self._confirm, None
        return None if event is None else (event, self._execute(event, now))

    def look_up(self, name: str, now: datetime) -> LookUp:
        """A question that every conversation begins with, asked in the model's place: it saves a round trip."""
        assert self.order is not None
        call_id = f"look-up-{name}"
        outcome = self._tools.execute(call_id, name, "{}", self.order, self._context(now))
        return LookUp(call_id, name, json.dumps(outcome.output, ensure_ascii=False))

    def _execute(self, event: ToolCalled, now: datetime) -> ToolOutcome:
        assert self.order is not None, "tools are called in a leg, and a leg has an order"
        return self._tools.execute(event.tool_call_id, event.name, event.arguments, self.order, self._context(now))

    def _context(self, now: datetime) -> ToolContext:
        last = self._turns.last_of_caller()
        heard_at = None if self._watch is None else self._watch.heard_at
        return ToolContext(
            now=now,
            turn_ids=(last.item_id,) if last else (),
            confidence=last.confidence if last else 0.0,
            held=self.held,
            heard_read_back=heard_at is not None,
            assent=self._answers.assent(heard_at),
            sold_out=self.offer.sold_out,
            quote_minutes=self.offer.quote_minutes,
            no_person=self._staff_line.why_nobody(now),
            no_text=self.no_text,
            pause=self.offer.pause,
            recent_cents=tuple(order.cents for order in self.recent if milliseconds(now) - order.at < RECENT_MS),
        )


PLACED = "Tell the caller that the order is placed, say goodbye, then call end_call."
