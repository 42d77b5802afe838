"""What every tool of a restaurant works with, and the shapes of its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.orders.cart import cart
from gateway.orders.line_edit import LineEditor
from gateway.orders.lookup import Names
from gateway.orders.menu import Category, Menu
from gateway.orders.missing import missing_from_lines
from gateway.orders.order import Order
from gateway.orders.placing import Gate
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_arguments import Arguments, Refusal
from gateway.orders.tool_outcome import OutcomeKind, ToolAction, ToolContext, ToolOutcome

PLACED = "The order is placed already and cannot be changed here. If the caller wants to, offer transfer_to_staff."


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call on its way through."""

    id: str
    arguments: Arguments
    order: Order
    context: ToolContext


@dataclass(frozen=True, slots=True)
class Desk:
    """One restaurant's menu and settings, with the indexes that tools look things up in."""

    menu: Menu
    restaurant: Restaurant
    editor: LineEditor = field(init=False)
    categories: Names[Category] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "editor", LineEditor(self.menu))
        object.__setattr__(self, "categories", Names(self.menu.categories))

    def changed(self, order: Order, say: str, action: ToolAction | None = None) -> ToolOutcome:
        """The order was changed: "ready", or "incomplete" with the questions to ask in place of `say`."""
        gaps = missing_from_lines(order, self.menu)
        words = " ".join(gap.say for gap in gaps) or say
        kind: OutcomeKind = "incomplete" if gaps else "ready"
        return ToolOutcome(order, self._output(order, True, {"say": words}), kind, action=action)

    def unchanged(self, order: Order, say: Mapping[str, object], action: ToolAction | None = None) -> ToolOutcome:
        """Nothing to change, nothing wrong."""
        return ToolOutcome(order, self._output(order, True, say), "noop", action=action)

    def refused(self, order: Order, gate: Gate) -> ToolOutcome:
        """Nothing was changed, and why."""
        error: dict[str, object] = {"error": gate.message}
        if gate.error is not None:
            error["code"] = gate.error
        output = self._output(order, False, error)
        return ToolOutcome(order, output, gate.kind, error=gate.error, message=gate.message)

    def _output(self, order: Order, ok: bool, words: Mapping[str, object]) -> dict[str, object]:
        return {"ok": ok, **words, **cart(order, self.menu, self.restaurant)}


def refuse_if_placed(order: Order) -> None:
    """No tool edits what the kitchen has.

    Raises:
        Refusal: the order is placed.
    """
    if order.is_placed:
        raise Refusal(PLACED)
