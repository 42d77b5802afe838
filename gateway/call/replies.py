"""What the model owes the caller: a reply at a time, the tool calls in it, and what is done when none comes.

Rules: every tool call is answered, and answered calls wish for one response together; a failed response is tried again
with the delays of the error table, jittered, and by another endpoint, if there is one, when that does not help; a model
that stays silent is asked once more, then taken for lost.
"""

from datetime import datetime
from zlib import crc32

from gateway import errors
from gateway.call.agenda import Agenda
from gateway.call.alerts import Alerts
from gateway.call.connection import ModelConnection
from gateway.call.desk import CONFIRM_PATIENCE, SUBMIT_LIMIT, Desk
from gateway.call.effects import AnswerTool, CancelResponse, Note, ReportError
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.holding import Holding
from gateway.call.texts import Texts
from gateway.errors import ErrorHandler, ErrorType
from gateway.events import (
    ModelLost,
    OrderEvent,
    OrderIncomplete,
    OrderReady,
    OrderRefused,
    ResponseFinished,
    ResponseStarted,
    ToolCalled,
)
from gateway.orders.order_data import stored_order
from gateway.orders.tooling.outcome import AgreeToText, EndCall, LeaveMessage, Submit, ToolOutcome, TransferToStaff


class Replies:
    """The responses and tool calls of one call's model."""

    def __init__(
        self,
        agenda: Agenda,
        floor: Floor,
        desk: Desk,
        connection: ModelConnection,
        farewell: Farewell,
        alerts: Alerts,
        holding: Holding,
        texts: Texts,
    ) -> None:
        self._agenda = agenda
        self._floor = floor
        self._desk = desk
        self._connection = connection
        self._farewell = farewell
        self._alerts = alerts
        self._holding = holding
        self._texts = texts
        self._answered_tools = False
        self._failures = 0
        self._stalls = 0
        self.active: str | None = None

    def reset(self) -> None:
        """The model is gone, and with it what it owed."""
        self.active = None
        self._answered_tools = False
        self._stalls = 0

    def leg_started(self) -> None:
        """A new leg: earlier failures are forgiven."""
        self.reset()
        self._failures = 0

    # --- responses ---

    def started(self, event: ResponseStarted) -> None:
        """The model began to answer."""
        self.active = event.response_id
        self._connection.wished = False
        self._answered_tools = False
        self._stalls = 0
        self._agenda.timers.stop("retry")
        self._desk.response_started(event.response_id)

    def finished(self, event: ResponseFinished) -> None:
        """The model's answer is complete, cut short, or failed."""
        if self.active == event.response_id:
            self.active = None
        heard = event.status == "completed" and not self._floor.talking
        self._desk.response_finished(event, heard=heard)
        if event.status == "failed":
            self._connection.wished = False  # it may have been refused before it began
            kind = errors.ERRORS.get(event.code or "", errors.MODEL_OVERLOADED)
            self._agenda.do(ReportError(kind.event(self._agenda.call_id, event.at, "the response failed")))
            self.retry_later(kind, event.at)
            return
        if event.spoke or self._answered_tools or self._desk.waits:
            self._failures = 0
        if self._farewell.closing:
            self._answered_tools = False
            if self._farewell.response_finished(event.at, spoke=event.spoke, playing=self._floor.talking):
                self._connection.wish()
        elif self._answered_tools and not self._desk.waits:
            self._wish_after_tools()

    def retry_later(self, kind: ErrorType, at: datetime) -> None:
        """A response failed, or had no words: ask again after the table's delay, while the caller is told to wait."""
        self._failures += 1
        delay = ErrorHandler.next_delay_ms(kind, self._failures)
        if self._connection.spare and (delay is None or self._failures > 1):
            self._agenda.tell(ModelLost(**self._agenda.stamp(at), code=kind.code))  # the other endpoint's turn
            return
        if delay is None:
            self._farewell.give_up_model(at, f"model: {kind.code}")
            return
        self._holding.bridge(at)
        self._agenda.timers.start("retry", at, delay / 1000 * (0.5 + self._spread() / 2))

    def _spread(self) -> float:
        """In [0, 1), another for every call and attempt: calls that failed together do not try again together.

        It follows from the call alone, so that every process that folds the log knows when the retry is due.
        """
        return crc32(f"{self._agenda.call_id} {self._failures}".encode()) / 2**32

    def cancel(self) -> None:
        """What is being said, and was wished to be said after it, is not wanted any more."""
        if self.active is not None:
            self._agenda.do(CancelResponse(self.active))
            self._connection.wished = False

    def stalled(self, at: datetime) -> None:
        """The model owes an answer: ask once more, then take it for lost."""
        if self._desk.submitting:
            return  # it waits for us
        self._stalls += 1
        if self._stalls == 1:
            self._connection.ask_again()
            return
        self._stalls = 0
        self._agenda.tell(ModelLost(**self._agenda.stamp(at), code=errors.MODEL_OVERLOADED.code))

    # --- tools ---

    def tool_called(self, event: ToolCalled) -> None:
        """Carry out a tool call, or let it wait for the caller's words."""
        outcome = self._desk.call_tool(event)
        if outcome is None:
            self._agenda.timers.start("confirm", event.at, CONFIRM_PATIENCE)
        else:
            self._tool_done(event, outcome, event.at)

    def words_came(self, at: datetime) -> None:
        """The caller's words are there: a confirm may have waited for them."""
        if (waited := self._desk.words_came(at)) is not None:
            self._tool_done(*waited, at)

    def words_overdue(self, at: datetime) -> None:
        """The caller's words did not come in time: the confirm that waited for them is refused."""
        if (waited := self._desk.words_overdue(at)) is not None:
            self._tool_done(*waited, at)

    def submit_began(self, at: datetime) -> None:
        """An order is on its way to the store. Its outcome is an event; without one it counts as failed."""
        self._agenda.timers.start("submit", at, SUBMIT_LIMIT)

    def submit_delayed(self, at: datetime) -> None:
        """The store does not answer yet: the caller hears that it takes a moment."""
        if self._desk.submitting:
            self._holding.bridge(at)

    def submit_overdue(self, at: datetime) -> None:
        """Whoever was to say what became of the submit has not."""
        self._submit_settled(self._not_certain(at))

    def order_event(self, event: OrderEvent) -> None:
        """The submit's outcome answers the confirm."""
        if event.type == "order.complete":
            self._submit_settled(self._desk.submitted(event.version))
        elif event.type == "order.error":
            self._submit_settled(self._not_placed(event))

    def _submit_settled(self, answer: AnswerTool | Note | None) -> None:
        if answer is None:
            return
        self._agenda.timers.stop("submit")
        if isinstance(answer, Note):
            self._connection.note(answer.text)
        else:
            self._agenda.do(answer)
        if self.active is None:
            self._wish_after_tools()

    def _not_placed(self, event: OrderEvent) -> AnswerTool | Note | None:
        if event.reason == "needs_person":
            return self._desk.needs_person()
        placed = stored_order(event.placed)
        return self._not_certain(event.at) if placed is None else self._desk.placed_before(placed)

    def _not_certain(self, at: datetime) -> AnswerTool | Note | None:
        """The store did not say that it has the order: the caller goes to a person, where there is one."""
        answer = self._desk.submit_failed(at)
        if answer is not None and self._desk.person(at):
            self._farewell.begin(at, "the order could not be stored for certain", "transfer")
        return answer

    def _tool_done(self, event: ToolCalled, outcome: ToolOutcome, at: datetime) -> None:
        if not self._desk.confirm_waits:
            self._agenda.timers.stop("confirm")
        self._answered_tools = True
        for effect in self._desk.effects_of(event, outcome):
            self._agenda.do(effect)
        if isinstance(outcome.action, Submit):
            self.submit_began(at)
        self._report(event, outcome, at)
        match outcome.action:
            case TransferToStaff(reason=reason):
                self._farewell.begin(at, reason, "transfer")
            case EndCall(reason=reason):
                self._farewell.begin(at, reason, "goodbye")
            case LeaveMessage() as message:
                self._alerts.keep_message(event.tool_call_id, message, self._desk.summary())
            case AgreeToText() as action:
                self._texts.answered(event, action)
            case _:
                pass
        if self.active is None and not self._desk.waits:
            self._wish_after_tools()  # the response that called the tool is over already

    def _report(self, event: ToolCalled, outcome: ToolOutcome, at: datetime) -> None:
        """The outcome as an event, so that the table decides the state; a refusal's error goes to the log."""
        stamp, reason = self._agenda.stamp(at), outcome.message or ""
        if outcome.error is not None:
            kind = errors.ERRORS[outcome.error]
            self._agenda.do(ReportError(kind.event(self._agenda.call_id, at, reason, tool=event.name)))
        if outcome.kind == "incomplete":
            self._agenda.tell(OrderIncomplete(**stamp, tool=event.name))
        elif outcome.kind == "refused":
            self._agenda.tell(OrderRefused(**stamp, tool=event.name, code=outcome.error, reason=reason))
        else:
            self._agenda.tell(OrderReady(**stamp, tool=event.name))

    def _wish_after_tools(self) -> None:
        self._answered_tools = False
        self._connection.wish()
