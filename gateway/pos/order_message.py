"""The records of `order.confirmed`, as they travel to a POS.

Frozen models. Fields are only ever added, each with a value for those who do not know it yet; `ConfirmedOrder.version`
counts the changes that are not of this kind. `order_payload.py` fills them in.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from gateway.orders.availability import FulfilmentKind
from gateway.orders.order import ModifierAction, Placement


class MessagePart(BaseModel):
    """What all records of messages share: frozen."""

    model_config = ConfigDict(frozen=True)


class Reference(MessagePart):
    """Something of the menu: its id there and its name for people, and the ticket's name where that is another.

    `pos_ids` is what POS systems call it, by the system's name.
    """

    ref: str
    name: str
    kitchen_name: str | None = None
    pos_ids: Mapping[str, str] = {}


class Choice(MessagePart):
    """A modifier of a line. With action "swap" it takes the place of `instead_of`, which the item comes with.

    `opened_by` is the choice that opened the group, as "group/option": the salad whose dressing it is; null where the
    item has the group itself.
    """

    group: Reference
    option: Reference
    action: ModifierAction
    placement: Placement
    quantity: int
    instead_of: Reference | None = None
    opened_by: str | None = None


class OrderPart(MessagePart):
    """What fills one slot of a combo."""

    slot: Reference
    item: Reference
    variation: Reference | None
    modifiers: tuple[Choice, ...]


class OrderLine(MessagePart):
    """A line: what, how many, how made, for how much (cents; null when it has no price), and where it was said.

    `half_item` is the item of the right half, when it is another, in `half_variation`; `parts` fill the slots of a
    combo, whose prices are in the line's. `min_age` is the age in years that the customer must show. `tax_ref` is
    that of the tax category (`OrderTotals.taxes`); null when the item has left the menu. `single_form`: the item comes
    in no other variation.
    """

    ref: str
    item: Reference
    variation: Reference | None
    quantity: int
    modifiers: tuple[Choice, ...]
    notes: str | None
    unit_price: int | None
    price: int | None
    evidence: tuple[str, ...]
    confidence: float
    half_item: Reference | None = None
    half_variation: Reference | None = None
    parts: tuple[OrderPart, ...] = ()
    min_age: int | None = None
    tax_ref: str | None = None
    single_form: bool = False


class TaxAmount(MessagePart):
    """The tax of one category. `rate_millipercent`: 8250 is 8.25 %."""

    ref: str
    name: str
    rate_millipercent: int
    amount: int


class OrderTotals(MessagePart):
    """Sums in cents. Estimated: what the POS computes is what counts."""

    estimated: Literal[True] = True
    subtotal: int
    taxes: tuple[TaxAmount, ...]
    tax: int
    total: int


class Customer(MessagePart):
    """Who ordered. `phone` is E.164, or null when the number was withheld."""

    name: str | None
    phone: str | None


class Fulfilment(MessagePart):
    """How and when the food reaches the customer. `ready_at` is what the caller was told, or chose: `scheduled`."""

    kind: FulfilmentKind | None
    address: str | None
    ready_at: datetime
    scheduled: bool = False


class CallLeg(MessagePart):
    """One media stream of the call."""

    leg: int
    started_at: datetime


class CallReference(MessagePart):
    """The call that the order was taken in."""

    ref: str
    legs: tuple[CallLeg, ...]


class ConfirmedOrder(MessagePart):
    """The data of `order.confirmed`. `timezone` is the restaurant's, an IANA name."""

    version: Literal[1] = 1
    sequence: int
    idempotency_key: str
    restaurant: Reference
    order_ref: str
    order_version: int
    allergy_alert: str | None
    currency: str
    lines: tuple[OrderLine, ...]
    totals: OrderTotals
    customer: Customer
    fulfilment: Fulfilment
    notes: str | None
    menu_digest: str
    menu_version: str | None
    call: CallReference
    allergies: tuple[str, ...] = ()
    age_note: str | None = None
    timezone: str | None = None


class OrderConfirmed(MessagePart):
    """The whole message."""

    type: Literal["order.confirmed"] = "order.confirmed"
    timestamp: datetime
    data: ConfirmedOrder
