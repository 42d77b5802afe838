"""A call that the local brain leads.

The tools are the product's own; what was heard and assented to is known here as the core of a call would know it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway.brain.brain import Brain
from gateway.brain.mind import Answered, Called, Entry, Prompt, Said, Say, ToolRequest
from gateway.call import prompts
from gateway.local.realtime_schema import FunctionTool
from gateway.orders.offer import AS_THE_MENU_SAYS, Offer
from gateway.orders.order import Order, OrderState, open_order
from gateway.orders.processor import assent
from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling.outcome import Assent, LeaveMessage, ReadBack, ToolContext
from gateway.orders.tools import OrderTools

NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
LAST = {"end_call", "transfer_to_staff"}


@dataclass
class Call:
    """One call: the conversation as the server holds it, and the order as the gateway does."""

    restaurant: Restaurant
    history: list[Entry] = field(default_factory=list)
    held: Order | None = None
    instructions: str = ""
    offered: frozenset[str] | None = None
    called: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    assent: Assent | None = None
    heard: bool = False
    now: datetime = NOON
    offer: Offer = AS_THE_MENU_SAYS
    recent_cents: tuple[int, ...] = ()
    messages: list[LeaveMessage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tools = OrderTools(self.restaurant.menu, self.restaurant)
        self.order = open_order(f"order-{id(self)}", self.restaurant.id, menu_digest=self.restaurant.menu.digest)
        self.instructions = self.instructions or prompts.instructions(self.restaurant)

    def prompt(self, choice: str = "auto") -> Prompt:
        tools = (
            FunctionTool(name=str(s["name"]), parameters={})
            for s in self.tools.schemas()
            if self.offered is None or s["name"] in self.offered
        )
        return Prompt(self.instructions, None, tuple(tools), choice, tuple(self.history))

    def note(self, text: str) -> str:
        self.history.append(Said(f"n{len(self.history)}", "system", text))
        return self.respond()

    def hear(self, text: str) -> str:
        self.assent = assent(text)
        self.history.append(Said(f"u{len(self.history)}", "user", text))
        return self.respond()

    def respond(self) -> str:
        """Lets the brain speak and call tools until it waits for the caller; returns what was said."""
        before = len(self.said)
        going_on = True
        while going_on:
            steps = Brain().decide(self.prompt())
            going_on = False
            for step in steps:
                if isinstance(step, Say):
                    self.said.append(step.text)
                    self.history.append(Said(f"a{len(self.history)}", "assistant", step.text))
                    self.heard = self.order.state is OrderState.READ_BACK
                else:
                    going_on = not self.execute(step.requests) & LAST
        return " ".join(self.said[before:])

    def execute(self, requests: Sequence[ToolRequest]) -> set[str]:
        for request in requests:
            call_id, arguments = f"c{id(self)}-{len(self.called)}", json.dumps(request.arguments)
            context = ToolContext(
                self.now,
                held=self.held,
                heard_read_back=self.heard,
                assent=self.assent,
                sold_out=self.offer.sold_out,
                quote_minutes=self.offer.quote_minutes,
                recent_cents=self.recent_cents,
            )
            outcome = self.tools.execute(call_id, request.name, arguments, self.order, context)
            if isinstance(outcome.action, ReadBack):
                self.heard, self.assent = False, None
            if isinstance(outcome.action, LeaveMessage):
                self.messages.append(outcome.action)
            self.order = outcome.order
            self.called.append(request.name)
            self.history.append(Called(call_id, call_id, request.name, arguments))
            self.history.append(Answered(f"{call_id}o", call_id, json.dumps(outcome.output)))
        return {request.name for request in requests}

    @property
    def lines(self) -> list[tuple[int, str, str | None, list[str]]]:
        return [
            (line.quantity, line.item_id, line.variation_id, [f"{m.action} {m.option}" for m in line.modifiers])
            for line in self.order.lines
        ]
