"""What every tool of a restaurant works with, and the shapes of its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.orders.cart import cart
from gateway.orders.menu import Category, Menu
from gateway.orders.missing import missing_from_lines
from gateway.orders.on_offer import OnOffer
from gateway.orders.order import APPLIED_KEPT, Order
from gateway.orders.placing import Gate
from gateway.orders.restaurant import Language, Restaurant
from gateway.orders.tooling.arguments import Arguments, Refusal, shown
from gateway.orders.tooling.line_edit import LineEditor
from gateway.orders.tooling.lookup import Names, fold
from gateway.orders.tooling.menu_search import MenuSearch
from gateway.orders.tooling.outcome import OutcomeKind, ToolAction, ToolContext, ToolOutcome

_LANGUAGE_NAMES: Mapping[str, Language] = {"english": "en", "spanish": "es", "espanol": "es", "castellano": "es"}
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
    search: MenuSearch = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "editor", LineEditor(self.menu))
        object.__setattr__(self, "categories", Names(self.menu.categories))
        object.__setattr__(self, "search", MenuSearch(self.menu))

    def changed(self, order: Order, say: str, context: ToolContext, action: ToolAction | None = None) -> ToolOutcome:
        """The order was changed: "ready", or "incomplete" with the questions to ask in place of `say`."""
        gaps = missing_from_lines(order, self.menu, on_offer=self.on_offer(order, context))
        words = " ".join(gap.say for gap in gaps) or say
        kind: OutcomeKind = "incomplete" if gaps else "ready"
        return ToolOutcome(order, self._output(order, context, True, {"say": words}), kind, action=action)

    def unchanged(
        self, order: Order, said: Mapping[str, object], context: ToolContext, action: ToolAction | None = None
    ) -> ToolOutcome:
        """Nothing to change, nothing wrong. `said` is JSON for the model, with `say` as a rule."""
        return ToolOutcome(order, self._output(order, context, True, said), "noop", action=action)

    def refused(
        self, order: Order, gate: Gate, context: ToolContext, beside: Mapping[str, object] | None = None
    ) -> ToolOutcome:
        """Nothing was changed, and why; `beside` is JSON that helps to go on."""
        error: dict[str, object] = {"error": gate.message, **(beside or {})}
        if gate.error is not None:
            error["code"] = gate.error
        output = self._output(order, context, False, error)
        return ToolOutcome(order, output, gate.kind, error=gate.error, message=gate.message)

    def on_offer(self, order: Order, context: ToolContext) -> OnOffer:
        """What can be had for an order, as things stand now."""
        return OnOffer(self.menu, self.restaurant, context, order.fulfilment)

    def _output(self, order: Order, context: ToolContext, ok: bool, words: Mapping[str, object]) -> dict[str, object]:
        return {"ok": ok, **words, "version": order.version, **cart(order, self.menu, self.restaurant, context)}


def refuse_if_placed(order: Order) -> None:
    """No tool edits what the kitchen has.

    Raises:
        Refusal: the order is placed.
    """
    if order.is_placed:
        raise Refusal(PLACED)


def refuse_if_moved(call: ToolCall) -> None:
    """A change that is meant for one version of the order (`if_version`) is not made to another.

    Raises:
        Refusal: the order has changed since.
    """
    meant = call.arguments.whole("if_version")
    if meant is not None and meant != call.order.version:
        raise Refusal(
            f"The order has changed since version {meant}; it is at version {call.order.version}. Look at the cart in "
            "this answer, then call again if it is still wanted."
        )


def done_once(call: ToolCall) -> Order:
    """The order with this tool call noted, for a tool that acts without changing what is ordered."""
    return call.order.model_copy(update={"applied": (*call.order.applied, call.id)[-APPLIED_KEPT:]})


def language_of(desk: Desk, call: ToolCall) -> Language:
    """The `language` that the model speaks: the restaurant's first where it does not say.

    Raises:
        Refusal: ORDER_PARSE_ERROR, when the restaurant does not offer it.
    """
    languages, named = desk.restaurant.languages, call.arguments.text("language")
    if named is None:
        return languages[0]
    code = _LANGUAGE_NAMES.get(fold(named), named.casefold().partition("-")[0])
    known = next((language for language in languages if language == code), None)
    if known is None:
        offered = ", ".join(languages)
        raise Refusal(
            f"language must be one of {offered}; it was {shown(named)}. Tell the caller, and offer a person.",
            "ORDER_PARSE_ERROR",
        )
    return known
