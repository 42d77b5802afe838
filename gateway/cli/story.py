"""A call as people read it: folded from its log, event by event, while it goes on or long after.

Rules: what is shown comes from the log alone, which is redacted; times are the events' own. A moment is added when it
is known: words when their transcript comes, an order when it has changed, the states that were passed in between.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import (
    AgentSaid,
    AlertRaised,
    AnyEvent,
    CallStarted,
    Dialled,
    Disclosed,
    Interrupted,
    KeyPressed,
    KitchenSaid,
    MessageLeft,
    OfferChanged,
    StaffActed,
    TranscriptionEvent,
    TransferAccepted,
)
from gateway.orders.order import Order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.wording.money import price_text
from gateway.orders.wording.read_back import describe_line

Kind = Literal["disclosure", "agent", "caller", "states", "order", "note"]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something worth a line."""

    at: datetime
    kind: Kind
    text: str


class Story:
    """A call in the telling. Feed it every event of the log, in order.

    Attributes:
        call: the folded call.
        moments: what there is to tell so far.
        agent_words: the agent's utterances, in order; a caller who reacts reads them here.
        caller_words: what the caller was understood to say, in order.
        started: when the call began; None before its first event.
        events: how many events were taken.
        trail: every state that was entered, in order.
    """

    def __init__(self, call_id: str, restaurant: Restaurant) -> None:
        self.call = Call(call_id, restaurant)
        self.moments: list[Moment] = []
        self.agent_words: list[str] = []
        self.caller_words: list[str] = []
        self.started: datetime | None = None
        self.events = 0
        self.trail: list[State] = []
        self._passed: list[State] = []
        self._order: Order | None = None
        self.call.machine.on_state_change(self._moved)

    def take(self, event: AnyEvent) -> None:
        """Take one event in."""
        self.events += 1
        self.call.handle(event)
        match event:
            case CallStarted():
                self.started = event.at
            case Disclosed(text=text):
                self._tell(event.at, "disclosure", text)
            case AgentSaid(text=text):
                self.agent_words.append(text)
                self._tell(event.at, "agent", text)
            case TranscriptionEvent(type="transcription.complete", data=data) if data.text.strip():
                self.caller_words.append(data.text)
                self._tell(event.at, "caller", data.text)
            case Interrupted():
                self._tell(event.at, "note", "the caller interrupts")
            case KeyPressed(digit=digit):
                self._tell(event.at, "note", f"the caller presses {digit}")
            case OfferChanged():
                self._tell(event.at, "note", _offer_text(event))
            case MessageLeft():
                self._tell(event.at, "note", _message_text(event))
            case AlertRaised(kind=kind, reason=reason):
                self._tell(event.at, "note", f"ALERT for the staff, {kind.replace('_', ' ')}: {reason}")
            case TransferAccepted():
                self._tell(event.at, "note", "a person takes the call")
            case Dialled(leg=leg):
                spoke = self.call.staff_line.spoke(leg)
                told = "spoke with the caller" if spoke else f"took no call ({event.status})"
                self._tell(event.at, "note", f"the staff's telephone was rung: they {told}")
            case StaffActed(action=action, text=text, who=who):
                said = f": {text}" if text else ""
                self._tell(event.at, "note", f"{who or 'a colleague'}: {action.replace('_', ' ')}{said}")
            case KitchenSaid(status=status, reason=reason):
                self._tell(event.at, "note", f"the kitchen: {status}{f': {reason}' if reason else ''}")
            case _:
                pass
        self._note_order(event.at)

    def end(self) -> None:
        """The call is over: tell the states that nothing came after."""
        if self._passed and self.moments:
            self._tell_states(self.moments[-1].at)

    def seconds(self, at: datetime) -> float:
        """Seconds from the start of the call."""
        return (at - self.started).total_seconds() if self.started is not None else 0.0

    def _moved(self, _source: State, target: State) -> None:
        self.trail.append(target)
        self._passed.append(target)

    def _tell(self, at: datetime, kind: Kind, text: str) -> None:
        if self._passed:
            self._tell_states(at)
        self.moments.append(Moment(at, kind, text))

    def _tell_states(self, at: datetime) -> None:
        self.moments.append(Moment(at, "states", " > ".join(state.diagram_name for state in self._passed)))
        self._passed.clear()

    def _note_order(self, at: datetime) -> None:
        order, before = self.call.order, self._order
        if order is None or (before is not None and (order.version, order.state) == (before.version, before.state)):
            return
        self._order = order
        if order.lines or (before is not None and before.lines):
            self._tell(at, "order", order_text(order, self.call.restaurant))


def _offer_text(event: OfferChanged) -> str:
    out = ", ".join(entry.ref for entry in event.sold_out) or "nothing"
    quote = "as usual" if event.quote_minutes is None else f"{event.quote_minutes} minutes"
    return f"sold out: {out}; an order takes {quote}"


def _message_text(event: MessageLeft) -> str:
    """A message for the staff. Of the number only the end is shown: what is printed is not what is stored."""
    whom = event.name or "the caller"
    back = "" if event.number is None else f", to be rung back at the number that ends in {event.number[-2:]}"
    return f"message for the staff from {whom}{back}: {event.text}"


def order_text(order: Order, restaurant: Restaurant) -> str:
    """An order in one line: its state, its lines, its total so far."""
    menu = restaurant.menu
    lines = "; ".join(describe_line(line, menu) for line in order.lines) or "empty"
    sums = totals(order, menu)
    price = price_text(sums.total, order.currency) + (" so far" if sums.unpriced else "")
    return f"[{order.state.value}] {lines} ({price})"
