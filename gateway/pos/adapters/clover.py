"""An order as Clover's `POST /v3/merchants/{mId}/atomic_order/orders` takes it. Pure.

Fields: docs.clover.com/dev/reference/ordercreateatomicorder. Rules kept here:

* A line of Clover is one thing, so that two of it are two lines; `groupLineItems` prints them as one.
* What Clover has in its inventory is priced and taxed by Clover. What it has not goes as a custom line, at the price
  that the caller was told, choices included.
* Clover knows that a modifier is there and no more: NO, LIGHT, halves and what fills a combo stand in the line's note.
* Clover has no field for who, where and when: they stand in the order's note, and the order's id in its title.

Clover repeats nothing on our behalf: it has no idempotency key. Whoever sends again after an answer was lost finds the
order that is already there by its title.
"""

import json
from collections.abc import Iterator

from gateway.orders.pos_systems import CloverSettings
from gateway.pos.adapters.words import (
    choice_words,
    flat,
    half_words,
    is_plain,
    line_notes,
    nested,
    order_notes,
    pieces,
    size_of,
    sized,
    ticket_name,
    whole_part_words,
)
from gateway.pos.order_message import Choice, ConfirmedOrder, OrderConfirmed, OrderLine

Json = dict[str, object]
_TITLE, _NAME, _NOTE = 127, 127, 2000


def clover_path(settings: CloverSettings) -> str:
    """Where a merchant's orders are made."""
    return f"/v3/merchants/{settings.merchant_id}/atomic_order/orders"


def clover_orders_path(settings: CloverSettings) -> str:
    """Where a merchant's orders are found."""
    return f"/v3/merchants/{settings.merchant_id}/orders"


def clover_print_path(settings: CloverSettings) -> str:
    """Where a merchant's printers are told what to print."""
    return f"/v3/merchants/{settings.merchant_id}/print_event"


def clover_print(data: ConfirmedOrder, made: bytes) -> Json:
    """The body of a print event for an order.

    Args:
        data: the order.
        made: Clover's answer to the atomic order, or the list in which the order was found by its title.

    Raises:
        ValueError, KeyError, TypeError: the answer is not one, or the order is not in it.
    """
    answer = json.loads(made)
    if "elements" not in answer:
        return {"orderRef": {"id": answer["id"]}}
    for order in answer["elements"]:
        if order["title"] == clover_title(data):
            return {"orderRef": {"id": order["id"]}}
    raise ValueError("the order is not in the answer")


def clover_order(message: OrderConfirmed, settings: CloverSettings) -> Json:
    """The body of an atomic order."""
    data = message.data
    note, *more = pieces([*order_notes(data, who=True, where=True, when=True), f"Order {data.order_ref}"], _NOTE)
    cart: Json = {
        "title": clover_title(data),
        "note": note,
        "currency": data.currency,
        "clientCreatedTime": int(message.timestamp.timestamp() * 1000),
        "groupLineItems": True,
        "lineItems": [
            *_spare("ORDER NOTE", "".join(more)),
            *(body for line in data.lines for body in _lines(line, data)),
        ],
    }
    kind = data.fulfilment.kind
    order_type = None if kind is None else settings.order_types.get(kind)
    if order_type is not None:
        cart["orderType"] = {"id": order_type}
    return {"orderCart": cart}


def clover_title(data: ConfirmedOrder) -> str:
    """The title by which an order is found again."""
    return f"Phone {data.order_ref}"[:_TITLE]


def _lines(line: OrderLine, data: ConfirmedOrder) -> Iterator[Json]:
    notes, item_id = line_notes(line, data), _item_id(line)
    size = size_of(line.item, line.variation)
    choices = list(flat(nested(line.modifiers)))
    notes += [*half_words(line), *map(whole_part_words, line.parts)]
    body: Json
    if item_id is None:
        name = sized(line.item, line.variation)
        notes += [name] if len(name) > _NAME else []
        notes += map(choice_words, choices)
        notes += ["PRICE NOT KNOWN"] if line.unit_price is None else []
        body = {"name": name[:_NAME], "price": line.unit_price or 0}
    else:
        if size is not None and line.variation is not None and "clover" not in line.variation.pos_ids:
            notes.append(f"{ticket_name(line.item)}, {size}")
        notes += [choice_words(choice) for choice in choices if not (is_plain(choice) and _modifier_id(choice))]
        body = {"item": {"id": item_id}}
        modifications = [entry for choice in choices for entry in _modifications(choice)]
        if modifications:
            body["modifications"] = modifications
    note, *more = pieces(notes, _NOTE) or [""]
    for _ in range(line.quantity):
        yield body | ({"note": note} if note else {})
    yield from _spare(f"NOTE FOR {ticket_name(line.item)}"[:_NAME], "".join(more))


def _item_id(line: OrderLine) -> str | None:
    """The size's id, or the item's where the size has none."""
    own = None if line.variation is None else line.variation.pos_ids.get("clover")
    return own or line.item.pos_ids.get("clover")


def _modifier_id(choice: Choice) -> str | None:
    return choice.option.pos_ids.get("clover")


def _modifications(choice: Choice) -> Iterator[Json]:
    """One for every portion that is on the dish."""
    modifier_id = _modifier_id(choice)
    if modifier_id is not None and choice.action != "no":
        for _ in range(choice.quantity + (choice.action == "extra")):
            yield {"modifier": {"id": modifier_id}}


def _spare(name: str, text: str) -> Iterator[Json]:
    """Lines that cost nothing and say what found no room elsewhere."""
    for piece in pieces([text], _NOTE):
        yield {"name": name, "price": 0, "note": piece}
