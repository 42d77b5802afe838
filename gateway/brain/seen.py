"""What a mind reads in the answers of tools: the cart with its gaps, what cannot be had, hours. Records.

A mind reads any answer as far as it can: what an answer does not carry has its default, what it carries besides is
passed over. Pure.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from gateway.orders.intent import IntentItem, IntentModifier, KnownLine, Qualifier
from gateway.orders.order import Placement

_QUALIFIERS: Mapping[str, Qualifier] = {"extra": "extra", "light": "light", "side": "side"}


class _Seen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SeenModifier(_Seen):
    """A choice of a line, as the cart shows it."""

    group_id: str
    option_id: str
    action: str = "add"
    quantity: int = 1
    placement: Placement = "whole"
    instead_of: str | None = None

    def known(self) -> IntentModifier:
        """The choice as parsing takes it."""
        return IntentModifier(
            self.option_id,
            self.group_id,
            _QUALIFIERS.get(self.action),
            self.action == "no",
            self.quantity,
            placement=self.placement,
            instead_of=self.instead_of,
        )


class SeenPart(_Seen):
    """What fills a slot of a combo, as the cart shows it."""

    slot: str
    item_id: str
    options: Mapping[str, str] = {}
    modifiers: tuple[SeenModifier, ...] = ()

    def known(self) -> IntentItem:
        """The part as parsing takes it."""
        modifiers = tuple(modifier.known() for modifier in self.modifiers)
        return IntentItem(self.item_id, options=dict(self.options), modifiers=modifiers, slot=self.slot)


class SeenLine(_Seen):
    """A line of the cart."""

    line_id: str
    item_id: str
    quantity: int = 1
    options: Mapping[str, str] = {}
    modifiers: tuple[SeenModifier, ...] = ()
    half_item_id: str | None = None
    parts: tuple[SeenPart, ...] = ()

    def known(self) -> KnownLine:
        """The line as parsing takes it."""
        return KnownLine(
            self.line_id,
            self.item_id,
            self.quantity,
            dict(self.options),
            tuple(modifier.known() for modifier in self.modifiers),
            half_item_id=self.half_item_id,
            parts=tuple(part.known() for part in self.parts),
        )


class SeenGap(_Seen):
    """Something that is missing. `say` is the tool's own question, `slot` the slot of a combo that it is about."""

    line_id: str | None = None
    what: str
    choices: tuple[str, ...] = ()
    say: str = ""
    slot: str | None = None


class SeenUnavailable(_Seen):
    """Something in the cart that cannot be had now, why, and the ids of what could be had instead."""

    line_id: str
    say: str = ""
    instead: tuple[str, ...] = ()


class SeenHours(_Seen):
    """What get_hours says of the time."""

    now: str = ""


class SeenCustomer(_Seen):
    """What is known of the caller."""

    name: str | None = None
    fulfilment: str | None = None


class SeenResult(_Seen):
    """One tool's answer. What it does not carry has its default: a mind reads any answer as far as it can."""

    ok: bool = True
    say: str = ""
    error: str = ""
    state: str = "draft"
    cart: tuple[SeenLine, ...] | None = None
    missing: tuple[SeenGap, ...] = ()
    customer: SeenCustomer = SeenCustomer()
    menu: dict[str, object] | None = None
    unavailable: tuple[SeenUnavailable, ...] = ()
    alternatives: tuple[str, ...] = ()
    approval: str = ""
    hours: SeenHours | None = None
