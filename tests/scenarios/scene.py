"""A scenario as events through the core: a scripted model and caller, and the shell's part of every effect.

Rules: an event is cleaned as the session cleans it before the core or the log sees it; what the core wants stored is
stored at once; `finish` judges what must hold for every call, and that nothing is left running.
"""

import json
from datetime import datetime
from typing import Any

from gateway.call.effects import Effect, KeepMessage, Note, RaiseAlert, SubmitOrder
from gateway.call.machine import Call
from gateway.call.offers import offer_changed
from gateway.call.redaction import Redaction
from gateway.call.states import TABLE, State
from gateway.events import (
    AlertRaised,
    CallStarted,
    Disclosed,
    HungUp,
    LegStarted,
    MessageLeft,
    OrderData,
    OrderEvent,
    RecentOrder,
    milliseconds,
)
from gateway.orders.offer import Offer
from gateway.orders.order import Order
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.pos.order_payload import CallInfo, build_order_confirmed
from tests.call.conversation import Conversation, answer
from tests.scenarios.house import HOUSE, clock

ARROWS = {(source, target) for (source, _), target in TABLE.items()}
ANA = "+15557654321"


class Scene(Conversation):
    """One call of the house.

    Attributes:
        effects: everything that the core wanted done.
        submitted: the orders that were handed to the POS.
        trail: the moves of the state.
    """

    def __init__(self, house: Restaurant = HOUSE, at: datetime | None = None) -> None:
        super().__init__(house)
        self.now = at or clock("2026-11-18", "13:00")  # a Wednesday
        self.effects: list[Effect] = []
        self.submitted: list[Order] = []
        self.trail: list[tuple[State, State]] = []
        self.dies_on_submit = False
        self._redaction = Redaction()
        self.call.machine.on_state_change(lambda source, target: self.trail.append((source, target)))

    def take_id(self, call_id: str) -> None:
        """Another call than the first: its order has an id of its own."""
        self.call = Call(call_id, self.restaurant)
        self._made = 1000  # a model's ids come once
        self.call.machine.on_state_change(lambda source, target: self.trail.append((source, target)))

    # --- the shell ---

    def take(self, event: Any) -> list[Effect]:
        effects = super().take(self._redaction.clean(event))
        self.effects += effects
        return [*effects, *(more for effect in effects for more in self._carry_out(effect))]

    def _carry_out(self, effect: Effect) -> list[Effect]:
        match effect:
            case KeepMessage(tool_call_id, text, name, number_back, order):
                number = ANA if number_back else None
                left = {"tool_call_id": tool_call_id, "text": text, "name": name, "number": number, "order": order}
                return self.tell(MessageLeft, **left)
            case RaiseAlert(kind, reason):
                return self.tell(AlertRaised, kind=kind, reason=reason)
            case SubmitOrder(order):
                self.submitted.append(order)
                if self.dies_on_submit:
                    return []
                done = OrderData(intent="confirm")
                return self.tell(OrderEvent, type="order.complete", order_id=order.id, data=done)
            case _:
                return []

    # --- what happens ---

    def begins(self, *, recent: tuple[int, ...] = (), held: Order | None = None) -> list[Effect]:
        """A caller rings and is greeted. `recent`: cents of orders placed a minute before each other until now."""
        minutes = range(len(recent), 0, -1)
        orders = [
            RecentOrder(cents=cents, at=milliseconds(self.now) - 60_000 * ago)
            for cents, ago in zip(recent, minutes, strict=True)
        ]
        started = {"restaurant_id": self.restaurant.id, "caller_key": "k1", "recent_orders": orders}
        self.tell(CallStarted, held_order=None if held is None else held.model_dump_json(), **started)
        self.tell(Disclosed, text=self.restaurant.disclosure)
        self.start_leg(1)
        return self.model_comes_up()

    def offers(self, *sold_out: str, until: datetime | None = None, quote_minutes: int | None = None) -> list[Effect]:
        """The restaurant's people say what has run out."""
        offer = Offer(SoldOut(tuple(SoldOutEntry(ref, until) for ref in sold_out)), quote_minutes)
        return self.take(offer_changed(offer, "CA1", self.now))

    def does(self, tool: str, /, **arguments: object) -> dict[str, Any]:
        """The model calls a tool; its answer."""
        return answer(self.tool(tool, **arguments))

    def is_confirmed(self, words: str = "yes") -> None:
        """Read back, heard, said yes to, placed."""
        self.reads_back()
        self.caller_says(words)
        assert self.does("confirm_order")["ok"] is True

    def says_goodbye(self) -> None:
        """The agent says goodbye and hangs up."""
        self.agent_says("Goodbye!", [("end_call", {})])
        self.end_leg("closed")
        self.tell(HungUp)

    # --- the judgement ---

    def order(self) -> Order:
        """The order as it stands."""
        assert self.call.order is not None
        return self.call.order

    def lines(self) -> list[tuple[int, str, str | None, tuple[str, ...]]]:
        """The order's lines: how many, of what, in which form, with which choices."""
        return [
            (line.quantity, line.item_id, line.variation_id, tuple(m.option for m in line.modifiers))
            for line in self.order().lines
        ]

    def notes(self, first: str = "") -> list[str]:
        """The notes that the model was given, or those that begin so."""
        return [effect.text for effect in self.effects if isinstance(effect, Note) and effect.text.startswith(first)]

    def transcript(self) -> list[tuple[str, str]]:
        """Who said what, in spoken order, as far as it was heard."""
        return [(turn.speaker, turn.heard_text) for turn in self.call.turns]

    def ticket(self) -> dict[str, Any]:
        """What the POS is told about the one order."""
        (order,) = self.submitted
        body = build_order_confirmed(
            order,
            self.restaurant,
            CallInfo("CA1", ANA),
            self.now,
            quote_minutes=self.call.desk.offer.quote_minutes,
        )
        data: dict[str, Any] = json.loads(body)["data"]
        return data

    def finish(self, *, orders: int = 1) -> None:
        """What must hold for every call: once it is over, nothing is left, and its log alone tells it again."""
        kinds = [type(event) for event in self.log]
        assert Disclosed in kinds
        assert LegStarted not in kinds[: kinds.index(Disclosed)], "the disclosure comes first"
        assert [order.id for order in self.submitted] == list(dict.fromkeys(order.id for order in self.submitted))
        assert len(self.submitted) == orders
        assert set(self.trail) <= ARROWS
        assert [source for source, _ in self.trail] == [State.DISCONNECTED, *(target for _, target in self.trail[:-1])]
        assert self.state() is State.DISCONNECTED
        assert self.call.deadline is None, "no timer is left"
        assert not self.call.playing
        assert not self.call.desk.waits
        twin = self.folded()
        assert (twin.order, twin.alerts.messages, twin.alerts.raised) == (
            self.call.order,
            self.call.alerts.messages,
            self.call.alerts.raised,
        )
        assert [(turn.speaker, turn.heard_text) for turn in twin.turns] == self.transcript()
