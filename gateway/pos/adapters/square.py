"""An order as Square's `POST /v2/orders` takes it, and the signature of Square's webhooks. Pure.

Fields and limits: developer.squareup.com/reference/square/orders-api/create-order. Rules kept here:

* The price of a line is the one that the caller was told, choices included; the choices themselves cost nothing then.
  Square sets `base_price_money` over the catalog's price. So the ticket, the receipt and the call say the same.
* What has no id goes ad hoc, by its name. What a catalog id does not say (a half, "light", "on the side") stands in
  the line's note too. Text that is longer than a field goes on in a line of its own that costs nothing.
* Taxes are those of the menu, by percentage, each on its lines alone.
"""

import base64
import hmac
import json
from collections.abc import Iterable, Iterator
from itertools import count
from math import ceil

from gateway.orders.pos_systems import SquareSettings
from gateway.pos.adapters.words import (
    Node,
    choice_words,
    half_words,
    is_plain,
    line_notes,
    nested,
    order_notes,
    part_words,
    pieces,
    size_of,
    ticket_name,
)
from gateway.pos.order_message import ConfirmedOrder, OrderConfirmed, OrderLine

Json = dict[str, object]
PATH = "/v2/orders"
PAYMENTS_PATH = "/v2/payments"
API_VERSION = "2026-09-16"
"""The `Square-Version` whose fields these are."""
_NAME, _SIZE, _CHOICE, _NOTE, _FULFILMENT_NOTE = 512, 400, 255, 2000, 500
_RECIPIENT, _TICKET, _REFERENCE, _KEY = 255, 30, 40, 45


def square_order(message: OrderConfirmed, settings: SquareSettings) -> Json:
    """The body of CreateOrder."""
    data = message.data
    taxes = {tax.ref: f"tax{number}" for number, tax in enumerate(data.totals.taxes, 1)}
    long_name = len(data.customer.name or "") > _RECIPIENT
    words = order_notes(data, who=long_name, where=_is_disguised(data, settings))
    note, *more = pieces(words, _FULFILMENT_NOTE)
    lines = [body for line in data.lines for body in _line(line, data, taxes)]
    order: Json = {
        "location_id": settings.location_id,
        "reference_id": data.order_ref[:_REFERENCE],
        "source": {"name": "Phone"},
        "ticket_name": (data.customer.name or "Phone")[:_TICKET],
        "line_items": [*_spare("ORDER NOTE", "".join(more), data), *lines],
        "fulfillments": [_fulfilment(message, settings, note)],
        "metadata": {"order_ref": data.order_ref[:255], "call_ref": data.call.ref[:255]},
    }
    if taxes:
        order["taxes"] = [
            {
                "uid": taxes[tax.ref],
                "name": tax.name,
                "type": "ADDITIVE",
                "percentage": _percentage(tax.rate_millipercent),
                "scope": "LINE_ITEM",
            }
            for tax in data.totals.taxes
        ]
    return {"idempotency_key": data.idempotency_key, "order": order}


def square_payment(message: OrderConfirmed, settings: SquareSettings, made: bytes) -> Json | None:
    """The body of CreatePayment that records the payment of an order; None: there is nothing to record.

    Args:
        message: the order.
        settings: whose it is.
        made: Square's answer to CreateOrder.

    Raises:
        ValueError, KeyError, TypeError: the answer is not one.
    """
    if settings.payment == "none":
        return None
    order = json.loads(made)["order"]
    due: Json = {name: order["net_amount_due_money"][name] for name in ("amount", "currency")}
    if due["amount"] == 0:
        return None
    body: Json = {
        "idempotency_key": f"pay-{message.data.idempotency_key}"[:_KEY],
        "source_id": settings.payment.upper(),
        "location_id": settings.location_id,
        "order_id": order["id"],
        "amount_money": due,
    }
    if settings.payment == "cash":
        return body | {"cash_details": {"buyer_supplied_money": due}}
    return body | {"external_details": {"type": "OTHER", "source": "Phone order, paid at the counter"}}


def square_signature(key: str, url: str, body: bytes) -> str:
    """What `x-square-hmacsha256-signature` says: base64(HMAC-SHA256(key, notification URL and body)).

    developer.squareup.com/docs/webhooks/step3validate

    Args:
        key: the subscription's signature key.
        url: the notification URL exactly as the subscription has it.
        body: the raw body, as it came.
    """
    return base64.b64encode(hmac.digest(key.encode(), url.encode() + body, "sha256")).decode()


def is_from_square(signature: str | None, key: str, url: str, body: bytes) -> bool:
    """Whether a webhook is Square's, compared in constant time. An empty body or key never is."""
    if not signature or not key or not body:
        return False
    return hmac.compare_digest(square_signature(key, url, body).encode(), signature.encode())


