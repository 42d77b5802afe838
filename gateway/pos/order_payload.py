"""`order.confirmed`: the order in the neutral form that every POS can read. Pure.

Rules kept here: every reference has its human name beside it, so that a ticket can be printed without our menu; money
is integer cents; totals are ours and therefore estimated; an allergy stands in capitals at the top; fields are only
ever added, and `version` counts the changes that are not.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from gateway.orders.availability import FulfilmentKind
from gateway.orders.menu import Menu
from gateway.orders.order import Line, ModifierAction, Order, Placement
from gateway.orders.order import Modifier as OrderedModifier
from gateway.orders.pricing import Totals, line_price, totals, unit_price
from gateway.orders.restaurant import Restaurant

ORDER_CONFIRMED = "order.confirmed"
# "allergic", "alergia", "coeliac", "celiaca": whatever is written so is for the kitchen's eyes first.
_ALLERGY = re.compile(r"al+[eé]rg|intoleran|c(o?e|e)l[ií]a[ck]|ana(ph|f)[iy]l", re.IGNORECASE)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Reference(_Part):
    """Something of the menu: its id there and its name for people, and the ticket's name where that is another."""

    ref: str
    name: str
    kitchen_name: str | None = None


class Choice(_Part):
    """A modifier of a line."""

    group: Reference
    option: Reference
    action: ModifierAction
    placement: Placement
    quantity: int


class OrderLine(_Part):
    """A line: what, how many, how made, for how much (cents; null when it has no price), and where it was said."""

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


class TaxAmount(_Part):
    """The tax of one category. `rate_millipercent`: 8250 is 8.25 %."""

    ref: str
    name: str
    rate_millipercent: int
    amount: int


class OrderTotals(_Part):
    """Sums in cents. Estimated: what the POS computes is what counts."""

    estimated: Literal[True] = True
    subtotal: int
    taxes: tuple[TaxAmount, ...]
    tax: int
    total: int


class Customer(_Part):
    """Who ordered. `phone` is E.164, or null when the number was withheld."""

    name: str | None
    phone: str | None


class Fulfilment(_Part):
    """How and when the food reaches the customer. `ready_at` is what the caller was told."""

    kind: FulfilmentKind | None
    address: str | None
    ready_at: datetime


class CallLeg(_Part):
    """One media stream of the call."""

    leg: int
    started_at: datetime


class CallReference(_Part):
    """The call that the order was taken in."""

    ref: str
    legs: tuple[CallLeg, ...]


class ConfirmedOrder(_Part):
    """The data of `order.confirmed`."""

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


class OrderConfirmed(_Part):
    """The whole message."""

    type: Literal["order.confirmed"] = "order.confirmed"
    timestamp: datetime
    data: ConfirmedOrder


@dataclass(frozen=True, slots=True)
class CallInfo:
    """What the message says about the call: its SID, the caller's number if known, (leg, start) of each stream."""

    call_id: str
    caller_number: str | None
    legs: tuple[tuple[int, datetime], ...] = ()


def build_order_confirmed(
    order: Order, restaurant: Restaurant, call: CallInfo, now: datetime, *, menu: Menu | None = None, sequence: int = 1
) -> bytes:
    """The body of `order.confirmed`: compact JSON, UTF-8.

    Args:
        order: as confirmed.
        restaurant: where it was ordered.
        call: where it comes from.
        now: aware UTC, the time of the confirmation.
        menu: the menu it was ordered from, when that is no longer the restaurant's.
        sequence: counts the messages about this order, from 1.
    """
    menu = menu or restaurant.menu
    fulfilment = order.fulfilment
    data = ConfirmedOrder(
        sequence=sequence,
        idempotency_key=order.id,
        restaurant=Reference(ref=restaurant.id, name=restaurant.name),
        order_ref=order.id,
        order_version=order.version,
        allergy_alert=allergy_alert(order),
        currency=order.currency,
        lines=tuple(_line(line, menu) for line in order.lines),
        totals=_totals(totals(order, menu), menu),
        customer=Customer(name=order.customer_name, phone=call.caller_number),
        fulfilment=Fulfilment(
            kind=None if fulfilment is None else fulfilment.kind,
            address=None if fulfilment is None else fulfilment.address,
            ready_at=now + timedelta(minutes=restaurant.quote_minutes),
        ),
        notes=order.notes,
        menu_digest=order.menu_digest,
        menu_version=menu.version,
        call=CallReference(
            ref=call.call_id, legs=tuple(CallLeg(leg=leg, started_at=started) for leg, started in call.legs)
        ),
    )
    return OrderConfirmed(timestamp=now, data=data).model_dump_json().encode()


def allergy_alert(order: Order) -> str | None:
    """Every note that speaks of an allergy or an intolerance, in capitals; None when none does."""
    notes = [order.notes, *(line.notes for line in order.lines)]
    alarming = dict.fromkeys(note.strip().upper() for note in notes if note and _ALLERGY.search(note))
    return " / ".join(alarming) or None


def _line(line: Line, menu: Menu) -> OrderLine:
    item = menu.item(line.item_id)
    variation = None
    if item is not None and line.variation_id is not None and (form := item.variation(line.variation_id)) is not None:
        dimensions = ((menu.dimension(dimension), option) for dimension, option in form.options.items())
        chosen = (dimension.option(option) for dimension, option in dimensions if dimension is not None)
        name = ", ".join(option.name for option in chosen if option is not None)
        variation = Reference(ref=form.id, name=name or item.name)
    return OrderLine(
        ref=line.id,
        item=Reference(
            ref=line.item_id,
            name=line.item_id if item is None else item.name,
            kitchen_name=None if item is None else item.kitchen_name,
        ),
        variation=variation,
        quantity=line.quantity,
        modifiers=tuple(_choice(modifier, menu) for modifier in line.modifiers),
        notes=line.notes,
        unit_price=unit_price(line, menu),
        price=line_price(line, menu),
        evidence=line.evidence,
        confidence=line.confidence,
    )


def _choice(modifier: OrderedModifier, menu: Menu) -> Choice:
    group = menu.group(modifier.group)
    option = None if group is None else group.option(modifier.option)
    return Choice(
        group=Reference(ref=modifier.group, name=modifier.group if group is None else group.name),
        option=Reference(
            ref=modifier.option,
            name=modifier.option if option is None else option.name,
            kitchen_name=None if option is None else option.kitchen_name,
        ),
        action=modifier.action,
        placement=modifier.placement,
        quantity=modifier.quantity,
    )


def _totals(sums: Totals, menu: Menu) -> OrderTotals:
    taxes = []
    for tax_id, amount in sums.taxes.items():
        tax = menu.tax(tax_id)
        name, rate = (tax_id, 0) if tax is None else (tax.name, tax.rate_millipercent)
        taxes.append(TaxAmount(ref=tax_id, name=name, rate_millipercent=rate, amount=amount))
    return OrderTotals(subtotal=sums.subtotal, taxes=tuple(taxes), tax=sums.tax, total=sums.total)
