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
from gateway.orders.menu import Menu, ModifierGroup
from gateway.orders.order import Line, ModifierAction, Order, Part, Placement
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
    """A modifier of a line. `instead_of` is what a swap takes the place of."""

    group: Reference
    option: Reference
    action: ModifierAction
    placement: Placement
    quantity: int
    instead_of: Reference | None = None


class SlotPart(_Part):
    """What fills a slot of a combo."""

    slot: Reference
    item: Reference
    variation: Reference | None
    modifiers: tuple[Choice, ...]


class OrderLine(_Part):
    """A line: what, how many, how made, for how much (cents; null when it has no price), and where it was said.

    `right_half` is the item of the right half, where that is another; `parts` are what a combo consists of.
    """

    ref: str
    item: Reference
    right_half: Reference | None = None
    variation: Reference | None
    quantity: int
    modifiers: tuple[Choice, ...]
    parts: tuple[SlotPart, ...] = ()
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
    """How and when the food reaches the customer. `ready_at` is what the caller was told, or chose (`scheduled`)."""

    kind: FulfilmentKind | None
    address: str | None
    scheduled: bool = False
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
    allergies: tuple[str, ...] = ()
    currency: str
    lines: tuple[OrderLine, ...]
    totals: OrderTotals
    customer: Customer
    fulfilment: Fulfilment
    age_confirmed: int | None = None
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
    order: Order,
    restaurant: Restaurant,
    call: CallInfo,
    now: datetime,
    *,
    menu: Menu | None = None,
    quote_minutes: int | None = None,
    sequence: int = 1,
) -> bytes:
    """The body of `order.confirmed`: compact JSON, UTF-8.

    Args:
        order: as confirmed.
        restaurant: where it was ordered.
        call: where it comes from.
        now: aware UTC, the time of the confirmation.
        menu: the menu it was ordered from, when that is no longer the restaurant's.
        quote_minutes: how long an order takes now; None: as long as the restaurant's settings say.
        sequence: counts the messages about this order, from 1.
    """
    menu = menu or restaurant.menu
    fulfilment = order.fulfilment
    scheduled = None if fulfilment is None else fulfilment.at
    data = ConfirmedOrder(
        sequence=sequence,
        idempotency_key=order.id,
        restaurant=Reference(ref=restaurant.id, name=restaurant.name),
        order_ref=order.id,
        order_version=order.version,
        allergy_alert=allergy_alert(order),
        allergies=order.allergies,
        currency=order.currency,
        lines=tuple(_line(line, menu) for line in order.lines),
        totals=_totals(totals(order, menu), menu),
        customer=Customer(name=order.customer_name, phone=call.caller_number),
        fulfilment=Fulfilment(
            kind=None if fulfilment is None else fulfilment.kind,
            address=None if fulfilment is None else fulfilment.address,
            scheduled=scheduled is not None,
            ready_at=scheduled or now + timedelta(minutes=quote_minutes or restaurant.quote_minutes),
        ),
        age_confirmed=order.age_confirmed,
        notes=order.notes,
        menu_digest=order.menu_digest,
        menu_version=menu.version,
        call=CallReference(
            ref=call.call_id, legs=tuple(CallLeg(leg=leg, started_at=started) for leg, started in call.legs)
        ),
    )
    return OrderConfirmed(timestamp=now, data=data).model_dump_json().encode()


def allergy_alert(order: Order) -> str | None:
    """Every allergy and every note that speaks of one or of an intolerance, in capitals; None when none does."""
    notes = [note for note in (order.notes, *(line.notes for line in order.lines)) if note and _ALLERGY.search(note)]
    named = [f"ALLERGY: {', '.join(order.allergies)}"] if order.allergies else []
    return " / ".join(dict.fromkeys(text.strip().upper() for text in (*named, *notes))) or None


def _line(line: Line, menu: Menu) -> OrderLine:
    return OrderLine(
        ref=line.id,
        item=_item(line.item_id, menu),
        right_half=None if line.half_item_id is None else _item(line.half_item_id, menu),
        variation=_variation(line, menu),
        quantity=line.quantity,
        modifiers=tuple(_choice(modifier, menu) for modifier in line.modifiers),
        parts=tuple(_part(part, line, menu) for part in line.parts),
        notes=line.notes,
        unit_price=unit_price(line, menu),
        price=line_price(line, menu),
        evidence=line.evidence,
        confidence=line.confidence,
    )


def _part(part: Part, line: Line, menu: Menu) -> SlotPart:
    combo = menu.item(line.item_id)
    slot = None if combo is None else combo.slot(part.slot)
    return SlotPart(
        slot=Reference(ref=part.slot, name=part.slot if slot is None else slot.name),
        item=_item(part.item_id, menu),
        variation=_variation(part, menu),
        modifiers=tuple(_choice(modifier, menu) for modifier in part.modifiers),
    )


def _item(item_id: str, menu: Menu) -> Reference:
    item = menu.item(item_id)
    return (
        Reference(ref=item_id, name=item_id)
        if item is None
        else Reference(ref=item_id, name=item.name, kitchen_name=item.kitchen_name)
    )


def _variation(made: Line | Part, menu: Menu) -> Reference | None:
    """The form of what was ordered, named by its sizes."""
    item = menu.item(made.item_id)
    form = None if item is None or made.variation_id is None else item.variation(made.variation_id)
    if item is None or form is None:
        return None
    dimensions = ((menu.dimension(dimension), option) for dimension, option in form.options.items())
    chosen = (dimension.option(option) for dimension, option in dimensions if dimension is not None)
    name = ", ".join(option.name for option in chosen if option is not None)
    return Reference(ref=form.id, name=name or item.name)


def _choice(modifier: OrderedModifier, menu: Menu) -> Choice:
    group = menu.group(modifier.group)
    swapped = modifier.instead_of
    return Choice(
        group=Reference(ref=modifier.group, name=modifier.group if group is None else group.name),
        option=_option(modifier.option, group),
        action=modifier.action,
        placement=modifier.placement,
        quantity=modifier.quantity,
        instead_of=None if swapped is None else _option(swapped, group),
    )


def _option(option_id: str, group: ModifierGroup | None) -> Reference:
    option = None if group is None else group.option(option_id)
    return (
        Reference(ref=option_id, name=option_id)
        if option is None
        else Reference(ref=option_id, name=option.name, kitchen_name=option.kitchen_name)
    )


def _totals(sums: Totals, menu: Menu) -> OrderTotals:
    taxes = []
    for tax_id, amount in sums.taxes.items():
        tax = menu.tax(tax_id)
        name, rate = (tax_id, 0) if tax is None else (tax.name, tax.rate_millipercent)
        taxes.append(TaxAmount(ref=tax_id, name=name, rate_millipercent=rate, amount=amount))
    return OrderTotals(subtotal=sums.subtotal, taxes=tuple(taxes), tax=sums.tax, total=sums.total)
