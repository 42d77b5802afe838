"""`order.confirmed`: the order in the neutral form that every POS can read (`order_message.py`). Pure.

Rules kept here: every reference has its human name beside it, so that a ticket can be printed without our menu, and
what each POS calls it where the menu says so; money is integer cents; totals are ours and therefore estimated; an
allergy stands in capitals at the top; fields are only ever added, and `version` counts the changes that are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.orders.choices import forms_of, items_of, same_form
from gateway.orders.menu import Item, Menu, ModifierGroup, Variation
from gateway.orders.missing import required_age
from gateway.orders.order import Line, Order, Part
from gateway.orders.order import Modifier as OrderedModifier
from gateway.orders.pricing import Totals, line_price, totals, unit_price
from gateway.orders.restaurant import Language, Restaurant
from gateway.orders.sold_out import option_ref
from gateway.orders.wording.kitchen_words import for_english_kitchen
from gateway.pos.order_message import (
    CallLeg,
    CallReference,
    Choice,
    ConfirmedOrder,
    Customer,
    Fulfilment,
    OrderConfirmed,
    OrderLine,
    OrderPart,
    OrderTotals,
    Reference,
    TaxAmount,
)

ORDER_CONFIRMED = "order.confirmed"
# "allergic", "alergia", "coeliac", "celiaca": whatever is written so is for the kitchen's eyes first.
_ALLERGY = re.compile(r"al+[eé]rg|intoleran|c(o?e|e)l[ií]a[ck]|ana(ph|f)[iy]l", re.IGNORECASE)


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
    sequence: int = 1,
    quote_minutes: int | None = None,
) -> bytes:
    """The body of `order.confirmed`: compact JSON, UTF-8.

    Args:
        order: as confirmed.
        restaurant: where it was ordered.
        call: where it comes from.
        now: aware UTC, the time of the confirmation.
        menu: the menu it was ordered from, when that is no longer the restaurant's.
        sequence: counts the messages about this order, from 1.
        quote_minutes: how long the caller was told it takes; None: as the restaurant's settings say.
    """
    menu = menu or restaurant.menu
    fulfilment = order.fulfilment
    at = None if fulfilment is None else fulfilment.at
    data = ConfirmedOrder(
        sequence=sequence,
        idempotency_key=order.id,
        restaurant=Reference(ref=restaurant.id, name=restaurant.name),
        order_ref=order.id,
        order_version=order.version,
        allergy_alert=allergy_alert(order, restaurant.languages[0]),
        currency=order.currency,
        lines=tuple(_line(line, menu) for line in order.lines),
        totals=_totals(totals(order, menu), menu),
        customer=Customer(name=order.customer_name, phone=call.caller_number),
        fulfilment=Fulfilment(
            kind=None if fulfilment is None else fulfilment.kind,
            address=None if fulfilment is None else fulfilment.address,
            ready_at=at or now + timedelta(minutes=quote_minutes or restaurant.quote_minutes),
            scheduled=at is not None,
        ),
        notes=order.notes,
        menu_digest=order.menu_digest,
        menu_version=menu.version,
        call=CallReference(
            ref=call.call_id, legs=tuple(CallLeg(leg=leg, started_at=started) for leg, started in call.legs)
        ),
        allergies=order.allergies,
        age_note=age_note(order, menu),
        timezone=restaurant.timezone,
    )
    return OrderConfirmed(timestamp=now, data=data).model_dump_json().encode()


def allergy_alert(order: Order, kitchen: Language = "en") -> str | None:
    """The caller's allergies and every note that speaks of one or of an intolerance, in capitals; None without any.

    A ticket that cannot be read protects nobody: what a caller called in Spanish has its English name before it.

    Args:
        order: with the caller's own words.
        kitchen: the language that is read there.
    """
    told = [for_english_kitchen(words) if kitchen == "en" else words for words in order.allergies]
    named = [words if _ALLERGY.search(words) else f"allergy: {words}" for words in told]
    notes = [order.notes, *(line.notes for line in order.lines)]
    alarming = [note for note in notes if note and _ALLERGY.search(note)]
    return " / ".join(dict.fromkeys(words.strip().upper() for words in (*named, *alarming))) or None


def age_note(order: Order, menu: Menu) -> str | None:
    """What whoever hands the food over must check; None when nothing ordered asks for an age."""
    age = required_age(order, menu)
    if age is None:
        return None
    said = "the caller was not asked" if order.age_confirmed is None else f"the caller said {order.age_confirmed}"
    return f"CHECK ID: {age} OR OVER ({said})"


def _line(line: Line, menu: Menu) -> OrderLine:
    item = menu.item(line.item_id)
    form = None if item is None or line.variation_id is None else item.variation(line.variation_id)
    half = None if line.half_item_id is None else menu.item(line.half_item_id)
    half_form = None if half is None or form is None else same_form(half, form)
    return OrderLine(
        ref=line.id,
        item=_item(line.item_id, menu),
        variation=_variation(item, form, menu),
        quantity=line.quantity,
        modifiers=_choices(line.modifiers, item, menu),
        notes=line.notes,
        unit_price=unit_price(line, menu),
        price=line_price(line, menu),
        evidence=line.evidence,
        confidence=line.confidence,
        half_item=None if line.half_item_id is None else _item(line.half_item_id, menu),
        half_variation=_variation(half, half_form, menu),
        parts=tuple(_part(part, item, menu) for part in line.parts),
        min_age=max((i.min_age for i in items_of(line, menu) if i.min_age is not None), default=None),
        tax_ref=None if item is None else item.tax,
        single_form=item is not None and len(item.variations) == 1,
    )


def _part(part: Part, combo: Item | None, menu: Menu) -> OrderPart:
    slot, item = None if combo is None else combo.slot(part.slot), menu.item(part.item_id)
    forms = () if slot is None else forms_of(part, slot, menu)
    return OrderPart(
        slot=Reference(ref=part.slot, name=part.slot if slot is None else slot.name),
        item=_item(part.item_id, menu),
        variation=_variation(item, forms[0] if len(forms) == 1 else None, menu),
        modifiers=_choices(part.modifiers, item, menu),
    )


def _item(item_id: str, menu: Menu) -> Reference:
    item = menu.item(item_id)
    if item is None:
        return Reference(ref=item_id, name=item_id)
    return Reference(ref=item_id, name=item.name, kitchen_name=item.kitchen_name, pos_ids=item.pos_ids)


def _variation(item: Item | None, form: Variation | None, menu: Menu) -> Reference | None:
    """A size by the names of its options; an item with one form only names that form like itself."""
    if item is None or form is None:
        return None
    dimensions = ((menu.dimension(dimension), option) for dimension, option in form.options.items())
    chosen = (dimension.option(option) for dimension, option in dimensions if dimension is not None)
    name = ", ".join(option.name for option in chosen if option is not None)
    return Reference(ref=form.id, name=name or item.name, pos_ids=form.pos_ids)


def _choices(modifiers: Sequence[OrderedModifier], item: Item | None, menu: Menu) -> tuple[Choice, ...]:
    own = () if item is None else item.modifier_groups
    return tuple(_choice(m, None if m.group in own else _opener(m, modifiers, menu), menu) for m in modifiers)


def _opener(modifier: OrderedModifier, modifiers: Sequence[OrderedModifier], menu: Menu) -> str | None:
    """The choice among `modifiers` that opened the group of one of them."""
    for other in modifiers:
        group = menu.group(other.group)
        option = None if group is None or other.action == "no" else group.option(other.option)
        if option is not None and modifier.group in option.modifier_groups:
            return option_ref(other.group, other.option)
    return None


def _choice(modifier: OrderedModifier, opened_by: str | None, menu: Menu) -> Choice:
    group = menu.group(modifier.group)
    known = None if group is None else Reference(ref=group.id, name=group.name, pos_ids=group.pos_ids)
    replaced = modifier.instead_of
    return Choice(
        group=known or Reference(ref=modifier.group, name=modifier.group),
        option=_option(modifier.option, group),
        action=modifier.action,
        placement=modifier.placement,
        quantity=modifier.quantity,
        instead_of=None if replaced is None else _option(replaced, group),
        opened_by=opened_by,
    )


def _option(option_id: str, group: ModifierGroup | None) -> Reference:
    option = None if group is None else group.option(option_id)
    if option is None:
        return Reference(ref=option_id, name=option_id)
    return Reference(ref=option_id, name=option.name, kitchen_name=option.kitchen_name, pos_ids=option.pos_ids)


def _totals(sums: Totals, menu: Menu) -> OrderTotals:
    taxes = []
    for tax_id, amount in sums.taxes.items():
        tax = menu.tax(tax_id)
        name, rate = (tax_id, 0) if tax is None else (tax.name, tax.rate_millipercent)
        taxes.append(TaxAmount(ref=tax_id, name=name, rate_millipercent=rate, amount=amount))
    return OrderTotals(subtotal=sums.subtotal, taxes=tuple(taxes), tax=sums.tax, total=sums.total)