def _line(line: OrderLine, data: ConfirmedOrder, taxes: dict[str, str]) -> Iterator[Json]:
    notes = line_notes(line, data)
    modifiers = list(_modifiers(line, data.currency, notes))
    size = size_of(line.item, line.variation)
    catalog_id = None if line.variation is None else line.variation.pos_ids.get("square")
    body: Json = {"uid": line.ref, "quantity": str(line.quantity)}
    if catalog_id is not None:
        body["catalog_object_id"] = catalog_id
    else:
        body["name"] = _fitting(ticket_name(line.item), _NAME, notes)
        if size is not None:
            body["variation_name"] = _fitting(size, _SIZE, notes)
    if line.unit_price is None:
        notes.append("PRICE NOT KNOWN")
    if line.unit_price is not None or catalog_id is None:
        body["base_price_money"] = _money(line.unit_price or 0, data.currency)
    if modifiers:
        body["modifiers"] = modifiers
    tax = taxes.get(line.tax_ref or "") or (next(iter(taxes.values())) if len(taxes) == 1 else None)
    if tax is not None:
        body["applied_taxes"] = [{"tax_uid": tax}]
    note, *more = pieces(notes, _NOTE) or [""]
    yield body | ({"note": note} if note else {})
    yield from _spare(f"NOTE FOR {line.ref}", "".join(more), data)


def _modifiers(line: OrderLine, currency: str, notes: list[str]) -> Iterator[Json]:
    """The halves, the choices, and what fills the slots with its choices below it."""
    uids = (f"{line.ref}-{number}" for number in count(1))

    def made(nodes: Iterable[Node], parent: str | None) -> Iterator[Json]:
        for node in nodes:
            body = _choice(node, notes) | {"uid": next(uids), "base_price_money": _money(0, currency)}
            yield body if parent is None else body | {"parent_modifier_uid": parent}
            yield from made(node.opened, str(body["uid"]))

    def named(words: str) -> Json:
        name = _fitting(words, _CHOICE, notes)
        return {"uid": next(uids), "name": name, "quantity": "1", "base_price_money": _money(0, currency)}

    yield from map(named, half_words(line))
    yield from made(nested(line.modifiers), None)
    for part in line.parts:
        body = named(part_words(part))
        yield body
        yield from made(nested(part.modifiers), str(body["uid"]))


def _choice(node: Node, notes: list[str]) -> Json:
    """A catalog modifier, none of which is "no"; an ad hoc one says in its name how much and where.

    "No" on one half only is ad hoc: none of the catalog's would say so of the whole.
    """
    choice, words = node.choice, choice_words(node.choice)
    catalog_id = choice.option.pos_ids.get("square")
    if catalog_id is None or (choice.action == "no" and choice.placement != "whole"):
        return {"name": _fitting(words, _CHOICE, notes), "quantity": "1"}
    portions = 0 if choice.action == "no" else choice.quantity + (choice.action == "extra")
    if not is_plain(choice):
        notes.append(words)
    return {"catalog_object_id": catalog_id, "quantity": str(portions)}


def _fulfilment(message: OrderConfirmed, settings: SquareSettings, note: str) -> Json:
    data, fulfilment = message.data, message.data.fulfilment
    recipient: Json = {"display_name": (data.customer.name or "Phone order")[:_RECIPIENT]}
    if data.customer.phone:
        recipient["phone_number"] = data.customer.phone
    details: Json = {"recipient": recipient, "note": note}
    is_delivery = fulfilment.kind == "delivery" and settings.delivery_as == "delivery"
    if is_delivery:
        recipient["address"] = {"address_line_1": fulfilment.address or ""}
    if fulfilment.scheduled:
        at = fulfilment.ready_at.isoformat().replace("+00:00", "Z")
        details |= {"schedule_type": "SCHEDULED", "deliver_at" if is_delivery else "pickup_at": at}
    else:
        minutes = max(1, ceil((fulfilment.ready_at - message.timestamp).total_seconds() / 60))
        details |= {"schedule_type": "ASAP", "prep_time_duration": f"PT{minutes}M"}
    kind = "delivery" if is_delivery else "pickup"
    return {"type": kind.upper(), "state": "PROPOSED", f"{kind}_details": details}


def _is_disguised(data: ConfirmedOrder, settings: SquareSettings) -> bool:
    """Whether the note has to say how the food reaches the customer, because the type does not."""
    kind = data.fulfilment.kind
    return kind is None or (kind == "delivery" and settings.delivery_as == "pickup")


def _spare(name: str, text: str, data: ConfirmedOrder) -> Iterator[Json]:
    """Lines that cost nothing and say what found no room elsewhere."""
    for piece in pieces([text], _NOTE):
        yield {"name": name, "quantity": "1", "base_price_money": _money(0, data.currency), "note": piece}


def _fitting(text: str, limit: int, notes: list[str]) -> str:
    """The text cut to a field; one that is longer goes to the notes in full."""
    if len(text) > limit:
        notes.append(text)
    return text[:limit]


def _money(cents: int, currency: str) -> Json:
    return {"amount": cents, "currency": currency}


def _percentage(millipercent: int) -> str:
    """8250 is "8.25": whole and thousandths, without zeros at the end."""
    return f"{millipercent // 1000}.{millipercent % 1000:03d}".rstrip("0").rstrip(".")
