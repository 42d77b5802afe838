"""The order as the caller has settled it so far: an immutable value that every change turns into a new one.

Rules kept here: each change names the tool call that asked for it and is made once, however often it is asked; a change
raises `version` and voids the read-back; a line's id is never used twice; nothing is confirmed that was not read back
as it stands; what was placed is not edited; an allergy is only ever taken back as such, never by another edit. Prices
live in the menu: `pricing.py` works them out, the order keeps only what was quoted. The records that it is made of
stand in `order_records.py`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Self

from pydantic import Field

from gateway.orders.order_errors import MAX_LINES, OrderClosedError, OrderFullError, OrderMovedError
from gateway.orders.order_records import (
    EVIDENCE_KEPT,
    OPEN,
    PLACED,
    Fulfilment,
    Line,
    Modifier,
    ModifierAction,
    OrderState,
    Part,
    Placement,
    Record,
    with_allergies,
    with_evidence,
    without_allergy,
)

__all__ = [
    "APPLIED_KEPT",
    "EVIDENCE_KEPT",
    "MAX_LINES",
    "OPEN",
    "PLACED",
    "Fulfilment",
    "Line",
    "Modifier",
    "ModifierAction",
    "Order",
    "OrderClosedError",
    "OrderFullError",
    "OrderMovedError",
    "OrderState",
    "Part",
    "Placement",
    "open_order",
    "with_evidence",
]

APPLIED_KEPT = 64

# What the delivery side may make of a placed order. A webhook's answer may overtake our own note that it was stored.
_NEXT: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.CONFIRMED: frozenset({OrderState.SUBMITTED, OrderState.ACCEPTED, OrderState.REJECTED}),
    OrderState.SUBMITTED: frozenset({OrderState.ACCEPTED, OrderState.REJECTED}),
    OrderState.ACCEPTED: frozenset({OrderState.REJECTED}),
}


class Order(Record):
    """One caller's order.

    `version` rises with every change; `read_back_version` is the version that was last read back (it stays when an edit
    voids that read-back, so that one can tell the caller why a new one is needed). `allergies` are in the caller's
    words; no edit of a line drops them. `age_confirmed` is the age in years that the caller said they have reached.
    `applied` holds the last 64 tool call ids, oldest first.
    """

    id: str
    restaurant_id: str
    menu_digest: str
    currency: str = "USD"
    state: OrderState = OrderState.DRAFT
    version: Annotated[int, Field(ge=0)] = 0
    lines: tuple[Line, ...] = ()
    customer_name: str | None = None
    fulfilment: Fulfilment | None = None
    notes: str | None = None
    allergies: tuple[str, ...] = ()
    age_confirmed: int | None = None
    read_back_version: int | None = None
    applied: tuple[str, ...] = ()
    next_line: Annotated[int, Field(ge=1)] = 1

    def line(self, line_id: str) -> Line | None:
        """The line with that id, or None."""
        return next((line for line in self.lines if line.id == line_id), None)

    @property
    def is_open(self) -> bool:
        """Whether it is still being taken."""
        return self.state in OPEN

    @property
    def is_placed(self) -> bool:
        """Whether the caller has said yes to it, so that it can no longer be edited."""
        return self.state in PLACED

    @property
    def read_back_stands(self) -> bool:
        """Whether what was read back is still the order."""
        return self.state is OrderState.READ_BACK and self.read_back_version == self.version

    def set_line(self, line: Line, *, call_id: str, if_version: int | None = None) -> Self:
        """Put a line in place of the one with its id, or at the end under a new id when no line has that id.

        Args:
            line: the whole line, as it shall be.
            call_id: of the tool call that asked for it.
            if_version: the version that the change is meant for; None: whichever it is.

        Raises:
            OrderClosedError: the order is placed.
            OrderMovedError: the order is at another version than `if_version`.
            OrderFullError: there is no room for another line.
        """
        if call_id in self.applied:
            return self
        self._expect(if_version)
        if self.line(line.id) is not None:
            lines = tuple(line if old.id == line.id else old for old in self.lines)
            return self._edited(call_id, lines=lines)
        if len(self.lines) >= MAX_LINES:
            raise OrderFullError
        added = line.model_copy(update={"id": f"L{self.next_line}"})
        return self._edited(call_id, lines=(*self.lines, added), next_line=self.next_line + 1)

    def remove_line(self, line_id: str, *, call_id: str, if_version: int | None = None) -> Self:
        """Take a line out; without such a line nothing changes.

        Raises:
            OrderClosedError: the order is placed.
            OrderMovedError: the order is at another version than `if_version`.
        """
        if call_id in self.applied or self.line(line_id) is None:
            return self
        self._expect(if_version)
        return self._edited(call_id, lines=tuple(line for line in self.lines if line.id != line_id))

    def set_lines(self, lines: Iterable[Line], *, menu_digest: str) -> Self:
        """The same order on another menu: its lines as they can be had there. No caller asked for it, so no call id.

        Raises:
            OrderClosedError: the order is placed.
        """
        return self._edited(None, lines=tuple(lines), menu_digest=menu_digest)

    def take_up(self, other: "Order", *, call_id: str) -> Self:
        """Go on with this order, held since an earlier call, and take over what the caller has said in this one.

        Raises:
            OrderClosedError: the order is placed.
        """
        if call_id in self.applied:
            return self
        numbered = (
            line.model_copy(update={"id": f"L{number}"}) for number, line in enumerate(other.lines, self.next_line)
        )
        edited = self._edited(
            call_id,
            version=max(self.version, other.version) + 1,
            lines=(*self.lines, *numbered),
            next_line=max(self.next_line + len(other.lines), other.next_line),
            customer_name=other.customer_name or self.customer_name,
            fulfilment=other.fulfilment or self.fulfilment,
            notes="; ".join(dict.fromkeys(filter(None, (self.notes, other.notes)))) or None,
            allergies=with_allergies(self.allergies, other.allergies),
            age_confirmed=self.age_confirmed if other.age_confirmed is None else other.age_confirmed,
        )
        both = dict.fromkeys((*self.applied, *other.applied, call_id))
        return edited.model_copy(update={"applied": tuple(both)[-APPLIED_KEPT:]})

    def set_customer(
        self,
        *,
        call_id: str,
        name: str | None = None,
        fulfilment: Fulfilment | None = None,
        notes: str | None = None,
        allergies: Iterable[str] = (),
        allergy_taken_back: str | None = None,
        age_confirmed: int | None = None,
        if_version: int | None = None,
    ) -> Self:
        """Set what is given and keep the rest; allergies come to those that are known but the one taken back.

        A caller who says "yes - Ana, pickup" over the read-back fills in blanks and takes nothing back: a first name,
        a first "pickup" or an age lets the read-back stand. A changed name, a note, an address, a time or an allergy
        is read back again.

        Raises:
            OrderClosedError: the order is placed.
            OrderMovedError: the order is at another version than `if_version`.
        """
        if call_id in self.applied:
            return self
        self._expect(if_version)
        given = {
            "customer_name": name,
            "fulfilment": fulfilment,
            "notes": notes,
            "allergies": with_allergies(without_allergy(self.allergies, allergy_taken_back or ""), allergies),
            "age_confirmed": age_confirmed,
        }
        changed = {field: value for field, value in given.items() if value not in (None, getattr(self, field))}
        if not changed:
            return self
        blanks = {
            "customer_name": self.customer_name is None,
            "fulfilment": self._takes_first(fulfilment),
            "age_confirmed": True,
        }
        edited = self._edited(call_id, **changed)
        if not (self.read_back_stands and all(blanks.get(field, False) for field in changed)):
            return edited
        return edited.model_copy(update={"state": OrderState.READ_BACK, "read_back_version": edited.version})

    def read_back(self, *, call_id: str) -> Self:
        """Note that this version is being read back to the caller.

        Raises:
            OrderClosedError: the order is placed or cancelled.
        """
        if call_id in self.applied:
            return self
        if not self.is_open:
            raise OrderClosedError(self.state)
        update = {"state": OrderState.READ_BACK, "read_back_version": self.version, "applied": self._with(call_id)}
        return self.model_copy(update=update)

    def confirm(self, *, call_id: str) -> Self:
        """Place the order as read back. Once placed, asking again changes nothing.

        The caller must have heard the read-back and said yes to it: `tools.py` sees to that.

        Raises:
            OrderClosedError: this version was not read back.
        """
        if call_id in self.applied or self.is_placed:
            return self
        if not self.read_back_stands:
            raise OrderClosedError(self.state)
        return self.model_copy(update={"state": OrderState.CONFIRMED, "applied": self._with(call_id)})

    def cancel(self, *, call_id: str) -> Self:
        """Drop everything ordered. A line added afterwards opens the order again, empty but for that line.

        What the caller said of themselves stays, their allergies above all.

        Raises:
            OrderClosedError: the order is placed.
        """
        if call_id in self.applied or self.state is OrderState.CANCELLED:
            return self
        return self._edited(call_id, lines=(), notes=None).model_copy(update={"state": OrderState.CANCELLED})

    def advance(self, state: OrderState) -> Self:
        """Note what became of a placed order: submitted, accepted, rejected. Late and repeated news change nothing."""
        return self.model_copy(update={"state": state}) if state in _NEXT.get(self.state, ()) else self

    def _edited(self, call_id: str | None, **changes: object) -> Self:
        """The next version with these changes, as a draft."""
        if self.is_placed:
            raise OrderClosedError(self.state)
        base: dict[str, object] = {"version": self.version + 1, "state": OrderState.DRAFT}
        if call_id is not None:
            base["applied"] = self._with(call_id)
        return self.model_copy(update=base | changes)

    def _expect(self, version: int | None) -> None:
        if version is not None and version != self.version:
            raise OrderMovedError(version, self.version)

    def _takes_first(self, fulfilment: Fulfilment | None) -> bool:
        return self.fulfilment is None and fulfilment == Fulfilment(kind="pickup")

    def _with(self, call_id: str) -> tuple[str, ...]:
        return (*self.applied, call_id)[-APPLIED_KEPT:]


def open_order(order_id: str, restaurant_id: str, *, menu_digest: str, currency: str = "USD") -> Order:
    """An empty order. The id is the caller's to choose and is the idempotency key towards the POS."""
    return Order(id=order_id, restaurant_id=restaurant_id, menu_digest=menu_digest, currency=currency)
